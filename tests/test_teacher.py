"""The teacher's pages: who gets in, the files of a course, the update of the index, questions without an answer."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr
from reportlab.pdfgen.canvas import Canvas
from starlette.requests import Request
from starlette.responses import Response

from index.build import build
from index.embeddings import SentenceEmbeddings
from qa.feedback import FeedbackStore
from qa.pipeline import Pipeline
from qa.settings import Settings
from qa.web import teacher_login
from qa.web.app import create_app
from qa.web.courses import Courses
from qa.web.embed import Embedding
from qa.web.library import shelf
from qa.web.security import Guard
from qa.web.teacher import teacher_router
from qa.web.teacher_login import Attempts, Sessions
from qa.web.teacher_page import day, size
from tests.conftest import NOTE, PASSWORD

QUESTION = "Apa itu honeypot?"
BUILD_SECONDS = 60


def pdf(pages: list[str]) -> bytes:
    """A PDF with a line of text on each page; none where it is empty, as in a scan."""
    buffer = BytesIO()
    canvas = Canvas(buffer)
    for text in pages:
        canvas.drawString(72, 760, text)
        canvas.rect(72, 500, 200, 100, fill=1)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.fixture
def folder(own: Pipeline) -> Path:
    return own.settings.corpus


@pytest.fixture
def visitor(own: Pipeline) -> Iterator[TestClient]:
    """Somebody without the password."""
    with TestClient(create_app(own, own.settings)) as client:
        yield client


@pytest.fixture
def teacher(visitor: TestClient) -> TestClient:
    assert visitor.post("/teacher/login", data={"password": PASSWORD}).status_code == 200
    return visitor


@pytest.fixture
def alone(tmp_path: Path) -> FastAPI:
    """The teacher's pages without a course, behind the guard, which lets 1 MB through."""
    settings = Settings(corpus=tmp_path, data_dir=tmp_path, teacher_password=SecretStr(PASSWORD))
    app, courses = FastAPI(), Courses([])
    app.include_router(teacher_router(settings, courses, FeedbackStore(tmp_path / "feedback.sqlite")))
    app.add_middleware(Guard, courses=courses, embedding=Embedding(settings), upload_limit=1_010_000)
    return app


