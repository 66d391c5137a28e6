"""Questions from use become a question file, and the evaluator waits for a person to fill it in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from index.errors import TanyaError
from qa.cli import app
from qa.eval.collect import collect, day_before, write
from qa.eval.questions import load_question_file
from qa.feedback import FeedbackStore
from qa.types import Answer

pytestmark = pytest.mark.unit


@pytest.fixture
def used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose chat left three questions unanswered (two are the same) and got a thumb down."""
    store = FeedbackStore(tmp_path / "feedback.sqlite", 90)
    for number, question in enumerate(["Siapa ketua GGE?", "siapa  ketua gge", "Berapa anggarannya?"]):
        store.unanswered(said(question, str(number)), "diplomasi-siber")
    store.vote("x", said("Apa itu norma?", "x").to_json(), -1, "diplomasi-siber")
    store.vote("y", said("Apa itu CBM?", "y").to_json(), 1, "diplomasi-siber")
    monkeypatch.setenv("TANYA_DATA_DIR", str(tmp_path))
    return tmp_path


def said(question: str, key: str) -> Answer:
    return Answer(question, question, answer="Maaf, tidak ada.", kind="abstained", id=key)


def test_like_questions_are_one_row_that_counts_them(used: Path) -> None:
    gaps = FeedbackStore(used / "feedback.sqlite", 90).gaps("diplomasi-siber", day_before(90))
    rows = {row["question"].lower(): row for row in collect(gaps)}
    assert len(rows) == 3
    chair = next(row for question, row in rows.items() if "ketua" in question)
    assert (chair["asked"], chair["reasons"], chair["answer_given"]) == (2, ["tidak terjawab"], "Maaf, tidak ada.")
    assert rows["apa itu norma?"]["reasons"] == ["dinilai buruk"]
    assert [row["id"] for row in rows.values()] == ["pakai-001", "pakai-002", "pakai-003"]


def test_the_command_writes_rows_that_wait_to_be_filled_in(used: Path) -> None:
    known = used / "soal.jsonl"
    known.write_text(json.dumps({"question": "Berapa anggarannya", "reference": "Seribu."}) + "\n", encoding="utf-8")
    output = used / "baru.jsonl"
    given = ["eval", "collect", "--course", "diplomasi-siber", "--output", str(output), "--known", str(known)]
    assert CliRunner().invoke(app, given, catch_exceptions=False).exit_code == 0
    rows: list[dict[str, Any]] = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 2
    with pytest.raises(TanyaError, match="belum diisi"):
        load_question_file(output)
    rows[0] |= {"answerable": True, "reference": "Tidak ada namanya.", "facts": [["nama"]]}
    output.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    file = load_question_file(output)
    assert [question.id for question in file.questions] == [rows[0]["id"]]
    assert len(file.wrong) == 1


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "baru.jsonl"
    path.write_text("isi guru\n", encoding="utf-8")
    with pytest.raises(TanyaError, match="sudah ada"):
        write(path, [])
    assert path.read_text(encoding="utf-8") == "isi guru\n"


def test_without_use_there_is_nothing_to_collect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANYA_DATA_DIR", str(tmp_path))
    result = CliRunner().invoke(app, ["eval", "collect", "--output", str(tmp_path / "a.jsonl")])
    assert isinstance(result.exception, TanyaError)
    assert not (tmp_path / "a.jsonl").exists()
