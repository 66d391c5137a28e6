"""Load the index of a course: everything that answering needs, from one version on the disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.documents import Document

from index.course import Course
from index.documents import CourseDocument
from index.embeddings import SentenceEmbeddings
from index.errors import IndexUnusableError
from index.lexical import LexicalIndex
from index.passages import SPLITTER
from index.retriever import HybridRetriever
from index.store import FaissStore
from index.versions import Manifest, courses, current, read_manifest, unusable, verify

DOCUMENTS, BM25 = "documents.jsonl", "bm25"


@dataclass(frozen=True)
class CourseIndex:
    """One course, ready to search; safe from several threads. `folder` is where its files lay when it was indexed."""

    course: Course
    version: str
    manifest: Manifest
    retriever: HybridRetriever
    passages: Mapping[str, Document]
    documents: Mapping[str, CourseDocument]
    folder: Path

    def document(self, source: str) -> CourseDocument:
        """Return a document by its path in the course; KeyError for an unknown one."""
        return self.documents[source]


def load(index: Path, embeddings: SentenceEmbeddings, course: str | None = None) -> CourseIndex:
    """Load the version in use of a course; without a name, of the only one.

    Raises:
        IndexUnusableError: there is none, it is damaged, or another model or other settings made it.
    """
    names = courses(index)
    if not names:
        raise IndexUnusableError(f"Belum ada indeks di {index}; buat dengan: tanya index --index {index}")
    if course is None and len(names) > 1:
        listed = ", ".join(names)
        raise IndexUnusableError(f"Indeks memuat beberapa mata kuliah ({listed}); pilih dengan --course NAMA.")
    if course is not None and course not in names:
        raise IndexUnusableError(f"Mata kuliah '{course}' tidak ada di indeks; yang ada: {', '.join(names)}.")
    home = index / (course or names[0])
    while True:
        version = current(home)
        try:
            return load_version(version, embeddings)
        except IndexUnusableError:
            if current(home) == version:  # else two builds came between, which removed what we were reading
                raise


def load_version(version: Path, embeddings: SentenceEmbeddings) -> CourseIndex:
    """Load one version.

    Raises:
        IndexUnusableError: as `load`.
    """
    manifest = read_manifest(version)
    _check_settings(version, manifest, embeddings)
    verify(version, manifest)
    try:
        store = FaissStore.load(version, embeddings)
        lexical = LexicalIndex.load(version / BM25)
        documents = {read.source: read for read, _ in read_documents(version)}
        course = Course(**{**manifest.course, "questions": tuple(manifest.course["questions"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unusable(version, f"{type(error).__name__} saat membaca") from error
    retriever = HybridRetriever(embedding=embeddings, store=store, lexical=lexical)
    folder = Path(manifest.folder)
    return CourseIndex(course, manifest.version, manifest, retriever, store.documents(), documents, folder)


def write_documents(documents: Sequence[CourseDocument], extracted: Sequence[CourseDocument]) -> bytes:
    """Return the lines of documents.jsonl: a document, and where furniture changed it, what it was before.

    Which lines are furniture depends on all documents of the course, so an update needs the extraction itself.
    """
    lines = []
    for document, before in zip(documents, extracted, strict=True):
        row, raw = document.to_json(), before.to_json()
        row["extracted"] = {key: value for key, value in raw.items() if row[key] != value}
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    return "".join(lines).encode("utf-8", "replace")


def read_documents(version: Path) -> list[tuple[CourseDocument, CourseDocument]]:
    """Return each document of a version, and what was extracted of its file."""
    pairs = []
    with (version / DOCUMENTS).open(encoding="utf-8") as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            changed: dict[str, Any] = row.pop("extracted")
            document = CourseDocument.from_json(row)
            pairs.append((document, CourseDocument.from_json(row | changed) if changed else document))
    return pairs


def _check_settings(version: Path, manifest: Manifest, embeddings: SentenceEmbeddings) -> None:
    home = version.parent.parent
    if manifest.embedding_fingerprint != embeddings.fingerprint:
        made = f"model '{manifest.embedding_model}'"
        if manifest.embedding_model == embeddings.name:
            made = f"bobot lain dari {made}"
        raise IndexUnusableError(
            f"Indeks {home} dibuat dengan {made} ({manifest.dimension} dimensi), sedangkan sekarang dipakai "
            f"'{embeddings.name}' ({embeddings.dimension} dimensi); bangun ulang dengan: tanya index --rebuild"
        )
    if manifest.splitter != dict(SPLITTER):
        raise IndexUnusableError(
            f"Indeks {home} dibuat dengan ukuran bagian teks yang lain; bangun ulang dengan: tanya index --rebuild"
        )
