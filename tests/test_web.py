"""The HTTP interface, what is shown of an answer, the line of waiting questions, votes."""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from index.errors import ModelError, TanyaError
from qa.feedback import FeedbackStore
from qa.pipeline import Pipeline
from qa.prompts import EMPTY_QUESTION
from qa.settings import Settings
from qa.types import Answer, Citation, Question, RetrievedPassage
from qa.web import texts
from qa.web.answering import ANSWERS_KEPT, Answering, Waiting
from qa.web.app import create_app, serve
from qa.web.asking import MOST_HISTORY, Asking
from qa.web.completions import _stream
from qa.web.courses import Courses
from qa.web.documents import _inside
from qa.web.embed import Embedding
from qa.web.metrics import CONTENT_TYPE, Metrics
from qa.web.next_questions import _NO_TERM, NextQuestions
from qa.web.render import Turn, answer_html, plain_text, turn_html
from qa.web.security import BODY_LIMIT, Guard
from qa.web.sources import Material, document_url, marked, place
from qa.web.stored import LARGEST_TURN, LONGEST_QUESTION, read_opened
from qa.web.words import INDONESIAN

KEYS = "id question standalone_question answer abstained confidence citations passages timings model index_version"
QUESTION = "Apa itu diplomasi siber?"
PASSAGE = RetrievedPassage("p1", "a b.pdf", "Judul <b>", 3, "Bab > Isi", "Satu <i>dua</i> tiga.", 0.9, 100, 120)
CITATION = Citation(1, "p1", "a b.pdf", "Judul <b>", 3, "Bab > Isi", "<i>dua</i>", 105, 115)
ANSWER = Answer("Apa?", "Apa?", "Isinya dua [1].", "quoted", 0.9, (CITATION,), (PASSAGE,), id="x")


# ---- what is shown


@pytest.mark.unit
def test_answer_escapes_links_and_lists() -> None:
    text = 'Ada <script>x</script> [1] dan [2].\n- satu [1]\n- dua [1]\n\n1. pertama [1]\n2. kedua & "lain" [1]'
    html = answer_html(replace(ANSWER, answer=text), "t")
    assert re.sub(r"</?a[^>]*>", "", html) == (
        "<p>Ada &lt;script&gt;x&lt;/script&gt; [1] dan [2].</p><ul><li>satu [1]</li><li>dua [1]</li></ul>"
        '<ol start="1"><li>pertama [1]</li><li>kedua &amp; &quot;lain&quot; [1]</li></ol>'
    )
    assert html.count('<a class="tm-cite" href="#s-t-1" aria-label="Sumber 1: Judul &lt;b&gt;"') == 5
    assert "#s-t-2" not in html


@pytest.mark.unit
def test_control_characters_and_lone_surrogates_can_be_sent() -> None:
    html = answer_html(replace(ANSWER, answer="a\x00b\ud800c\u202ed \x1b[1m", citations=()), "t")
    assert html == "<p>a b c d  [1m</p>"
    html.encode("utf-8")


@pytest.mark.unit
def test_quote_is_marked_where_it_stands() -> None:
    assert marked("Satu <i>dua</i> tiga.", 5, "<i>dua</i>") == "Satu <mark>&lt;i&gt;dua&lt;/i&gt;</mark> tiga."
    assert marked("Teks lain.", 5, "kutipan") == "<mark>kutipan</mark>"
    assert marked("kutipan", -1, "kutipan") == "<mark>kutipan</mark>"


@pytest.mark.unit
def test_turn_shows_kind_place_and_links() -> None:
    html = turn_html(Turn("t", "Apa?", ANSWER, "done"), Material())
    assert INDONESIAN.kind["quoted"] in html
    assert "hlm. 3 · bagian Isi" in html
    assert 'href="documents/a%20b.pdf#page=3"' in html
    assert 'href="passages/p1?start=105&amp;end=115&amp;from=chat#kutipan"' in html
    assert "Judul &lt;b&gt;" in html
    assert "<b>" not in html


