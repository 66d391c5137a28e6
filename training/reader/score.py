"""Run an exported reader over the validation sets and keep its raw scores, for `report.py`.

    python score.py --data DATA --work WORK --export EXPORT [--sets squad own gate support speed tydiqa]

Writes WORK/scores/SET.json. `gate` are the answerable questions of IDK-MRC valid over all its train and valid
contexts, `tydiqa` those of TyDi QA valid over its whole corpus (embedding that takes a quarter of an hour).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from corpora import LABELS, Question, indonli, own_questions, squad, training_questions, tydiqa, tydiqa_passages
from mine import embed
from text import contains_answer, fold

from qa.reader import Reader, Reading

Rows = list[dict[str, Any]]
TOP = 20
DEEP = 60


def raw(reading: Reading, passage: str) -> dict[str, Any]:
    """Keep what calibration and metrics need of a reading."""
    text = passage[slice(*reading.span)] if reading.span else ""
    return {"relevance": reading.relevance, "span_score": reading.span_score, "text": text}


def score_squad(reader: Reader, questions: Sequence[Question]) -> Rows:
    """Score each question with its own passage."""
    rows = []
    for question in questions:
        reading = reader.read(question.text, [question.context])[0]
        rows.append(
            {
                "id": question.id,
                "question": question.text,
                "answers": question.answers,
                **raw(reading, question.context),
            }
        )
    return rows


def score_retrieved(
    reader: Reader,
    questions: Sequence[Question],
    passages: Sequence[str],
    vectors: np.ndarray,
    queries: np.ndarray,
    extra: Callable[[int], list[int]] = lambda _: [],
) -> Rows:
    """Read the dense top 20 of each question, with and without the passages that hold the answer.

    Each row's `passages` carry `cosine`, `gold`, `answer` (holds an answer string) and the raw scores; the union of
    both top 20, and the passages of `extra`, are read once.
    """
    place = {p: i for i, p in enumerate(passages)}
    folded = [fold(p) for p in passages]
    rows = []
    for q, (question, query) in enumerate(zip(questions, queries, strict=True)):
        cosines = vectors @ query
        gold = place[question.context]
        order = np.argsort(-cosines)[:DEEP].tolist()
        holds = {p: p == gold or any(contains_answer(folded[p], a) for a in question.answers) for p in [*order, gold]}
        removed = [p for p in order if not holds[p]][:TOP]
        chosen = list(dict.fromkeys([*order[:TOP], gold, *removed, *extra(q)]))
        readings = reader.read(question.text, [passages[p] for p in chosen])
        rank = {p: i for i, p in enumerate(order)}
        entries = [
            {
                "id": p,
                "cosine": float(cosines[p]),
                "dense_rank": rank.get(p, DEEP),
                "gold": p == gold,
                "answer": bool(holds.get(p, any(contains_answer(folded[p], a) for a in question.answers))),
                **raw(reading, passages[p]),
            }
            for p, reading in zip(chosen, readings, strict=True)
        ]
        rows.append({"id": question.id, "question": question.text, "answers": question.answers, "passages": entries})
        if q % 40 == 39:
            print(f"{q + 1} of {len(questions)} questions", flush=True)
    return rows


def gate_passages(data: Path, work: Path) -> tuple[list[str], np.ndarray]:
    """Return all train and valid contexts of IDK-MRC with their vectors (float32)."""
    train = list(dict.fromkeys(q.context for q in training_questions(data)))
    wanted = {q.context for q in squad(data / "idk_mrc" / "train.jsonl")}
    own = list(dict.fromkeys(q.context for q in squad(data / "idk_mrc" / "valid.jsonl")))
    kept = [i for i, p in enumerate(train) if p in wanted]
    vectors = np.concatenate([np.load(work / "train_passages.npy")[kept], np.load(work / "valid_passages.npy")])
    return [train[i] for i in kept] + own, vectors.astype(np.float32)


def score_gate(reader: Reader, data: Path, work: Path) -> Rows:
    """Score the answerable questions of IDK-MRC valid over all its train and valid contexts."""
    passages, vectors = gate_passages(data, work)
    questions = [q for q in squad(data / "idk_mrc" / "valid.jsonl") if q.answerable]
    queries = np.load(work / "valid_queries.npy").astype(np.float32)
    return score_retrieved(reader, questions, passages, vectors, queries)


def score_native(reader: Reader, data: Path, work: Path) -> Rows:
    """Score the questions of IDK-MRC valid that have no answer, over the same contexts, dense top 10."""
    passages, vectors = gate_passages(data, work)
    questions = [q for q in squad(data / "idk_mrc" / "valid.jsonl") if not q.answerable]
    queries = embed([q.text for q in questions], True, work / "native_queries.npy").astype(np.float32)
    rows = []
    for question, query in zip(questions, queries, strict=True):
        cosines = vectors @ query
        order = np.argsort(-cosines)[: TOP // 2].tolist()
        readings = reader.read(question.text, [passages[p] for p in order])
        entries = [{"cosine": float(cosines[p]), **raw(r, passages[p])} for p, r in zip(order, readings, strict=True)]
        rows.append({"id": question.id, "question": question.text, "passages": entries})
    return rows


def score_tydiqa(reader: Reader, data: Path, work: Path, distractors: int) -> Rows:
    """Score TyDi QA valid over its corpus; the BM25 top 20 are read as well, and each passage carries its BM25 rank.

    With `distractors` the corpus is cut to every gold passage and the first `distractors` of BM25 for each question,
    which is quicker to embed and flatters dense retrieval a little; 0 keeps all 29,755.
    """
    folder = data / "tydiqa_id_retrieval"
    passages = [text for _, text in tydiqa_passages(folder).values()]
    questions = tydiqa(folder, "valid")
    by_words = lexical_order(questions, passages, max(distractors, DEEP))
    vectors_of: dict[str, np.ndarray] = {}
    if distractors:
        kept = {q.context for split in ("train", "valid") for q in tydiqa(folder, split)}
        kept |= {passages[p] for order in by_words for p in order[:distractors]}
        passages = [p for p in passages if p in kept]
        by_words = lexical_order(questions, passages, DEEP)
        known = list(dict.fromkeys(q.context for q in training_questions(data)))
        vectors_of = dict(zip(known, np.load(work / "train_passages.npy"), strict=True))
    missing = [p for p in passages if p not in vectors_of]
    vectors_of |= zip(missing, embed(missing, False, work / f"tydiqa_passages_{distractors}.npy"), strict=True)
    vectors = np.stack([vectors_of[p] for p in passages]).astype(np.float32)
    print(f"{len(questions)} questions over {len(passages)} passages", flush=True)
    queries = np.load(work / "tydiqa_queries.npy").astype(np.float32)
    rows = score_retrieved(reader, questions, passages, vectors, queries, lambda q: by_words[q][:TOP])
    for row, order in zip(rows, by_words, strict=True):
        rank = {p: i for i, p in enumerate(order)}
        for entry in row["passages"]:
            entry["lexical_rank"] = rank.get(entry["id"], DEEP)
    return rows


def lexical_order(questions: Sequence[Question], passages: Sequence[str], count: int) -> list[list[int]]:
    """Return the first `count` passages of BM25 for each question."""
    index = bm25s.BM25()
    index.index(bm25s.tokenize([fold(p) for p in passages], stopwords=None, show_progress=False), show_progress=False)
    tokens = bm25s.tokenize([fold(q.text) for q in questions], stopwords=None, show_progress=False)
    order: list[list[int]] = index.retrieve(tokens, k=count, show_progress=False).documents.tolist()
    return order


def score_support(reader: Reader, data: Path) -> Rows:
    """IndoNLI val."""
    pairs = indonli(data / "indonli" / "val.jsonl")
    probabilities = reader.support([(p.premise, p.hypothesis) for p in pairs])
    temperature = reader.config.support_temperature
    return [
        {"label": LABELS[pair.label], "probabilities": row.tolist(), "temperature": temperature}
        for pair, row in zip(pairs, probabilities, strict=True)
    ]


def score_speed(export: Path, data: Path) -> Rows:
    """Time reading ten passages of 150 words, and ten typical ones, with one and two threads (median of 7)."""
    words = " ".join(q.context for q in squad(data / "idk_mrc" / "valid.jsonl")).split()
    long = [" ".join(words[i * 150 : (i + 1) * 150]) for i in range(10)]
    typical = list(dict.fromkeys(q.context for q in squad(data / "idk_mrc" / "valid.jsonl")))[:10]
    rows = []
    for threads in (1, 2):
        reader = Reader(export, threads=threads)
        for name, passages in (("10 passages of 150 words", long), ("10 passages of IDK-MRC", typical)):
            times = []
            for _ in range(8):
                begun = time.perf_counter()
                reader.read("siapa yang pertama kali menemukan benua ini", passages)
                times.append(time.perf_counter() - begun)
            rows.append({"what": name, "threads": threads, "seconds": float(np.median(times[1:]))})
    return rows


def main() -> None:
    """Score the chosen sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--export", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=["squad", "own", "gate", "native", "support", "speed"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--distractors", type=int, default=0, help="cut TyDi QA's corpus, see score_tydiqa")
    parser.add_argument("--scores", default="scores", help="name of the folder in WORK")
    args = parser.parse_args()
    reader = Reader(args.export, threads=args.threads)
    scorers: dict[str, Callable[[], Rows]] = {
        "squad": lambda: score_squad(reader, squad(args.data / "idk_mrc" / "valid.jsonl")),
        "own": lambda: score_squad(reader, own_questions(args.data, held_out=True)),
        "gate": lambda: score_gate(reader, args.data, args.work),
        "native": lambda: score_native(reader, args.data, args.work),
        "support": lambda: score_support(reader, args.data),
        "speed": lambda: score_speed(args.export, args.data),
        "tydiqa": lambda: score_tydiqa(reader, args.data, args.work, args.distractors),
    }
    folder = args.work / args.scores
    folder.mkdir(exist_ok=True)
    for name in args.sets:
        begun = time.time()
        rows = scorers[name]()
        (folder / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        print(f"{name}: {len(rows)} rows in {time.time() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
