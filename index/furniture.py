"""Tell the article of a web page saved as text from what stands around it, and find who wrote it and when.

No list of phrases: a line is furniture because of where it stands (outside the body, which is the densest
stretch of prose), how it looks (short, no sentence, bare numbers), that it comes again in this document or in
others, and that its words have nothing to do with the body's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.article import (
    FURTHEST_LINE,
    LABELLED,
    LINE_COST,
    SENTENCE_END,
    URL,
    Line,
    Page,
    fingerprint,
    is_bare,
    is_idle,
    read_lines,
)
from index.blocks import SECTION_SEPARATOR, Block, CourseDocument, Kind, file_title
from index.masthead import Front, find_front
from index.names import REFERENCES
from index.sentences import is_reference

_PAGES = ("text/plain", "text/html")
_MUCH = 0.1  # of a text's words


@dataclass(frozen=True)
class Reading:
    """What a plain text turned out to be."""

    blocks: tuple[Block, ...]
    title: str = ""
    author: str = ""
    date: str = ""


def mark_furniture(documents: Sequence[CourseDocument]) -> list[CourseDocument]:
    """Read the plain texts and web pages again, knowing which lines recur across the documents.

    Copies of one text count once. The result depends on the documents only, not on earlier marks; the order
    is kept and nothing is changed in place.
    """
    recurring = _recurring([document for document in documents if document.media_type in _PAGES])
    return [_reread(document, recurring) if document.media_type in _PAGES else document for document in documents]


def read_text(text: str, recurring: frozenset[str] = frozenset()) -> Reading:
    """Find title, author, date and the kind of every line of a plain text.

    `recurring` holds the fingerprints of lines that other documents have too.
    """
    page = Page.of(text, recurring)
    if not page.lines:
        return Reading(())
    front = find_front(page)
    kinds = _kinds(page, front)
    return Reading(_blocks(page, kinds, front.title_line), front.title, front.author, front.date)


def _kinds(page: Page, front: Front) -> list[Kind]:
    kinds: list[Kind] = []
    listing = left = False
    for index, line in enumerate(page.lines):
        if REFERENCES.match(line.text) and not (left and not _cites(page, index + 1)):
            listing, kind = _cites(page, index + 1), "heading"
        elif listing and _cites(page, index):
            kind = "reference"
        elif index == front.title_line:
            kind = "heading"
        elif index in front.bylines:
            kind = "byline"
        elif index < page.first:
            kind = _above(page, index, front.title_line)
        elif index > page.last:
            kind = "furniture" if left else _below(page, index)
            left = left or kind == "furniture"
        else:
            kind = _within(page, index)
        if kind == "furniture" and _tells(page, line):
            kind = "paragraph"
        listing = listing and kind in ("heading", "reference")
        kinds.append(kind)  # type: ignore[arg-type]
    return kinds


def _cites(page: Page, index: int) -> bool:
    if index >= len(page.lines) or page.recurs(page.lines[index]) or is_bare(page.lines[index]):
        return False
    line = page.lines[index]
    dated = re.search(r"\b(?:19|20)\d\d\b", line.text) and line.words > 3
    return bool(is_reference(line.text) or URL.search(line.text) or dated or (line.marker and line.words > 4))


def _tells(page: Page, line: Line) -> bool:
    """Tell prose that is this document's own: long, or with something of the body's topic."""
    own = line.is_prose and not page.recurs(line)
    return own and (line.words > FURTHEST_LINE or page.topicality(line) >= 0.2)


def _above(page: Page, index: int, title: int) -> Kind:
    line = page.lines[index]
    after_title = not page.messy and index > title >= 0
    if after_title and page.opens(index) and _is_heading(page, index):
        return "heading"
    if is_bare(line) or page.recurs(line):
        return "furniture"
    headed = after_title or (index == page.first - 1 and page.belongs(line))
    if headed and _is_heading(page, index) and not LABELLED.match(line.text):
        return "heading"
    if line.marker and page.belongs(line):
        return "item"
    if page.belongs(line) and (index > title >= 0 or SENTENCE_END.search(line.text)):
        return "paragraph"
    if not page.messy:
        return "paragraph" if line.is_data else "byline"
    labelled = LABELLED.match(line.text) and line.words <= 12 and page.topicality(line) > 0
    return "byline" if labelled else "furniture"


def _below(page: Page, index: int) -> Kind:
    line = page.lines[index]
    if is_bare(line) or page.recurs(line):
        return "furniture"
    if not is_idle(page, index):
        if line.marker:
            return "item"
        return "paragraph"
    return "furniture"


def _within(page: Page, index: int) -> Kind:
    line = page.lines[index]
    if is_bare(line):
        return "furniture"
    heading = _is_heading(page, index)
    alien = line.words <= FURTHEST_LINE and page.topicality(line) < 0.5
    if alien and (line.folded in page.repeated or (page.recurs(line) and not heading)):
        return "furniture"
    if heading:
        return "heading"
    if line.marker:
        return "item"
    return "paragraph"


def _is_heading(page: Page, index: int) -> bool:
    """Tell a short line without a sentence's end that prose or a list follows."""
    line, after = page.lines[index], page.follows(index)
    label = LABELLED.match(line.text)
    if label and line.text[label.end() - 1].islower():
        return False
    if (
        after is None
        or line.words > 14
        or not line.words
        or "\n" in line.text
        or line.text.endswith((".", ":", ";", ",", "!"))
    ):
        return False
    if line.text[0].islower():
        return False
    if line.marker:
        return not after.marker and after.words >= 4 and line.words <= 10
    return after.words >= 4 and (after.words > line.words or after.marker)


