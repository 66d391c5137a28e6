"""LangChain vector store on FAISS: exact inner product over normalised vectors, files without pickle."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance

from index.durable import write_synced
from index.embeddings import FloatArray
from index.errors import IndexUnusableError
from index.versions import unusable

VECTORS, PASSAGES = "index.faiss", "passages.jsonl"


Filter = dict[str, Any] | Callable[[Document], bool]


class FaissStore(VectorStore):
    """Documents and their vectors, in the order in which they were added.

    Search is exact (IndexFlatIP over rows of length 1), so scores are cosines and nothing is ever missed; at 384
    dimensions 100,000 passages take 150 MB and 60 ms on two busy cores, far beyond a course. Adding a known id
    replaces its document. Searches may run in several threads; adding and deleting needs the store for itself.
    """

    def __init__(self, embedding: Embeddings) -> None:
        self._embedding = embedding
        self._index: Any = None
        self._rows: list[str] = []  # ids, as the index has their vectors
        self._places: dict[str, int] = {}  # id → row
        self._documents: dict[str, Document] = {}

    @property
    def embeddings(self) -> Embeddings:
        return self._embedding

    def __len__(self) -> int:
        return len(self._rows)

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> FaissStore:
        store = cls(embedding)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    @classmethod
    def from_vectors(cls, embedding: Embeddings, documents: Sequence[Document], vectors: FloatArray) -> FaissStore:
        """Make a store of documents with ids whose normalised (n, d) vectors are known already."""
        store = cls(embedding)
        store._put([str(d.id) for d in documents], list(documents), vectors)
        return store

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        texts = list(texts)
        given: Sequence[str | None] = ids or [None] * len(texts)
        keys = [key or str(uuid.uuid4()) for key in given]
        documents = [
            Document(id=key, page_content=text, metadata=dict(metadata))
            for key, text, metadata in zip(keys, texts, metadatas or [{}] * len(texts), strict=True)
        ]
        if texts:
            self._put(keys, documents, np.asarray(self._embedding.embed_documents(texts), np.float32))
        return keys

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        return [_copy(self._documents[key]) for key in ids if key in self._documents]

    def documents(self) -> dict[str, Document]:
        """Return every id's document, in the order in which they were added."""
        return {key: _copy(self._documents[key]) for key in self._rows}

    def vector(self, key: str) -> FloatArray:
        """Return the stored vector of an id; KeyError for an unknown one."""
        return np.asarray(self._index.reconstruct(self._places[key]), np.float32)

    def vectors(self) -> dict[str, FloatArray]:
        """Return every id's vector."""
        if self._index is None:
            return {}
        return dict(zip(self._rows, self._index.reconstruct_n(0, len(self._rows)), strict=True))

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool | None:
        gone = set(self._rows if ids is None else ids)
        positions = [i for i, key in enumerate(self._rows) if key in gone]
        if positions:
            self._index.remove_ids(np.asarray(positions, np.int64))
            self._rows = [key for key in self._rows if key not in gone]
            self._places = {key: row for row, key in enumerate(self._rows)}
            for key in gone:
                self._documents.pop(key, None)
        return True

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def similarity_search_with_score(
        self, query: str, k: int = 4, filter: Filter | None = None, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        """Return (document, cosine), best first; `filter` is metadata that must be equal, or a predicate."""
        found = self.nearest(self._embedding.embed_query(query), k, filter)
        return [(_copy(self._documents[key]), cosine) for key, cosine in found]

    def similarity_search_by_vector(
        self, embedding: list[float], k: int = 4, filter: Filter | None = None, **kwargs: Any
    ) -> list[Document]:
        return [_copy(self._documents[key]) for key, _ in self.nearest(embedding, k, filter)]

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """Return `k` of the `fetch_k` nearest documents that differ from each other (Carbonell and Goldstein 1998)."""
        vector = np.asarray(self._embedding.embed_query(query), np.float32)
        keys = [key for key, _ in self.nearest(vector, fetch_k, kwargs.get("filter"))]
        rows: list[Any] = [self.vector(key) for key in keys]
        chosen = maximal_marginal_relevance(vector, rows, lambda_mult, k) if keys else []
        return [_copy(self._documents[keys[i]]) for i in chosen]

    def nearest(
        self, vector: Sequence[float] | FloatArray, k: int, accept: Filter | None = None
    ) -> list[tuple[str, float]]:
        """Return (id, cosine) of the `k` nearest, best first.

        Raises:
            IndexUnusableError: the vector has another dimension, so another model made it.
        """
        if not self._rows or k < 1:
            return []
        row = _normalised(self._fitting(np.asarray([vector], np.float32)))
        wanted = min(k, len(self._rows)) if accept is None else len(self._rows)
        cosines, places = self._index.search(row, wanted)
        pairs = ((self._rows[place], float(cosine)) for cosine, place in zip(cosines[0], places[0], strict=True))
        return list(islice((p for p in pairs if _accepts(accept, self._documents[p[0]])), k))

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda cosine: min(1.0, max(0.0, cosine))

    def _fitting(self, vectors: FloatArray) -> FloatArray:
        if self._index is not None and vectors.shape[1] != self._index.d:
            raise IndexUnusableError(
                f"Indeks berisi vektor {self._index.d} dimensi, sedangkan model sekarang memberi {vectors.shape[1]}; "
                "bangun ulang dengan: tanya index --rebuild"
            )
        return vectors

    def _put(self, keys: list[str], documents: list[Document], vectors: FloatArray) -> None:
        vectors = self._fitting(vectors)
        self.delete([key for key in keys if key in self._documents])
        last = {key: position for position, key in enumerate(keys)}  # of an id given twice the last one counts
        order = sorted(last.values())
        if self._index is None:
            self._index = faiss.IndexFlatIP(vectors.shape[1])
        if order:
            self._index.add(_normalised(vectors[order]))
        for position in order:
            self._places[keys[position]] = len(self._rows)
            self._rows.append(keys[position])
            self._documents[keys[position]] = documents[position]

    def save(self, folder: Path) -> dict[str, str]:
        """Write the store into `folder`, synced to disk; returns file name → sha256.

        Raises:
            OSError: the disk is full or not writable.
        """
        index = self._index if self._index is not None else faiss.IndexFlatIP(1)
        written = {VECTORS: faiss.serialize_index(index).tobytes()}
        rows = (
            {"id": key, "text": self._documents[key].page_content, "metadata": self._documents[key].metadata}
            for key in self._rows
        )
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        written[PASSAGES] = lines.encode("utf-8", "replace")
        for name, content in written.items():
            write_synced(folder / name, content)
        return {name: hashlib.sha256(content).hexdigest() for name, content in written.items()}

    @classmethod
    def load(cls, folder: Path, embedding: Embeddings) -> FaissStore:
        """Read a store that `save` wrote. Checksums are the caller's: `index.versions.verify`.

        Raises:
            IndexUnusableError: a file is missing or damaged, or the model gives vectors of another dimension.
        """
        store = cls(embedding)
        try:
            index = faiss.deserialize_index(np.frombuffer((folder / VECTORS).read_bytes(), np.uint8))
            with (folder / PASSAGES).open(encoding="utf-8") as lines:
                rows = [json.loads(line) for line in lines]
            documents = [Document(id=r["id"], page_content=r["text"], metadata=r["metadata"]) for r in rows]
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise unusable(folder, f"{type(error).__name__} saat membaca") from error
        if index.ntotal != len(rows):
            raise unusable(folder, f"{index.ntotal} vektor untuk {len(rows)} bagian")
        if documents:
            store._index = index
            store._fitting(np.zeros((1, getattr(embedding, "dimension", index.d)), np.float32))
        store._rows = [str(document.id) for document in documents]
        store._places = {key: row for row, key in enumerate(store._rows)}
        store._documents = dict(zip(store._rows, documents, strict=True))
        return store


def _normalised(vectors: FloatArray) -> FloatArray:
    """Scale rows to length 1; rows that have it already stay as they are, so that updates never change a vector."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    keep = (lengths == 0) | (np.abs(lengths - 1) < 1e-5)
    return np.ascontiguousarray(vectors / np.where(keep, 1, lengths), np.float32)


def _accepts(accept: Filter | None, document: Document) -> bool:
    if accept is None:
        return True
    if callable(accept):
        return accept(document)
    return all(document.metadata.get(key) == value for key, value in accept.items())


def _copy(document: Document) -> Document:
    return Document(id=document.id, page_content=document.page_content, metadata=dict(document.metadata))
