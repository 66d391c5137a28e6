"""Cut a document into passages: stretches of its text that are retrieved, read and quoted."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from types import MappingProxyType

from langchain_core.documents import Document

from index.blocks import SECTION_SEPARATOR, Block, CourseDocument
from index.cuts import FEWEST, LARGEST, MOST, Atom, atoms_of, find_cuts
from index.sentences import split_sentences

__all__ = [
    "FEWEST",
    "FRONT_SECTION",
    "LARGEST",
    "MOST",
    "REFERENCE_SECTION",
    "SPLITTER",
    "retrieval_text",
    "split",
    "split_sentences",
]
TINY = 40
OVERLAP = 35  # words; a longer sentence is not repeated
INTRODUCTION = 45  # words of a paragraph before a list that does not end with a colon
FRONT_SECTION = "Penulis dan tanggal"
REFERENCE_SECTION = "Referensi"
# What an index was cut with; the version grows when readers or rules change, so that old indexes are made anew.
SPLITTER = MappingProxyType(
    {"version": 2, "fewest": FEWEST, "most": MOST, "largest": LARGEST, "tiny": TINY, "overlap": OVERLAP}
)


def split(document: CourseDocument) -> list[Document]:
    """Cut a document into passages of about 120 to 200 words, in the order of the text.

    A passage is a contiguous stretch of the document's text without furniture. Neighbours in a section share
    about one sentence. Front matter and reference lists are passages of their own.
    """
    passages: list[Document] = []
    for group in _groups(document):
        atoms = atoms_of(document, group)
        cuts = find_cuts(atoms)
        introductions = _introductions(atoms, document.text)
        begin = 0
        for first, last in pairwise(cuts):
            # What would make the passage before a part of this one is not repeated.
            begin = max(_with_overlap(atoms, first), min(begin + 1, first)) if first else 0
            spans = [(atom.start, atom.end) for atom in introductions[begin]]
            intro = " ".join(" ".join(document.text[start:end].split()) for start, end in spans)
            passages.append(_passage(document, group, atoms[begin].start, atoms[last - 1].end, intro))
    return passages


def retrieval_text(passage: Document) -> str:
    """What is embedded and indexed for a passage: its title, section and introduction before its text."""
    names = [name for name in (passage.metadata["title"], passage.metadata["section"]) if name]
    lines = [" — ".join(names), passage.metadata.get("intro", ""), passage.page_content]
    return "\n".join(line for line in lines if line)


def _groups(document: CourseDocument) -> Iterator[list[Block]]:
    """Yield the blocks that passages may span: a section, or tiny sections together."""
    for run in _runs(document):
        sections: list[list[Block]] = []
        for block in run:
            if sections and _role(sections[-1][0]) == _role(block) and sections[-1][0].section == block.section:
                sections[-1].append(block)
            else:
                sections.append([block])
        yield from _merged(document, _with_title(sections))


def _runs(document: CourseDocument) -> Iterator[list[Block]]:
    run: list[Block] = []
    for block in document.blocks:
        if block.kind != "furniture":
            run.append(block)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _role(block: Block) -> str:
    return block.kind if block.kind in ("byline", "reference") else "body"


def _with_title(sections: list[list[Block]]) -> list[list[Block]]:
    """Join title lines to the bylines beside them, and the heading of a reference list to its entries."""
    joined: list[list[Block]] = []
    for section in sections:
        before = joined[-1] if joined else []
        fronts = [part for part in (before, section) if part and part[0].kind == "byline"]
        headings = all(block.kind in ("heading", "byline") for block in before + section)
        untitled = not any(block.section for block in before + section)
        listing = section[0].kind == "reference" and before and before[-1].kind == "heading"
        if before and ((fronts and headings and untitled) or (listing and len(before) == 1)):
            joined[-1] = before + section
        elif listing:
            joined[-1:] = [before[:-1], before[-1:] + section]
        else:
            joined.append(section)
    return joined


def _merged(document: CourseDocument, sections: list[list[Block]]) -> Iterator[list[Block]]:
    """Put a tiny section with the following one, or at the end with the one before."""
    held: list[Block] = []
    ready: list[list[Block]] = []
    for section in sections:
        if held and _may_join(document, held, section):
            held = held + section
        else:
            if held:
                ready.append(held)
            held = section
    if held:
        if ready and _words(document, held) < TINY and _may_join(document, ready[-1], held, last=True):
            held = ready.pop() + held
        ready.append(held)
    yield from ready


def _may_join(document: CourseDocument, before: list[Block], after: list[Block], last: bool = False) -> bool:
    if any(block.kind in ("byline", "reference") for block in before + after):
        return False
    size = _words(document, before)
    if all(block.kind == "heading" for block in before):
        return True
    return (last or size < TINY) and size + _words(document, after) <= MOST


def _words(document: CourseDocument, blocks: Sequence[Block]) -> int:
    return len(document.text[blocks[0].start : blocks[-1].end].split())


def _with_overlap(atoms: Sequence[Atom], first: int) -> int:
    before, after = atoms[first - 1], atoms[first]
    if before.kind == after.kind == "paragraph" and before.words <= OVERLAP:
        return first - 1
    return first


def _introductions(atoms: Sequence[Atom], text: str) -> list[list[Atom]]:
    """For every item and row: the sentences that introduce its list or table, and the item or header above."""
    found: list[list[Atom]] = []
    said: list[Atom] = []
    above: dict[int, Atom] = {}
    for number, atom in enumerate(atoms):
        if atom.kind in ("item", "table"):
            depth = atom.depth or 2  # the header of a table stands above its rows
            found.append([*_last_words(said, text), *(above[key] for key in sorted(above) if key < depth)])
            if atom.kind == "item" and atom.first:
                above = {key: other for key, other in above.items() if key < depth} | {depth: atom}
            elif atom.kind == "table":
                above.setdefault(1, atom)
            continue
        found.append([])
        above = {}
        if atom.kind == "heading" or (number and atoms[number - 1].block != atom.block):
            said = []
        if atom.kind == "paragraph":
            said.append(atom)
    return found


def _last_words(said: Sequence[Atom], text: str) -> list[Atom]:
    """The end of a paragraph: a sentence that ends with a colon, or as many as are short enough."""
    kept: list[Atom] = []
    for atom in reversed(said):
        if kept and (text[kept[-1].end - 1] == ":" or atom.words + sum(a.words for a in kept) > INTRODUCTION):
            break
        kept.append(atom)
    return kept[::-1]


def _passage(document: CourseDocument, group: Sequence[Block], start: int, end: int, intro: str) -> Document:
    text = document.text[start:end]
    first_block = bisect_right(group, start, key=lambda block: block.end)
    blocks = group[first_block : bisect_left(group, end, key=lambda block: block.start)]
    pages = _pages(blocks, start)
    metadata = {
        "source": document.source,
        "title": document.title,
        "page": blocks[0].page,
        "section": _section(blocks),
        "start": start,
        "end": end,
        "author": document.author,
        "date": document.date,
        "licence": document.licence,
        "intro": intro,
        "pages": pages if len(pages) > 1 else [],
    }
    name = "\x00".join((document.source, str(start), str(end), text))
    return Document(id=hashlib.sha256(name.encode()).hexdigest()[:32], page_content=text, metadata=metadata)


def _pages(blocks: Sequence[Block], start: int) -> list[list[int]]:
    pages: list[list[int]] = []
    for block in blocks:
        if block.page is not None and (not pages or pages[-1][1] != block.page):
            pages.append([max(0, block.start - start), block.page])
    return pages


def _section(blocks: Sequence[Block]) -> str:
    """The section of a passage; of tiny sections together, what is above them, or their names."""
    if any(block.kind == "byline" for block in blocks):
        return FRONT_SECTION
    if any(block.kind == "reference" for block in blocks):
        return REFERENCE_SECTION
    sections = list(dict.fromkeys(block.section for block in blocks if block.section))
    leaves = [one for one in sections if not any(other.startswith(one + SECTION_SEPARATOR) for other in sections)]
    if len(leaves) < 2:
        return leaves[0] if leaves else ""
    paths = [leaf.split(SECTION_SEPARATOR) for leaf in leaves]
    shared = [names[0] for names in zip(*paths, strict=False) if len(set(names)) == 1]
    ends = " · ".join(path[-1] for path in paths[:3])
    return SECTION_SEPARATOR.join([*shared, ends])
