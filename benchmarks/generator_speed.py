"""What the adapter costs the bundled generator, and how fast the same weights are in LangChain and transformers.

    make bench-generator            (python -m benchmarks.generator_speed [--questions 30] [--peer-questions 5])

The prompts are those that the pipeline builds for the first answerable questions of the shipped course for which it
asks the generator (a list, for one, it quotes). Each goes in turn to the bundled weights with the adapter, to the same
without it, and, for the first few questions, to a plain LangChain pipeline over transformers with the dequantised
weights (bfloat16, which is quicker there than float32): with one thread as ours, and with all cores, which is what it
takes by itself. So whatever else the machine does meets all alike. All read the whole prompt, without a cache,
and write the same number of tokens, whatever they say. Result: benchmarks/results/generator_speed.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.answering import QUESTIONS
from benchmarks.generators import Timing, bundled, dequantised, plain_langchain, prompts
from qa.generator import ADAPTER, LlamaCppChat, _bundled_file
from qa.settings import Settings, load_settings
from qa.types import Question

RESULT = Path(__file__).parent / "results" / "generator_speed.json"
TOKENS = 64
THREADS = 1  # in one process the threads of several engines disturb each other
RATES = ("reading", "writing", "whole")
WITH, WITHOUT = "with_adapter", "without_adapter"
ALIKE, ALL_CORES = "langchain_transformers", "langchain_transformers_all_cores"

Writer = Callable[[str], Timing]


def writers(settings: Settings, base: Path, threads: int) -> dict[str, Writer]:
    """Load every system; each takes a prompt and writes TOKENS tokens."""
    file = _bundled_file(settings.data_dir)
    taught = LlamaCppChat.load(file, settings, chat_template=False, adapter=ADAPTER)
    untaught = LlamaCppChat.load(file, settings, chat_template=False)
    ask = plain_langchain(base)
    return {
        WITH: lambda prompt: bundled(taught, prompt, TOKENS),
        WITHOUT: lambda prompt: bundled(untaught, prompt, TOKENS),
        ALIKE: lambda prompt: ask(prompt, TOKENS, threads),
        ALL_CORES: lambda prompt: ask(prompt, TOKENS, os.cpu_count() or 1),
    }


def measure(systems: Mapping[str, Writer], asked: Sequence[str], peer_questions: int) -> dict[str, list[Timing]]:
    """Return each system's timings in the order of the prompts; who comes first changes from prompt to prompt."""
    ours, peers = [WITH, WITHOUT], [ALIKE, ALL_CORES]
    for name in ours + peers * bool(peer_questions):
        systems[name](asked[0])  # the first answer warms the caches and is not counted
    timings: dict[str, list[Timing]] = {name: [] for name in systems}
    for number, prompt in enumerate(asked):
        turn = ours + peers * (number < peer_questions)
        for name in turn if number % 2 else turn[::-1]:
            timings[name].append(systems[name](prompt))
        print(f"{number + 1}/{len(asked)}", end=" ", flush=True)
    print()
    return {name: given for name, given in timings.items() if given}


def medians(timings: Sequence[Timing]) -> dict[str, float]:
    rates = {f"{rate}_tokens_per_second": _median([getattr(t, rate) for t in timings], 1) for rate in RATES}
    return {"questions": len(timings), **rates, "seconds": _median([t.seconds for t in timings], 2)}


def ratios(ours: Sequence[Timing], others: Sequence[Timing]) -> dict[str, float]:
    """Median over the questions that both answered of our tokens/s as a multiple of the other's."""
    pairs = list(zip(ours, others, strict=False))
    return {rate: _median([getattr(a, rate) / getattr(b, rate) for a, b in pairs], 4) for rate in RATES}


def report(timings: Mapping[str, Sequence[Timing]]) -> dict[str, Any]:
    """Medians of every system, the adapter's cost in % of tokens/s, and our tokens/s as a multiple of the others'."""
    ours, without = timings[WITH], timings[WITHOUT]
    return {
        "prompt_tokens": _median([t.prompt_tokens for t in ours], 0),
        "written_tokens": TOKENS,
        "medians": {name: medians(given) for name, given in timings.items()},
        "adapter_cost_percent": {rate: round(100 - 100 * value, 1) for rate, value in ratios(ours, without).items()},
        "times_as_fast": {
            name: {rate: round(value, 2) for rate, value in ratios(ours, timings[name]).items()}
            for name in (ALIKE, ALL_CORES)
            if name in timings
        },
    }


def _median(values: Sequence[float], digits: int) -> float:
    return round(float(np.median(values)), digits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=30)
    parser.add_argument("--peer-questions", type=int, default=5, help="how many LangChain gets too; it is slow")
    parser.add_argument(
        "--base", type=Path, help="folder of the dequantised weights; made in the data folder if missing"
    )
    parser.add_argument("--output", type=Path, default=RESULT)
    options = parser.parse_args()
    settings = load_settings(generator_threads=THREADS)
    load = round(os.getloadavg()[0], 2)
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    questions = (Question(row["question"], tuple(row["history"])) for row in rows if row["answerable"])
    asked = prompts(settings, questions, options.questions)
    base = options.base or dequantised(settings.data_dir)
    timings = measure(writers(settings, base, THREADS), asked, options.peer_questions)
    result = {
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "load_before": load},
        "threads": THREADS,
        "versions": {name: version(name) for name in ("xllamacpp", "langchain-huggingface", "transformers", "torch")},
        "questions": len(asked),
        **report(timings),
    }
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
