"""Rows of a file with their place in it: JSON, JSONL, CSV, and XLSX as people make them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
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
    """The rows of a file, sentences about what of it was not read, and whether a person numbered them (a table)."""

    rows: list[Located]
    notes: list[str] = field(default_factory=list)
    table: bool = False


class Columns:
    """The names by which a table's header is known: those of the column that it must have, and those of all."""

    def __init__(self, wanted: Collection[str], known: Collection[str]) -> None:
        self._wanted, self._known = ({plain_name(name) for name in names} for names in (wanted, known))

    def count(self, cells: Sequence[Any]) -> int:
        """Return how many columns a line names; 0 where the one that must be there is missing."""
        names = {plain_name(cell) for cell in cells}
        return len(names & self._known) if names & self._wanted else 0

    def place(self, cells: Sequence[Any]) -> int:
        """Return where in a header the column stands that must be there."""
        return next(place for place, cell in enumerate(cells) if plain_name(cell) in self._wanted)


def read_rows(path: Path, columns: Columns) -> Rows:
    """Read a file; the suffix tells CSV and XLSX, everything else is JSON or JSONL.

    The header of a table is, of its first lines, the one that names the most columns; what stands above it is no row.

    Raises:
        OSError, UnicodeDecodeError, zipfile.BadZipFile, csv.Error: the file cannot be read.
        ValueError: a table without such a column; the text names the columns that were seen.
    """
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _workbook(path, columns)
    if path.suffix.lower() in (".csv", ".tsv"):
        return Rows(_table(_csv(decode(path.read_bytes(), path.name), columns), columns), table=True)
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
    for number, line in enumerate(text.split("\n"), 1):  # splitlines() also cuts inside strings, at U+2028 and others
        if line.strip():
            try:
                yield f"baris {number}", json.loads(line)
            except ValueError:
                yield f"baris {number}", None


def plain_name(column: object) -> str:
    """Return a column's name without case, and without what people put around it."""
    return " ".join(str(column or "").lower().replace("_", " ").split()).strip(" .:*#()")


def _csv(text: str, columns: Columns) -> list[Line]:
    """Split with the delimiter that finds the fullest header; without a header, with what the first line has most."""

    def split(delimiter: str) -> Iterator[Line]:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter)
        return ((reader.line_num, row) for row in reader)

    def named(delimiter: str) -> int:
        return max((columns.count(cells) for _, cells in islice(_filled(split(delimiter)), _HEADER_WITHIN)), default=0)

    first = next((line for line in text.splitlines() if line.strip()), "")
    found = {delimiter: named(delimiter) for delimiter in "\t;,"}
    return list(split(max(found, key=found.__getitem__ if any(found.values()) else first.count)))


def _filled(lines: Iterable[Line]) -> Iterator[Line]:
    return (line for line in lines if any(map(_text, line[1])))


def _header(lines: Sequence[Line], columns: Columns) -> tuple[int, int]:
    """Return where the header stands in `lines`, and its column that must be there.

    Raises:
        ValueError: no line has that column.
    """
    first = list(islice(_filled(lines), _HEADER_WITHIN))
    header = max(first, key=lambda line: columns.count(line[1]))
    if not columns.count(header[1]):
        seen = ", ".join(f"'{_text(cell)}'" for cell in first[0][1] if _text(cell))
        raise ValueError(f"Tidak ada kolom Pertanyaan; baris pertamanya berisi {seen}.")
    return lines.index(header), columns.place(header[1])


def _table(lines: Sequence[Line], columns: Columns) -> list[Located]:
    """Return the rows under the header; blank lines are none."""
    if not any(_filled(lines)):
        return []
    place, _ = _header(lines, columns)
    head = [_text(cell) for cell in lines[place][1]]
    return [
        (f"baris {number}", {name: _text(cell) for name, cell in zip(head, cells, strict=False) if name})
        for number, cells in lines[place + 1 :]
        if any(map(_text, cells))
    ]


def _workbook(path: Path, columns: Columns) -> Rows:
    """Read the first sheet that has the column; the others are named."""
    from openpyxl import load_workbook

    sheets = [sheet for sheet in load_workbook(path, data_only=True).worksheets if sheet.max_row > 1]
    refused: ValueError | None = None
    for sheet in sheets:
        try:
            lines, notes = _lines(sheet, columns)
        except ValueError as error:
            refused = refused or error
            continue
        others = ", ".join(f"'{other.title}'" for other in sheets if other is not sheet)
        return Rows(_table(lines, columns), [*_others(sheet.title, others), *notes], table=True)
    if refused:
        raise refused
    return Rows([])


def _others(title: str, others: str) -> list[str]:
    return [f"Lembar '{title}' dibaca; yang lain tidak: {others}."] if others else []


def _lines(sheet: Any, columns: Columns) -> tuple[list[Line], list[str]]:
    """Return the lines of a sheet, and which of them are headings inside the table.

    A cell merged downwards counts for each of its lines, except a question, which is asked once. A cell merged from
    the question over other columns is a heading, except where the header is merged over the same ones: a wide column.
    """
    lines: list[Line] = list(enumerate(([_shown(cell) for cell in row] for row in sheet.iter_rows()), 1))
    header, asked = _header(lines, columns)
    areas = sheet.merged_cells.ranges
    wide = {(area.min_col, area.max_col) for area in areas if area.min_row - 1 <= header < area.max_row}
    notes = []
    for area in areas:
        first, left = area.min_row - 1, area.min_col - 1
        value = lines[first][1][left]
        spans = area.max_col > area.min_col and (area.min_col, area.max_col) not in wide
        if first > header and left <= asked < area.max_col and spans:
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
