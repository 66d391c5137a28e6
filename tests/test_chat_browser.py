"""The chat as a student meets it: a real browser, the real pipeline, a real course."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from index.build import build, load
from index.embeddings import SentenceEmbeddings
from qa.feedback import FeedbackStore
from qa.pipeline import Pipeline
from qa.web.words import INDONESIAN
from tests.browser import (
    CHROMIUM,
    WRITING,
    SlowModel,
    ask,
    assert_accessible,
    open_chat,
    served,
    wait_for_answer,
    watched,
)  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}; set TANYA_CHROMIUM"),
]

QUESTION = "Apa itu diplomasi siber?"
OUTSIDE = "Bagaimana cara memasak rendang daging sapi?"
HOSTILE = (
    "Serangan XSS\n\nSerangan XSS adalah penyisipan kode <script>window.hacked = 1</script> ke halaman web orang "
    'lain. Contoh serangan XSS adalah tag <img src=x onerror="window.hacked = 1"> dan tautan '
    "[klik di sini](javascript:window.hacked=1) yang ditulis penyerang di kolom komentar.\n"
)


@pytest.fixture(scope="module")
def address(quoting: Pipeline) -> Iterator[str]:
    with served(quoting) as url:
        yield url


@pytest.fixture(scope="module")
def slow_address(quoting: Pipeline) -> Iterator[str]:
    with served(Pipeline(quoting.index, quoting.reader, SlowModel(), quoting.settings)) as url:
        yield url


@pytest.fixture(scope="module")
def hostile_address(
    quoting: Pipeline, embeddings: SentenceEmbeddings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A course whose only document tries to be markup."""
    folder = tmp_path_factory.mktemp("hostile")
    course = folder / "course"
    course.mkdir()
    (course / "serangan <b>xss<b>.txt").write_text(HOSTILE, encoding="utf-8")
    (course / "course.toml").write_text(
        'title = "Keamanan ${window.hacked=1} {{x}} `y` <img src=x onerror=window.hacked=1>"\n'
        'language = "id"\nquestions = ["Apa itu <i>XSS</i>?"]\n',
        encoding="utf-8",
    )
    build(course, folder / "index", embeddings)
    pipeline = Pipeline(load(folder / "index", embeddings), quoting.reader, None, quoting.settings)
    with served(pipeline) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser) as opened:
        yield opened


def test_first_page_says_what_can_be_asked(page: Page, address: str, quoting: Pipeline) -> None:
    open_chat(page, address)
    expect(page.locator("h1")).to_have_text(quoting.course.title)
    assert page.title() == f"{quoting.course.title} · Tanya Materi"
    assert page.get_attribute("html", "lang") == "id"
    suggested = [text.strip() for text in page.locator(".tm-suggestion").all_inner_texts()]
    assert suggested == list(quoting.course.questions)[:4]
    assert "Gradio" not in page.inner_text("body")
    expect(page.locator("#tm-question textarea")).to_be_focused()


def test_answer_opens_its_source_and_the_document(page: Page, address: str, quoting: Pipeline) -> None:
    open_chat(page, address)
    ask(page, QUESTION)
    wait_for_answer(page)
    turn = page.locator(".tm-turn")
    expect(turn.locator(".tm-question")).to_contain_text(QUESTION)
    expect(turn.locator(".tm-kind")).to_have_text("Kutipan langsung dari materi")
    source = turn.locator(".tm-source").first
    expect(source.locator(".tm-passage")).to_be_hidden()
    turn.locator("a.tm-cite").first.click()
    marked = source.locator("mark")
    expect(marked).to_be_visible()
    expect(source.locator("summary")).to_be_focused()
    assert any(marked.inner_text() in passage.page_content for passage in quoting.index.passages.values())
    with page.context.expect_page() as opened:
        source.get_by_text("Baca di konteksnya").click()
    reading = opened.value
    reading.wait_for_load_state()
    expect(reading.locator("mark").first).to_be_in_viewport()
    assert reading.locator("mark").first.inner_text() == marked.inner_text()
    assert_accessible(reading, "reading page")
    with reading.expect_event("close"):  # the click comes when nothing waits for the page any more
        reading.evaluate("setTimeout(() => document.getElementById('tm-back').click(), 50)")
    expect(marked).to_be_visible()
    page.goto(address + "/" + (source.locator(".tm-links a").first.get_attribute("href") or ""))
    page.get_by_role("link", name="Kembali ke obrolan").click()  # a tab that has shown more is not closed
    page.wait_for_selector("html[data-ready]")


