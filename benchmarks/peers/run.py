"""Measure quick-start pipelines of LangChain, LlamaIndex, Haystack and txtai beside this product.

    make bench-peers            (python -m benchmarks.peers.run [--only langchain] [--limit N])

Every peer gets an environment of its own with the versions of requirements-PEER.txt, the texts of the shipped course
as this product extracts them (so file formats are not compared), the same questions, the same embedding model and the
same generator, with its own splitter and 4 passages in the prompt. One after another, on the same machine; all answers
are scored by the same code. Result: benchmarks/results/peers.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from index.build import build
from index.documents import list_files, load_document
from index.embeddings import load_embeddings
from qa.eval.answers import score
from qa.eval.questions import load_question_file
from qa.eval.summary import latencies, summarise
from qa.generator import load_generator
from qa.pipeline import load_pipeline
from qa.settings import Settings, load_settings
from qa.types import Question

ROOT = Path(__file__).parent.parent.parent
COURSE = ROOT / "corpus" / "diplomasi-siber"
QUESTIONS = ROOT / "benchmarks" / "questions" / "diplomasi-siber.jsonl"
RESULT = ROOT / "benchmarks" / "results" / "peers.json"
PEERS = ("langchain", "llamaindex", "haystack", "txtai")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["tanya-materi", *PEERS], action="append")
    parser.add_argument("--limit", type=int, help="only so many questions; nothing is written to benchmarks/results")
    options = parser.parse_args()
    settings = load_settings(index=ROOT / "var" / "peers" / "index", generator_seconds=600.0)
    folder = ROOT / "var" / "peers"
    questions = prepare(folder, options.limit)
    known = json.loads(RESULT.read_text(encoding="utf-8"))["systems"] if RESULT.exists() else {}
    for name in options.only or ("tanya-materi", *PEERS):
        meta, given = ours(settings, questions) if name == "tanya-materi" else theirs(name, folder, questions, settings)
        known[name] = measured(questions, given) | meta | {"date": datetime.now(UTC).date().isoformat()}
        print(name, json.dumps(known[name]["metrics"]))
        if options.limit is None:
            result = {"machine": {"cores": os.cpu_count(), "processor": platform.machine()}, "systems": known}
            RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def prepare(folder: Path, limit: int | None) -> Path:
    """Write the texts of the course and the questions for the peers; return the file of questions."""
    for path in list_files(COURSE):
        document = load_document(path, COURSE)
        target = folder / "texts" / f"{document.source}.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(document.text, encoding="utf-8")
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    questions = folder / "questions.jsonl"
    questions.write_text("\n".join(lines[:limit]) + "\n", encoding="utf-8")
    return questions


def theirs(
    peer: str, folder: Path, questions: Path, settings: Settings
) -> tuple[dict[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Install the peer where it is missing, ask it in its own process, and return how it went and its answers."""
    python = install(peer, folder)
    load_generator(settings)  # puts the bundled model's file together
    model = next((settings.data_dir / "models").glob("*.gguf")).resolve()
    output = folder / f"{peer}.jsonl"
    command = [
        python, "-m", "benchmarks.peers.batch", peer, "--texts", folder / "texts", "--questions", questions,
        "--model", model, "--output", output,
    ]  # fmt: skip
    offline = {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "ANONYMIZED_TELEMETRY": "False"}
    subprocess.run(list(map(str, command)), cwd=ROOT, env={**os.environ, **offline}, check=True)
    given = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    meta = json.loads(output.with_suffix(".meta.json").read_text(encoding="utf-8"))
    return meta, {row["id"]: row for row in given}


def install(peer: str, folder: Path) -> Path:
    venv = folder / "env" / peer
    python = venv / "bin" / "python"
    wanted = Path(__file__).parent / f"requirements-{peer}.txt"
    done = venv / "installed.txt"
    if not done.exists() or done.read_text(encoding="utf-8") != wanted.read_text(encoding="utf-8"):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        # One line at a time: torch comes before what would ask for its CUDA build.
        for line in wanted.read_text(encoding="utf-8").split():
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", line], check=True)
        done.write_text(wanted.read_text(encoding="utf-8"), encoding="utf-8")
    return python


def ours(settings: Settings, questions: Path) -> tuple[dict[str, Any], Mapping[str, Mapping[str, Any]]]:
    embeddings = load_embeddings(settings.embedding_model)
    began = time.perf_counter()
    build(COURSE, settings.index, embeddings, rebuild=True)
    indexing = time.perf_counter() - began
    pipeline = load_pipeline(settings)
    asked = load_question_file(questions).questions
    given = {q.id: pipeline.answer(Question(q.question, q.history, q.id)).to_json() for q in asked}
    meta = {
        "versions": {"tanya-materi": version("tanya-materi")},
        "cores": os.cpu_count(),
        "documents": len(list_files(COURSE)),
        "indexing_seconds": round(indexing, 2),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    return meta, given


def measured(questions: Path, given: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    rows: Sequence[dict[str, Any]] = [score(q, given.get(q.id)) for q in load_question_file(questions).questions]
    found = summarise(rows)
    return {
        "questions": len(rows),
        "metrics": {name: None if value is None else round(value, 4) for name, value in found["metrics"].items()},
        "latencies": latencies(list(given.values())),
    }


if __name__ == "__main__":
    main()