def token(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/teacher/kuliah").text)
    assert found is not None
    return found.group(1)


def send(client: TestClient, path: str, **fields: str) -> str:
    """Send a form as a page does, and return the page that comes back."""
    response = client.post(f"/teacher/kuliah/{path}", data={"csrf": token(client), **fields})
    assert response.status_code == 200
    return response.text


def upload(client: TestClient, name: str, content: bytes, **fields: str) -> dict[str, list[str]]:
    """Send a file as the page's script does."""
    headers = {"accept": "application/json", "x-csrf-token": token(client)}
    response = client.post("/teacher/kuliah/upload", files={"files": (name, content)}, data=fields, headers=headers)
    found: dict[str, list[str]] = response.raise_for_status().json()
    return found


def wait_for_index(client: TestClient) -> dict[str, object]:
    deadline = time.monotonic() + BUILD_SECONDS
    while time.monotonic() < deadline:
        job: dict[str, object] = client.get("/teacher/kuliah/progress").raise_for_status().json()
        if not job["running"]:
            return job
        time.sleep(0.05)
    raise AssertionError("The index was not updated in time.")


# ---- who gets in


@pytest.mark.integration
def test_off_until_a_password_is_set(own: Pipeline) -> None:
    settings = own.settings.model_copy(update={"teacher_password": SecretStr("")})
    with TestClient(create_app(own, settings)) as client:
        for path in ("/teacher", "/teacher/", "/teacher/kuliah", "/teacher/kuliah/upload"):
            for response in (client.get(path), client.post(path, data={"password": ""})):
                assert response.status_code == 404, path
                assert "TANYA_TEACHER_PASSWORD" in response.text
                assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


PAGES = "", "/delete?source=honeypot.txt", "/progress", "/questions", "/questions.jsonl", "/try", "/embed"
FORMS = "/upload", "/delete", "/restore", "/build", "/try"


@pytest.mark.integration
def test_nothing_without_a_session(visitor: TestClient, folder: Path) -> None:
    asks = {"accept": "application/json"}
    for path in PAGES:
        address = f"/teacher/kuliah{path}"
        page = visitor.get(address, follow_redirects=False)
        assert (page.status_code, page.text) == (303, ""), path
        assert visitor.get(address, headers=asks).status_code == 401, path
    for path in FORMS:
        form = {"source": "honeypot.txt", "question": QUESTION, "csrf": ""}
        page = visitor.post(f"/teacher/kuliah{path}", data=form)
        assert page.status_code == 401, path
        assert "Sesimu sudah berakhir" in page.text
    assert (folder / "honeypot.txt").is_file()


@pytest.mark.integration
def test_no_form_of_another_site(teacher: TestClient, folder: Path) -> None:
    mine = token(teacher)
    form = {"source": "honeypot.txt", "question": QUESTION}
    for path in FORMS:
        address = f"/teacher/kuliah{path}"
        forged = [
            teacher.post(address, data=form),
            teacher.post(address, data={**form, "csrf": "x"}),
            teacher.post(address, data={**form, "csrf": mine}, headers={"x-csrf-token": "x"}),
            teacher.post(address, data={**form, "csrf": mine}, headers={"sec-fetch-site": "cross-site"}),
            teacher.post(address, data={**form, "csrf": mine}, headers={"origin": "https://example.org"}),
            teacher.post(address, data={**form, "csrf": mine}, headers={"origin": "null"}),
        ]
        assert [response.status_code for response in forged] == [403] * len(forged), path
    assert (folder / "honeypot.txt").is_file()


@pytest.mark.integration
def test_cookie_is_closed_to_scripts_and_other_sites(visitor: TestClient) -> None:
    response = visitor.post("/teacher/login", data={"password": PASSWORD}, follow_redirects=False)
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path" not in cookie
    assert PASSWORD not in cookie
    with TestClient(visitor.app, base_url="https://testserver") as safe:
        response = safe.post("/teacher/login", data={"password": PASSWORD}, follow_redirects=False)
        assert "secure" in response.headers["set-cookie"].lower()


@pytest.mark.integration
def test_logout_ends_the_session_also_for_a_copied_cookie(teacher: TestClient) -> None:
    copied = teacher.cookies.get(teacher_login.COOKIE)
    teacher.post("/teacher/logout", data={"csrf": "wrong"})
    assert teacher.get("/teacher/kuliah", follow_redirects=False).status_code == 200
    teacher.post("/teacher/logout", data={"csrf": token(teacher)})
    headers = {"cookie": f"{teacher_login.COOKIE}={copied}"}
    assert teacher.get("/teacher/kuliah", headers=headers, follow_redirects=False).status_code == 303


@pytest.mark.integration
def test_guessing_is_slowed_down(visitor: TestClient) -> None:
    statuses = [visitor.post("/teacher/login", data={"password": str(n)}).status_code for n in range(7)]
    assert statuses == [401] * teacher_login.MOST_ATTEMPTS + [429] * 2
    last = visitor.post("/teacher/login", data={"password": PASSWORD})
    assert last.status_code == 429
    assert 0 < int(last.headers["retry-after"]) <= teacher_login.ATTEMPT_SECONDS


@pytest.mark.unit
async def test_guesses_that_come_side_by_side_are_counted(alone: FastAPI) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        for part in (b"password=", b"salah"):
            await asyncio.sleep(0.01)
            yield part

    form = {"content-type": "application/x-www-form-urlencoded"}
    async with AsyncClient(transport=ASGITransport(alone), base_url="http://testserver") as client:
        guesses = [client.post("/teacher/login", content=slowly(), headers=form) for _ in range(20)]
        counted = Counter(response.status_code for response in await asyncio.gather(*guesses))
    assert counted == {401: teacher_login.MOST_ATTEMPTS, 429: 20 - teacher_login.MOST_ATTEMPTS}


@pytest.mark.unit
def test_attempts_are_forgotten_in_time_and_counted_by_network() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for number in range(teacher_login.MOST_ATTEMPTS):
        attempts.wrong(f"2001:db8:0:1::{number}")
    assert attempts.wait("2001:db8:0:1::ffff") == teacher_login.ATTEMPT_SECONDS
    assert attempts.wait("2001:db8:0:2::1") == attempts.wait("192.0.2.1") == 0
    now[0] = teacher_login.ATTEMPT_SECONDS + 1.0
    assert attempts.wait("2001:db8:0:1::ffff") == 0


@pytest.mark.unit
def test_session_ends_after_some_hours() -> None:
    now = [0.0]
    sessions = Sessions(SecretStr(PASSWORD), lambda: now[0])
    response = Response()
    sessions.start(response, secure=False)
    cookie = response.headers["set-cookie"].split(";")[0]
    request = Request({"type": "http", "headers": [(b"cookie", cookie.encode())]})
    assert sessions.of(request) is not None
    now[0] = teacher_login.SESSION_SECONDS + 1.0
    assert sessions.of(request) is None


@pytest.mark.unit
def test_password_is_not_shown_by_the_settings(own: Pipeline) -> None:
    assert PASSWORD not in repr(own.settings) + str(own.settings.model_dump())


# ---- files


@pytest.mark.integration
def test_upload_numbers_or_replaces_what_has_the_name(teacher: TestClient, folder: Path) -> None:
    assert upload(teacher, "baru.txt", b"satu") == {"saved": ["baru.txt"], "refused": []}
    assert upload(teacher, "../baru.txt", b"dua") == {"saved": ["baru (2).txt"], "refused": []}
    assert upload(teacher, "baru.txt", b"tiga", clash="replace") == {"saved": ["baru.txt"], "refused": []}
    assert (folder / "baru.txt").read_bytes() == b"tiga"
    assert (folder / "baru (2).txt").read_bytes() == b"dua"
    assert not list(folder.parent.glob("baru*"))
    assert "baru.txt" in teacher.get("/teacher/kuliah").text.split("Tempat sampah")[1]


@pytest.mark.integration
def test_upload_refuses_what_cannot_be_read(teacher: TestClient, folder: Path) -> None:
    before = sorted(folder.iterdir())
    assert upload(teacher, "virus.exe", b"MZ")["saved"] == []
    assert "belum dapat dibaca" in upload(teacher, "course.toml", b"title = 'x'")["refused"][0]
    headers = {"accept": "application/json", "x-csrf-token": token(teacher)}
    large = teacher.post("/teacher/kuliah/upload", files={"files": ("a.txt", b"a" * 1_200_000)}, headers=headers)
    assert large.status_code == 413
    assert sorted(folder.iterdir()) == before


@pytest.mark.unit
def test_upload_that_is_too_much_is_told_on_a_page(alone: FastAPI) -> None:
    client = TestClient(alone)
    large = {"files": {"files": ("a.txt", b"a" * 1_200_000)}}
    page = client.post("/teacher/kuliah/upload", **large)
    assert page.status_code == 413
    assert "Berkasnya terlalu besar (paling banyak 1 MB sekali kirim)" in page.text and "<h1>" in page.text
    assert page.headers["x-content-type-options"] == "nosniff"
    told = client.post("/teacher/kuliah/upload", **large, headers={"accept": "application/json"})
    assert (told.status_code, told.json()["detail"].split(" (")[0]) == (413, "Berkasnya terlalu besar")
    client.post("/teacher/login", data={"password": PASSWORD})
    many = client.post("/teacher/kuliah/upload", files=[("files", (f"{n}.txt", b"a")) for n in range(201)])
    assert many.status_code == 400
    assert "kirim paling banyak 200 berkas sekaligus" in many.text and "<h1>" in many.text


@pytest.mark.integration
def test_upload_without_script_tells_each_file(teacher: TestClient, folder: Path) -> None:
    files = [("files", ("satu.txt", b"isi satu")), ("files", ("dua.exe", b"MZ"))]
    page = teacher.post("/teacher/kuliah/upload", files=files, data={"csrf": token(teacher)})
    assert "Berkas &#x27;satu.txt&#x27; sudah disimpan." in page.text
    assert "Berkas &#x27;dua.exe&#x27; belum dapat dibaca" in page.text
    assert (folder / "satu.txt").is_file()


@pytest.mark.integration
def test_delete_asks_keeps_and_restores(teacher: TestClient, folder: Path) -> None:
    asked = teacher.get("/teacher/kuliah/delete", params={"source": "honeypot.txt"})
    assert "Hapus dokumen ini?" in asked.text
    assert (folder / "honeypot.txt").is_file()
    page = send(teacher, "delete", source="honeypot.txt")
    assert not (folder / "honeypot.txt").exists()
    assert "Sudah tidak di folder" in page
    identity = re.search(r'name="id" value="([^"]+)"', page)
    assert identity is not None
    send(teacher, "restore", id=identity.group(1))
    assert (folder / "honeypot.txt").read_text(encoding="utf-8") == NOTE


@pytest.mark.integration
def test_delete_reaches_nothing_outside(teacher: TestClient, folder: Path) -> None:
    secret = folder.parent / "rahasia.txt"
    secret.write_text("rahasia", encoding="utf-8")
    (folder / "link").symlink_to(folder.parent)
    for source in ("../rahasia.txt", str(secret), "link/rahasia.txt", "", "gone.txt", ".", "\x00", "a\x00/b"):
        assert "sudah tidak ada di folder materi" in send(teacher, "delete", source=source), source
        assert teacher.get("/teacher/kuliah/delete", params={"source": source}).status_code == 409, source
    assert secret.is_file()


# ---- the state of the documents, and the update of the index


@pytest.mark.integration
def test_documents_are_told_apart(teacher: TestClient, own: Pipeline, folder: Path) -> None:
    (folder / "baru.txt").write_text("Belum diindeks.", encoding="utf-8")
    (folder / "gambar.png").write_bytes(b"\x89PNG")
    (folder / "honeypot.txt").write_text(NOTE + "\nTambahan.", encoding="utf-8")
    states = {file.source: file.state for file in shelf(folder, own.index, own.settings.index).files}
    assert states == {"honeypot.txt": "changed", "baru.txt": "new", "gambar.png": "skipped"}
    page = teacher.get("/teacher/kuliah").text
    assert "Keamanan &lt;Jaringan&gt;" in page and "<Jaringan>" not in page
    assert "2 perubahan di folder materi belum masuk indeks." in page
    assert "Jenis berkas &#x27;.png&#x27; belum dapat dibaca." in page


@pytest.mark.unit
def test_a_name_that_is_no_text_is_shown(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"gambar\xff.png")).write_bytes(b"\x89PNG")
    except (OSError, UnicodeError):
        pytest.skip("the file system has no such names")
    (file,) = shelf(tmp_path, None, tmp_path / "index").files
    assert (file.source, file.state, file.size, file.changed) == ("gambar\ufffd.png", "skipped", None, None)


