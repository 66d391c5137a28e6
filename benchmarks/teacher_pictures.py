"""Take the pictures of the teacher's pages for docs/images: a copy of the shipped course, with files that want a hand.

Run with `make screenshots`, or `python -m benchmarks.teacher_pictures`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from reportlab.pdfgen.canvas import Canvas

from benchmarks.screenshots import CHROMIUM, COURSE, IMAGES, ROOT, run, serving
from qa.feedback import FeedbackStore
from qa.types import Answer

PASSWORD = "sandi untuk gambar"
ASKED = (
    "Apa yang dimaksud dengan ransomware?", "pengertian ransomware dong", "ransomware itu apa",
    "Kapan UTS dilaksanakan?", "Siapa dosen pengampu mata kuliah ini?",
)  # fmt: skip
_VIEWS = {"": ({"width": 1280, "height": 900}, "light"), "-360": ({"width": 360, "height": 740}, "dark")}


@contextmanager
def served_teacher() -> Iterator[str]:
    """Index a copy of the course, seed questions in vain, and serve it; yields the address of the teacher's page."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(COURSE, folder / COURSE.name)
        index = folder / "index"
        _half_scanned(folder / COURSE.name / "pindaian rapat.pdf")
        (folder / COURSE.name / "unduhan rusak.pdf").write_bytes(b"%PDF-1.7")
        run("index", "--corpus", str(folder / COURSE.name), "--index", str(index))
        (folder / COURSE.name / "bacaan minggu 12.md").write_text("# Bacaan minggu 12\n\nIsi.\n", encoding="utf-8")
        store = FeedbackStore(folder / "var" / "feedback.sqlite")
        for number, question in enumerate(ASKED):
            store.unanswered(Answer(question, question, "", "abstained", id=str(number)), COURSE.name)
        settings = {
            "TANYA_CORPUS": str(folder / COURSE.name), "TANYA_DATA_DIR": str(folder / "var"),
            "TANYA_GENERATOR": "none", "TANYA_TEACHER_PASSWORD": PASSWORD,
        }  # fmt: skip
        with serving(index, settings) as address:
            yield f"{address}teacher"


def _half_scanned(path: Path) -> None:
    canvas = Canvas(str(path))
    canvas.drawString(72, 760, "Catatan rapat penyusunan kebijakan keamanan siber kampus.")
    canvas.showPage()
    canvas.rect(72, 300, 400, 400, fill=1)
    canvas.showPage()
    canvas.save()


def picture(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(IMAGES.relative_to(ROOT) / f"{name}.png", flush=True)


def take(browser: Browser, address: str) -> None:
    for suffix, (viewport, scheme) in _VIEWS.items():
        context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(address)
        page.fill("#sandi", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector(".tm-shelf")
        picture(page, f"teacher-documents{suffix}")
        page.click("text=Pertanyaan >> nth=0")
        page.wait_for_selector(".tm-gap")
        picture(page, f"teacher-questions{suffix}")
        page.click("text=Uji coba")
        page.fill("#tanya", "Siapa ketua OEWG periode 2021-2025?")
        page.keyboard.press("Enter")
        page.wait_for_selector("#langkah")
        page.evaluate("document.querySelector('.tm-answer-card').scrollIntoView()")
        picture(page, f"teacher-try{suffix}")
        page.click("text=Pasang di kelas")
        page.wait_for_selector("#skrip")
        picture(page, f"teacher-embed{suffix}")
        context.close()


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with served_teacher() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if as_root else [])
        take(browser, address)
        browser.close()


if __name__ == "__main__":
    main()
