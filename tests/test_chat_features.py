"""What the chat offers around an answer: history, export, references, reasons, next questions, keys, languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from qa.pipeline import Pipeline
from qa.prompts import QUESTION_TOO_LONG, abstention
from qa.types import Answer, AnswerKind, Citation, Question, RetrievedPassage
from qa.web import texts
from qa.web.next_questions import SHOWN, NextQuestions
from qa.web.page import asset
from qa.web.render import Turn, plain_text, turn_html
from qa.web.sources import Material
from qa.web.stored import MOST_TURNS, read_opened, turn_json
from qa.web.translation import translated
from qa.web.why import confidence_sentence, times_sentence, why_html
from qa.web.words import ENGLISH, INDONESIAN, WORDS, words_in
from tests.browser import CHROMIUM, ask, assert_accessible, open_chat, served, wait_for_answer, watched

QUESTION = "Apa itu diplomasi siber?"
OUTSIDE = "Bagaimana cara memasak rendang daging sapi?"
PASSAGE = RetrievedPassage("p1", "a.pdf", "Judul <b>", 3, "Bab > Isi", "Satu dua tiga.", 1.0, 100, 114)
OTHER = RetrievedPassage("p2", "b.md", "Lain", None, "", "Empat lima.", 0.3, 0, 11)
CITATION = Citation(1, "p1", "a.pdf", "Judul <b>", 3, "Bab > Isi", "dua", 105, 108)
TIMES = {"retrieve": 0.02, "read": 0.42, "first_token": 0.5, "total": 0.6}
ANSWER = Answer("Apa?", "Apa?", "Isinya dua [1].", "quoted", 0.9, (CITATION,), (PASSAGE, OTHER), TIMES, id="0" * 12)
TURN = Turn("0" * 12, "Apa?", ANSWER, "done")
in_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}; set TANYA_CHROMIUM"),
]


# ---- without a browser


@pytest.mark.unit
def test_both_languages_say_the_same_things() -> None:
    for words in WORDS.values():
        assert all(getattr(words, name) for name in vars(words))
    assert set(INDONESIAN.said) == set(ENGLISH.said)
    for words in WORDS.values():  # what the scripts say, too
        assert {f"kind-{kind}": said for kind, said in words.kind.items()}.items() <= words.said.items()
        assert words.said["retry"] == words.retry
    assert [key for key, _ in INDONESIAN.shortcuts] == [key for key, _ in ENGLISH.shortcuts]
    assert words_in("en") is ENGLISH
    assert words_in("xx") is INDONESIAN


@pytest.mark.unit
def test_sentences_of_the_program_are_translated_with_what_they_name() -> None:
    away = abstention(["Sejarah; awal", "Norma."])
    assert translated(away, "en").endswith("The nearest topics in it: Sejarah; awal; Norma..")
    assert translated(abstention([]), "en").startswith("Sorry, the course material")
    told = translated(QUESTION_TOO_LONG.format(length=5000, limit=4000), "en")
    assert told == "The question is too long (5000 characters, 4000 at most); shorten it and send it again."
    for sentence in (away, "Kalimat dokumen.", ""):
        assert translated(sentence, "id") == sentence
    assert translated("Kalimat dokumen.", "en") == "Kalimat dokumen."
    shown = plain_text(replace(ANSWER, answer=away, kind="abstained", citations=()), ENGLISH)
    assert shown == translated(away, "en")


@pytest.mark.unit
def test_why_names_used_and_unused_passages() -> None:
    html = why_html(ANSWER, "t", Material(threshold=0.2), INDONESIAN)
    assert "Judul &lt;b&gt; · hlm. 3 · bagian Isi" in html
    assert "paling dekat (1,00) · dipakai di [1]" in html
    assert "lebih jauh (0,30) · dibaca, tidak dipakai" in html
    assert "tinggi (90%). Di bawah 20%" in html
    away = Answer("Apa?", "Apa?", "Maaf.", "abstained", 0.1, (), (PASSAGE,), TIMES)
    assert "terlalu rendah (10%)" in why_html(away, "t", Material(threshold=0.2), INDONESIAN)
    assert "tidak memuat jawaban" in why_html(away, "t", Material(threshold=0.2), INDONESIAN)


@pytest.mark.unit
def test_why_an_answer_below_the_threshold_was_given() -> None:
    assert confidence_sentence(replace(ANSWER, confidence=0.123), 0.19, INDONESIAN) == (
        "Kepanjangan yang kamu tanyakan tertulis langsung di materi, jadi dijawab walaupun keyakinan pembacanya rendah "
        "(12%)."
    )
    assert "Below" not in confidence_sentence(replace(ANSWER, confidence=0.123), 0.19, ENGLISH)
    assert "Di bawah 19%" in confidence_sentence(replace(ANSWER, confidence=0.19), 0.190004, INDONESIAN)


@pytest.mark.unit
@pytest.mark.parametrize(("answer", "said"), [(ANSWER, "Stopped"), (replace(ANSWER, answer=""), ENGLISH.stopped_empty)])
def test_a_stopped_turn_says_so_in_the_language_of_the_page(answer: Answer, said: str) -> None:
    html = turn_html(Turn("0" * 12, "Apa?", answer, "stopped", INDONESIAN.stopped, kept=True), Material(), ENGLISH)
    assert f"</svg>{said}</p>" in html
    assert INDONESIAN.stopped not in html


@pytest.mark.unit
@pytest.mark.parametrize("kind", ["quoted", "abstained"])
def test_what_the_material_says_is_marked_as_its_language(kind: AnswerKind) -> None:
    answer = replace(ANSWER, kind=kind, citations=(CITATION,) if kind == "quoted" else ())
    html = turn_html(replace(TURN, answer=answer), Material(language="id"), ENGLISH)
    assert '<span class="tm-title" lang="id">Judul &lt;b&gt;</span>' in html
    assert '<span class="tm-place">p. 3 · section <span lang="id">Isi</span></span>' in html
    assert html.count('<blockquote class="tm-passage" lang="id">') == html.count("<blockquote")


@pytest.mark.unit
def test_the_limits_of_the_history_are_told() -> None:
    script = (asset("history.js") or b"").decode()
    most = re.search(r"const MOST = (\d+);", script)
    assert most
    assert all(most[1] in words.history_note for words in WORDS.values())
    assert f"const MOST_TURNS = {MOST_TURNS};" in script


@pytest.mark.unit
def test_english_counts_need_no_plural_and_students_no_command() -> None:
    assert ENGLISH.waiting.format(ahead=1) == "Questions before yours: 1. Please wait a moment."
    assert ENGLISH.said["turns"] == "questions: {count}"
    assert "tanya index" not in texts.DOCUMENT_MOVED
    assert translated(texts.DOCUMENT_MOVED, "en") != texts.DOCUMENT_MOVED


@pytest.mark.unit
def test_why_counts_each_step_alone_and_knows_answers_that_were_not_read() -> None:
    said = times_sentence(ANSWER, INDONESIAN)
    assert said == "Waktu: mencari 0,02 detik, membaca 0,40 detik, menyusun 0,18 detik, seluruhnya 0,60 detik."
    direct = Answer(
        "Siapa?", "Siapa?", "Dia [1].", "quoted", 1.0, (CITATION,), (PASSAGE,), {"retrieve": 0.1, "total": 0.2}
    )
    assert confidence_sentence(direct, 0.2, ENGLISH) == ENGLISH.why_not_asked
    assert times_sentence(direct, ENGLISH) == "Time: searching 0.10 s, in all 0.20 s."


@pytest.mark.unit
def test_kept_turn_comes_back_as_it_was() -> None:
    row = json.loads(turn_json(TURN, Material(title="Kuliah")))
    assert row["references"] == ["Judul <b> [PDF]. (t.t.), hlm. 3. Kuliah."]
    opened = read_opened({"language": "en", "turns": [row], "replaces": True})
    assert (opened.language, opened.replaces) == ("en", True)
    (turn,) = opened.turns
    assert (turn.answer, turn.question, turn.state, turn.kept) == (ANSWER, "Apa?", "done", True)
    html = turn_html(turn, Material(), ENGLISH)
    assert ENGLISH.kind["quoted"] in html
    assert "data-vote" not in html


@pytest.mark.unit
@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"turns": "x"},
        {"turns": [None, 1, "x", {}]},
        {"turns": [{"id": '"><script>', "question": "a", "state": "done"}]},
        {"turns": [{"id": "0" * 12, "question": "a", "state": "writing"}]},
        {"turns": [{"id": "0" * 12, "question": 5, "state": "done"}]},
        {"turns": [{"id": "0" * 12, "question": "a", "state": "done", "answer": {"question": "x"}}]},
    ],
)
def test_what_is_no_turn_is_left_out(data: Any) -> None:
    assert read_opened(data).turns == ()


@pytest.mark.unit
def test_forged_turns_are_text_and_few() -> None:
    row = json.loads(turn_json(TURN, Material()))
    row["question"] = "<img src=x onerror=alert(1)>\ud800"
    row["answer"]["answer"] = "<script>alert(1)</script> [1]"
    row["answer"]["passages"][0]["id"] = '"><b>'
    row["answer"]["kind"] = "abstained"
    opened = read_opened({"turns": [row] * (MOST_TURNS + 5)})
    assert len(opened.turns) == MOST_TURNS
    html = turn_html(opened.turns[0], Material(), INDONESIAN)
    assert "<img" not in html
    assert "<script" not in html
    assert '"><b>' not in html
    html.encode("utf-8")


@pytest.mark.integration
@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("Perbedaan diplomasi digital dan diplomasi siber", "Apa perbedaan diplomasi digital dan diplomasi siber?"),
        ("Tahap Penanganan Insiden", "Apa saja tahap penanganan insiden?"),
        ("Peran Indonesia di ASEAN", "Apa peran Indonesia di ASEAN?"),
        ("Apa itu peningkatan kapasitas?", "Apa itu peningkatan kapasitas?"),
        ("Siapa pelakunya?", ""),
        ("Manfaat bagi negara", ""),
        ("Kasus 1: Estonia, 2007", ""),
        ("Ringkasan", ""),
        ("", ""),
    ],
)
def test_heading_becomes_a_question_only_where_it_stands_alone(quoting: Pipeline, heading: str, question: str) -> None:
    assert NextQuestions(quoting).of_heading(heading) == question


@pytest.mark.integration
@pytest.mark.parametrize("question", [QUESTION, OUTSIDE, "Apa itu ransomware?"])
def test_next_questions_have_answers_and_are_new(quoting: Pipeline, question: str) -> None:
    answer = quoting.answer(Question(question))
    found = NextQuestions(quoting).after(answer, [question])
    assert 1 <= len(found) <= SHOWN
    assert len(set(found)) == len(found)
    assert question not in found
    assert [quoting.answer(Question(asked)).kind for asked in found] == ["quoted"] * len(found)
    assert found[0] not in NextQuestions(quoting).after(answer, [question, found[0]])


@pytest.mark.integration
def test_nothing_is_tried_while_students_wait(quoting: Pipeline) -> None:
    answer = quoting.answer(Question(QUESTION))
    assert NextQuestions(quoting, busy=lambda: True).after(answer, []) == []


# ---- in the browser


@pytest.fixture(scope="module")
def address(quoting: Pipeline) -> Iterator[str]:
    with served(quoting) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser) as opened:
        yield opened


def answered(page: Page, address: str, question: str = QUESTION) -> None:
    open_chat(page, address)
    ask(page, question)
    wait_for_answer(page)


def past(page: Page) -> list[str]:
    page.click("#tm-history-open")
    titles = page.locator(".tm-past-title").all_inner_texts()
    page.keyboard.press("Escape")
    return titles


def kept(page: Page) -> list[str]:
    """Return the keys of the conversations in the browser."""
    return list(page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('tanya-materi:'))"))


def questions(page: Page) -> list[list[str]]:
    """Return the questions of each conversation in the browser."""
    asked = "key => JSON.parse(localStorage.getItem(key)).turns.map(turn => turn.question)"
    return [page.evaluate(asked, key) for key in kept(page)]


class TestHistory:
    pytestmark = in_browser

    def test_conversation_comes_back_after_a_reload_and_goes_on(self, page: Page, address: str) -> None:
        answered(page, address)
        shown = page.locator(".tm-answer").inner_text()
        sources = page.locator(".tm-source .tm-title").all_inner_texts()
        page.reload()
        page.wait_for_selector("html[data-ready]")
        expect(page.locator(".tm-turn")).to_have_count(0)
        page.click("#tm-history-open")
        page.click(".tm-past-open")
        expect(page.locator(".tm-turn")).to_have_count(1)
        assert page.locator(".tm-answer").inner_text() == shown
        assert page.locator(".tm-source .tm-title").all_inner_texts() == sources
        page.locator("a.tm-cite").first.click()
        expect(page.locator(".tm-source mark").first).to_be_visible()
        ask(page, "Apa saja manfaatnya?")
        wait_for_answer(page, turns=2)
        expect(page.locator(".tm-turn").last.locator(".tm-understood")).to_contain_text("manfaat diplomasi siber")
        assert past(page) == [QUESTION]

    def test_conversations_can_be_opened_in_turn_and_deleted(self, page: Page, address: str) -> None:
        answered(page, address)
        page.click("#tm-new")
        ask(page, OUTSIDE)
        wait_for_answer(page)
        assert past(page) == [OUTSIDE, QUESTION]
        for title in (QUESTION, OUTSIDE, QUESTION):
            page.click("#tm-history-open")
            page.locator(".tm-past-open", has_text=title).click()
            expect(page.locator(".tm-turn .tm-question")).to_have_text([f"Pertanyaanmu{title}"])
        page.click("#tm-history-open")
        page.get_by_role("button", name=f"Hapus percakapan “{OUTSIDE}”").click()
        expect(page.locator(".tm-past-title")).to_have_text([QUESTION])
        page.click("#tm-delete-all")
        page.click("#tm-delete-not")
        page.click("#tm-delete-all")
        page.click("#tm-delete-now")
        expect(page.locator("#tm-history-empty")).to_be_visible()
        assert kept(page) == []

    def test_blocked_storage_keeps_it_as_long_as_the_page(self, page: Page, address: str) -> None:
        page.add_init_script(
            "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
        )
        answered(page, address)
        page.click("#tm-new")
        page.click("#tm-history-open")
        expect(page.locator("#tm-history-note")).to_contain_text("tidak mengizinkan penyimpanan")
        page.click(".tm-past-open")
        expect(page.locator(".tm-turn")).to_have_count(1)

    def test_full_storage_drops_the_oldest(self, page: Page, address: str) -> None:
        open_chat(page, address)
        page.evaluate(
            """() => {
              for (const at of [1, 2]) {
                const turns = [{id: "0".repeat(11) + at, question: `lama ${at}`, state: "done"}];
                const one = {v: 1, id: `old${at}`, course: "diplomasi-siber", title: `lama ${at}`, time: at, turns};
                localStorage.setItem(`tanya-materi:1:diplomasi-siber:old${at}`, JSON.stringify(one));
              }
              const own = Storage.prototype.setItem;
              Storage.prototype.setItem = function (key, value) {
                if (this.length > 1) throw new DOMException("full", "QuotaExceededError");
                own.call(this, key, value);
              };
            }"""
        )
        ask(page, QUESTION)
        wait_for_answer(page)
        assert past(page) == [QUESTION, "lama 2"]

    def test_damaged_entries_are_passed_over(self, page: Page, address: str) -> None:
        open_chat(page, address)
        page.evaluate(
            """() => {
              const key = "tanya-materi:1:diplomasi-siber:";
              localStorage.setItem(key + "a", "{");
              localStorage.setItem("tanya-materi:1:lain:a", "{");
              localStorage.setItem(key + "b", JSON.stringify({v: 99, id: "b", turns: []}));
              const turns = [{id: "0".repeat(12), question: "<img src=x onerror='window.hacked = 1'>", state: "done"}];
              localStorage.setItem(key + "c", JSON.stringify({v: 1, id: "c", title: "<b>c</b>", time: 1, turns}));
            }"""
        )
        page.click("#tm-history-open")
        expect(page.locator(".tm-past-title")).to_have_text(["<b>c</b>"])
        page.click(".tm-past-open")
        expect(page.locator(".tm-question p")).to_have_text("<img src=x onerror='window.hacked = 1'>")
        assert page.evaluate("window.hacked") is None
        page.click("#tm-history-open")
        page.click("#tm-delete-all")
        page.click("#tm-delete-now")
        expect(page.locator("#tm-history-empty")).to_be_visible()
        assert kept(page) == ["tanya-materi:1:lain:a"]

    def test_two_tabs_share_a_conversation_and_its_end(self, page: Page, address: str) -> None:
        answered(page, address)
        other = page.context.new_page()
        open_chat(other, address)
        other.click("#tm-history-open")
        other.click(".tm-past-open")
        expect(other.locator(".tm-turn")).to_have_count(1)
        ask(other, "Apa itu ransomware?")
        wait_for_answer(other, turns=2)
        ask(page, OUTSIDE)
        wait_for_answer(page, turns=2)
        assert questions(page) == [[QUESTION, "Apa itu ransomware?", OUTSIDE]]
        other.click("#tm-history-open")
        other.click("#tm-delete-all")
        other.click("#tm-delete-now")
        ask(page, QUESTION)
        wait_for_answer(page, turns=3)
        assert questions(page) == [[QUESTION]]

    def test_a_turn_that_was_asked_again_does_not_come_back_from_another_tab(self, page: Page, address: str) -> None:
        answered(page, address)
        first = (page.locator(".tm-turn").get_attribute("id") or "")[2:]
        before = page.evaluate("key => localStorage.getItem(key)", kept(page)[0])
        page.get_by_role("button", name="Tanya ulang").click()
        expect(page.locator(f"#t-{first}")).to_have_count(0)
        wait_for_answer(page)
        other = page.context.new_page()
        open_chat(other, address)
        other.evaluate(
            """([key, before]) => {
              const one = JSON.parse(localStorage.getItem(key));
              one.turns.unshift(...JSON.parse(before).turns);
              localStorage.setItem(key, JSON.stringify(one));
            }""",
            [kept(page)[0], before],
        )
        page.wait_for_timeout(300)
        ask(page, OUTSIDE)
        wait_for_answer(page, turns=2)
        assert questions(page) == [[QUESTION, OUTSIDE]]


class TestTakingItAlong:
    pytestmark = in_browser

    def test_markdown_holds_questions_answers_quotes_and_references(self, page: Page, address: str) -> None:
        answered(page, address)
        ask(page, "*[klik](javascript:alert(1))* <b>Apa itu atribusi?</b>")
        wait_for_answer(page, turns=2)
        page.click("#tm-menu-open")
        with page.expect_download() as download:
            page.click("#tm-export")
        assert download.value.suggested_filename.startswith("tanya-materi-diplomasi-siber-")
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert text.startswith(f"# {QUESTION}\n")
        assert f"\n## {QUESTION}\n" in text
        assert page.locator(".tm-answer p").first.inner_text().split(" [1]")[0] in text
        assert "1. Tim Tanya Materi. (2026, " in text
        assert page.locator(".tm-source mark").first.inner_text()[:40] in text.replace("\\", "")
        assert "\\*\\[klik]\\(javascript:alert(1))\\* \\<b\\>" in text
        assert "Jawaban bisa keliru" in text
        assert f"\n## {QUESTION}\n\n*Kutipan langsung dari materi*\n" in text

    def test_markdown_says_that_an_answer_was_stopped_and_names_the_local_day(
        self, browser: Browser, address: str
    ) -> None:
        row = json.loads(turn_json(replace(TURN, state="stopped"), Material()))
        one = {"v": 1, "id": "c", "course": "diplomasi-siber", "title": "c", "time": 1, "turns": [row]}
        with watched(browser, timezone_id="Asia/Jakarta") as page:
            open_chat(page, address)
            page.evaluate("text => localStorage.setItem('tanya-materi:1:diplomasi-siber:c', text)", json.dumps(one))
            page.click("#tm-history-open")
            page.click(".tm-past-open")
            expect(page.locator(".tm-turn")).to_have_count(1)
            page.click("#tm-menu-open")
            with page.expect_download() as download:
                page.click("#tm-export")
            text = Path(download.value.path()).read_text(encoding="utf-8")
            assert "*Kutipan langsung dari materi · Dihentikan sebelum selesai*" in text
            day = "import('/ui/export.js').then(made => made.day(new Date('2026-01-04T18:00:00Z')))"
            assert page.evaluate(day) == "2026-01-05"

    def test_turns_that_fell_off_the_stored_front_stay_in_front(self, page: Page, address: str) -> None:
        open_chat(page, address)
        merge = """() => import('/ui/history.js').then(({ merged }) => {
            const turns = (ids) => [...ids].map((id) => ({ id }));
            return merged(turns('abcd'), turns('bc'), turns('ce')).map((turn) => turn.id).join('');
        })"""
        assert page.evaluate(merge) == "aced"

    def test_a_tab_that_no_chat_opened_is_not_closed(self, page: Page, address: str) -> None:
        answered(page, address)
        link = page.locator(".tm-source .tm-links a").first.get_attribute("href", timeout=5000) or ""
        assert "from=chat#kutipan" in link
        page.goto(f"{address}/{link}")
        expect(page).to_have_url(re.compile(r"/passages/[^?]*\?start=\d+&end=\d+#kutipan$"))
        with page.context.expect_page() as opened:
            page.evaluate("open(location.href.replace(/#.*/, ''), '_blank', 'noopener')")
        opened.value.locator("#tm-back").click()
        opened.value.wait_for_selector("html[data-ready]")

    def test_paper_holds_the_conversation_and_nothing_else(self, page: Page, address: str) -> None:
        answered(page, address)
        quote = page.locator(".tm-source mark").first.inner_text()
        document = pypdfium2.PdfDocument(BytesIO(page.pdf()))
        printed = " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in document).split())
        for text in (QUESTION, " ".join(quote.split())[:60], "Tim Tanya Materi. (2026, "):
            assert text in printed
        for text in ("Kirim", "Tulis pertanyaanmu", "Riwayat", "Mengapa jawaban", "Buka dokumen"):
            assert text not in printed
        expect(page.locator(".tm-source").first).not_to_have_attribute("open", "")

    def test_reference_is_copied_from_its_card(self, page: Page, address: str) -> None:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        answered(page, address)
        page.locator("a.tm-cite").first.click()
        page.get_by_role("button", name="Salin rujukan 1").click()
        expect(page.locator(".tm-flash")).to_have_text("Rujukan sudah disalin.")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.locator(".tm-reference-text").first.inner_text()
        assert copied.startswith("Tim Tanya Materi. (2026, ")


class TestAroundAnAnswer:
    pytestmark = in_browser

    @pytest.mark.parametrize("question", [QUESTION, OUTSIDE])
    def test_reasons_and_caution_stand_under_answers_and_abstentions(
        self, page: Page, address: str, question: str
    ) -> None:
        answered(page, address, question)
        turn = page.locator(".tm-turn")
        kind = turn.get_attribute("data-kind") or ""
        expect(turn.locator(".tm-caution")).to_have_text(INDONESIAN.caution[kind])
        expect(turn.locator(".tm-considered")).to_be_hidden()
        turn.locator(".tm-reasons > summary").click()
        expect(turn.locator(".tm-considered li")).to_have_count(6)
        used = re.findall(r"\[(\d+)\]", " ".join(turn.locator("[data-used=true]").all_inner_texts()))
        assert sorted(used) == sorted(turn.locator(".tm-source .tm-number").all_inner_texts())
        expect(turn.locator(".tm-reasons")).to_contain_text("%")

    def test_next_question_is_asked_with_a_click(self, page: Page, address: str) -> None:
        answered(page, address)
        first = page.locator(".tm-next-question").first
        expect(first).to_be_visible(timeout=60_000)
        question = first.inner_text().strip()
        first.click()
        wait_for_answer(page, turns=2)
        turn = page.locator(".tm-turn").last
        expect(turn.locator(".tm-question")).to_contain_text(question)
        assert turn.get_attribute("data-kind") == "quoted"
        expect(page.locator(".tm-turn").first.locator(".tm-next")).to_be_hidden()


class TestWaysToUseIt:
    pytestmark = in_browser

    def test_whole_conversation_by_keyboard_alone(self, page: Page, address: str) -> None:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        open_chat(page, address)
        page.keyboard.type(QUESTION)
        page.keyboard.press("Enter")
        wait_for_answer(page)
        page.keyboard.press("Escape")
        expect(page.locator("#tm-question textarea")).not_to_be_focused()
        page.keyboard.press("c")
        expect(page.locator(".tm-flash")).to_have_text("Jawaban dan sumbernya sudah disalin.")
        tab_to(page, "a.tm-cite")
        page.keyboard.press("Enter")
        expect(page.locator(".tm-source mark").first).to_be_visible()
        tab_to(page, "[data-do=reference]")
        tab_to(page, ".tm-reasons > summary")
        page.keyboard.press("Enter")
        expect(page.locator(".tm-considered")).to_be_visible()
        page.keyboard.press("/")
        expect(page.locator("#tm-question textarea")).to_be_focused()
        page.keyboard.type("Apa saja manfaatnya? n c h /")
        expect(page.locator("#tm-question textarea")).to_have_value("Apa saja manfaatnya? n c h /")
        page.keyboard.press("Enter")
        wait_for_answer(page, turns=2)
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        expect(page.locator(".tm-turn")).to_have_count(0)
        page.keyboard.press("Escape")
        page.keyboard.press("h")
        tab_to(page, ".tm-past-open")
        page.keyboard.press("Enter")
        expect(page.locator(".tm-turn")).to_have_count(2)
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.locator("#tm-help")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#tm-help")).to_be_hidden()

    def test_letters_can_be_switched_off(self, page: Page, address: str) -> None:
        open_chat(page, address)
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.uncheck("#tm-keys-on")
        page.keyboard.press("Escape")
        page.reload()
        page.wait_for_selector("html[data-ready]")
        page.keyboard.press("Escape")
        page.keyboard.press("h")
        expect(page.locator("#tm-history")).to_be_hidden()

    def test_text_size_is_kept_and_fits_a_phone(self, page: Page, address: str) -> None:
        page.set_viewport_size({"width": 360, "height": 740})
        answered(page, address)
        size = "parseFloat(getComputedStyle(document.querySelector('.tm-answer')).fontSize)"
        before = float(page.evaluate(size))
        page.click("#tm-menu-open")
        page.get_by_role("button", name="Sangat besar").click()
        page.wait_for_function(f"{size} > {before * 1.25}")  # Gradio lets sizes change slowly
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.reload()
        page.wait_for_selector("html[data-ready]")
        assert page.get_attribute("html", "data-size") == "3"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360

    def test_english_by_address(self, page: Page, address: str, quoting: Pipeline) -> None:
        page.goto(f"{address}/?lang=en")
        page.wait_for_selector("html[data-ready]")
        assert page.get_attribute("html", "lang") == "en"
        expect(page.get_by_role("button", name="Send")).to_be_visible()
        expect(page.get_by_label("Your question")).to_have_attribute("placeholder", ENGLISH.composer_placeholder)
        expect(page.locator(".tm-hello h2").first).to_have_text(ENGLISH.greeting)
        ask(page, QUESTION)
        wait_for_answer(page)
        expect(page.locator(".tm-kind")).to_have_text(ENGLISH.kind["quoted"])
        assert page.locator(".tm-answer").get_attribute("lang") == quoting.course.language
        ask(page, OUTSIDE)
        wait_for_answer(page, turns=2)
        away = page.locator(".tm-turn").last
        expect(away.locator(".tm-answer")).to_contain_text("The nearest topics in it: ")
        assert away.locator(".tm-answer").get_attribute("lang") == "en"
        assert_accessible(page, "English")
        away.locator(".tm-source summary").first.click()
        with page.context.expect_page() as opened:
            away.get_by_text("Read in context").first.click()
        reading = opened.value
        expect(reading.get_by_role("link", name="Back to the chat")).to_be_visible()
        expect(reading.get_by_role("link", name="Open document")).to_be_visible()
        assert reading.get_attribute("html", "lang") == "en"
        assert reading.locator("article").get_attribute("lang") == quoting.course.language
        assert_accessible(reading, "English reading page")

    def test_first_paint_is_in_the_language_of_the_student(self, browser: Browser, address: str) -> None:
        page = browser.new_page()
        page.route("**/ui/chat.js", lambda route: route.abort())  # the chat itself never comes
        for query, said, other in (("?lang=en", "One moment", "Sebentar"), ("", "Sebentar", "One moment")):
            page.goto(f"{address}/{query}")
            expect(page.locator("#tm-boot")).to_contain_text(said, use_inner_text=True)
            expect(page.locator("#tm-boot")).not_to_contain_text(other, use_inner_text=True)
            page.wait_for_selector("#tm-question", state="attached")  # where the skip link leads
            assert_accessible(page, f"first paint {query}")
        page.close()

    def test_what_the_address_names_wins_and_is_not_kept(self, page: Page, address: str) -> None:
        open_chat(page, address)
        page.evaluate("localStorage.setItem('tanya-theme', 'dark'); localStorage.setItem('tanya-language', 'en')")
        kept = "[localStorage.getItem('tanya-theme'), localStorage.getItem('tanya-language')]"
        shown = "[document.documentElement.dataset.theme, document.documentElement.lang]"
        page.goto(f"{address}/?theme=light&lang=id")
        page.wait_for_selector("html[data-ready]")
        assert page.evaluate(shown) == ["light", "id"]
        page.click("#tm-menu-open")
        page.get_by_role("button", name="Pakai tampilan gelap").click()
        page.get_by_role("button", name="English").click()
        assert page.evaluate(shown) == ["dark", "en"]
        page.evaluate("localStorage.setItem('tanya-theme', 'light'); localStorage.setItem('tanya-language', 'id')")
        page.reload()  # this page keeps what was chosen on it
        page.wait_for_selector("html[data-ready]")
        assert page.evaluate(shown) == ["dark", "en"]
        assert page.evaluate(kept) == ["light", "id"]
        open_chat(page, address)
        assert page.evaluate(shown) == ["light", "id"]

    def test_language_changes_in_the_middle_and_is_kept(self, page: Page, address: str) -> None:
        answered(page, address)
        said = page.locator(".tm-answer").inner_text()
        page.locator("a.tm-cite").first.click()
        page.click("#tm-menu-open")
        page.get_by_role("button", name="English").click()
        expect(page.locator(".tm-kind")).to_have_text(ENGLISH.kind["quoted"])
        expect(page.get_by_role("button", name="English")).to_be_focused()
        assert page.locator(".tm-answer").inner_text() == said
        expect(page.locator(".tm-source mark").first).to_be_visible()
        expect(page.locator("#tm-send")).to_have_text("Send")
        page.keyboard.press("Escape")
        ask(page, OUTSIDE)
        wait_for_answer(page, turns=2)
        expect(page.locator(".tm-kind").last).to_have_text(ENGLISH.kind["abstained"])
        page.reload()
        page.wait_for_selector("html[data-ready]")
        assert page.get_attribute("html", "lang") == "en"
        expect(page.locator("#tm-send")).to_have_text("Send")

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_panels_are_accessible(self, browser: Browser, address: str, scheme: str) -> None:
        with watched(browser, color_scheme=scheme, reduced_motion="reduce") as page:
            answered(page, address)
            page.locator("a.tm-cite").first.click()
            page.locator(".tm-reasons > summary").click()
            expect(page.locator(".tm-next-question").first).to_be_visible(timeout=60_000)
            assert_accessible(page, "reasons and next questions")
            page.click("#tm-menu-open")
            assert_accessible(page, "menu")
            page.keyboard.press("Escape")
            page.click("#tm-history-open")
            page.click("#tm-delete-all")
            assert_accessible(page, "history")
            page.keyboard.press("Escape")
            expect(page.locator("#tm-history-open")).to_be_focused()
            page.keyboard.press("?")
            assert_accessible(page, "help")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element that matches has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with Tab")