@pytest.mark.integration
def test_from_upload_to_answer(teacher: TestClient, folder: Path) -> None:
    text = "Firewall adalah penyaring lalu lintas jaringan yang menahan paket mencurigakan."
    upload(teacher, "firewall.pdf", pdf([text, "", ""]))
    upload(teacher, "pindaian.pdf", pdf(["", ""]))
    upload(teacher, "rusak.pdf", b"%PDF-1.7 rusak")
    upload(teacher, "<b>.md" if os.name != "nt" else "b.md", b"# Catatan <script>alert(1)</script>\n\nIsi catatan.\n")
    send(teacher, "build")
    job = wait_for_index(teacher)
    assert job["error"] == ""
    page = teacher.get("/teacher/kuliah").text
    assert "Indeks sudah diperbarui: 2 baru, 2 gagal." in page
    assert "PDF · 3 halaman · 1 bagian" in page
    assert "Halaman 2, 3 dari &#x27;firewall.pdf&#x27; tidak memiliki teks" in page
    assert "pindaian.pdf&#x27; tidak memiliki lapisan teks" in page
    assert "rusak.pdf&#x27; rusak atau bukan PDF" in page
    assert "<script>alert" not in page
    tried = send(teacher, "try", question="Apa itu firewall?")
    assert "menahan paket mencurigakan" in tried
    assert "Di atas ambang" in tried


