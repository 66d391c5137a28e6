"""An order of the questions of which every beginning is a sample with each kind in proportion."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def stratified(rows: Sequence[Row], size: int, seed: int) -> list[Row]:
    """Return the first `size` rows of an order in which each kind and answerability is spread evenly; 0 means all.

    The jth of a stratum's n rows, drawn with the seed, stands at (j + u) / n of the order, u random for the stratum.
    So a smaller size is the beginning of a larger one.
    """
    strata: dict[tuple[str, bool], list[Row]] = {}
    for row in rows:
        strata.setdefault((row["type"], row["answerable"]), []).append(row)
    draw = random.Random(seed)
    placed: list[tuple[float, Row]] = []
    for key in sorted(strata):
        shift = draw.random()
        drawn = draw.sample(strata[key], len(strata[key]))
        placed += [((number + shift) / len(drawn), row) for number, row in enumerate(drawn)]
    ordered = [row for _, row in sorted(placed, key=lambda item: item[0])]
    return ordered[: size or None]
