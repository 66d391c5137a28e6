"""Score an answer against what a question file knows: facts, passages, sources, abstention; no judge model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from qa.citations import STOP_WORDS, content_stems
from qa.eval import metrics
from qa.eval.documents import Documents, document_name, fold, quote_exact
from qa.eval.questions import EvalQuestion
from qa.eval.support import support_metrics, unsupported, without_marks
from qa.eval.undefined import reasons

Value = float | None
FOUND = 0.8  # share of a gold sentence's words in a passage that holds it
CITED = 0.6  # the same for a quote that overlaps it
_CORRECTS = re.compile(r"\b(tidak|bukan|justru|belum|menolak|gagal|not|rather)\b")
_SHOWN = ("number", "source", "title", "page", "section", "quote")


def score(
    question: EvalQuestion, answer: Mapping[str, Any] | None, documents: Documents | None = None
) -> dict[str, Any]:
    """Return the row of one question; `answer` is an answer line of the CLI (answer, abstained, citations, passages).

    With `documents`, the quotes are looked up in them. No answer at all (None) is wrong, whatever was asked: neither
    an answer nor a refusal. `metrics` holds what is defined for the question; `undefined` says of every other metric
    why it is not.
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
        values |= support_metrics(text, citations, passages) | _written(answer)
    if documents is not None:
        values["quote_exact"] = quote_exact(citations, documents)
    defined = {name: round(value, 6) for name, value in values.items() if value is not None}
    return {
        **_asked(question),
        "abstained": abstained,
        "missing": missing,
        "answer": text,
        "stated": [not abstained and states(text, forms) for forms in question.facts],
        "forbidden": [form for form in question.forbidden if states(text, (form,))],
        "unsupported": [] if abstained else unsupported(text, citations),
        "confidence": answer.get("confidence"),
        "timings": answer.get("timings") or {},
        "evidence_rank": _rank(question, passages),
        "citations": [{key: c.get(key) for key in _SHOWN} for c in citations],
        "metrics": defined,
        "undefined": reasons(question, defined, abstained=abstained, documents=documents is not None),
    }


def _asked(question: EvalQuestion) -> dict[str, Any]:
    """Return what a row keeps of its question."""
    return {
        "id": question.id,
        "type": question.kind,
        "question": question.question,
        "history": list(question.history),
        "answerable": question.answerable,
        "reference": question.reference,
        "facts": [list(forms) for forms in question.facts],
        "evidence": [
            {"quote": quote, "file": file}
            for quote, file in zip_longest(question.evidence, question.evidence_files, fillvalue="")
        ],
    }


def _correctness(question: EvalQuestion, text: str, abstained: bool) -> dict[str, Value]:
    """Judge what an answerable question's answer says; an abstention says nothing, so it gets 0.

    fact_recall: share of the facts that the answer states (any spelling of a fact, as a substring, case and blanks
    folded). full_correct: 1 when all are stated and nothing forbidden is. exact_match, f1: with the reference
    (SQuAD, Rajpurkar et al. 2016, no English articles removed). reference_recall: share of the reference's content
    words (stems) in the answer (ROUGE-1 recall, Lin 2004), without those of the question, which any answer about the
    topic holds; all of them where nothing else is left. answer_correctness: mean of fact recall and f1, or the
    one that is defined (Ragas weighs facts and likeness in the same way, with a judge).
    over_refusal: 1 when abstained, the error rate of NoMIRACL (Thakur et al. 2024), under both names.
    """
    given = "" if abstained else without_marks(text)
    values: dict[str, Value] = {"over_refusal": float(abstained), "error_rate": float(abstained)}
    if question.facts:
        stated = [states(given, forms) for forms in question.facts]
        values["fact_recall"] = sum(stated) / len(stated)
        wrong = states(given, question.forbidden)
        values["full_correct"] = float(all(stated) and not wrong)
    if question.reference:
        values["exact_match"] = metrics.exact_match(given, [question.reference])
        values["f1"] = metrics.token_f1(given, [question.reference])
        key = content_stems(question.reference)
        wanted = key - content_stems(" ".join((question.question, *question.history))) or key
        values["reference_recall"] = len(wanted & content_stems(given)) / len(wanted) if wanted else None
    known = [v for name in ("fact_recall", "f1") if (v := values.get(name)) is not None]
    values["answer_correctness"] = sum(known) / len(known) if known else None
    return values


def states(answer: str, forms: Sequence[str]) -> bool:
    """Whether the answer holds one of the spellings, marks left out, case and blanks folded."""
    given = fold(without_marks(answer))
    return any(fold(form) in given for form in forms)


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
    wanted = [document_name(name) for name in question.source.split(",") if document_name(name)]
    if wanted:
        names = [document_name(str(c.get(key) or "")) for c in citations for key in ("source", "title")]
        values["source_hit"] = float(any(w == n or w in n for w in wanted for n in names))
    return values


def _written(answer: Mapping[str, Any]) -> dict[str, Value]:
    """Judge who wrote the answer, where the system says it.

    generated: 1 when a model wrote it, 0 when it is quotes. A prompt that broke shows here: behind a check that
    drops what is not supported and quotes instead, all other metrics may stay as they were.
    """
    kind = answer.get("kind")
    return {"generated": float(kind == "generated")} if kind in ("generated", "quoted") else {}


def _corrects(question: EvalQuestion, text: str) -> bool:
    """A false premise that the answer denies, without stating what is forbidden, counts as not answered."""
    if question.answerable or question.kind != "false_premise":
        return False
    return bool(_CORRECTS.search(fold(text))) and not states(text, question.forbidden)


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