@pytest.mark.integration
def test_update_of_nothing_tells_why_and_keeps_the_old_index(teacher: TestClient, folder: Path) -> None:
    send(teacher, "delete", source="honeypot.txt")
    send(teacher, "build")
    assert "Tidak ada berkas yang dapat dipakai" in str(wait_for_index(teacher)["error"])
    assert "sistem umpan" in send(teacher, "try", question=QUESTION)


@pytest.mark.integration
def test_a_file_that_fails_again_is_no_news(teacher: TestClient, folder: Path) -> None:
    for _ in range(2):
        upload(teacher, "rusak.pdf", b"%PDF-1.7 rusak", clash="replace")
        send(teacher, "build")
        wait_for_index(teacher)
    page = teacher.get("/teacher/kuliah").text
    assert "Gagal dibaca" in page
    assert "Indeks sesuai dengan folder materi" in page


@pytest.mark.integration
def test_one_update_at_a_time(teacher: TestClient, folder: Path) -> None:
    for number in range(60):
        (folder / f"{number}.txt").write_text(f"{NOTE} Nomor {number}.", encoding="utf-8")
    send(teacher, "build", rebuild="yes")
    second = send(teacher, "build")
    assert "sedang diperbarui; tunggu" in second
    assert wait_for_index(teacher)["error"] == ""


