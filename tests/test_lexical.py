"""BM25: against the formula, through save and load, and the spelling of chat."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import LexicalIndex, analyse, normalise_informal, terms

pytestmark = pytest.mark.unit
TEXTS = ["kucing makan ikan", "sapi makan rumput hijau padang", "ikan ikan renang"]


def bm25(query: str, text: str, k1: float = 1.2, b: float = 0.75) -> float:
    """Okapi BM25 with Lucene's idf, written from the formula."""
    words, total = text.split(), [t.split() for t in TEXTS]
    average = sum(map(len, total)) / len(total)
    score = 0.0
    for term in set(query.split()):
        holders = sum(term in t for t in total)
        if not holders:
            continue
        idf = math.log(1 + (len(total) - holders + 0.5) / (holders + 0.5))
        tf = words.count(term)
        score += idf * tf / (tf + k1 * (1 - b + b * len(words) / average))
    return score


@pytest.mark.parametrize("query", ["ikan", "sapi makan", "ikan renang hijau", "makan makan"])
def test_scores_follow_the_formula(query: str) -> None:
    found = dict(LexicalIndex.build(TEXTS, ["a", "b", "c"]).search(query, 5))
    expected = {key: bm25(query, text) for key, text in zip("abc", TEXTS, strict=True)}
    assert found == pytest.approx({key: score for key, score in expected.items() if score > 0}, abs=1e-4)


def test_saved_index_is_the_same(tmp_path: Path) -> None:
    built = LexicalIndex.build(TEXTS, ["a", "b", "c"])
    built.save(tmp_path)
    assert LexicalIndex.load(tmp_path).search("ikan makan", 3) == built.search("ikan makan", 3)
    assert not list(tmp_path.glob("*.pkl"))


def test_nothing_found_is_an_empty_list(tmp_path: Path) -> None:
    assert LexicalIndex.build(TEXTS, ["a", "b", "c"]).search("zebra ?!", 3) == []
    empty = LexicalIndex.build(["", "..."], ["a", "b"])
    empty.save(tmp_path)
    assert LexicalIndex.load(tmp_path).search("ikan", 3) == []


def test_chat_spelling_is_written_out() -> None:
    assert normalise_informal("Knp gmn yg dr Budapest, dgn APA?") == "kenapa bagaimana yang dari Budapest, dengan APA?"


@pytest.mark.parametrize(
    "text", ["Perang Dunia (PD) II", "DPT pemilu", "who.org", "ga-rang", "u/yg", "a@yg.id", "Dr. Budi", ""]
)
def test_names_and_addresses_are_no_chat_spelling(text: str) -> None:
    assert normalise_informal(text) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Undang-Undang No. 27/2022", ["undang", "undang", "no", "27", "2022"]),
        ("Manfaat perundingan-perundingan PP-82", ["manfaat", "perundingan", "perundingan", "pp", "82"]),
        ("ASEAN covid19 naïve Москва \ufb01le_2", ["asean", "covid19", "naïve", "москва", "file", "2"]),
        ("a" * 100_000, ["a" * 100_000]),
        (" ?!\x00", []),
    ],
)
def test_words_are_lower_case(text: str, words: list[str]) -> None:
    assert analyse(text) == words


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("Apa manfaat perundingan itu?", ["manfaat", "runding"]),
        ("Membangun kepercayaan di ASEAN 2017", ["bangun", "percaya", "asean", "2017"]),
        ("naïve Москва " + "a" * 1_000, ["naïve", "москва", "a" * 1_000]),
        ("apa itu dan yang", []),
    ],
)
def test_terms_are_stems_without_function_words(text: str, stems: list[str]) -> None:
    assert terms(text) == stems


def test_rare_words_weigh_more_and_unknown_ones_nothing() -> None:
    index = LexicalIndex.build(TEXTS, ["a", "b", "c"])
    assert index.idf("rumput") == pytest.approx(math.log(1 + 2.5 / 1.5))
    assert index.idf("rumput") > index.idf("ikan") > index.idf("zebra") == 0.0
    assert index.idf("memakan") == index.idf("makan") > index.idf("apa") == index.idf("") == 0.0


def test_another_form_of_the_word_is_found() -> None:
    index = LexicalIndex.build(["Kepercayaan dibangun pelan-pelan.", "Perundingan gagal."], ["a", "b"])
    assert [key for key, _ in index.search("bagaimana membangun percaya", 2)] == ["a"]
    assert [key for key, _ in index.search("berunding", 2)] == ["b"]


@given(st.lists(st.text(st.sampled_from("abi k"), max_size=12), min_size=1, max_size=8), st.text("abi k", max_size=8))
def test_search_is_the_sorted_scores(texts: list[str], query: str) -> None:
    index = LexicalIndex.build(texts, [str(i) for i in range(len(texts))])
    scores = index.scores(query)
    assert scores.shape == (len(texts),) and (scores >= 0).all()
    found = index.search(query, len(texts))
    assert [score for _, score in found] == sorted((float(s) for s in scores if s > 0), reverse=True)
    assert index.search(query, 1) == found[:1]
