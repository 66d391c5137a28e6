"""Build and update the index of a corpus: only what is new or changed is read and embedded."""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from index.course import COURSE_FILE, MISNAMED_COURSE_FILE, Course, course_folders, read_course
from index.course_index import (
    BM25,
    DOCUMENTS,
    CourseIndex,
    load,
    load_version,
    read_documents,
    write_documents,
)
from index.documents import HIDDEN, CourseDocument, is_looked_into, list_files, load_document, mark_furniture
from index.durable import sha256
from index.embeddings import FloatArray, SentenceEmbeddings
from index.errors import DocumentError, IndexUnusableError, TanyaError
from index.lexical import LexicalIndex
from index.passages import SPLITTER, retrieval_text, split
from index.store import FaissStore
from index.versions import (
    CURRENT,
    VERSIONS,
    Manifest,
    clean,
    courses,
    current,
    read_manifest,
    write_version,
)

__all__ = ["BuildReport", "CourseIndex", "Manifest", "Progress", "build", "courses", "load", "skipped"]

logger = logging.getLogger(__name__)

# What Windows leaves in folders.
_CLUTTER = ("Thumbs.db", "desktop.ini")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Progress:
    """How far a stage is; `seconds_left` is an estimate from the pace so far."""

    stage: str
    done: int
    total: int
    seconds_left: float


@dataclass(frozen=True)
class BuildReport:
    """What a build did to one course; files by their path in the course's folder, reasons by file.

    `version` is "" when the course could not be built (`failed` has the reason under ".") or was removed.
    """

    course: str
    version: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)
    passages: int = 0
    embedded: int = 0


Listener = Callable[[Progress], None]


def build(
    corpus: Path,
    index: Path,
    embeddings: SentenceEmbeddings,
    *,
    rebuild: bool = False,
    progress: Listener | None = None,
) -> list[BuildReport]:
    """Build or update the index of every course of `corpus`; only new or changed passages are embedded.

    Courses whose folder is gone from the corpus leave the index. A course that fails doesn't stop the others.

    Raises:
        TanyaError: the corpus is no folder, or no course could be built: no file can be used, another build
            runs, the disk is full. The version in use stays as it was.
    """
    folders = _named(course_folders(corpus))
    reports: list[BuildReport] = []
    errors: list[TanyaError] = []
    for name, folder in folders.items():
        try:
            with _locked(index / name):
                reports.append(_update(folder, index / name, embeddings, rebuild, progress or _silent))
        except TanyaError as error:
            errors.append(error)
            reports.append(BuildReport(name, "", failed={".": str(error)}))
    if len(errors) == len(folders):
        raise errors[0]
    return reports + _remove_gone(corpus, index, folders)


