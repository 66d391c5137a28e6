"""Our metrics beside another implementation of them, question by question: a scorer that shares no code with ours."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qa.eval.answers import score
from qa.eval.documents import of_index
from qa.eval.questions import EvalQuestion, load_question_file
from qa.eval.summary import summarise
from qa.pipeline import Pipeline
from qa.types import Question

ROOT = Path(__file__).parent.parent
SCORER = ROOT.parent / "shared" / "score_answers.py"
QUESTIONS = ROOT / "benchmarks" / "questions" / "diplomasi-siber.jsonl"
EXACT = ("fact_recall", "full_correct", "over_refusal", "false_answer", "quote_exact", "cited_sentences")
# Judged by shares of words; the two fold words differently (stop words, stems), so a few may fall on the other side.
BY_WORDS = ("evidence_hit", "retrieved", "supported")
A_KIND = 2

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not SCORER.exists(), reason=f"the other scorer is not at {SCORER.parent.name}/{SCORER.name}"),
]


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_answers", SCORER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def questions() -> list[EvalQuestion]:
    """Two questions of each kind."""
    seen: Counter[str] = Counter()
    chosen = []
    for question in load_question_file(QUESTIONS).questions:
        seen[question.kind] += 1
        if seen[question.kind] <= A_KIND:
            chosen.append(question)
    return chosen


@pytest.fixture(scope="module")
def answers(quoting: Pipeline, questions: list[EvalQuestion]) -> dict[str, dict[str, Any]]:
    """Answers of the product, some of them spoilt, so that every metric has something to find."""
    lines = {q.id: quoting.answer(Question(q.question, q.history, q.id)).to_json() for q in questions}
    found = {key: spoilt(line, number) for number, (key, line) in enumerate(lines.items())}
    answered = next(line for line in found.values() if not line["abstained"])
    refused = next(q.id for q in questions if not q.answerable and found[q.id]["abstained"])
    return {**found, refused: {**answered, "id": refused}}


def spoilt(line: dict[str, Any], number: int) -> dict[str, Any]:
    if number % 10 == 0:
        return {**line, "answer": "Maaf, materi tidak memuatnya.", "abstained": True, "citations": []}
    citations = [dict(c) for c in line["citations"]]
    if number % 4 == 1 and citations:
        citations[0]["quote"] = citations[0]["quote"].replace(" ", " … ", 1)
    if number % 4 == 2 and citations:
        citations[-1]["source"] = "lain.md"
    text = line["answer"].replace(" [1]", "", 1) if number % 4 == 3 else line["answer"]
    return {**line, "answer": text, "citations": citations}


@pytest.fixture(scope="module")
def texts(quoting: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents as texts of the same names, as the other scorer reads them."""
    folder = tmp_path_factory.mktemp("texts")
    for source, document in quoting.index.documents.items():
        (folder / Path(source).name).write_text(document.text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def pairs(
    scorer: ModuleType, questions: list[EvalQuestion], answers: dict[str, Any], texts: Path, quoting: Pipeline
) -> list[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """(id, our values, theirs) of each question by itself."""
    documents = of_index(quoting.index)
    return [
        (q.id, score(q, answers[q.id], documents)["metrics"], scorer.score([as_row(q)], answers, texts)[0])
        for q in questions
    ]


def as_row(q: EvalQuestion) -> dict[str, Any]:
    return {
        "id": q.id, "type": q.kind, "question": q.question, "answerable": q.answerable, "facts": q.facts,
        "forbidden": q.forbidden, "evidence": [{"quote": quote} for quote in q.evidence],
    }  # fmt: skip


Pairs = Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]]


@pytest.mark.parametrize("metric", EXACT)
def test_what_is_counted_is_the_same_for_every_question(metric: str, pairs: Pairs) -> None:
    ours = {key: None if a.get(metric) is None else round(a[metric], 4) for key, a, _ in pairs}
    assert ours == {key: b[metric] for key, _, b in pairs}
    assert len({value for value in ours.values() if value is not None}) > 1, "nothing to tell apart"


@pytest.mark.parametrize("metric", BY_WORDS)
def test_what_is_judged_by_words_differs_rarely(metric: str, pairs: Pairs) -> None:
    both = [(a[metric], b[metric]) for _, a, b in pairs if a.get(metric) is not None and b[metric] is not None]
    assert sum(abs(x - y) < 1e-4 for x, y in both) >= 0.9 * len(both)


def test_abstention_agrees_over_the_set(
    scorer: ModuleType, questions: list[EvalQuestion], answers: dict[str, Any], texts: Path
) -> None:
    ours = summarise([score(q, answers[q.id]) for q in questions])["metrics"]["abstention_f1"]
    theirs = scorer.score([as_row(q) for q in questions], answers, texts)[0]["abstention_f1"]
    assert ours == pytest.approx(theirs, abs=1e-4)
