"""A lecturer's workbook as lecturers make them, from the file to the report."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from index.errors import TanyaError
from qa.cli import app
from qa.eval.questions import QuestionFile, load_question_file

HEAD = ["No.", "Pertanyaan", "Kunci Jawaban", "Sumber", "Catatan", "Sebelumnya"]
HISTORY, NORMS, CBM = (
    "03-sejarah-dan-proses-internasional.md", "04-norma-perilaku-negara.md",
    "05-kepercayaan-dan-peningkatan-kapasitas.pptx",
)  # fmt: skip
TABLE: list[list[Any]] = [
    ["Kuis Diplomasi Siber, semester ganjil"],
    [],
    HEAD,
    [1, "Kapan Konvensi Budapest mulai berlaku?", datetime(2004, 7, 1), HISTORY],
    [2, "Berapa norma sukarela yang disepakati dalam laporan GGE 2015?", 11, NORMS],
    ["Bagian B: membangun kepercayaan"],
    [3, "Apa kepanjangan CBM?", "confidence-building measures", CBM, "mudah"],
    [4, "Apa contohnya?", "Hotline antarnegara.", None, None, "Apa itu langkah membangun kepercayaan (CBM)?"],
    [],
    [5, "Siapa nama ketua GGE 2015?", "Tidak dibahas di materi."],
    [6, "Berapa anggaran siber Kanada?", "-"],
    [7, "   ", "Jawaban tanpa pertanyaan."],
    [7.0, "Di mana Konvensi PBB Menentang Kejahatan Siber ditandatangani?", "Di Hanoi.", HISTORY],
    [7, "Sebutkan manfaat diplomasi siber.", "Mencegah konflik.", "02-tujuan-dan-manfaat.md"],
    [8, "Apa tugas BSSN?", "Keamanan siber dan sandi.", "09-indonesia-siber.md"],
    [9, "Berapa persen serangan berhasil?", 0.25],
    ["Bagian C tanpa sel gabungan"],
    [10, "Apa itu diplomasi siber?", "Diplomasi untuk mengelola hubungan negara di ruang siber.", "glosarium.md"],
    [11, "gmn cara asean kerjasama siber?", "Lewat ASEAN Regional Forum.", "10-kerja-sama-siber-asean.pdf"],
    [12, "Siapa juara Piala Dunia 2022?", ""],
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Soal"
    for cells in TABLE:
        sheet.append(cells)
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("A6:D6")
    sheet.merge_cells("D7:D8")  # one source for two questions
    sheet["C16"].number_format = "0%"
    book.create_sheet("Kosong")
    grades = book.create_sheet("Nilai")
    grades.append(["Mahasiswa", "Nilai"])
    grades.append(["Ani", 90])
    book.save(tmp_path / "soal.xlsx")
    return tmp_path / "soal.xlsx"


def read(path: Path) -> tuple[QuestionFile, dict[str, Any]]:
    file = load_question_file(path)
    return file, {question.id: question for question in file.questions}


@pytest.mark.unit
def test_cells_are_read_as_the_sheet_shows_them(path: Path) -> None:
    file, by_id = read(path)
    assert list(by_id) == ["1", "2", "3", "4", "5", "6", "7", "7 (baris 14)", "8", "9", "10", "11", "12"]
    assert (by_id["1"].reference, by_id["2"].reference, by_id["9"].reference) == ("1 Juli 2004", "11", "25%")
    assert by_id["4"].source == by_id["3"].source == CBM
    assert by_id["4"].history == ("Apa itu langkah membangun kepercayaan (CBM)?",)
    assert file.mapping["question"] == "Pertanyaan" and file.mapping["reference"] == "Kunci Jawaban"


@pytest.mark.unit
def test_what_the_material_does_not_say_is_a_question_to_refuse(path: Path) -> None:
    file, by_id = read(path)
    assert [key for key, question in by_id.items() if not question.answerable] == ["5", "6", "12"]
    assert "10 dari 13 soal ada jawabannya di materi; 3 tidak, dan harus dijawab 'tidak ada': 5, 6, 12." in file.notes


@pytest.mark.unit
def test_what_is_left_out_is_named_with_its_line(path: Path) -> None:
    file, _ = read(path)
    assert [sentence.split(";")[0] for sentence in file.wrong] == [
        "soal.xlsx baris 12: pertanyaannya kosong",
        "soal.xlsx baris 17: pertanyaannya kosong",
    ]
    assert "Nomor yang dipakai lebih dari sekali dibedakan dengan barisnya: 7 (baris 14)." in file.notes
    assert "Lembar 'Soal' dibaca; yang lain tidak: 'Nilai'." in file.notes
    assert "Baris 6 ('Bagian B: membangun kepercayaan') adalah judul bagian, bukan soal." in file.notes
    assert "Kolom yang tidak dipakai: Catatan." in file.notes


@pytest.mark.unit
def test_a_key_that_says_no_is_a_key_where_the_row_says_so(tmp_path: Path) -> None:
    table = tmp_path / "soal.csv"
    table.write_text("Pertanyaan;Jawaban;Terjawab\nAdakah sanksi?;Tidak ada.;ya\n", encoding="utf-8")
    (question,) = load_question_file(table).questions
    assert question.answerable and question.reference == "Tidak ada."


@pytest.mark.unit
def test_a_table_without_questions_names_the_columns_that_it_has(tmp_path: Path) -> None:
    workbook(tmp_path / "nilai.xlsx", [["Mahasiswa", "Nilai"], ["Ani", 90]])
    with pytest.raises(TanyaError, match="Tidak ada kolom Pertanyaan.*'Mahasiswa', 'Nilai'"):
        load_question_file(tmp_path / "nilai.xlsx")


@pytest.mark.unit
def test_a_table_saved_by_an_old_spreadsheet_is_read(tmp_path: Path) -> None:
    table = tmp_path / "soal.csv"
    table.write_bytes(
        "Pertanyaan;Jawaban\r\nApa arti “déjà vu” di sini?;Pernah melihat – itu saja.\r\n".encode("cp1252")
    )
    (question,) = load_question_file(table).questions
    assert question.question.startswith("Apa arti") and question.answerable


def workbook(path: Path, rows: list[list[Any]], *merged: str) -> Path:
    book = Workbook()
    assert book.active is not None
    for cells in rows:
        book.active.append(cells)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return path


@pytest.mark.unit
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_title_that_is_named_like_a_column_is_no_header(suffix: str, tmp_path: Path) -> None:
    rows = [["SOAL"], ["No", "Pertanyaan", "Jawaban"], [1, "Apa itu norma?", "Aturan, yang disepakati."]]
    path = tmp_path / f"soal.{suffix}"
    if suffix == "xlsx":
        workbook(path, rows)
    else:
        path.write_text("\n".join(";".join(map(str, cells)) for cells in rows), encoding="utf-8")
    (question,) = load_question_file(path).questions
    assert (question.id, question.question, question.reference) == ("1", "Apa itu norma?", "Aturan, yang disepakati.")


@pytest.mark.unit
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_a_title_above_does_not_tell_the_delimiter(delimiter: str, tmp_path: Path) -> None:
    cells = [["No", "Pertanyaan", "Jawaban"], ["1", "Apa itu norma?", "Aturan."]]
    title = {";": "Kuis, semester ganjil, kelas A", "\t": "Kuis; kelas A, B, C", ",": "Kuis; A; B; C; D"}[delimiter]
    path = tmp_path / "soal.csv"
    path.write_text("\n".join([title, *map(delimiter.join, cells)]), encoding="utf-8")
    (question,) = load_question_file(path).questions
    assert (question.id, question.question, question.reference) == ("1", "Apa itu norma?", "Aturan.")


@pytest.mark.unit
def test_a_column_that_is_merged_like_its_header_holds_questions(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["No", "Pertanyaan", None, "Jawaban"],
        ["Bab 1"],
        [1, "Apa itu norma?", None, "Aturan."],
        [2, "Siapa ketua?", None, "-"],
    ]
    path = workbook(tmp_path / "soal.xlsx", rows, "B1:C1", "A2:D2", "B3:C3", "B4:C4")
    file = load_question_file(path)
    assert [question.question for question in file.questions] == ["Apa itu norma?", "Siapa ketua?"]
    assert "Baris 2 ('Bab 1') adalah judul bagian, bukan soal." in file.notes


@pytest.mark.unit
@pytest.mark.parametrize(
    ("key", "answerable"),
    [
        ("Tidak terdapat di materi", False),
        ("Tidak ditemukan di materi", False),
        ("tidak ada di materi kuliah", False),
        ("(tidak ada di materi)", False),
        ("TIDAK ADA DI MATERI!", False),
        ("Di luar materi", False),
        ("tdk ada di materi", False),
        ("Tidak disebut di materi", False),
        ("(-)", False),
        ("Tidak ada sanksi.", True),
        ("Tidak ada di materi hukum, tetapi di norma.", True),
        ("+", True),
    ],
)
def test_how_lecturers_say_that_the_material_has_no_answer(key: str, answerable: bool, tmp_path: Path) -> None:
    path = tmp_path / "soal.jsonl"
    path.write_text(json.dumps({"question": "Apa?", "reference": key}), encoding="utf-8")
    assert load_question_file(path).questions[0].answerable is answerable


@pytest.mark.integration
def test_from_the_workbook_to_the_report(
    path: Path, course_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANYA_GENERATOR", "none")
    monkeypatch.setenv("TANYA_DATA_DIR", str(tmp_path / "var"))
    result, page = tmp_path / "hasil.json", tmp_path / "laporan.html"
    command = ["eval", "answers", "--questions", str(path), "--index", str(course_index), "--output", str(result)]
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 0, told.output
    assert "Soal 8: Sumber '09-indonesia-siber.md' tidak ada di materi" in told.stderr
    assert "Dari 10 soal yang jawabannya ada di materi:" in told.stderr and "tanya eval report" in told.stderr
    found = json.loads(result.read_text(encoding="utf-8"))
    assert (found["questions"], found["skipped_rows"], len(found["rows"])) == (13, 2, 13)
    assert found["metrics"]["quote_exact"] == 1.0 and found["metrics"]["fact_recall"] is None
    assert CliRunner().invoke(app, ["eval", "report", str(result), "--output", str(page)]).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert all(str(cells[1]) in text for cells in TABLE[3:5]) and "Baris yang dilewati" in text
