"""Rows of a file with their place in it: JSON, JSONL, CSV, and XLSX as people make them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from index.decoding import decode

# A title, the lecturer's name, a date: above the header of a table stands no more than this.
_HEADER_WITHIN = 20
_MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
Line = tuple[int, list[Any]]
Located = tuple[str, Any]  # place in the file as a person finds it, and the row; None is no JSON


@dataclass(frozen=True)
class Rows:
    """The rows of a file, and sentences about what of it was not read."""

    rows: list[Located]
    notes: list[str] = field(default_factory=list)


def read_rows(path: Path, names: Collection[str]) -> Rows:
    """Read a file; the suffix tells CSV and XLSX, everything else is JSON or JSONL.

    `names` are those of the column that a table must have, in small letters; what stands above it is no row.

    Raises:
        OSError, UnicodeDecodeError, zipfile.BadZipFile, csv.Error: the file cannot be read.
        ValueError: a table without such a column; the text names the columns that were seen.
    """
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _workbook(path, names)
    if path.suffix.lower() in (".csv", ".tsv"):
        return Rows(_table(list(_csv(decode(path.read_bytes(), path.name))), names))
    return Rows(list(json_rows(path.read_text(encoding="utf-8-sig"))))


def json_rows(text: str) -> Iterator[Located]:
    """Yield the rows of a JSON list, or of one JSON object a line; what is no JSON is None."""
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if isinstance(whole, list):
        yield from ((f"[{number}]", row) for number, row in enumerate(whole))
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield f"baris {number}", json.loads(line)
            except ValueError:
                yield f"baris {number}", None


def plain_name(column: object) -> str:
    """Return a column's name without case, and without what people put around it."""
    return " ".join(str(column or "").lower().replace("_", " ").split()).strip(" .:*#()")


def _csv(text: str) -> Iterator[Line]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text), delimiter=max("\t;,", key=first.count))
    for row in reader:
        yield reader.line_num, list(row)


def _header(lines: Sequence[Line], names: Collection[str]) -> tuple[int, int]:
    """Return where the header stands in `lines`, and its column with one of the names.

    Raises:
        ValueError: no line has it.
    """
    wanted = {plain_name(name) for name in names}
    filled = [place for place, (_, cells) in enumerate(lines) if any(map(_text, cells))]
    for place in filled[:_HEADER_WITHIN]:
        for column, cell in enumerate(lines[place][1]):
            if plain_name(cell) in wanted:
                return place, column
    seen = ", ".join(f"'{_text(cell)}'" for cell in lines[filled[0]][1] if _text(cell))
    raise ValueError(f"Tidak ada kolom Pertanyaan; baris pertamanya berisi {seen}.")


def _table(lines: Sequence[Line], names: Collection[str]) -> list[Located]:
    """Return the rows under the header; blank lines are none."""
    if not any(_text(cell) for _, cells in lines for cell in cells):
        return []
    place, _ = _header(lines, names)
    head = [_text(cell) for cell in lines[place][1]]
    return [
        (f"baris {number}", {name: _text(cell) for name, cell in zip(head, cells, strict=False) if name})
        for number, cells in lines[place + 1 :]
        if any(map(_text, cells))
    ]


def _workbook(path: Path, names: Collection[str]) -> Rows:
    """Read the first sheet that has the column; the others are named."""
    from openpyxl import load_workbook

    sheets = [sheet for sheet in load_workbook(path, data_only=True).worksheets if sheet.max_row > 1]
    refused: ValueError | None = None
    for sheet in sheets:
        try:
            lines, notes = _lines(sheet, names)
        except ValueError as error:
            refused = refused or error
            continue
        others = ", ".join(f"'{other.title}'" for other in sheets if other is not sheet)
        return Rows(_table(lines, names), [*_others(sheet.title, others), *notes])
    if refused:
        raise refused
    return Rows([])


def _others(title: str, others: str) -> list[str]:
    return [f"Lembar '{title}' dibaca; yang lain tidak: {others}."] if others else []


def _lines(sheet: Any, names: Collection[str]) -> tuple[list[Line], list[str]]:
    """Return the lines of a sheet, and which of them are headings inside the table.

    A cell merged downwards counts for each of its lines, except a question, which is asked once. A cell merged from
    the question over other columns is a heading.
    """
    lines: list[Line] = list(enumerate(([_shown(cell) for cell in row] for row in sheet.iter_rows()), 1))
    header, asked = _header(lines, names)
    notes = []
    for area in sheet.merged_cells.ranges:
        first, left = area.min_row - 1, area.min_col - 1
        value = lines[first][1][left]
        if first > header and left <= asked < area.max_col and area.max_col > area.min_col:
            lines[first][1][left] = None
            notes.append(f"Baris {area.min_row} ('{_text(value)}') adalah judul bagian, bukan soal.")
        elif left != asked:
            for _, cells in lines[first + 1 : area.max_row]:
                cells[left] = value
    return lines, notes


def _shown(cell: Any) -> Any:
    """Return a cell's value as the sheet shows it, where that differs from what it holds: dates and percentages."""
    value = cell.value
    if isinstance(value, date):
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    if isinstance(value, int | float) and str(cell.number_format).endswith("%"):
        return f"{round(100 * value, 6):g}%".replace(".", ",")
    return value


def _text(value: Any) -> str:
    """Return a cell as text; a dash says that it is empty."""
    if value is None or str(value).strip() in ("-", "–", "—"):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
