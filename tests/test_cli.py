"""The command line as a script sees it: exit codes, stdout, stderr."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import TanyaError
from qa.batch import load_questions
from qa.cli import _ask_batch
from qa.types import Answer, Question
from tests.conftest import COURSE

pytestmark = pytest.mark.integration
COMMANDS = ["index", "ask", "serve", "status"]


def tanya(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from qa.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=cwd)


@pytest.fixture
def quotes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANYA_GENERATOR", "none")


@pytest.mark.usefixtures("quotes_only")
def test_ask_prints_json_on_stdout_only(course_index: Path) -> None:
    run = tanya(
        "ask", "Apa saja manfaatnya?", "--history", "Apa itu diplomasi siber?", "--index", course_index, "--json"
    )
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert answer["standalone_question"] == "Apa saja manfaat diplomasi siber?"
    assert answer["citations"]


@pytest.mark.usefixtures("quotes_only")
def test_batch_answers_every_line_in_order(course_index: Path, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "question": "Apa itu CBM?", "history": []},
        {"id": "b", "question": "Siapa juara Piala Dunia 2022?"},
    ]
    batch, output = tmp_path / "soal ujian.jsonl", tmp_path / "baru" / "jawaban.jsonl"
    batch.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    run = tanya("ask", "--batch", batch, "--output", output, "--index", course_index)
    assert run.returncode == 0, run.stderr
    answers = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [(a["id"], a["abstained"]) for a in answers] == [("a", False), ("b", True)]


@pytest.mark.usefixtures("quotes_only")
def test_question_that_fails_is_named_and_the_others_are_kept(course_index: Path, tmp_path: Path) -> None:
    batch, output = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    batch.write_text('{"id": "x", "question": ""}\n{"id": "y", "question": "Apa itu CBM?"}\n', encoding="utf-8")
    run = tanya("ask", "--batch", batch, "--output", output, "--index", course_index)
    assert run.returncode == 1
    assert "x:" in run.stderr and "Traceback" not in run.stderr
    assert [json.loads(line)["id"] for line in output.read_text(encoding="utf-8").splitlines()] == ["y"]


def test_index_and_status(tmp_path: Path) -> None:
    course, index = tmp_path / "mata kuliah", tmp_path / "ix"
    course.mkdir()
    (course / "catatan.md").write_text("# Catatan\n\nAir mendidih pada 100 derajat Celsius.\n", encoding="utf-8")
    first = tanya("index", "--corpus", course, "--index", index, "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)[0]["embedded"] == 1
    again = tanya("index", "--corpus", course, "--index", index, "--json")
    assert json.loads(again.stdout)[0]["embedded"] == 0
    status = tanya("status", "--index", index, "--json")
    assert status.returncode == 0, status.stderr
    assert json.loads(status.stdout)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask"], 2, "pertanyaan"),
        (["ask", "Apa?", "--batch", "x.jsonl"], 2, "batch"),
        (["tanyakan"], 2, "tanyakan"),
        (["ask", "Apa itu CBM?", "--index", "tidak-ada"], 1, "tanya index"),
        (["status", "--index", "tidak-ada"], 1, "tanya index"),
        (["index", "--corpus", "tidak-ada"], 1, "tidak-ada"),
        (["ask", "--batch", "tidak-ada.jsonl"], 1, "tidak-ada.jsonl"),
    ],
)
def test_wrong_use_is_one_sentence(arguments: list[str], code: int, says: str, tmp_path: Path) -> None:
    run = tanya(*arguments, cwd=tmp_path)
    assert run.returncode == code, run.stderr
    assert says in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""


def answered(question: Question) -> Answer:
    if question.id == "x":
        raise ConnectionError("the server went away")
    return Answer(question.text, question.text, id=question.id)


def test_unexpected_error_of_one_question_costs_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "a.jsonl"
    questions = [Question("Satu?", id="w"), Question("Dua?", id="x"), Question("Tiga?", id="y")]
    with pytest.raises(TanyaError, match="1 dari 3"):
        _ask_batch(questions, lambda: answered, output)
    assert [json.loads(line)["id"] for line in output.read_text(encoding="utf-8").splitlines()] == ["w", "y"]
    assert "x: Terjadi galat" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_full_disk_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.part").symlink_to("/dev/full")
    with pytest.raises(TanyaError, match="tidak dapat ditulis"):
        _ask_batch([Question("Satu?")], lambda: answered, tmp_path / "a.jsonl")
    assert not (tmp_path / "a.jsonl").exists()


def test_batch_is_cut_at_line_feeds_only_and_can_be_written_again(tmp_path: Path) -> None:
    batch = tmp_path / "q.jsonl"
    batch.write_text(
        '{"question": "Apa\u2028itu\x85 CBM?"}\r\n{"question": "halo \\ud83d", "id": null}\n', encoding="utf-8"
    )
    first, second = load_questions(batch)
    assert first.text == "Apa\u2028itu\x85 CBM?"
    assert (second.text, second.id) == ("halo ?", "2")


def test_unknown_log_level_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TANYA_LOG", "verbose")
    run = tanya("status", cwd=tmp_path)
    assert run.returncode == 1
    assert "TANYA_LOG=VERBOSE" in run.stderr and "Traceback" not in run.stderr


@pytest.mark.parametrize(
    "line",
    [
        "bukan json",
        "[1, 2]",
        '{"id": 3}',
        '{"question": null}',
        '{"question": "Apa?", "history": "teks"}',
        '{"question": "Apa?", "history": [{"role": "user"}]}',
    ],
)
def test_wrong_batch_line_is_named(line: str, tmp_path: Path) -> None:
    batch = tmp_path / "q.jsonl"
    batch.write_text('{"question": "Apa itu CBM?"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(TanyaError, match="Baris 2"):
        load_questions(batch)


@pytest.mark.parametrize("command", [[], *([c] for c in COMMANDS)])
def test_help_has_an_example(command: list[str]) -> None:
    run = tanya(*command, "--help")
    assert run.returncode == 0
    assert command == [] or "Contoh: tanya" in run.stdout


def test_every_command_stands_in_the_readme() -> None:
    readme = (COURSE.parents[1] / "README.md").read_text(encoding="utf-8")
    assert [command for command in COMMANDS if f"tanya {command}" not in readme] == []
