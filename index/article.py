"""The article in a plain text: which of its lines are the body, and what the body is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.names import DATE, REFERENCES, STOPWORDS, is_name
from index.sentences import MARKER, is_reference, stretches

URL = re.compile(r"https?://|www\.|\bdoi\b", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
LABELLED = re.compile(r"^[^:=–.!?]{2,60}(?::|=|–| - )\s*\S")
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")
# A paragraph adds its words less this many to the weight of the body, so that short lines cost.
LINE_COST = 15
FURTHEST_LINE = 25  # words; a longer line that recurs is a quotation, not furniture
# A decimal, a percentage, a range, a clock time, a telephone number, or columns: more than a pager or a counter.
_DATA = re.compile(r"\d\s*%|\d[.,:–-]\d|\d\s+[–-]\s+\d|\S(?:[ ]{2,}|\t)\s*\S")


@dataclass(frozen=True)
class Line:
    """A line, or a paragraph of wrapped lines, of a plain text."""

    start: int
    end: int
    text: str
    words: int
    marker: bool
    last: str  # its last physical line

    @property
    def key(self) -> str:
        return fingerprint(self.text)

    @property
    def folded(self) -> str:
        return _folded(self.text)

    @property
    def is_data(self) -> bool:
        return self.words == 0 and _DATA.search(self.text) is not None

    @property
    def is_prose(self) -> bool:
        return self.words > LINE_COST or (self.words >= 12 and SENTENCE_END.search(self.text) is not None)


def fingerprint(line: str) -> str:
    """Fold a line so that its recurrences are equal: case, white space and numbers do not count."""
    return re.sub(r"\d+", "#", _folded(line))


def _folded(line: str) -> str:
    return " ".join(line.casefold().split())


@dataclass(frozen=True)
class Page:
    """The lines of a text and what is known of them; the body is lines[first : last + 1]."""

    lines: tuple[Line, ...]
    first: int
    last: int
    topics: frozenset[str]
    recurring: frozenset[str]
    repeated: frozenset[str]  # lines with words that come again, their numbers included: `folded`, not `key`
    messy: bool  # it bears marks of a web page, so doubtful lines around the body are not the author's

    @classmethod
    def of(cls, text: str, recurring: frozenset[str]) -> Page:
        lines = read_lines(text)
        first, last = _body(lines, recurring)
        counts = Counter(line.folded for line in lines if line.words)
        repeated = frozenset(folded for folded, count in counts.items() if count > 1)
        core = cls(tuple(lines), first, last, _topics(lines[first : last + 1]), recurring, repeated, True)
        first, last = core.reach(first, -1), core.reach(last, 1)
        whole = replace(core, first=first, last=len(lines) - 1, topics=_topics(lines), messy=False)
        return replace(core, first=first, last=last) if whole.has_marks(first, last) else whole

    def has_marks(self, first: int, last: int) -> bool:
        """Look for what only pages have: lines that recur, counters, and idle lines in a row after all prose."""
        outside = self.lines[:first] + self.lines[last + 1 :]
        marks = [line for line in outside if is_bare(line) or line.text.endswith("...")]
        shared = {line.key for line in outside if self.recurs(line)}
        again = [line for line in outside if line.folded in self.repeated and not is_name(line.text)]
        prose = [index for index, line in enumerate(self.lines) if line.is_prose]
        tail = [is_idle(self, index) for index in range(max([*prose, last]) + 1, len(self.lines))]
        return bool(marks or again) or len(shared) > 2 or any(one and other for one, other in pairwise(tail))

    def reach(self, edge: int, step: int) -> int:
        """Move an edge of the body over the prose and lists beyond it, with at most one idle line between."""
        idle = 0
        index = edge + step
        while 0 <= index < len(self.lines) and idle < 2:
            line = self.lines[index]
            if is_bare(line) or _ends_article(line) or (self.recurs(line) and not self.opens(index)):
                break
            if self._speaks(line):
                edge, idle = index, 0
            elif not (self.belongs(line) or line.is_data):
                idle += 1
            index += step
        return edge

    def opens(self, index: int) -> bool:
        """Whether prose of this document alone follows, as after a heading that every lecture has."""
        after = self.lines[index + 1 : index + 2]
        return bool(after) and after[0].is_prose and not self.recurs(after[0])

    def _speaks(self, line: Line) -> bool:
        if line.marker:
            return line.words > 2
        if line.text.endswith(":"):
            return line.words > 3
        ended = SENTENCE_END.search(line.text) is not None
        return ended and line.words >= 8 and self.topicality(line) >= (0.1 if line.words >= 20 else 0.2)

    def topicality(self, line: Line) -> float:
        """Share of a line's content words that the body has too."""
        found = stems(line.text)
        return sum(stem in self.topics for stem in found) / len(found) if found else 0.0

    def recurs(self, line: Line) -> bool:
        return line.key in self.recurring and line.words <= FURTHEST_LINE

    def belongs(self, line: Line) -> bool:
        return self.topicality(line) >= 0.5 and not self.recurs(line)

    def follows(self, index: int) -> Line | None:
        """The line after another, as long as the body lasts."""
        return self.lines[index + 1] if index < self.last else None


