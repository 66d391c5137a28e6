"""Stop a bad version: limits that a run must keep, by themselves or against a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from index.errors import TanyaError
from qa.eval.compare import compare
from qa.eval.saved import Run
from qa.eval.wording import CHANGES, LOWER_IS_BETTER, gain

ALL = "*"
_ROUNDING = 1e-9  # 0.85 - 0.83 is a little more than 0.02 in binary


@dataclass(frozen=True)
class Check:
    """One limit and whether the run kept it; `reason` says it in one sentence."""

    name: str
    passed: bool
    reason: str


def parse_limits(given: Sequence[str], option: str, *, bare: bool = False) -> dict[str, float]:
    """Read `metric=value`, commas between several; a value alone (`bare`) is for every metric, kept under "*".

    Raises:
        TanyaError: a part is no metric=value, or the value is not between 0 and 1, as every metric is.
    """
    limits: dict[str, float] = {}
    for part in (part.strip() for text in given for part in text.split(",") if part.strip()):
        metric, _, value = part.rpartition("=")
        if not metric and not bare:
            raise TanyaError(f"{option} {part}: tulis sebagai metrik=nilai, misalnya {option} fact_recall=0.7.")
        try:
            limit = float(value)
        except ValueError as error:
            raise TanyaError(f"{option} {part}: '{value}' bukan angka; tulis misalnya fact_recall=0.7.") from error
        if not 0 <= limit <= 1:
            raise TanyaError(f"{option} {part}: batas terletak antara 0 dan 1; tulis 2% sebagai 0.02.")
        limits[metric.strip() or ALL] = limit
    return limits


def check_floor(run: Run, limits: Mapping[str, float]) -> list[Check]:
    """Check `metric=value`: the metric may not be under its value (not over it, where lower is better).

    A metric that is undefined in the run fails: a gate that cannot see must not open.

    Raises:
        TanyaError: the run has no such metric.
    """
    return [_floor(run, metric, limit) for metric, limit in limits.items()]


def _floor(run: Run, metric: str, limit: float) -> Check:
    value = _known(run, metric)
    falls = metric in LOWER_IS_BETTER
    name = f"{metric} {'<=' if falls else '>='} {limit:g}"
    if value is None:
        return Check(name, False, f"{metric} tidak terdefinisi pada hasil ini, jadi batas {limit:g} tidak terpenuhi.")
    passed = gain(metric, limit, value) >= -_ROUNDING
    side = ("paling banyak" if falls else "paling sedikit") + f" {limit:g}"
    return Check(name, passed, f"{metric} {value:.4f}, batasnya {side}.")


def check_drop(run: Run, baseline: Run, limits: Mapping[str, float]) -> list[Check]:
    """Check that no metric got worse than the baseline by more than its margin.

    Worse follows the metric's own direction. A value alone is the margin of every metric that both runs have; a
    metric named beside it has its own. The margin counts on the means over the same questions: answers do not vary
    between runs, so a fall is a fall, and the margin is what the maker of the gate is ready to lose. The reason adds
    whether a paired bootstrap tells the two apart.

    Raises:
        TanyaError: the baseline is of other questions, one of the two does not hold its questions, or a named metric
            is missing.
    """
    _same_questions(run, baseline)
    names = list(limits.keys() - {ALL})
    if ALL in limits:
        names += [name for name, value in baseline.metrics.items() if name in run.metrics and value is not None]
    verdicts = _verdicts(baseline, run)
    return [
        _drop(name, _known(baseline, name), _known(run, name), limits.get(name, limits.get(ALL, 0.0)), verdicts)
        for name in dict.fromkeys(names)
    ]


def _drop(metric: str, before: float | None, after: float | None, margin: float, verdicts: Mapping[str, str]) -> Check:
    name = f"{metric} drop <= {margin:g}"
    if before is None:
        return Check(name, True, f"{metric} tidak terdefinisi pada baseline; tidak ada yang dapat turun.")
    if after is None:
        return Check(name, False, f"{metric} {before:.4f} pada baseline, sekarang tidak terdefinisi.")
    lost = -gain(metric, before, after)
    passed = lost <= margin + _ROUNDING
    telling = f" ({CHANGES[verdicts[metric]]})" if metric in verdicts else ""
    return Check(
        name,
        passed,
        f"{metric} {before:.4f} menjadi {after:.4f}: memburuk {max(0.0, lost):.4f}, batasnya {margin:g}{telling}.",
    )


def _known(run: Run, metric: str) -> float | None:
    if metric not in run.metrics:
        known = ", ".join(sorted(run.metrics))
        raise TanyaError(f"{run.path} tidak punya metrik '{metric}'; yang ada: {known}.")
    return run.metrics[metric]


def _same_questions(run: Run, baseline: Run) -> None:
    if run.kind != baseline.kind:
        raise TanyaError(f"Baseline {baseline.path} berjenis '{baseline.kind}', bukan '{run.kind}'; buat ulang.")
    ours, theirs = ({(row.asked, row.details.get("answerable")) for row in found.rows} for found in (run, baseline))
    if bool(ours) != bool(theirs):
        without = baseline if ours else run
        raise TanyaError(
            f"{without.path} tidak memuat soal satu per satu, jadi tidak dapat dibandingkan; buat ulang dengan "
            f"--output {without.path}, bukan dengan --json."
        )
    differ = max(len(ours - theirs), len(theirs - ours))
    if differ or (not ours and run.of_other_file(baseline)):
        counted = f" ({differ} soal berbeda)" if differ else ""
        raise TanyaError(
            f"Baseline {baseline.path} dibuat dari soal lain{counted}; buat ulang baseline dengan berkas soal yang "
            "sekarang."
        )


def _verdicts(baseline: Run, run: Run) -> dict[str, str]:
    if not run.rows or not baseline.rows:
        return {}
    return {change.metric: change.verdict for change in compare(baseline, run).changes if not change.kind}


def junit(run: Run, checks: Sequence[Check]) -> str:
    """Return JUnit XML: one suite, one case a check, the metrics as properties. No time stamps: it is reproducible."""
    failed = [check for check in checks if not check.passed]
    suite = ElementTree.Element(
        "testsuite", name=f"tanya eval {run.kind}", tests=str(len(checks)), failures=str(len(failed)), errors="0"
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in run.metrics.items():
        shown = "undefined" if value is None else f"{value:.6f}"
        ElementTree.SubElement(properties, "property", name=name, value=shown)
    for check in checks:
        case = ElementTree.SubElement(suite, "testcase", classname=f"eval.{run.kind}", name=check.name)
        if not check.passed:
            ElementTree.SubElement(case, "failure", message=check.reason).text = check.reason
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"
