"""Question files as evaluators and lecturers have them: every family is understood, wrong rows are named."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from index.errors import TanyaError
from qa.eval.beir import load_task
from qa.eval.questions import load_question_file
from qa.eval.reading import load_squad

ASKED = "Kapan Konvensi Budapest mulai berlaku?"
KEY = "Konvensi itu berlaku pada 1 Juli 2004."
FAMILIES: dict[str, dict[str, Any]] = {
    "ours": {
        "id": "a", "type": "factoid", "history": ["Apa itu Konvensi Budapest?"], "question": ASKED, "answerable": True,
        "evidence": [{"file": "03.md", "quote": "mulai berlaku pada 1 Juli 2004"}], "reference": KEY,
        "facts": [["2004"]], "forbidden": ["2001"],
    },
    "ragas": {"user_input": ASKED, "reference": KEY, "reference_contexts": [KEY], "response": "2004 [1]."},
    "deepeval": {"input": ASKED, "expected_output": KEY, "context": [KEY], "actual_output": "2004 [1]."},
    "older": {"question": ASKED, "ground_truth": KEY, "answer": "2004 [1].", "contexts": [KEY]},
}  # fmt: skip


def lines(path: Path, rows: list[Any]) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_is_understood(family: str, tmp_path: Path) -> None:
    file = load_question_file(lines(tmp_path / "soal.jsonl", [FAMILIES[family]]))
    (question,) = file.questions
    assert (question.question, question.reference, question.answerable) == (ASKED, KEY, True)
    assert file.wrong == [] and file.mapping["question"] in FAMILIES[family]
    if family in ("ragas", "deepeval", "older"):
        assert question.response == "2004 [1]."
    if family != "older":
        assert question.evidence


def test_answer_alone_is_the_key(tmp_path: Path) -> None:
    row = {"question": ASKED, "answer": KEY}
    (question,) = load_question_file(lines(tmp_path / "soal.jsonl", [row])).questions
    assert question.reference == KEY and question.response is None


@pytest.mark.parametrize("kind", ["csv", "semicolon", "xlsx"])
def test_lecturers_table_is_understood(kind: str, tmp_path: Path) -> None:
    head, rows = ["No", "Pertanyaan", "Jawaban", "Sumber"], [[1, ASKED, KEY, "03.md"], [2, "Siapa ketuanya?", None, ""]]
    path = tmp_path / ("soal.xlsx" if kind == "xlsx" else "soal.csv")
    if kind == "xlsx":
        book = Workbook()
        assert book.active is not None
        for row in [head, *rows]:
            book.active.append(row)
        book.save(path)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";" if kind == "semicolon" else ",").writerows([head, *rows])
    first, second = load_question_file(path).questions
    assert (first.id, first.question, first.reference, first.source) == ("1", ASKED, KEY, "03.md")
    assert first.answerable and not second.answerable


def test_wrong_rows_are_named_and_right_ones_go_on(tmp_path: Path) -> None:
    rows = [FAMILIES["ours"], "{rusak", {"question": "  "}, FAMILIES["ours"], {"id": "b", "question": "Apa?"}]
    file = load_question_file(lines(tmp_path / "soal.jsonl", rows))
    assert [question.id for question in file.questions] == ["a", "b"]
    assert [sentence.split(":")[0] for sentence in file.wrong] == [f"soal.jsonl baris {n}" for n in (2, 3, 4)]


@pytest.mark.parametrize("content", ["", "[]", "{rusak\n"])
def test_file_without_a_usable_row_is_explained(content: str, tmp_path: Path) -> None:
    path = tmp_path / "soal.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TanyaError, match="Tidak ada soal"):
        load_question_file(path)
    (tmp_path / "soal.xlsx").write_bytes(b"bukan xlsx")
    with pytest.raises(TanyaError, match="dibaca"):
        load_question_file(tmp_path / "soal.xlsx")


def test_squad_json_and_jsonl_hold_the_same(tmp_path: Path) -> None:
    qas = [
        {"id": "1", "question": ASKED, "answers": [{"text": "2004", "answer_start": 28}], "is_impossible": False},
        {"id": "2", "question": "Siapa ketuanya?", "answers": [], "is_impossible": True},
    ]
    nested = {"version": "v2.0", "data": [{"title": "t", "paragraphs": [{"context": KEY, "qas": qas}]}]}
    a, _ = load_squad(lines(tmp_path / "a.json", [nested]))
    flat: list[Any] = [{**qa, "context": KEY} for qa in qas]
    flat[0]["answers"] = {"text": ["2004"], "answer_start": [28]}
    b, wrong = load_squad(lines(tmp_path / "b.jsonl", [*flat, {"question": "tanpa bacaan"}]))
    assert a == b and a[0].answers == ("2004",) and a[1].answers == ()
    assert len(wrong) == 1 and "baris 3" in wrong[0]


def test_beir_folder_without_the_split_names_those_there(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    lines(tmp_path / "corpus.jsonl", [{"_id": "p", "title": "Judul", "text": KEY}])
    lines(tmp_path / "queries.jsonl", [{"_id": "q", "text": ASKED}, {"_id": "other", "text": "tak dinilai"}])
    (tmp_path / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq\tp\t1\n")
    task = load_task(tmp_path, "dev", titles=True)
    assert task.queries == {"q": ASKED} and task.judged == {"q": {"p": 1}}
    assert task.passages == {"p": f"Judul\n{KEY}"}
    with pytest.raises(TanyaError, match="dev"):
        load_task(tmp_path, "test")
