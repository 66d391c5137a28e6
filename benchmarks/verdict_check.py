"""How well a verdict by the key's words alone agrees with the verdict by facts, and where its two thresholds lie.

    python -m benchmarks.verdict_check RESULT.json...

The results are of `tanya eval answers --output` over questions that have facts and a key. Every answerable question
that was answered is judged twice: by its facts, and by its key as if it had no facts. Writes
results/verdict_check.json.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qa.eval.saved import Row, load_run
from qa.eval.verdicts import MOST, SOME, verdict

RESULT = Path(__file__).parent / "results" / "verdict_check.json"
THRESHOLDS = (0.1, 0.2, 0.25, SOME, 0.4, 0.5, 0.6, 0.7, MOST, 0.9, 1.0)


def by_key(row: Row) -> str:
    """Judge the row as if its question had no facts."""
    return verdict(replace(row, values={"reference_recall": row.values["reference_recall"]}))


def at(threshold: float, judged: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Say of the answers at or above a threshold how many are right by facts, and how many at least partly."""
    over = [found for found, value in judged if value >= threshold]
    all_right = sum(found == "right" for found, _ in judged)
    all_some = sum(found != "wrong" for found, _ in judged)
    right, some = over.count("right"), len(over) - over.count("wrong")
    return {
        "threshold": round(threshold, 4),
        "right_precision": round(right / len(over), 4) if over else 1.0,
        "right_recall": round(right / all_right, 4),
        "some_precision": round(some / len(over), 4) if over else 1.0,
        "some_recall": round(some / all_some, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="+", type=Path)
    runs = [load_run(path) for path in parser.parse_args().results]
    rows = [row for run in runs for row in run.rows if usable(row)]
    judged = [(verdict(row), row.values["reference_recall"] or 0.0) for row in rows]
    pairs = Counter(f"{verdict(row)} by facts, {by_key(row)} by key" for row in rows)
    result: dict[str, Any] = {
        "systems": [f"{run.name}, {run.head.get('data')}" for run in runs],
        "answers": len(rows),
        "most": MOST,
        "some": SOME,
        "same_verdict": round(sum(verdict(row) == by_key(row) for row in rows) / len(rows), 4),
        "verdicts": dict(sorted(pairs.items())),
        "thresholds": [at(threshold, judged) for threshold in THRESHOLDS],
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(RESULT.read_text(encoding="utf-8"))


def usable(row: Row) -> bool:
    known = row.values.get("full_correct") is not None and row.values.get("reference_recall") is not None
    return known and not row.details.get("abstained") and not row.details.get("missing")


if __name__ == "__main__":
    main()
