"""What became of a question, from its values."""

from __future__ import annotations

import pytest

from qa.eval.answers import score
from qa.eval.questions import EvalQuestion
from qa.eval.saved import Row, from_result
from qa.eval.verdicts import verdict


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"full_correct": 1.0, "reference_recall": 0.2, "exact_match": 0.0}, "right"),
        ({"full_correct": 0.0, "fact_recall": 0.5, "reference_recall": 0.9}, "partly"),
        ({"full_correct": 0.0, "fact_recall": 0.0, "reference_recall": 0.9}, "wrong"),
        ({"exact_match": 0.0, "f1": 0.4, "reference_recall": 0.8}, "right"),
        ({"exact_match": 0.0, "f1": 0.2, "reference_recall": 0.4}, "partly"),
        ({"exact_match": 0.0, "f1": 0.2, "reference_recall": 0.3}, "wrong"),
        ({"exact_match": 0.0, "f1": 0.0, "reference_recall": 0.0}, "wrong"),
        ({"exact_match": 1.0, "f1": 1.0}, "right"),
        ({"exact_match": 0.0, "f1": 0.5}, "partly"),
        ({"exact_match": 0.0, "f1": 0.4}, "wrong"),
        ({"over_refusal": 0.0}, "unjudged"),
    ],
)
def test_answers_are_judged_by_facts_else_by_the_key(values: dict[str, float], wanted: str) -> None:
    assert verdict(Row("a", "factoid", values, {"answerable": True, "abstained": False})) == wanted


@pytest.mark.parametrize(
    ("answerable", "abstained", "wanted"), [(True, True, "refused"), (False, True, "right"), (False, False, "wrong")]
)
def test_refusals_are_judged_by_what_the_material_holds(answerable: bool, abstained: bool, wanted: str) -> None:
    assert verdict(Row("a", "near", {}, {"answerable": answerable, "abstained": abstained})) == wanted


def test_words_of_the_question_make_no_answer() -> None:
    question = EvalQuestion(
        "a", "answerable", "Kapan Konvensi Budapest mulai berlaku?", True,
        reference="Konvensi Budapest mulai berlaku pada 1 Juli 2004.",
    )  # fmt: skip

    def judged(text: str) -> str:
        row = score(question, {"answer": text, "abstained": False})
        return verdict(from_result({"kind": "answers", "metrics": {}, "rows": [row]}).rows[0])

    assert judged("Konvensi Budapest mulai berlaku setelah lima negara meratifikasinya.") == "wrong"
    assert judged("Konvensi Budapest berlaku pada tahun 2004.") == "partly"
    assert judged("Sejak 1 Juli 2004.") == "right"
    assert judged("") == "wrong"
