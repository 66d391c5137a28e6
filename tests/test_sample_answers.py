"""The answers for a person to read: every kind is asked, and the page says what was answered and from where."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from benchmarks.answering import QUESTIONS
from benchmarks.peers.sample import Row
from benchmarks.sample_answers import LEAST, SIZE, answered, choose, page
from qa.pipeline import Pipeline
from qa.types import Answer

ROWS: list[dict[str, Any]] = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
ASKED = ("ds-factoid-07", "ds-followup-01", "ds-off_topic-01")  # from a PDF, with a history, without an answer


@pytest.mark.unit
def test_every_kind_is_asked_twice_at_least_and_the_rest_in_proportion() -> None:
    chosen = choose(ROWS, SIZE)
    asked, held = (Counter(row["type"] for row in rows) for rows in (chosen, ROWS))
    assert len({row["id"] for row in chosen}) == SIZE
    assert set(asked) == set(held) and min(asked.values()) >= LEAST
    beyond = [kind for kind in held if asked[kind] > LEAST]
    shares = [asked[kind] / held[kind] for kind in beyond]
    assert len(beyond) > 2 and max(shares) - min(shares) < 0.12
    assert all(held[few] <= held[many] for few in held for many in beyond if asked[few] == LEAST)


@pytest.mark.unit
def test_the_choice_keeps_the_order_and_depends_on_the_seed_alone() -> None:
    first = [row["id"] for row in choose(ROWS, SIZE)]
    assert first == [row["id"] for row in choose(ROWS, SIZE)]
    assert first == [row["id"] for row in ROWS if row["id"] in first]
    assert first != [row["id"] for row in choose(ROWS, SIZE, seed=1)]


@pytest.mark.unit
@pytest.mark.parametrize("size", [5, len(ROWS) + 1])
def test_a_number_that_cannot_hold_every_kind_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"^{size} of {len(ROWS)} questions"):
        choose(ROWS, size)


@pytest.mark.unit
def test_a_kind_with_fewer_questions_than_the_least_gives_what_it_has() -> None:
    rows = [{"id": str(n), "type": "rare" if n == 0 else "common", "answerable": True} for n in range(9)]
    assert Counter(row["type"] for row in choose(rows, 4)) == {"rare": 1, "common": 3}


@pytest.fixture(scope="module")
def asked(quoting: Pipeline) -> list[tuple[Row, Answer]]:
    return answered(quoting, [row for row in ROWS if row["id"] in ASKED])


@pytest.fixture(scope="module")
def sections(asked: list[tuple[Row, Answer]]) -> list[str]:
    return re.split(r"(?m)^(?=## )", page(asked))[1:]


@pytest.mark.integration
def test_a_section_has_question_answer_and_what_was_expected(
    asked: list[tuple[Row, Answer]], sections: list[str]
) -> None:
    assert len(sections) == len(ASKED)
    for number, (section, (row, answer)) in enumerate(zip(sections, asked, strict=True), 1):
        assert section.startswith(f"## {number}. {row['type']} ({row['id']})\n")
        assert f"\nQuestion: **{row['question']}**\n" in section
        shown = section.partition(f"\nAnswer ({answer.kind}):\n\n")[2].partition("\n\n")[0]
        assert re.sub(r"(?m)^> ?", "", shown) == answer.answer
        assert all(f"`{form}`" in section for forms in row["facts"] for form in forms)
        assert section.rstrip().endswith(f"\n- Key: {row['reference']}")


@pytest.mark.integration
def test_every_number_has_its_quote_with_source_section_and_page(
    asked: list[tuple[Row, Answer]], sections: list[str]
) -> None:
    (_, answer), section = asked[0], sections[0]
    assert answer.citations and answer.citations[0].source == "10-kerja-sama-siber-asean.pdf"
    for citation in answer.citations:
        place = f"(`{citation.source}`), {citation.section}, page {citation.page}\n\n"
        quote = section.partition(f"\n[{citation.number}] {citation.title} {place}")[2].partition("\n\n")[0]
        assert re.sub(r"(?m)^> ?", "", quote) == citation.quote
    assert [int(n) for n in re.findall(r"(?m)^\[(\d+)\]", section)] == [c.number for c in answer.citations]


@pytest.mark.integration
def test_history_and_refusals_are_told(sections: list[str]) -> None:
    history = next(row for row in ROWS if row["id"] == ASKED[1])["history"]
    assert f"\nEarlier question: {history[0]}\n" in sections[1]
    assert "\nAnswer (abstained):\n" in sections[2]
    assert "\n- Expected: no answer" in sections[2]


@pytest.mark.integration
def test_asking_again_gives_the_same_page(quoting: Pipeline, asked: list[tuple[Row, Answer]]) -> None:
    whole = page(asked)
    assert page(answered(quoting, [row for row, _ in asked])) == whole
    assert "| followup | 0 | 1 | 0 |" in whole and "| off_topic | 0 | 0 | 1 |" in whole
    assert not re.search(r"\d{4}-\d\d-\d\d|/(?:home|tmp|var)/", whole)
