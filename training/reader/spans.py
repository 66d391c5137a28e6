"""Set what an answer span loses by its form, on the answerable questions of IDK-MRC valid.

    python spans.py --data ../shared/data --export EXPORT

Every span is taken, whether or not the reader would answer (ungated). One half of the questions chooses the costs by
the F1, the other half is measured with them, and the other way round. Result: results/spans.json.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from corpora import squad
from report import halves
from text import fold, token_f1

from qa.reader import Reader, SpanCosts

GRID = [SpanCosts(*costs) for costs in itertools.product((0.0, 0.15, 0.3, 0.5), (0.0, 2.0), (0.0, 1.5))]


def score(text: str, answers: Sequence[str]) -> tuple[float, float]:
    """Return exact match and F1 of a span, without removal of articles."""
    return float(any(fold(text) == fold(a) for a in answers)), max(token_f1(text, a) for a in answers)


def main() -> None:
    """Measure every setting of GRID."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--export", type=Path, required=True)
    args = parser.parse_args()
    questions = [q for q in squad(args.data / "idk_mrc" / "valid.jsonl") if q.answerable]
    table = []
    for costs in GRID:
        reader = Reader(args.export, span_costs=costs)
        readings = reader.read_pairs([(q.text, q.context) for q in questions])
        texts = [q.context[slice(*r.span)] if r.span else "" for q, r in zip(questions, readings, strict=True)]
        table.append([score(text, q.answers) for text, q in zip(texts, questions, strict=True)])
    scores = np.array(table)  # (settings, questions, 2): exact, F1
    fitted = [scores[scores[:, fit, 1].mean(1).argmax(), judge] for fit, judge in halves(len(questions))]
    result = {
        "questions": len(questions),
        "chosen": asdict(SpanCosts()),
        "cross_fitted": dict(zip(("exact", "f1"), np.concatenate(fitted).mean(0).round(4).tolist(), strict=True)),
        "settings": [
            {**asdict(costs), **dict(zip(("exact", "f1"), row.mean(0).round(4).tolist(), strict=True))}
            for costs, row in zip(GRID, scores, strict=True)
        ],
    }
    target = Path(__file__).parent / "results" / "spans.json"
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
