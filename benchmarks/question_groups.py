"""Set the cosine from which the teacher's page groups two questions: `python -m benchmarks.question_groups`.

`questions/rewordings.jsonl` holds questions as students write them, three or four wordings of each, written for this
and with neighbours that differ in one word (UTS and UAS, merge sort and quick sort). The questions come in an order
that is shuffled ten times, and pairs that `qa.web.unanswered.group` puts together are compared with those that belong
so. Questions for different sides of one topic (cause and effect of inflation) may stand together or apart. A wrong
pair hides a question while a missed one only makes the list longer, so F0.5 chooses: its mean over both halves of
the rows, which have no topic in common and show how far the best threshold moves. No rows are held out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from index.embeddings import FloatArray, load_embeddings
from qa.web.unanswered import ALIKE, group

ROOT = Path(__file__).parent
ORDERS = 10
THRESHOLDS = [round(0.84 + step / 100, 2) for step in range(14)]


def pairs(groups: Sequence[object]) -> set[tuple[int, int]]:
    return {(a, b) for a, b in combinations(range(len(groups)), 2) if groups[a] == groups[b]}


def measure(rows: Sequence[Mapping[str, Any]], vectors: Mapping[str, FloatArray], alike: float) -> dict[str, float]:
    """Return pairwise precision, recall and F0.5 over all orders."""
    asked = [(row["id"], row["topic"], question) for row in rows for question in row["questions"]]
    right = found = both = 0
    for seed in range(ORDERS):
        order = [asked[i] for i in np.random.default_rng(seed).permutation(len(asked))]
        gold = pairs([name for name, _, _ in order])
        free = pairs([topic for _, topic, _ in order]) - gold
        made = pairs(group(np.stack([vectors[question] for _, _, question in order]), alike)) - free
        right, found, both = right + len(gold), found + len(made), both + len(gold & made)
    precision, recall = both / max(found, 1), both / right
    score = 1.25 * precision * recall / max(0.25 * precision + recall, 1e-9)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f0.5": round(score, 3)}


def main() -> None:
    lines = (ROOT / "questions" / "rewordings.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    half = len(rows) // 2
    embeddings = load_embeddings()
    vectors = {q: embeddings.encode_query(q) for row in rows for q in row["questions"]}
    halves = {"first_half": rows[:half], "second_half": rows[half:]}
    found = {name: {a: measure(part, vectors, a) for a in THRESHOLDS} for name, part in halves.items()}
    chosen = max(THRESHOLDS, key=lambda a: sum(part[a]["f0.5"] for part in found.values()))
    result = {"questions": len(vectors), "groups": len(rows), "chosen": chosen, "shipped": ALIKE, **found}
    (ROOT / "results" / "question_groups.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
