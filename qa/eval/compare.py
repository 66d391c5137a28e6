"""Say of two runs on the same questions what got better, what worse, and what cannot be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from index.errors import TanyaError
from qa.eval import verdicts
from qa.eval.abstention import MEASURES, difference
from qa.eval.bootstrap import paired
from qa.eval.saved import Row, Run
from qa.eval.wording import gain

Verdict = Literal["better", "worse", "not distinguishable", "same"]
ALL = ""
# Fewer questions than this give an interval that says nothing, so a kind with fewer is left out.
FEWEST = 5


@dataclass(frozen=True)
class Change:
    """A metric in both runs over the questions of a kind (`kind` "" is all of them).

    `difference` is b - a as the metric counts, with its 95% interval from a paired bootstrap over questions (Efron
    and Tibshirani 1993; Koehn 2004); the verdict knows which way is better. Nothing is corrected for the number of
    metrics: of twenty comparisons without a difference, about one looks like one.
    """

    metric: str
    kind: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    count: int
    verdict: Verdict


@dataclass(frozen=True)
class ChangedQuestion:
    """A question whose values differ; `gain` is the mean of what its metrics won (negative: lost).

    `before` and `after` are what became of it in the two runs.
    """

    id: str
    kind: str
    question: str
    gain: float
    before: verdicts.Verdict
    after: verdicts.Verdict
    values: Mapping[str, tuple[float | None, float | None]]


@dataclass(frozen=True)
class Comparison:
    changes: Sequence[Change]
    questions: Sequence[ChangedQuestion]
    shared: int
    only_a: Sequence[str]
    only_b: Sequence[str]
    files_differ: bool = False  # the question files, by their hashes

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(a: Run, b: Run) -> Comparison:
    """Compare run `b` with run `a`, question by question; the same question has the same id, text and history.

    Raises:
        TanyaError: the runs are of different kinds, hold no rows, or have no question in common.
    """
    if a.kind != b.kind:
        raise TanyaError(f"{a.path} ({a.kind}) dan {b.path} ({b.kind}) mengukur hal berbeda; bandingkan yang sejenis.")
    of_a, of_b = ({row.asked: row for row in run.rows} for run in (a, b))
    shared = [(row, of_b[key]) for key, row in of_a.items() if key in of_b]
    if not shared:
        raise TanyaError(
            f"{a.path} dan {b.path} tidak punya soal yang sama; ukur keduanya dengan berkas soal yang sama "
            "dan simpan dengan --output."
        )
    kinds = sorted({row.kind for row, _ in shared})
    groups = [(ALL, shared), *((kind, [pair for pair in shared if pair[0].kind == kind]) for kind in kinds)]
    changes = [
        change for kind, pairs in groups for change in _changes(kind, pairs) if kind == ALL or change.count >= FEWEST
    ]
    changed = [question for pair in shared if (question := _changed(*pair))]
    return Comparison(
        changes,
        sorted(changed, key=lambda question: (question.gain, question.id)),
        len(shared),
        [row.id for key, row in of_a.items() if key not in of_b],
        [row.id for key, row in of_b.items() if key not in of_a],
        a.of_other_file(b),
    )


def _changes(kind: str, pairs: Sequence[tuple[Row, Row]]) -> list[Change]:
    names = dict.fromkeys(name for pair in pairs for row in pair for name in row.values)
    found = []
    for name in names:
        both = [
            (x, y) for p, q in pairs if (x := p.values.get(name)) is not None and (y := q.values.get(name)) is not None
        ]
        if both:
            first, second = [x for x, _ in both], [y for _, y in both]
            d = paired(first, second)
            ends = float(np.mean(first)), float(np.mean(second))
            found.append(
                Change(name, kind, *ends, d.mean, d.low, d.high, d.count, verdict(name, d.mean, d.low, d.high))
            )
    return found + _set_changes(kind, pairs)


def verdict(metric: str, difference: float, low: float, high: float) -> Verdict:
    """Judge a difference b - a: better or worse where its interval leaves out 0."""
    if difference == low == high == 0:
        return "same"
    if low <= 0 <= high:
        return "not distinguishable"
    return "better" if gain(metric, 0.0, difference) > 0 else "worse"


def _set_changes(kind: str, pairs: Sequence[tuple[Row, Row]]) -> list[Change]:
    """Compare what no single question has a value of: each draw of questions is measured anew."""
    if not all("answerable" in row.details and "abstained" in row.details for pair in pairs for row in pair):
        return []
    should = np.array([not first.details["answerable"] for first, _ in pairs])
    if not should.any():
        return []
    before, after = (np.array([bool(pair[side].details["abstained"]) for pair in pairs]) for side in (0, 1))
    found = {name: difference(measure, should, before, after) for name, measure in MEASURES.items()}
    return [
        Change(name, kind, *values, len(pairs), verdict(name, values[2], values[3], values[4]))
        for name, values in found.items()
        if values is not None
    ]


def _changed(first: Row, second: Row) -> ChangedQuestion | None:
    known = dict.fromkeys([*first.values, *second.values])
    names = [name for name in known if first.values.get(name) != second.values.get(name)]
    if not names and first.details.get("abstained") == second.details.get("abstained"):
        return None
    values = {name: (first.values.get(name), second.values.get(name)) for name in names}
    won = [gain(name, x, y) for name, (x, y) in values.items() if x is not None and y is not None]
    question = str(first.details.get("question", ""))
    became = verdicts.verdict(first), verdicts.verdict(second)
    return ChangedQuestion(first.id, first.kind, question, sum(won) / len(won) if won else 0.0, *became, values)
