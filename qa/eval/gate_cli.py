"""The gate on the command line: options that every measuring command has, and what happens behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from index.errors import TanyaError
from qa.eval.gate import ALL, Check, check_drop, check_floor, junit, parse_limits
from qa.eval.output import write
from qa.eval.saved import Run, load_run

# What a baseline without --max-drop allows: nothing. The same version gives the same numbers.
NO_DROP = 0.0

FailUnder = Annotated[
    list[str] | None,
    typer.Option("--fail-under", help="Gagal bila di bawah batas: metrik=nilai; boleh diulang."),
]
Baseline = Annotated[Path | None, typer.Option("--baseline", help="Hasil lama (JSON) sebagai pembanding.")]
MaxDrop = Annotated[
    list[str] | None,
    typer.Option("--max-drop", help="Paling banyak boleh turun dari --baseline: nilai, atau metrik=nilai."),
]
Junit = Annotated[Path | None, typer.Option("--junit", help="Tulis pemeriksaan sebagai JUnit XML.")]


@dataclass(frozen=True)
class Gate:
    """The limits that a command was given, read and checked before anything is measured."""

    floors: Mapping[str, float]
    baseline: Path | None
    drops: Mapping[str, float]
    junit: Path | None

    @classmethod
    def read(
        cls, fail_under: list[str] | None, baseline: Path | None, max_drop: list[str] | None, junit: Path | None
    ) -> Gate:
        """Read the options.

        Raises:
            TanyaError: a limit cannot be read, the baseline is no result, or --max-drop stands without one.
        """
        if max_drop and baseline is None:
            raise TanyaError("--max-drop membutuhkan --baseline HASIL.json sebagai pembanding; tambahkan.")
        if baseline is not None:
            load_run(baseline)
        floors = parse_limits(fail_under or [], "--fail-under")
        drops = parse_limits(max_drop or [], "--max-drop", bare=True)
        return cls(floors, baseline, drops or {ALL: NO_DROP}, junit)

    def check(self, run: Run) -> list[Check]:
        """Check a run against the floors and the baseline.

        Raises:
            TanyaError: a limit is on a metric that is not there, or the baseline is of other questions.
        """
        checks = check_floor(run, self.floors)
        if self.baseline is not None:
            checks += check_drop(run, load_run(self.baseline), self.drops)
        return checks

    def enforce(self, run: Run) -> list[Check]:
        """Check a run, write the JUnit file, and return the checks.

        Raises:
            TanyaError: a limit is not kept; the message names each with its numbers. The command ends with 1.
        """
        checks = self.check(run)
        if self.junit is not None:
            write(self.junit, junit(run, checks))
        failed = [check.reason for check in checks if not check.passed]
        if failed:
            raise TanyaError("Gerbang mutu tidak lolos:\n" + "\n".join(f"- {reason}" for reason in failed))
        return checks
