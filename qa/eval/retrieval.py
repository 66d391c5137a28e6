"""Measure retrieval on a BEIR task: BM25, dense, their fusion, and the reader's ranking of the first passages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from langchain_core.documents import Document

from index.embeddings import SentenceEmbeddings, load_embeddings
from index.lexical import LexicalIndex
from index.retriever import Hit, HybridRetriever
from index.store import FaissStore
from qa.eval import metrics
from qa.eval.beir import Task
from qa.eval.bootstrap import interval
from qa.eval.vectors import passage_vectors
from qa.reader import Reader, load_reader
from qa.reranker import Reranker
from qa.settings import Settings

DEPTH = 100  # passages of a ranking, as BEIR's
SYSTEMS = ("bm25", "dense", "hybrid", "reader")
Ranking = dict[str, list[str]]  # query id → passage ids, best first
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Models:
    """What ranks; None for what the asked systems do without."""

    embeddings: SentenceEmbeddings | None
    reader: Reader | None
    reranker: Reranker | None = None


def load_models(settings: Settings, systems: Sequence[str]) -> Models:
    """Load what the systems need, and nothing else.

    Raises:
        TanyaError: a model cannot be loaded.
    """
    reads, embeds = "reader" in systems, bool({"dense", "hybrid", "reader"} & set(systems))
    return Models(
        load_embeddings(settings.embedding_model) if embeds else None,
        load_reader(settings.reader) if reads else None,
        Reranker(settings.reranker) if reads and settings.reranker else None,
    )


def rankings(
    task: Task, systems: Sequence[str], models: Models, read: int, cache: Path, progress: Progress
) -> dict[str, Ranking]:
    """Rank the passages for every query by each of the systems.

    "hybrid" is the product's retriever; "reader" is what the product ends with: the first `read` of it, ranked anew
    by the reader and the cosine together, or by the reranker of the settings. `cache` keeps the passages' vectors;
    `progress` hears stage, done and total.
    """
    ids, texts = list(task.passages), list(task.passages.values())
    lexical = LexicalIndex.build(texts, ids)
    store = hybrid = None
    if models.embeddings:
        vectors = passage_vectors(texts, models.embeddings, cache, lambda done: progress("passages", done, len(texts)))
        documents = [Document(id=key, page_content=text) for key, text in task.passages.items()]
        store = FaissStore.from_vectors(models.embeddings, documents, vectors)
        hybrid = HybridRetriever(embedding=models.embeddings, store=store, lexical=lexical)
    found: dict[str, Ranking] = {name: {} for name in SYSTEMS if name in systems}
    for number, (key, query) in enumerate(task.queries.items(), 1):
        if "bm25" in found:
            found["bm25"][key] = [passage for passage, _ in lexical.search(query, DEPTH)]
        if "dense" in found and store and models.embeddings:
            nearest = store.nearest(models.embeddings.encode_query(query), DEPTH)
            found["dense"][key] = [passage for passage, _ in nearest]
        hits = hybrid.search(query, DEPTH) if hybrid and {"hybrid", "reader"} & found.keys() else []
        if "hybrid" in found:
            found["hybrid"][key] = [str(hit.passage.id) for hit in hits]
        if "reader" in found:
            ranked = _read_again(query, hits[:read], models) + hits[read:]
            found["reader"][key] = [str(hit.passage.id) for hit in ranked]
        progress("queries", number, len(task.queries))
    return found


def _read_again(query: str, hits: list[Hit], models: Models) -> list[Hit]:
    """Rank as `qa.pipeline` does."""
    assert models.reader is not None
    texts = [hit.passage.page_content for hit in hits]
    if models.reranker is not None:
        mixed = models.reranker.scores(query, texts).tolist()
    else:
        mixed = [
            models.reader.mix(r, hit.cosine) for r, hit in zip(models.reader.read(query, texts), hits, strict=True)
        ]
    return [hits[i] for i in sorted(range(len(hits)), key=lambda i: -mixed[i])]


def values(ranked: Sequence[str], grades: metrics.Grades) -> dict[str, float | None]:
    """Return every retrieval metric of one query."""
    result: dict[str, float | None] = {
        f"hit_rate@{k}": metrics.hit_rate(ranked, grades, k) for k in (1, 3, 5, 10)
    }  # fmt: skip
    result |= {f"recall@{k}": metrics.recall(ranked, grades, k) for k in (5, 10, 20, 100)}
    result |= {f"precision@{k}": metrics.precision(ranked, grades, k) for k in (1, 5, 10)}
    result["mrr@10"] = metrics.reciprocal_rank(ranked, grades, 10)
    result["mrr"] = metrics.reciprocal_rank(ranked, grades, DEPTH)
    result["map"] = metrics.average_precision(ranked, grades)
    result["ndcg@10"] = metrics.ndcg(ranked, grades, 10)
    return result


def measure(task: Task, ranking: Ranking) -> dict[str, Any]:
    """Return `metrics` (means over the queries), their `intervals`, for how many queries each is undefined, and
    `rows`, one a query.
    """
    rows = [values(ranking[key], grades) for key, grades in task.judged.items()]
    means: dict[str, float | None] = {}
    intervals: dict[str, Any] = {}
    for name in rows[0]:
        defined = [value for row in rows if (value := row[name]) is not None]
        found = interval(defined)
        means[name] = found.mean
        intervals[name] = asdict(found) | {"undefined": len(rows) - len(defined)}
    named = [
        {"id": key, "type": "query", "question": task.queries[key], "metrics": row}
        for key, row in zip(task.judged, rows, strict=True)
    ]
    return {"metrics": means, "intervals": intervals, "rows": named}


def trec_run(ranking: Mapping[str, Sequence[str]], tag: str) -> str:
    """Return the ranking as a TREC run: query, Q0, passage, rank, score, tag; the score falls with the rank."""
    return "".join(
        f"{query} Q0 {passage} {rank} {1 / rank:.6f} {tag}\n"
        for query, ranked in ranking.items()
        for rank, passage in enumerate(ranked, 1)
    )
