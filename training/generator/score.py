"""Score the bundled generator on IDK-MRC valid, its gold passage given: taught by an adapter, and as it came.

    python score.py --data DATA --work WORK --adapter adapter.gguf [--name "rank 16"] [--sample 200]

Answerable questions: token F1 of the whole answer, and whether the gold string stands in it; how many answers are
the refusal. The others: how many are. The adapter is asked for the sentence that the product shows and for the bare
answer (`examples.SHORT`), alone and with the reader's hint, which the product gives; with it also for questions in the
reader's plain style. Greedy, llama.cpp. Questions are drawn with a fixed seed. Results are added to
results/generator.json as they come; `--resume` leaves out what it holds already for as many questions. The base is
measured once.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from examples import SHORT, read_jsonl
from langchain_core.messages import BaseMessage, HumanMessage

from qa.eval.metrics import fold, token_f1
from qa.generator import LlamaCppChat
from qa.prompts import NO_HINT, NOT_THERE, answer_messages, tutor_messages, tutor_prompt
from qa.reader import Reader, load_reader, plain_style
from qa.settings import Settings

SEED = 7
LIKELY = 0.5  # calibrated probability from which what the reader found is the hint
BASE = "base, examples in the prompt"
# The base was never told the words of the refusal: this finds it in others, at the price of some that are none.
OTHER_WORDS = re.compile(r"tidak (memuat|ada|menyebut|disebut|dijelaskan|diketahui)", re.IGNORECASE)
Layout = Callable[[str, list[str]], list[BaseMessage]]


def short_messages(question: str, excerpts: list[str], hint: str = "") -> list[BaseMessage]:
    """Ask for the bare answer, as a part of the training did."""
    return [HumanMessage(tutor_prompt(question, excerpts, hint).removesuffix("Jawaban:") + SHORT)]


def hinted(layout: Callable[[str, list[str], str], list[BaseMessage]], reader: Reader) -> Layout:
    """Give what the reader finds, or that it finds nothing, as a hint."""

    def with_hint(question: str, excerpts: list[str]) -> list[BaseMessage]:
        best = max(zip(reader.read(question, excerpts), excerpts, strict=True), key=lambda pair: pair[0].answerable)
        reading, text = best
        found = text[slice(*reading.span)] if reading.span and reading.answerable >= LIKELY else NO_HINT
        return layout(question, excerpts, found)

    return with_hint


def in_plain_style(layout: Layout) -> Layout:
    """Lay out the question as the reader rewrites it, without the traces that tell unanswerable ones apart."""
    return lambda question, excerpts: layout(plain_style(question), excerpts)


def layouts(reader: Reader) -> dict[str, Layout]:
    """Return every way of asking the adapter, by its name in the results."""
    sentence, bare = hinted(tutor_messages, reader), hinted(short_messages, reader)
    return {
        "sentence, hint": sentence,
        "bare answer, hint": bare,
        "sentence": tutor_messages,
        "bare answer": short_messages,
        "sentence, hint, plain question": in_plain_style(sentence),
        "bare answer, hint, plain question": in_plain_style(bare),
    }


def drawn(path: Path, sample: int) -> list[dict[str, Any]]:
    """Draw `sample` answerable questions and as many unanswerable ones, the same ones every time."""
    rows = list(read_jsonl(path))
    chance = random.Random(SEED)
    classes = ([row for row in rows if row["is_impossible"] is impossible] for impossible in (False, True))
    return [row for found in classes for row in chance.sample(found, min(sample, len(found)))]


def measured(model: LlamaCppChat, rows: list[dict[str, Any]], layout: Layout) -> dict[str, float]:
    """Return the figures of one model and prompt; only the exact refusal, or no answer at all, is a refusal."""
    f1, held, other_words = [], [], []
    refused: dict[bool, list[bool]] = {True: [], False: []}
    letters = 0
    for row in rows:
        text = str(model.invoke(layout(row["question"], [row["context"]])).content).strip()
        letters += len(text)
        refusal = not text or text.startswith(NOT_THERE)
        refused[row["is_impossible"]].append(refusal)
        if row["is_impossible"]:
            other_words.append(refusal or bool(OTHER_WORDS.search(text)))
            continue
        golds = [answer["text"] for answer in row["answers"]]
        answer = "" if refusal else re.sub(r"\[\d+\]", "", text)
        f1.append(token_f1(answer, golds))
        held.append(any(f" {fold(gold)} " in f" {fold(answer)} " for gold in golds))
    return {
        "questions": len(rows),
        "answerable_f1": mean(f1),
        "answerable_holds_gold": mean(held),
        "answerable_refused": mean(refused[False]),
        "unanswerable_refused": mean(refused[True]),
        "unanswerable_refused_in_any_words": mean(other_words),
        "letters_an_answer": round(letters / len(rows), 1),
    }


def mean(values: list[bool] | list[float]) -> float:
    """Mean of the values, to four places."""
    return round(sum(values) / len(values), 4)


def main() -> None:
    """Score the adapter, and the base where the results lack it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--name", default="adapter, rank 16", help="what the results call the adapter")
    parser.add_argument("--sample", type=int, default=200, help="questions of each class")
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--resume", action="store_true", help="go on with a run of the same adapter that was stopped")
    parser.add_argument("--only", nargs="+", help="these ways of asking the adapter, not all")
    args = parser.parse_args()
    rows = drawn(args.data / "idk_mrc" / "valid.jsonl", args.sample)
    settings = Settings(data_dir=args.work, answer_tokens=90)
    weights = args.work / "gemma.gguf"
    args.results.mkdir(exist_ok=True)
    file = args.results / "generator.json"
    result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {"seed": SEED}

    def missing(name: str) -> bool:
        return bool(result.get(name, {}).get("questions") != len(rows))

    def add(name: str, model: LlamaCppChat, layout: Layout) -> None:
        result[name] = measured(model, rows, layout)
        file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(name, json.dumps(result[name]), flush=True)

    if missing(BASE):
        add(BASE, LlamaCppChat.load(weights, settings, chat_template=False), answer_messages)
    taught = LlamaCppChat.load(weights, settings, chat_template=False, adapter=args.adapter)
    for what, layout in layouts(load_reader()).items():
        name = f"{args.name}, {what}"
        if what in (args.only or [what]) and (not args.resume or missing(name)):
            add(name, taught, layout)


if __name__ == "__main__":
    main()
