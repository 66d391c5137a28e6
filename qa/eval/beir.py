"""Read a retrieval task in BEIR's layout: corpus.jsonl, queries.jsonl (gzipped or not), qrels/SPLIT.tsv."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import TanyaError


@dataclass(frozen=True)
class Task:
    """Passages and queries by id, and of each judged query the grades of its judged passages.

    `notes` are sentences about judgements that point to nothing.
    """

    passages: dict[str, str]
    queries: dict[str, str]
    judged: dict[str, dict[str, int]]
    notes: tuple[str, ...] = ()


def load_task(folder: Path, split: str, *, titles: bool = False) -> Task:
    """Read the task of one split; `titles` puts each passage's title before its text.

    Raises:
        TanyaError: a file is missing or a line cannot be used; the message names it.
    """
    qrels = folder / "qrels" / f"{split}.tsv"
    if not qrels.is_file():
        there = ", ".join(sorted(p.stem for p in folder.glob("qrels/*.tsv"))) or "tidak ada"
        raise TanyaError(f"Berkas {qrels} tidak ada; bagian yang ada: {there}. Pilih dengan --split.")
    judged: dict[str, dict[str, int]] = {}
    for number, line in enumerate(qrels.read_text(encoding="utf-8-sig").splitlines(), 1):
        parts = line.split("\t")
        if (number == 1 and parts[-1].strip().lower() == "score") or not line.strip():
            continue
        try:
            query, passage, grade = parts[0], parts[-2], int(float(parts[-1]))
        except (IndexError, ValueError) as error:
            raise TanyaError(f"{qrels} baris {number} harus berisi id soal, id bagian, nilai (dipisah tab).") from error
        judged.setdefault(query, {})[passage] = grade
    passages = {}
    for row in _rows(folder, "corpus"):
        title = str(row.get("title") or "") if titles else ""
        passages[str(row["_id"])] = f"{title}\n{row['text']}" if title else str(row["text"])
    queries = {str(row["_id"]): str(row["text"]) for row in _rows(folder, "queries")}
    queries = {key: text for key, text in queries.items() if key in judged}
    if not passages or not queries:
        raise TanyaError(f"{folder} tidak memuat bagian teks atau soal untuk '{split}'; periksa isi berkasnya.")
    kept = {key: judged[key] for key in queries}
    notes = []
    if lost := len(judged) - len(kept):
        notes.append(f"{lost} soal di {qrels.name} tidak ada di queries.jsonl dan tidak ikut diukur.")
    if lost := len({passage for grades in kept.values() for passage in grades} - passages.keys()):
        notes.append(f"{lost} bagian di {qrels.name} tidak ada di corpus.jsonl; itu dihitung sebagai tidak ditemukan.")
    return Task(passages, queries, kept, tuple(notes))


def _rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    path = next((p for p in (folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz") if p.is_file()), None)
    if path is None:
        raise TanyaError(f"Berkas {folder / name}.jsonl tidak ada; --beir menunjuk folder dengan susunan BEIR.")
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                yield {**row, "_id": row["_id"], "text": row["text"]}
            except (ValueError, KeyError, TypeError) as error:
                raise TanyaError(f"{path} baris {number} tidak dapat dibaca; perlu '_id' dan 'text'.") from error
