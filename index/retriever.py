"""Hybrid retrieval: by meaning (dense) and by words (BM25), fused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.embeddings import SentenceEmbeddings, clean
from index.lexical import LexicalIndex, best, normalise_informal
from index.store import FaissStore

# Convex combination of the scores (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid
# Retrieval"): each side is scaled to its own range of the candidates. Weight and depth were tuned on IDK-MRC valid
# and TyDi QA valid: benchmarks/fusion.py, results/fusion.json.
DENSE_WEIGHT = 0.7
CANDIDATES = 100


@dataclass(frozen=True)
class Hit:
    """A passage that was found, `rank` counting from 1.

    `score` in [0, 1] is the fused one: it ranks the passages of one query and is not comparable between queries.
    `cosine` is the dense score, `lexical` the BM25 score (0 where no word of the query occurs).
    """

    passage: Document
    score: float
    cosine: float
    lexical: float
    rank: int


class HybridRetriever(BaseRetriever):
    """LangChain retriever over one course; `k` passages for `invoke`. Safe from several threads."""

    model_config = ConfigDict(arbitrary_types_allowed=True, ignored_types=(cached_property,))

    embedding: SentenceEmbeddings
    store: FaissStore
    lexical: LexicalIndex
    k: int = 20

    def search(self, query: str, k: int, sources: Collection[str] = ()) -> list[Hit]:
        """Return the best `k` passages, best first; fewer where the course has fewer, none for an empty query.

        Every passage that one side puts among its first 100 is a candidate, with its scores on both sides; where
        `sources` are named, every passage of those documents is, and no other.
        """
        query = normalise_informal(query)
        if k < 1 or not clean(query).strip():
            return []
        depth = max(k, CANDIDATES)
        vector = self.embedding.encode_query(query)
        scores = self.lexical.scores(query)
        if sources:
            cosines = dict(self.store.nearest(vector, len(self.store), lambda p: p.metadata["source"] in sources))
        else:
            cosines = dict(self.store.nearest(vector, depth))
            by_words = [self.lexical.ids[place] for place in best(scores, depth) if scores[place] > 0]
            cosines |= {key: float(self.store.vector(key) @ vector) for key in by_words if key not in cosines}
        words = {key: float(scores[self._places[key]]) for key in cosines}
        fused = fuse(cosines, words)
        ranked = sorted(fused, key=lambda key: (-fused[key], key))[:k]
        passages = self.store.get_by_ids(ranked)
        return [
            Hit(passage, fused[key], cosines[key], words[key], rank)
            for rank, (key, passage) in enumerate(zip(ranked, passages, strict=True), 1)
        ]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {key: place for place, key in enumerate(self.lexical.ids)}

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **kwargs: Any
    ) -> list[Document]:
        return [hit.passage for hit in self.search(query, kwargs.get("k", self.k))]


def fuse(cosines: Mapping[str, float], words: Mapping[str, float], weight: float = DENSE_WEIGHT) -> dict[str, float]:
    """Return id → score in [0, 1]: `weight` for the scaled cosine, the rest for the scaled BM25 score.

    A cosine is scaled between the lowest and the highest candidate; a BM25 score between 0, its theoretical
    minimum, and the highest.
    """
    if not cosines:
        return {}
    low, high = min(cosines.values()), max(cosines.values())
    top = max(words.values(), default=0.0)
    return {
        key: weight * _scaled(cosine, low, high) + (1 - weight) * _scaled(words.get(key, 0.0), 0.0, top)
        for key, cosine in cosines.items()
    }


def _scaled(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else float(high > 0)
