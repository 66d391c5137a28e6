"""Ask questions of every kind about the shipped course and write the answers down for a person to read.

    make answers            (python -m benchmarks.sample_answers [--questions 40])

Every kind gets its share of the questions, and two at least; which ones of a kind is drawn with a fixed seed. The
answers are those of the default pipeline, unedited, with the sentences that stand behind each [n] and what the question
file expects. Nothing in it comes from the day or the machine. Result: benchmarks/results/answers-sample.md.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from benchmarks.answering import QUESTIONS
from benchmarks.peers.sample import Row, stratified
from qa.pipeline import Pipeline, load_pipeline
from qa.settings import load_settings
from qa.types import Answer, AnswerKind, Citation, Question

RESULT = Path(__file__).parent / "results" / "answers-sample.md"
SIZE = 40
SEED = 2026
LEAST = 2


def choose(rows: Sequence[Row], size: int, seed: int = SEED, least: int = LEAST) -> list[Row]:
    """Return `size` rows in their order, of every kind in proportion and `least` at the least.

    Seats beyond `least` go by the divisors of Webster and Sainte-Laguë.

    Raises:
        ValueError: there are not so many rows, or more kinds than fit.
    """
    held = Counter(row["type"] for row in rows)
    seats = {kind: min(least, count) for kind, count in held.items()}
    if not sum(seats.values()) <= size <= len(rows):
        raise ValueError(f"{size} of {len(rows)} questions in {len(held)} kinds cannot hold {least} of each kind")
    while sum(seats.values()) < size:
        free = [kind for kind in held if seats[kind] < held[kind]]
        seats[max(free, key=lambda kind: held[kind] / (2 * seats[kind] + 1))] += 1
    of = {kind: [row for row in rows if row["type"] == kind] for kind in held}
    chosen = {row["id"] for kind, count in seats.items() for row in stratified(of[kind], count, seed)}
    return [row for row in rows if row["id"] in chosen]


def page(asked: Sequence[tuple[Row, Answer]]) -> str:
    """Lay out questions and answers as Markdown."""
    head = (
        f"# {len(asked)} answers to questions about the shipped course\n\n"
        "Written by `make answers`, unedited. A generated answer was written by the model, a quoted one consists of\n"
        "sentences of the material, an abstained one says that the material does not answer. Below each answer stands\n"
        "what is behind its numbers, and what `benchmarks/questions/diplomasi-siber.jsonl` expects: facts, in one of\n"
        "their forms each, and the key, which is one right answer among others.\n"
    )
    return "\n".join([head, _table(asked), *(_section(n, row, answer) for n, (row, answer) in enumerate(asked, 1))])


def _table(asked: Sequence[tuple[Row, Answer]]) -> str:
    found = Counter((row["type"], answer.kind) for row, answer in asked)
    lines = [
        f"| kind of question | {' | '.join(get_args(AnswerKind))} |",
        "|---" * (len(get_args(AnswerKind)) + 1) + "|",
    ]
    for kind in dict.fromkeys(row["type"] for row, _ in asked):
        lines.append(f"| {kind} | {' | '.join(str(found[kind, given]) for given in get_args(AnswerKind))} |")
    return "\n".join(lines) + "\n"


def _section(number: int, row: Row, answer: Answer) -> str:
    earlier = [f"Earlier question: {text}\n" for text in row["history"]]
    parts = [
        f"## {number}. {row['type']} ({row['id']})\n",
        *earlier,
        f"Question: **{row['question']}**\n",
        f"Answer ({answer.kind}):\n",
        f"{_quoted(answer.answer)}\n",
        *(f"{_source(citation)}\n\n{_quoted(citation.quote)}\n" for citation in answer.citations),
        f"{_expected(row)}\n",
    ]
    return "\n".join(parts)


def _source(citation: Citation) -> str:
    place = [citation.section] if citation.section else []
    place += [f"page {citation.page}"] if citation.page is not None else []
    return f"[{citation.number}] " + ", ".join([f"{citation.title} (`{citation.source}`)", *place])


def _expected(row: Row) -> str:
    facts = "; ".join(" or ".join(f"`{form}`" for form in forms) for forms in row["facts"])
    lines = [f"- Expected: {facts}" if row["answerable"] else "- Expected: no answer, the material has none"]
    if row["forbidden"]:
        lines.append(f"- Wrong: {'; '.join(f'`{text}`' for text in row['forbidden'])}")
    return "\n".join([*lines, f"- Key: {row['reference']}"])


def _quoted(text: str) -> str:
    """Every line as Markdown's quotation, so that lists in it stay lists."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def answered(pipeline: Pipeline, rows: Sequence[Row]) -> list[tuple[Row, Answer]]:
    return [(row, pipeline.answer(Question(row["question"], tuple(row["history"]), row["id"]))) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=SIZE)
    parser.add_argument("--output", type=Path, default=RESULT)
    options = parser.parse_args()
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    chosen = choose(rows, options.questions)
    asked = answered(load_pipeline(load_settings()), chosen)
    options.output.write_text(page(asked), encoding="utf-8")
    print(_table(asked))


if __name__ == "__main__":
    main()
