"""Choose the sentences that answer a question: what is quoted, and what the generator gets to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.lexical import LexicalIndex, analyse, stem
from index.sentences import MARKER, is_reference
from qa.citations import STOP_WORDS, CheckedSentence, Evidence, content_stems, evidence_sentences, holds_answer
from qa.reader import Reader
from qa.types import RetrievedPassage

# The sentences of this many passages are read one by one. This, MARGIN and RARE_WORDS were set on the questions
# about the shipped course: benchmarks/answering.py, results/answering.json.
READ_PASSAGES = 4
# A sentence is quoted beside the best one when its score is at most this much lower.
MARGIN = 2.0
# What a sentence gains, in the reader's logits, by holding all of the question's words, weighted by their rarity.
RARE_WORDS = 1.0
# A list answers a question for one when it, its introduction and section hold this share of the question's rare words.
LIST_TOPIC = 0.6
# And its introduction and section alone hold this share: one item may name the topic by chance.
LIST_INTRODUCTION = 0.2
# What a sentence gains that spells out the acronym whose long form is asked for.
SPELLED_OUT = 5.0
# What a sentence that gives examples gains where examples are asked for.
EXAMPLE = 1.0
LONGEST_LIST = 15
_GAP = 2  # most characters between two sentences that follow each other: an empty line

_ASKS_LIST = re.compile(
    r"\b(apa saja|apa aja|siapa saja|siapa aja|mana saja|sebutkan|sebutin|daftar|macam|jenis|list|"
    r"what are|which are)\b",
    re.IGNORECASE,
)
_ASKS_LONG_FORM = re.compile(r"\b(kepanjangan|singkatan|akronim|stands? for|abbreviat)", re.IGNORECASE)
_ASKS_EXAMPLE = re.compile(r"\b(contoh\w*|misal\w*|examples?)\b", re.IGNORECASE)
_GIVES_EXAMPLE = re.compile(
    r"\b(seperti|misal\w*|contoh\w*|antara lain|meliputi|mencakup|termasuk|such as|for example|including)\b",
    re.IGNORECASE,
)
# A sentence that opens like this goes on from the one before it ...
_CONNECTS = re.compile(
    r"^\W*(?:(?:(?:oleh |maka )?(?:karena|sebab|dari)|selain|di samping|setelah|sementara|untuk|sejak) itu"
    r"|(?:dengan|namun|meski(?:pun)?|walau(?:pun)?) demikian|demikian (?:pula|juga|halnya)|akibatnya|sehingga|namun)\b",
    re.IGNORECASE,
)
# ... and one that opens like this speaks of something that is named there ("saat ini", "artikel ini" do not).
_HERE = "saat|selama|dewasa|hari|minggu|bulan|tahun|abad|era|zaman|artikel|tulisan|makalah|bab|modul|kuliah|materi"
_POINTS_BACK = re.compile(
    rf"^\W*(?:(?:hal )?(?:ini|itu|tersebut|demikian)|(?!(?:{_HERE}) ini\b)\w+ (?:ini|itu|tersebut)"
    r"|ia|dia|beliau|mereka|keduanya|sebaliknya)\b",
    re.IGNORECASE,
)
_MARKERS = (
    re.compile(r"^\s*\(?\d{1,2}[.)]\s+"),
    re.compile(r"^\s*[-*•‣▪·]\s+"),
    re.compile(r"^\s*\(?[a-z][.)]\s+"),
)
_ORDINAL = re.compile(r"^\s*(pertama|kedua|ketiga|keempat|kelima|keenam|ketujuh)\b", re.IGNORECASE)
_FIRST_ITEM = re.compile(r"^\s*(?:\(?[1a][.)]\s|pertama\b)", re.IGNORECASE)
_STATEMENT = re.compile(r"[.!?:;…][\"'”’»)\]]*$|\)$")
_CITED_BEHIND = re.compile(r"\.\s*(\([^()]{3,60}\d{4}[a-z]?\))\.?$")


@dataclass(frozen=True)
class ScoredSentence:
    """A sentence of the material; `score` is the reader's logit of relevance and what rare words add to it.

    `answer` is the part of it that the reader takes for the answer.
    """

    evidence: Evidence
    score: float
    answer: str = ""


def heading(passage: RetrievedPassage) -> str:
    """What the reader reads before a passage."""
    return " — ".join(part for part in (passage.title, passage.section) if part)


def score_sentences(
    question: str, passages: Sequence[RetrievedPassage], reader: Reader, lexical: LexicalIndex
) -> list[ScoredSentence]:
    """Score every sentence of the best passages, best first.

    The reader reads each sentence alone, under its document's title and section; on the course's questions that
    finds the evidence far better than cosine, word overlap, or the passage's answer span.
    """
    sentences = evidence_sentences(passages[:READ_PASSAGES])
    alone = reader.read(question, [e.quote for e in sentences], [heading(e.passage) for e in sentences])
    rare = rare_words(question, lexical)
    acronyms = _asked_acronyms(question)
    examples = _ASKS_EXAMPLE.search(question)
    scored = []
    for e, reading in zip(sentences, alone, strict=True):
        score = reading.relevance + RARE_WORDS * _share(rare, e.quote)
        score += SPELLED_OUT * any(_spells_out(acronym, e.quote) for acronym in acronyms)
        score += EXAMPLE * bool(examples and _GIVES_EXAMPLE.search(e.quote))
        scored.append(ScoredSentence(e, score, e.quote[slice(*reading.span)] if reading.span else ""))
    return sorted(scored, key=lambda s: -s.score)


def spells_out_asked(question: str, passages: Sequence[RetrievedPassage]) -> bool:
    """Whether the question asks for the long form of an acronym and a sentence of the best passages has it."""
    acronyms = _asked_acronyms(question)
    sentences = evidence_sentences(passages[:READ_PASSAGES]) if acronyms else []
    return any(_spells_out(acronym, e.quote) for acronym in acronyms for e in sentences)


def rare_words(question: str, lexical: LexicalIndex) -> dict[str, float]:
    """Return the stems of the question's content words that the course holds, with their idf."""
    weights = {stem(w): lexical.idf(w) for w in analyse(question) if w not in STOP_WORDS}
    return {word: weight for word, weight in weights.items() if weight > 0}


