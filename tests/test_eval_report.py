"""The report as a lecturer opens it: a file in a real browser, without a server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from qa.eval import report_plots
from qa.eval.plots import calibration_error, reliability_bins
from qa.eval.report import report
from qa.eval.saved import from_result, load_run
from qa.eval.verdicts import flags
from tests.browser import CHROMIUM

needs_browser = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}; set TANYA_CHROMIUM")
HOSTILE = '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'


def row(number: int, **given: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "id": f"q{number:02d}", "type": "factoid", "question": f"Pertanyaan ke-{number}?", "history": [],
        "answerable": True, "abstained": False, "answer": f"Jawaban {number} [1].", "confidence": number / 20,
        "reference": "Kunci.", "facts": [["kunci", "jawaban"]], "evidence": [{"quote": "Bukti.", "file": "a.md"}],
        "evidence_rank": 1 + number % 3, "timings": {"first_token": 0.5, "total": 1.0 + number / 10},
        "citations": [{"number": 1, "source": "a.pdf", "page": 3, "quote": "Kutipan."}],
        "metrics": {"fact_recall": 1.0, "full_correct": 1.0, "f1": 0.8, "citation_recall": 1.0},
    }  # fmt: skip
    return base | given


WRONG = {"fact_recall": 0.0, "full_correct": 0.0, "f1": 0.1, "citation_recall": 1.0}
ROWS = [
    *(row(number) for number in range(1, 11)),
    row(11, type="slang", question=HOSTILE, answer=HOSTILE, metrics=WRONG, facts=[["2004"], ["lima"]],
        stated=[True, False], forbidden=["2001"], unsupported=["Kalimat karangan."]),
    row(12, type="slang", metrics={**WRONG, "fact_recall": 0.5, "citation_recall": 0.5}),
    row(13, type="slang", abstained=True, answer="Maaf, tidak ada.", citations=[], metrics=WRONG),
    row(14, type="near", answerable=False, abstained=True, citations=[], facts=[], evidence=[], evidence_rank=None,
        metrics={"false_answer": 0.0}),
    row(15, type="near", answerable=False, facts=[], evidence=[], evidence_rank=None, metrics={"false_answer": 1.0}),
]  # fmt: skip
RESULT = {
    "kind": "answers", "system": "tanya-materi", "data": "soal.xlsx", "questions": len(ROWS),
    "metrics": {"fact_recall": 0.8, "full_correct": 0.7, "false_answer": 0.5, "over_refusal": None},
    "intervals": {"fact_recall": {"mean": 0.8, "low": 0.6, "high": 0.95, "count": 13, "undefined": 2}},
    "undefined": {"over_refusal": {"the question is unanswerable": 2}}, "rows": ROWS,
}  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("laporan") / "laporan.html"
    written.write_text(report(from_result(RESULT)), encoding="utf-8")
    return written


@pytest.fixture
def page(browser: Browser, path: Path) -> Iterator[Page]:
    """The open report; at the end, nothing was asked for and nothing complained."""
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    complaints: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(path.as_uri())
    yield opened
    assert complaints == []
    assert asked == [path.as_uri()]
    opened.close()


@pytest.mark.unit
def test_the_page_names_no_address_and_is_the_same_twice(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == report(from_result(RESULT))
    assert re.search(r"""(?:src|href)\s*=\s*["']?(?!data:)\w""", text.replace(escape(HOSTILE), "")) is None
    assert "http://" not in text and "https://" not in text


@pytest.mark.unit
def test_verdicts_of_answers() -> None:
    run = from_result(RESULT)
    assert [flags(r) for r in run.rows[9:]] == [
        ["right"], ["wrong"], ["partly", "unsupported"], ["refused", "abstained"], ["right", "abstained"], ["wrong"],
    ]  # fmt: skip


@pytest.mark.unit
def test_a_lecturers_numbers_stand_in_the_table() -> None:
    short = report(from_result(RESULT | {"rows": [row(1, id="7"), row(2, id="12")]}))
    assert 'data-label="Nomor" data-value="12"' in short
    long = report(from_result(RESULT | {"rows": [row(1, id="soal-7"), row(2, id="soal-12")]}))
    assert 'data-label="Nomor" data-value="2"' in long


@pytest.mark.unit
def test_what_cannot_be_judged_counts_neither_right_nor_wrong() -> None:
    unjudged = [row(n, type="near", reference="", facts=[], metrics={"faithfulness": 1.0}) for n in range(20, 26)]
    text = report(from_result(RESULT | {"rows": [*ROWS[:10], *unjudged]}))
    assert "<strong>100%</strong><small>rentang 95%: 100% sampai 100%; 10 soal yang dapat dinilai:" in text
    assert "Benar menurut jenis soal" not in text  # one kind is left
    assert report_plots.cards(from_result(RESULT | {"rows": unjudged * 2})).count("Keyakinan dan kenyataan") == 0


@pytest.mark.unit
def test_calibration_error_by_hand() -> None:
    bins = reliability_bins([0.1, 0.1, 0.9, 0.9], [False, False, True, False], bins=5)
    assert [(b.count, b.right) for b in bins] == [(2, 0.0), (2, 0.5)]
    assert calibration_error(bins) == pytest.approx(0.5 * 0.1 + 0.5 * 0.4)
    assert calibration_error([]) is None


