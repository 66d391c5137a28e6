"""Fusion of meaning and words, and LangChain's interface."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import load
from index.embeddings import SentenceEmbeddings
from index.lexical import LexicalIndex
from index.retriever import HybridRetriever, fuse
from index.store import FaissStore

KEYS = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-1, 1), min_size=1)


@pytest.fixture(scope="module")
def retriever(course_index: Path, embeddings: SentenceEmbeddings) -> HybridRetriever:
    return load(course_index, embeddings).retriever


@pytest.mark.unit
@given(KEYS, st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.1, 30)), st.floats(0, 1))
def test_fused_scores_stay_in_the_unit_interval(
    cosines: dict[str, float], words: dict[str, float], weight: float
) -> None:
    scores = fuse(cosines, words, weight)
    assert scores.keys() == cosines.keys()
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in scores.values())


@pytest.mark.unit
def test_words_decide_between_equal_meanings() -> None:
    scores = fuse({"a": 0.8, "b": 0.8, "c": 0.1}, {"b": 12.0})
    assert scores["b"] > scores["a"] > scores["c"]
    assert fuse({}, {"a": 1.0}) == {}


@pytest.mark.integration
def test_best_passages_come_first_and_once(retriever: HybridRetriever) -> None:
    hits = retriever.search("kapan konvensi budapest mulai berlaku", 10)
    assert [hit.rank for hit in hits] == list(range(1, 11))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == 10
    assert any("1 Juli 2004" in hit.passage.page_content for hit in hits[:5])


@pytest.mark.integration
def test_named_documents_alone_are_searched(retriever: HybridRetriever) -> None:
    question = "kapan konvensi budapest mulai berlaku"
    named = {hit.passage.metadata["source"] for hit in retriever.search(question, 40)[-2:]}
    hits = retriever.search(question, 10, named)
    assert {hit.passage.metadata["source"] for hit in hits} == named
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.integration
def test_acronym_is_found_by_its_letters(retriever: HybridRetriever) -> None:
    assert any("AJCCBC" in hit.passage.page_content for hit in retriever.search("AJCCBC", 3))


@pytest.mark.integration
def test_chat_spelling_finds_the_same_first_passage(retriever: HybridRetriever) -> None:
    plain, chat = (retriever.search(q, 1)[0] for q in ("bagaimana dengan Stuxnet", "gmn dgn Stuxnet"))
    assert plain.passage.id == chat.passage.id


@pytest.mark.integration
def test_langchain_gets_documents(retriever: HybridRetriever) -> None:
    documents = retriever.invoke("apa itu diplomasi siber")
    assert len(documents) == retriever.k
    assert documents[0].id == retriever.search("apa itu diplomasi siber", 1)[0].passage.id


@pytest.mark.integration
def test_every_candidate_has_its_scores_on_both_sides(
    retriever: HybridRetriever, embeddings: SentenceEmbeddings
) -> None:
    """Also those that only one side brought in: recomputed here from the store and the lexical index."""
    query = "norma perilaku negara di ruang siber"
    vector = embeddings.encode_query(query)
    words = dict(zip(retriever.lexical.ids, retriever.lexical.scores(query), strict=True))
    hits = retriever.search(query, 150)
    assert len(hits) > 100
    for hit in hits:
        key = str(hit.passage.id)
        assert hit.cosine == pytest.approx(float(retriever.store.vector(key) @ vector), abs=1e-5)
        assert hit.lexical == pytest.approx(float(words[key]), abs=1e-5)
        assert 0 <= hit.score <= 1


@pytest.mark.integration
@pytest.mark.parametrize("query", ["", " \n\t", "\x00"])
def test_nothing_asked_finds_nothing(query: str, retriever: HybridRetriever) -> None:
    assert retriever.search(query, 5) == []
    assert retriever.search("siber", 0) == []


@pytest.mark.integration
def test_nul_hides_no_word_and_a_long_question_is_searched(retriever: HybridRetriever) -> None:
    clean, dirty = (retriever.search(q, 3) for q in ("apa itu AJCCBC", "apa itu\x00AJCCBC"))
    assert [hit.passage.id for hit in clean] == [hit.passage.id for hit in dirty]
    assert len(retriever.search("diplomasi siber " * 1_000, 5)) == 5


@pytest.mark.integration
def test_threads_get_the_same_hits(retriever: HybridRetriever) -> None:
    questions = ["apa itu diplomasi siber", "konvensi budapest", "peran ASEAN"] * 4
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda q: retriever.search(q, 5), questions))
    assert together == [retriever.search(q, 5) for q in questions]


@pytest.mark.integration
def test_store_without_passages_finds_nothing(embeddings: SentenceEmbeddings) -> None:
    empty = HybridRetriever(embedding=embeddings, store=FaissStore(embeddings), lexical=LexicalIndex.build([], []))
    assert empty.search("apa saja", 5) == [] and empty.invoke("apa saja") == []
