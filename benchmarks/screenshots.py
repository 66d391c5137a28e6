"""Take the pictures of docs/images: index the shipped course, serve the chat, ask, and look through Chromium.

Run with `make screenshots`. Chromium is the system's (/usr/bin/chromium, or what TANYA_CHROMIUM names).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
COURSE = ROOT / "corpus" / "diplomasi-siber"
MEASURED = ROOT / "benchmarks" / "results" / "eval-baseline.json"
IMAGES = ROOT / "docs" / "images"
CHROMIUM = os.environ.get("TANYA_CHROMIUM", "/usr/bin/chromium")
OUTSIDE = "Bagaimana cara memasak rendang daging sapi?"
_COMMAND = [sys.executable, "-c", "from qa.cli import main; main()"]
_DESKTOP = {"width": 1280, "height": 860}
_PHONE = {"width": 360, "height": 740}
_START_SECONDS = 120
_CLASS = (
    '<!doctype html><html lang="id"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Kelas</title><style>:root { color-scheme: light dark } body { font: 16px/1.6 sans-serif; max-width: 40rem; "
    "margin: 2rem auto; padding: 0 1rem }</style><h1>Diplomasi Siber · Kelas A</h1><h2>Minggu 1</h2>"
    "<p>Baca pengantar, lalu jawab kuis sebelum hari Jumat.</p>"
    '<script async src="HOST/widget.js" data-course="diplomasi-siber" '
    'data-greeting="Ada yang belum jelas? Tanyakan saja."></script></html>'
)


class ClassPage(BaseHTTPRequestHandler):
    """The page of a course on another origin, with the widget on it; `chat` is the address of the chat."""

    chat = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(_CLASS.replace("HOST/", self.chat).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served_class() -> Iterator[str]:
    """Serve the page of a course on a free port; yields its origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), ClassPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def run(*arguments: str) -> None:
    """Run a `tanya` command of this checkout."""
    subprocess.run([*_COMMAND, *arguments], cwd=ROOT, check=True)


@contextmanager
def serving(index: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """Serve an index on a free port, with these variables set; yields the address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [*_COMMAND, "serve", "--port", str(port), "--index", str(index)]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings})
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz", server)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(timeout=15)


@contextmanager
def served_course(allowed: str) -> Iterator[str]:
    """Index the course into a temporary folder and serve it on a free port; yields the address.

    `allowed` is the origin that may embed it.
    """
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        run("index", "--corpus", str(COURSE), "--index", str(index))
        with serving(index, {"TANYA_ALLOWED_ORIGINS": allowed}) as address:
            yield address


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
        page.wait_for_selector(".tm-next-question", timeout=60_000)
        picture(page, "chat-desktop")
        page.locator("a.tm-cite").first.click()
        picture(page, "chat-sources")
        page.locator(".tm-reasons > summary").click()
        page.locator(".tm-reasons").scroll_into_view_if_needed()
        picture(page, "chat-why")
        page.click("#tm-menu-open")
        picture(page, "chat-menu")
        page.keyboard.press("Escape")
        page.click("#tm-history-open")
        picture(page, "chat-history")
    with opened(browser, address) as page:
        ask(page, OUTSIDE)
        page.wait_for_selector(".tm-next-question", timeout=60_000)
        picture(page, "chat-abstention")
    with opened(browser, f"{address}?lang=en") as page:
        answered(page, questions)
        picture(page, "chat-english")
    with opened(browser, address, dark=True) as page:
        answered(page, questions)
        page.locator("a.tm-cite").first.click()
        picture(page, "chat-dark")
    with opened(browser, address, phone=True) as page:
        picture(page, "chat-360-greeting")
        answered(page, questions)
        picture(page, "chat-360")
    with opened(browser, address, phone=True, dark=True) as page:
        answered(page, questions)
        page.locator(".tm-reasons > summary").click()
        page.locator(".tm-reasons").scroll_into_view_if_needed()
        picture(page, "chat-360-why")


def take_widget(browser: Browser, class_page: str, questions: list[str]) -> None:
    """Show the widget on the page of a course."""
    for name, phone, dark in (("widget", False, False), ("widget-360", True, True)):
        context = browser.new_context(
            viewport=_PHONE if phone else _DESKTOP,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(class_page)
        button = page.get_by_role("button", name="Tanya Materi", exact=True)
        button.wait_for()
        picture(page, f"{name}-launcher")
        button.click()
        chat = page.frame_locator("iframe")
        chat.locator("html[data-ready]").wait_for()
        chat.locator("#tm-question textarea").fill(questions[0])
        chat.locator("#tm-question textarea").press("Enter")
        chat.locator(".tm-turn[data-state=done]").wait_for(timeout=90_000)
        picture(page, name)
        context.close()


def take_report(browser: Browser) -> None:
    """Show the report of the committed measurement of the course, which needs no server."""
    with tempfile.TemporaryDirectory() as folder:
        page_file = Path(folder) / "report.html"
        run("eval", "report", str(MEASURED), "--output", str(page_file))
        for name, phone in (("report", False), ("report-360", True)):
            context = browser.new_context(
                viewport=_PHONE if phone else _DESKTOP, color_scheme="dark" if phone else "light"
            )
            page = context.new_page()
            page.goto(page_file.as_uri())
            picture(page, name)
            context.close()


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    questions = tomllib.loads((COURSE / "course.toml").read_text(encoding="utf-8"))["questions"]
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with served_class() as class_page, served_course(class_page) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if as_root else [])
        ClassPage.chat = address
        take(browser, address, questions)
        take_widget(browser, class_page, questions)
        take_report(browser)
        browser.close()


if __name__ == "__main__":
    main()