def quote_sentences(
    question: str, scored: Sequence[ScoredSentence], lexical: LexicalIndex, limit: int, margin: float = MARGIN
) -> list[CheckedSentence]:
    """Return the sentences that are the answer when it is quoted, in reading order, at most `limit`.

    Beside the best sentence stand those whose score is at most `margin` lower. One that points back stands there with
    what it points to, or not at all; an entry of a reference list only where nothing else is as good. A question for a
    list gets the list, whole, where the best passages hold one about it.
    """
    listed = _list(question, scored, rare_words(question, lexical)) if _ASKS_LIST.search(question) else []
    if listed:
        return [CheckedSentence(f"- {sentence_text(e.quote)}", (e,)) for e in listed]
    said = [s for s in scored if _is_statement(s.evidence.quote)] or list(scored)
    if not said:
        return []
    stated = [s for s in said if not _is_entry(s.evidence.quote)]
    best = next((s for s in stated if s.score >= said[0].score - margin), said[0])
    kept = (_with_antecedents(best.evidence, scored, _goes_back) or [best.evidence])[-limit:]
    for s in [s for s in stated if s is not best][: limit - 1]:
        if s.score >= best.score - margin:
            more = [e for e in _with_antecedents(s.evidence, scored) if e not in kept]
            kept += more if len(kept) + len(more) <= limit else []
    order = {source: i for i, source in enumerate(dict.fromkeys(e.passage.source for e in kept))}
    kept.sort(key=lambda e: (order[e.passage.source], e.start))
    return [CheckedSentence(sentence_text(e.quote), (e,)) for e in kept]


