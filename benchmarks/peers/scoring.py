"""Score the answers of one system, with the code of `tanya eval answers --answers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from qa.eval.answers import score
from qa.eval.given import answer_line
from qa.eval.questions import EvalQuestion
from qa.eval.summary import latencies, summarise
from qa.eval.support import sentences, support_metrics

Answers = Mapping[str, Mapping[str, Any]]
_TIMED = ("first_token", "total", "processor")


def measured(questions: Sequence[EvalQuestion], answers: Answers) -> dict[str, Any]:
    """Return means, 95% intervals, latencies, median characters of the passages, and a short row for each question."""
    given = {key: answer_line(answer) for key, answer in answers.items()}
    rows = [_scored(question, given[question.id]) for question in questions]
    found = summarise(rows)
    timed = [{"timings": {name: answer["timings"][name] for name in _TIMED}} for answer in given.values()]
    passages = [sum(len(passage["text"]) for passage in answer["passages"]) for answer in given.values()]
    return {
        "metrics": {name: _short(value) for name, value in found["metrics"].items()},
        "intervals": {
            name: [_short(interval["low"]), _short(interval["high"]), interval["count"]]
            for name, interval in found["intervals"].items()
        },
        "latencies": latencies(timed),
        "passage_characters": round(median(passages)),
        "answers": {row["id"]: _kept(row, given[row["id"]]) for row in rows},
    }


def _scored(question: EvalQuestion, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Score an answer; a sentence is supported by a passage or by one sentence of it.

    A whole passage alone is too strict where passages are long: one "tidak" anywhere in it, and no sentence that denies
    nothing has its polarity.
    """
    row = score(question, answer)
    if "faithfulness" in row["metrics"]:
        passages = [str(passage["text"]) for passage in answer["passages"]]
        units = [*passages, *(sentence for passage in passages for sentence in sentences(passage))]
        row["metrics"]["faithfulness"] = support_metrics(row["answer"], answer["citations"], units)["faithfulness"]
    return row


def _kept(row: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "answer": row["answer"],
        "abstained": row["abstained"],
        "citations": len(row["citations"]),
        "seconds": [answer["timings"][name] for name in _TIMED],
        "metrics": row["metrics"],
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
