"""The promise: what the answer says, the material says, and it shows where; else it abstains."""

from __future__ import annotations

import re
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from index.errors import TanyaError
from qa.citations import CheckedSentence, evidence_sentences
from qa.evidence import ScoredSentence, unsaid
from qa.pipeline import Pipeline, clean_question
from qa.settings import Settings
from qa.types import Answer, Question, RetrievedPassage

pytestmark = pytest.mark.integration
QUESTIONS = ["Apa itu diplomasi siber?", "knp atribusi serangan siber susah", "What is the Budapest Convention?"]


def assert_checkable(answer: Answer, pipeline: Pipeline) -> None:
    """Every sentence is cited and every quote stands in its document, letter for letter."""
    numbers = {citation.number for citation in answer.citations}
    used = {int(number) for number in re.findall(r"\[(\d+)\]", answer.answer)}
    assert used == numbers == set(range(1, len(numbers) + 1))
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])|\n", answer.answer):
        assert re.search(r"\[\d+\]\W*$", sentence), sentence
    for citation in answer.citations:
        assert pipeline.index.document(citation.source).text[citation.start : citation.end] == citation.quote
        assert pipeline.index.passages[citation.passage_id].metadata["source"] == citation.source


@pytest.mark.parametrize("text", QUESTIONS)
def test_answer_is_cited_throughout(text: str, pipeline: Pipeline) -> None:
    answer = pipeline.answer(Question(text, id="7"))
    assert not answer.abstained and answer.id == "7"
    assert_checkable(answer, pipeline)
    assert set(answer.timings) == {"retrieve", "read", "first_token", "total"}


@pytest.mark.parametrize("text", QUESTIONS)
def test_quoted_answer_is_cited_throughout(text: str, quoting: Pipeline) -> None:
    answer = quoting.answer(Question(text))
    assert answer.kind == "quoted" and answer.model == "none"
    assert_checkable(answer, quoting)


@pytest.mark.parametrize(
    "text",
    ["Bagaimana cara memasak rendang daging sapi?", "Siapa juara Piala Dunia 2022?", "Berapa harga beras hari ini?"],
)
def test_question_outside_the_material_is_declined(text: str, pipeline: Pipeline) -> None:
    answer = pipeline.answer(Question(text))
    assert answer.abstained and answer.citations == ()
    assert answer.answer.startswith("Maaf") and answer.confidence < pipeline.reader.threshold


def test_follow_up_is_understood_and_shown(quoting: Pipeline) -> None:
    unusable = ("👍", "", "a" * 5000)  # skipped
    answer = quoting.answer(Question("Apa saja manfaatnya?", ("Apa itu diplomasi siber?", *unusable)))
    assert answer.standalone_question == "Apa saja manfaat diplomasi siber?"
    assert not answer.abstained


def test_stream_shows_sources_first_and_ends_with_the_answer(quoting: Pipeline) -> None:
    first, *_, last = quoting.stream(Question("Apa itu diplomasi siber?"))
    assert first.passages and not first.answer and not first.complete
    assert last.complete and last.answer


def test_cancelled_question_ends_and_is_still_checkable(pipeline: Pipeline) -> None:
    cancel = threading.Event()
    cancel.set()
    *_, last = pipeline.stream(Question("Apa itu diplomasi siber?"), cancel)
    assert last.complete
    assert_checkable(last, pipeline)


def test_same_question_gets_the_same_quotes(quoting: Pipeline) -> None:
    one, two = (quoting.answer(Question("Apa itu CBM?")) for _ in range(2))
    assert (one.answer, one.citations, one.confidence) == (two.answer, two.citations, two.confidence)


@pytest.mark.parametrize("text", ["", "   \n", "???", "\x00\x01"])
def test_empty_question_is_explained(text: str, quoting: Pipeline) -> None:
    with pytest.raises(TanyaError, match="kosong"):
        quoting.answer(Question(text))


def test_question_of_ten_megabytes_is_refused_at_once(quoting: Pipeline) -> None:
    with pytest.raises(TanyaError, match="terlalu panjang"):
        quoting.answer(Question("a" * 10_000_000))


@pytest.mark.unit
def test_what_was_written_is_not_quoted_behind_it() -> None:
    text = "ICANN mengelola nama domain dan alamat internet. ICANN mengelola nama domain. ICANN berdiri pada 1998."
    passage = RetrievedPassage("p", "a.md", "", None, "", text, 1.0, 0, len(text))
    first, shorter, more = (CheckedSentence(e.quote, (e,)) for e in evidence_sentences([passage]))
    written = CheckedSentence("ICANN itu mengelola nama domain dan alamat internet.", first.evidence)
    assert unsaid([first, shorter, more], [written]) == [more]


AMERICA = "Amerika Serikat mendukung Konvensi Budapest sejak 2001."
RUSSIA = "Rusia mengusulkan perjanjian baru."
REFUSAL = "Negara itu menolak Konvensi Budapest."


@pytest.mark.unit
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ([RUSSIA, REFUSAL], [RUSSIA, REFUSAL]),
        ([RUSSIA, "Sapi biru makan rumput.", REFUSAL], [RUSSIA]),
        ([AMERICA, REFUSAL], [AMERICA]),
        ([AMERICA, "Sapi biru makan rumput.", RUSSIA], [AMERICA, RUSSIA]),
    ],
)
def test_generated_sentence_that_points_back_keeps_its_subject(written: list[str], kept: list[str]) -> None:
    texts = {"a.md": AMERICA, "b.md": f"{RUSSIA} {REFUSAL}"}
    passages = [RetrievedPassage(name, name, "", None, "", text, 1.0, 0, len(text)) for name, text in texts.items()]
    scored = [ScoredSentence(e, 1.0) for e in evidence_sentences(passages)]
    parts: Any = SimpleNamespace(course=None, supports=lambda premise, hypothesis: True)  # index and reader
    model: Any = GenericFakeChatModel(messages=iter([AIMessage(" ".join(written))]))
    pipeline = Pipeline(parts, parts, model, Settings())
    assert [s.text for s in pipeline._generate("Siapa menolak?", scored, None)] == kept


@pytest.mark.unit
def test_control_characters_do_not_cut_the_question() -> None:
    assert clean_question("Apa\x00 itu\u200b CBM\x1b?", 100) == "Apa itu CBM ?"
    assert clean_question("Apa itu diplo\u00admasi si\u200bber?", 100) == "Apa itu diplomasi siber?"


def test_json_has_the_fields_of_the_contract(quoting: Pipeline) -> None:
    row = quoting.answer(Question("Apa itu CBM?", id="a")).to_json()
    assert set(row) >= {
        "id", "question", "standalone_question", "answer", "abstained", "confidence", "citations", "passages",
        "timings", "model", "index_version",
    }  # fmt: skip
    assert set(row["citations"][0]) >= {
        "number",
        "passage_id",
        "source",
        "title",
        "page",
        "section",
        "quote",
        "start",
        "end",
    }
    assert set(row["passages"][0]) >= {"id", "source", "title", "page", "text", "score"}
