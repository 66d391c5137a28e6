"""The files of a course as its teacher sees them: what is in the index, what is not yet, and what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from index.build import CourseIndex, skipped
from index.documents import CourseDocument, list_files
from index.durable import sha256
from index.errors import TanyaError
from qa.web.rebuilding import Job

State = Literal["failed", "gone", "changed", "new", "skipped", "indexed"]
# What wants a teacher's hand comes first.
_ORDER: tuple[State, ...] = ("failed", "gone", "changed", "new", "skipped", "indexed")
_KINDS = {
    "pdf": "PDF", "pptx": "PowerPoint", "docx": "Word", "html": "HTML", "htm": "HTML", "md": "Markdown",
    "markdown": "Markdown", "txt": "Teks",
}  # fmt: skip


@dataclass(frozen=True)
class FileStatus:
    """One file of a course; `size` in bytes and `changed` are None for a file that is gone, or is not
    found under the name that the index writes (one that is no UTF-8).

    `reasons` are Indonesian sentences: why it failed or was skipped, or what of it could not be read (pages without
    text). `pages` is None for formats without pages and for files that are not in the index.
    """

    source: str
    state: State
    title: str
    kind: str
    size: int | None = None
    changed: datetime | None = None
    pages: int | None = None
    passages: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shelf:
    """All files of a course, those that want attention first; `built` is when its index was made."""

    files: tuple[FileStatus, ...]
    built: datetime | None
    passages: int

    def count(self, state: State) -> int:
        return sum(file.state == state for file in self.files)

    @property
    def waiting(self) -> int:
        """How many files an update of the index would take in or leave out."""
        return sum(self.count(state) for state in ("new", "changed", "gone"))


def shelf(folder: Path, index: CourseIndex | None, index_folder: Path, last: Job | None = None) -> Shelf:
    """Compare the folder of a course with its index; None for a course that has none yet.

    `last` is the last update of this process: a build that changes nothing writes no new version, and only its
    report knows that it tried a file again.

    Raises:
        TanyaError: the folder cannot be read.
    """
    if not folder.is_dir():
        raise TanyaError(f"Folder materi '{folder}' tidak ada; kembalikan folder itu, lalu muat ulang halaman ini.")
    built = _built(index, index_folder)
    failed = dict(index.manifest.failed) if index else {}
    if last and last.report and last.ended:
        built, failed = max(filter(None, [built, last.ended])), failed | dict(last.report.failed)
    try:
        paths = list_files(folder)
        files = {_source(path, folder): path for path in paths}
        others = skipped(folder, index_folder.resolve(), set(paths))
        rows = [_present(source, path, index, failed, built) for source, path in files.items()]
        rows += [_skipped(source, folder / source, reason) for source, reason in others.items()]
    except OSError as error:
        raise TanyaError(
            f"Folder materi '{folder}' tidak dapat dibaca ({error.strerror}); periksa izin folder itu."
        ) from error
    known: Mapping[str, CourseDocument] = index.documents if index else {}
    rows += [FileStatus(s, "gone", d.title, kind(s)) for s, d in known.items() if s not in files]
    counted = _with_passages(rows, index)
    ordered = sorted(counted, key=lambda row: (_ORDER.index(row.state), row.source.casefold()))
    return Shelf(tuple(ordered), built, len(index.passages) if index else 0)


def _source(path: Path, folder: Path) -> str:
    """Return the path in the course as the index writes it, also for a name that is no UTF-8."""
    return path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def kind(source: str) -> str:
    """Name a file's format for people."""
    suffix = Path(source).suffix.lstrip(".").lower()
    return _KINDS.get(suffix, suffix.upper() or "tanpa jenis")


def _present(
    source: str, path: Path, index: CourseIndex | None, failures: Mapping[str, str], built: datetime | None
) -> FileStatus:
    stat = path.stat()
    changed = datetime.fromtimestamp(stat.st_mtime).astimezone()
    document = index.documents.get(source) if index else None
    if document is not None:
        same = digest(path, stat.st_mtime_ns, stat.st_size) == document.sha256
        pages = document.pages or max((block.page or 0 for block in document.blocks), default=0) or None
        return FileStatus(
            source, "indexed" if same else "changed", document.title, kind(source), stat.st_size, changed, pages,
            reasons=document.warnings,
        )  # fmt: skip
    reason = failures.get(source)
    # A file that failed is told so until it is changed: then the next build tries it again.
    failed = reason is not None and built is not None and changed <= built
    return FileStatus(
        source, "failed" if failed else "new", path.name, kind(source), stat.st_size, changed,
        reasons=(reason,) if failed and reason else (),
    )  # fmt: skip


def _skipped(source: str, path: Path, reason: str) -> FileStatus:
    try:
        stat = path.lstat()
    except FileNotFoundError:
        return FileStatus(source, "skipped", path.name, kind(source), reasons=(reason,))
    changed = datetime.fromtimestamp(stat.st_mtime).astimezone()
    return FileStatus(source, "skipped", path.name, kind(source), stat.st_size, changed, reasons=(reason,))


def _with_passages(rows: list[FileStatus], index: CourseIndex | None) -> list[FileStatus]:
    counts = Counter(passage.metadata["source"] for passage in index.passages.values()) if index else Counter()
    return [FileStatus(**{**vars(row), "passages": counts[row.source]}) for row in rows]


def _built(index: CourseIndex | None, index_folder: Path) -> datetime | None:
    """Return when the version in use was written: the time of its manifest."""
    if index is None:
        return None
    manifest = index_folder / index.course.name / "versions" / index.version / "manifest.json"
    try:
        return datetime.fromtimestamp(manifest.stat().st_mtime).astimezone()
    except OSError:  # cleaned away by a newer build, which the chat is about to load
        return None


@lru_cache(maxsize=10_000)
def digest(path: Path, mtime_ns: int, size: int) -> str:
    """Return the sha256 of a file; `mtime_ns` and `size` tell when it has to be read again."""
    return sha256(path)
