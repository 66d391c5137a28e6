"""Score an answer against what a question file knows: facts, passages, sources, abstention; no judge model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import PurePath
from typing import Any

from qa.citations import STOP_WORDS, content_stems
from qa.eval import metrics
from qa.eval.questions import EvalQuestion
from qa.eval.support import support_metrics, without_marks

Value = float | None
FOUND = 0.8  # share of a gold sentence's words in a passage that holds it
CITED = 0.6  # the same for a quote that overlaps it
_CORRECTS = re.compile(r"\b(tidak|bukan|justru|belum|menolak|gagal|not|rather)\b")
_SHOWN = ("number", "source", "title", "page", "section", "quote")

_ON_ANSWERABLE = (
    "over_refusal", "error_rate", "fact_recall", "full_correct", "exact_match", "f1", "reference_recall",
    "answer_correctness", "retrieved", "context_recall", "context_precision", "evidence_hit", "source_hit",
)  # fmt: skip
_ON_UNANSWERABLE = ("false_answer", "hallucination_rate")
_ON_ANSWERED = ("faithfulness", "citation_recall", "citation_precision", "cited_sentences", "supported")
_NEEDS = {
    "fact_recall": "the question names no facts", "full_correct": "the question names no facts",
    "exact_match": "the question has no reference", "f1": "the question has no reference",
    "reference_recall": "the question has no reference",
    "answer_correctness": "the question has neither facts nor a reference",
    "retrieved": "the question names no evidence", "context_recall": "the question names no evidence",
    "context_precision": "the question names no evidence", "evidence_hit": "the question names no evidence",
    "source_hit": "the question names no source", "citation_precision": "the answer cites nothing",
    "supported": "no sentence of the answer is cited", "faithfulness": "the answer has no whole sentence",
    "citation_recall": "the answer has no whole sentence", "cited_sentences": "the answer has no whole sentence",
}  # fmt: skip


def score(question: EvalQuestion, answer: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the row of one question; `answer` is an answer line of the CLI (answer, abstained, citations, passages).

    No answer at all (None) is wrong, whatever was asked: neither an answer nor a refusal.
    `metrics` holds what is defined for the question; `undefined` says of every other metric why it is not.
    """
    missing = answer is None
    answer = answer or {}
    text = str(answer.get("answer") or "")
    abstained = bool(answer.get("abstained")) or _corrects(question, text)
    passages = [str(passage["text"]) for passage in answer.get("passages") or ()]
    citations = list(answer.get("citations") or ())
    values: dict[str, Value] = {}
    if question.answerable:
        values |= _correctness(question, text, abstained) | _found(question, passages)
        if not abstained:
            values |= _cited(question, citations)
    else:
        values["false_answer"] = values["hallucination_rate"] = float(not abstained)
    if not abstained:
        values |= support_metrics(text, citations, passages)
    defined = {name: round(value, 6) for name, value in values.items() if value is not None}
    return {
        "id": question.id,
        "type": question.kind,
        "question": question.question,
        "history": list(question.history),
        "answerable": question.answerable,
        "abstained": abstained,
        "missing": missing,
        "answer": text,
        "confidence": answer.get("confidence"),
        "reference": question.reference,
        "facts": [list(forms) for forms in question.facts],
        "evidence": [
            {"quote": quote, "file": file}
            for quote, file in zip_longest(question.evidence, question.evidence_files, fillvalue="")
        ],
        "timings": answer.get("timings") or {},
        "evidence_rank": _rank(question, passages),
        "citations": [{key: c.get(key) for key in _SHOWN} for c in citations],
        "metrics": defined,
        "undefined": _reasons(question, abstained, defined),
    }


def _correctness(question: EvalQuestion, text: str, abstained: bool) -> dict[str, Value]:
    """Judge what an answerable question's answer says; an abstention says nothing, so it gets 0.

    fact_recall: share of the facts that the answer states (any spelling of a fact, as a substring, case and blanks
    folded). full_correct: 1 when all are stated and nothing forbidden is. exact_match, f1: with the reference
    (SQuAD, Rajpurkar et al. 2016, no English articles removed). reference_recall: share of the reference's content
    words (stems) in the answer (ROUGE-1 recall, Lin 2004). answer_correctness: mean of fact recall and f1, or the
    one that is defined (Ragas weighs facts and likeness in the same way, with a judge).
    over_refusal: 1 when abstained, the error rate of NoMIRACL (Thakur et al. 2024), under both names.
    """
    given = "" if abstained else " ".join(without_marks(text).lower().split())
    values: dict[str, Value] = {"over_refusal": float(abstained), "error_rate": float(abstained)}
    if question.facts:
        stated = [any(_folded(form) in given for form in forms) for forms in question.facts]
        values["fact_recall"] = sum(stated) / len(stated)
        wrong = any(_folded(form) in given for form in question.forbidden)
        values["full_correct"] = float(all(stated) and not wrong)
    if question.reference:
        values["exact_match"] = metrics.exact_match(given, [question.reference])
        values["f1"] = metrics.token_f1(given, [question.reference])
        wanted = content_stems(question.reference)
        values["reference_recall"] = len(wanted & content_stems(given)) / len(wanted) if wanted else None
    known = [v for name in ("fact_recall", "f1") if (v := values.get(name)) is not None]
    values["answer_correctness"] = sum(known) / len(known) if known else None
    return values


