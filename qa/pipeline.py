"""One question becomes one cited answer; chat, CLI, API and evaluator all call `Pipeline`."""

from __future__ import annotations

import math
import re
import threading
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel

from index.build import CourseIndex, load
from index.embeddings import load_embeddings
from index.errors import TanyaError
from index.passages import FRONT_SECTION, REFERENCE_SECTION
from index.retriever import Hit
from qa import prompts
from qa.attribution import split_attribution
from qa.bibliography import (
    answer_about_document,
    answer_about_reference,
    asks_about_document,
    asks_about_reference,
)
from qa.citations import CheckedSentence, check, content_stems, evidence_sentences, holds_answer, number_citations
from qa.condense import standalone_question
from qa.evidence import (
    MARGIN,
    ScoredSentence,
    excerpts,
    heading,
    is_list,
    may_follow,
    points_back,
    quote_sentences,
    score_sentences,
    sentence_text,
    spells_out_asked,
    unsaid,
)
from qa.generator import load_generator
from qa.reader import Reader, Reading, load_reader
from qa.reranker import Reranker
from qa.sentence_stream import written_sentences
from qa.settings import Settings
from qa.types import Answer, Citation, Question, RetrievedPassage

_NAMES_DOCUMENT = re.compile(r"\b(penulis|artikel|tulisan|dokumen|bacaan|author|article)", re.IGNORECASE)


@dataclass
class _Clock:
    """Seconds since the question came, by the name of the step that ended then."""

    began: float = field(default_factory=time.perf_counter)
    marks: dict[str, float] = field(default_factory=dict)

    def mark(self, name: str) -> None:
        self.marks.setdefault(name, round(time.perf_counter() - self.began, 4))


@dataclass(frozen=True)
class Found:
    """What the reader makes of the passages found for a question.

    `passages` are all that were found, best first, `readings` those of the first ones, `sentences` those of the best
    passages, best first; `confidence` is the probability that they answer.
    """

    passages: list[RetrievedPassage]
    readings: list[Reading]
    sentences: list[ScoredSentence]
    confidence: float


