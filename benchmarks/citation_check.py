"""Set the threshold of the citation check on IDK-MRC valid.

    python -m benchmarks.citation_check --data FOLDER     (FOLDER holds idk_mrc/valid.jsonl)

For every answerable question three kinds of sentence are held against the question's passage:

  said      the clause of the passage that holds the answer, every fifth of its words left out (seeded)
  swapped   the same, with the answer replaced by another question's answer that is not in the passage
  foreign   the same clause against the passage of another question

For each threshold of `COVERAGE` the share of each kind that the lexical rules keep is written to
benchmarks/results/citation_check.json, and for the one in use what is left with the reader's support check behind
them. `said` should be kept, the other two dropped.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

from qa import citations
from qa.reader import load_reader
from qa.types import RetrievedPassage

RESULT = Path(__file__).parent / "results" / "citation_check.json"
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
SEED = 7


def clause_with_answer(context: str, start: int, answer: str) -> str:
    """Return the clause (between commas, stops or line ends) around the answer."""
    before = max((m.end() for m in re.finditer(r"[.;\n]\s|,\s", context[:start])), default=0)
    after = re.search(r"[.;,\n]", context[start + len(answer) :])
    end = start + len(answer) + after.start() if after else len(context)
    return context[before:end].strip()


def shortened(clause: str, answer: str, chance: random.Random) -> str:
    """Leave out every fifth word on average, never one of the answer."""
    kept = set(answer.split())
    return " ".join(w for w in clause.split() if w in kept or chance.random() > 0.2)


def evidence(text: str) -> list[citations.Evidence]:
    return citations.evidence_sentences([RetrievedPassage("p", "s", "", None, "", text, 1.0, 0, len(text))])


def shares_kept(
    kinds: dict[str, list[tuple[str, str]]], supports: citations.Supports | None = None
) -> dict[str, float]:
    return {
        kind: round(sum(citations.check(s, evidence(c), supports) is not None for s, c in pairs) / len(pairs), 4)
        for kind, pairs in kinds.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    lines = (parser.parse_args().data / "idk_mrc" / "valid.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if not row["is_impossible"]]
    chance = random.Random(SEED)
    kinds: dict[str, list[tuple[str, str]]] = {"said": [], "swapped": [], "foreign": []}
    for row in rows:
        answer = row["answers"][0]
        clause = clause_with_answer(row["context"], answer["answer_start"], answer["text"])
        sentence = shortened(clause, answer["text"], chance)
        if len(sentence.split()) < 4:
            continue
        others = [r for r in rows if r["answers"][0]["text"] not in row["context"]]
        wrong = chance.choice(others)["answers"][0]["text"]
        kinds["said"].append((sentence, row["context"]))
        kinds["swapped"].append((sentence.replace(answer["text"], wrong), row["context"]))
        elsewhere = chance.choice([r for r in rows if r["context"] != row["context"]])
        kinds["foreign"].append((sentence, elsewhere["context"]))
    with_reader = {"coverage": citations.COVERAGE, **shares_kept(kinds, load_reader().supports)}
    table = []
    for threshold in THRESHOLDS:
        citations.COVERAGE = threshold
        table.append({"coverage": threshold, **shares_kept(kinds)})
        print(table[-1])
    print("with the reader:", with_reader)
    result = {
        "data": "idk_mrc valid, answerable",
        "pairs": len(kinds["said"]),
        "seed": SEED,
        "lexical_rules": table,
        "with_the_reader": with_reader,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
