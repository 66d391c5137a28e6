"""Time answers to the course's questions on this machine.

    python -m benchmarks.latency [--questions 30]

Medians and 90th percentiles, in seconds, of: the first source shown, the end of reading, the first words, the whole
answer; with the bundled generator and with quotes only, in one run. Result: benchmarks/results/latency.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path

import numpy as np

from benchmarks.answering import QUESTIONS
from qa.pipeline import Pipeline, load_pipeline
from qa.settings import load_settings
from qa.types import Question

RESULT = Path(__file__).parent / "results" / "latency.json"
STEPS = ("retrieve", "read", "first_token", "total")


def measure(pipeline: Pipeline, questions: list[Question]) -> dict[str, object]:
    pipeline.answer(questions[0])  # the first answer warms the caches and is not counted
    answers = [pipeline.answer(question) for question in questions]
    kinds = [answer.kind for answer in answers]
    rows: dict[str, object] = {"kinds": {kind: kinds.count(kind) for kind in sorted(set(kinds))}}
    for step in STEPS:
        seconds = [answer.timings[step] for answer in answers if step in answer.timings]
        rows[step] = {"median": round(float(np.median(seconds)), 3), "p90": round(float(np.quantile(seconds, 0.9)), 3)}
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=30)
    count = parser.parse_args().questions
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    questions = [Question(row["question"], tuple(row["history"])) for row in rows if row["answerable"]][:count]
    pipeline = load_pipeline(load_settings())
    quoting = Pipeline(pipeline.index, pipeline.reader, None, pipeline.settings)
    result = {
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "load": round(os.getloadavg()[0], 2)},
        "questions": len(questions),
        "generator": measure(pipeline, questions),
        "quotes_only": measure(quoting, questions),
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
