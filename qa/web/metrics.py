"""What the server has done since its start, for Prometheus: counts and times, and nothing that anybody wrote."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Mapping
from itertools import accumulate
from typing import get_args

from qa.types import AnswerKind

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Upper bounds of the histogram, seconds: quotes take half a second on two cores, large generators up to a minute.
BOUNDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0)


class Metrics:
    """Counts what `Answering` does; safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds = dict.fromkeys(get_args(AnswerKind), 0)
        self._times = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0
        self._refused = 0
        self._failed = 0

    def answered(self, kind: AnswerKind, seconds: float) -> None:
        """Count a whole answer, and the seconds it took without those in line."""
        with self._lock:
            self._kinds[kind] += 1
            self._times[bisect_left(BOUNDS, seconds)] += 1
            self._seconds += seconds

    def refused(self) -> None:
        """Count a question that found the line full."""
        with self._lock:
            self._refused += 1

    def failed(self) -> None:
        """Count a question that ended in an error."""
        with self._lock:
            self._failed += 1

    def text(self, line: int, passages: Mapping[str, int]) -> str:
        """Return all in Prometheus' text format 0.0.4; `line` questions are in line, `passages` go by course."""
        with self._lock:
            kinds, times, seconds = dict(self._kinds), list(accumulate(self._times)), self._seconds
            refused, failed = self._refused, self._failed
        bounds = [*(str(bound) for bound in BOUNDS), "+Inf"]
        histogram = {f'_bucket{{le="{bound}"}}': count for bound, count in zip(bounds, times, strict=True)}
        return "".join(
            (
                _family(
                    "answers_total", "counter", "Whole answers; those of the kind abstained found nothing.",
                    {f'{{kind="{kind}"}}': count for kind, count in kinds.items()},
                ),
                _family(
                    "answer_seconds", "histogram", "Seconds of answering, without those in line.",
                    {**histogram, "_sum": round(seconds, 6), "_count": times[-1]},
                ),
                _family("refused_total", "counter", "Questions refused because the line was full.", {"": refused}),
                _family("errors_total", "counter", "Questions that ended in an error.", {"": failed}),
                _family("line_length", "gauge", "Questions in line, with those being answered.", {"": line}),
                _family(
                    "index_passages", "gauge", "Passages in the index in use.",
                    {f'{{course="{name}"}}': count for name, count in passages.items()},
                ),
            )
        )  # fmt: skip


def _family(name: str, kind: str, about: str, samples: Mapping[str, float]) -> str:
    """Write one metric; a sample is what stands behind its name (suffix, labels in braces) and its value."""
    head = f"# HELP tanya_{name} {about}\n# TYPE tanya_{name} {kind}\n"
    return head + "".join(f"tanya_{name}{behind} {value}\n" for behind, value in samples.items())