def _named(folders: Sequence[Path]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for folder in folders:
        name = Course.name_of(folder)
        if name in named:
            raise TanyaError(
                f"Folder '{named[name].name}' dan '{folder.name}' bernama sama di indeks ('{name}'); "
                "ganti nama salah satunya."
            )
        named[name] = folder
    return named


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Hold the builders' lock of a course."""
    with _writing(home):
        (home / VERSIONS).mkdir(parents=True, exist_ok=True)
        lock = FileLock(home / "lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise IndexUnusableError(
                f"Indeks {home} sedang dibuat oleh proses lain (kunci {home / 'lock'}); "
                "tunggu sampai selesai lalu ulangi."
            ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _writing(home: Path) -> Iterator[None]:
    """Explain why the index cannot be written."""
    try:
        yield
    except OSError as error:
        remedy = "kosongkan ruang disk" if error.errno in _FULL else "periksa izin folder itu"
        raise TanyaError(
            f"Indeks tidak dapat ditulis ke {home} ({error.strerror or error}); {remedy} lalu ulangi. "
            "Indeks yang lama, bila ada, tetap utuh."
        ) from error


@dataclass(frozen=True)
class _Previous:
    """What the version in use lets a build keep; empty when there is none, or when it cannot be used."""

    manifest: Manifest | None = None
    extracted: Mapping[str, CourseDocument] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    vectors: Mapping[str, FloatArray] = field(default_factory=dict)

    @classmethod
    def load(cls, home: Path, embeddings: SentenceEmbeddings, course: Course) -> _Previous:
        if not (home / CURRENT).is_file():
            return cls()
        manifest = None
        try:
            version = current(home)
            manifest = read_manifest(version)
            index = load_version(version, embeddings)
            documents = [before for _, before in read_documents(version)]
        except IndexUnusableError:  # damaged, or made by other settings: build anew
            return cls(manifest)
        kept = {d.source: d for d in documents if d.licence == course.licence}
        texts = {key: retrieval_text(passage) for key, passage in index.passages.items()}
        return cls(manifest, kept, texts, index.retriever.store.vectors())


@dataclass(frozen=True)
class _Files:
    """What the files of a course gave: the extraction of each, and reasons for those without one."""

    extracted: list[CourseDocument]
    failed: dict[str, str]
    skipped: dict[str, str]


def _update(folder: Path, home: Path, embeddings: SentenceEmbeddings, rebuild: bool, progress: Listener) -> BuildReport:
    course = read_course(folder)
    with _writing(home):
        clean(home)
    old = _Previous.load(home, embeddings, course)
    if rebuild:
        old = _Previous(old.manifest)
    files = _read_files(folder, home.parent, course, old, progress)
    documents = mark_furniture(files.extracted)
    passages = {str(p.id): p for document in documents for p in split(document)}
    if not passages:
        raise TanyaError(_nothing(folder, files))
    texts = {key: retrieval_text(passage) for key, passage in passages.items()}
    known = {key: row for key, row in old.vectors.items() if texts.get(key) == old.texts[key]}
    vectors = _embed(texts, known, embeddings, progress)
    manifest = _manifest(course, folder, embeddings, documents, texts, files.failed)
    if rebuild or old.manifest is None or not old.vectors or manifest.content != old.manifest.content:

        def write(part: Path) -> None:
            rows = np.stack([vectors[key] for key in passages])
            FaissStore.from_vectors(embeddings, list(passages.values()), rows).save(part)
            (part / DOCUMENTS).write_bytes(write_documents(documents, files.extracted))
            LexicalIndex.build(list(texts.values()), list(texts)).save(part / BM25)

        with _writing(home):
            manifest = write_version(home, manifest, write)
            clean(home)
    else:
        manifest = old.manifest
    return _report(course, manifest, old, documents, files, len(texts) - len(known))


def _read_files(folder: Path, index: Path, course: Course, old: _Previous, progress: Listener) -> _Files:
    """Read the files whose content changed; an index that lies inside the course is no part of it."""
    own = index.resolve()
    paths = [path for path in list_files(folder) if not path.resolve().is_relative_to(own)]
    files = _Files([], {}, skipped(folder, own, set(paths)))
    began = time.monotonic()
    for number, path in enumerate(paths, 1):
        source = _source(path, folder)
        try:
            before = old.extracted.get(source)
            same = before is not None and before.sha256 == sha256(path)
            files.extracted.append(before if before and same else load_document(path, folder, course.licence))
        except DocumentError as error:
            files.failed[source] = str(error)
        except OSError as error:
            files.failed[source] = f"Berkas '{source}' tidak dapat dibaca ({error.strerror}); periksa izinnya."
        except Exception:  # one file must not stop the others; the log has the traceback
            logger.exception("%s could not be read.", path)
            files.failed[source] = (
                f"Berkas '{source}' belum dapat dibaca karena gangguan tak terduga; simpan ulang lalu coba lagi."
            )
        progress(Progress("membaca berkas", number, len(paths), _left(began, number, len(paths))))
    return files


def skipped(folder: Path, index: Path, used: set[Path]) -> dict[str, str]:
    """Return why each file that is not hidden and not used was left out."""
    reasons: dict[str, str] = {}
    root = folder.resolve()
    for directory, names, files in os.walk(folder):
        here = Path(directory)
        names[:] = sorted(n for n in names if is_looked_into(here / n) and (here / n).resolve() != index)
        linked = [n for n in names if (here / n).is_symlink()]
        for path in (here / name for name in [*sorted(files), *linked]):
            if path in used or path.name in (COURSE_FILE, *_CLUTTER) or path.name.startswith(HIDDEN):
                continue
            if not path.resolve().is_relative_to(root) or path.is_dir():
                reason = "Tautan tidak diikuti; salin isinya ke folder materi."
            elif not path.exists():
                reason = "Tautan ini tidak menuju berkas apa pun."
            elif path.name.lower() == MISNAMED_COURSE_FILE:
                reason = f"Nama berkas ini kelebihan '.txt'; ganti namanya menjadi '{COURSE_FILE}' agar isinya dipakai."
            elif not path.suffix or " " in path.suffix:
                reason = "Nama berkas ini tidak berakhiran; tambahkan akhiran jenisnya, misalnya '.pdf'."
            else:
                reason = f"Jenis berkas '{path.suffix}' belum dapat dibaca."
            reasons[_source(path, folder)] = reason
    return reasons


def _embed(
    texts: Mapping[str, str], known: dict[str, FloatArray], embeddings: SentenceEmbeddings, progress: Listener
) -> dict[str, FloatArray]:
    new = [key for key in texts if key not in known]
    began = time.monotonic()

    def tell(done: int) -> None:
        progress(Progress("menghitung vektor", done, len(new), _left(began, done, len(new))))

    rows = embeddings.encode_passages([texts[key] for key in new], tell)
    return known | dict(zip(new, rows, strict=True))


def _manifest(
    course: Course,
    folder: Path,
    embeddings: SentenceEmbeddings,
    documents: Sequence[CourseDocument],
    texts: Mapping[str, str],
    failed: dict[str, str],
) -> Manifest:
    manifest = Manifest(
        version="",
        content="",
        course=asdict(course),
        folder=str(folder.resolve()),
        embedding_model=embeddings.name,
        embedding_fingerprint=embeddings.fingerprint,
        dimension=embeddings.dimension,
        splitter=dict(SPLITTER),
        documents=len(documents),
        passages=len(texts),
        files={document.source: document.sha256 for document in documents},
        failed=failed,
    )
    parts = [manifest.to_json() | {"embedding_model": ""}, texts, [d.to_json() for d in documents]]
    content = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
    return Manifest(**manifest.to_json() | {"content": content})


def _report(
    course: Course,
    manifest: Manifest,
    old: _Previous,
    documents: Sequence[CourseDocument],
    files: _Files,
    embedded: int,
) -> BuildReport:
    now, before = manifest.files, old.manifest.files if old.manifest else {}
    both = now.keys() & before.keys()
    dropped = " Isinya yang lama dikeluarkan dari indeks."
    return BuildReport(
        course=course.name,
        version=manifest.version,
        added=tuple(sorted(now.keys() - before.keys())),
        changed=tuple(sorted(source for source in both if now[source] != before[source])),
        removed=tuple(sorted(before.keys() - now.keys())),
        unchanged=tuple(sorted(source for source in both if now[source] == before[source])),
        failed={source: why + (dropped if source in before else "") for source, why in files.failed.items()},
        skipped=files.skipped,
        warnings={d.source: " ".join(d.warnings) for d in documents if d.warnings},
        passages=manifest.passages,
        embedded=embedded,
    )


def _remove_gone(corpus: Path, index: Path, folders: Mapping[str, Path]) -> list[BuildReport]:
    """Remove the courses that came from this corpus and are no longer in it; others are left alone."""
    root = corpus.resolve()
    reports = []
    for name in set(courses(index)) - folders.keys():
        try:
            manifest = read_manifest(current(index / name))
        except IndexUnusableError:
            continue
        if root in (Path(manifest.folder), Path(manifest.folder).parent):
            with _locked(index / name), _writing(index / name):
                (index / name / CURRENT).unlink()
                shutil.rmtree(index / name / VERSIONS)
            reports.append(BuildReport(name, "", removed=tuple(sorted(manifest.files))))
    return reports


def _nothing(folder: Path, files: _Files) -> str:
    reasons = " ".join(files.failed.values())
    return (
        f"Tidak ada berkas yang dapat dipakai di '{folder}'; masukkan PDF, PPTX, DOCX, HTML, Markdown, atau TXT "
        f"ke folder itu lalu ulangi. {reasons}"
    ).rstrip()


def _source(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix()
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _left(began: float, done: int, total: int) -> float:
    return (time.monotonic() - began) / max(done, 1) * (total - done)


def _silent(progress: Progress) -> None:
    pass