def unsaid(quotes: Sequence[CheckedSentence], generated: Sequence[CheckedSentence]) -> list[CheckedSentence]:
    """The quotes on which no generated sentence rests, and which say more than all of those do.

    One that points back comes only behind what it points to.
    """
    cited = {(e.passage.source, e.start) for s in generated for e in s.evidence}
    text = " ".join(s.text for s in generated)
    said = list(generated)
    for quote in quotes:
        used = any((e.passage.source, e.start) in cited for e in quote.evidence) or holds_answer(text, quote.text)
        if not used and may_follow(quote, said[-1]):
            said.append(quote)
    return said[len(generated) :]


def is_list(sentences: Sequence[CheckedSentence]) -> bool:
    """Whether quoted sentences are the items of a list."""
    return len(sentences) > 1 and all(sentence.text.startswith("- ") for sentence in sentences)


def sentence_text(quote: str) -> str:
    """A quoted sentence as running text: one line with a capital first, no marker of a list item.

    A source "(Name, 2020)" behind the last stop comes before it. Numbers in square brackets get round ones, so that
    nobody takes them for our marks; initials are joined and numbers follow their abbreviation without a blank, so
    that no stop looks like the end of a sentence.
    """
    text = " ".join(quote.split())
    for marker in _MARKERS:
        text = marker.sub("", text)
    text = re.sub(r"\[(\d+)\]", r"(\1)", text)
    text = re.sub(r"\b([A-Z])\. (?=[A-Z]\.)", r"\1.", text)
    text = re.sub(r"\b(Vol|No|vol|no|hlm|hal|pp|p|jil)\. (?=\d)", r"\1.", text)
    first = re.match(r"[^\W\d_]+(?![-.@\w])", text)
    if first and first[0].islower():
        text = text[0].upper() + text[1:]
    return _CITED_BEHIND.sub(r" \1.", text)


def excerpts(
    scored: Sequence[ScoredSentence], passages: int, around: int = 1, margin: float = MARGIN
) -> list[tuple[RetrievedPassage, str]]:
    """Return, for the best `passages` passages, the best sentence with `around` neighbours on each side.

    A passage whose best sentence is more than `margin` behind would only mislead the generator.
    """
    found: dict[str, tuple[RetrievedPassage, str]] = {}
    for s in scored:
        passage = s.evidence.passage
        if passage.id in found or len(found) == passages or s.score < scored[0].score - margin:
            continue
        sentences = evidence_sentences([passage])
        at = next(i for i, e in enumerate(sentences) if e.start == s.evidence.start)
        part = sentences[max(0, at - around) : at + around + 1]
        found[passage.id] = (passage, passage.text[part[0].start - passage.start : part[-1].end - passage.start])
    return list(found.values())


def points_back(text: str) -> bool:
    """Whether a sentence opens with a word for something that the one before it names ("Negara itu", "Namun, ia")."""
    return _POINTS_BACK.match(_CONNECTS.sub("", text)) is not None


def _goes_back(text: str) -> bool:
    """Whether a sentence points back, or only goes on from the one before it ("Oleh karena itu, negara ...")."""
    return points_back(text) or _CONNECTS.match(text) is not None


def may_follow(sentence: CheckedSentence, before: CheckedSentence) -> bool:
    """Whether `sentence` says behind `before` what it says in the material.

    What it points back to there must be what `before` rests on: the same sentence of the material, or the previous.
    """
    e = sentence.evidence[0]
    same = any((b.passage.source, b.start) == (e.passage.source, e.start) for b in before.evidence)
    return not points_back(e.quote) or same or any(_adjoins(b, e) for b in before.evidence)


def _with_antecedents(
    evidence: Evidence, scored: Sequence[ScoredSentence], needs: Callable[[str], bool] = points_back
) -> list[Evidence]:
    """The sentence with those before it that it points back to, in order; nothing where one of them was not read."""
    run = [evidence]
    while needs(run[0].quote):
        before = next((s.evidence for s in scored if _adjoins(s.evidence, run[0])), None)
        if before is None:
            return [] if needs is points_back else run
        run.insert(0, before)
    return run


