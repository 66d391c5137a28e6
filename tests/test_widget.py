"""The widget and the frame on a course page of another origin, with a strict policy and a hostile style of its own."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from index.build import build, load
from index.embeddings import SentenceEmbeddings
from qa.pipeline import Pipeline
from qa.web.app import create_app
from qa.web.courses import Courses
from qa.web.page import asset
from tests.browser import CHROMIUM, SlowModel, assert_accessible, served, watched

browser_test = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}; set TANYA_CHROMIUM"),
]
COURSE = "diplomasi-siber"
OTHER = "keamanan-data"
QUESTION = "Apa itu diplomasi siber?"
MOST_BYTES = 10_000
PHONE = {"width": 360, "height": 740}
HOSTILE = "* { all: revert; font-size: 40px !important; color: red !important; display: inline !important; }"


@pytest.fixture(scope="module")
def two_courses(
    quoting: Pipeline, course_index: Path, embeddings: SentenceEmbeddings, tmp_path_factory: pytest.TempPathFactory
) -> Courses:
    """The shipped course and a small one in one index, over the same models."""
    folder = tmp_path_factory.mktemp("two")
    small = folder / OTHER
    small.mkdir()
    (small / "course.toml").write_text(
        'title = "Keamanan Data & <Privasi>"\nquestions = ["Apa itu enkripsi?"]\n', encoding="utf-8"
    )
    text = "# Enkripsi\n\nEnkripsi adalah proses mengubah data menjadi bentuk yang tidak dapat dibaca tanpa kunci.\n"
    (small / "enkripsi.md").write_text(text, encoding="utf-8")
    index = folder / "index"
    shutil.copytree(course_index, index)
    build(small, index, embeddings)
    settings = quoting.settings.model_copy(update={"index": index, "data_dir": folder / "var"})
    return Courses(Pipeline(load(index, embeddings, n), quoting.reader, None, settings) for n in (COURSE, OTHER))


class Host:
    """A site of its own: its pages, its policy, its style."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.chat = ""
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = host.pages.get(self.path, "").encode()
                kind = "text/css" if self.path.endswith(".css") else "text/html; charset=utf-8"
                self.send_response(200 if self.path in host.pages else 404)
                self.send_header("content-type", kind)
                self.send_header("content-security-policy", host.policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    @property
    def policy(self) -> str:
        return (
            "default-src 'none'; img-src data:; style-src 'self'; "
            f"script-src 'self' {self.chat}; frame-src {self.chat}; "
            "require-trusted-types-for 'script'"
        )

    def page(self, name: str, body: str, style: str = "body { font-family: serif; margin: 2rem; }") -> str:
        """Put a page on the site and return its address."""
        self.pages[f"/{name}.css"] = style
        self.pages[f"/{name}"] = (
            '<!doctype html><html lang="id"><head><meta charset="utf-8" /><title>Kelas</title>'
            '<link rel="icon" href="data:," /><meta name="viewport" content="width=device-width, initial-scale=1" />'
            f'<link rel="stylesheet" href="/{name}.css" /></head><body><main><h1>Kelas</h1><p>Minggu pertama.</p>'
            f"{body.replace('HOST', self.chat)}</main></body></html>"
        )
        return f"{self.origin}/{name}"


@contextmanager
def site() -> Iterator[Host]:
    host = Host()
    threading.Thread(target=host.server.serve_forever, daemon=True).start()
    yield host
    host.server.shutdown()


@pytest.fixture(scope="module")
def host(two_courses: Courses) -> Iterator[Host]:
    """A site that may embed the chat, which is served beside it."""
    with site() as allowed:
        settings = two_courses.all()[0].settings.model_copy(update={"allowed_origins": (allowed.origin,)})
        with served(two_courses, settings) as address:
            allowed.chat = address
            yield allowed


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser) as opened:
        yield opened


LAUNCHER = f'<script async src="HOST/widget.js" data-course="{COURSE}"></script>'
INLINE = f'<script src="HOST/widget.js" data-course="{COURSE}" data-mode="inline" data-title="Asisten"></script>'


def launcher(page: Page, name: str = "Tanya Materi") -> Any:
    return page.get_by_role("button", name=name, exact=True)


