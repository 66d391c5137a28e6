"""Votes on answers, and questions that found none, kept on this machine in SQLite."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from index.errors import TanyaError
from qa.types import Answer

Vote = Literal[-1, 0, 1]

_SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS feedback (
    answer_id TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    vote INTEGER NOT NULL CHECK (vote IN (-1, 1)),
    time TEXT NOT NULL,
    course TEXT NOT NULL DEFAULT ''
)
""",
    """
CREATE TABLE IF NOT EXISTS unanswered (
    answer_id TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    day TEXT NOT NULL,
    course TEXT NOT NULL
)
""",
)
_LONGEST_KEPT = 500
# E-mail addresses, and numbers that may be a phone's or a student's: nobody needs them to see what is asked.
_ADDRESS = re.compile(r"[\w.+-]+(@[\w-]+(?:\.[\w-]+)+)?")  # every word matches: each is read only once
_LONG_NUMBER = re.compile(r"\+?\d(?:[\s.-]?\d){8,}")


class FeedbackStore:
    """One vote an answer, the last one counts; safe from several threads and processes.

    Questions without an answer are kept for `unanswered_days`; with 0, none is.
    """

    def __init__(self, path: Path, unanswered_days: int = 90) -> None:
        self.path = path
        self._days = unanswered_days

    def vote(self, answer_id: str, answer: dict[str, Any], vote: Vote, course: str = "") -> None:
        """Store the vote on `answer` (its JSON form) of a course; 0 takes an earlier vote back.

        Raises:
            TanyaError: the file cannot be written.
        """
        with self._connection() as connection:
            if vote == 0:
                connection.execute("DELETE FROM feedback WHERE answer_id = ?", (answer_id,))
                return
            row = (answer_id, answer["question"], json.dumps(answer, ensure_ascii=False), vote, _now(), course)
            connection.execute(
                "INSERT OR REPLACE INTO feedback (answer_id, question, answer, vote, time, course) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )

    def rows(self) -> list[dict[str, Any]]:
        """Return the votes, oldest first, with `answer` in its JSON form."""
        with self._connection() as connection:
            found = connection.execute("SELECT * FROM feedback ORDER BY time, answer_id").fetchall()
        return [{**dict(row), "answer": json.loads(row["answer"])} for row in found]

    def unanswered(self, answer: Answer, course: str) -> None:
        """Keep a question that found no answer: as it was understood, with the answer and the day, and no more.

        Raises:
            TanyaError: the file cannot be written.
        """
        if not self._days:
            return
        row = (answer.id, without_personal(answer.standalone_question), answer.answer, _today(), course)
        with self._connection() as connection:
            connection.execute("INSERT OR REPLACE INTO unanswered VALUES (?, ?, ?, ?, ?)", row)

    def gaps(self, course: str, since: str) -> list[dict[str, Any]]:
        """Return what found no answer or a thumb down since a day (ISO, of this machine's time), newest first.

        Rows of question, answer, day, and reason: "unanswered" or "disliked"; what is both is the former. Votes of
        older versions name no course, and count for each.
        """
        disliked = (
            "SELECT coalesce(json_extract(answer, '$.standalone_question'), question) AS question, "
            "json_extract(answer, '$.answer') AS answer, date(time, 'localtime') AS day, 'disliked' AS reason "
            "FROM feedback WHERE vote = -1 AND course IN (:course, '') AND date(time, 'localtime') >= :since "
            "AND answer_id NOT IN (SELECT answer_id FROM unanswered WHERE day >= :since)"
        )
        nothing = (
            "SELECT question, answer, day, 'unanswered' AS reason FROM unanswered "
            "WHERE course = :course AND day >= :since"
        )
        with self._connection() as connection:
            rows = connection.execute(
                f"{disliked} UNION ALL {nothing} ORDER BY day DESC, question", {"course": course, "since": since}
            ).fetchall()
        return [{**dict(row), "question": without_personal(row["question"])} for row in rows]

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
                    _prepare(connection)
                    self._forget(connection)
                    yield connection
            finally:
                connection.close()
        except (OSError, sqlite3.Error) as error:
            raise TanyaError(
                f"Penilaian tidak dapat disimpan di {self.path} ({error}); periksa izin dan ruang folder itu."
            ) from error

    def _forget(self, connection: sqlite3.Connection) -> None:
        oldest = date.today() - timedelta(days=self._days)
        connection.execute("DELETE FROM unanswered WHERE day < ? OR ? = 0", (oldest.isoformat(), self._days))


def without_personal(question: str) -> str:
    """Return a question without e-mail addresses and long numbers, and not longer than 500 characters."""
    without_addresses = _ADDRESS.sub(lambda found: "…" if found[1] else found[0], question)
    return _LONG_NUMBER.sub("…", without_addresses)[:_LONGEST_KEPT]


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables where they are missing; a file of the first version lacks the course of a vote."""
    for table in _SCHEMA:
        connection.execute(table)
    columns = {row["name"] for row in connection.execute("PRAGMA table_info(feedback)")}
    if "course" not in columns:
        connection.execute("ALTER TABLE feedback ADD COLUMN course TEXT NOT NULL DEFAULT ''")


def _today() -> str:
    return date.today().isoformat()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
