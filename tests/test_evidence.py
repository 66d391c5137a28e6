"""Which sentences are quoted, and how they read."""

from __future__ import annotations

import pytest

from index.lexical import LexicalIndex
from qa.citations import evidence_sentences
from qa.evidence import (
    EXAMPLE,
    MARGIN,
    ScoredSentence,
    _spells_out,
    excerpts,
    quote_sentences,
    rare_words,
    score_sentences,
    sentence_text,
)
from qa.reader import Reader
from qa.types import RetrievedPassage

pytestmark = pytest.mark.unit
LIST = """Ada tiga manfaat tidur siang bagi mahasiswa:

1. Pikiran menjadi segar kembali.
2. Ingatan tentang kuliah bertambah kuat.
3. Suasana hati membaik.

Tidur malam tetap lebih penting daripada tidur siang."""
PROSE = "Kopi berasal dari Etiopia. Teh berasal dari Tiongkok. Sumber: arsip kampus"
LEXICAL = LexicalIndex.build([LIST, PROSE, "Catatan lain tentang kuliah."], ["a", "b", "c"])


def passage(key: str, text: str, section: str = "") -> RetrievedPassage:
    return RetrievedPassage(key, f"{key}.md", "Catatan", None, section, text, 1.0, 0, len(text))


def scored(text: str, *scores: float, key: str = "a") -> list[ScoredSentence]:
    sentences = evidence_sentences([passage(key, text)])
    pairs = zip(sentences, [*scores, *[-9.0] * len(sentences)], strict=False)
    return sorted((ScoredSentence(e, s) for e, s in pairs), key=lambda s: -s.score)


@pytest.mark.parametrize(("question", "gain"), [("Contoh perangkat keras apa?", EXAMPLE), ("Apa itu perangkat?", 0.0)])
def test_a_sentence_with_examples_gains_where_they_are_asked_for(
    question: str, gain: float, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Perangkat keras banyak, seperti papan ketik. Perangkat keras itu mahal."
    with_gain = {s.evidence.start: s.score for s in score_sentences(question, [passage("a", text)], reader, LEXICAL)}
    monkeypatch.setattr("qa.evidence.EXAMPLE", 0.0)
    without = {s.evidence.start: s.score for s in score_sentences(question, [passage("a", text)], reader, LEXICAL)}
    assert [with_gain[at] - without[at] for at in sorted(without)] == pytest.approx([gain, 0.0])


def test_question_for_a_list_gets_the_whole_list() -> None:
    quotes = quote_sentences("Apa saja manfaat tidur siang?", scored(LIST, 1.0, -3.0, -3.0, -3.0), LEXICAL, 2)
    assert [q.text for q in quotes] == [
        "- Pikiran menjadi segar kembali.",
        "- Ingatan tentang kuliah bertambah kuat.",
        "- Suasana hati membaik.",
    ]
    assert all(LIST[e.start : e.end] == e.quote for q in quotes for e in q.evidence)


def test_list_about_something_else_is_not_taken() -> None:
    quotes = quote_sentences("Sebutkan asal kopi Etiopia", scored(LIST, 1.0, 0.9), LEXICAL, 2)
    assert not any(q.text.startswith("- ") for q in quotes)


def test_sentences_near_the_best_are_quoted_in_reading_order() -> None:
    quotes = quote_sentences("Dari mana teh dan kopi?", scored(PROSE, 1.0, 1.4, 1.3), LEXICAL, 4)
    assert [q.text for q in quotes] == ["Kopi berasal dari Etiopia.", "Teh berasal dari Tiongkok."]


def test_sentence_far_behind_the_best_is_left_out() -> None:
    quotes = quote_sentences("Dari mana teh?", scored(PROSE, -1.0, 2.0), LEXICAL, 4)
    assert [q.text for q in quotes] == ["Teh berasal dari Tiongkok."]


def test_sentence_that_points_back_brings_the_one_before() -> None:
    text = "Estonia diserang pada 2007. Serangan itu melumpuhkan bank. Sapi makan rumput."
    quotes = quote_sentences("Apa yang lumpuh?", scored(text, -5.0, 2.0, -5.0), LEXICAL, 4)
    assert [q.text for q in quotes] == ["Estonia diserang pada 2007.", "Serangan itu melumpuhkan bank."]


@pytest.mark.parametrize(
    ("acronym", "quote", "said"),
    [
        ("TIK", "Penggunaan teknologi informasi dan komunikasi (TIK) meluas.", True),
        ("CBM", "Langkah itu, Confidence Building Measure, disepakati.", True),
        ("CBM", "CBM adalah sarana saling percaya.", False),
    ],
)
def test_long_form_of_an_acronym_is_noticed(acronym: str, quote: str, said: bool) -> None:
    assert _spells_out(acronym, quote) is said


def test_words_that_the_course_does_not_hold_weigh_nothing() -> None:
    weights = rare_words("Apa manfaat kopi zxqw?", LEXICAL)
    assert set(weights) == {"manfaat", "kopi"}


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("1. Pikiran\n  segar.", "Pikiran segar."),
        ("• Teh hangat", "Teh hangat"),
        ("Diplomasi berubah. (Renard, 2020)", "Diplomasi berubah (Renard, 2020)."),
        ("Suhu 3.5 derajat.", "Suhu 3.5 derajat."),
        ("dunia maya berkembang pesat.", "Dunia maya berkembang pesat."),
        ("e-government dan iOS menyebar.", "e-government dan iOS menyebar."),
        ("Sari, M. B. [2020]. Jurnal Vol. 1 No. 3", "Sari, M.B. (2020). Jurnal Vol.1 No.3"),
    ],
)
def test_quote_reads_as_running_text(quote: str, text: str) -> None:
    assert sentence_text(quote) == text


def test_excerpts_hold_the_best_sentence_with_its_neighbours() -> None:
    found = excerpts(scored(LIST, -3.0, -3.0, 2.0), 1)
    assert found[0][1] == LIST[LIST.index("1. Pikiran") : LIST.index("\n\nTidur")]


@pytest.mark.parametrize(("behind", "count"), [(MARGIN - 0.5, 2), (MARGIN + 0.5, 1)])
def test_a_passage_far_behind_the_best_is_no_excerpt(behind: float, count: int) -> None:
    given = [*scored(PROSE, 3.0, key="a"), *scored(LIST, 3.0 - behind, key="b")]
    assert len(excerpts(sorted(given, key=lambda s: -s.score), 2)) == count