def test_suggested_question_is_asked_with_a_click(page: Page, address: str, quoting: Pipeline) -> None:
    open_chat(page, address)
    page.locator(".tm-suggestion").nth(1).click()
    wait_for_answer(page)
    expect(page.locator(".tm-question")).to_contain_text(quoting.course.questions[1])
    expect(page.locator("#tm-suggestions")).to_be_hidden()


def test_abstention_looks_different_and_names_topics(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, OUTSIDE)
    wait_for_answer(page)
    turn = page.locator(".tm-turn")
    assert turn.get_attribute("data-kind") == "abstained"
    expect(turn.locator(".tm-kind")).to_have_text("Tidak ada di materi")
    expect(turn.locator(".tm-kind svg")).to_be_visible()
    expect(turn.locator(".tm-answer")).to_contain_text("Topik terdekat")
    assert turn.locator("a.tm-cite").count() == 0


def test_follow_up_shows_how_it_was_understood_and_new_chat_forgets(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, QUESTION)
    wait_for_answer(page)
    ask(page, "Apa saja manfaatnya?")
    wait_for_answer(page, turns=2)
    expect(page.locator(".tm-turn").last.locator(".tm-understood")).to_contain_text("manfaat diplomasi siber")
    page.click("#tm-new")
    expect(page.locator(".tm-turn")).to_have_count(0)
    expect(page.locator("#tm-suggestions")).to_be_visible()
    page.wait_for_timeout(300)
    ask(page, "Apa saja manfaatnya?")
    wait_for_answer(page)
    expect(page.locator(".tm-turn .tm-understood")).to_have_count(0)


def test_stop_is_prompt_and_the_chat_goes_on(page: Page, slow_address: str) -> None:
    open_chat(page, slow_address)
    ask(page, QUESTION)
    expect(page.locator(".tm-source").first).to_be_visible()
    page.fill("#tm-question textarea", "sementara itu")
    page.keyboard.press("Enter")
    expect(page.locator(".tm-turn")).to_have_count(1)
    began = time.monotonic()
    page.click("#tm-stop")
    page.wait_for_selector(".tm-turn[data-state=stopped]", timeout=5_000)
    assert time.monotonic() - began < 3
    expect(page.locator("#tm-send")).to_be_visible()
    expect(page.locator("#tm-question textarea")).to_have_value("sementara itu")
    expect(page.locator("#tm-question textarea")).to_be_focused()


def test_the_same_words_are_said_again(page: Page, address: str) -> None:
    open_chat(page, address)
    page.evaluate(
        """() => {
          window.heard = [];
          const spoken = document.getElementById("tm-spoken");
          new MutationObserver(() => window.heard.push(spoken.textContent)).observe(spoken, {childList: true});
        }"""
    )
    for times in (1, 2):
        page.click("#tm-new")
        page.wait_for_function(f"window.heard.filter(text => text === 'Obrolan baru dimulai.').length === {times}")