def ask(chat: FrameLocator, question: str, turns: int = 1) -> None:
    chat.locator("#tm-question textarea").fill(question)
    chat.locator("#tm-question textarea").press("Enter")
    over = ":is([data-state=done], [data-state=stopped], [data-state=error])"
    chat.locator(f".tm-turn:nth-child({turns}):last-child{over}").wait_for(timeout=60_000)


# ---- the script itself


@pytest.mark.unit
def test_widget_is_small_and_names_no_other_host() -> None:
    script = asset("widget.js") or b""
    assert 0 < len(gzip.compress(script)) <= MOST_BYTES
    text = script.decode()
    assert "innerHTML" not in text
    assert "*'" not in text.replace(" ", "") and '"*"' not in text
    assert [
        word for word in text.split() if "://" in word and "HOST" not in word and "w3.org/2000/svg" not in word
    ] == []


# ---- several courses


@pytest.mark.integration
def test_every_course_has_its_pages_and_answers(two_courses: Courses) -> None:
    from fastapi.testclient import TestClient

    settings = two_courses.all()[0].settings
    with TestClient(create_app(two_courses, settings)) as client:
        picker = client.get("/")
        assert f'href="./c/{OTHER}"' in picker.text
        assert "Keamanan Data &amp; &lt;Privasi&gt;" in picker.text
        unknown = client.get("/c/tidak-ada")
        assert (unknown.status_code, client.get("/embed/tidak-ada").status_code) == (404, 404)
        assert f'href="../c/{OTHER}"' in unknown.text
        page = client.get(f"/c/{OTHER}").text
        assert "Keamanan Data &amp; &lt;Privasi&gt; · Tanya Materi" in page
        assert "Apa itu enkripsi?" in page
        assert "@" not in [found for found in page.split('"') if found.startswith("@course")]
        question = {"question": "Apa itu enkripsi?"}
        asked = client.post("/api/ask", json={**question, "course": OTHER}).json()
        assert asked["citations"][0]["source"] == "enkripsi.md"
        unnamed = client.post("/api/ask", json=question)
        assert unnamed.status_code == 422
        assert OTHER in unnamed.json()["detail"]
        assert client.post("/api/ask", json={**question, "course": "tidak-ada"}).status_code == 404
        passage = asked["citations"][0]["passage_id"]
        assert client.get(f"/passages/{passage}?course={OTHER}").status_code == 200
        assert client.get(f"/passages/{passage}?course={COURSE}").status_code == 404
        assert client.get(f"/documents/enkripsi.md?course={OTHER}").status_code == 200
        assert client.get("/documents/enkripsi.md").status_code == 404
        rows = client.get("/readyz").json()["courses"]
        assert [row["course"] for row in rows] == [COURSE, OTHER]


@pytest.mark.integration
def test_chat_completions_over_the_courses(two_courses: Courses) -> None:
    from fastapi.testclient import TestClient

    settings = two_courses.all()[0].settings
    with TestClient(create_app(two_courses, settings)) as client:
        assert [m["id"] for m in client.get("/v1/models").json()["data"]] == [COURSE, OTHER]
        said = [
            {"role": "system", "content": "Jawab singkat."},
            {"role": "user", "content": QUESTION},
            {"role": "assistant", "content": "…"},
            {"role": "user", "content": [{"type": "text", "text": "Apa saja manfaatnya?"}]},
        ]
        whole = client.post("/v1/chat/completions", json={"model": COURSE, "messages": said, "temperature": 0}).json()
        content = whole["choices"][0]["message"]["content"]
        assert whole["object"] == "chat.completion"
        assert whole["choices"][0]["finish_reason"] == "stop"
        assert whole["sources"][0]["quote"]
        assert whole["usage"]["total_tokens"] == whole["usage"]["prompt_tokens"] + whole["usage"]["completion_tokens"]
        body = {"model": COURSE, "messages": said, "stream": True, "stream_options": {"include_usage": True}}
        streamed = client.post("/v1/chat/completions", json=body)
        assert streamed.headers["content-type"].startswith("text/event-stream")
        events = [event for event in streamed.text.split("\n\n") if event and not event.startswith(":")]
        lines = [event.removeprefix("data: ") for event in events]
        assert lines[-1] == "[DONE]"
        chunks = [json.loads(line) for line in lines[:-1]]
        parts = [chunk["choices"][0] for chunk in chunks if chunk["choices"]]
        assert "".join(part["delta"].get("content", "") for part in parts) == content
        assert parts[-1]["finish_reason"] == "stop"
        assert chunks[-1]["usage"] == whole["usage"]
        assert [chunk["sources"] for chunk in chunks if "sources" in chunk] == [whole["sources"]]
        for wrong, status in (
            ({"model": "tidak-ada", "messages": said}, 404),
            ({"model": COURSE, "messages": []}, 400),
            ({"model": COURSE}, 400),
            ({"model": COURSE, "messages": said[:3]}, 400),
            ({"model": COURSE, "messages": [{"role": "user", "content": " "}]}, 400),
        ):
            refused = client.post("/v1/chat/completions", json=wrong)
            assert refused.status_code == status
            assert refused.json()["error"]["message"].endswith(".")