class Pipeline:
    """Answers questions about one course; safe from several threads."""

    def __init__(
        self,
        index: CourseIndex,
        reader: Reader,
        generator: BaseChatModel | None,
        settings: Settings,
        reranker: Reranker | None = None,
    ) -> None:
        self.index = index
        self.course = index.course
        self.reader = reader
        self.generator = generator
        self.settings = settings
        self.reranker = reranker

    def answer(self, question: Question) -> Answer:
        """Return the whole answer.

        Raises:
            TanyaError: the question is empty or too long, or a model failed.
        """
        *_, last = self.stream(question)
        return last

    def stream(self, question: Question, cancel: threading.Event | None = None) -> Iterator[Answer]:
        """Yield the growing answer: first the passages without text, at the end the answer with `complete` True.

        `cancel` ends the generation at its next token; what was checked until then is the answer.
        """
        clock = _Clock()
        text = clean_question(question.text, self.settings.question_characters)
        standalone = standalone_question(text, _usable(question.history, self.settings.question_characters))
        draft = Answer(question.text, standalone, id=question.id, complete=False, index_version=self.index.version)
        asked, hits = self.find(standalone)
        clock.mark("retrieve")
        found = tuple(_retrieved(hit) for hit in hits[: self.settings.shown])
        draft = replace(draft, passages=found, timings=dict(clock.marks))
        yield draft
        about = self._about_document(standalone)
        if about:
            text, citations = self._cite(about)
            draft = replace(draft, kind="quoted", answer=text, citations=citations, confidence=1.0)
            yield _finished(replace(draft, model=self.model_name), clock)
            return
        read = self.read(asked, hits)
        clock.mark("read")
        shown = tuple(read.passages[: self.settings.shown])
        draft = replace(draft, passages=shown, confidence=round(read.confidence, 4))
        if read.confidence < self.reader.threshold and not spells_out_asked(asked, read.passages):
            yield _finished(replace(draft, kind="abstained", answer=prompts.abstention(_topics(read.passages))), clock)
            return
        for part in self._write(asked, read.sentences, draft, cancel):
            clock.mark("first_token")
            last = replace(part, timings=dict(clock.marks))
            yield last
        yield _finished(last, clock)

    def find(self, question: str) -> tuple[str, list[Hit]]:
        """Return what is asked, without the texts that the question names, and the passages found in those texts."""
        asked, sources = question, frozenset[str]()
        if not asks_about_document(question):
            asked, sources = split_attribution(question, self.index.documents.values())
        return asked, self.index.retriever.search(asked, self.settings.retrieved, sources)

    def _about_document(self, question: str) -> list[CheckedSentence]:
        if not (asks_about_document(question) or asks_about_reference(question)):
            return []
        passages = [_retrieved_document(passage) for passage in self.index.passages.values()]
        return answer_about_document(question, self.index.documents.values(), passages) or answer_about_reference(
            question, passages
        )

    def read(self, question: str, hits: Sequence[Hit]) -> Found:
        """Rerank what was found, score its sentences, and say how sure the reader is that it answers."""
        passages, readings = self.rerank(question, hits)
        sentences = score_sentences(question, passages, self.reader, self.index.retriever.lexical)
        confidence = 0.0
        if sentences:
            confidence = self.reader.confidence(max(r.relevance for r in readings), sentences[0].score)
        return Found(passages, readings, sentences, confidence)

    def rerank(self, question: str, hits: Sequence[Hit]) -> tuple[list[RetrievedPassage], list[Reading]]:
        """Read the first passages and rank them, with their readings.

        They are ranked by reader and retriever together, or by the reranker where one is set. The passages that
        were not read keep their order behind them.
        """
        hits = _without_front_matter(question, hits)
        front = [_retrieved(hit) for hit in hits[: self.settings.read]]
        readings = self.reader.read(question, [p.text for p in front], [heading(p) for p in front])
        if self.reranker is None:
            mixed = [self.reader.mix(r, hit.cosine) for r, hit in zip(readings, hits, strict=False)]
        else:
            mixed = self.reranker.scores(question, [f"{heading(p)}\n{p.text}" for p in front]).tolist()
        order = sorted(range(len(front)), key=lambda i: -mixed[i])
        ranked = [replace(front[i], score=round(math.exp(mixed[i] - mixed[order[0]]), 4)) for i in order]
        rest = [replace(_retrieved(hit), score=0.0) for hit in hits[self.settings.read :]]
        return ranked + rest, [readings[i] for i in order]

    def _write(
        self, question: str, scored: Sequence[ScoredSentence], draft: Answer, cancel: threading.Event | None
    ) -> Iterator[Answer]:
        """Yield the answer as its sentences are checked, and with it what would be quoted and was not yet said.

        A list is quoted whole, and so is the answer where the generator leaves out what the reader takes for it.
        """
        lexical, limit = self.index.retriever.lexical, self.settings.answer_sentences
        quotes = quote_sentences(question, scored, lexical, limit)
        generated: list[CheckedSentence] = []
        if self.generator is not None and not is_list(quotes):
            for sentence in self._generate(question, scored, cancel):
                generated.append(sentence)
                if any(_gives_answer(s, scored[:2]) for s in generated):
                    text, citations = self._cite(generated)
                    draft = replace(draft, answer=text, citations=citations, model=self.model_name)
                    yield draft
        if not draft.answer:
            text, citations = self._cite(quotes)
            yield replace(draft, kind="quoted", answer=text, citations=citations, model=self.model_name)
            return
        near = quote_sentences(question, scored, lexical, limit, MARGIN / 2)  # beside what was said, less is enough
        more = unsaid(near, generated)
        if more:
            text, citations = self._cite([*generated, *more][:limit])
            yield replace(draft, answer=text, citations=citations)

    def _generate(
        self, question: str, scored: Sequence[ScoredSentence], cancel: threading.Event | None
    ) -> Iterator[CheckedSentence]:
        """Yield the generator's sentences that the material supports, as soon as each is complete.

        One that points back is left out where what it points to was, or stands elsewhere in the material.
        """
        assert self.generator is not None
        given = excerpts(scored, self.settings.prompt_passages)
        evidence = evidence_sentences(passage for passage, _ in given)
        texts = [text for _, text in given]
        if getattr(self.generator, "taught", False):
            messages = prompts.tutor_messages(question, texts, scored[0].answer)
        else:
            messages = prompts.answer_messages(question, texts)
        deadline = time.monotonic() + self.settings.generator_seconds
        kept: list[CheckedSentence] = []
        complete = True  # nothing was left out since the last one that was kept
        with closing(written_sentences(self.generator, messages, deadline, cancel)) as sentences:
            for sentence in sentences:
                checked = None
                if complete or not points_back(sentence):
                    checked = check(sentence_text(sentence), evidence, self.reader.supports, question)
                complete = checked is not None and (not kept or may_follow(checked, kept[-1]))
                if checked is not None and complete:
                    kept.append(checked)
                    yield checked
                if len(kept) in (0, self.settings.answer_sentences):
                    return  # what begins unsupported goes on so; the quotes come sooner

    def _cite(self, sentences: Sequence[CheckedSentence]) -> tuple[str, tuple[Citation, ...]]:
        """Number the citations, and give each the page on which its quote (not its passage) begins."""
        text, citations = number_citations(sentences)
        return text, tuple(replace(c, page=self._page(c.source, c.start)) for c in citations)

    def _page(self, source: str, offset: int) -> int | None:
        blocks = self.index.document(source).blocks
        return next((block.page for block in reversed(blocks) if block.start <= offset), None)

    @property
    def model_name(self) -> str:
        return self.settings.generator_model or self.settings.generator if self.generator else "none"


