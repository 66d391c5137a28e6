"""The questions about the shipped course: every answer that they expect stands in its documents."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from index.documents import list_files, load_document

ROOT = Path(__file__).parent.parent
COURSE = ROOT / "corpus" / "diplomasi-siber"
QUESTIONS = ROOT / "benchmarks" / "questions" / "diplomasi-siber.jsonl"
KEYS = {"id", "type", "history", "question", "answerable", "evidence", "reference", "facts", "forbidden"}
KINDS = {
    "factoid", "definition", "list", "reason", "comparison", "summary", "acronym", "followup", "slang", "english",
    "synonym", "near", "near_domain", "false_premise", "off_topic", "injection",
}  # fmt: skip

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Text of each document of the course as the index sees it, white space folded."""
    documents = [load_document(path, COURSE) for path in list_files(COURSE)]
    return {document.source: folded(document.text) for document in documents}


def folded(text: str) -> str:
    return " ".join(text.split())


def test_rows_have_one_shape_and_one_id(rows: list[dict[str, Any]]) -> None:
    assert all(set(row) == KEYS for row in rows)
    assert [i for i, n in Counter(row["id"] for row in rows).items() if n > 1] == []
    asked = Counter((row["question"].lower(), tuple(row["history"])) for row in rows)
    assert [question for question, n in asked.items() if n > 1] == []


def test_there_are_enough_of_every_kind(rows: list[dict[str, Any]]) -> None:
    assert len(rows) >= 120
    kinds = Counter(row["type"] for row in rows)
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 3
    unanswerable = [row for row in rows if not row["answerable"]]
    assert len(unanswerable) >= 45
    assert 0.25 <= len(unanswerable) / len(rows) <= 0.45


def test_every_quote_stands_in_its_document(rows: list[dict[str, Any]], texts: dict[str, str]) -> None:
    missing = [
        (row["id"], evidence["quote"])
        for row in rows
        for evidence in row["evidence"]
        if folded(evidence["quote"]) not in texts[evidence["file"]]
    ]
    assert missing == []


def test_every_fact_stands_in_the_evidence_or_the_reference(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        said = folded(" ".join([row["reference"], *(e["quote"] for e in row["evidence"])])).lower()
        for forms in row["facts"]:
            assert any(form in said for form in forms), (row["id"], forms)
            assert all(form == form.lower() for form in forms), row["id"]


def test_what_is_forbidden_is_not_the_reference(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert not [bad for bad in row["forbidden"] if bad in folded(row["reference"]).lower()], row["id"]


def test_answerable_rows_have_evidence_and_the_others_none(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert row["reference"], row["id"]
        assert bool(row["evidence"]) == bool(row["facts"]) == row["answerable"], row["id"]


def test_every_document_is_asked_about(rows: list[dict[str, Any]], texts: dict[str, str]) -> None:
    asked = {evidence["file"] for row in rows for evidence in row["evidence"]}
    assert set(texts) - asked == set()
