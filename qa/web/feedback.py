"""Votes on answers, kept on this machine in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from index.errors import TanyaError

Vote = Literal[-1, 0, 1]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    answer_id TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    vote INTEGER NOT NULL CHECK (vote IN (-1, 1)),
    time TEXT NOT NULL
)
"""


class FeedbackStore:
    """One vote an answer, the last one counts; safe from several threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def vote(self, answer_id: str, answer: dict[str, Any], vote: Vote) -> None:
        """Store the vote on `answer` (its JSON form); 0 takes an earlier vote back.

        Raises:
            TanyaError: the file cannot be written.
        """
        with self._connection() as connection:
            if vote == 0:
                connection.execute("DELETE FROM feedback WHERE answer_id = ?", (answer_id,))
                return
            row = (answer_id, answer["question"], json.dumps(answer, ensure_ascii=False), vote, _now())
            connection.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?)", row)

    def rows(self) -> list[dict[str, Any]]:
        """Return the votes, oldest first, with `answer` in its JSON form."""
        with self._connection() as connection:
            found = connection.execute("SELECT * FROM feedback ORDER BY time, answer_id").fetchall()
        return [{**dict(row), "answer": json.loads(row["answer"])} for row in found]

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Open, make the table where it is missing, commit, close; votes are rare, so none is kept open."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=10)
            try:
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA journal_mode = WAL")
                with connection:
                    connection.execute(_SCHEMA)
                    yield connection
            finally:
                connection.close()
        except (OSError, sqlite3.Error) as error:
            raise TanyaError(
                f"Penilaian tidak dapat disimpan di {self.path} ({error}); periksa izin dan ruang folder itu."
            ) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
