"""What became of a question, from its values."""

from __future__ import annotations

import pytest

from qa.eval.saved import Row
from qa.eval.verdicts import verdict


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"full_correct": 1.0, "reference_recall": 0.2, "exact_match": 0.0}, "right"),
        ({"full_correct": 0.0, "fact_recall": 0.5, "reference_recall": 0.9}, "partly"),
        ({"full_correct": 0.0, "fact_recall": 0.0, "reference_recall": 0.9}, "wrong"),
        ({"exact_match": 0.0, "f1": 0.4, "reference_recall": 0.8}, "right"),
        ({"exact_match": 0.0, "f1": 0.2, "reference_recall": 0.2}, "partly"),
        ({"exact_match": 0.0, "f1": 0.0, "reference_recall": 0.0}, "wrong"),
        ({"exact_match": 1.0, "f1": 1.0}, "right"),
    ],
)
def test_answers_are_judged_by_facts_else_by_the_key(values: dict[str, float], wanted: str) -> None:
    assert verdict(Row("a", "factoid", values, {"answerable": True, "abstained": False})) == wanted


@pytest.mark.parametrize(
    ("answerable", "abstained", "wanted"), [(True, True, "refused"), (False, True, "right"), (False, False, "wrong")]
)
def test_refusals_are_judged_by_what_the_material_holds(answerable: bool, abstained: bool, wanted: str) -> None:
    assert verdict(Row("a", "near", {}, {"answerable": answerable, "abstained": abstained})) == wanted
