"""What a document is once it is read: its text, and blocks that say what each stretch of the text is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import PurePosixPath
from typing import Any, Literal

Kind = Literal["heading", "paragraph", "item", "table", "byline", "reference", "furniture"]

SECTION_SEPARATOR = " > "


@dataclass(frozen=True)
class Block:
    """A stretch [start, end) of a document's text.

    `section` is the path of headings above it ("Heading > Subheading"; of a heading: itself included),
    without the document's title. `page` counts from 1 (slides too), None where the format has no pages.
    """

    kind: Kind
    start: int
    end: int
    page: int | None = None
    section: str = ""


@dataclass(frozen=True)
class CourseDocument:
    """One file of a course, read.

    `source` is the posix path relative to the course folder, `sha256` that of the file's bytes, `date` as
    it is written. `blocks` are in order and do not overlap; what lies between them is white space.
    `warnings` are Indonesian sentences about what could not be read. `pages` counts all pages or slides, also those
    without text; None where the format has none.
    """

    source: str
    title: str
    author: str
    date: str
    licence: str
    media_type: str
    sha256: str
    text: str
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()
    pages: int | None = None

    def to_json(self) -> dict[str, Any]:
        row = {part.name: getattr(self, part.name) for part in fields(self)}
        row["blocks"] = [[block.kind, block.start, block.end, block.page, block.section] for block in self.blocks]
        row["warnings"] = list(self.warnings)
        return row

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> CourseDocument:
        blocks = tuple(Block(*block) for block in row["blocks"])
        return cls(**{**row, "blocks": blocks, "warnings": tuple(row.get("warnings", ()))})


@dataclass(frozen=True)
class Piece:
    """A block before it has a place in the text; `level` is that of a heading, or the depth of a list item.

    A piece that `continues` goes on with the sentence of the piece before it, on the next page.
    """

    kind: Kind
    text: str
    page: int | None = None
    level: int = 0
    continues: bool = False


@dataclass(frozen=True)
class Content:
    """What a reader found in a file."""

    pieces: tuple[Piece, ...]
    title: str = ""
    author: str = ""
    date: str = ""
    warnings: tuple[str, ...] = field(default=())
    pages: int | None = None


def assemble(pieces: Iterable[Piece], title: str = "") -> tuple[str, tuple[Block, ...]]:
    """Lay pieces out as one text: a blank line between blocks, a line break between items or table rows.

    The heading that is the document's title opens no section; one without text only ends those of its level.
    """
    parts: list[str] = []
    blocks: list[Block] = []
    path: list[tuple[int, str]] = []
    at = 0
    before: Piece | None = None
    for piece in pieces:
        if piece.kind == "heading" and piece.text != title:
            path = [step for step in path if step[0] < piece.level]
        if not piece.text.strip():
            continue
        gap = _gap(before, piece)
        at += len(gap)
        if piece.kind == "heading" and piece.text != title:
            path.append((piece.level, piece.text))
        section = SECTION_SEPARATOR.join(name for _, name in path)
        blocks.append(Block(piece.kind, at, at + len(piece.text), piece.page, section))
        parts += [gap, piece.text]
        at += len(piece.text)
        before = piece
    return "".join(parts), tuple(blocks)


def _gap(before: Piece | None, piece: Piece) -> str:
    if before is None:
        return ""
    if piece.continues:
        return " "
    tight = before.kind == piece.kind and piece.kind in ("item", "table", "byline")
    gap = "\n" if tight and before.page == piece.page else "\n\n"
    return gap + "  " * (piece.level - 1) if piece.kind == "item" else gap


def file_title(source: str) -> str:
    """Make a title of a file name: "02-aktor_siber.pdf" is "aktor siber"."""
    words = PurePosixPath(source).stem.replace("_", " ").replace("-", " ").split()
    while len(words) > 1 and words[0].isdigit():
        words = words[1:]
    return " ".join(words) or source
