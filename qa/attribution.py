"""Questions that name the text they are about ("menurut artikel Diplomasi Digital, ...")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from index.blocks import CourseDocument
from qa.bibliography import QUOTED
from qa.citations import STOP_WORDS, content_stems
from qa.condense import topic_words

_TEXT = re.compile(
    r"\b(?P<by>menurut|dalam|di|pada|berdasarkan|dari|antara|according to|in)?\s*\b(?:the )?"
    r"(?:artikel|tulisan|bacaan|dokumen|article|reading|"
    r"(?P<subject>materi|makalah|esai|teks|modul|slide|essay))\b",
    re.IGNORECASE,
)
# Some courses are about "teks" or "materi": these words mean a text of the course only before one of these ...
_MEANT = re.compile(
    r"\s*(?:[\"“‘']|(?:yang\s+)?berjudul\b|called\b|(?:kuliah\s+)?ini\b|"
    r"(?:(?:kuliah|pertemuan|bab|minggu|nomor|no\.|ke)[\s-]*)*\d)",
    re.IGNORECASE,
)
# ... or behind one of these, alone or before nothing but the name of a text.
_SAYS = {"menurut", "berdasarkan", "according to"}
_FEWEST_LEFT = 2  # words that say what is asked, when a name is cut out
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
    any without which hardly a word would be left. A name ends with its quotation mark, before another text, or after
    `most` words.
    """
    mentions = list(_TEXT.finditer(question))
    names = {document.source: _names(document) for document in documents} if mentions else {}
    cuts: list[tuple[int, int, bool]] = []
    sources: set[str] = set()
    for found in mentions:
        end, named = 0, frozenset[str]()
        is_meant = not found["subject"] or _MEANT.match(question, found.end())
        if is_meant or (found["by"] or "").lower() in _SAYS:
            end, named = _name_end(question, found.end(), names, most)
            if not (is_meant or _is_phrase_end(question, end)):
                end, named = 0, frozenset()
        end = end if named else _whole_end(question, found)
        if end and not (cuts and found.start() < cuts[-1][1]):
            cuts.append((found.start(), end, bool(found["by"])))
            sources |= named
    if len(cuts) < 2 and not any(by for _, _, by in cuts):
        return question, frozenset()
    rest = _without(question, cuts)
    return (rest if len(topic_words(rest)) >= _FEWEST_LEFT else question), frozenset(sources)


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
    quoted = QUOTED.search(question, start)
    if quoted and _BETWEEN.issuperset(question[start : quoted.start()].lower().split()):
        title = content_stems(quoted[1])
        bearing = frozenset(s for s in names if title and title <= names[s])
        return quoted.end() if bearing else 0, bearing
    sources, end, place = frozenset(names), 0, start
    for _ in range(most):
        word = _WORD.match(question, place)
        if word is None or _TEXT.match(question, word.start(1)):
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


def _is_phrase_end(question: str, end: int) -> bool:
    """Whether a name that ends at `end` goes no further: a mark, the end or an asking word is next."""
    word = re.compile(r"\s+([\w-]+)").match(question, end)
    return word is None or not topic_words(word[1])


def _whole_end(question: str, found: re.Match[str]) -> int:
    """Where "menurut materi (kuliah) ini" ends when it stands alone; 0 when something else follows."""
    if not found["by"]:
        return 0
    end = found.end()
    if found["subject"] and found["by"].lower() not in _SAYS and not _MEANT.match(question, end):
        return 0
    while (word := _WORD.match(question, end)) and word[1].lower() in _THIS:
        end = word.end()
    return end if re.match(r"\s*(?:[,?.!]|$)", question[end:]) else 0
