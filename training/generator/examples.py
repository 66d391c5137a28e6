"""The examples that the adapter learns from: our own (data/*.jsonl), and statements made of IDK-MRC at scale.

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

from statements import statement

from index.sentences import split_sentences
from qa.citations import check, evidence_sentences, holds_answer
from qa.condense import standalone_question
from qa.prompts import NO_HINT, NOT_THERE, tutor_prompt
from qa.reader import Reader, load_reader
from qa.types import RetrievedPassage

DATA = Path(__file__).parent / "data"
REFUSAL = "<<TIDAK ADA>>"  # how the data files write the refusal
LONGEST_PASSAGE = 110  # words
LONGEST_SENTENCE = 28  # words
HINTED = 0.9  # share of the prompts that carry the reader's hint
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


def own_rows(folder: Path = DATA) -> list[dict[str, Any]]:
    """Read our own examples as they are written."""
    return [row for path in sorted(folder.glob("*.jsonl")) for row in read_jsonl(path)]


def own_examples(rows: Sequence[dict[str, Any]], reader: Reader, seed: int) -> list[Example]:
    """Lay out our own examples; a follow-up is condensed with its history, with the reader's hint as at work."""
    chance = random.Random(seed)
    found = []
    for row in rows:
        question = standalone_question(row["question"], tuple(row["history"]))
        answer = NOT_THERE if row["answer"] == REFUSAL else row["answer"]
        hint = NO_HINT if answer == NOT_THERE else read_hint(question, row["passages"], reader)
        if chance.random() > HINTED or not (hint == NO_HINT or holds_answer(answer, hint)):
            hint = ""  # what was read is no part of the answer: a hint is to be said
        prompt = tutor_prompt(question, [p["text"] for p in row["passages"]], hint)
        found.append(Example(prompt, " " + answer, row["kind"]))
    return found


def read_hint(question: str, passages: Sequence[dict[str, str]], reader: Reader) -> str:
    """Return what the reader takes for the answer in the sentence that it finds most relevant."""
    sentences = [(p["title"], p["text"][a:b]) for p in passages for a, b in split_sentences(p["text"])]
    readings = reader.read(question, [text for _, text in sentences], [title for title, _ in sentences])
    best = max(range(len(readings)), key=lambda i: readings[i].relevance)
    span = readings[best].span
    return sentences[best][1][slice(*span)] if span else ""


def extractive_examples(path: Path, count: int, seed: int = 13) -> list[Example]:
    """Make examples of IDK-MRC rows: a statement with the answer, cited; a refusal where there is none.

    The statement is made of the question's words where the check of the product lets it pass, else it is the
    sentence with the answer. A third of the rows stand alone, the others beside another passage of like length that
    lacks the answer; half of the passages are cut to the sentences around the answer, as at work. A quarter ask for
    the bare answer (`SHORT`), which the product does not use but exact measures need.
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
        if row["is_impossible"] and chance.random() < 0.6:  # refusals at about a third
            continue
        target = _target(row)
        if target is None:
            continue
        near = [c for c in by_title[row["context_title"] or ""] if c != row["context"]] or contexts
        passages = _passages(row, target.around if chance.random() < 0.5 else row["context"], near, chance)
        if not passages:
            continue
        number = next(n for n, p in enumerate(passages, 1) if p in row["context"])
        question = row["question"].lower().rstrip(" ?") if chance.random() < 0.25 else row["question"]
        hint = (target.answer or NO_HINT) if chance.random() < HINTED else ""
        prompt = tutor_prompt(question, passages, hint)
        if chance.random() < 0.25:
            prompt, answer = prompt.removesuffix("Jawaban:") + SHORT, target.answer or NOT_THERE
        else:
            answer = cited(target.sentence, number) if target.answer else NOT_THERE
        found.append(Example(prompt, " " + answer, "extractive" if target.answer else "unanswerable"))
    return found


@dataclass(frozen=True)
class _Target:
    """What is to be said: the bare answer, the sentence that says it, and the passage's text around it."""

    answer: str
    sentence: str
    around: str


def _target(row: dict[str, Any]) -> _Target | None:
    """Return what a row teaches; None where its answer spans sentences or stands in an overlong one."""
    context = row["context"]
    if row["is_impossible"]:
        return _Target("", "", context)
    answer, start = row["answers"][0]["text"], row["answers"][0]["answer_start"]
    spans = split_sentences(context)
    at = next((i for i, (a, b) in enumerate(spans) if a <= start and start + len(answer) <= b), None)
    if at is None:
        return None
    sentence = context[slice(*spans[at])]
    title = row["context_title"] or ""
    passage = RetrievedPassage("", "", title, None, "", sentence, 0.0, 0, len(sentence))
    made = as_written(statement(row["question"], answer), sentence)
    if not (made and check(made, evidence_sentences([passage]), None, row["question"]) and holds_answer(made, answer)):
        made = sentence
    if not 3 <= len(made.split()) <= LONGEST_SENTENCE:
        return None
    return _Target(answer, made, context[spans[max(0, at - 1)][0] : spans[min(len(spans) - 1, at + 1)][1]])


def as_written(text: str, sentence: str) -> str:
    """Return the text with its words spelt as in the sentence: askers often leave out the capitals of names."""
    spelt = {word.lower(): word for word in re.findall(r"\w+", sentence)[1:]}
    return text[:1] + re.sub(r"\w+", lambda word: spelt.get(word[0].lower(), word[0]), text)[1:]


def _passages(row: dict[str, Any], own: str, near: Sequence[str], chance: random.Random) -> list[str]:
    """Return the row's passage, for two of three among another without the answer; nothing where one is too long."""
    passages = [own]
    if chance.random() < 0.67:
        other = chance.choice(near)
        answers = [answer["text"].lower() for answer in row["answers"]]
        if other in row["context"] or own in other or any(answer in other.lower() for answer in answers):
            return []
        passages.insert(chance.randrange(2), other)
    return passages if all(len(p.split()) <= LONGEST_PASSAGE for p in passages) else []


def cited(sentence: str, number: int) -> str:
    """Put [number] before the sentence's full stop."""
    body = re.sub(r"\[\d+\]", "", " ".join(sentence.split())).rstrip()
    body = body[:-1] if body.endswith((".", "!", "?")) else body
    return f"{body} [{number}]."


def training_examples(data: Path, extractive: int, seed: int = 13) -> list[Example]:
    """All examples, ours first."""
    ours = own_examples(own_rows(), load_reader(), seed)
    return [*ours, *extractive_examples(data / "idk_mrc" / "train.jsonl", extractive, seed)]


def kinds(examples: Sequence[Example]) -> dict[str, int]:
    """Count the examples of each kind."""
    counts: dict[str, int] = defaultdict(int)
    for example in examples:
        counts[example.kind] += 1
    return dict(sorted(counts.items()))
