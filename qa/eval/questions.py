"""Question files for `tanya eval answers`: JSONL of several families, CSV and XLSX as a lecturer makes them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import TanyaError

# Our field ← the names it goes by: ours, Ragas, DeepEval, the older question/ground_truth, a lecturer's table.
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "no", "nomor"),
    "kind": ("type", "kind", "jenis"),
    "question": ("question", "user_input", "input", "query", "pertanyaan", "soal"),
    "history": ("history", "riwayat"),
    "reference": ("reference", "expected_output", "ground_truth", "ground_truths", "jawaban", "kunci"),
    "facts": ("facts", "fakta"),
    "forbidden": ("forbidden",),
    "evidence": ("evidence", "reference_contexts", "context", "bukti", "kutipan"),
    "source": ("source", "sumber"),
    "answerable": ("answerable", "terjawab"),
    "response": ("response", "actual_output", "answer"),
    "contexts": ("retrieved_contexts", "retrieval_context", "contexts"),
}
_NO = {"false", "tidak", "no", "0", "n"}


@dataclass(frozen=True)
class EvalQuestion:
    """A question and what is known about its answer.

    `facts` are alternative spellings of each fact that the answer must state; `evidence` are sentences of the
    material that hold the answer. `response` and `contexts` are an answer that the file itself brings, if any.
    """

    id: str
    kind: str
    question: str
    answerable: bool
    history: tuple[str, ...] = ()
    reference: str = ""
    facts: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    evidence_files: tuple[str, ...] = ()
    source: str = ""
    response: str | None = None
    contexts: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuestionFile:
    """The questions, which column became which field, and a sentence for each row that cannot be used."""

    questions: Sequence[EvalQuestion]
    mapping: Mapping[str, str]
    wrong: Sequence[str]


def load_question_file(path: Path) -> QuestionFile:
    """Read a question file; the suffix tells CSV and XLSX, everything else is JSON or JSONL.

    Raises:
        TanyaError: the file cannot be read, or none of its rows can be used.
    """
    try:
        rows = list(_rows(path))
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile, csv.Error) as error:
        raise TanyaError(f"Berkas soal {path} tidak dapat dibaca ({error}); periksa berkas dan jenisnya.") from error
    mapping = _mapping(list(dict.fromkeys(str(key) for _, row in rows if isinstance(row, dict) for key in row)))
    questions: dict[str, EvalQuestion] = {}
    wrong = []
    for place, row in rows:
        try:
            question = _question(row, mapping, place)
            if question.id in questions:
                raise ValueError(f"id '{question.id}' sudah dipakai")
            questions[question.id] = question
        except (ValueError, TypeError, KeyError) as error:
            wrong.append(f"{path.name} {place}: {error}; baris ini dilewati.")
    if not questions:
        reason = wrong[0] if wrong else "Berkasnya kosong."
        raise TanyaError(f"Tidak ada soal yang dapat dipakai di {path}. {reason}")
    return QuestionFile(list(questions.values()), mapping, wrong)


def _mapping(columns: Sequence[str]) -> dict[str, str]:
    """Return our field → the file's column.

    Two families use "answer": with a ground truth beside it, it is what a system said; else it is the key.
    """
    plain = {column.strip().lower(): column for column in reversed(columns)}
    found = {field: plain[name] for field, names in NAMES.items() for name in reversed(names) if name in plain}
    if found.get("response", "").lower() == "answer" and "reference" not in found and "facts" not in found:
        found["reference"] = found.pop("response")
    return found


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield (place, row)."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        yield from _sheet(path)
        return
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() in (".csv", ".tsv"):
        first = text.splitlines()[0] if text.strip() else ""
        delimiter = max("\t;,", key=first.count)
        for number, row in enumerate(csv.DictReader(io.StringIO(text), delimiter=delimiter), 2):
            yield f"baris {number}", {key: value for key, value in row.items() if key}
        return
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


def _sheet(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the rows of the first sheet that has a header."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        rows = enumerate(sheet.iter_rows(values_only=True), 1)
        header = next((row for _, row in rows if any(cell is not None for cell in row)), None)
        if header is None:
            continue
        for number, row in rows:
            if any(cell is not None for cell in row):
                cells = zip(header, row, strict=False)
                yield f"baris {number}", {str(k): "" if v is None else v for k, v in cells if k is not None}
        return


def _question(row: Any, mapping: Mapping[str, str], place: str) -> EvalQuestion:
    if not isinstance(row, dict):
        raise ValueError("bukan objek JSON")
    given = {field: row.get(column) for field, column in mapping.items()}
    asked = given.get("question")
    if not isinstance(asked, str) or not asked.strip():
        raise ValueError("pertanyaannya kosong")
    reference = _texts(given.get("reference"))
    facts = _facts(given.get("facts"))
    if "answerable" in given and mapping["answerable"] in row and given["answerable"] is None:
        raise ValueError(f"'{mapping['answerable']}' belum diisi (true atau false)")
    answerable = _answerable(given.get("answerable"), bool(reference or facts))
    response = given.get("response")
    return EvalQuestion(
        id=str(given.get("id") if given.get("id") not in (None, "") else place),
        kind=str(given.get("kind") or ("answerable" if answerable else "unanswerable")),
        question=asked.strip(),
        answerable=answerable,
        history=_texts(given.get("history")),
        reference=reference[0] if reference else "",
        facts=facts if answerable else (),
        forbidden=_texts(given.get("forbidden")),
        evidence=_texts(given.get("evidence")) if answerable else (),
        evidence_files=_files(given.get("evidence")) if answerable else (),
        source=", ".join(_texts(given.get("source"))),
        response=None if response in (None, "") else str(response),
        contexts=_texts(given.get("contexts")),
    )


def _answerable(given: object, has_key: bool) -> bool:
    """A row without the column is answerable when it has a key answer."""
    if given is None or given == "":
        return has_key
    return str(given).strip().lower() not in _NO


def _facts(value: object) -> tuple[tuple[str, ...], ...]:
    """Take lists of spellings, plain texts, or a table's cell: facts between ";", spellings between "|"."""
    if isinstance(value, str):
        value = [part.split("|") for part in value.split(";")]
    items = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return tuple(forms for item in items if (forms := _texts(item)))


def _files(value: object) -> tuple[str, ...]:
    """The files that our evidence rows name, one a quote; other forms name none."""
    rows = value if isinstance(value, list) else []
    return tuple(
        str(row.get("file", "")) for row in rows if isinstance(row, dict) and str(row.get("quote", "")).strip()
    )


def _texts(value: object) -> tuple[str, ...]:
    """Take a text, a list of texts, or our evidence rows; blanks are left out."""
    if value is None:
        return ()
    items = value if isinstance(value, list | tuple) else [value]
    texts = (str(item["quote"]) if isinstance(item, dict) and "quote" in item else str(item) for item in items)
    return tuple(text.strip() for text in texts if text.strip())