@pytest.mark.unit
def test_abstention_and_error_say_so_in_words() -> None:
    away = turn_html(Turn("t", "Apa?", replace(ANSWER, kind="abstained", citations=()), "done"), Material())
    assert INDONESIAN.kind["abstained"] in away
    assert INDONESIAN.related in away
    failed = turn_html(Turn("t", "Apa?", None, "error", "Model <x> gagal."), Material())
    assert "Model &lt;x&gt; gagal." in failed
    assert INDONESIAN.failed in failed


@pytest.mark.unit
def test_places() -> None:
    assert place("a.pptx", 4, "") == "salindia 4"
    assert place("a.md", None, "A > B") == "bagian B"
    assert place("a.txt", None, "") == ""
    assert document_url("sub/ä #1.md", None) == "documents/sub/%C3%A4%20%231.md"


@pytest.mark.unit
def test_copied_text_names_the_sources() -> None:
    assert plain_text(ANSWER) == (
        "Isinya dua [1].\n\nSumber:\n[1] Judul <b> (a b.pdf, hlm. 3 · bagian Isi): “<i>dua</i>”"
    )


# ---- what a page sends


@pytest.mark.unit
@pytest.mark.parametrize(
    ("question", "beside", "kept"),
    [("a" * LONGEST_QUESTION, "", 1), ("a" * (LONGEST_QUESTION + 1), "", 0), ("a", "b" * LARGEST_TURN, 0)],
)
def test_turn_that_is_too_long_is_left_out(question: str, beside: str, kept: int) -> None:
    row = {"id": "0" * 12, "question": question, "state": "done", "answer": asdict(ANSWER), "references": [beside]}
    assert len(read_opened({"turns": [row], "replaces": True}).turns) == kept


@pytest.mark.unit
def test_one_long_word_is_looked_through_once() -> None:
    began = time.process_time()
    assert NextQuestions(Gated()).of_heading("a" * 100_000) == ""
    assert _NO_TERM.search("a" * 100_000) is None
    assert _NO_TERM.search("manfaatnya") and _NO_TERM.search("uang") is None
    assert time.process_time() - began < 2


# ---- votes


@pytest.mark.unit
def test_last_vote_counts_and_can_be_taken_back(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "new" / "feedback.sqlite")
    store.vote("a", ANSWER.to_json(), 1)
    store.vote("a", ANSWER.to_json(), -1)
    (row,) = store.rows()
    assert (row["answer_id"], row["question"], row["vote"]) == ("a", "Apa?", -1)
    assert row["answer"]["citations"][0]["quote"] == "<i>dua</i>"
    store.vote("a", ANSWER.to_json(), 0)
    assert store.rows() == []


@pytest.mark.unit
def test_votes_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "feedback.sqlite"
    with ThreadPoolExecutor(8) as threads:
        done = [threads.submit(FeedbackStore(path).vote, str(n), ANSWER.to_json(), 1) for n in range(80)]
    assert [job.exception() for job in done] == [None] * 80
    assert len(FeedbackStore(path).rows()) == 80
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.unit
def test_damaged_votes_file_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "feedback.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(TanyaError, match=r"feedback\.sqlite"):
        FeedbackStore(path).vote("a", ANSWER.to_json(), 1)


# ---- the line


class Gated(Pipeline):
    """A pipeline whose answers wait for `gate`, to see what happens meanwhile."""

    def __init__(self, error: Exception | None = None) -> None:
        self.gate = threading.Event()
        self.error = error
        self.cancelled = threading.Event()

    def stream(self, question: Question, cancel: threading.Event | None = None) -> Iterator[Answer]:
        assert cancel is not None
        yield replace(ANSWER, question=question.text, id=question.id, answer="", citations=(), complete=False)
        while not self.gate.wait(0.01):
            if cancel.is_set():
                self.cancelled.set()
                return
        if self.error:
            raise self.error
        yield replace(ANSWER, question=question.text, id=question.id)


async def collect(answering: Answering, name: str, cancel: threading.Event | None = None) -> list[Any]:
    events = answering.stream(Question("Apa?", id=name), cancel or threading.Event())
    return [event async for event in events]