@pytest.mark.unit
@pytest.mark.parametrize("kind", ["retrieval", "reader"])
def test_other_kinds_have_a_report_too(kind: str, tmp_path: Path) -> None:
    values = {"retrieval": {"mrr@10": 0.5, "ndcg@10": 0.6}, "reader": {"f1": 0.5, "exact_match": 1.0}}[kind]
    given = {"kind": kind, "metrics": values, "rows": [{"id": "a", "question": "Apa?", "metrics": values}]}
    (tmp_path / "a.json").write_text(json.dumps(given), encoding="utf-8")
    text = report(load_run(tmp_path / "a.json"))
    assert "Apa?" in text
    assert ">2<" in text if kind == "retrieval" else "0.50" in text


@needs_browser
@pytest.mark.browser
class TestBrowser:
    def shown(self, page: Page) -> list[str]:
        return [text.split("?")[0] for text in page.locator("#questions tbody tr:visible th").all_inner_texts()]

    def test_summary_says_in_words_what_happened(self, page: Page) -> None:
        expect(page.locator(".lead")).to_contain_text("13 soal yang jawabannya ada di materi: 10 dijawab benar")
        expect(page.locator(".lead")).to_contain_text("2 soal yang jawabannya tidak ada di materi, 1 disikapi")
        assert page.locator("section.card h3").count() == 4

    def test_filters_work_together(self, page: Page) -> None:
        expect(page.locator("#count")).to_have_text("15 dari 15 soal")
        page.get_by_role("button", name="salah 2", exact=True).click()
        expect(page.locator("#count")).to_have_text("2 dari 15 soal")
        page.select_option("#kind", "near")
        assert self.shown(page) == ["Pertanyaan ke-15"]
        page.get_by_role("button", name="salah 2", exact=True).click()
        page.fill("#search", "ke-14")
        assert self.shown(page) == ["Pertanyaan ke-14"]
        page.fill("#search", "tidak ada yang begini")
        expect(page.locator("#empty")).to_be_visible()

    def test_unsupported_and_abstained_are_filters(self, page: Page) -> None:
        page.get_by_role("button", name="ada yang tak didukung").click()
        assert self.shown(page) == ["Pertanyaan ke-12"]
        page.get_by_role("button", name="tidak menjawab").click()
        assert self.shown(page) == ["Pertanyaan ke-12", "Pertanyaan ke-13", "Pertanyaan ke-14"]

    def test_all_answers_open_and_close(self, page: Page) -> None:
        page.get_by_role("button", name="Buka semua jawaban").click()
        assert page.locator("#questions details[open]").count() == len(ROWS)
        page.get_by_role("button", name="Buka semua jawaban").click()
        assert page.locator("#questions details[open]").count() == 0

    def test_columns_sort_both_ways(self, page: Page) -> None:
        head = page.locator("#questions thead button", has_text="Keyakinan")
        head.click()
        assert self.shown(page)[0] == "Pertanyaan ke-1"
        head.click()
        assert self.shown(page)[0] == "Pertanyaan ke-15"
        expect(page.locator("th[aria-sort=descending]")).to_have_text("Keyakinan")

    def test_answer_citation_and_gold_open(self, page: Page) -> None:
        first = page.locator("#questions tbody tr").first
        first.locator("summary").click()
        for text in ("Jawaban 1 [1].", "Kutipan.", "a.pdf, hlm. 3", "Kunci.", "kunci / jawaban", "Bukti."):
            expect(first).to_contain_text(text)

    def test_what_is_wrong_with_an_answer_is_said(self, page: Page) -> None:
        wrong = page.locator("#questions tbody tr").nth(10)
        for text in ("2004 (disebut)", "lima (tidak disebut)", "2001", "Kalimat karangan."):
            expect(wrong).to_contain_text(text)

    def test_metrics_that_are_undefined_say_why(self, page: Page) -> None:
        expect(page.locator("main > ul.hint")).to_have_text("over_refusal: soalnya tidak ada di materi")

    def test_what_an_answer_holds_is_text(self, page: Page) -> None:
        assert page.evaluate("window.hacked") is None
        expect(page.locator("#questions")).to_contain_text("<script>window.hacked")

    @pytest.mark.parametrize("width", [1200, 360])
    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    def test_axe_finds_nothing_and_nothing_is_cut_off(self, page: Page, width: int, dark: bool) -> None:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if dark else "light")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark" if dark else "light")
        for summary in page.locator("summary").all()[:2]:
            summary.click()
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    def test_it_prints_white_with_every_question(self, page: Page) -> None:
        page.emulate_media(color_scheme="dark")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.emulate_media(color_scheme="dark", media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        expect(page.locator(".filters")).to_be_hidden()
        assert page.locator("#questions tbody tr:visible").count() == len(ROWS)
        page.set_viewport_size({"width": 720, "height": 1000})  # A4 within its margins
        assert page.evaluate("document.getElementById('questions').getBoundingClientRect().right") <= 720
        assert page.pdf(format="A4").startswith(b"%PDF")

    def test_it_reads_without_script(self, browser: Browser, path: Path) -> None:
        context = browser.new_context(java_script_enabled=False)
        still = context.new_page()
        still.goto(path.as_uri())
        expect(still.locator(".filters")).to_be_hidden()
        assert still.locator("#questions tbody tr").count() == len(ROWS)
        context.close()
