"""Answers of other systems: files with their own names, chat servers, and the optional judge."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner, Result

from index.errors import TanyaError
from qa.cli import app
from qa.eval.answers import score
from qa.eval.endpoint import LONGEST_WAIT, TRIES, Endpoint
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


MANY = [EvalQuestion(str(n), "x", f"Soal {n}?", True) for n in (1, 2, 3)]


def test_the_text_decides_where_the_id_is_of_another_question(tmp_path: Path) -> None:
    from_0 = [{"id": n, "question": f"soal {n + 1}?", "answer": f"Jawaban {n + 1}."} for n in (0, 1, 2)]
    given, wrong = load_answers(lines(tmp_path / "a.jsonl", *from_0), MANY)
    assert {key: line["answer"] for key, line in given.items()} == {f"{n}": f"Jawaban {n}." for n in (1, 2, 3)}
    assert len(wrong) == 1 and "2 baris" in wrong[0] and "baris 2 (id 1, teks soal 2)" in wrong[0]
    other = {"id": 1, "question": "Yang ditulis lain?", "answer": "Jawaban 1."}
    assert list(load_answers(lines(tmp_path / "b.jsonl", other), MANY)[0]) == ["1"]


def test_a_second_answer_and_a_text_of_several_questions_are_named(tmp_path: Path) -> None:
    same = EvalQuestion("4", "x", "Soal 3?", True, history=("Apa itu norma?",))
    rows = [
        {"id": 1, "answer": "Pertama."},
        {"id": 1, "answer": "Kedua."},
        {"question": "Soal 3?", "answer": "Siapa?"},
        {"id": "4", "question": "Soal 3?", "answer": "Empat."},
    ]
    given, wrong = load_answers(lines(tmp_path / "a.jsonl", *rows), [*MANY, same])
    assert {key: line["answer"] for key, line in given.items()} == {"1": "Pertama.", "4": "Empat."}
    assert (
        "baris 2: soal 1 sudah punya jawaban" in wrong[0] and "baris 3: pertanyaannya ada di 2 soal (3, 4)" in wrong[1]
    )


def test_lines_end_at_line_feeds_only(tmp_path: Path) -> None:
    text = "Satu\u2028dua\x85tiga."
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "1", "answer": text}, ensure_ascii=False) + "\n", encoding="utf-8")
    given, wrong = load_answers(path, MANY)
    assert given["1"]["answer"] == text and wrong == []


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
    """A chat server: answers the first question from its sources, refuses others, and judges with "ya".

    What holds a word of `busy` gets the statuses that are left there, then an answer.
    """

    busy: ClassVar[dict[str, list[int]]] = {}
    retry_after = "0"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = body["messages"][-1]["content"]
        statuses = next((left for word, left in self.busy.items() if word in asked), [])
        if statuses:
            self.send_response(statuses.pop(0))
            self.send_header("Retry-After", self.retry_after)
            self.end_headers()
            return
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
    Chat.busy, Chat.retry_after = {}, "0"


@pytest.mark.parametrize(("retry_after", "waits"), [("7", [7.0] * 2), ("9999", [LONGEST_WAIT] * 2), ("", [1.0, 2.0])])
def test_a_busy_server_is_asked_again(retry_after: str, waits: list[float], chat: str) -> None:
    Chat.busy, Chat.retry_after = {"Apa": [429, 503]}, retry_after
    waited: list[float] = []
    assert Endpoint(chat, wait=waited.append).complete(["Apa?"])[0] == "Maaf, saya tidak tahu."
    assert waited == waits


@pytest.mark.parametrize(("status", "asked"), [(500, TRIES), (401, 1)])
def test_a_server_that_stays_so_or_refuses_is_told(status: int, asked: int, chat: str) -> None:
    Chat.busy = {"Apa": [status] * 9}
    with pytest.raises(TanyaError, match=str(status)):
        Endpoint(chat, wait=lambda _: None).complete(["Apa?"])
    assert len(Chat.busy["Apa"]) == 9 - asked


def test_a_server_that_is_too_slow_is_asked_again() -> None:
    waited: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and says nothing
        server = Endpoint(f"http://127.0.0.1:{silent.getsockname()[1]}", wait=waited.append, seconds=0.05)
        with pytest.raises(TanyaError, match="Timeout"):
            server.complete(["Apa?"])
    assert waited == [1.0, 2.0, 4.0]


def ask_server(chat: str, folder: Path, questions: int, *options: str) -> tuple[Result, Path]:
    rows = [{"id": str(n), "question": f"Soal {n}?", "answerable": False} for n in range(1, questions + 1)]
    path, out = lines(folder / "soal.jsonl", *rows), folder / "hasil.json"
    command = ["eval", "answers", "--questions", str(path), "--endpoint", chat, "--output", str(out), *options]
    return CliRunner().invoke(app, command), out


@pytest.mark.parametrize(
    ("failing", "questions", "lacking"),
    [("3", 5, ["3"]), ("1", 2, None), ("2345", 7, ["2", "3", "4", "5", "6", "7"])],
    ids=["one", "the first", "three in a row"],
)
def test_what_fails_is_missing_and_the_rest_is_kept(
    failing: str, questions: int, lacking: list[str] | None, chat: str, tmp_path: Path
) -> None:
    Chat.busy = {f"Soal {n}?": [400] for n in failing}
    result, out = ask_server(chat, tmp_path, questions)
    assert isinstance(result.exception, TanyaError)
    if lacking is None:
        assert not out.exists()
        return
    found = json.loads(out.read_text(encoding="utf-8"))
    assert [row["id"] for row in found["rows"] if row["missing"]] == lacking
    assert f"{len(lacking)} dari {questions} soal tidak terjawab" in str(result.exception)
    assert f"Soal {lacking[0]} tidak terjawab." in result.stderr
    assert ("3 soal sesudahnya tidak ditanyakan" in result.stderr) == (len(lacking) > 1)
    assert [word for word, left in Chat.busy.items() if left] == (["Soal 5?"] if len(lacking) > 1 else [])


def test_a_judge_that_is_away_costs_no_measuring_and_one_that_stops_no_result(chat: str, tmp_path: Path) -> None:
    result, out = ask_server(chat, tmp_path, 2, "--judge", "http://127.0.0.1:9/v1")
    assert isinstance(result.exception, TanyaError) and not out.exists()
    Chat.busy = {"Bacaan:": [400]}
    rows = [{"id": "a", "question": ASKED, "reference": TEXT}]
    path = lines(tmp_path / "soal.jsonl", *rows)
    given = lines(tmp_path / "jawaban.jsonl", RAGAS)
    command = ["eval", "answers", "--questions", str(path), "--answers", str(given), "--output", str(out)]
    result = CliRunner().invoke(app, [*command, "--judge", chat])
    assert isinstance(result.exception, TanyaError) and "penilai" in str(result.exception)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["metrics"]["f1"] == 1.0 and "judged" not in found and "judged" not in found["rows"][0]


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


def test_a_file_that_lacks_some_answers_says_whose_are_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANYA_EMBEDDING_MODEL", str(tmp_path / "none"))  # the product itself is not wanted here
    rows = [RAGAS | {"reference": TEXT}, {"user_input": "Siapa ketua?", "reference": "Budi."}]
    command = ["eval", "answers", "--questions", str(lines(tmp_path / "soal.jsonl", *rows))]
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, TanyaError)
    assert "jawaban untuk 1 dari 2 soal saja, jadi yang dinilai adalah jawaban program ini" in result.stderr
    assert "saja, jadi" not in CliRunner().invoke(app, [*command, "--course", "x"]).stderr


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
