"""Follow-ups get their topic; questions that stand alone stay as they are."""

import pytest

from qa.condense import standalone_question

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("question", "history", "standalone"),
    [
        ("Apa saja manfaatnya?", ["Apa itu diplomasi siber?"], "Apa saja manfaat diplomasi siber?"),
        ("contoh dong", ["apa sih ransomware itu"], "contoh dong (ransomware)"),
        ("Kenapa?", ["Apakah atribusi serangan siber sulit?"], "Kenapa (atribusi serangan siber sulit)?"),
        ("Siapa yang mengumumkannya?", ["Piagam Biru itu memuat berapa asas?"], "Siapa yang mengumumkan Piagam Biru?"),
        (
            "Berapa biayanya?",
            ["Program apa yang membantu guru di Maluku?"],
            "Berapa biayanya (Program membantu guru di Maluku)?",
        ),
        ("Who are its members?", ["What is ASEAN?"], "Who are its members (ASEAN)?"),
        ("Kapan itu disahkan?", ["Apa itu Konvensi Budapest?"], "Kapan itu disahkan (Konvensi Budapest)?"),
    ],
)
def test_follow_up_gets_the_topic(question: str, history: list[str], standalone: str) -> None:
    assert standalone_question(question, history) == standalone


@pytest.mark.parametrize(
    "question",
    [
        "Apa itu CBM?",
        "apa sih diplomasi siber itu",
        "Kapan Konvensi Budapest berlaku?",
        "Apa yang dimaksud ransomware?",
    ],
)
def test_complete_question_is_left_alone(question: str) -> None:
    assert standalone_question(question, ["Apa tugas ASEAN?"]) == question


def test_topic_travels_through_a_chain_of_follow_ups() -> None:
    result = standalone_question("Contohnya apa?", ["Apa itu diplomasi digital?", "Apa manfaatnya?"])
    assert "diplomasi digital" in result


def test_no_history_changes_nothing() -> None:
    assert standalone_question("Apa saja manfaatnya?", []) == "Apa saja manfaatnya?"
    assert standalone_question("Apa saja manfaatnya?", ["", "  "]) == "Apa saja manfaatnya?"
