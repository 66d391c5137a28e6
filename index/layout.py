"""Lines with their place and size on a page become headings, paragraphs, lists and table rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from index.blocks import Piece
from index.sentences import ABBREVIATIONS, MARKER

# A running header or footer stands in the outer eighth of the page.
_EDGE = 0.12
_BULLETS = "•‣▪●◦○"  # no sentence has them
_ENDED = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
_HYPHEN = re.compile(r"([^\W\d_]{2,})[-\xad]$")
_KEPT_PREFIXES = ("non", "anti", "pasca", "pro", "semi", "eks", "multi", "antar")


@dataclass(frozen=True)
class Line:
    """A line of a page; its size and place in points, the place from the left and from the bottom of the page."""

    text: str
    page: int
    size: float
    bold: bool
    left: float
    right: float
    bottom: float
    height: float  # of the page
    table: bool = False

    @property
    def at_edge(self) -> bool:
        return not _EDGE * self.height < self.bottom < (1 - _EDGE) * self.height


def pieces_of(lines: Sequence[Line]) -> list[Piece]:
    """Join the lines of a file, in reading order, to pieces; a heading is told by its size or weight."""
    body = body_size(lines)
    levels = _levels(lines, body)
    words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(line.text.casefold() for line in lines)))
    pieces: list[Piece] = []
    for group in _paragraphs(lines, body):
        pieces += _piece(group, levels, body, words)
    return _joined(pieces, words)


def body_size(lines: Iterable[Line]) -> float:
    """Return the size that most characters have; 0.0 without lines."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def is_heading(line: Line, body: float) -> bool:
    if line.table or len(line.text.split()) > 20 or not any(c.isalpha() for c in line.text):
        return False
    if line.size >= 1.12 * body:
        return True
    return (
        line.bold
        and line.size >= body
        and len(line.text.split()) <= 14
        and not line.text.endswith((".", ",", ";", ":"))
    )


def _levels(lines: Iterable[Line], body: float) -> dict[float, int]:
    """Rank the sizes of headings, the largest first."""
    sizes = sorted({line.size for line in lines if is_heading(line, body)}, reverse=True)
    return {size: level for level, size in enumerate(sizes, 1)}


def _paragraphs(lines: Sequence[Line], body: float) -> Iterator[list[Line]]:
    """Yield the lines that belong together, and never those of two pages."""
    margin = {page: max(line.right for line in lines if line.page == page) for page in {line.page for line in lines}}
    usual = _usual_leading(lines)
    group: list[Line] = []
    for line in lines:
        if group and _breaks(group, line, body, margin[line.page], usual):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _breaks(group: Sequence[Line], line: Line, body: float, margin: float, usual: float) -> bool:
    before = group[-1]
    if line.page != before.page or line.table or before.table or _opens_item(group, line, margin):
        return True
    if is_heading(line, body) or is_heading(before, body):
        return line.size != before.size or line.bold != before.bold or before.bottom - line.bottom > 1.7 * line.size
    drop = before.bottom - line.bottom
    if drop > max(line.size, 1) * _furthest(group, usual):
        return True
    short = before.right < before.left + 0.8 * (margin - before.left)
    indented = line.left > before.left + 0.8 * line.size and not MARKER.match(group[0].text)
    return bool(_ENDED.search(before.text)) and (short or indented)


def _opens_item(group: Sequence[Line], line: Line, margin: float) -> bool:
    """Tell the marker of a list item from a wrapped line that begins like one ("B. J. Habibie", "12. Menurut").

    It opens an item where the line before could have ended: it does end, there was room for the marker, the marker
    is the list's next one, or stands at another column than wrapped lines do.
    """
    found, listed = MARKER.match(line.text), MARKER.match(group[0].text)
    if not found:
        return False
    marker, before = found.group().strip(), group[-1]
    room = (len(marker) + 1) * (before.right - before.left) / len(before.text)
    if marker in _BULLETS or _has_ended(before.text) or before.right + room < margin:
        return True
    if not listed:
        return line.left > before.left + 0.8 * line.size
    hanging = line.left < before.left - 0.8 * line.size
    return hanging or _is_next(listed.group().strip(), marker)


