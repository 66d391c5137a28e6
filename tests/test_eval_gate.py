"""The gate on the shipped course: planted faults are caught, and the same version raises no alarm."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.messages import BaseMessage, HumanMessage

import qa.pipeline
from index.retriever import Hit
from qa import prompts
from qa.citations import CheckedSentence, Evidence
from qa.eval.answers import score
from qa.eval.documents import of_index
from qa.eval.gate import Check, check_drop
from qa.eval.questions import EvalQuestion, load_question_file
from qa.eval.saved import Run, from_result, load_run
from qa.eval.summary import summarise
from qa.pipeline import Pipeline
from qa.reader import Reading
from qa.types import Answer, Question, RetrievedPassage

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parent.parent
QUESTIONS = ROOT / "benchmarks" / "questions" / "diplomasi-siber.jsonl"
BASELINE = ROOT / "benchmarks" / "results" / "eval-baseline-quotes.json"
MARGIN = {"*": 0.02}
RERUNS = 10
_WRITTEN = 10
Lines = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def questions() -> list[EvalQuestion]:
    """One question of each kind, and a second of the kinds that a fault hides in."""
    chosen: dict[str, list[EvalQuestion]] = {}
    for question in load_question_file(QUESTIONS).questions:
        kept = chosen.setdefault(question.kind, [])
        if len(kept) < (2 if question.kind in {"list", "followup", "slang", "comparison", "near"} else 1):
            kept.append(question)
    return [question for kept in chosen.values() for question in kept]


@pytest.fixture(scope="module")
def lines(quoting: Pipeline, questions: list[EvalQuestion]) -> Lines:
    """Answers of the version as it is."""
    return ask(quoting, questions)


@pytest.fixture(scope="module")
def baseline(questions: list[EvalQuestion]) -> Run:
    """The committed baseline of these questions."""
    if not BASELINE.exists():
        pytest.skip("no baseline yet; make it with: make eval-baseline")
    wanted = {question.id for question in questions}
    rows = [dict(row.details) for row in load_run(BASELINE).rows if row.id in wanted]
    return from_result({"kind": "answers", **summarise(rows), "rows": rows}, BASELINE)


def ask(pipeline: Pipeline, questions: Sequence[EvalQuestion]) -> Lines:
    return {q.id: pipeline.answer(Question(q.question, q.history, q.id)).to_json() for q in questions}


def run(questions: Sequence[EvalQuestion], given: Lines, p: Pipeline) -> Run:
    rows = [score(question, given[question.id], of_index(p.index)) for question in questions]
    return from_result({"kind": "answers", **summarise(rows), "rows": rows})


def alarms(now: Run, before: Run) -> list[Check]:
    """What the gate says of `make eval`: every metric, with its margin."""
    return [c for c in check_drop(now, before, MARGIN) if not c.passed]


def named(checks: Sequence[Check]) -> set[str]:
    return {check.name.split()[0] for check in checks}


# -- Faults of the pipeline: it is built wrong and asked again.


def only_one_passage(p: Pipeline) -> Pipeline:
    one = p.settings.model_copy(update={"retrieved": 1, "read": 1, "shown": 1})
    return Pipeline(p.index, p.reader, None, one)


def gate_at(threshold: float) -> Callable[[Pipeline], Pipeline]:
    def build(p: Pipeline) -> Pipeline:
        reader = copy.copy(p.reader)
        reader.config = replace(reader.config, gate_threshold=threshold)
        return Pipeline(p.index, reader, None, p.settings)

    return build


class CutsPassages(Pipeline):
    """Every passage ends after 80 characters, as with a wrong unit for the length."""

    def rerank(self, question: str, hits: Sequence[Hit]) -> tuple[list[RetrievedPassage], list[Reading]]:
        cut = [replace(hit, passage=cut_to(hit.passage, 80)) for hit in hits]
        return super().rerank(question, cut)


def cut_to(passage: Document, length: int) -> Document:
    text = passage.page_content[:length]
    end = passage.metadata["start"] + len(text)
    return Document(id=passage.id, page_content=text, metadata={**passage.metadata, "end": end})


class ForgetsHistory(Pipeline):
    def stream(self, question: Question, cancel: Any = None) -> Iterator[Answer]:
        return super().stream(replace(question, history=()), cancel)


@pytest.mark.parametrize(
    "broken",
    [
        only_one_passage,
        gate_at(-1.0),
        gate_at(2.0),
        lambda p: CutsPassages(p.index, p.reader, None, p.settings),
        lambda p: ForgetsHistory(p.index, p.reader, None, p.settings),
    ],
    ids=["k=1", "never abstains", "always abstains", "passages cut", "history lost"],
)
def test_a_wrong_pipeline_is_caught(
    broken: Callable[[Pipeline], Pipeline], quoting: Pipeline, questions: list[EvalQuestion], baseline: Run
) -> None:
    assert alarms(run(questions, ask(broken(quoting), questions), quoting), baseline) != []


# -- Faults of the prompt: the bundled generator writes, and is compared with itself on this machine.


def lost_question(question: str, given: Sequence[str], hint: str) -> list[BaseMessage]:
    """The student's question does not reach the model."""
    return prompts.answer_messages("", given)


