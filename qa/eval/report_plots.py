"""The plots of a report: what of a run each one shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from qa.eval import plots
from qa.eval.bootstrap import interval
from qa.eval.saved import Row, Run
from qa.eval.verdicts import verdict
from qa.eval.wording import english, kind_label, percent

_RANKS = 10
_FEWEST = 10  # answers, for a reliability diagram
_STEPS = {"retrieve": "sumber pertama", "read": "selesai membaca", "first_token": "kata pertama", "total": "seluruhnya"}


def cards(run: Run) -> str:
    """Return the section of the plots; empty where the run has nothing to plot."""
    found = [_by_kind(run), _ranks(run), _reliability(run), _latency(run)]
    return f"<h2>Gambaran{english('At a glance')}</h2><div class='plots'>{''.join(found)}</div>" if any(found) else ""


def _card(title: str, translated: str, body: str, hint: str = "") -> str:
    note = f'<p class="hint">{escape(hint)}</p>' if hint else ""
    return f'<section class="card"><h3>{escape(title)}{english(translated)}</h3>{body}{note}</section>'


def _by_kind(run: Run) -> str:
    """Share of right questions of each kind, the best first; what cannot be judged is left out."""
    groups: dict[str, list[float]] = {}
    for row in run.rows:
        if (found := verdict(row)) != "unjudged":
            groups.setdefault(row.kind, []).append(float(found == "right"))
    if len(groups) < 2:
        return ""
    means = {kind: interval(values) for kind, values in groups.items()}
    rows = [
        plots.Bar(kind_label(kind), i.mean or 0.0, f"{percent(i.mean)} ({i.count})", i.low, i.high)
        for kind, i in sorted(means.items(), key=lambda item: (-(item[1].mean or 0.0), item[0]))
    ]
    hint = "Garis: rentang 95%. Dalam kurung: banyak soal."
    return _card("Benar menurut jenis soal", "Right by kind of question", plots.bars(rows, "Benar per jenis"), hint)


def _ranks(run: Run) -> str:
    """Count at which rank the first right passage stands."""
    ranks = [rank for row in run.rows if (rank := _rank(row)) is not None]
    if not ranks:
        return ""
    counts = {str(rank): ranks.count(rank) for rank in range(1, _RANKS + 1)}
    counts["tidak ketemu"] = sum(rank == 0 or rank > _RANKS for rank in ranks)
    while len(counts) > 4 and counts.get(last := list(counts)[-2]) == 0:
        del counts[last]
    rows = [plots.Bar(name, count / len(ranks), f"{count}") for name, count in counts.items()]
    title = "Urutan bacaan benar yang pertama"
    return _card(title, "Rank of the first right passage", plots.bars(rows, title))


def _rank(row: Row) -> int | None:
    """Return the rank from 1, 0 where no right passage was found, None where the run does not know."""
    if "evidence_rank" in row.details:
        return (row.details["evidence_rank"] or 0) if row.details.get("evidence") else None
    reciprocal = next((row.values[name] for name in ("mrr", "mrr@10") if row.values.get(name) is not None), None)
    if reciprocal is None:
        return None
    return round(1 / reciprocal) if reciprocal else 0


def _reliability(run: Run) -> str:
    """Show whether answers given with more confidence are right more often."""
    rows = [
        row for row in run.rows
        if isinstance(row.details.get("confidence"), float | int) and not row.details.get("abstained")
        and verdict(row) != "unjudged"
    ]  # fmt: skip
    if len(rows) < _FEWEST:
        return ""
    bins = plots.reliability_bins(
        [float(row.details["confidence"]) for row in rows], [verdict(row) == "right" for row in rows]
    )
    error = plots.calibration_error(bins) or 0.0
    title = "Keyakinan dan kenyataan"
    hint = f"Di atas garis: lebih benar daripada yakinnya. Selisih rata-rata (ECE) {percent(error)}."
    return _card(title, "Reliability of the confidence", plots.reliability(bins, title), hint)


def _latency(run: Run) -> str:
    """Show medians and 90th percentiles of the steps, in seconds."""
    times = [row.details["timings"] for row in run.rows if row.details.get("timings")]
    seconds = {step: sorted(t[step] for t in times if step in t) for step in _STEPS}
    seconds = {step: values for step, values in seconds.items() if values}
    if not seconds:
        return ""
    most = max(_quantile(values, 0.9) for values in seconds.values()) or 1.0
    rows = []
    for step, values in seconds.items():
        middle, slow = _quantile(values, 0.5), _quantile(values, 0.9)
        rows.append(plots.Bar(_STEPS[step], middle / most, f"{middle:.2f} / {slow:.2f} s", middle / most, slow / most))
    hint = "Median / persentil 90, dalam detik, sejak pertanyaan masuk."
    return _card("Lama menunggu", "Latency", plots.bars(rows, "Lama menunggu"), hint)


def _quantile(values: Sequence[float], share: float) -> float:
    return float(values[min(len(values) - 1, math.ceil(share * len(values)) - 1 if share else 0)])
