"""Plots of the report, as inline SVG and HTML: classes instead of styles, so that a strict policy can hold.

Bars are one small SVG a row with sizes in percent: they follow the width of the page, and the text beside them stays
text of the page's size on a telephone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Bar:
    """One row: `share` in [0, 1] is its length; `low` and `high` its interval, where there is one."""

    label: str
    share: float
    text: str
    low: float | None = None
    high: float | None = None


def bars(rows: Sequence[Bar], title: str) -> str:
    """Return rows of label, bar and value."""
    return f'<div class="bars" role="list" aria-label="{escape(title)}">{"".join(_bar(row) for row in rows)}</div>'


def _bar(row: Bar) -> str:
    line = ""
    if row.low is not None and row.high is not None:
        low, high = _percent(row.low), _percent(row.high)
        line = (
            f'<line class="range" x1="{low}" x2="{high}" y1="9" y2="9"/>'
            f'<line class="range" x1="{low}" x2="{low}" y1="5" y2="13"/>'
            f'<line class="range" x1="{high}" x2="{high}" y1="5" y2="13"/>'
        )
    return (
        f'<div class="bar" role="listitem"><span class="bar-label">{escape(row.label)}</span>'
        f'<svg class="bar-plot" height="18" width="100%" aria-hidden="true">'
        f'<rect class="track" x="0" y="3" width="100%" height="12" rx="3"/>'
        f'<rect class="fill" x="0" y="3" width="{_percent(row.share)}" height="12" rx="3"/>{line}</svg>'
        f'<span class="bar-value">{escape(row.text)}</span></div>'
    )


@dataclass(frozen=True)
class Bin:
    """Answers of like confidence: their mean confidence, the share that was right, and how many they are."""

    confidence: float
    right: float
    count: int


def reliability_bins(confidences: Sequence[float], right: Sequence[bool], bins: int = 5) -> list[Bin]:
    """Group answers into bins of equal width over [0, 1]; empty bins are left out (Guo et al. 2017)."""
    found = []
    for number in range(bins):
        inside = [i for i, c in enumerate(confidences) if min(int(c * bins), bins - 1) == number]
        if inside:
            mean = sum(confidences[i] for i in inside) / len(inside)
            found.append(Bin(mean, sum(right[i] for i in inside) / len(inside), len(inside)))
    return found


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Return the expected calibration error: the mean gap of the bins, weighted by their counts."""
    total = sum(b.count for b in bins)
    return sum(b.count * abs(b.confidence - b.right) for b in bins) / total if total else None


def reliability(bins: Sequence[Bin], title: str) -> str:
    """Return the reliability diagram: confidence to the right, share right upwards, dots as large as their count."""
    left, size = 34, 200
    most = max((b.count for b in bins), default=1)
    grid = "".join(
        f'<line class="grid" x1="{left}" x2="{left + size}" y1="{_y(v, size)}" y2="{_y(v, size)}"/>'
        f'<text class="tick" x="{left - 6}" y="{_y(v, size) + 4}" text-anchor="end">{v * 100:.0f}</text>'
        f'<text class="tick" x="{left + v * size}" y="{size + 26}" text-anchor="middle">{v * 100:.0f}</text>'
        for v in (0.0, 0.5, 1.0)
    )
    dots = "".join(
        f'<circle class="dot" cx="{left + b.confidence * size:.1f}" cy="{_y(b.right, size)}" '
        f'r="{4 + 8 * (b.count / most) ** 0.5:.1f}"><title>{b.count} soal: yakin {b.confidence:.0%}, '
        f"benar {b.right:.0%}</title></circle>"
        for b in bins
    )
    path = " ".join(f"{left + b.confidence * size:.1f},{_y(b.right, size)}" for b in bins)
    return (
        f'<svg class="square" viewBox="0 0 250 246" role="img" aria-label="{escape(title)}">{grid}'
        f'<line class="ideal" x1="{left}" y1="{_y(0, size)}" x2="{left + size}" y2="{_y(1, size)}"/>'
        f'<polyline class="curve" points="{path}"/>{dots}'
        f'<text class="tick" x="{left + size / 2}" y="{size + 42}" text-anchor="middle">yakin (%)</text>'
        f'<text class="tick" x="{left}" y="8">benar (%)</text></svg>'
    )


def _y(value: float, size: int) -> float:
    return round(12 + (1 - value) * size, 1)


def _percent(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"