def _found(question: EvalQuestion, passages: Sequence[str]) -> dict[str, Value]:
    """Judge what was retrieved against the gold sentences.

    retrieved: 1 when a passage holds one. context_recall: share of them that stand in a passage.
    context_precision: mean of the precision at the rank of each passage that holds one (Ragas: average precision
    over what was retrieved), 0 where none does.
    """
    if not question.evidence:
        return {}
    holds = [any(_overlap(gold, passage) >= FOUND for gold in question.evidence) for passage in passages]
    seen = [any(_overlap(gold, passage) >= FOUND for passage in passages) for gold in question.evidence]
    ranks = [rank for rank, held in enumerate(holds, 1) if held]
    precision = sum(number / rank for number, rank in enumerate(ranks, 1)) / len(ranks) if ranks else 0.0
    recall = sum(seen) / len(seen)
    return {"retrieved": float(any(seen)), "context_recall": recall, "context_precision": precision}


def _cited(question: EvalQuestion, citations: Sequence[Mapping[str, Any]]) -> dict[str, Value]:
    """Judge the citations of a given answer.

    evidence_hit: 1 when a quote overlaps a gold sentence. source_hit: 1 when a citation is of a document that the
    question file names ("Sumber"), by its file name or title.
    """
    values: dict[str, Value] = {}
    if question.evidence:
        hits = (_overlap(gold, str(c["quote"])) >= CITED for gold in question.evidence for c in citations)
        values["evidence_hit"] = float(any(hits))
    wanted = [_document(name) for name in question.source.split(",") if _document(name)]
    if wanted:
        names = [_document(str(c.get(key) or "")) for c in citations for key in ("source", "title")]
        values["source_hit"] = float(any(w == n or w in n for w in wanted for n in names))
    return values


def _reasons(question: EvalQuestion, abstained: bool, defined: Mapping[str, float]) -> dict[str, str]:
    """Return why each metric that has no value has none."""
    found = {}
    for name in (*_ON_ANSWERABLE, *_ON_UNANSWERABLE, *_ON_ANSWERED):
        if name in defined:
            continue
        if name in _ON_ANSWERABLE and not question.answerable:
            found[name] = "the question is unanswerable"
        elif name in _ON_UNANSWERABLE:
            found[name] = "the question is answerable"
        elif abstained and (name in _ON_ANSWERED or name in ("evidence_hit", "source_hit")):
            found[name] = "the system abstained"
        else:
            found[name] = _NEEDS[name]
    return found


def _corrects(question: EvalQuestion, text: str) -> bool:
    """A false premise that the answer denies, without stating what is forbidden, counts as not answered."""
    if question.answerable or question.kind != "false_premise":
        return False
    low = _folded(text)
    return bool(_CORRECTS.search(low)) and not any(_folded(form) in low for form in question.forbidden)


def _overlap(a: str, b: str) -> float:
    """Shared words over the words of the shorter text, without stop words."""
    first, second = _words(a), _words(b)
    return len(first & second) / max(1, min(len(first), len(second)))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower())) - STOP_WORDS


def _rank(question: EvalQuestion, passages: Sequence[str]) -> int | None:
    """Rank of the first passage with a gold sentence, from 1; None where there is none."""
    held = (rank for rank, p in enumerate(passages, 1) if any(_overlap(g, p) >= FOUND for g in question.evidence))
    return next(held, None)


def _folded(text: str) -> str:
    return " ".join(text.lower().split())


def _document(name: str) -> str:
    """A document's name without folder, suffix and case."""
    path = PurePath(_folded(name))
    return path.stem if len(path.suffix) in (3, 4, 5) and " " not in path.suffix else path.name
