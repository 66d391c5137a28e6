"""Questions about texts (who wrote it, when, its title), answered from front matter and reference lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from index.blocks import CourseDocument
from index.passages import REFERENCE_SECTION
from index.sentences import split_reference
from qa import prompts
from qa.citations import CheckedSentence, Evidence, content_stems, evidence_sentences
from qa.condense import topic_words
from qa.evidence import sentence_text
from qa.types import RetrievedPassage

_Named = TypeVar("_Named", CourseDocument, Evidence)

_AUTHOR = re.compile(
    r"\b(siapa(kah)?|nama)\b.*\b(penulis\w*|pengarang\w*|penyusun\w*|menulis|ditulis|nulis|karangan|karya)\b"
    r"|\b(penulis\w*|pengarang\w*|penyusun\w*|ditulis|yang (menulis|nulis))\b.*\bsiapa\b"
    r"|\bwho\b.*\b(wrote|author)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(kapan(kah)?|tanggal berapa|tahun berapa|tgl berapa|bulan apa)\b"
    r".*\b(terbit\w*|diterbitkan|dimuat|ditulis|dipublikasi\w*|diunggah|rilis)\b|\bwhen\b.*\b(published|written|posted)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\bjudul\w*\b.*\b(apa|ditulis|tulisan|karya|oleh)\b|\bapa judul\b|\bwhat\b.*\btitle\b", re.IGNORECASE
)
_WORK = re.compile(
    r"\b(buku|jurnal|artikel|tulisan|makalah|karya|laporan|publikasi|referensi|rujukan|sumber|pustaka|"
    r"book|article|paper|reference|source)\w*\b",
    re.IGNORECASE,
)
_ABOUT_WORK = re.compile(
    r"\b(siapa|penulis|pengarang|penerbit|judul|kapan|tahun berapa|terbit|diterbitkan|dimuat|diambil|media|situs|laman|"
    r"who|when|where|publish\w*|title)\b",
    re.IGNORECASE,
)
# Words that make it a text which a question names; without one, a title is the topic that it names.
_TEXT = re.compile(
    r"\b(artikel|tulisan|bacaan|makalah|dokumen|jurnal|slide|salindia|esai|modul|materi|buku|karangan|judul|berjudul|"
    r"article|reading|paper|essay|document|book)(nya|s)?\b",
    re.IGNORECASE,
)
# What asks for the writer of a text and of nothing else: norms and laws have a "penyusun" too.
_WRITER = re.compile(
    r"\b(nama(nya)?|penulis(nya)?|pengarang(nya)?|menulis|nulis|ditulis|wrote|written|author)\b", re.IGNORECASE
)
# What stands in quotation marks; an apostrophe within a word is none.
QUOTED = re.compile(r"(?<!\w)[\"“”„«‘']([^\"“”„«»]+?)[\"“”»’'](?!\w)")
# A question names a text when it holds this share of the title's content words.
_NAMED = 0.7
_FEWEST_TITLE_WORDS = 3  # a shorter title may be what the question is about, not a text of that name


def asks_about_document(question: str) -> bool:
    """Whether the question is about who wrote a text, when it appeared, or what it is called."""
    return any(pattern.search(question) for pattern in (_AUTHOR, _DATE, _TITLE))


def answer_about_document(
    question: str, documents: Iterable[CourseDocument], passages: Iterable[RetrievedPassage]
) -> list[CheckedSentence]:
    """Return one cited sentence from the front matter of the document that the question names, or nothing.

    A document is named by its title where the question speaks of a text, quotes the title, or is of nothing but who
    wrote it and the whole title; or by its author.
    `passages` are all of the course; the citation is the line of the front matter that says it.
    """
    document = _named_document(question, documents)
    if document is None:
        return []
    parts: Mapping[str, str] = {"title": document.title, "author": document.author, "date": document.date}
    by_author = _names_author(question, document)
    if _AUTHOR.search(question) or (by_author and _TITLE.search(question)):
        template, needed = prompts.AUTHOR_LINE, ("title", "author")
    elif _DATE.search(question):
        template, needed = prompts.DATE_LINE, ("title", "date")
    else:
        return []
    own = [passage for passage in passages if passage.source == document.source]
    found = [_line(document, parts[name], own) for name in needed]
    evidence = tuple(e for e in found if e is not None)
    if not all(parts[name] for name in needed) or len(evidence) != len(needed):
        return []
    return [CheckedSentence(template.format(**parts), tuple(dict.fromkeys(evidence)))]


def asks_about_reference(question: str) -> bool:
    """Whether the question is about a book, an article or another source, and who made it, when or where."""
    return bool(_WORK.search(question) and _ABOUT_WORK.search(question))


def answer_about_reference(question: str, passages: Iterable[RetrievedPassage]) -> list[CheckedSentence]:
    """Return the entry of a reference list that the question names by title, or by author and topic, as a quote.

    Nothing where no entry, or more than one, is named so.
    """
    asked = content_stems(question)
    scored = []
    for entry in evidence_sentences(p for p in passages if p.section == REFERENCE_SECTION):
        names, rest = split_reference(entry.quote) or ("", "")
        title = content_stems(re.split(r"[.:]\s", f"{rest} ")[0])
        share = len(title & asked) / len(title) if title else 0.0
        surname = names.partition(",")[0] if "," in names else ""
        by_author = bool(surname) and content_stems(surname) <= asked
        if (share >= _NAMED and len(title) >= _FEWEST_TITLE_WORDS) or (by_author and share > 0):
            scored.append((share + by_author, entry))
    named = _only_best(scored)
    return [CheckedSentence(sentence_text(named.quote), (named,))] if named else []


def _named_document(question: str, documents: Iterable[CourseDocument]) -> CourseDocument | None:
    """The one document that the question names by title or author; None for none or several."""
    quoted = " ".join(QUOTED.findall(question))
    asked = content_stems(question if _TEXT.search(question) else quoted)
    scored = []
    for document in documents:
        title = content_stems(document.title)
        share = len(title & asked) / len(title) if title else 0.0
        if len(title) >= _FEWEST_TITLE_WORDS and _asks_who_wrote(question, document.title):
            share = 1.0
        by_author = _names_author(question, document)
        if share >= _NAMED or by_author:
            scored.append((share + by_author, document))
    return _only_best(scored)


def _asks_who_wrote(question: str, title: str) -> bool:
    """Whether the question says nothing but "who wrote" and the whole title."""
    asked, named = (" ".join(re.findall(r"\w+", text.lower())) for text in (question, title))
    before, found, after = f" {asked} ".partition(f" {named} ")
    rest = f"{before} {after}"
    return bool(found and _WRITER.search(rest)) and not topic_words(_WRITER.sub("", rest))


def _names_author(question: str, document: CourseDocument) -> bool:
    """Whether the whole name of the document's author stands in the question."""
    return bool(document.author) and bool(
        re.search(rf"(?<!\w){re.escape(document.author)}(?!\w)", question, re.IGNORECASE)
    )


def _only_best(scored: Sequence[tuple[float, _Named]]) -> _Named | None:
    """What scored highest; None where nothing or more than one thing did."""
    top = max((score for score, _ in scored), default=0.0)
    best = [thing for score, thing in scored if score == top]
    return best[0] if len(best) == 1 else None


def _line(document: CourseDocument, value: str, passages: Iterable[RetrievedPassage]) -> Evidence | None:
    """The line of the front matter that holds `value` and most beside it, as evidence."""
    lines = []
    for block in document.blocks:
        text = document.text[block.start : block.end]
        if value and block.kind in ("byline", "heading", "paragraph") and value in " ".join(text.split()):
            lines.append((block.kind != "paragraph", len(text), block.start, block.end))
    for _, _, start, end in sorted(lines, reverse=True):
        for passage in passages:
            if passage.start <= start and end <= passage.end:
                return Evidence(passage, start, end)
    return None
