"""The examples that the adapter learns from: our own (data/*.jsonl), and sentences of IDK-MRC at scale.

Each is a prompt, laid out by `qa.prompts.tutor_prompt` as at work, and the answer that should follow it.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.sentences import split_sentences
from qa.condense import standalone_question
from qa.prompts import NOT_THERE, tutor_prompt

DATA = Path(__file__).parent / "data"
REFUSAL = "<<TIDAK ADA>>"  # how the data files write the refusal
LONGEST_PASSAGE = 110  # words
SHORT = "Jawaban singkat:"


@dataclass(frozen=True)
class Example:
    """A prompt, the answer that follows it, and what kind of question it is."""

    prompt: str
    answer: str
    kind: str


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a JSONL file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def own_examples(folder: Path = DATA) -> list[Example]:
    """Read our own examples; a follow-up is condensed with its history as at work."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for row in read_jsonl(path):
            question = standalone_question(row["question"], tuple(row["history"]))
            answer = NOT_THERE if row["answer"] == REFUSAL else row["answer"]
            prompt = tutor_prompt(question, [p["text"] for p in row["passages"]])
            found.append(Example(prompt, " " + answer, row["kind"]))
    return found


def extractive_examples(path: Path, count: int, seed: int = 13) -> list[Example]:
    """Make examples of IDK-MRC rows: the sentence with the answer, cited; a refusal where there is none.

    A third of them stand alone, the others beside another passage of like length that lacks the answer. A fifth
    ask for the bare answer (`SHORT`), which the product does not use but exact measures need.
    """
    chance = random.Random(seed)
    rows = list(read_jsonl(path))
    by_title: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_title[row["context_title"] or ""].append(row["context"])
    contexts = [row["context"] for row in rows]
    chance.shuffle(rows)
    found: list[Example] = []
    for row in rows:
        if len(found) == count:
            break
        if len(row["context"].split()) > LONGEST_PASSAGE:
            continue
        if row["is_impossible"]:
            if chance.random() < 0.5:  # refusals at about a third
                continue
            sentence, text = "", ""
        else:
            text = row["answers"][0]["text"]
            at = row["answers"][0]["answer_start"]
            sentence = _sentence(row["context"], at, at + len(text))
            if not sentence:
                continue
        passages = [row["context"]]
        if chance.random() < 0.67:
            near = [c for c in by_title[row["context_title"] or ""] if c != row["context"]] or contexts
            other = chance.choice(near)
            if (
                (text and text.lower() in other.lower())
                or len(other.split()) > LONGEST_PASSAGE
                or other == row["context"]
            ):
                continue
            passages.insert(chance.randrange(2), other)
        number = passages.index(row["context"]) + 1
        prompt = tutor_prompt(row["question"], passages)
        if chance.random() < 0.2:
            prompt = prompt.removesuffix("Jawaban:") + SHORT
            answer = text or NOT_THERE
        else:
            answer = cited(sentence, number) if sentence else NOT_THERE
        found.append(Example(prompt, " " + answer, "extractive" if sentence else "unanswerable"))
    return found


def cited(sentence: str, number: int) -> str:
    """Put [number] before the sentence's full stop."""
    body = re.sub(r"\[\d+\]", "", " ".join(sentence.split())).rstrip()
    body = body[:-1] if body.endswith((".", "!", "?")) else body
    return f"{body} [{number}]."


def _sentence(context: str, start: int, end: int) -> str:
    """The sentence that holds [start, end) whole and is no longer than 40 words, or nothing."""
    for a, b in split_sentences(context):
        if a <= start and end <= b:
            sentence = context[a:b]
            return sentence if 3 <= len(sentence.split()) <= 40 else ""
    return ""


def training_examples(data: Path, extractive: int, seed: int = 13) -> list[Example]:
    """All examples, ours first."""
    return [*own_examples(), *extractive_examples(data / "idk_mrc" / "train.jsonl", extractive, seed)]


def kinds(examples: Sequence[Example]) -> dict[str, int]:
    """Count the examples of each kind."""
    counts: dict[str, int] = defaultdict(int)
    for example in examples:
        counts[example.kind] += 1
    return dict(sorted(counts.items()))
