"""Any cross-encoder of sentence-transformers, by name, that ranks passages in place of the bundled reader.

The bundled reader still decides whether the passages answer, and where: only its probabilities are calibrated.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embeddings import offline
from index.errors import ModelError

BATCH = 16


class Reranker:
    """A cross-encoder with one relevance score a pair; safe from several threads (it queues)."""

    def __init__(self, name: str) -> None:
        """Load the model from a folder, or else from the Hub.

        Raises:
            ModelError: it cannot be found or loaded, or it gives more than one score a pair.
        """
        folder = Path(name).expanduser()
        local = folder.is_dir()
        self._lock = threading.Lock()  # a tokenizer that pads in two threads at once raises "Already borrowed"
        try:
            with offline(local):
                from sentence_transformers import CrossEncoder  # takes seconds, and only named models need it

                self._model: Any = CrossEncoder(str(folder) if local else name, device="cpu", local_files_only=local)
        except Exception as error:  # unknown name, no network, broken folder: the library has a class for each
            raise ModelError(
                f"Model pemeringkat '{name}' tidak dapat dimuat ({type(error).__name__}); periksa nama atau foldernya "
                "dan sambungan internet, atau kosongkan TANYA_RERANKER agar pembaca bawaan yang memeringkat."
            ) from error
        if self._model.num_labels != 1:
            raise ModelError(
                f"Model '{name}' memberi {self._model.num_labels} nilai untuk tiap pasangan, bukan satu nilai "
                "relevansi; pilih model pemeringkat (reranker), atau kosongkan TANYA_RERANKER."
            )

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return a logit of relevance for each passage, shape (n,), in the given order."""
        if not passages:
            return np.zeros(0, np.float32)
        from torch.nn import Identity

        pairs = [(question, passage) for passage in passages]
        with self._lock:
            found = self._model.predict(pairs, batch_size=BATCH, activation_fn=Identity(), show_progress_bar=False)
        return np.asarray(found, np.float32)
