"""From use to tests: what the chat's local store says went wrong, as a question file to fill in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from index.errors import TanyaError

REASONS = {"unanswered": "tidak terjawab", "disliked": "dinilai buruk"}


def collect(store_rows: Sequence[Mapping[str, Any]], known: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return rows of a question file from rows of `FeedbackStore.gaps` (question, answer, day, reason; newest first).

    Questions that differ in case, blanks or the last sign only are one row that counts them; those in `known` (the
    questions of a file that is there already) are left out. Key, facts and evidence are empty and `answerable` is
    null: a person who knows the material fills them in, and until then the evaluator names the row and skips it.
    """
    found: dict[str, dict[str, Any]] = {}
    seen = {plain(question) for question in known}
    for row in store_rows:
        key = plain(row["question"])
        if key in seen:
            continue
        entry = found.setdefault(key, _empty(len(found) + 1, row))
        entry["asked"] += 1
        if REASONS[row["reason"]] not in entry["reasons"]:
            entry["reasons"].append(REASONS[row["reason"]])
    return list(found.values())


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows as JSONL.

    Raises:
        TanyaError: the file is there already, for someone may have filled it in, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    except FileExistsError as error:
        raise TanyaError(f"Berkas {path} sudah ada dan mungkin sudah diisi; pilih nama lain.") from error
    except OSError as error:
        raise TanyaError(f"Berkas {path} tidak dapat ditulis ({error.strerror}); pilih tempat lain.") from error


def plain(question: str) -> str:
    """Return what makes two wordings the same question here."""
    return " ".join(question.casefold().split()).rstrip(" ?!.")


def day_before(days: int) -> str:
    """Return the day so many days ago, as the store compares it (ISO)."""
    return (date.today() - timedelta(days=days)).isoformat()


def _empty(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"pakai-{number:03d}",
        "type": "gap",
        "history": [],
        "question": row["question"],
        "answerable": None,
        "evidence": [],
        "reference": "",
        "facts": [],
        "forbidden": [],
        "asked": 0,
        "reasons": [],
        "last_asked": row["day"],
        "answer_given": row["answer"] or "",
    }
