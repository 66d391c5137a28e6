"""Questions that name the text they are about ("menurut artikel Diplomasi Digital, ...")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from index.blocks import CourseDocument
from qa.citations import STOP_WORDS, content_stems
from qa.condense import lacks_topic

_TEXT = re.compile(
    r"\b(?P<by>menurut|dalam|di|pada|berdasarkan|dari|antara|according to|in)?\s*\b(?:the )?"
    r"(?:artikel|tulisan|bacaan|materi|dokumen|makalah|esai|teks|modul|slide|article|reading|essay)\b",
    re.IGNORECASE,
)
_BETWEEN = {
    "yang", "berjudul", "judul", "tentang", "mengenai", "karya", "oleh", "kuliah", "pertemuan", "bab", "minggu", "ke",
    "by", "called", "about",
}  # fmt: skip
_AND = {"dan", "serta", "dengan", "and", ","}
_THIS = {"ini", "tersebut", "itu", "kuliah", "tadi"}
_WORD = re.compile(r"[\s\"“”'‘’:(]*([\w-]+)[\"”’)]*")


def split_attribution(question: str, documents: Iterable[CourseDocument], most: int = 12) -> tuple[str, frozenset[str]]:
    """Return the question without the texts it names, and the sources of those texts.

    A text is named by words of its title, its author or the number that its file name begins with, behind "menurut
    artikel" and the like, or beside another one ("artikel A dan artikel B"). No source means every text: the question
    names none, or only "the material" as a whole. A name that no document bears stays in the question, and so does
    any where nothing else would be asked. A name ends after `most` words.
    """
    mentions = list(_TEXT.finditer(question))
    names = {document.source: _names(document) for document in documents} if mentions else {}
    cuts: list[tuple[int, int, bool]] = []
    sources: set[str] = set()
    for found in mentions:
        end, named = _name_end(question, found.end(), names, most)
        end = end if named else _whole_end(question, found)
        if end and not (cuts and found.start() < cuts[-1][1]):
            cuts.append((found.start(), end, bool(found["by"])))
            sources |= named
    if len(cuts) < 2 and not any(by for _, _, by in cuts):
        return question, frozenset()
    rest = _without(question, cuts)
    return (question if lacks_topic(rest) else rest), frozenset(sources)


def _without(question: str, cuts: list[tuple[int, int, bool]]) -> str:
    kept, done = "", 0
    for start, end, _ in cuts:
        between = question[done:start]
        kept += "" if done and between.strip().lower() in _AND else between + " "
        done = end
    text = " ".join((kept + question[done:]).split())
    text = re.sub(r"\s+([?!.,])", r"\1", text).lstrip(" ,")
    return text[:1].upper() + text[1:]


def _names(document: CourseDocument) -> frozenset[str]:
    number = re.match(r"\d{1,3}(?!\d)", PurePosixPath(document.source).name)
    return content_stems(f"{document.title} {document.author}") | ({number[0].lstrip("0")} if number else set())


def _name_end(question: str, start: int, names: dict[str, frozenset[str]], most: int) -> tuple[int, frozenset[str]]:
    """Where the name that begins at `start` ends, and the sources that bear every word of it."""
    sources, end, place = frozenset(names), 0, start
    for _ in range(most):
        word = _WORD.match(question, place)
        if word is None:
            break
        place = word.end()
        text = word[1].lower()
        if text in STOP_WORDS or (not end and text in _BETWEEN):
            continue
        stems = content_stems(text) or {text}
        bearing = frozenset(s for s in sources if stems <= names[s] or text.lstrip("0") in names[s])
        if not bearing:
            break
        sources, end = bearing, place
    return end, sources if end else frozenset()


def _whole_end(question: str, found: re.Match[str]) -> int:
    """Where "menurut materi (kuliah) ini" ends when it stands alone; 0 when something else follows."""
    if not found["by"]:
        return 0
    end = found.end()
    while (word := _WORD.match(question, end)) and word[1].lower() in _THIS:
        end = word.end()
    return end if re.match(r"\s*(?:[,?.!]|$)", question[end:]) else 0
