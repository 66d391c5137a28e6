"""Question files for `tanya eval answers`: JSONL of several families, CSV and XLSX as a lecturer makes them."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.errors import TanyaError
from qa.eval.rows import Columns, plain_name, read_rows

# Our field ← the names it goes by: ours, Ragas, DeepEval, the older question/ground_truth, a lecturer's table.
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "no", "nomor"),
    "kind": ("type", "kind", "jenis", "jenis soal"),
    "question": ("question", "user_input", "input", "query", "pertanyaan", "soal"),
    "history": ("history", "riwayat", "sebelumnya", "pertanyaan sebelumnya"),
    "reference": (
        "reference", "expected_output", "ground_truth", "ground_truths", "jawaban", "kunci", "kunci jawaban",
        "jawaban benar",
    ),
    "facts": ("facts", "fakta"),
    "forbidden": ("forbidden", "terlarang"),
    "evidence": ("evidence", "reference_contexts", "context", "bukti", "kutipan"),
    "source": ("source", "sumber", "sumber materi"),
    "answerable": ("answerable", "terjawab"),
    "response": ("response", "actual_output", "answer"),
    "contexts": ("retrieved_contexts", "retrieval_context", "contexts"),
}  # fmt: skip
_MOST_NAMED = 10
_NO = {"false", "tidak", "tak", "no", "0", "n"}
# What lecturers write for "the material does not say"; the whole key must be this.
_MATERIAL = r"(materi|bacaan|buku|dokumen|modul|slide|teks)(nya|s)?( (kuliah|ajar|bacaan|pelajaran|ini|itu|tersebut))*"
_NO_KEY = re.compile(
    r"[-–—.?x()]+|\W*(n/?a|(jawaban(nya)? )?(tidak|tak|tdk|belum|nggak|gak) (ada|dibahas|terjawab|tersedia|terdapat"
    r"|tercantum|termuat|ditemukan|dijelaskan|disebut(kan)?|dimuat)( jawaban(nya)?)?"
    rf"( (di|dlm|dalam|pada|dari)( dalam)? {_MATERIAL})?|(di ?)?luar (cakupan |lingkup )?{_MATERIAL})\W*",
    re.IGNORECASE,
)


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
    """The questions, which column became which field, and a sentence for each row that cannot be used.

    `notes` are sentences about what was understood: sheets and columns that are not used, how many have an answer.
    """

    questions: Sequence[EvalQuestion]
    mapping: Mapping[str, str]
    wrong: Sequence[str]
    notes: Sequence[str] = ()


def load_question_file(path: Path) -> QuestionFile:
    """Read a question file; the suffix tells CSV and XLSX, everything else is JSON or JSONL.

    Raises:
        TanyaError: the file cannot be read, or none of its rows can be used.
    """
    try:
        read = read_rows(path, Columns(NAMES["question"], [name for names in NAMES.values() for name in names]))
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile, csv.Error) as error:
        raise TanyaError(f"Berkas soal {path} tidak dapat dibaca ({error}); periksa berkas dan jenisnya.") from error
    except (ValueError, KeyError) as error:
        raise TanyaError(f"Tidak ada soal yang dapat dipakai di {path}. {error}") from error
    columns = list(dict.fromkeys(str(key) for _, row in read.rows if isinstance(row, dict) for key in row))
    mapping = _mapping(columns)
    questions: dict[str, EvalQuestion] = {}
    wrong, again = [], []
    for place, row in read.rows:
        try:
            question = _question(row, mapping, place)
            if question.id in questions and read.table:  # many tables count anew in each section
                question = replace(question, id=f"{question.id} ({place})")
                again.append(question.id)
            if question.id in questions:
                raise ValueError(f"nomor (id) '{question.id}' sudah dipakai; beri yang lain")
            questions[question.id] = question
        except (ValueError, TypeError, KeyError) as error:
            wrong.append(f"{path.name} {place}: {error}; baris ini dilewati.")
    if not questions:
        reason = wrong[0] if wrong else "Berkasnya kosong."
        raise TanyaError(f"Tidak ada soal yang dapat dipakai di {path}. {reason}")
    notes = [*read.notes, *_unused(columns, mapping), *_numbered_again(again), _counted(questions)]
    return QuestionFile(list(questions.values()), mapping, wrong, notes)


def _mapping(columns: Sequence[str]) -> dict[str, str]:
    """Return our field → the file's column.

    Two families use "answer": with a ground truth beside it, it is what a system said; else it is the key.
    """
    plain = {plain_name(column): column for column in reversed(columns)}
    known = {field: [plain_name(name) for name in names] for field, names in NAMES.items()}
    found = {field: plain[name] for field, names in known.items() for name in reversed(names) if name in plain}
    if found.get("response", "").lower() == "answer" and "reference" not in found and "facts" not in found:
        found["reference"] = found.pop("response")
    return found


def _unused(columns: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    unused = [column for column in columns if column not in mapping.values()]
    return [f"Kolom yang tidak dipakai: {', '.join(unused)}."] if unused else []


def _numbered_again(ids: Sequence[str]) -> list[str]:
    return [f"Nomor yang dipakai lebih dari sekali dibedakan dengan barisnya: {_listed(ids)}."] if ids else []


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_MOST_NAMED]) + (", …" if len(ids) > _MOST_NAMED else "")


def _counted(questions: Mapping[str, EvalQuestion]) -> str:
    """Say how the rows were understood: a key that was forgotten is a question that should be refused."""
    lacks = [question.id for question in questions.values() if not question.answerable]
    has = f"{len(questions) - len(lacks)} dari {len(questions)} soal ada jawabannya di materi"
    if not lacks:
        return f"{has}."
    return f"{has}; {len(lacks)} tidak, dan harus dijawab 'tidak ada': {_listed(lacks)}."


def _question(row: Any, mapping: Mapping[str, str], place: str) -> EvalQuestion:
    if not isinstance(row, dict):
        raise ValueError("bukan objek JSON")
    given = {field: row.get(column) for field, column in mapping.items()}
    asked = given.get("question")
    if not isinstance(asked, str) or not asked.strip():
        raise ValueError("pertanyaannya kosong")
    reference = _texts(given.get("reference"))
    if given.get("answerable") in (None, ""):
        reference = tuple(text for text in reference if not _NO_KEY.fullmatch(text))
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
        history=_history(given.get("history")),
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


def _history(value: object) -> tuple[str, ...]:
    """Take a list of earlier questions, or a table's cell: one a line."""
    return _texts(value.splitlines() if isinstance(value, str) else value)


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
