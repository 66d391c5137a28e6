"""What every measuring command does with its result: file, JSON or table, and a progress bar on stderr."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from index.errors import TanyaError

VERSION = 1  # of the result's form
_stderr = Console(stderr=True, highlight=False)


def say(*sentences: str) -> None:
    """Print sentences on stderr, one a line."""
    for sentence in sentences:
        _stderr.print(sentence, markup=False, soft_wrap=True)


def head(kind: str, data: Path) -> dict[str, Any]:
    """Return how every result begins: its form's version, its kind, and what it was measured on."""
    found = {"version": VERSION, "kind": kind, "data": data.name}
    if data.is_file():
        found["data_sha256"] = hashlib.sha256(data.read_bytes()).hexdigest()
    return found


def give(result: Mapping[str, Any], output: Path | None, as_json: bool, **details: Any) -> None:
    """Print the result; `details` (rows, latencies) go into the file only.

    Raises:
        TanyaError: the file cannot be written.
    """
    if output is not None:
        save(result, output, **details)
    if as_json:
        print(json.dumps(result, ensure_ascii=False, allow_nan=False))
    else:
        print(as_table(result))


def save(result: Mapping[str, Any], output: Path, **details: Any) -> None:
    """Write the result with its `details` as the file that report, comparison and gate read.

    Raises:
        TanyaError: the file cannot be written.
    """
    write(output, json.dumps({**result, **details}, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def as_table(result: Mapping[str, Any]) -> str:
    """Return one line a metric with its interval and on how many questions it stands; then the systems compared."""
    lines = []
    for name, value in result["metrics"].items():
        known = result["intervals"].get(name, {})
        ends = f"  [{known['low']:.4f}, {known['high']:.4f}]" if known.get("low") is not None else ""
        shown = "tak terdefinisi" if value is None else f"{value:.4f}"
        count = f"  n={known['count']}" if "count" in known else ""
        lines.append(f"{name:26} {shown}{ends}{count}")
    systems = result.get("systems", {})
    names = [name for name in ("hit_rate@1", "hit_rate@10", "mrr@10", "ndcg@10", "map") if name in result["metrics"]]
    if systems:
        lines += ["", f"{'':8}" + "".join(f"{name:>13}" for name in names)]
    for system, metrics in systems.items():
        cells = ("-" if metrics[name] is None else f"{metrics[name]:.4f}" for name in names)
        lines.append(f"{system:8}" + "".join(f"{cell:>13}" for cell in cells))
    return "\n".join(lines)


def write(path: Path, text: str) -> None:
    """Write a file that the user named.

    Raises:
        TanyaError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TanyaError(f"Berkas {path} tidak dapat ditulis ({error.strerror}); pilih tempat lain.") from error


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Yield what shows (stage, done, total) as a bar for each stage."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_stderr, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def update(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage)
            bar.update(tasks[stage], completed=done, total=total)

        yield update
