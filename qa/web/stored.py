"""A finished turn as JSON: the browser keeps it, and gives it back when an old conversation is opened."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from qa.types import Answer
from qa.web.render import Turn
from qa.web.sources import Material, reference_to

MOST_TURNS = 40
# Far above what a turn of ours holds: what is longer was not kept by our page, and would only cost time.
LONGEST_QUESTION = 20_000  # characters
LARGEST_TURN = 200_000  # bytes
_ID = re.compile(r"[0-9a-f]{12}")


class _Stored(BaseModel):
    """One turn as the page keeps it, version 1; its `references` are for the page's own use."""

    id: str
    question: Annotated[str, Field(max_length=LONGEST_QUESTION)]
    state: Literal["done", "stopped"]
    answer: Answer | None = None
    note: str = ""


@dataclass(frozen=True)
class Opened:
    """What the page sends: its language, turns (oldest first), and whether they replace the conversation."""

    language: str
    turns: tuple[Turn, ...]
    replaces: bool = False


def turn_json(turn: Turn, material: Material) -> str:
    """Return a finished turn with the references of its citations."""
    answer = turn.answer
    row: dict[str, Any] = {"id": turn.id, "question": turn.question, "state": turn.state, "note": turn.note}
    row["answer"] = asdict(answer) if answer else None
    row["references"] = [reference_to(citation, material) for citation in answer.citations] if answer else []
    return json.dumps(row, ensure_ascii=False)


def read_opened(data: Any) -> Opened:
    """Return what a page sent; what is no turn of ours, or too long for one, is left out: a page may send anything."""
    given = data if isinstance(data, dict) else {}
    rows = given.get("turns")
    turns = [_read(row) for row in rows[-MOST_TURNS:]] if isinstance(rows, list) else []
    kept = tuple(turn for turn in turns if turn is not None)
    return Opened(str(given.get("language", "")), kept, given.get("replaces") is True)


def _read(row: Any) -> Turn | None:
    try:
        raw = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
        stored = _Stored.model_validate_json(raw) if len(raw) <= LARGEST_TURN else None
    except (ValidationError, ValueError, RecursionError):
        return None
    if stored is None or not _ID.fullmatch(stored.id):
        return None
    return Turn(stored.id, stored.question, stored.answer, stored.state, stored.note, kept=True)
