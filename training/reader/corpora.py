"""Load the public data sets that the reader learns from: IDK-MRC, TyDi QA (BEIR layout), FacQA, IndoNLI."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Question:
    """A question with its own passage; `start` is -1 where that passage does not hold the answer.

    `answers` holds every accepted answer string, also for retrieval questions without offsets.
    """

    id: str
    text: str
    context: str
    title: str
    answers: tuple[str, ...]
    start: int

    @property
    def answerable(self) -> bool:
        """Whether the passage holds the answer."""
        return self.start >= 0


@dataclass(frozen=True)
class Pair:
    """A premise and a hypothesis with one of `LABELS`."""

    premise: str
    hypothesis: str
    label: int


LABELS = ("entailment", "neutral", "contradiction")


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a JSONL file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def squad(path: Path) -> list[Question]:
    """Read SQuAD-like rows (IDK-MRC, FacQA)."""
    questions = []
    for row in read_jsonl(path):
        answers = [] if row["is_impossible"] else row["answers"]
        questions.append(
            Question(
                id=row["id"],
                text=row["question"],
                context=row["context"],
                title=row.get("context_title") or "",
                answers=tuple(dict.fromkeys(a["text"] for a in answers)),
                start=answers[0]["answer_start"] if answers else -1,
            )
        )
    return questions


def tydiqa_passages(folder: Path) -> dict[str, tuple[str, str]]:
    """Return passage id -> (title, text) of the TyDi QA retrieval corpus."""
    return {row["_id"]: (row.get("title") or "", row["text"]) for row in read_jsonl(folder / "corpus.jsonl.gz")}


def tydiqa(folder: Path, split: str) -> list[Question]:
    """Read TyDi QA questions with their gold passage, less those whose answer is not in it letter for letter."""
    passages = tydiqa_passages(folder)
    gold = dict(line.split("\t")[:2] for line in (folder / "qrels" / f"{split}.tsv").read_text().splitlines()[1:])
    questions = []
    for row in read_jsonl(folder / "queries.jsonl"):
        if row["split"] != split or row["_id"] not in gold:
            continue
        title, text = passages[gold[row["_id"]]]
        start = min((text.find(a) for a in row["answers"] if a in text), default=-1)
        if start < 0:
            continue
        answers = sorted(row["answers"], key=lambda a: text.find(a) != start)
        questions.append(Question(row["_id"], row["text"], text, title, tuple(answers), start))
    return questions


def indonli(path: Path) -> list[Pair]:
    """Read IndoNLI rows."""
    return [Pair(r["premise"], r["hypothesis"], LABELS.index(r["label"])) for r in read_jsonl(path)]


def own_questions(data: Path, *, held_out: bool = False) -> list[Question]:
    """Read our own questions (questions.jsonl beside this file) on paragraphs of Indonesian Wikipedia.

    They ask as students do: for facts, reasons, lists, definitions and differences, now and then in slang, and for
    what a paragraph on the right topic does not give. A line holds a paragraph's questions with their answers, null
    where it has none. Every twentieth paragraph is marked `held_out`, for measuring.
    """
    rows = read_jsonl(Path(__file__).with_name("questions.jsonl"))
    asked = {row["passage"]: row["questions"] for row in rows if row.get("held_out", False) == held_out}
    questions = []
    for row in read_jsonl(data / "wikipedia_id_sample" / "passages.jsonl.gz"):
        if row["id"] not in asked:
            continue
        text = " ".join(row["text"].split())
        for number, (question, answer) in enumerate(asked.pop(row["id"]).items()):
            start = text.index(answer) if answer else -1
            answers = (answer,) if answer else ()
            questions.append(Question(f"own-{row['id']}-{number}", question, text, row["title"], answers, start))
    if asked:
        raise KeyError(f"{len(asked)} paragraphs of questions.jsonl are not in the sample, such as {next(iter(asked))}")
    return questions


def training_questions(data: Path) -> list[Question]:
    """All training questions, one copy each: IDK-MRC, then what TyDi QA and FacQA add to it.

    A question of the TyDi QA training split that stands in a validation split is left out.
    """
    held_out = {q.id for q in squad(data / "idk_mrc" / "valid.jsonl")}
    held_out |= {q.id for q in tydiqa(data / "tydiqa_id_retrieval", "valid")}
    held_contexts = {q.context for q in squad(data / "idk_mrc" / "valid.jsonl")}
    held_contexts |= {q.context for q in tydiqa(data / "tydiqa_id_retrieval", "valid")}
    seen: set[tuple[str, str]] = set()
    kept = []
    sources = [
        *squad(data / "idk_mrc" / "train.jsonl"),
        *tydiqa(data / "tydiqa_id_retrieval", "train"),
        *squad(data / "facqa" / "train.jsonl"),
    ]
    for question in sources:
        key = (question.text, question.context)
        if question.id in held_out or question.context in held_contexts or key in seen:
            continue
        seen.add(key)
        kept.append(question)
    return kept
