"""Which sentences are quoted, and how they read."""

from __future__ import annotations

import pytest

from index.lexical import LexicalIndex
from qa.citations import CheckedSentence, evidence_sentences
from qa.evidence import (
    EXAMPLE,
    MARGIN,
    ScoredSentence,
    _spells_out,
    excerpts,
    may_follow,
    points_back,
    quote_sentences,
    rare_words,
    score_sentences,
    sentence_text,
    unsaid,
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


@pytest.mark.parametrize(("bullet", "score"), [("", 1.9), ("• ", 1.9), ("3. ", 2.5)])
def test_entry_of_a_reference_list_is_not_quoted_beside_a_statement(bullet: str, score: float) -> None:
    entry = f'{bullet}Rid, Thomas. 2012. "Cyber War Will Not Take Place". Journal of Strategic Studies 35(1).'
    said = scored("Rid berpendapat bahwa perang siber belum pernah terjadi.", 2.0)
    given = sorted([*said, *scored(entry, score, key="b")], key=lambda s: -s.score)
    quotes = quote_sentences("Apa pendapat Rid?", given, LEXICAL, 4)
    assert [q.text for q in quotes] == ["Rid berpendapat bahwa perang siber belum pernah terjadi."]


def test_sentence_that_points_back_brings_the_one_before() -> None:
    text = "Estonia diserang pada 2007. Serangan itu melumpuhkan bank. Sapi makan rumput."
    quotes = quote_sentences("Apa yang lumpuh?", scored(text, -5.0, 2.0, -5.0), LEXICAL, 4)
    assert [q.text for q in quotes] == ["Estonia diserang pada 2007.", "Serangan itu melumpuhkan bank."]


AMERICA = "Amerika Serikat mendukung Konvensi Budapest sejak 2001."
RUSSIA = "Rusia mengusulkan perjanjian baru. Negara itu menolak Konvensi Budapest. Mereka menulis naskah."


@pytest.mark.parametrize(
    ("scores", "limit", "places"),
    [
        ((0.0, 1.5), 4, [0, 1]),
        ((0.0, 1.5), 2, []),
        ((0.0, -9.0, 1.5), 4, [0, 1, 2]),
        ((0.0, -9.0, 1.5), 3, []),
    ],
)
def test_sentence_that_points_back_stands_behind_what_it_points_to(
    scores: tuple[float, ...], limit: int, places: list[int]
) -> None:
    given = sorted([*scored(AMERICA, 2.0), *scored(RUSSIA, *scores, key="b")], key=lambda s: -s.score)
    given = [s for s in given if s.score != 0.0] + [s for s in given if s.score == 0.0]  # what it points to comes last
    quotes = quote_sentences("Siapa yang mendukung Konvensi Budapest?", given, LEXICAL, limit)
    russian = [e.quote for e in evidence_sentences([passage("b", RUSSIA)])]
    assert [q.text for q in quotes] == [AMERICA, *(russian[place] for place in places)]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("Oleh karena itu, kerja sama negara penting.", False),
        ("Dengan demikian, diplomasi berhasil.", False),
        ("Oleh karena itu, negara itu menolak.", True),
        ("Namun, mereka menolak.", True),
        ("Hal ini penting.", True),
        ("Sebaliknya, perundingan berlangsung tertutup.", True),
        ("Saat ini, Indonesia memiliki lembaga siber.", False),
        ("Namun demikian, negara menolak.", False),
    ],
)
def test_linking_words_alone_point_to_nothing(text: str, points: bool) -> None:
    assert points_back(text) is points


def test_sentence_that_points_to_another_passage_is_found_there_or_left_out() -> None:
    first, second, _ = evidence_sentences([passage("b", RUSSIA)])
    cut = second.start
    rest = RetrievedPassage("c", "b.md", "Catatan", None, "", RUSSIA[cut:], 1.0, cut, len(RUSSIA))
    (behind, *_) = evidence_sentences([rest])
    best, pointing, before = scored(AMERICA, 2.0)[0], ScoredSentence(behind, 1.0), ScoredSentence(first, -5.0)
    for given, count in (([best, pointing], 1), ([best, pointing, before], 3)):
        assert len(quote_sentences("Siapa mendukung Konvensi?", given, LEXICAL, 4)) == count


def test_quote_that_points_back_is_not_put_behind_another_subject() -> None:
    america, first, second, _ = (
        CheckedSentence(e.quote, (e,)) for e in evidence_sentences([passage("a", AMERICA), passage("b", RUSSIA)])
    )
    assert unsaid([second], [america]) == []
    assert unsaid([first, second], [first, america]) == []
    assert unsaid([first, second], [america]) == [first, second]
    assert unsaid([first, second], [america, first]) == [second]
    assert may_follow(second, second) and not may_follow(second, america)


def test_list_over_two_passages_is_quoted_whole() -> None:
    text = "Negara menyetujui norma berikut:\n\n" + "\n".join(f"({c}) Norma tentang hal {c}." for c in "abcdefghijk")
    cut = text.index("(h)")
    parts = [
        RetrievedPassage(key, "n.md", "Norma", None, "Norma", text[start:end], 1.0, start, end)
        for key, start, end in (("x", 0, cut - 1), ("y", cut, len(text)))
    ]
    lexical = LexicalIndex.build([text, *(f"Catatan {n}" for n in range(3))], ["n", "a", "b", "c"])
    for best in parts:
        given = [ScoredSentence(e, float(e.passage == best)) for e in evidence_sentences(parts)]
        given.sort(key=lambda s: -s.score)
        quotes = quote_sentences("Apa saja norma yang disetujui negara?", given, lexical, 4)
        assert [q.text[-2] for q in quotes] == list("abcdefghijk")


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
