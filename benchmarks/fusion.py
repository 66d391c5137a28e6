"""Choose how dense and lexical results are fused, and how words are analysed.

    python -m benchmarks.fusion --data FOLDER [--tydi-distractors 4000]

FOLDER holds idk_mrc and tydiqa_id_retrieval. Two retrieval tasks are made of their valid splits:

  idk_mrc   all contexts of train and valid as the corpus, the answerable valid questions as queries
  tydiqa    the gold passages and a seeded sample of the distractors as the corpus, the valid queries

For each: dense alone, BM25 over several analyses, reciprocal rank fusion, and convex combinations over a grid; then
`index.retriever.HybridRetriever` itself, and the same with queries written as in chat, with and without
`normalise_informal`. Vectors are cached in build/. Result: benchmarks/results/fusion.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import bm25s
import numpy as np
from langchain_core.documents import Document

from index import lexical, retriever
from index.embeddings import FloatArray, load_embeddings
from index.retriever import CANDIDATES, DENSE_WEIGHT, HybridRetriever
from index.store import FaissStore

RESULT = Path(__file__).parent / "results" / "fusion.json"
CACHE = Path("build") / "fusion"
SEED = 7
WEIGHTS = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
Task = tuple[list[str], list[str], list[str], list[str]]  # passage ids, passages, queries, gold ids
Analysis = Callable[[str], list[str]]
Row = dict[str, str | float]


def read(path: Path) -> list[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def idk_mrc(data: Path) -> Task:
    rows = {split: read(data / "idk_mrc" / f"{split}.jsonl") for split in ("train", "valid")}
    contexts = list(dict.fromkeys(row["context"] for split in rows.values() for row in split))
    ids = {context: f"c{i}" for i, context in enumerate(contexts)}
    asked = [row for row in rows["valid"] if not row["is_impossible"]]
    return list(ids.values()), contexts, [r["question"] for r in asked], [ids[r["context"]] for r in asked]


def tydiqa(data: Path, distractors: int) -> Task:
    folder = data / "tydiqa_id_retrieval"
    corpus = read(folder / "corpus.jsonl.gz")
    gold = [row for row in corpus if row["_id"].startswith("g")]
    others = [row for row in corpus if not row["_id"].startswith("g")]
    kept = gold + random.Random(SEED).sample(others, min(distractors, len(others)))
    queries = {row["_id"]: row["text"] for row in read(folder / "queries.jsonl")}
    pairs = [line.split("\t") for line in (folder / "qrels" / "valid.tsv").read_text().splitlines()[1:]]
    return (
        [row["_id"] for row in kept], [row["text"] for row in kept],
        [queries[pair[0]] for pair in pairs], [pair[1] for pair in pairs],
    )  # fmt: skip


def vectors(name: str, passages: list[str], queries: list[str]) -> tuple[FloatArray, FloatArray]:
    CACHE.mkdir(parents=True, exist_ok=True)
    file = CACHE / f"{name}-{len(passages)}.npz"
    if not file.is_file():
        model = load_embeddings()
        rows = model.encode_passages(passages, lambda done: print(name, done, flush=True), batch=256)
        np.savez(file, passages=rows, queries=np.stack([model.encode_query(q) for q in queries]))
    stored = np.load(file, allow_pickle=False)
    return stored["passages"], stored["queries"]


def metrics(ranks: Sequence[int]) -> dict[str, float]:
    """hit@1, hit@5, hit@10, MRR@10 and nDCG@10 of the gold passages' ranks (0: not found), one a query."""
    found = [rank if rank <= 10 else 0 for rank in ranks]
    count = len(found)
    return {
        "hit@1": round(sum(r == 1 for r in found) / count, 4),
        "hit@5": round(sum(0 < r <= 5 for r in found) / count, 4),
        "hit@10": round(sum(r > 0 for r in found) / count, 4),
        "mrr@10": round(sum(1 / r for r in found if r) / count, 4),
        "ndcg@10": round(sum(1 / float(np.log2(r + 1)) for r in found if r) / count, 4),
    }


