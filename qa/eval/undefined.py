"""Why a metric has no value for a question: nothing is left out in silence."""

from __future__ import annotations

from collections.abc import Mapping

from qa.eval.questions import EvalQuestion

_NO_CITATION = "the answer cites nothing"
_NO_DOCUMENTS = "the documents are not known (give --corpus)"
_ON_ANSWERABLE = (
    "over_refusal", "error_rate", "fact_recall", "full_correct", "exact_match", "f1", "reference_recall",
    "answer_correctness", "retrieved", "context_recall", "context_precision", "evidence_hit", "source_hit",
)  # fmt: skip
_ON_UNANSWERABLE = ("false_answer", "hallucination_rate")
_ON_ANSWERED = (
    "faithfulness", "citation_recall", "citation_precision", "cited_sentences", "supported", "generated",
)  # fmt: skip
_NEEDS = {
    "fact_recall": "the question names no facts", "full_correct": "the question names no facts",
    "exact_match": "the question has no reference", "f1": "the question has no reference",
    "reference_recall": "the question has no reference",
    "answer_correctness": "the question has neither facts nor a reference",
    "retrieved": "the question names no evidence", "context_recall": "the question names no evidence",
    "context_precision": "the question names no evidence", "evidence_hit": "the question names no evidence",
    "source_hit": "the question names no source", "citation_precision": _NO_CITATION,
    "supported": "no sentence of the answer is cited", "faithfulness": "the answer has no whole sentence",
    "citation_recall": "the answer has no whole sentence", "cited_sentences": "the answer has no whole sentence",
    "generated": "the system does not say whether it wrote or quoted", "quote_exact": _NO_CITATION,
}  # fmt: skip


def reasons(
    question: EvalQuestion, defined: Mapping[str, float], *, abstained: bool, documents: bool
) -> dict[str, str]:
    """Return why each metric of answers that is not in `defined` is not; `documents` says whether they are known."""
    names = dict.fromkeys((*_ON_ANSWERABLE, *_ON_UNANSWERABLE, *_ON_ANSWERED, "quote_exact"))
    return {name: _reason(name, question, abstained, documents) for name in names if name not in defined}


def _reason(name: str, question: EvalQuestion, abstained: bool, documents: bool) -> str:
    if name in _ON_ANSWERABLE and not question.answerable:
        return "the question is unanswerable"
    if name in _ON_UNANSWERABLE:
        return "the question is answerable"
    if name == "quote_exact" and not documents:
        return _NO_DOCUMENTS
    if abstained and (name in _ON_ANSWERED or name in ("evidence_hit", "source_hit", "quote_exact")):
        return "the system abstained"
    return _NEEDS[name]
