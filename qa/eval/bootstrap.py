"""Bootstrap intervals over questions (Efron 1979, percentile method); a fixed seed gives the same numbers twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
_AT_ONCE = 4_000_000  # values drawn at once: tens of MB
SEED = 13


@dataclass(frozen=True)
class Interval:
    """A mean over `count` questions with its 95% interval; all None where `count` is 0."""

    mean: float | None
    low: float | None
    high: float | None
    count: int


def interval(values: Sequence[float]) -> Interval:
    """Return the mean of the questions' values and its 95% percentile interval."""
    if not values:
        return Interval(None, None, None, 0)
    draws = _means(np.asarray(values, np.float64))
    low, high = np.quantile(draws, (0.025, 0.975))
    return Interval(float(np.mean(values)), float(low), float(high), len(values))


@dataclass(frozen=True)
class Difference:
    """Mean of b - a over the same questions, its 95% interval, and the two-sided p of no difference."""

    mean: float
    low: float
    high: float
    p: float
    count: int


def paired(a: Sequence[float], b: Sequence[float]) -> Difference:
    """Compare two systems on the same questions by a paired bootstrap.

    Raises:
        ValueError: the sequences differ in length, or are empty.
    """
    if len(a) != len(b) or not a:
        raise ValueError(f"paired values wanted, got {len(a)} and {len(b)}")
    gains = np.asarray(b, np.float64) - np.asarray(a, np.float64)
    draws = _means(gains)
    low, high = np.quantile(draws, (0.025, 0.975))
    p = 1.0 if not gains.any() else min(1.0, 2 * min((draws <= 0).mean(), (draws >= 0).mean()) + 1 / DRAWS)
    return Difference(float(gains.mean()), float(low), float(high), float(p), len(gains))


def _means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the means of DRAWS samples of the values' own size, drawn with replacement."""
    chance = np.random.default_rng(SEED)
    step = max(1, _AT_ONCE // len(values))
    sizes = [min(step, DRAWS - start) for start in range(0, DRAWS, step)]
    return np.concatenate([values[chance.integers(0, len(values), (n, len(values)))].mean(axis=1) for n in sizes])