def gold_ranks(scores: FloatArray, gold: Sequence[int]) -> list[int]:
    """Rank each query's gold passage in its row of (queries, passages) scores; earlier passages win ties."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = (order == np.asarray(gold)[:, None]).argmax(axis=1) + 1
    return [int(r) if np.isfinite(scores[i, gold[i]]) else 0 for i, r in enumerate(ranks)]


def analyses() -> dict[str, Analysis]:
    """Ways to make words of a text; the last is the one in use. Snowball is left out where PyStemmer is missing."""

    def without(text: str) -> list[str]:
        return [word for word in lexical.analyse(text) if word not in lexical.LEFT_OUT]

    ways: dict[str, Analysis] = {
        "words": lexical.analyse,
        "words without function words": without,
        "Sastrawi stems": lambda text: [lexical.stem(word) for word in lexical.analyse(text)],
    }
    try:
        import Stemmer
    except ModuleNotFoundError:
        print("PyStemmer is not installed: Snowball is left out")
    else:
        snowball = Stemmer.Stemmer("indonesian").stemWords
        ways["Snowball stems"] = lambda text: snowball(lexical.analyse(text))
        ways["Snowball stems without function words"] = lambda text: snowball(without(text))
    ways["Sastrawi stems without function words"] = lexical.terms
    return ways


def bm25(passages: Sequence[str], queries: Sequence[str], way: Analysis) -> FloatArray:
    """Return the (queries, passages) scores."""
    model = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    model.index([way(text) for text in passages], show_progress=False)
    rows = np.zeros((len(queries), len(passages)), np.float32)
    for row, query in zip(rows, queries, strict=True):
        known = [t for t in dict.fromkeys(way(query)) if t in model.vocab_dict]
        if known:
            row[:] = model.get_scores(known)
    return rows


def nearest(scores: FloatArray, depth: int) -> FloatArray:
    """Return 1-based ranks, infinite where a passage is not among the first `depth` or has no score."""
    ranks = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1, kind="stable") + 1.0
    return np.where((ranks <= depth) & (scores > 0), ranks, np.inf)


def rrf(dense: FloatArray, words: FloatArray, weight: float, k: int) -> FloatArray:
    """Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009), the dense side weighted."""
    scores = weight / (k + nearest(dense, CANDIDATES)) + 1 / (k + nearest(words, CANDIDATES))
    return np.where(scores > 0, scores, -np.inf)


def convex(dense: FloatArray, words: FloatArray, weight: float, scale: str, depth: int = CANDIDATES) -> FloatArray:
    """Convex combination over the union of both sides' candidates (Bruch, Gai and Ingber 2023).

    `scale`: "range" as `index.retriever.fuse`, "theoretical" with -1 as the lowest cosine, "z" standard scores.
    """
    chosen = np.isfinite(nearest(dense, depth)) | np.isfinite(nearest(words, depth))
    d, w = np.where(chosen, dense, np.nan), np.where(chosen, words, np.nan)
    if scale == "z":
        d, w = ((x - np.nanmean(x, 1, keepdims=True)) / (np.nanstd(x, 1, keepdims=True) + 1e-9) for x in (d, w))
    else:
        low = np.nanmin(d, 1, keepdims=True) if scale == "range" else -1.0
        d = (d - low) / (np.nanmax(d, 1, keepdims=True) - low)
        w = w / np.maximum(np.nanmax(w, 1, keepdims=True), 1e-9)
    return np.where(chosen, weight * d + (1 - weight) * w, -np.inf)


def tables(name: str, task: Task) -> dict[str, object]:
    ids, passages, queries, gold = task
    rows, asked = vectors(name, passages, queries)
    place = {key: i for i, key in enumerate(ids)}
    golden = [place[key] for key in gold]
    dense = asked @ rows.T

    def row(label: str, scores: FloatArray) -> Row:
        return {"method": label, **metrics(gold_ranks(scores, golden))}

    grid = [row("dense", dense)]
    words = dense
    for label, way in analyses().items():
        words = bm25(passages, queries, way)
        grid.append(row(f"BM25, {label}", np.where(words > 0, words, -np.inf)))
        grid += [row(f"convex, dense {w:g}, {label}", convex(dense, words, w, "range")) for w in WEIGHTS]
    for weight in (1.0, 2.0, 3.0, 4.0):
        grid += [row(f"RRF {weight:g}:1, k={k}", rrf(dense, words, weight, k)) for k in (2, 10, 60)]
    grid += [row(f"convex z, dense {w:g}", convex(dense, words, w, "z")) for w in WEIGHTS]
    grid += [row(f"convex theoretical, dense {w:g}", convex(dense, words, w, "theoretical")) for w in (0.9, 0.95, 0.97)]
    for depth in (20, 50, 200):
        grid += [row(f"convex, depth {depth}, dense {w:g}", convex(dense, words, w, "range", depth)) for w in WEIGHTS]
    return {
        "passages": len(passages), "queries": len(queries), "grid": grid,
        "in use": product(ids, passages, rows, queries, gold),
    }  # fmt: skip


def product(ids: list[str], passages: list[str], rows: FloatArray, queries: list[str], gold: list[str]) -> list[Row]:
    """Measure the retriever that answers use, with the questions as they are and as in chat."""
    model = load_embeddings()
    documents = [Document(id=key, page_content=text) for key, text in zip(ids, passages, strict=True)]
    store = FaissStore.from_vectors(model, documents, rows)
    hybrid = HybridRetriever(embedding=model, store=store, lexical=lexical.LexicalIndex.build(passages, ids))
    chat = [informal(query) for query in queries]
    results = [measured("as asked", hybrid, queries, gold), measured("as in chat", hybrid, chat, gold)]
    spelled = retriever.normalise_informal
    retriever.normalise_informal = str
    try:
        results.append(measured("as in chat, not spelled out", hybrid, chat, gold))
    finally:
        retriever.normalise_informal = spelled
    return results


def measured(label: str, hybrid: HybridRetriever, queries: list[str], gold: list[str]) -> Row:
    ranks = []
    for query, key in zip(queries, gold, strict=True):
        found = [hit.passage.id for hit in hybrid.search(query, 10)]
        ranks.append(found.index(key) + 1 if key in found else 0)
    return {"method": f"HybridRetriever, {label}", **metrics(ranks)}


def informal(query: str) -> str:
    """Write a question as in chat: lower case, and the shortest spelling of each word that `INFORMAL` knows."""
    short: dict[str, str] = {}
    for spelling, word in lexical.INFORMAL.items():
        short[word] = min(short.get(word, spelling), spelling, key=len)
    return " ".join(short.get(word, word) for word in query.lower().rstrip("?").split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tydi-distractors", type=int, default=4000)
    options = parser.parse_args()
    tasks = {"idk_mrc": idk_mrc(options.data), "tydiqa": tydiqa(options.data, options.tydi_distractors)}
    result: dict[str, object] = {
        "seed": SEED, "tydi_distractors": options.tydi_distractors, "candidates": CANDIDATES,
        "chosen": f"convex, dense {DENSE_WEIGHT:g}, Sastrawi stems without function words",
    }  # fmt: skip
    for name, task in tasks.items():
        table = tables(name, task)
        result[name] = table
        print(name, *table["grid"], *table["in use"], sep="\n")  # type: ignore[misc]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
