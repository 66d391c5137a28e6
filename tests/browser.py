"""A served chat and a real browser for the tests that need them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from qa.pipeline import Pipeline
from qa.web.app import create_app

CHROMIUM = Path(os.environ.get("TANYA_CHROMIUM", "/usr/bin/chromium"))
_START_SECONDS = 30


@contextmanager
def served(pipeline: Pipeline) -> Iterator[str]:
    """Serve the chat on a free port in a thread; yields its address, without a slash at the end."""
    app = create_app(pipeline, pipeline.settings)
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