def _topics(lines: Sequence[Line]) -> frozenset[str]:
    """Stems of prose and lists; of all lines where there is none."""
    prose = [line.text for line in lines if line.is_prose or (line.marker and line.words > 2)] or [
        line.text for line in lines
    ]
    return frozenset(stems(" ".join(prose)))


def read_lines(text: str) -> list[Line]:
    lengths = [len(line.strip()) for line in text.split("\n")]
    long = [length for length in lengths if length >= 40]
    wrapped = sum(length > 130 for length in long) <= 0.05 * len(long)
    return [_line(text, start, end) for start, end in stretches(text, wrapped)]


def _line(text: str, start: int, end: int) -> Line:
    marker = MARKER.match(text, start, end)
    words = len(WORD.findall(text, marker.end() if marker else start, end))
    return Line(start, end, text[start:end], words, marker is not None, text[start:end].rsplit("\n", 1)[-1])


def is_bare(line: Line) -> bool:
    """Tell a pager or a counter: no word stands beside the numbers and signs, and they are no data."""
    return line.words == 0 and not line.is_data and not DATE.search(line.text)


def stems(text: str) -> list[str]:
    """First six letters of the content words: enough to meet diplomasi, diplomatik and diplomacy."""
    words = (word.casefold() for word in WORD.findall(text))
    return [word[:6] for word in words if len(word) > 2 and word not in STOPWORDS]


def _body(lines: Sequence[Line], recurring: frozenset[str]) -> tuple[int, int]:
    """Find the stretch of lines whose weights have the greatest sum (Kadane); all, if there is no prose."""
    best, span = 0, (0, len(lines) - 1)
    total, begin = 0, 0
    for index in range(len(lines)):
        if total <= 0:
            total, begin = 0, index
        total += _weight(lines, index, recurring)
        if total > best:
            best, span = total, (begin, index)
    first, last = span
    for index in range(first, min(first + 4, last)):  # the author's long self-portrait above title and date
        if DATE.search(lines[index].text) and lines[index].words <= 12:
            first = index + 1
    return first, last


def _weight(lines: Sequence[Line], index: int, recurring: frozenset[str]) -> int:
    line = lines[index]
    if is_bare(line):
        return -LINE_COST
    if line.is_data:
        return 0
    if line.key in recurring and line.words <= FURTHEST_LINE:
        after = lines[index + 1] if index + 1 < len(lines) else line
        return -10 if after.is_prose and after.key not in recurring else -LINE_COST
    if is_reference(line.text):
        return 10
    if line.marker:
        return min(line.words, 80) - 5
    return max(min(line.words, 80) - LINE_COST, -10)


def is_idle(page: Page, index: int) -> bool:
    """Tell a line that says nothing: no sentence, no label, no reference, not about the body's topic."""
    line = page.lines[index]
    signed = is_name(line.text) and DATE.search(page.lines[index - 1].text)
    return not (
        signed
        or any(near.is_data for near in page.lines[index : index + 2])  # data, or its label
        or page.belongs(line)
        or SENTENCE_END.search(line.text)
        or LABELLED.match(line.text)
        or DATE.search(line.text)
        or REFERENCES.match(line.text)
        or is_reference(line.text)
        or URL.search(line.text)
    )


def _ends_article(line: Line) -> bool:
    return bool(REFERENCES.match(line.text) or is_reference(line.text))
