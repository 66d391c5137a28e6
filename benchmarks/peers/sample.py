"""A part of the questions in which every kind has its share."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def stratified(rows: Sequence[Row], size: int, seed: int) -> list[Row]:
    """Return `size` rows in their order, drawn from each kind and answerability in proportion (largest remainder).

    Every stratum gets at least one row where `size` allows it. The same seed draws the same rows; `size` 0, or one
    that is not below the number of rows, returns all.
    """
    if not 0 < size < len(rows):
        return list(rows)
    strata: dict[tuple[str, bool], list[int]] = {}
    for place, row in enumerate(rows):
        strata.setdefault((row["type"], row["answerable"]), []).append(place)
    draw = random.Random(seed)
    shares = _shares({key: len(places) for key, places in strata.items()}, size)
    chosen = [place for key in sorted(strata) for place in draw.sample(strata[key], shares[key])]
    return [rows[place] for place in sorted(chosen)]


def _shares(counts: Mapping[tuple[str, bool], int], size: int) -> dict[tuple[str, bool], int]:
    total = sum(counts.values())
    least = 1 if size >= len(counts) else 0
    exact = {key: count * size / total for key, count in counts.items()}
    shares = {key: max(least, int(value)) for key, value in exact.items()}
    step = 1 if sum(shares.values()) < size else -1
    while sum(shares.values()) != size:
        free = [key for key in sorted(shares) if least <= shares[key] + step <= counts[key]]
        key = max(free, key=lambda key: step * (exact[key] - shares[key]))
        shares[key] += step
    return shares
