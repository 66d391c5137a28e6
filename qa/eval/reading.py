"""Measure the reader as SQuAD 2.0 does: every question with its own passage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import TanyaError
from qa.eval import metrics
from qa.eval.bootstrap import interval
from qa.eval.rows import json_rows
from qa.reader import Reader, Reading

BATCH = 256  # questions read at once; they are batched by length inside


@dataclass(frozen=True)
class SquadQuestion:
    """A question with its passage; no answers mean that the passage does not hold one."""

    id: str
    question: str
    context: str
    answers: tuple[str, ...]


def load_squad(path: Path) -> tuple[list[SquadQuestion], list[str]]:
    """Read SQuAD v2 JSON, or JSONL rows of question, context, answers and is_impossible.

    Returns the questions, and a sentence for each row that cannot be used.

    Raises:
        TanyaError: the file cannot be read, or none of its rows can be used.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TanyaError(f"Berkas {path} tidak dapat dibaca ({error}); beri berkas JSON atau JSONL UTF-8.") from error
    questions, wrong = [], []
    for place, row in _rows(text):
        try:
            if not isinstance(row, dict):
                raise ValueError("bukan objek JSON")
            questions.append(_question(row, place))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            wrong.append(f"{path.name} {place}: {type(error).__name__} {error}; perlu question, context, answers.")
    if not questions:
        raise TanyaError(f"Tidak ada baris yang dapat dipakai di {path}. {wrong[0] if wrong else 'Berkasnya kosong.'}")
    return questions, wrong


def measure(
    questions: Sequence[SquadQuestion], reader: Reader, progress: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Read every question over its passage; return `metrics`, `intervals` and one row a question.

    A span is the answer where the calibrated probability reaches the reader's threshold for this, fitted on IDK-MRC
    valid (training/reader); below it the answer is "". `span_*` leave the threshold out, `best_*` are those of the
    threshold that suits these very questions most: an upper bound, no result. `progress` hears stage, done and total.
    """
    readings: list[Reading] = []
    for start in range(0, len(questions), BATCH):
        part = questions[start : start + BATCH]
        readings += reader.read_pairs([(q.question, q.context) for q in part])
        progress("questions", start + len(part), len(questions))
    rows = []
    for q, reading in zip(questions, readings, strict=True):
        span = q.context[slice(*reading.span)] if reading.span else ""
        answered = reading.answerable >= reader.config.answerable_threshold
        given = span if answered else ""
        rows.append(
            {
                "id": q.id,
                "question": q.question,
                "answerable": bool(q.answers),
                "probability": round(reading.answerable, 6),
                "answer": given,
                "abstained": not answered,
                "reference": q.answers[0] if q.answers else "",
                "span": span,
                "exact_match": metrics.exact_match(given, q.answers),
                "f1": metrics.token_f1(given, q.answers),
                "span_exact_match": metrics.exact_match(span, q.answers) if q.answers else None,
                "span_f1": metrics.token_f1(span, q.answers) if q.answers else None,
            }
        )
    counts = {"questions": len(rows), "threshold": reader.config.answerable_threshold}
    return {**counts, **_summary(rows), "rows": rows}


def _summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    has = [row for row in rows if row["answerable"]]
    lacks = [row for row in rows if not row["answerable"]]
    groups = {
        "exact_match": [row["exact_match"] for row in rows],
        "f1": [row["f1"] for row in rows],
        "has_answer_exact_match": [row["exact_match"] for row in has],
        "has_answer_f1": [row["f1"] for row in has],
        "no_answer_accuracy": [row["exact_match"] for row in lacks],
        "span_exact_match": [row["span_exact_match"] for row in has],
        "span_f1": [row["span_f1"] for row in has],
    }
    found = {name: interval(values) for name, values in groups.items()}
    means: dict[str, float | None] = {name: value.mean for name, value in found.items()}
    undefined = {name: len(rows) - value.count for name, value in found.items()}
    means["answerability_auc"] = metrics.auc([r["probability"] for r in rows], [r["answerable"] for r in rows])
    means |= _best(rows)
    return {
        "metrics": means,
        "intervals": {n: asdict(value) | {"undefined": undefined[n]} for n, value in found.items()},
    }


def _best(rows: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    """Find the threshold with the highest exact match on these rows (SQuAD's best_exact and best_f1)."""
    right = sum(not row["answerable"] for row in rows)
    best_exact = best_f1 = score = soft = float(right)
    threshold = 1.0
    for row in sorted(rows, key=lambda row: -row["probability"]):
        score += (row["span_exact_match"] or 0.0) if row["answerable"] else -1.0
        soft += (row["span_f1"] or 0.0) if row["answerable"] else -1.0
        if score > best_exact:
            best_exact, threshold = score, row["probability"]
        best_f1 = max(best_f1, soft)
    return {
        "best_exact_match": best_exact / len(rows),
        "best_exact_match_threshold": threshold,
        "best_f1": best_f1 / len(rows),
    }


def _rows(text: str) -> Iterator[tuple[str, Any]]:
    """Yield (place, flat row)."""
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if isinstance(whole, dict) and "data" in whole:
        for a, article in enumerate(whole["data"]):
            for p, paragraph in enumerate(article.get("paragraphs", [article])):
                for qa in paragraph.get("qas", [paragraph]):
                    yield f"data[{a}].paragraphs[{p}]", {"context": paragraph.get("context"), **qa}
        return
    yield from json_rows(text)


def _question(row: dict[str, Any], place: str) -> SquadQuestion:
    answers = row.get("answers") or []
    if isinstance(answers, dict):
        answers = [{"text": text} for text in answers.get("text", [])]
    texts = [answer["text"] if isinstance(answer, dict) else str(answer) for answer in answers]
    impossible = bool(row.get("is_impossible", not texts))
    if not isinstance(row["question"], str) or not isinstance(row["context"], str):
        raise TypeError("question dan context harus berupa teks")
    kept = () if impossible else tuple(dict.fromkeys(text for text in texts if text.strip()))
    return SquadQuestion(str(row.get("id", place)), row["question"], row["context"], kept)