@pytest.mark.integration
def test_new_version_is_used_and_the_old_one_finishes(
    quoting: Pipeline, embeddings: SentenceEmbeddings, tmp_path: Path
) -> None:
    course = tmp_path / "Jaringan"
    course.mkdir()
    (course / "a.md").write_text("# Ruter\n\nRuter adalah perangkat yang meneruskan paket.\n", encoding="utf-8")
    index = tmp_path / "index"
    build(course, index, embeddings)
    settings = quoting.settings.model_copy(update={"index": index})
    courses = Courses([Pipeline(load(index, embeddings), quoting.reader, None, settings)], grows=True)
    before = courses.pipeline("jaringan")
    (course / "b.md").write_text("# Sakelar\n\nSakelar adalah perangkat penghubung komputer.\n", encoding="utf-8")
    build(course, index, embeddings)
    after = courses.pipeline("jaringan")
    assert (set(before.index.documents), set(after.index.documents)) == ({"a.md"}, {"a.md", "b.md"})
    assert after.reader is before.reader
    (index / "jaringan" / "current").write_text("rusak", encoding="utf-8")
    assert courses.pipeline("jaringan") is after
    other = tmp_path / "Basis Data"
    other.mkdir()
    (other / "c.md").write_text("# Tabel\n\nTabel adalah kumpulan baris data.\n", encoding="utf-8")
    build(other, index, embeddings)
    assert courses.names() == ["jaringan", "basis-data"]
    assert set(courses.pipeline("basis-data").index.documents) == {"c.md"}
    with pytest.raises(KeyError):
        courses.pipeline("tidak-ada")


# ---- in the browser


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
class TestLauncher:
    pytestmark = browser_test

    def test_ask_open_source_close_ask_again(
        self, browser: Browser, host: Host, size: dict[str, int], scheme: str
    ) -> None:
        with watched(browser, viewport=size, color_scheme=scheme) as page:
            page.goto(host.page("launcher", LAUNCHER))
            button = launcher(page)
            assert button.get_attribute("aria-expanded") == "false"
            button.click()
            chat = page.frame_locator("iframe")
            chat.locator("html[data-ready]").wait_for(timeout=60_000)
            expect(chat.locator("#tm-question textarea")).to_be_focused()
            ask(chat, QUESTION)
            chat.locator("a.tm-cite").first.click()
            expect(chat.locator(".tm-source mark").first).to_be_visible()
            panel = page.locator("dialog").bounding_box()
            assert panel is not None
            if size == PHONE:
                assert (panel["x"], panel["y"], panel["width"], panel["height"]) == (0, 0, 360, 740)
            page.keyboard.press("Escape")
            expect(page.locator("dialog")).to_be_hidden()
            expect(button).to_be_focused()
            assert button.get_attribute("aria-expanded") == "false"
            page.keyboard.press("Enter")
            expect(page.locator("dialog")).to_be_visible()
            ask(chat, "Apa saja manfaatnya?", turns=2)
            assert chat.locator("html").evaluate("e => e.scrollWidth <= innerWidth")
            page.get_by_role("button", name="Tutup obrolan").click()
            expect(button).to_be_focused()

    def test_inline_ask_open_source_ask_again(
        self, browser: Browser, host: Host, size: dict[str, int], scheme: str
    ) -> None:
        with watched(browser, viewport=size, color_scheme=scheme) as page:
            page.goto(host.page("inline", INLINE + "<p>Sesudah.</p>"))
            chat = page.frame_locator("iframe")
            chat.locator("html[data-ready]").wait_for(timeout=60_000)
            assert chat.locator("html").get_attribute("data-theme") == scheme
            assert page.evaluate("document.activeElement === document.body")
            ask(chat, QUESTION)
            chat.locator("a.tm-cite").first.click()
            expect(chat.locator(".tm-source mark").first).to_be_visible()
            ask(chat, "Apa saja manfaatnya?", turns=2)
            assert_accessible(page, "inline, answered")
            for frame in (page, chat.locator("html")):
                assert frame.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


