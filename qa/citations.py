"""Check each sentence of an answer against the sentences of its passages, and cite what supports it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.lexical import stem
from index.sentences import ABBREVIATIONS, split_sentences
from qa.types import Citation, RetrievedPassage

# Share of a sentence's content words (stems) that must stand in the quoted sentences. Set on IDK-MRC valid:
# benchmarks/citation_check.py, results/citation_check.json.
COVERAGE = 0.85
FEWEST_WORDS = 3  # content words; less is no statement ("2.", "Contohnya:")

_MARK = re.compile(r"\s*\[\d+\]")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_INNER_STOP = re.compile(r"(\w+[)\]\"”’]*)([.!?…]+)(?=\s)")
_NEGATION = re.compile(r"\b(tidak|tak|bukan|belum|tanpa|jangan|gagal|menolak|not|never|no)\b", re.IGNORECASE)
STOP_WORDS = frozenset(
    "yang dan di ke dari untuk pada dengan adalah ini itu dalam oleh sebagai atau juga akan tidak karena dapat bisa "
    "ada para agar serta antara secara tersebut merupakan yaitu yakni ialah misalnya lain saja tahun suatu "
    "sebuah lebih maka jika bahwa seperti telah sudah masih hanya namun tetapi sehingga ketika saat hal kata the of "
    "and to in is a bukan belum tanpa".split()
)

Supports = Callable[[str, str], bool]


@dataclass(frozen=True)
class Evidence:
    """One sentence of a passage; `quote` is the document's text at [start, end)."""

    passage: RetrievedPassage
    start: int
    end: int

    @property
    def quote(self) -> str:
        offset = self.passage.start
        return self.passage.text[self.start - offset : self.end - offset]


@dataclass(frozen=True)
class CheckedSentence:
    """A sentence without marks, and the sentences of the material that it stands on."""

    text: str
    evidence: tuple[Evidence, ...]


def evidence_sentences(passages: Iterable[RetrievedPassage]) -> list[Evidence]:
    """Split passages into their sentences; overlapping passages give a sentence once."""
    found: dict[tuple[str, int, int], Evidence] = {}
    for passage in passages:
        for start, end in split_sentences(passage.text):
            evidence = Evidence(passage, passage.start + start, passage.start + end)
            found.setdefault((passage.source, evidence.start, evidence.end), evidence)
    return list(found.values())


def check(
    sentence: str, evidence: Sequence[Evidence], supports: Supports | None = None, question: str = ""
) -> CheckedSentence | None:
    """Return `sentence` with the evidence that supports it, or None when the material does not say it.

    Supported means: one sentence of the material holds every number and name of it and at least COVERAGE of its
    content words, in its order, with the same polarity, and `supports(quote, sentence)` agrees. Every word that the
    sentence takes over from `question` must stand in that sentence or its heading: a model likes to repeat what the
    question takes for granted. Two sentences together do not count: what a small model makes of two is too often
    what neither says.
    """
    text = _MARK.sub("", sentence).strip()
    words = content_stems(text)
    if len(words) < FEWEST_WORDS:
        return None
    echoed = words & content_stems(question)
    for e in sorted(evidence, key=lambda e: _coverage(words, e), reverse=True)[:4]:
        if _coverage(words, e) < COVERAGE:
            return None
        if not echoed <= content_stems(f"{e.passage.title} {e.passage.section} {e.quote}"):
            continue
        if not _keeps_order(text, e.quote):
            continue
        if holds_facts(text, e.quote) and (supports is None or supports(e.quote, text)):
            return CheckedSentence(text, (e,))
    return None


def holds_facts(text: str, quote: str) -> bool:
    """Whether every number and name of `text` stands in `quote`, and both deny or neither does."""
    if not set(_NUMBER.findall(text)) <= set(_NUMBER.findall(quote)):
        return False
    there = {stem(w) for w in _words(quote)} | set(_words(quote))
    if any(name not in there and stem(name) not in there for name in _names(text)):
        return False
    return _denies(text) == _denies(quote)


def holds_answer(text: str, answer: str) -> bool:
    """Whether every number and COVERAGE of the content words of `answer` stand in `text`."""
    words = content_stems(answer)
    numbers = set(_NUMBER.findall(answer)) <= set(_NUMBER.findall(text))
    return numbers and len(words & content_stems(text)) >= COVERAGE * len(words)


def _keeps_order(text: str, quote: str) -> bool:
    """Whether COVERAGE of the content words stand in the quote one after the other (longest common subsequence).

    The same words in another order may say something else ("A replaces B"), and what a word too many does to a
    sentence ("A replaces A") shows here as well.
    """
    asked, there = ([stem(w) for w in _words(t) if w not in STOP_WORDS] for t in (text, quote))
    lengths = [0] * (len(there) + 1)
    for word in asked:
        before = lengths[:]
        for place, other in enumerate(there, 1):
            lengths[place] = before[place - 1] + 1 if word == other else max(before[place], lengths[place - 1])
    return lengths[-1] >= COVERAGE * len(asked)


def number_citations(sentences: Sequence[CheckedSentence]) -> tuple[str, tuple[Citation, ...]]:
    """Return the answer text with its [n] marks, and the citations numbered by first use."""
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    lines: list[str] = []
    for sentence in sentences:
        marks = []
        for e in sentence.evidence:
            key = (e.passage.source, e.start, e.end)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                citations.append(_citation(numbers[key], e))
            marks.append(numbers[key])
        lines.append(_with_marks(sentence.text, sorted(set(marks))))
    return _join(lines), tuple(citations)


def _citation(number: int, e: Evidence) -> Citation:
    p = e.passage
    return Citation(number, p.id, p.source, p.title, p.page, p.section, e.quote, e.start, e.end)


def _with_marks(text: str, numbers: Sequence[int]) -> str:
    """Put the marks before the last stop, and before each stop inside a quoted run of sentences."""
    marks = "".join(f" [{number}]" for number in numbers)
    body = _INNER_STOP.sub(lambda stop: stop[0] if _abbreviates(stop) else f"{stop[1]}{marks}{stop[2]}", text.rstrip())
    body, end = (body[:-1], body[-1]) if body.endswith((".", "!", "?")) else (body.rstrip(" :;,"), ".")
    return f"{body}{marks}{end}"


def _abbreviates(stop: re.Match[str]) -> bool:
    word = stop[1].lower()
    initial = len(word) == 1 and not stop.string[stop.end() :].lstrip().startswith("(")
    return stop[2] == "." and (initial or word in ABBREVIATIONS)


def _join(lines: Sequence[str]) -> str:
    is_list = sum(line.startswith("- ") for line in lines) > 1
    return ("\n" if is_list else " ").join(lines)


def _denies(text: str) -> bool:
    return _NEGATION.search(text) is not None


def _coverage(words: frozenset[str], evidence: Evidence) -> float:
    return len(words & content_stems(evidence.quote)) / len(words)


@lru_cache(maxsize=4096)
def content_stems(text: str) -> frozenset[str]:
    """Stems of the words that carry content."""
    return frozenset(stem(word) for word in _words(text) if word not in STOP_WORDS)


def _words(text: str) -> list[str]:
    return [part for word in _WORD.findall(text.lower()) for part in re.split(r"[-'’]", word) if part]


def _names(text: str) -> set[str]:
    """Lower-cased words written with a capital inside the sentence, and acronyms anywhere."""
    words = _WORD.findall(text)
    inside = {w for w in words[1:] if w[0].isupper()} | {w for w in words[:1] if w.isupper() and len(w) > 1}
    return {part for word in inside for part in _words(word)} - STOP_WORDS
