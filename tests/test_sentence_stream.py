"""What a model writes, as sentences."""

from __future__ import annotations

import time
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage

from qa.sentence_stream import with_lists_joined, written_sentences

pytestmark = pytest.mark.unit


def written(text: str, seconds: float = 60.0) -> list[str]:
    model: Any = GenericFakeChatModel(messages=iter([AIMessage(text)]))
    return list(written_sentences(model, [HumanMessage("Apa?")], time.monotonic() + seconds, None))


def test_sentences_come_without_their_marks_and_the_unfinished_one_not_at_all() -> None:
    assert written("Kapal itu tua [1]. Ia dibuat pada 1990 [2]. Lalu") == ["Kapal itu tua.", "Ia dibuat pada 1990."]


@pytest.mark.parametrize(
    "sentence",
    [
        "Menurut Prof. Dr. Budi Hartono, kapal itu tua.",
        "UU No. 11 Tahun 2008 mengatur kapal.",
        "Kata itu dari Joseph S. Nye.",
        "Kapal itu milik PT. Diana Laut Tbk.",
    ],
)
def test_abbreviations_end_no_sentence(sentence: str) -> None:
    assert written(f"{sentence} Lalu ia dijual.") == [sentence, "Lalu ia dijual."]
    assert written(sentence) == [sentence]


def test_a_digit_ends_a_sentence_and_numbers_a_line() -> None:
    assert written("Anggotanya 8. Hal itu diatur Pasal 5. Lalu selesai.\n1. Kopi panas.") == [
        "Anggotanya 8.",
        "Hal itu diatur Pasal 5.",
        "Lalu selesai.",
        "1. Kopi panas.",
    ]


def test_who_says_a_thing_twice_is_not_heard_out() -> None:
    assert written("Satu kapal [1]. Dua kapal [1]. Satu kapal [2]. Tiga kapal [1].") == ["Satu kapal.", "Dua kapal."]


def test_nothing_is_read_after_the_deadline() -> None:
    assert written("Kapal itu tua [1].", seconds=-1.0) == []


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["Tujuannya adalah:", "- damai.", "- aman.", "- adil."], ["Tujuannya adalah damai, aman, dan adil."]),
        (["Ada dua:", "- damai.", "- aman.", "Lalu selesai."], ["Ada dua: damai dan aman.", "Lalu selesai."]),
        (["Isinya:", "- damai.", "- damai.", "- aman."], ["Isinya: damai."]),
        (["Isinya:"], []),
        (["- lepas."], ["- lepas."]),
    ],
)
def test_a_list_is_one_sentence_with_its_introduction(lines: list[str], joined: list[str]) -> None:
    assert list(with_lists_joined(lines)) == joined
