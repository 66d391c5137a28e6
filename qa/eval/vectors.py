"""Passage vectors kept on disk: a stopped evaluation goes on where it was, and the next one starts at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock

from index.embeddings import FloatArray, SentenceEmbeddings

BATCH = 256


def passage_vectors(
    passages: Sequence[str], embeddings: SentenceEmbeddings, folder: Path, progress: Callable[[int], None]
) -> FloatArray:
    """Return (n, dimension) float32 vectors of the passages; `progress` hears how many are done.

    The file is named by the model's fingerprint and the passages, and grows batch by batch. One evaluation at a time
    writes it; another one waits, then has it whole. A file that holds more than the passages is made anew.
    """
    digest = hashlib.sha256("\0".join([embeddings.fingerprint, *passages]).encode("utf-8", "replace")).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{digest[:24]}.f32"
    width = embeddings.dimension * 4
    with FileLock(path.with_suffix(".lock")), path.open("ab") as file:
        size = path.stat().st_size
        done = size // width if size <= len(passages) * width else 0
        file.truncate(done * width)
        for start in range(done, len(passages), BATCH):
            part = list(passages[start : start + BATCH])
            file.write(np.ascontiguousarray(embeddings.encode_passages(part), np.float32).tobytes())
            file.flush()
            progress(start + len(part))
        return np.fromfile(path, np.float32).reshape(len(passages), embeddings.dimension)