def load_pipeline(settings: Settings) -> Pipeline:
    """Load index and models by the settings.

    Raises:
        TanyaError: the index is missing or does not fit, or a model cannot be loaded.
    """
    embeddings = load_embeddings(settings.embedding_model)
    index = load(settings.index, embeddings, settings.course or None)
    reranker = Reranker(settings.reranker) if settings.reranker else None
    return Pipeline(index, load_reader(settings.reader), load_generator(settings), settings, reranker)


def clean_question(text: str, limit: int) -> str:
    """Return the question in one line, without control characters and signs that only format (soft hyphens, joiners).

    Raises:
        TanyaError: it is empty, or longer than `limit` characters.
    """
    if len(text) > limit:
        raise TanyaError(prompts.QUESTION_TOO_LONG.format(length=len(text), limit=limit))
    shown = (c if c.isprintable() else " " for c in text if unicodedata.category(c) != "Cf")
    cleaned = " ".join("".join(shown).split())
    if not any(c.isalnum() for c in cleaned):
        raise TanyaError(prompts.EMPTY_QUESTION)
    return cleaned


def _usable(history: Iterable[str], limit: int) -> list[str]:
    """The earlier questions without those that `clean_question` refuses (an emoji, a pasted text)."""
    kept = []
    for asked in history:
        with suppress(TanyaError):
            kept.append(clean_question(asked, limit))
    return kept


def _gives_answer(sentence: CheckedSentence, best: Sequence[ScoredSentence]) -> bool:
    """Whether a generated sentence rests on one of the best and keeps what the reader takes for the answer there."""
    cited = {(e.passage.source, e.start) for e in sentence.evidence}
    return any(
        (s.evidence.passage.source, s.evidence.start) in cited and holds_answer(sentence.text, s.answer) for s in best
    )


def _without_front_matter(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """Leave bylines and dates unread unless the question is about a document or names its author."""
    if asks_about_document(question) or _NAMES_DOCUMENT.search(question):
        return list(hits)
    asked = content_stems(question)

    def is_wanted(hit: Hit) -> bool:
        m = hit.passage.metadata
        return m["section"] != FRONT_SECTION or bool(content_stems(m["author"]) & asked)

    wanted = [hit for hit in hits if is_wanted(hit)]
    return wanted or list(hits)


def _retrieved(hit: Hit) -> RetrievedPassage:
    return _retrieved_document(hit.passage, round(hit.score, 4))


def _retrieved_document(passage: Document, score: float = 0.0) -> RetrievedPassage:
    m = passage.metadata
    return RetrievedPassage(
        str(passage.id), m["source"], m["title"], m["page"], m["section"], passage.page_content,
        score, m["start"], m["end"],
    )  # fmt: skip


def _topics(passages: Sequence[RetrievedPassage], most: int = 3) -> list[str]:
    about = [p for p in passages if p.section not in (FRONT_SECTION, REFERENCE_SECTION)]
    return list(dict.fromkeys(p.section.split(" > ")[-1] or p.title for p in about))[:most]


def _finished(answer: Answer, clock: _Clock) -> Answer:
    clock.mark("first_token")
    clock.mark("total")
    return replace(answer, timings=dict(clock.marks), complete=True)
