"""Complete what a reader found: the title, who wrote it and when, and which list is that of references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.blocks import Content, Piece
from index.names import DATE, REFERENCES, author_of, signs

# Who the office programs name when nobody gave a name.
_NOBODY = """
    acer admin administrator anonymous asus author dell guest hp lenovo owner pc penulis pengguna python-docx samsung
    toshiba unknown user windows
"""
_PROGRAMS = ("microsoft", "steve canny", "python-", "libreoffice", "@")
_LONGEST_BYLINE = 25  # words


def complete(content: Content) -> Content:
    """Put the title first, mark bylines and references, and write author and date that only metadata name.

    What the metadata say becomes a line of the text ("Penulis: …"), so that it can be asked for and quoted.
    """
    pieces = _with_references(_with_heading(content))
    title = content.title or _first_heading(pieces)
    headed = any(piece.kind == "heading" and piece.text == title for piece in pieces)
    if title and not headed and not any(title in piece.text for piece in pieces[:5]):
        pieces = [Piece("heading", title, pieces[0].page if pieces else None, 1), *pieces]
    at = next((index + 1 for index, piece in enumerate(pieces) if piece.text == title), 0)
    pieces, end = _with_bylines(pieces, at)
    lines = [piece.text for piece in pieces[at:end]]
    author = next((name for line in lines if (name := author_of(line))), "")
    dates = [found.group() for line in lines if (found := DATE.search(line))]
    stated = content.author if _is_somebody(content.author) else ""
    known = " ".join(lines).casefold()
    notes = []
    if stated and stated.casefold() not in known and not author:
        notes.append(f"Penulis: {stated}")
    if content.date and not dates:
        notes.append(f"Tanggal: {content.date}")
    page = pieces[0].page if pieces else None
    pieces[end:end] = [Piece("byline", note, page) for note in notes]
    return replace(
        content, pieces=tuple(pieces), title=title, author=author or stated, date=(dates or [content.date])[0]
    )


def _with_heading(content: Content) -> list[Piece]:
    """Make the first line a heading where nothing else can be the title and it looks like one."""
    pieces = list(content.pieces)
    if not content.title and not _first_heading(pieces) and pieces and pieces[0].kind == "paragraph":
        line = pieces[0].text
        if 1 < len(line.split()) <= 15 and not line.endswith((".", ":", ";", ",", "?", "!")) and not signs(line):
            pieces[0] = replace(pieces[0], kind="heading", level=1)
    return pieces


def _first_heading(pieces: Sequence[Piece]) -> str:
    """The heading that stands first, if it stands above the others or nothing stands before it."""
    headings = [piece for piece in pieces if piece.kind == "heading"]
    if headings and (headings[0] is pieces[0] or headings[0].level < min([p.level for p in headings[1:]] or [9])):
        return headings[0].text
    return ""


def _with_bylines(pieces: Sequence[Piece], at: int) -> tuple[list[Piece], int]:
    """Mark the short lines between title and prose that name an author or a date."""
    marked = list(pieces)
    end = at
    for index in range(at, min(at + 4, len(marked))):
        piece = marked[index]
        if piece.kind != "paragraph" or len(piece.text.split()) > _LONGEST_BYLINE:
            break
        if signs(piece.text) or (end > at and not piece.text.endswith((".", ":", "?", "!"))):
            marked[index] = replace(piece, kind="byline")
            end = index + 1
    return marked, end


def _with_references(pieces: Sequence[Piece]) -> list[Piece]:
    marked: list[Piece] = []
    above = 0
    for piece in pieces:
        if piece.kind == "heading":
            if above and piece.level > above:
                marked.append(piece)
                continue
            above = piece.level if REFERENCES.match(piece.text) else 0
        elif above and piece.kind in ("paragraph", "item"):
            piece = replace(piece, kind="reference")
        marked.append(piece)
    return marked


def _is_somebody(name: str) -> bool:
    folded = name.casefold()
    return name != "" and folded not in _NOBODY.split() and not any(word in folded for word in _PROGRAMS)
