"""A system under measurement: its process, and the lines that go to it and come back."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# Nothing is fetched and nothing is reported while measuring.
OFFLINE = {
    "HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
}  # fmt: skip


class System:
    """A running `benchmarks.peers.worker`; `ready` is what it said of itself when its index was built."""

    def __init__(self, name: str, python: Path, given: Sequence[object], root: Path, log: Path) -> None:
        self.log = log
        command = [str(part) for part in (python, "-m", "benchmarks.peers.worker", name, *given)]
        with log.open("w", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                command, cwd=root, env={**os.environ, **OFFLINE}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=errors, text=True, encoding="utf-8",
            )  # fmt: skip
        self.ready = self._receive()

    def ask(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer line to a question row (id, question, history)."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(row) + "\n")
        self._process.stdin.flush()
        return self._receive()

    def close(self) -> dict[str, Any]:
        """End the process and return its last line, with the highest memory."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        last = self._receive()
        self._process.wait()
        return last

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process ended with {self._process.wait()}; its last words are in {self.log}")
        row: dict[str, Any] = json.loads(line)
        return row