@pytest.mark.unit
async def test_waiting_questions_know_their_place() -> None:
    at_once = 2
    pipeline = Gated()
    answering = Answering(lambda _: pipeline, at_once=at_once)
    tasks = [asyncio.create_task(collect(answering, str(n))) for n in range(at_once + 2)]
    await asyncio.sleep(0.5)
    pipeline.gate.set()
    seen = await asyncio.gather(*tasks)
    ahead = [[event.ahead for event in events if isinstance(event, Waiting)] for events in seen]
    assert [places[0] for places in ahead[at_once:]] == [1, 2]
    assert all(events[-1].complete and events[-1].id == str(n) for n, events in enumerate(seen))
    assert answering.finished("0") is not None


@pytest.mark.unit
async def test_cancel_ends_at_once_and_reaches_the_pipeline() -> None:
    pipeline = Gated()
    cancel = threading.Event()
    task = asyncio.create_task(collect(Answering(lambda _: pipeline), "a", cancel))
    await asyncio.sleep(0.1)
    cancel.set()
    events = await asyncio.wait_for(task, 1)
    assert not any(isinstance(event, Answer) and event.complete for event in events)
    assert await asyncio.to_thread(pipeline.cancelled.wait, 1)


@pytest.mark.unit
async def test_error_of_the_pipeline_reaches_the_one_who_asked() -> None:
    pipeline = Gated(ModelError("Model tidak menjawab."))
    pipeline.gate.set()
    answering = Answering(lambda _: pipeline)
    with pytest.raises(ModelError, match="tidak menjawab"):
        await collect(answering, "a")
    pipeline.error = None
    assert (await collect(answering, "b"))[-1].complete


@pytest.mark.unit
async def test_only_the_last_answers_are_kept() -> None:
    pipeline = Gated()
    pipeline.gate.set()
    answering = Answering(lambda _: pipeline)
    for number in range(ANSWERS_KEPT + 1):
        answering._keep(replace(ANSWER, id=str(number)))
    assert answering.finished("0") is None
    assert answering.finished(str(ANSWERS_KEPT)) is not None


@pytest.mark.unit
async def test_stream_tells_the_place_in_line() -> None:
    pipeline = Gated()
    answering = Answering(lambda _: pipeline)
    asking = Asking(answering, Courses([]), Embedding(Settings()))

    async def parts(name: str) -> list[str]:
        return [part async for part in _stream(asking, Question("Apa?", id=name), "kuliah", False)]

    tasks = [asyncio.create_task(parts(name)) for name in "ab"]
    await asyncio.sleep(0.3)
    pipeline.gate.set()
    _, second = await asyncio.gather(*tasks)
    assert second[1] == ": 1\n\n"
    assert all(part.startswith(("data: ", ": ")) and part.endswith("\n\n") for part in second)


# ---- metrics

SAMPLE = re.compile(r'(tanya_\w+(?:\{\w+="[^"\\\n]*"\})?) (\d+(?:\.\d+)?)')


def samples(text: str) -> dict[str, float]:
    """Read the text format: every line but the comments is a name with its labels, and a number."""
    lines = [line for line in text.splitlines() if not line.startswith(("# HELP tanya_", "# TYPE tanya_"))]
    found = [SAMPLE.fullmatch(line) for line in lines]
    assert text.endswith("\n") and all(found)
    return {match[1]: float(match[2]) for match in found if match}


@pytest.mark.unit
async def test_answers_errors_and_refusals_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Gated()
    answering = Answering(lambda _: pipeline)
    task = asyncio.create_task(collect(answering, "a"))
    await asyncio.sleep(0.3)
    assert answering.line == 1
    pipeline.gate.set()
    await task
    pipeline.error = ModelError("Model tidak menjawab.")
    with pytest.raises(ModelError):
        await collect(answering, "b")
    monkeypatch.setattr("qa.web.answering.LONGEST_LINE", 0)
    with pytest.raises(TanyaError):
        await collect(answering, "c")
    found = samples(answering.metrics.text(answering.line, {"kuliah": 7}))
    kinds = {kind: found[f'tanya_answers_total{{kind="{kind}"}}'] for kind in ("generated", "quoted", "abstained")}
    assert kinds == {"generated": 0, "quoted": 1, "abstained": 0}
    assert found['tanya_answer_seconds_bucket{le="0.25"}'] == 0
    assert found['tanya_answer_seconds_bucket{le="+Inf"}'] == found["tanya_answer_seconds_count"] == 1
    assert found["tanya_answer_seconds_sum"] > 0.25
    assert (found["tanya_errors_total"], found["tanya_refused_total"], found["tanya_line_length"]) == (1, 1, 0)
    assert found['tanya_index_passages{course="kuliah"}'] == 7


