"""A served chat and a real browser for the tests that need them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from playwright.sync_api import Browser, Page, sync_playwright

from qa.pipeline import Pipeline
from qa.settings import Settings
from qa.web.app import create_app
from qa.web.courses import Courses

CHROMIUM = Path(os.environ.get("TANYA_CHROMIUM", "/usr/bin/chromium"))
_START_SECONDS = 30


WRITING = threading.Event()  # set while `SlowModel` writes


class SlowModel(BaseChatModel):
    """Writes a word every tenth of a second, for half a minute: time enough to press Hentikan."""

    @property
    def _llm_type(self) -> str:
        return "slow"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage("Diplomasi."))])

    def _stream(self, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        WRITING.set()
        try:
            for _word in range(300):
                time.sleep(0.1)
                yield ChatGenerationChunk(message=AIMessageChunk(content="diplomasi "))
        finally:
            WRITING.clear()


@contextmanager
def served(courses: Courses | Pipeline, settings: Settings | None = None) -> Iterator[str]:
    """Serve the chat on a free port in a thread; yields its address, without a slash at the end.

    Without `settings` those of the pipeline are used.
    """
    first = courses.all()[0] if isinstance(courses, Courses) else courses
    app = create_app(courses, settings or first.settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("The chat did not start.")
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium without a window."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"] if root else [], headless=True
        )
        yield browser
        browser.close()


@contextmanager
def watched(browser: Browser, expected: str = "data:", **options: object) -> Iterator[Page]:
    """Open a page of 1280 × 800; errors on it and requests to other hosts fail at the end, but those `expected`."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "color_scheme": "light", **options})  # type: ignore[arg-type]
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("request", lambda r: wrong.append(r.url) if "//127.0.0.1:" not in r.url[:20] else None)
    yield page
    context.close()
    # Gradio complains about the connection that a reload or a closed page cuts.
    usual = ("data:", "blob:", "AbortError: signal is aborted", "Unexpected error Connection errored out")
    seen = [what for what in wrong if not what.startswith((*usual, expected))]
    assert seen == [], seen


def assert_accessible(page: Page, state: str) -> None:
    """Fail on a violation of any impact that axe finds."""
    found = Axe().run(page).response["violations"]
    wrong = [(v["id"], v["impact"], [n["html"][:200] for n in v["nodes"]]) for v in found]
    assert wrong == [], f"{state}: {wrong}"


def open_chat(page: Page, address: str) -> None:
    page.goto(address + "/")
    page.wait_for_selector("html[data-ready]")


def ask(page: Page, question: str) -> None:
    page.fill("#tm-question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(".tm-turn")


def wait_for_answer(page: Page, turns: int = 1) -> None:
    """Wait until the newest of `turns` turns is over."""
    over = ":is([data-state=done], [data-state=stopped], [data-state=error])"
    page.wait_for_selector(f".tm-turn:nth-child({turns}):last-child{over}", timeout=60_000)
