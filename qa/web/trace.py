"""What lies behind an answer, for the teacher: the passages, how each was scored, and where the answer stopped."""

from __future__ import annotations

import time
from dataclasses import dataclass

from index.retriever import Hit
from qa.pipeline import Pipeline, clean_question
from qa.types import Answer, Question, RetrievedPassage


@dataclass(frozen=True)
class Row:
    """A passage that was considered, ranks counting from 1.

    `found` is its rank by the retriever, with `cosine` and `words` (BM25) as its scores on both sides; `read` is its
    rank by the reader and `relevance` the reader's logit, None for a passage that was not read. `cited` are the
    numbers of the sources in the answer that come from it.
    """

    passage: RetrievedPassage
    found: int
    cosine: float
    words: float
    read: int | None
    relevance: float | None
    cited: tuple[int, ...]


@dataclass(frozen=True)
class Trace:
    """An answer and all passages that were considered for it, as they were ranked at the end.

    `confidence` is the reader's over the passages, to be compared with `threshold`; `answer.confidence` can differ,
    where the answer came from the facts about a document (1.0) and nothing was read.
    """

    answer: Answer
    confidence: float
    threshold: float
    rows: tuple[Row, ...]
    seconds: float

    @property
    def sure(self) -> bool:
        return self.confidence >= self.threshold


def trace(pipeline: Pipeline, question: str) -> Trace:
    """Answer a question, and search and read once more to see every score.

    Raises:
        TanyaError: the question is empty or too long, or a model failed.
    """
    began = time.perf_counter()
    text = clean_question(question, pipeline.settings.question_characters)
    answer = pipeline.answer(Question(text))
    asked, hits = pipeline.find(answer.standalone_question)
    found = pipeline.read(asked, hits)
    by_id = {str(hit.passage.id): hit for hit in hits}
    rows = []
    for rank, passage in enumerate(found.passages, 1):
        read, relevance = (rank, found.readings[rank - 1].relevance) if rank <= len(found.readings) else (None, None)
        rows.append(_row(passage, by_id[passage.id], answer, read, relevance))
    return Trace(answer, found.confidence, pipeline.reader.threshold, tuple(rows), time.perf_counter() - began)


def _row(passage: RetrievedPassage, hit: Hit, answer: Answer, read: int | None, relevance: float | None) -> Row:
    cited = tuple(c.number for c in answer.citations if c.passage_id == passage.id)
    return Row(passage, hit.rank, hit.cosine, hit.lexical, read, relevance, cited)