@pytest.mark.unit
def test_counts_of_many_threads_add_up() -> None:
    metrics = Metrics()
    with ThreadPoolExecutor(8) as threads:
        for number in range(4000):
            threads.submit(metrics.answered, "quoted", number % 4)
    found = samples(metrics.text(0, {}))
    assert found['tanya_answers_total{kind="quoted"}'] == found['tanya_answer_seconds_bucket{le="5.0"}'] == 4000
    assert found['tanya_answer_seconds_bucket{le="1.0"}'] == 2000


# ---- HTTP


@pytest.mark.unit
def test_streams_are_not_held_back_by_a_proxy() -> None:
    app = FastAPI()
    app.add_api_route("/v1/stream", lambda: StreamingResponse(iter(["a"]), media_type="text/event-stream"))
    app.add_middleware(Guard, courses=Courses([]), embedding=Embedding(Settings()))
    assert TestClient(app).get("/v1/stream").headers["x-accel-buffering"] == "no"


@pytest.fixture(scope="module")
def client(quoting: Pipeline) -> Iterator[TestClient]:
    with TestClient(create_app(quoting, quoting.settings)) as started:
        yield started


@pytest.mark.integration
def test_ask_returns_the_answer_of_the_contract(client: TestClient, quoting: Pipeline) -> None:
    answer = client.post("/api/ask", json={"question": QUESTION}).raise_for_status().json()
    assert set(KEYS.split()) <= set(answer)
    assert not answer["abstained"]
    for citation in answer["citations"]:
        text = quoting.index.document(citation["source"]).text
        assert text[citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.integration
def test_history_is_understood(client: TestClient) -> None:
    asked = {"question": "Apa saja manfaatnya?", "history": [QUESTION, "👍", "", "a" * 4001]}
    assert "diplomasi siber" in client.post("/api/ask", json=asked).json()["standalone_question"]


@pytest.mark.integration
@pytest.mark.parametrize(
    "body",
    [
        {"question": ""},
        {"question": " \n\x00\x07 "},
        {"question": "a" * 4001},
        {"question": "a" * 100_000},
        {"question": 7},
        {"question": QUESTION, "history": "Apa?"},
        {},
        [],
    ],
    ids=str,
)
def test_unusable_question_is_a_sentence(client: TestClient, body: object) -> None:
    response = client.post("/api/ask", json=body)
    assert response.status_code == 422
    assert response.json()["detail"].endswith((".", "!"))


@pytest.mark.integration
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"question": "\\ud800"}', b"[" * 50_000])
def test_broken_json_is_a_sentence(client: TestClient, content: bytes) -> None:
    response = client.post("/api/ask", content=content, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.json()["detail"] in (texts.NOT_JSON, EMPTY_QUESTION)


@pytest.mark.integration
def test_question_of_odd_characters_is_answered(client: TestClient) -> None:
    raw = b'{"question": "apa itu\\u0000 diplomasi\\ud800 siber <script>?"}'
    response = client.post("/api/ask", content=raw, headers={"content-type": "application/json"})
    assert response.status_code == 200


@pytest.mark.integration
def test_huge_body_is_refused_quickly(client: TestClient) -> None:
    began = time.perf_counter()
    response = client.post("/api/ask", json={"question": "a" * 10_000_000})
    assert response.status_code == 413
    assert "terlalu besar" in response.json()["detail"]

    def pieces() -> Iterator[bytes]:
        for _ in range(BODY_LIMIT // 10_000 + 10):
            yield b"a" * 10_000

    headers = {"content-type": "application/json"}
    assert client.post("/api/ask", content=pieces(), headers=headers).status_code == 413
    assert client.post("/gradio_api/queue/join", content=pieces(), headers=headers).status_code == 413
    assert time.perf_counter() - began < 3


@pytest.mark.integration
def test_vote_on_an_answer(client: TestClient, quoting: Pipeline) -> None:
    answer = client.post("/api/ask", json={"question": QUESTION}).json()
    assert client.post("/api/feedback", json={"id": answer["id"], "vote": -1}).status_code == 200
    stored = FeedbackStore(quoting.settings.data_dir / "feedback.sqlite").rows()
    assert [row["vote"] for row in stored if row["answer_id"] == answer["id"]] == [-1]
    assert client.post("/api/feedback", json={"id": "nothing", "vote": 1}).status_code == 404
    assert client.post("/api/feedback", json={"id": answer["id"], "vote": 5}).status_code == 422
    plain = {"content-type": "text/plain"}
    forged = client.post("/api/feedback", content=b'{"id": "a", "vote": 1}', headers=plain)
    assert forged.status_code == 422


@pytest.mark.integration
def test_health(client: TestClient, quoting: Pipeline) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert ready["course"] == quoting.course.name
    assert ready["passages"] == len(quoting.index.passages)


@pytest.mark.integration
def test_metrics_count_an_answer_and_hold_no_text(client: TestClient, quoting: Pipeline) -> None:
    def read() -> dict[str, float]:
        response = client.get("/metrics").raise_for_status()
        assert response.headers["content-type"] == CONTENT_TYPE
        assert "diplomasi siber" not in response.text
        return samples(response.text)

    before, kind = read(), 'tanya_answers_total{kind="quoted"}'
    client.post("/api/ask", json={"question": QUESTION}).raise_for_status()
    after = read()
    assert after[kind] == before[kind] + 1
    assert after[f'tanya_index_passages{{course="{quoting.course.name}"}}'] == len(quoting.index.passages)


@pytest.mark.integration
def test_wrong_values_are_named(client: TestClient) -> None:
    many = client.post("/api/ask", json={"question": QUESTION, "history": ["Apa?"] * (MOST_HISTORY + 1)})
    assert many.json() == {"detail": texts.TOO_MANY_ENTRIES.format(name="history", limit=MOST_HISTORY)}
    wrong = client.get("/passages/p1?start=x")
    assert wrong.json() == {"detail": texts.WRONG_VALUE.format(name="start")}
    assert many.status_code == wrong.status_code == 422


@pytest.mark.integration
def test_every_document_opens_and_none_runs(client: TestClient, quoting: Pipeline) -> None:
    sources = {passage.metadata["source"] for passage in quoting.index.passages.values()}
    suffixes = set()
    for source in sources:
        response = client.get("/" + document_url(source, None))
        assert response.status_code == 200, source
        assert response.content == (Path(quoting.index.folder) / source).read_bytes()
        assert response.headers["x-content-type-options"] == "nosniff"
        suffix = Path(source).suffix
        suffixes.add(suffix)
        kind, shown = response.headers["content-type"], response.headers["content-disposition"]
        if suffix == ".pdf":
            assert (kind, shown.split(";")[0]) == ("application/pdf", "inline")
        elif suffix in (".docx", ".pptx"):
            assert (kind, shown.split(";")[0]) == ("application/octet-stream", "attachment")
        else:
            assert (kind, shown.split(";")[0]) == ("text/plain; charset=utf-8", "inline")
    assert {".md", ".html", ".pdf", ".docx", ".pptx"} <= suffixes


@pytest.mark.integration
@pytest.mark.parametrize(
    "path",
    [
        "course.toml", "../../pyproject.toml", "..%2f..%2fpyproject.toml", "%2e%2e/%2e%2e/pyproject.toml",
        "/etc/passwd", "%2fetc%2fpasswd", "01-pengantar-diplomasi-siber.md%00", "..\\..\\pyproject.toml", "",
    ],
)  # fmt: skip
def test_nothing_but_documents_can_be_read(client: TestClient, path: str) -> None:
    response = client.get(f"/documents/{path}")
    assert response.status_code == 404
    assert "tanya-materi" not in response.text


@pytest.mark.integration
def test_link_out_of_the_course_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    (tmp_path / "secret.txt").write_text("rahasia")
    (tmp_path / "course" / "a.txt").symlink_to(tmp_path / "secret.txt")
    assert _inside(tmp_path / "course", "a.txt") is None
    assert _inside(tmp_path / "course", "gone.txt") is None


@pytest.mark.integration
def test_reading_page_marks_exactly_the_quote(client: TestClient, quoting: Pipeline) -> None:
    answer = quoting.answer(Question(QUESTION))
    for citation in answer.citations:
        address = f"/passages/{citation.passage_id}?start={citation.start}&end={citation.end}"
        html = client.get(address).raise_for_status().text
        quoted = "".join(unescape(found) for found in re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.S))
        assert re.sub(r"\s+", "", quoted) == re.sub(r"\s+", "", citation.quote)
        assert html.count('id="kutipan"') == 1
    assert client.get("/passages/nothing").status_code == 404
    assert client.get(f"/passages/{answer.citations[0].passage_id}?start=-1&end=x").status_code == 422
    assert client.get(f"/passages/{answer.citations[0].passage_id}?start=0&end=999999999").status_code == 200


@pytest.mark.integration
def test_page_is_framed_and_calls_nobody(client: TestClient, quoting: Pipeline) -> None:
    response = client.get("/")
    html = response.text
    assert '<html\n\tlang="id"' in html
    assert quoting.course.title in html
    policy = response.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None
    assert html.count("<script") == html.count(f'<script nonce="{nonce.group(1)}"')
    assert "frame-ancestors 'self'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert response.headers["referrer-policy"] == "no-referrer"
    assert client.get("/").headers["content-security-policy"] != policy
    for address in re.findall(r"https?://[^\"'\s<>)]+", html + client.get("/theme.css").text):
        assert address.startswith(("http://testserver", "http://www.w3.org/2000/svg")), address


@pytest.mark.integration
@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=https://example.org/", "/monitoring",
        "/gradio_api/vibe-edit/", "/gradio_api/openapi.json", "/login", "/docs", "/redoc", "/ui/..%2fapp.py",
        "/ui/app.py", "/nothing",
    ],
)  # fmt: skip
def test_closed_doors(client: TestClient, path: str) -> None:
    for response in (client.get(path), client.post(path, files={"files": b"x"})):
        assert response.status_code in (404, 405), path
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.integration
def test_failure_is_a_sentence_without_a_traceback(quoting: Pipeline) -> None:
    class Broken(Pipeline):
        def stream(self, *_: Any) -> Iterator[Answer]:
            raise self.error

    broken = Broken(quoting.index, quoting.reader, None, quoting.settings)
    with TestClient(create_app(broken, quoting.settings), raise_server_exceptions=False) as client:
        broken.error = RuntimeError("rahasia")  # type: ignore[attr-defined]
        response = client.post("/api/ask", json={"question": QUESTION})
        assert (response.status_code, response.json()) == (500, {"detail": texts.ERROR})
        broken.error = ModelError("Model tidak menjawab.")  # type: ignore[attr-defined]
        response = client.post("/api/ask", json={"question": QUESTION})
        assert (response.status_code, response.json()) == (503, {"detail": "Model tidak menjawab."})


@pytest.mark.integration
def test_port_in_use_is_a_sentence(quoting: Pipeline) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = quoting.settings.model_copy(update={"port": port})
        with pytest.raises(TanyaError, match=rf"Port {port} .* sedang dipakai .* --port"):
            serve(quoting, settings)
    settings = quoting.settings.model_copy(update={"host": "203.0.113.7", "port": 7860})
    with pytest.raises(TanyaError, match=r"203\.0\.113\.7:7860 tidak dapat dipakai"):
        serve(quoting, settings)