def _blocks(page: Page, kinds: Sequence[Kind], title: int) -> tuple[Block, ...]:
    blocks: list[Block] = []
    path: list[tuple[int, str]] = []
    for index, (line, kind) in enumerate(zip(page.lines, kinds, strict=True)):
        if kind == "heading" and index != title:
            numbers = re.match(r"\d+(?:\.\d+)*", line.text)
            level = numbers.group().count(".") + 1 if numbers else 1
            path = [step for step in path if step[0] < level] + [(level, " ".join(line.text.split()))]
        section = "" if kind in ("byline", "furniture") else SECTION_SEPARATOR.join(name for _, name in path)
        blocks.append(Block(kind, line.start, line.end, None, section))
    return tuple(blocks)


def _reread(document: CourseDocument, recurring: frozenset[str]) -> CourseDocument:
    if document.media_type == "text/plain":
        reading = read_text(document.text, recurring)
        title = reading.title or file_title(document.source)
        read = replace(document, blocks=reading.blocks, title=title, author=reading.author, date=reading.date)
        return replace(read, warnings=_warnings(read, recurring))
    prose = [index for index, block in enumerate(document.blocks) if len(_piece(document, block).split()) > LINE_COST]
    blocks = list(document.blocks)
    for index, block in enumerate(blocks):
        outside = not prose or index < prose[0] or index > prose[-1]
        if outside and block.kind in ("paragraph", "item") and fingerprint(_piece(document, block)) in recurring:
            blocks[index] = replace(block, kind="furniture")
    return replace(document, blocks=tuple(blocks))


def _warnings(document: CourseDocument, recurring: frozenset[str]) -> tuple[str, ...]:
    """Say how much was left out, where it is much; what other documents have too is surely no content."""
    pieces = [_piece(document, block) for block in document.blocks if block.kind == "furniture"]
    lost = sum(len(piece.split()) for piece in pieces if fingerprint(piece) not in recurring)
    share = lost / max(1, len(document.text.split()))
    if share <= _MUCH:
        return ()
    return (
        f"Sekitar {share:.0%} kata dalam '{document.source}' tidak ikut terbaca karena tampak seperti menu, tombol, "
        "atau iklan halaman web; jika itu isi materi, simpan berkasnya sebagai Markdown (.md).",
    )


def _piece(document: CourseDocument, block: Block) -> str:
    return document.text[block.start : block.end]


def _recurring(documents: Sequence[CourseDocument]) -> frozenset[str]:
    """Fingerprints of short lines that two documents have which are no copies of each other."""
    prose: dict[str, set[int]] = {}
    short: dict[str, set[int]] = {}
    sizes: Counter[int] = Counter()
    for number, document in enumerate(documents):
        for line in read_lines(document.text):
            if not line.words:  # rows of numbers are all alike
                continue
            kept = short if line.words <= FURTHEST_LINE else prose
            kept.setdefault(line.key, set()).add(number)
            sizes[number] += kept is prose and len(prose[line.key]) >= 1
    copies = _copies(prose, sizes)
    return frozenset(key for key, where in short.items() if len({copies.get(number, number) for number in where}) > 1)


def _copies(prose: dict[str, set[int]], sizes: Counter[int]) -> dict[int, int]:
    """Map each copy to the first document that shares more than half of the smaller one's long lines."""
    shared: Counter[tuple[int, int]] = Counter()
    for where in prose.values():
        ordered = sorted(where)
        shared.update((ordered[0], other) for other in ordered[1:])
    copies: dict[int, int] = {}
    for (first, other), count in sorted(shared.items()):
        if count * 2 > min(sizes[first], sizes[other]):
            copies.setdefault(other, copies.get(first, first))
    return copies
