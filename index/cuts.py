"""Where to cut a section: sentences, items and rows are gathered into passages of the wanted size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.blocks import Block, CourseDocument, Kind
from index.sentences import split_sentences

# Between these the size of a passage costs nothing; e5 was trained on passages of about 100 words, and a
# reader that sees 512 word pieces holds 200 Indonesian words beside a question.
FEWEST = 120
MOST = 200
# A list stays with its introduction, and a section stays whole, up to here.
LARGEST = 260
MOST_ATOMS = 80  # lines of a list of names, say
LONGEST_SENTENCE = 1_300  # characters; longer ones (tables, text without periods) are cut at a space


@dataclass(frozen=True)
class Atom:
    """What is never cut: a sentence, a list item, a heading line, a table row, a reference."""

    start: int
    end: int
    kind: Kind
    words: int
    block: int
    first: bool  # it begins its block
    depth: int = 0  # of a list item: 1, 2 (an item below an item)


def atoms_of(document: CourseDocument, group: Sequence[Block]) -> list[Atom]:
    atoms: list[Atom] = []
    for number, (start, end, kind) in enumerate(_stretches(document, group)):
        depth = _depth(document, start) if kind == "item" else 0
        if kind in ("heading", "byline", "reference"):
            spans = [(start, end)]
        else:
            spans = [(start + first, start + last) for first, last in split_sentences(document.text[start:end])]
        for begin, stop in _bounded(document.text, spans or [(start, end)]):
            weight = max(len(document.text[begin:stop].split()), (stop - begin) // 9)
            atoms.append(Atom(begin, stop, kind, weight, number, begin == start, depth))
    return atoms


def _stretches(document: CourseDocument, group: Sequence[Block]) -> Iterator[tuple[int, int, Kind]]:
    """Yield the blocks' spans, those of a paragraph that goes on over a page as one."""
    start, end, kind = group[0].start, group[0].end, group[0].kind
    for block in group[1:]:
        if "\n" not in document.text[end : block.start] and block.kind == kind:
            end = block.end
            continue
        yield start, end, kind
        start, end, kind = block.start, block.end, block.kind
    yield start, end, kind


def _bounded(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for start, end in spans:
        while end - start > LONGEST_SENTENCE:
            cut = text.rfind(" ", start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE)
            cut = cut if cut > 0 else start + LONGEST_SENTENCE
            yield start, cut
            start = cut + len(text[cut:end]) - len(text[cut:end].lstrip())
        if start < end:
            yield start, end


def _depth(document: CourseDocument, start: int) -> int:
    """Tell an item below another: it is indented or bulleted where the list's own items are numbered."""
    line = document.text.rfind("\n", 0, start) + 1
    indented = len(document.text[line:start].expandtabs(4)) >= 2
    return 2 if indented or not document.text[start : start + 1].isalnum() else 1


def find_cuts(atoms: Sequence[Atom]) -> list[int]:
    """Choose where to cut, at the least cost (dynamic programming over the atoms)."""
    count = len(atoms)
    sizes = [0]
    for atom in atoms:
        sizes.append(sizes[-1] + atom.words)
    if sizes[-1] <= MOST or (sizes[-1] <= LARGEST and _lists(atoms)):
        return [0, count]
    edges = _cut_costs(atoms)
    costs = [0.0] + [float("inf")] * count
    origins = [0] * (count + 1)
    for end in range(1, count + 1):
        for begin in range(end - 1, -1, -1):
            size = sizes[end] - sizes[begin]
            if end - begin > 1 and (size > LARGEST or end - begin > MOST_ATOMS):
                break
            cost = costs[begin] + _size_cost(size) + edges[end]
            if cost < costs[end]:
                costs[end], origins[end] = cost, begin
    cuts = [count]
    while cuts[-1]:
        cuts.append(origins[cuts[-1]])
    return cuts[::-1]


def _lists(atoms: Sequence[Atom]) -> bool:
    return sum(atom.kind == "item" for atom in atoms) > 2


def _size_cost(words: int) -> float:
    """One for every passage, so that few are better than many; more outside the wanted size."""
    if words < FEWEST:
        return 1 + 4 * (FEWEST - words) / FEWEST
    return 1 + 3 * max(0, words - MOST) / (LARGEST - MOST)


def _cut_costs(atoms: Sequence[Atom]) -> list[float]:
    """What it costs to cut before each atom; the last value is for the end."""
    nested = False  # whether the list so far has numbered items, above the one at hand
    costs: list[float] = []
    for number, after in enumerate(atoms):
        costs.append(_cut_cost(atoms[number - 1], after, nested) if number else 0.0)
        nested = after.kind == "item" and (nested or after.depth == 1)
    return [*costs, 0.0]


def _cut_cost(before: Atom, after: Atom, nested: bool) -> float:
    if before.kind == "heading" or (before.kind == "paragraph" and after.kind in ("item", "table")):
        return 20.0
    if after.kind == "item":
        if not after.first:
            return 6.0
        siblings = before.depth == after.depth == 2 and not nested
        return 1.5 if after.depth == 1 or siblings else 4.0
    if after.kind in ("table", "reference"):
        return 1.0
    return 0.0 if after.first else 1.0