@pytest.mark.integration
def test_new_version_is_served_and_a_broken_one_is_not(
    own: Pipeline, folder: Path, embeddings: SentenceEmbeddings
) -> None:
    courses = Courses([own])
    assert courses.pipeline("kuliah") is own
    (folder / "baru.txt").write_text("Botnet adalah jaringan komputer yang dikendalikan penyerang.", encoding="utf-8")
    (report,) = build(folder, own.settings.index, embeddings)
    renewed = courses.pipeline("kuliah")
    assert renewed.index.version == report.version != own.index.version
    assert courses.pipeline("kuliah") is renewed
    home = own.settings.index / "kuliah"
    (home / "current").write_text("0123456789abcdef", encoding="utf-8")
    assert courses.pipeline("kuliah") is renewed
    shutil.rmtree(home)
    assert courses.pipeline("kuliah") is renewed
    with pytest.raises(KeyError):
        courses.pipeline("lain")


@pytest.mark.integration
def test_course_folder_that_is_gone_is_a_sentence(teacher: TestClient, folder: Path) -> None:
    folder.rename(folder.parent / "pindah")
    page = teacher.get("/teacher/kuliah")
    assert page.status_code == 409
    assert "kembalikan folder itu" in page.text


@pytest.mark.integration
def test_unknown_course_or_page(teacher: TestClient) -> None:
    for path in ("/lain", "/lain/try", "/kuliah/nothing", "/a/b/c"):
        assert teacher.get(f"/teacher{path}").status_code == 404, path


# ---- questions without an answer


@pytest.mark.integration
def test_what_found_no_answer_reaches_the_teacher(teacher: TestClient, own: Pipeline) -> None:
    outside, inside = "Bagaimana cara memasak rendang daging sapi?", QUESTION
    assert teacher.post("/api/ask", json={"question": outside}).json()["abstained"]
    good = teacher.post("/api/ask", json={"question": inside}).json()
    assert not good["abstained"]
    teacher.post("/api/feedback", json={"id": good["id"], "vote": -1})
    send(teacher, "try", question="Siapa presiden pertama Indonesia?")
    page = teacher.get("/teacher/kuliah/questions").text
    assert outside in page and inside in page
    assert "presiden" not in page
    download = teacher.get("/teacher/kuliah/questions.jsonl?weeks=1")
    assert download.headers["content-disposition"] == 'attachment; filename="kuliah-belum-terjawab.jsonl"'
    assert {json.loads(line)["question"] for line in download.text.splitlines()} == {outside, inside}


# ---- try it, put it on a page


@pytest.mark.integration
def test_try_it_shows_how_an_answer_came_to_be(teacher: TestClient, own: Pipeline) -> None:
    page = send(teacher, "try", question=QUESTION)
    assert "Kutipan langsung dari materi" in page
    assert "sumber [1]" in page
    away = send(teacher, "try", question="Bagaimana cara memasak rendang daging sapi?")
    assert "Di bawah ambang, jadi obrolan berkata" in away
    assert "sumber [1]" not in away
    assert 'role="alert"' in send(teacher, "try", question="?")
    assert "<img" not in send(teacher, "try", question="<img src=x onerror=alert(1)>")


@pytest.mark.integration
def test_lines_to_copy_name_the_course_and_this_address(teacher: TestClient) -> None:
    page = teacher.get("/teacher/kuliah/embed").text
    assert '&lt;script async src="http://testserver/widget.js" data-course="kuliah"&gt;' in page
    assert (
        '&lt;iframe src="http://testserver/embed/kuliah" title="Tanya Materi: Keamanan &amp;lt;Jaringan&amp;gt;"'
        in page
    )


@pytest.mark.unit
def test_numbers_and_days_are_written_in_indonesian() -> None:
    assert [size(n) for n in (0, 999, 8_400, 1_000_000, 12_345_678)] == [
        "0 byte",
        "999 byte",
        "8 kB",
        "1 MB",
        "12,3 MB",
    ]
    assert day("2026-08-17") == "17 Agustus 2026"


@pytest.mark.unit
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows sets the time zone elsewhere")
def test_days_are_those_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        with monkeypatch.context() as zone:
            zone.setenv("TZ", "WIB-7")
            time.tzset()
            assert day(datetime(2026, 8, 16, 20, tzinfo=UTC)) == "17 Agustus 2026"
    finally:
        time.tzset()