def _has_ended(text: str) -> bool:
    last = text.split()[-1].strip("(.").casefold()
    return bool(_ENDED.search(text)) and not (text.endswith(".") and (len(last) == 1 or last in ABBREVIATIONS))


def _is_next(before: str, marker: str) -> bool:
    """Whether a list's marker is followed by another: 2 by 3, b by c, ii by iii, a dash by a dash."""
    one, other = before.strip("(.)"), marker.strip("(.)")
    if one.isdigit() or other.isdigit():
        return one.isdigit() and other.isdigit() and int(other) == int(one) + 1
    if len(one) == len(other) == 1 and one.isalpha() and other.isalpha() and ord(other) - ord(one) == 1:
        return True
    return before == marker if not one.isalpha() else set(one + other) <= set("ivx")


def _furthest(group: Sequence[Line], usual: float) -> float:
    """How far below a paragraph's last line its next one may stand, in font sizes."""
    if len(group) < 2:
        return max(1.47, 1.12 * usual)
    apart = (group[0].bottom - group[-1].bottom) / (len(group) - 1) / max(group[0].size, 1)
    return max(1.4, 1.35 * apart)


def _usual_leading(lines: Sequence[Line]) -> float:
    """The median distance of lines in mid-sentence, in font sizes: 1.15 is usual, 1.7 and 2.3 are wide settings."""
    drops = [
        (before.bottom - line.bottom) / line.size
        for before, line in pairwise(lines)
        if line.page == before.page and line.size == before.size > 0 and line.text[0].islower()
    ]
    drops = [drop for drop in drops if 0.5 < drop < 3]
    return median(drops) if drops else 1.15


def _piece(group: Sequence[Line], levels: dict[float, int], body: float, words: Counter[str]) -> Iterator[Piece]:
    first = group[0]
    text = first.text
    for line in group[1:]:
        text = _mended(text, line.text, words)
    if first.table:
        yield Piece("table", text, first.page)
    elif is_heading(first, body):
        yield Piece("heading", text, first.page, levels[first.size])
    elif MARKER.match(text):
        yield Piece("item", text, first.page, 1)
    else:
        yield Piece("paragraph", text, first.page)


def _mended(text: str, line: str, words: Counter[str]) -> str:
    """Join a line to the text before it; a word that was parted at a hyphen becomes whole.

    Reduplications ("negara-negara") and words that the document writes with a hyphen keep it.
    """
    hyphened = _HYPHEN.search(text)
    after = re.match(r"[^\W\d_]+", line)
    if not hyphened or not after or line[0].isupper():
        return f"{text} {line}"
    left, right = hyphened.group(1).casefold(), after.group().casefold()
    stem = text[: hyphened.end(1)]
    if text[-1] == "-" and not words[left + right]:
        doubled = left.endswith(right[:4]) or right.startswith(left[:4])
        if words[f"{left}-{right}"] or doubled or left in _KEPT_PREFIXES:
            return f"{stem}-{line}"
    return stem + line


def _joined(pieces: Sequence[Piece], words: Counter[str]) -> list[Piece]:
    """Let a paragraph whose sentence has not ended go on with the first one of the next page."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before and _goes_on(before, piece):
            hyphened = _HYPHEN.search(before.text)
            if hyphened:
                first, _, rest = piece.text.partition(" ")
                joined[-1] = replace(before, text=_mended(before.text, first, words))
                piece = replace(piece, text=rest)
            piece = replace(piece, kind=before.kind, continues=True, level=before.level)
        if piece.text.strip():
            joined.append(piece)
    return joined


def _goes_on(before: Piece, piece: Piece) -> bool:
    if before.kind not in ("paragraph", "item") or piece.kind != "paragraph" or piece.page == before.page:
        return False
    return not _ENDED.search(before.text) and (piece.text[0].islower() or len(before.text.split()) > 12)
