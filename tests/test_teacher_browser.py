"""The teacher's pages as a teacher meets them: a real browser, a real course, by keyboard, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from reportlab.pdfgen.canvas import Canvas

from qa.feedback import FeedbackStore
from qa.pipeline import Pipeline
from qa.types import Answer
from tests.browser import CHROMIUM, served, watched
from tests.conftest import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}; set TANYA_CHROMIUM"),
]

WRONG_PASSWORD = "Failed to load resource: the server responded with a status of 401"
OUTSIDE = "Bagaimana cara memasak rendang daging sapi?"
BUILD_MILLISECONDS = 90_000


@pytest.fixture
def address(own: Pipeline) -> Iterator[str]:
    with served(own) as url:
        yield f"{url}/teacher"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser, expected=WRONG_PASSWORD, reduced_motion="reduce") as opened:
        yield opened


@pytest.fixture
def firewall(tmp_path: Path) -> Path:
    """A PDF with a page of text and one without."""
    path = tmp_path / "firewall kampus.pdf"
    canvas = Canvas(str(path))
    canvas.drawString(72, 760, "Firewall adalah penyaring lalu lintas jaringan yang menahan paket mencurigakan.")
    canvas.showPage()
    canvas.rect(72, 500, 200, 100, fill=1)
    canvas.showPage()
    canvas.save()
    return path


def login(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#sandi")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dokumen")


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}.")


def assert_good(page: Page, state: str) -> None:
    """Nothing that axe finds, and nothing wider than the screen; both in light and in dark, and on a phone."""
    for width, scheme in ((1280, "light"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        found = Axe().run(page).response["violations"]
        bad = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found]
        assert bad == [], (state, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (state, width)


def test_the_whole_path_by_keyboard(page: Page, address: str, firewall: Path) -> None:
    page.goto(address)
    page.keyboard.type("salah")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("belum cocok")
    assert_good(page, "wrong password")
    login(page, address)

    tab_to(page, "#berkas")
    broken = firewall.with_name("rusak.pdf")
    broken.write_bytes(b"%PDF-1.7 rusak")
    page.set_input_files("#berkas", [firewall, broken])  # the file picker is the browser's own
    tab_to(page, "#unggah button")
    page.keyboard.press("Enter")
    expect(page.locator("[data-state=new]")).to_have_count(2)
    assert_good(page, "waiting files")

    running = '{"running": true, "stage": "membaca berkas", "done": 1, "total": 3, "seconds_left": 9, "error": ""}'
    page.route("**/progress", lambda route: route.fulfill(body=running, content_type="application/json"))
    tab_to(page, ".tm-update button")
    page.keyboard.press("Enter")
    expect(page.locator("[data-left]")).to_contain_text("1 dari 3")
    assert_good(page, "update")
    page.unroute("**/progress")
    expect(page.get_by_text("Indeks sudah diperbarui: 1 baru, 1 gagal.")).to_be_visible(timeout=BUILD_MILLISECONDS)
    expect(page.locator("[data-state=failed]")).to_contain_text("rusak atau bukan PDF")
    expect(page.locator("[data-state=indexed-partly]")).to_contain_text("Halaman 2")
    assert_good(page, "documents")

    tab_to(page, "nav a[href$='/try']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Uji coba")
    tab_to(page, "#tanya")
    page.keyboard.type("apa itu firewall")
    page.keyboard.press("Enter")
    expect(page.locator(".tm-answer")).to_contain_text("menahan paket mencurigakan")
    expect(page.locator(".tm-used")).to_contain_text("firewall kampus")
    tab_to(page, "tbody summary")
    page.keyboard.press("Enter")
    expect(page.locator("tbody details[open] p")).to_be_visible()
    assert_good(page, "answer")

    page.goto(f"{address}/kuliah")
    tab_to(page, ".tm-remove[href*='firewall']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hapus dokumen ini?")
    assert_good(page, "delete")
    tab_to(page, ".tm-danger")
    page.keyboard.press("Enter")
    expect(page.locator("[data-state=gone]")).to_contain_text("firewall kampus")
    expect(page.locator(".tm-trash")).to_be_visible()
    tab_to(page, ".tm-trash summary")
    page.keyboard.press("Enter")
    assert_good(page, "trash")
    tab_to(page, "[action$='/logout'] button")
    page.keyboard.press("Enter")
    expect(page.locator("#sandi")).to_be_visible()


def test_dropped_files_are_sent_and_unfit_ones_are_named(page: Page, address: str) -> None:
    login(page, address)
    # The script that takes dropped files runs when the page has been read, which can be after its heading is seen.
    expect(page.locator("#unggah .tm-drag")).to_be_visible()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["Botnet adalah jaringan komputer."], "botnet.txt"));
            data.items.add(new File(["MZ"], "virus.exe"));
            data.items.add(new File([], "kosong.txt"));
            document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: data }));
        }"""
    )
    expect(page.locator("#kiriman [data-state=done]")).to_have_text("botnet.txt tersimpan.")
    expect(page.locator("#kiriman [data-state=error]")).to_have_count(2)
    expect(page.locator("#kiriman-status")).to_contain_text("1 dari 3 berkas tersimpan.")
    assert_good(page, "refused files")
    page.get_by_role("link", name="Muat ulang daftar dokumen").click()
    expect(page.locator("[data-state=new]")).to_contain_text("botnet.txt")


def test_questions_and_lines_to_copy(browser: Browser, page: Page, own: Pipeline, address: str) -> None:
    store = FeedbackStore(own.settings.data_dir / "feedback.sqlite")
    store.unanswered(Answer(OUTSIDE, OUTSIDE, "Materi tidak membahasnya.", "abstained", id="a"), "kuliah")
    login(page, address)
    page.get_by_role("link", name="Pertanyaan", exact=True).click()
    expect(page.locator(".tm-gap h2")).to_have_text(OUTSIDE)
    page.locator(".tm-gap summary").click()
    assert_good(page, "questions")
    page.get_by_role("button", name="Uji lagi").click()
    expect(page.locator("[data-kind=abstained]")).to_be_visible()
    assert_good(page, "abstention")
    page.get_by_role("link", name="Pasang di kelas").click()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy=baris-skrip]").click()
    origin = address.removesuffix("/teacher")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f'<script async src="{origin}/widget.js" data-course="kuliah"></script>'
    assert_good(page, "embed")


def test_everything_works_without_scripts(browser: Browser, address: str, firewall: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    login(page, address)
    page.set_input_files("#berkas", firewall)
    page.get_by_role("button", name="Kirim berkas").click()
    expect(page.get_by_text("sudah disimpan")).to_be_visible()
    page.get_by_role("button", name="Perbarui indeks").click()
    # The page refreshes itself while the update runs.
    expect(page.get_by_text("Indeks sudah diperbarui: 1 baru.")).to_be_visible(timeout=BUILD_MILLISECONDS)
    page.get_by_role("link", name="Uji coba").click()
    page.fill("#tanya", "apa itu firewall")
    page.get_by_role("button", name="Coba").click()
    expect(page.locator(".tm-answer")).to_contain_text("menahan paket mencurigakan")
    context.close()


def test_nobody_may_frame_it(page: Page, address: str, tmp_path: Path) -> None:
    response = page.goto(address)
    assert response is not None
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert response.headers["cache-control"] == "no-store"
    assert "unsafe" not in response.headers["content-security-policy"]
