"""Means with intervals over scored rows, for all questions and for each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from qa.eval.abstention import abstention
from qa.eval.bootstrap import interval

Value = float | None


def summarise(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return `metrics` (means), `intervals`, `by_kind` and `undefined` of rows from `answers.score`.

    `intervals` say for how many questions a metric is defined (`count`) and is not (`undefined`), with its 95%
    interval; `undefined` counts the reasons. A metric that no question defines is None. `by_kind` holds for each kind
    the number of questions, the means, and under `intervals` theirs.
    """
    names = list(dict.fromkeys(name for row in rows for name in (*row["metrics"], *row.get("undefined", {}))))
    means: dict[str, Value] = {}
    intervals: dict[str, Any] = {}
    undefined: dict[str, dict[str, int]] = {}
    for name in names:
        defined = [value for row in rows if (value := row["metrics"].get(name)) is not None]
        found = interval(defined)
        means[name] = found.mean
        intervals[name] = asdict(found) | {"undefined": len(rows) - len(defined)}
        reasons = Counter(row["undefined"][name] for row in rows if name in row.get("undefined", {}))
        if reasons:
            undefined[name] = dict(sorted(reasons.items()))
    for name, found in abstention(rows).items():
        means[name] = found.mean
        intervals[name] = asdict(found) | {"undefined": len(rows) - found.count}
    kinds = sorted({str(row["type"]) for row in rows})
    by_kind = {kind: _of_kind([row for row in rows if row["type"] == kind], names) for kind in kinds}
    summary = {"metrics": means, "intervals": intervals, "by_kind": by_kind}
    return summary | {"undefined": undefined}


def latencies(answers: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return median and 95th percentile of each timing, in seconds; kept apart, as they differ from run to run."""
    found: dict[str, list[float]] = {}
    for answer in answers:
        for name, seconds in (answer.get("timings") or {}).items():
            found.setdefault(name, []).append(float(seconds))
    return {
        name: {"median": round(float(np.median(v)), 4), "p95": round(float(np.quantile(v, 0.95)), 4)}
        for name, v in found.items()
    }


def _of_kind(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    values = {name: [v for row in rows if (v := row["metrics"].get(name)) is not None] for name in names}
    found = {name: interval(defined) for name, defined in values.items() if defined}
    means = {name: one.mean for name, one in found.items()}
    return {"questions": len(rows), **means, "intervals": {name: asdict(one) for name, one in found.items()}}
