"""Update an index from the page: one at a time, in a thread, with its progress to be asked for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.build import BuildReport, Progress, build
from index.embeddings import SentenceEmbeddings
from index.errors import TanyaError

FAILED = "Indeks belum diperbarui karena gangguan tak terduga; coba lagi. Kalau tetap gagal, hubungi pengelola."
_FIRST = "memulai"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One update: `course` and how far it is; when it is over, a `report` or an `error`, and the time."""

    course: str
    stage: str = _FIRST
    done: int = 0
    total: int = 0
    seconds_left: float = 0.0
    running: bool = True
    report: BuildReport | None = None
    error: str = ""
    ended: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """What the page's script asks for while it runs."""
        return {
            "running": self.running, "stage": self.stage, "done": self.done, "total": self.total,
            "seconds_left": round(self.seconds_left), "error": self.error,
        }  # fmt: skip


class Rebuilding:
    """Runs `index.build.build` for one course at a time; who serves the course notices the new version."""

    def __init__(self, index: Path, embeddings: Callable[[], SentenceEmbeddings]) -> None:
        self._index = index
        self._embeddings = embeddings
        self._lock = threading.Lock()
        self._job: Job | None = None

    def job(self, course: str) -> Job | None:
        """Return the last update of a course in this process, None where there was none or another came after it."""
        job = self._job
        return job if job and job.course == course else None

    def start(self, course: str, folder: Path, *, rebuild: bool) -> None:
        """Begin to update a course.

        Raises:
            TanyaError: one is running.
        """
        with self._lock:
            if self._job and self._job.running:
                raise TanyaError("Indeks sedang diperbarui; tunggu sampai selesai, lalu coba lagi.")
            self._job = Job(course)
        threading.Thread(target=self._run, args=(course, folder, rebuild), name="index", daemon=True).start()

    def _run(self, course: str, folder: Path, rebuild: bool) -> None:
        try:
            reports = build(folder, self._index, self._embeddings(), rebuild=rebuild, progress=self._hear)
            self._end(report=reports[0])
        except TanyaError as error:
            self._end(error=str(error))
        except Exception:  # the edge of a thread: the teacher reads a sentence, the operator the log
            logger.exception("An index could not be updated.")
            self._end(error=FAILED)

    def _hear(self, progress: Progress) -> None:
        assert self._job is not None
        self._job = replace(
            self._job, stage=progress.stage, done=progress.done, total=progress.total,
            seconds_left=progress.seconds_left,
        )  # fmt: skip

    def _end(self, report: BuildReport | None = None, error: str = "") -> None:
        assert self._job is not None
        self._job = replace(self._job, running=False, report=report, error=error, ended=datetime.now(UTC))