def other_task(question: str, given: Sequence[str], hint: str) -> list[BaseMessage]:
    """The prompt of something else: it wants a verse in English and gives no excerpt."""
    return [HumanMessage(f"Write a short cheerful verse in English.\nTopic: {question}\nVerse:")]


def accept_all(sentence: str, evidence: Sequence[Evidence], *_: Any) -> CheckedSentence:
    return CheckedSentence(sentence, tuple(evidence))


@pytest.fixture(scope="module")
def writing(pipeline: Pipeline) -> Pipeline:
    """The whole pipeline without its time limit, as `tanya eval` measures it."""
    unhurried = pipeline.settings.model_copy(update={"generator_seconds": 600.0})
    return Pipeline(pipeline.index, pipeline.reader, pipeline.generator, unhurried)


@pytest.fixture(scope="module")
def written(writing: Pipeline, questions: list[EvalQuestion]) -> tuple[list[EvalQuestion], Run]:
    """The questions whose answers the generator writes (each is a wait of seconds, so some of them), and those."""
    few = [q for q in questions if q.answerable and q.kind != "list"][:_WRITTEN]
    given = ask(writing, few)
    kept = [q for q in few if given[q.id]["kind"] == "generated"]
    assert len(kept) >= 3
    return kept, run(kept, given, writing)


@pytest.mark.parametrize("wrong", [lost_question, other_task], ids=lambda wrong: wrong.__name__)
def test_a_wrong_prompt_is_caught(
    wrong: Callable[[str, Sequence[str], str], list[BaseMessage]],
    writing: Pipeline,
    written: tuple[list[EvalQuestion], Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few, before = written
    monkeypatch.setattr(prompts, "tutor_messages", wrong)
    failed = named(alarms(run(few, ask(writing, few), writing), before))
    assert "generated" in failed  # the check keeps what is wrong from the student, and quotes in its place


def test_a_wrong_prompt_whose_check_is_gone_is_caught(
    writing: Pipeline, written: tuple[list[EvalQuestion], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    few, before = written
    monkeypatch.setattr(prompts, "tutor_messages", other_task)
    monkeypatch.setattr(qa.pipeline, "check", accept_all)
    monkeypatch.setattr(qa.pipeline, "_gives_answer", lambda *_: True)
    failed = named(alarms(run(few, ask(writing, few), writing), before))
    assert {"fact_recall", "faithfulness", "citation_recall"} <= failed


# -- Faults of the last step: what the answers became, without asking again.


def shuffled_citations(line: dict[str, Any]) -> dict[str, Any]:
    quotes = [c["quote"] for c in line["citations"]]
    turned = quotes[1:] + quotes[:1]
    return {**line, "citations": [{**c, "quote": q} for c, q in zip(line["citations"], turned, strict=True)]}


def altered_quotes(line: dict[str, Any]) -> dict[str, Any]:
    """Every third word of a quote is lost, as with wrong offsets."""
    cut = [{**c, "quote": re.sub(r"(\S+\s+\S+)\s+\S+", r"\1", c["quote"])} for c in line["citations"]]
    return {**line, "citations": cut}


def lost_marks(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "answer": re.sub(r"\s*\[\d+\]", "", line["answer"])}


@pytest.mark.parametrize("fault", [shuffled_citations, altered_quotes, lost_marks], ids=lambda fault: fault.__name__)
def test_wrong_citations_are_caught(
    fault: Callable[[dict[str, Any]], dict[str, Any]],
    quoting: Pipeline,
    questions: list[EvalQuestion],
    lines: Lines,
    baseline: Run,
) -> None:
    broken = {key: fault(line) for key, line in lines.items()}
    assert "citation_recall" in named(alarms(run(questions, broken, quoting), baseline))


def test_an_altered_quote_is_not_exact(
    quoting: Pipeline, questions: list[EvalQuestion], lines: Lines, baseline: Run
) -> None:
    broken = {key: altered_quotes(line) for key, line in lines.items()}
    assert "quote_exact" in named(alarms(run(questions, broken, quoting), baseline))


# -- No fault.


def test_ten_reruns_raise_no_alarm(
    quoting: Pipeline, questions: list[EvalQuestion], lines: Lines, baseline: Run
) -> None:
    assert alarms(run(questions, lines, quoting), baseline) == []
    few = questions[::2]
    expected = run(few, lines, quoting)
    for _ in range(RERUNS):
        again = run(few, ask(quoting, few), quoting)
        assert [c for c in check_drop(again, expected, {"*": 0.0}) if not c.passed] == []
        assert again.metrics == expected.metrics


@pytest.mark.skipif(not BASELINE.exists(), reason="no baseline yet; make it with: make eval-baseline")
def test_the_course_keeps_its_baseline(quoting: Pipeline) -> None:
    """What CI stops on: quotes only, so that it takes a minute; `make eval` does it with the generator."""
    every = load_question_file(QUESTIONS).questions
    assert [c.reason for c in alarms(run(every, ask(quoting, every), quoting), load_run(BASELINE))] == []
