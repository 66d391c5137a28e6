"""Results that `tanya eval … --output` wrote, read again for report, comparison and gate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.errors import TanyaError

Value = float | None
_NOT_METRICS = frozenset({"probability", "confidence", "id"})


@dataclass(frozen=True)
class Row:
    """One question: its metric values (None is undefined) and whatever else the run kept about it."""

    id: str
    kind: str
    values: Mapping[str, Value]
    details: Mapping[str, Any] = field(repr=False)

    @property
    def asked(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes it the same question in another run: id, text, earlier questions.

        The id alone does not: in a table without numbers it is the line, which moves when a row is inserted.
        """
        return self.id, str(self.details.get("question", "")), tuple(map(str, self.details.get("history") or ()))


@dataclass(frozen=True)
class Run:
    """One result file. `metrics` are means; `intervals` hold low and high of those that have an interval."""

    path: Path
    kind: str
    metrics: Mapping[str, Value]
    intervals: Mapping[str, Mapping[str, Any]]
    rows: Sequence[Row]
    head: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        return str(self.head.get("system") or self.path.stem)

    def of_other_file(self, other: Run) -> bool:
        """Whether both runs know their question file, and the two differ."""
        ours, theirs = self.head.get("data_sha256"), other.head.get("data_sha256")
        return bool(ours and theirs) and ours != theirs


def load_run(path: Path) -> Run:
    """Read a result file.

    Raises:
        TanyaError: the file cannot be read, or is no result of `tanya eval`.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TanyaError(
            f"Hasil {path} tidak dapat dibaca ({error}); beri berkas dari: tanya eval … --output."
        ) from error
    except ValueError as error:
        raise TanyaError(f"{path} bukan JSON ({error}); beri berkas yang ditulis tanya eval … --output.") from error
    if not isinstance(found, dict) or not isinstance(found.get("metrics"), dict):
        raise TanyaError(
            f"{path} bukan hasil evaluasi (tidak ada 'metrics'); buat dengan: tanya eval … --output {path}"
        )
    return from_result(found, path)


def from_result(found: Mapping[str, Any], path: Path = Path("hasil.json")) -> Run:
    """Take a result as the commands make it; `path` only names it."""
    rows = [_row(row, number) for number, row in enumerate(found.get("rows", []), 1)]
    head = {key: value for key, value in found.items() if key not in ("rows", "metrics", "intervals", "by_kind")}
    return Run(path, str(found.get("kind", "")), found["metrics"], found.get("intervals", {}), rows, head)


def _row(row: Mapping[str, Any], number: int) -> Row:
    values = row.get("metrics", row.get("values"))
    if not isinstance(values, dict):
        values = {k: v for k, v in row.items() if isinstance(v, float | None) and k not in _NOT_METRICS}
    kind = row.get("type") or row.get("kind") or ("answerable" if row.get("answerable", True) else "unanswerable")
    return Row(str(row.get("id", number)), str(kind), {k: _number(v) for k, v in values.items()}, row)


def _number(value: object) -> Value:
    return float(value) if isinstance(value, int | float) else None
