"""Where deleted files wait for thirty days, so that nothing is lost by one click."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from index.errors import TanyaError
from qa.web.uploads import free_path, placing, unwritable

KEPT_DAYS = 30
_STAMP = "%Y%m%dT%H%M%S%f"
_ID = re.compile(r"\d{8}T\d{12}")


@dataclass(frozen=True)
class Discarded:
    """A file in the trash: `source` is where it lay in the course, `until` when it is removed for good."""

    id: str
    source: str
    deleted: datetime
    until: datetime


class Trash:
    """The deleted files of one course, each in a folder that is named by the time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, course: Path, source: str) -> None:
        """Move a file of the course here.

        Raises:
            TanyaError: it is gone, leads out of the course, or cannot be moved.
        """
        self._store(course, source, shutil.move)

    def keep(self, course: Path, source: str) -> None:
        """Copy a file of the course here; it stays where it is until another replaces it.

        Raises:
            TanyaError: as `take`.
        """
        self._store(course, source, partial(shutil.copy2, follow_symlinks=False))

    def _store(self, course: Path, source: str, bring: Callable[[Path, Path], Any]) -> None:
        path = course / source.replace("\0", "\ufffd")
        if not path.parent.resolve().is_relative_to(course.resolve()) or not (path.is_file() or path.is_symlink()):
            raise TanyaError(f"Berkas '{source}' sudah tidak ada di folder materi; muat ulang halaman ini.")
        target = self.folder / datetime.now(UTC).strftime(_STAMP) / source
        try:
            target.parent.mkdir(parents=True)
            try:
                bring(path, target)
            except OSError:
                target.unlink(missing_ok=True)  # half a copy; the file itself is still in the course
                raise
        except OSError as error:
            self._tidy(target.parent)
            raise unwritable(path.parent, error) from error

    def restore(self, identity: str, course: Path) -> str:
        """Move a file back and return its path in the course: numbered, where another took its place.

        Raises:
            TanyaError: it is no longer here, or cannot be moved.
        """
        with placing:
            found = next((file for file in self.files() if file.id == identity), None)
            if found is None:
                raise TanyaError("Berkas itu sudah tidak ada di tempat sampah; muat ulang halaman ini.")
            try:
                (course / found.source).parent.mkdir(parents=True, exist_ok=True)
                target = free_path(course / found.source)
                shutil.move(self.folder / identity / found.source, target)
            except OSError as error:
                raise unwritable(course, error) from error
        shutil.rmtree(self.folder / identity, ignore_errors=True)
        return target.relative_to(course).as_posix()

    def files(self) -> list[Discarded]:
        """Return what is here, newest first; what lay here for thirty days is removed now."""
        found = []
        for entry in sorted(self.folder.iterdir(), reverse=True) if self.folder.is_dir() else []:
            if not _ID.fullmatch(entry.name):
                continue
            deleted = datetime.strptime(entry.name, _STAMP).replace(tzinfo=UTC)
            until = deleted + timedelta(days=KEPT_DAYS)
            if until <= datetime.now(UTC):
                shutil.rmtree(entry, ignore_errors=True)
                continue
            sources = [path.relative_to(entry).as_posix() for path in entry.rglob("*") if not path.is_dir()]
            found += [Discarded(entry.name, source, deleted, until) for source in sources]
        return found

    def _tidy(self, folder: Path) -> None:
        """Remove the folders that were made for a file that did not come."""
        while folder != self.folder and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
