"""Take the pictures of docs/images: index the shipped course, serve the chat, ask, and look through Chromium.

Run with `make screenshots`. Chromium is the system's (/usr/bin/chromium, or what TANYA_CHROMIUM names).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
COURSE = ROOT / "corpus" / "diplomasi-siber"
IMAGES = ROOT / "docs" / "images"
CHROMIUM = os.environ.get("TANYA_CHROMIUM", "/usr/bin/chromium")
OUTSIDE = "Bagaimana cara memasak rendang daging sapi?"
_COMMAND = [sys.executable, "-c", "from qa.cli import main; main()"]
_DESKTOP = {"width": 1280, "height": 860}
_PHONE = {"width": 360, "height": 740}
_START_SECONDS = 120


@contextmanager
def served_course() -> Iterator[str]:
    """Index the course into a temporary folder and serve it on a free port; yields the address."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as probe:
        index = ["--index", str(Path(folder) / "index")]
        subprocess.run([*_COMMAND, "index", "--corpus", str(COURSE), *index], cwd=ROOT, check=True)
        port = probe.getsockname()[1]
        probe.close()
        server = subprocess.Popen([*_COMMAND, "serve", "--port", str(port), *index], cwd=ROOT)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/readyz", server)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(timeout=15)


def wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise SystemExit("The chat did not start.")


@contextmanager
def opened(browser: Browser, address: str, *, phone: bool = False, dark: bool = False) -> Iterator[Page]:
    context = browser.new_context(
        viewport=_PHONE if phone else _DESKTOP,
        device_scale_factor=2 if phone else 1,
        has_touch=phone,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    yield page
    context.close()


def ask(page: Page, question: str) -> bool:
    """Ask and wait for the end; returns whether the material had an answer."""
    page.fill("#tm-question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(".tm-turn:last-child[data-state=done]", timeout=90_000)
    return page.get_attribute(".tm-turn:last-child", "data-kind") != "abstained"


def picture(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(IMAGES.relative_to(ROOT) / f"{name}.png", flush=True)


def answered(page: Page, questions: list[str]) -> None:
    """Ask the suggested questions until one is answered, which alone stays on the page."""
    for question in questions:
        if ask(page, question):
            return
        page.click("#tm-new")
        page.wait_for_selector(".tm-turn", state="detached")
    raise SystemExit("None of the suggested questions was answered.")


def take(browser: Browser, address: str, questions: list[str]) -> None:
    with opened(browser, address) as page:
        picture(page, "chat-greeting")
        answered(page, questions)
        picture(page, "chat-desktop")
        page.locator("a.tm-cite").first.click()
        picture(page, "chat-sources")
    with opened(browser, address) as page:
        ask(page, OUTSIDE)
        picture(page, "chat-abstention")
    with opened(browser, address, dark=True) as page:
        answered(page, questions)
        page.locator("a.tm-cite").first.click()
        picture(page, "chat-dark")
    with opened(browser, address, phone=True) as page:
        answered(page, questions)
        picture(page, "chat-360")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    questions = tomllib.loads((COURSE / "course.toml").read_text(encoding="utf-8"))["questions"]
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with served_course() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if as_root else [])
        take(browser, address, questions)
        browser.close()


if __name__ == "__main__":
    main()