def test_vote_is_stored_and_copy_has_the_sources(page: Page, address: str, quoting: Pipeline) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_chat(page, address)
    ask(page, QUESTION)
    wait_for_answer(page)
    page.get_by_role("button", name="Jawaban ini membantu").click()
    expect(page.locator(".tm-flash")).to_have_text("Terima kasih, penilaianmu tersimpan.")
    stored = FeedbackStore(quoting.settings.data_dir / "feedback.sqlite").rows()[-1]
    assert (stored["question"], stored["vote"]) == (QUESTION, 1)
    assert stored["answer"]["citations"]
    page.get_by_role("button", name="Salin", exact=True).click()
    expect(page.locator(".tm-flash")).to_have_text("Jawaban dan sumbernya sudah disalin.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert stored["answer"]["answer"] in copied
    assert "Sumber:\n[1] " in copied


def test_retry_asks_the_same_again_in_its_place(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, QUESTION)
    wait_for_answer(page)
    first = page.locator(".tm-turn").get_attribute("id")
    page.get_by_role("button", name="Tanya ulang").click()
    expect(page.locator(f"#{first}")).to_have_count(0)
    wait_for_answer(page)
    expect(page.locator(".tm-question")).to_contain_text(QUESTION)


def test_keyboard_alone(page: Page, address: str) -> None:
    open_chat(page, address)
    page.keyboard.type("Apa itu diplomasi")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("siber?")
    assert page.locator("#tm-question textarea").input_value() == "Apa itu diplomasi\nsiber?"
    page.keyboard.press("Enter")
    wait_for_answer(page)
    expect(page.locator("#tm-question textarea")).to_be_focused()
    expect(page.locator("#tm-spoken")).to_contain_text("Kutipan langsung dari materi")
    page.locator("a.tm-cite").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tm-source mark").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".tm-source mark").first).to_be_hidden()
    page.locator("#tm-question textarea").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    expect(page.locator(".tm-turn")).to_have_count(1)


def test_markup_of_students_and_documents_is_text(page: Page, hostile_address: str) -> None:
    open_chat(page, hostile_address)
    expect(page.locator("h1")).to_contain_text("${window.hacked=1} {{x}} `y` <img src=x")
    expect(page.locator(".tm-suggestion")).to_have_text("Apa itu <i>XSS</i>?")
    question = (
        '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"> [a](javascript:x) Apa itu serangan XSS?'
    )
    ask(page, question)
    wait_for_answer(page)
    turn = page.locator(".tm-turn")
    expect(turn.locator(".tm-question p")).to_have_text(question)
    turn.locator(".tm-source summary").first.click()
    shown = turn.locator(".tm-passage").first.inner_text()
    for text in (
        "<script>window.hacked = 1</script>",
        "<img src=x onerror=",
        "[klik di sini](javascript:window.hacked=1)",
    ):
        assert text in shown
    assert page.locator(".tm-turn :is(script, img, b, i)").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    page.goto(hostile_address + "/" + (turn.locator(".tm-links a").first.get_attribute("href") or ""))
    assert "<script>window.hacked = 1</script>" in page.inner_text("article")
    assert page.evaluate("window.hacked") is None


def test_bad_question_gets_a_sentence_and_stays_whole(page: Page, address: str) -> None:
    open_chat(page, address)
    ask(page, "?!")
    wait_for_answer(page)
    expect(page.locator(".tm-turn .tm-status")).to_contain_text("masih kosong")
    expect(page.locator("#tm-question textarea")).to_have_value("?!")
    ask(page, "a" * 5000)
    wait_for_answer(page, turns=2)
    turn = page.locator(".tm-turn").last
    expect(turn.locator(".tm-status")).to_contain_text("terlalu panjang")
    expect(page.locator("#tm-question textarea")).to_have_value("a" * 5000)
    assert turn.get_attribute("data-question") == "a" * 5000
    ask(page, QUESTION)
    wait_for_answer(page, turns=3)
    expect(page.locator("#tm-question textarea")).to_have_value("")


def test_narrow_screen_needs_no_sideways_scroll(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    open_chat(page, address)
    assert_no_overflow(page)
    ask(page, QUESTION)
    wait_for_answer(page)
    page.locator("a.tm-cite").first.click()
    assert_no_overflow(page)
    ask(page, "pneumonoultramikroskopiksilikovulkanokoniosis" * 4)
    wait_for_answer(page, turns=2)
    assert_no_overflow(page)


def assert_no_overflow(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    right = "[...document.querySelectorAll('button, a, textarea')].map(e => e.getBoundingClientRect().right)"
    assert max(page.evaluate(right)) <= page.evaluate("innerWidth")


def test_dark_follows_the_system_and_the_switch(browser: Browser, address: str) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    open_chat(page, address)
    assert page.get_attribute("html", "data-theme") == "dark"
    assert_accessible(page, "dark")
    page.click("#tm-menu-open")
    page.get_by_role("button", name="Pakai tampilan terang").click()
    assert page.get_attribute("html", "data-theme") == "light"
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.get_attribute("html", "data-theme") == "light"
    page.click("#tm-menu-open")
    page.get_by_role("button", name="Pakai tampilan gelap").click()
    assert page.get_attribute("html", "data-theme") == "dark"
    ask(page, QUESTION)
    wait_for_answer(page)
    page.locator("a.tm-cite").first.click()
    assert_accessible(page, "dark, answered")
    context.close()


def test_accessible_before_during_and_after(page: Page, address: str, slow_address: str) -> None:
    open_chat(page, address)
    assert_accessible(page, "before")
    ask(page, QUESTION)
    wait_for_answer(page)
    ask(page, OUTSIDE)
    wait_for_answer(page, turns=2)
    page.locator("a.tm-cite").first.click()
    assert_accessible(page, "after")
    open_chat(page, slow_address)
    ask(page, QUESTION)
    expect(page.locator(".tm-source").first).to_be_visible()
    assert_accessible(page, "during")
    page.click("#tm-stop")


def test_two_students_have_two_conversations(browser: Browser, address: str) -> None:
    pages = [browser.new_context().new_page() for _ in range(2)]
    for page in pages:
        open_chat(page, address)
    ask(pages[0], QUESTION)
    ask(pages[1], OUTSIDE)
    for page, question in zip(pages, (QUESTION, OUTSIDE), strict=True):
        wait_for_answer(page)
        expect(page.locator(".tm-question")).to_have_count(1)
        expect(page.locator(".tm-question")).to_contain_text(question)
        page.context.close()


def test_leaving_the_page_stops_the_answer(browser: Browser, slow_address: str) -> None:
    page = browser.new_context().new_page()
    open_chat(page, slow_address)
    ask(page, QUESTION)
    assert WRITING.wait(20)
    page.context.close()
    deadline = time.monotonic() + 15
    while WRITING.is_set() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not WRITING.is_set()


def test_lost_server_is_told(browser: Browser, quoting: Pipeline, tmp_path: Path) -> None:
    page = browser.new_context().new_page()
    settings = quoting.settings.model_copy(update={"data_dir": tmp_path})
    with served(Pipeline(quoting.index, quoting.reader, SlowModel(), settings)) as url:
        open_chat(page, url)
        ask(page, QUESTION)
        page.click("#tm-stop")
        page.wait_for_selector(".tm-turn[data-state=stopped]")
        ask(page, QUESTION)
        page.wait_for_selector(".tm-turn:nth-child(2)[data-state=writing]")
    lost = page.locator("#tm-lost")
    expect(lost).to_have_text(re.compile("terputus"), timeout=20_000)
    seen = """lost => {
      const {x, y, width, height} = lost.getBoundingClientRect();
      return lost.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    }"""
    assert lost.evaluate(seen)
    expect(page.locator(".tm-busy")).to_have_count(0)
    turn = page.locator(".tm-turn").last
    turn.get_by_role("button", name="Tanya ulang").click()
    expect(lost).to_have_text(re.compile("terputus"), timeout=20_000)
    expect(page.locator(".tm-question")).to_have_count(2)
    page.context.close()


@pytest.mark.parametrize(("status", "said"), [(503, "signal-lost"), (401, "not-admitted")])
def test_conversation_that_cannot_be_opened_is_told_and_opens_later(
    browser: Browser, address: str, status: int, said: str
) -> None:
    page = browser.new_context().new_page()
    open_chat(page, address)
    for question in (QUESTION, OUTSIDE):
        page.click("#tm-new")
        ask(page, question)
        wait_for_answer(page)
    for path in ("**/gradio_api/queue/join*", "**/v1/models/*"):
        page.route(path, lambda route: route.fulfill(status=status, json={"detail": "Tidak."}))
    for _ in range(2):
        page.click("#tm-history-open")
        page.locator(".tm-past-open", has_text=QUESTION).click()
        expect(page.locator("#tm-lost")).to_have_text(INDONESIAN.said[said], timeout=20_000)
        expect(page.locator(".tm-question")).to_contain_text(OUTSIDE)  # what was there is still there
    page.unroute_all()
    page.click("#tm-history-open")
    page.locator(".tm-past-open", has_text=QUESTION).click()
    expect(page.locator(".tm-question")).to_contain_text(QUESTION)
    expect(page.locator("#tm-lost")).to_be_hidden()
    page.context.close()
