"""A batch of questions: the file they come from, and the one that their answers go to."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from index.errors import TanyaError
from qa.types import Question


def load_questions(path: Path) -> list[Question]:
    """Read a batch: JSONL rows with `question`, optional `id` and `history` (earlier user questions).

    Lone surrogates, which no file can hold, become question marks.

    Raises:
        TanyaError: the file or one of its lines cannot be used; the message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TanyaError(f"Berkas {path} tidak dapat dibaca ({error}); berikan berkas JSONL dalam UTF-8.") from error
    questions = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            questions.append(_question(json.loads(line), number))
        except (ValueError, RecursionError) as error:
            raise TanyaError(
                f"Baris {number} dari {path} tidak dapat dipakai ({error}); perbaiki baris itu."
            ) from error
    if not questions:
        raise TanyaError(f"Berkas {path} tidak berisi pertanyaan; isi satu objek JSON per baris.")
    return questions


def _question(row: object, number: int) -> Question:
    """Raises ValueError where a row is not what `load_questions` reads."""
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise ValueError("bukan objek JSON dengan teks 'question'")
    history = row.get("history") or []
    if not isinstance(history, list) or not all(isinstance(asked, str) for asked in history):
        raise ValueError("'history' bukan daftar teks pertanyaan sebelumnya")
    name = number if row.get("id") is None else row["id"]
    return Question(encodable(row["question"]), tuple(map(encodable, history)), encodable(str(name)))


def encodable(text: str) -> str:
    """Return the text without lone surrogates, which no file and no terminal can hold."""
    return text.encode("utf-8", "replace").decode()


class output_lines:
    """Write lines to stdout, or to a file that appears whole when all are written; until then it is a .part."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part") if path else None

    def __enter__(self) -> Callable[[str], None]:
        if self._part is None:
            return print
        try:
            self._part.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("w", encoding="utf-8")
        except OSError as error:
            raise self._unwritable(error) from error
        return self._write

    def _write(self, line: str) -> None:
        try:
            print(line, file=self._file, flush=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> TanyaError:
        return TanyaError(
            f"Berkas {self._path} tidak dapat ditulis ({error.strerror}); kosongkan tempat atau pilih tempat lain."
        )

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._part is None or self._path is None:
            return
        try:
            self._file.close()
            if kind is None:
                os.replace(self._part, self._path)
        except OSError as error:
            raise self._unwritable(error) from error
