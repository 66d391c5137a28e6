"""Precision, recall and F1 of abstaining: metrics of a set, in which no question has a value of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.eval.bootstrap import DRAWS, SEED, Interval

Flags = NDArray[np.bool_]  # [..., questions]
Values = NDArray[np.float64]  # [...]; NaN where the share is of nothing
Measure = Callable[[Flags, Flags], Values]


def _precision(should: Flags, did: Flags) -> Values:
    """Share of the refusals that had to be."""
    return _share((should & did).sum(-1), did.sum(-1))


def _recall(should: Flags, did: Flags) -> Values:
    """Share of the unanswerable questions that were refused."""
    return _share((should & did).sum(-1), should.sum(-1))


def _f1(should: Flags, did: Flags) -> Values:
    """Harmonic mean of the two."""
    return _share(2 * (should & did).sum(-1), should.sum(-1) + did.sum(-1))


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Values:
    shares: Values = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) > 0)
    return shares


MEASURES: Mapping[str, Measure] = {
    "abstention_precision": _precision, "abstention_recall": _recall, "abstention_f1": _f1,
}  # fmt: skip


def abstention(rows: Sequence[Mapping[str, Any]]) -> dict[str, Interval]:
    """Return the three measures over scored rows, the unanswerable questions being the ones to find.

    Each with its 95% percentile interval over bootstrap samples of the questions, and the number of questions on
    which it stands: refused, unanswerable, or either. None where that is 0.
    """
    should = np.array([not row["answerable"] for row in rows])
    did = np.array([bool(row["abstained"]) for row in rows])
    counts = (did.sum(), should.sum(), (should | did).sum())
    return {
        name: _interval(measure, should, did, int(count))
        for (name, measure), count in zip(MEASURES.items(), counts, strict=True)
    }


def _interval(measure: Measure, should: Flags, did: Flags, count: int) -> Interval:
    if not count:
        return Interval(None, None, None, 0)
    draws = resamples(len(should))
    low, high = np.nanquantile(measure(should[draws], did[draws]), (0.025, 0.975))
    return Interval(float(measure(should, did)), float(low), float(high), count)


def difference(
    measure: Measure, should: Flags, before: Flags, after: Flags
) -> tuple[float, float, float, float, float] | None:
    """Return what two runs have, after - before, and the ends of its paired 95% interval; None where undefined."""
    ends = float(measure(should, before)), float(measure(should, after))
    if np.isnan(ends).any():
        return None
    draws = resamples(len(should))
    gains = measure(should[draws], after[draws]) - measure(should[draws], before[draws])
    low, high = np.nanquantile(gains, (0.025, 0.975))
    return ends[0], ends[1], ends[1] - ends[0], float(low), float(high)


def resamples(questions: int) -> NDArray[np.int64]:
    """Return DRAWS bootstrap samples of places, always the same ones."""
    return np.random.default_rng(SEED).integers(0, questions, (DRAWS, questions))