def _adjoins(before: Evidence, after: Evidence) -> bool:
    """Whether `after` is the next sentence of the document."""
    return before.passage.source == after.passage.source and 0 <= after.start - before.end <= _GAP


def _asked_acronyms(question: str) -> list[str]:
    return re.findall(r"\b[A-Z]{2,8}\b", question) if _ASKS_LONG_FORM.search(question) else []


def _spells_out(acronym: str, quote: str) -> bool:
    """Whether words that follow each other begin with the acronym's letters (linking words do not count)."""
    words = [w for w in re.findall(r"[^\W\d_]+", quote) if w.lower() not in STOP_WORDS and not w.isupper()]
    return acronym.lower() in "".join(word[0].lower() for word in words)


def _is_entry(quote: str) -> bool:
    """Whether it is an entry of a reference list, with its bullet or number or without."""
    marker = MARKER.match(quote)
    return is_reference(quote) or (marker is not None and is_reference(quote[marker.end() :]))


def _is_statement(quote: str) -> bool:
    """Tell a sentence or list item from a heading, a name or a date line."""
    words = re.findall(r"[^\W\d_]{2,}", quote)
    is_item = any(marker.match(quote) for marker in _MARKERS) and len(words) > 1
    return len(words) >= 12 or (len(words) >= 3 and bool(_STATEMENT.search(quote.rstrip()))) or is_item


def _list(question: str, scored: Sequence[ScoredSentence], rare: dict[str, float]) -> list[Evidence]:
    """The items of the first list, among the two best passages, that is about the question's rare words."""
    best = list(dict.fromkeys(s.evidence.passage.id for s in scored))[:2]
    passages: dict[str, list[Evidence]] = {}
    for e in sorted((s.evidence for s in scored), key=lambda e: e.start):
        passages.setdefault(e.passage.id, []).append(e)
    for passage_id in best:
        sentences = _with_whole_list(passages[passage_id], list(passages.values()))
        items = _items(sentences)
        if not items:
            continue
        before = [e.quote for e in sentences if e.start < items[0].start][-1:]
        introduction = " ".join([items[0].passage.section, items[0].passage.title, *before])
        about = " ".join([introduction, *(e.quote for e in items)])
        if _share(rare, about) >= LIST_TOPIC and _share(rare, introduction) >= LIST_INTRODUCTION:
            return items[:LONGEST_LIST]
    return []


def _with_whole_list(sentences: Sequence[Evidence], others: Sequence[Sequence[Evidence]]) -> list[Evidence]:
    """The sentences of a passage with those of the passages before and behind it through which its list goes on."""
    run = list(sentences)
    while behind := next((other for other in others if _goes_on(run, other)), None):
        run = [*run, *behind]
    while before := next((other for other in others if _goes_on(other, run)), None):
        run = [*before, *run]
    return run


def _goes_on(before: Sequence[Evidence], after: Sequence[Evidence]) -> bool:
    """Whether `after` comes next in the section and begins with an item, not the first, of a list in `before`."""
    if before[-1].passage.section != after[0].passage.section or not _adjoins(before[-1], after[0]):
        return False
    marker = next((m for m in (*_MARKERS, _ORDINAL) if m.match(after[0].quote)), None)
    known = marker is not None and any(marker.match(e.quote) for e in before)
    return known and not _FIRST_ITEM.match(after[0].quote)


def _items(sentences: Sequence[Evidence]) -> list[Evidence]:
    """The outermost list: the sentences that carry the marker which comes first."""
    for e in sentences:
        for marker in (*_MARKERS, _ORDINAL):
            if marker.match(e.quote):
                same = [other for other in sentences if marker.match(other.quote)]
                return same if len(same) > 1 else []
    return []


def _share(rare: dict[str, float], text: str) -> float:
    """Share, by idf, of the rare words that stand in the text."""
    held = content_stems(text)
    return sum(weight for word, weight in rare.items() if word in held) / sum(rare.values()) if rare else 0.0