class TestWidget:
    pytestmark = browser_test

    def test_inline_and_launcher_on_a_hostile_page(self, page: Page, host: Host) -> None:
        second = (
            f'<tanya-materi course="{OTHER}" position="left" lang="en" title="Privasi" color="gold"></tanya-materi>'
        )
        calm, hostile = host.page("calm", INLINE + second), host.page("hostile", INLINE + second, HOSTILE)
        looks = []
        for address in (calm, hostile):
            page.goto(address)
            page.frame_locator("iframe").locator("html[data-ready]").wait_for(timeout=60_000)
            looks.append(
                page.evaluate(
                    """() => [...document.querySelectorAll("tanya-materi")].flatMap((host) =>
                    [...host.shadowRoot.querySelectorAll("*")].map((element) => {
                        const style = getComputedStyle(element), box = element.getBoundingClientRect();
                        const inline = host.hasAttribute("data-inline");
                        const place = inline ? [box.height] : [box.x, box.y, box.width, box.height];
                        return [element.tagName, style.fontSize, style.color, style.display, ...place];
                    }))"""
                )
            )
        assert looks[0] == looks[1]
        assert len(looks[0]) > 10
        launcher(page, "Privasi").click()
        expect(page.get_by_role("button", name="Close the chat")).to_be_visible()
        inline, other = page.frame_locator("iframe").first, page.frame_locator("iframe").last
        other.locator("html[data-ready]").wait_for(timeout=60_000)
        assert other.locator("html").get_attribute("lang") == "en"
        ask(other, "Apa itu enkripsi?")
        ask(inline, QUESTION)
        expect(other.locator(".tm-turn")).to_have_count(1)
        expect(other.locator(".tm-title").first).to_have_text("Enkripsi")
        assert "Enkripsi" not in inline.locator(".tm-turn").inner_text()

    def test_page_does_not_move(self, page: Page, host: Host) -> None:
        page.add_init_script(
            "window.moved = 0; new PerformanceObserver((list) => list.getEntries().forEach((e) => moved += e.value))"
            ".observe({type: 'layout-shift', buffered: true})"
        )
        page.goto(host.page("still", INLINE + "<p>Sesudah.</p>" + LAUNCHER))
        page.frame_locator("iframe").locator("html[data-ready]").wait_for(timeout=60_000)
        launcher(page).click()
        page.frame_locator("iframe").last.locator("html[data-ready]").wait_for(timeout=60_000)
        assert page.evaluate("moved") == 0

    def test_script_of_the_page_opens_asks_and_removes(self, page: Page, host: Host) -> None:
        page.goto(host.page("script", LAUNCHER))
        launcher(page).wait_for()
        page.evaluate(f"TanyaMateri.ask({QUESTION!r})")
        chat = page.frame_locator("iframe")
        chat.locator(".tm-turn[data-state=done]").wait_for(timeout=60_000)
        expect(chat.locator(".tm-question")).to_contain_text(QUESTION)
        page.evaluate("TanyaMateri.close()")
        expect(page.locator("dialog")).to_be_hidden()
        page.evaluate("TanyaMateri.open()")
        expect(page.locator("dialog")).to_be_visible()
        page.evaluate("TanyaMateri.destroy()")
        expect(page.locator("tanya-materi")).to_have_count(0)

    def test_open_from_the_start_leaves_the_focus_to_the_page(self, page: Page, host: Host) -> None:
        opened = LAUNCHER.replace("<script", "<script data-open")
        page.goto(host.page("opened", "<button autofocus>Mulai</button>" + opened))
        page.frame_locator("iframe").locator("html[data-ready]").wait_for(timeout=60_000)
        expect(page.locator("dialog")).to_be_visible()
        assert launcher(page).get_attribute("aria-expanded") == "true"
        expect(page.get_by_role("button", name="Mulai")).to_be_focused()

    def test_frame_hears_only_the_page_that_holds_it(self, page: Page, host: Host) -> None:
        page.goto(host.page("deaf", LAUNCHER))
        launcher(page).click()
        chat = page.frame_locator("iframe")
        chat.locator("html[data-ready]").wait_for(timeout=60_000)
        forged = f'{{tanya: 1, type: "ask", question: "{QUESTION}"}}'
        chat.locator("html").evaluate(f"() => window.postMessage({forged}, location.origin)")
        page.evaluate('() => window.postMessage({tanya: 1, type: "close"}, location.origin)')
        page.wait_for_timeout(500)
        expect(page.locator("dialog")).to_be_visible()
        expect(chat.locator(".tm-turn")).to_have_count(0)

    def test_embedded_page_is_accessible(self, page: Page, host: Host) -> None:
        page.goto(f"{host.chat}/embed/{COURSE}")
        page.wait_for_selector("html[data-ready]")
        assert_accessible(page, "embed")
        page.fill("#tm-question textarea", QUESTION)
        page.keyboard.press("Enter")
        page.wait_for_selector(".tm-turn[data-state=done]")
        page.locator("a.tm-cite").first.click()
        assert_accessible(page, "embed, answered")
        page.goto(f"{host.chat}/")
        assert_accessible(page, "picker")
        page.goto(host.page("accessible", LAUNCHER))
        launcher(page).click()
        page.frame_locator("iframe").locator("html[data-ready]").wait_for(timeout=60_000)
        assert_accessible(page, "widget")

    def test_answer_is_streamed_and_accessible_meanwhile(self, browser: Browser, host: Host, quoting: Pipeline) -> None:
        settings = quoting.settings.model_copy(update={"allowed_origins": (host.origin,)})
        slow = Pipeline(quoting.index, quoting.reader, SlowModel(), settings)
        with site() as other, served(slow, settings.model_copy(update={"allowed_origins": (other.origin,)})) as address:
            other.chat = address
            with watched(browser) as page:
                page.goto(other.page("streamed", LAUNCHER))
                launcher(page).click()
                chat = page.frame_locator("iframe")
                chat.locator("html[data-ready]").wait_for(timeout=60_000)
                assert_accessible(page, "widget, before")
                chat.locator("#tm-question textarea").fill(QUESTION)
                chat.locator("#tm-question textarea").press("Enter")
                expect(chat.locator(".tm-turn[data-state=writing] .tm-source").first).to_be_visible(timeout=60_000)
                assert_accessible(page, "widget, during")
                page.keyboard.press("Escape")  # stops the answer; only the next one closes
                chat.locator(".tm-turn[data-state=stopped]").wait_for()
                expect(page.locator("dialog")).to_be_visible()
                page.keyboard.press("Escape")
                expect(page.locator("dialog")).to_be_hidden()
                expect(launcher(page)).to_be_focused()

    def test_whole_conversation_by_keyboard_alone(self, page: Page, host: Host) -> None:
        page.goto(host.page("keys", "<a href='#'>Silabus</a>" + LAUNCHER))
        launcher(page).wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(launcher(page)).to_be_focused()
        page.keyboard.press("Enter")
        chat = page.frame_locator("iframe")
        expect(chat.locator("#tm-question textarea")).to_be_focused(timeout=60_000)
        page.keyboard.type(QUESTION)
        page.keyboard.press("Enter")
        chat.locator(".tm-turn[data-state=done]").wait_for(timeout=60_000)
        for _ in range(30):
            page.keyboard.press("Shift+Tab")
            if chat.locator("a.tm-cite:focus").count():
                break
        page.keyboard.press("Enter")
        expect(chat.locator(".tm-source[open] mark").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(launcher(page)).to_be_focused()

    def test_page_that_is_not_allowed_gets_nothing(self, browser: Browser, host: Host) -> None:
        with site() as foreign:
            foreign.chat = host.chat
            opened = browser.new_page()
            told: list[str] = []
            opened.on("console", lambda said: told.append(said.text))
            opened.goto(foreign.page("foreign", f'<iframe src="HOST/embed/{COURSE}" title="Obrolan"></iframe>'))
            opened.wait_for_timeout(1500)
            assert any("frame-ancestors" in text for text in told)
            frame = opened.frames[-1]
            assert frame.query_selector("#tm-boot, #tm-main") is None
            opened.close()
