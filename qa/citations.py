"""Check each sentence of an answer against the sentences of its passages, and cite what supports it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.lexical import is_verb, stem
from index.sentences import ABBREVIATIONS, OPENERS, split_sentences
from qa.amounts import amounts
from qa.types import Citation, RetrievedPassage

# Share of a sentence's content words (stems) that must stand in the quoted sentences. Set on IDK-MRC valid:
# benchmarks/citation_check.py, results/citation_check.json.
COVERAGE = 0.85
FEWEST_WORDS = 3  # content words; less is no statement ("2.", "Contohnya:")

_MARK = re.compile(r"\s*\[\d+\]")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_BOUNDARY = re.compile(r"[,;:()]")
_TURNS = "sedangkan|sementara|tetapi|tapi|namun|melainkan|sebaliknya|adapun|whereas|while|but"
_CONTRAST = re.compile(rf"\b(?:{_TURNS})\b", re.I)
_CLAUSE = re.compile(rf"[,;:()](?=\s)|\b(?:{_TURNS}|walaupun|meskipun|although)\b", re.I)
_WHO = re.compile(r"\b(?:yang|who|which|that)\b", re.I)
_AND = re.compile(r"\s*(?:dan|serta|atau|maupun|and|or)\b", re.I)
_INNER_STOP = re.compile(r"(\w+[)\]\"”’]*)([.!?…]+)(?=\s)")
_LAST_WORD = re.compile(r"(?:\w+\.)*\w+$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_BEHIND = re.compile(r"\.(?!\.)\s*(?:([A-Z]\w*)(?=\W)|(\())?")
_NEGATION = re.compile(  # "No. 11" is a number
    r"\b(?:(?:tidak|belum|jangan)(?:lah)?|bukan(?:lah|nya)?|tak(?:kan)?|tiada|(?:e?ng)?gak|tanpa|gagal|menolak|"
    r"not|never|no(?!\.?\s*\d)|none|neither|nor|without|cannot|\w+n['’]t)\b",
    re.IGNORECASE,
)
_NOT_ONLY = re.compile(r"\b(?:tidak|bukan|not)\s+(?:hanya|saja|cuma|sekadar|only|merely)\b", re.IGNORECASE)
_COLLECTIVE = re.compile(r"(?:(\w+)\s+)?\bke(dua|tiga|empat)(?=\s+(?!kali)\w)", re.IGNORECASE)
_ONE = re.compile(r"\b(?:salah satu|sebuah|seorang|suatu)\b", re.IGNORECASE)
# Words that change how many or when, in groups of those that say the same; the first stands for its group.
_SHARES = (
    "semua seluruh semuanya seluruhnya segenap setiap tiap all every each,beberapa sebagian sejumlah some several,"
    "hampir almost nearly,mayoritas kebanyakan most,hanya cuma sekadar saja only merely,"
    "sebelum before,setelah sesudah seusai usai pasca after,kemudian setelahnya sesudahnya afterwards"
)
_SAME = {w: group.split()[0] for group in _SHARES.split(",") for w in group.split()}
_NO_SHARE = re.compile(  # "apa saja" leaves nothing out, "the most common" is no majority
    r"\b(?:apa|siapa|mana|kapan|berapa|tentu|bisa|boleh|mungkin|begitu|sama) saja\b|"
    r"\b(?:the|its|their|his|her|our|is|are|was|were) most\b|\bmost (?:common|important|likely|recent|often)\b"
)
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
        if not _keeps_order(text, e.quote) or not _keeps_subjects(text, e.quote):
            continue
        if holds_facts(text, e.quote) and (supports is None or supports(e.quote, text)):
            return CheckedSentence(text, (e,))
    return None


def holds_facts(text: str, quote: str) -> bool:
    """Whether every amount ("88 juta"), share ("sebagian"), time ("setelah") and name of `text` stands in `quote`.

    The part of `quote` about the same must deny as `text` does.
    """
    said, given = amounts(text), amounts(_COLLECTIVE.sub(_as_count, quote))
    # "satu" says no more than "sebuah" or nothing, unless the quote counts the same otherwise ("lima bab").
    counts = {stem(noun) for _, _, noun in given if noun not in STOP_WORDS} & content_stems(text)
    wanted = {amount for words, amount, _ in said if counts or words not in ("satu", "one")}
    if not wanted <= {amount for _, amount, _ in given} | ({"1"} if _ONE.search(quote) else set()):
        return False
    shares = _shares(quote)
    if not _shares(text) - (set() if "sebelum" in shares else {"kemudian"}) <= shares:
        return False
    there = {stem(w) for w in _words(quote)} | set(_words(quote))
    if any(name not in there and stem(name) not in there for name in _names(text)):
        return False
    text, quote = _NOT_ONLY.sub(" ", text), _NOT_ONLY.sub(" ", quote)
    return (_NEGATION.search(text) is None) == (_NEGATION.search(_part_about(text, quote)) is None)


def _as_count(found: re.Match[str]) -> str:
    """ "Kedua" before what it counts as "dua"; behind its noun it is an ordinal ("bab kedua")."""
    before = (found[1] or "").lower()
    counts = not before or is_verb(before) or before in STOP_WORDS - {"yang", "tahun", "hal", "saat", "kata"}
    return f"{before} {found[2]}" if counts else found[0]


def _shares(text: str) -> set[str]:
    """The words of `_SHARES`; "hampir semua" is not "semua", "setelah itu" is "kemudian"."""
    plain = _NO_SHARE.sub(" ", _NOT_ONLY.sub(" ", text.lower().replace("sebagian besar", "mayoritas")))
    words = [_SAME.get(word, word) for word in _words(re.sub(r"\b(?:setelah|sesudah) itu\b", "kemudian", plain))]
    known = [(before, word) for before, word in pairwise(["", *words]) if word in _SAME.values()]
    return {f"{before} {word}" if before == "hampir" else word for before, word in known}


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
    return len(_matches(text, quote)) >= COVERAGE * len(_placed(text))


def _keeps_subjects(text: str, quote: str) -> bool:
    """Whether what `text` says is said of the same in the quote.

    Between a verb and what it follows only one content word may be left out, or a clause of its own ("yang ...", or
    between commas or brackets) that ends before the verb: "Russia's push for a cyber treaty to replace the convention"
    is not "Russia replaces the convention". Nothing jumps over the subject that stands behind "sedangkan".
    """
    there = _placed(quote)
    for before, after in pairwise(_matches(text, quote)):
        left_out = quote[there[before][1] + len(_word_at(quote, there[before][1])) : there[after][1]]
        if _CONTRAST.search(left_out) and _placed(_CONTRAST.split(left_out)[-1]):
            return False
        if is_verb(_word_at(quote, there[after][1])):
            *closed, rest = _BOUNDARY.split(left_out)
            if _AND.match(rest) and not any(is_verb(w) for part in closed for w in _words(part)):
                continue  # the last of several subjects
            if len(_placed(_WHO.split(rest)[0])) > (0 if closed else 1):
                return False
    return True


def _word_at(text: str, offset: int) -> str:
    word = _WORD.match(text, offset)
    return word[0].lower() if word else ""


def _part_about(text: str, quote: str) -> str:
    """The clauses of `quote` from the first to the last that share the content words of `text`; all of it for none.

    A negation in another clause denies something else.
    """
    there = _placed(quote)
    matched = [there[i][1] for i in _matches(text, quote)]
    if not matched:
        return quote
    start = max((m.end() for m in _CLAUSE.finditer(quote, 0, matched[0])), default=0)
    end = _CLAUSE.search(quote, matched[-1])
    return quote[start : end.start() if end else len(quote)]


@lru_cache(maxsize=256)
def _matches(text: str, quote: str) -> tuple[int, ...]:
    """Which content words of `quote`, counted from 0, those of `text` are (longest common subsequence)."""
    there = [word for word, _ in _placed(quote)]
    best: list[tuple[int, ...]] = [()] * (len(there) + 1)
    for word, _ in _placed(text):
        above, best = best, [()]
        for place, other in enumerate(there):
            best.append((*above[place], place) if word == other else max(above[place + 1], best[-1], key=len))
    return best[-1]


def _placed(text: str) -> list[tuple[str, int]]:
    """The stems of the content words with the offsets of their words, in order."""
    return [(stem(w), m.start()) for m in _WORD.finditer(text) for w in _words(m[0]) if w not in STOP_WORDS]


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
                place = (e.passage.id, e.passage.source, e.passage.title, e.passage.page, e.passage.section)
                citations.append(Citation(numbers[key], *place, e.quote, e.start, e.end))
            marks.append(numbers[key])
        lines.append(_with_marks(sentence.text, sorted(set(marks))))
    return _join(lines), tuple(citations)


def _with_marks(text: str, numbers: Sequence[int]) -> str:
    """Put the marks before the last stop, and before each stop inside a quoted run of sentences."""
    marks = "".join(f" [{number}]" for number in numbers)
    body = _INNER_STOP.sub(lambda m: m[0] if abbreviates(text, m.start(2)) else f"{m[1]}{marks}{m[2]}", text.rstrip())
    body, end = (body[:-1], body[-1]) if body.endswith((".", "!", "?")) else (body.rstrip(" :;,"), ".")
    return f"{body}{marks}{end}"


def abbreviates(text: str, stop: int) -> bool:
    """Whether the stop there is that of an abbreviation or initial, and ends no sentence ("dll. Selain itu" does)."""
    found = _LAST_WORD.search(text, max(0, stop - 30), stop)
    behind = _BEHIND.match(text, stop)
    if found is None or behind is None:
        return False
    word = found[0].lower()
    if word.isdigit():  # a list number, where a line begins
        return len(word) < 3 and not text[: found.start()].rpartition("\n")[2].strip()
    if behind[1] and behind[1].lower() in OPENERS:
        return False
    return word in ABBREVIATIONS or (_INITIALS.fullmatch(word) is not None and not behind[2])


def _join(lines: Sequence[str]) -> str:
    is_list = sum(line.startswith("- ") for line in lines) > 1
    return ("\n" if is_list else " ").join(lines)


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
