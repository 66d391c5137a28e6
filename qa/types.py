"""The values that travel between the parts; nothing here imports torch, faiss or gradio."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

AnswerKind = Literal["generated", "quoted", "abstained"]


@dataclass(frozen=True)
class Question:
    """What a student asks; `history` holds the earlier user questions, oldest first."""

    text: str
    history: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True)
class Citation:
    """One numbered source of an answer.

    `quote` is the document's extracted text at [start, end), letter for letter. `page` counts from 1
    (slides too) and is None where the format has no pages.
    """

    number: int
    passage_id: str
    source: str
    title: str
    page: int | None
    section: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True)
class RetrievedPassage:
    """A passage that was found for a question, best first in `Answer.passages`.

    `text` is the document's extracted text at [start, end); `score` lies in [0, 1] and only ranks.
    """

    id: str
    source: str
    title: str
    page: int | None
    section: str
    text: str
    score: float
    start: int
    end: int


@dataclass(frozen=True)
class Answer:
    """A cited answer, or (while `complete` is False) the part of it that is checked already.

    Every sentence of `answer` ends in the `[n]` of at least one of `citations`. An abstention has
    `abstained` True, no citations, and names the nearest topics. `confidence` is the estimated
    probability that the passages answer the question. `timings` are seconds since the question came.
    """

    question: str
    standalone_question: str
    answer: str = ""
    kind: AnswerKind = "generated"
    confidence: float = 0.0
    citations: tuple[Citation, ...] = ()
    passages: tuple[RetrievedPassage, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    model: str = ""
    index_version: str = ""
    id: str = ""
    complete: bool = True

    @property
    def abstained(self) -> bool:
        return self.kind == "abstained"

    def to_json(self) -> dict[str, Any]:
        """The answer line of the CLI and HTTP contract."""
        row = asdict(self)
        row["abstained"] = self.abstained
        del row["complete"]
        return row
