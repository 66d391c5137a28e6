"""Measure quick-start pipelines of LangChain, LlamaIndex, Haystack and txtai beside this product.

    make bench-peers            (python -m benchmarks.peers.run [--questions 0] [--minutes 20] [--only langchain])

Every system runs in a process of its own; the peers each in an environment with the versions of requirements-PEER.txt.
They get the texts of the shipped course as this product extracts them (so file formats are not compared), the same
embedding model and the weights of the same generator with as many threads; splitter, number of passages and prompt are
those of their quick starts. This product reads the files themselves. Each question goes to all systems in turn, so that
whatever else the machine does meets all alike, and all answers are scored by the same code as `tanya eval answers
--answers`. A part of the questions is asked, every kind in proportion; `--questions 0` asks all of them.

Result: benchmarks/results/peers.json, and the table of it in README.md. With `--only` both stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.peers.environments import install
from benchmarks.peers.models import THREADS
from benchmarks.peers.sample import stratified
from benchmarks.peers.scoring import measured
from benchmarks.peers.systems import System
from benchmarks.peers.table import update
from index.documents import list_files, load_document
from qa.eval.questions import load_question_file
from qa.generator import _bundled_file
from qa.settings import load_settings

ROOT = Path(__file__).parent.parent.parent
COURSE = ROOT / "corpus" / "diplomasi-siber"
QUESTIONS = ROOT / "benchmarks" / "questions" / "diplomasi-siber.jsonl"
RESULT = ROOT / "benchmarks" / "results" / "peers.json"
FOLDER = ROOT / "var" / "peers"
OURS = ("tanya-materi", "tanya-materi-quotes")
PEERS = ("langchain", "llamaindex", "haystack", "txtai")
ASKED = 48  # all 150 take six systems most of an hour on two cores
SEED = 2026


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=ASKED, help=f"how many are asked (0: all; default {ASKED})")
    parser.add_argument("--minutes", type=float, help="ask no further question after so many minutes")
    parser.add_argument("--only", choices=[*OURS, *PEERS], action="append", help="try one; nothing is kept")
    options = parser.parse_args()
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    load = round(os.getloadavg()[0], 2)
    names = tuple(options.only or (*OURS, *PEERS))
    until = time.monotonic() + 60 * (options.minutes or float("inf"))
    systems = start(names)
    began = time.perf_counter()
    answers = ask(systems, stratified(rows, options.questions, SEED), until)
    asked = [row for row in rows if row["id"] in answers[names[0]]]
    memory = {name: system.close()["peak_memory_mb"] for name, system in systems.items()}
    for name, given in answers.items():
        write_lines(FOLDER / f"{name}.jsonl", given.values())
    write_lines(FOLDER / "questions.jsonl", asked)
    questions = load_question_file(FOLDER / "questions.jsonl").questions
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()},
        "load_before": load,
        "asking_seconds": round(time.perf_counter() - began),
        "generator_threads": THREADS,
        "questions": {
            "file": QUESTIONS.relative_to(ROOT).as_posix(), "asked": len(asked), "of": len(rows), "seed": SEED,
            "answerable": sum(row["answerable"] for row in asked),
        },
        "systems": {
            name: systems[name].ready | {"peak_memory_mb": memory[name]} | measured(questions, answers[name])
            for name in names
        },
    }  # fmt: skip
    if options.only:
        print(json.dumps(result, indent=1, ensure_ascii=False))
        return
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    update(ROOT / "README.md", result)


def start(names: Sequence[str]) -> dict[str, System]:
    """Install what is missing, then start the systems one after another, so that no indexing disturbs another."""
    pythons = {name: install(name, FOLDER / "env") if name in PEERS else Path(sys.executable) for name in names}
    write_texts(FOLDER / "texts")
    model = _bundled_file(load_settings().data_dir).resolve()
    given = ["--course", COURSE, "--texts", FOLDER / "texts", "--model", model]
    systems = {}
    for name in names:
        own = ["--index", FOLDER / f"index-{name}"]
        systems[name] = System(name, pythons[name], [*given, *own], ROOT, FOLDER / f"{name}.log")
        print(f"{name}: ready, indexed in {systems[name].ready['indexing_seconds']} s", flush=True)
    return systems


def write_texts(folder: Path) -> None:
    """Write the documents as a converter to Markdown gives them: headings marked, two empty lines before each."""
    for path in list_files(COURSE):
        document = load_document(path, COURSE)
        parts = []
        for block in document.blocks:
            text = document.text[block.start : block.end]
            parts.append(f"\n# {text}" if block.kind == "heading" else text)
        target = folder / f"{document.source}.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n\n".join(parts).strip() + "\n", encoding="utf-8")


def write_lines(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def ask(systems: Mapping[str, System], rows: Sequence[Mapping[str, Any]], until: float) -> dict[str, dict[str, Any]]:
    """Return the answer lines by system and question; each question goes to every system before the next one."""
    answers: dict[str, dict[str, Any]] = {name: {} for name in systems}
    for number, row in enumerate(rows, 1):
        if time.monotonic() > until:
            break
        for name, system in systems.items():
            answers[name][row["id"]] = system.ask({key: row[key] for key in ("id", "question", "history")})
        spent = ", ".join(f"{name} {found[row['id']]['timings']['total']:.1f} s" for name, found in answers.items())
        print(f"{number}/{len(rows)} {row['id']}: {spent}", flush=True)
    return answers


if __name__ == "__main__":
    main()
