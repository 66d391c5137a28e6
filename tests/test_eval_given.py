"""Answers of other systems: files with their own names, chat servers, and the optional judge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from index.errors import TanyaError
from qa.cli import app
from qa.eval.answers import score
from qa.eval.given import answer_line, load_answers
from qa.eval.judge import judge, verdict
from qa.eval.questions import EvalQuestion, load_question_file

TEXT = "Konvensi itu mulai berlaku pada 1 Juli 2004."
ASKED = "Kapan konvensi berlaku?"
QUESTIONS = [
    EvalQuestion("a", "factoid", ASKED, True, reference=TEXT),
    EvalQuestion("b", "near", "Siapa ketua?", False),
]
RAGAS = {"user_input": ASKED, "response": f"{TEXT} [1]", "retrieved_contexts": [TEXT, "Hal lain."]}


def lines(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "row",
    [
        RAGAS,
        {"input": ASKED, "actual_output": f"{TEXT} [1]", "retrieval_context": [TEXT]},
        {"question": "  kapan KONVENSI berlaku?", "answer": f"{TEXT} [1]", "contexts": [{"page_content": TEXT}]},
        {"id": "a", "answer": f"{TEXT} [1]", "citations": [{"number": 1, "quote": TEXT, "source": "x.md"}]},
        {"id": "a", "answer": f"{TEXT} [1]", "sources": [{"text": TEXT, "title": "X"}]},
    ],
)
def test_marks_find_their_passage_in_every_family(row: dict[str, Any], tmp_path: Path) -> None:
    given, wrong = load_answers(lines(tmp_path / "a.jsonl", row), QUESTIONS)
    assert wrong == [] and list(given) == ["a"]
    assert [c["quote"] for c in given["a"]["citations"]] == [TEXT]
    assert score(QUESTIONS[0], given["a"])["metrics"]["citation_recall"] == 1.0


def test_lines_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", RAGAS, "{rusak", {"id": "b"}, {"id": "zz", "answer": "Apa."}, [1])
    given, wrong = load_answers(path, QUESTIONS)
    assert list(given) == ["a"]
    assert [sentence.split(":")[0] for sentence in wrong] == [f"a.jsonl baris {n}" for n in (2, 3, 4, 5)]
    with pytest.raises(TanyaError, match="Tidak ada jawaban"):
        load_answers(lines(tmp_path / "b.jsonl", {"id": "zz", "answer": "Apa."}), QUESTIONS)


@pytest.mark.parametrize(
    ("row", "abstained"),
    [
        ({"answer": "Maaf, materi tidak memuat jawabannya."}, True),
        ({"answer": "I don't know."}, True),
        ({"answer": ""}, True),
        ({"answer": "Konvensi itu tidak memuat sanksi [1].", "contexts": ["Konvensi itu tidak memuat sanksi."]}, False),
        ({"answer": "Maaf.", "abstained": False}, False),
        ({"answer": "Ketuanya Budi.", "abstained": True}, True),
    ],
)
def test_refusals_are_told_from_answers(row: dict[str, Any], abstained: bool) -> None:
    assert answer_line(row)["abstained"] is abstained


def test_judge_is_read_strictly() -> None:
    assert (verdict("Ya."), verdict("tidak"), verdict("Ya, tetapi tidak."), verdict("entah")) == (1.0, 0.0, None, None)
    row = score(QUESTIONS[0], answer_line(RAGAS))
    asked: list[str] = []

    def reply(prompt: str) -> str:
        asked.append(prompt)
        return "ya" if "Kunci" in prompt else "hm"

    assert judge(row, [TEXT], reply) == {"judged_correctness": 1.0, "judged_faithfulness": None}
    assert len(asked) == 2 and TEXT in asked[1]


class Chat(BaseHTTPRequestHandler):
    """A chat server: answers the first question from its sources, refuses others, and judges with "ya"."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = body["messages"][-1]["content"]
        if asked.startswith(("Kamu menilai", "Bacaan")):
            reply: dict[str, Any] = {"choices": [{"message": {"content": "ya"}}]}
        elif asked == ASKED and self.headers.get("Authorization") == "Bearer rahasia":
            sources = [{"number": 1, "quote": TEXT, "source": "x.md"}]
            reply = {"choices": [{"message": {"content": f"{TEXT} [1]"}}], "sources": sources}
        else:
            reply = {"choices": [{"message": {"content": "Maaf, saya tidak tahu."}}]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(reply).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def chat() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


def test_server_is_asked_and_judge_stays_apart(chat: str, tmp_path: Path) -> None:
    rows = [{"id": "a", "question": ASKED, "reference": TEXT}, {"id": "b", "question": "Siapa?", "answerable": False}]
    path, out = lines(tmp_path / "soal.jsonl", *rows), tmp_path / "hasil.json"
    command = ["eval", "answers", "--questions", str(path), "--endpoint", chat, "--api-key", "rahasia"]
    result = CliRunner().invoke(app, [*command, "--judge", chat, "--json", "--output", str(out)])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["metrics"]["f1"] == found["metrics"]["citation_recall"] == found["metrics"]["abstention_f1"] == 1.0
    assert found["judged"]["metrics"]["judged_correctness"]["mean"] == 1.0
    assert not any(name.startswith("judged") for name in found["metrics"])
    assert json.loads(out.read_text())["rows"][0]["judged"] == {"judged_correctness": 1.0, "judged_faithfulness": 1.0}


def test_server_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    path = lines(tmp_path / "soal.jsonl", {"question": ASKED, "reference": TEXT})
    command = ["eval", "answers", "--questions", str(path), "--endpoint", "http://127.0.0.1:9/v1"]
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, TanyaError) and "127.0.0.1:9" in str(result.exception)


def test_file_that_brings_its_answers_is_scored_as_it_is(tmp_path: Path) -> None:
    path = lines(tmp_path / "soal.jsonl", RAGAS | {"reference": TEXT, "reference_contexts": [TEXT]})
    result = CliRunner().invoke(app, ["eval", "answers", "--questions", str(path), "--json"])
    found = json.loads(result.stdout)
    assert found["system"] == "soal.jsonl" and found["metrics"]["context_precision"] == 1.0
    assert "jawaban di soal.jsonl sendiri" in result.stderr and "question ← user_input" in result.stderr


def test_two_sources_of_answers_are_wrong_usage(tmp_path: Path) -> None:
    path = lines(tmp_path / "soal.jsonl", RAGAS | {"reference": TEXT})
    command = ["eval", "answers", "--questions", str(path), "--answers", str(path), "--endpoint", "http://127.0.0.1"]
    assert CliRunner().invoke(app, command).exit_code == 2


def test_table_cells_hold_facts_and_unfilled_rows_are_named(tmp_path: Path) -> None:
    table = tmp_path / "soal.csv"
    table.write_text('Pertanyaan;Fakta\nKapan?;"1 Juli|awal Juli; 2004"\n', encoding="utf-8")
    assert load_question_file(table).questions[0].facts == (("1 Juli", "awal Juli"), ("2004",))
    rows = [{"id": "x", "question": "Apa?", "answerable": None}, {"id": "y", "question": "Apa?", "answerable": False}]
    file = load_question_file(lines(tmp_path / "soal.jsonl", *rows))
    assert [q.id for q in file.questions] == ["y"] and "belum diisi" in file.wrong[0]
