"""The comparison with other frameworks: what is measured is what its files say. No peer is installed or run here."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers.environments import requirements
from benchmarks.peers.models import THREADS, TOKENS, WINDOW, cut, is_complete
from benchmarks.peers.run import OURS, PEERS, QUESTIONS, RESULT, SEED
from benchmarks.peers.sample import stratified
from benchmarks.peers.scoring import measured
from benchmarks.peers.systems import System
from benchmarks.peers.table import BEGIN, END, PACKAGES, TITLES, render, update
from benchmarks.peers.tanya_peer import own_settings
from benchmarks.peers.worker import SHARED
from qa.eval.given import answer_line
from qa.eval.questions import load_question_file
from qa.generator import thread_count

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "benchmarks" / "peers"

pytestmark = pytest.mark.unit


def constants(peer: str) -> dict[str, Any]:
    """The module's constants, without importing the framework that it needs."""
    tree = ast.parse((FOLDER / f"{peer}_peer.py").read_text(encoding="utf-8"))
    assigned = (node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name))
    return {node.targets[0].id: ast.literal_eval(node.value) for node in assigned}  # type: ignore[attr-defined]


def pins(peer: str) -> dict[str, str]:
    return dict(line.split("==") for line in requirements(peer))


@pytest.mark.parametrize("peer", PEERS)
def test_the_requirements_pin_what_the_code_names(peer: str) -> None:
    assert set(constants(peer)["PACKAGES"]) | set(SHARED) <= set(pins(peer))
    assert PACKAGES[peer] in constants(peer)["PACKAGES"]


@pytest.mark.parametrize("peer", PEERS)
def test_what_is_shared_has_the_version_of_this_product(peer: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = dict(line.split("==") for line in project["dependencies"])
    wanted = {name: ours[name] for name in (*SHARED, "numpy", "torch") if name in pins(peer)}
    assert {name: pins(peer)[name] for name in wanted} == wanted


def test_every_peer_has_a_pipeline_requirements_and_a_name_in_the_table() -> None:
    assert {path.stem.removesuffix("_peer") for path in FOLDER.glob("*_peer.py")} == {*PEERS, "tanya"}
    assert {path.stem.removeprefix("requirements-") for path in FOLDER.glob("requirements-*.txt")} == set(PEERS)
    assert set(TITLES) == {*OURS, *PEERS}


@pytest.mark.parametrize("quotes_only", [False, True])
def test_the_generator_has_the_same_limits_for_all(quotes_only: bool, tmp_path: Path) -> None:
    settings = own_settings(tmp_path, quotes_only=quotes_only)
    assert (settings.answer_tokens, settings.context_tokens) == (TOKENS, WINDOW)
    assert thread_count(settings) == THREADS


@pytest.mark.parametrize("peer", PEERS)
def test_the_refusal_that_a_prompt_asks_for_is_known_as_one(peer: str) -> None:
    prompt = constants(peer)["PROMPT"]
    refusal = re.search(r"katakan: (Saya .*?\.)", prompt)
    assert refusal is not None
    assert answer_line({"answer": refusal[1], "passages": ["Ada."]})["abstained"]
    assert prompt.endswith("\nJawaban:")  # the model continues text


@pytest.mark.parametrize(
    ("text", "complete", "kept"),
    [
        ("\n\nHanoi.", False, "Hanoi."),
        ("Hanoi.\n\nPertanyaan lain", True, "Hanoi."),
        (" Hanoi\nPertanyaan: apa?", True, "Hanoi"),
        ("1. satu\n2. dua", False, "1. satu\n2. dua"),
        ("# Judul\n\nIsi bab.", False, "# Judul\n\nIsi bab."),
        ("# Judul\n\nIsi bab.\n\nBab lain", True, "# Judul\n\nIsi bab."),
        ("", False, ""),
    ],
)
def test_an_answer_ends_at_an_empty_line_behind_its_first_words(text: str, complete: bool, kept: str) -> None:
    assert is_complete(text) == complete
    assert cut(text) == kept


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [{"type": q.kind, "answerable": q.answerable, "id": q.id} for q in load_question_file(QUESTIONS).questions]


def test_a_sample_has_every_kind_in_proportion(rows: list[dict[str, Any]]) -> None:
    chosen = stratified(rows, 48, SEED)
    assert len({row["id"] for row in chosen}) == 48
    whole, part = (Counter((row["type"], row["answerable"]) for row in given) for given in (rows, chosen))
    assert set(whole) == set(part)
    assert max(abs(part[key] - count * 48 / len(rows)) for key, count in whole.items()) <= 1


def test_a_smaller_sample_is_the_beginning_of_a_larger_one(rows: list[dict[str, Any]]) -> None:
    assert stratified(rows, 20, SEED) == stratified(rows, 48, SEED)[:20]


def test_a_sample_is_the_same_twice_and_another_one_with_another_seed(rows: list[dict[str, Any]]) -> None:
    assert stratified(rows, 30, 1) == stratified(rows, 30, 1) != stratified(rows, 30, 2)


@pytest.mark.parametrize("size", [0, 150, 200])
def test_all_questions_can_be_asked(rows: list[dict[str, Any]], size: int) -> None:
    asked = stratified(rows, size, SEED)
    assert sorted(row["id"] for row in asked) == sorted(row["id"] for row in rows)


def test_scores_come_from_answers_as_another_system_gives_them() -> None:
    questions = [q for q in load_question_file(QUESTIONS).questions if q.id in ("ds-factoid-01", "ds-near-11")]
    seconds = {"retrieve": 0.1, "first_token": 0.5, "total": 1.0, "processor": 0.7}
    right = {"answer": "Edmund Gullion.", "passages": [{"text": questions[0].evidence[0]}], "timings": seconds}
    refused = {"answer": "Saya tidak tahu.", "passages": [{"text": "x" * 30}], "timings": seconds}
    found = measured(questions, {questions[0].id: right, questions[1].id: refused})
    assert found["metrics"]["fact_recall"] == found["metrics"]["retrieved"] == 1.0
    assert found["metrics"]["false_answer"] == 0.0
    assert {name: found["latencies"][name]["median"] for name in found["latencies"]} == {
        "first_token": 0.5, "total": 1.0, "processor": 0.7
    }  # fmt: skip
    assert found["answers"][questions[1].id]["abstained"]


def test_a_sentence_of_a_long_passage_supports_an_answer_though_another_one_denies() -> None:
    question = next(q for q in load_question_file(QUESTIONS).questions if q.id == "ds-factoid-01")
    passage = "Diplomasi publik bukan promosi. Istilah itu dipakai Edmund Gullion di Fletcher School."
    seconds = {"first_token": 0.5, "total": 1.0, "processor": 0.7}
    found = {
        said: measured([question], {question.id: {"answer": said, "passages": [{"text": passage}], "timings": seconds}})
        for said in ("Istilah itu dipakai Edmund Gullion.", "Istilah itu dipakai Joseph Nye.")
    }
    assert [one["metrics"]["faithfulness"] for one in found.values()] == [1.0, 0.0]


def system(version: str, facts: float, answered: float, citations: int, seconds: float) -> dict[str, Any]:
    return {
        "versions": {"langchain": version},
        "metrics": {"fact_recall": facts, "false_answer": answered, "citation_recall": 0.0},
        "intervals": {"fact_recall": [facts - 0.1, facts + 0.1, 2]},
        "latencies": {name: {"median": seconds, "p95": seconds} for name in ("first_token", "total", "processor")},
        "passage_characters": 4000,
        "peak_memory_mb": 600,
        "indexing_processor_seconds": seconds,
        "answers": {"a": {"citations": citations}},
    }


@pytest.fixture
def result() -> dict[str, Any]:
    return {
        "date": "2026-01-02",
        "load_before": 0.5,
        "machine": {"cores": 2, "processor": "x86_64"},
        "questions": {"asked": 48, "of": 150, "seed": SEED, "answerable": 33},
        "systems": {"tanya-materi": system("", 0.8, 0.5, 2, 3.0), "langchain": system("1.4.7", 0.2, 0.4, 0, 1.0)},
    }


def test_the_table_marks_the_best_of_a_row_whoever_has_it(result: dict[str, Any]) -> None:
    lines = render(result).splitlines()
    assert "| | Tanya Materi | LangChain 1.4.7 |" in lines
    assert "| facts stated | **.80** | .20 |" in lines
    assert "| unanswerable, but answered | .50 | **.40** |" in lines
    assert "| whole answer, s | 3.0 | **1.0** |" in lines
    assert "| characters of the passages, median | 4000 | 4000 |" in lines


def test_a_system_without_citations_has_no_value_for_them(result: dict[str, Any]) -> None:
    assert "| sentences that their citations support | **.00** | – |" in render(result).splitlines()


def test_the_table_says_what_was_asked(result: dict[str, Any]) -> None:
    said = " ".join(render(result).partition("|")[0].split())
    assert "48 of the 150 questions (seed 2026, every kind in proportion), 33 of them answerable; 2026-01-02" in said
    assert "±.10" in said


def test_the_table_replaces_what_stands_between_its_marks(tmp_path: Path, result: dict[str, Any]) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    update(readme, result)
    assert readme.read_text(encoding="utf-8") == f"before\n\n{BEGIN}\n{render(result)}{END}\n\nafter\n"
    readme.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="no place for the table"):
        update(readme, result)


def test_the_means_of_the_result_are_those_of_its_answers() -> None:
    whole = json.loads(RESULT.read_text(encoding="utf-8"))
    assert set(whole["systems"]) == {*OURS, *PEERS}
    for name, found in whole["systems"].items():
        values = [answer["metrics"] for answer in found["answers"].values()]
        assert len(values) == whole["questions"]["asked"]
        for metric in ("fact_recall", "false_answer", "over_refusal", "context_recall"):
            known = [value[metric] for value in values if metric in value]
            assert found["metrics"][metric] == pytest.approx(sum(known) / len(known), abs=1e-4), (name, metric)


@pytest.mark.parametrize("peer", PEERS)
def test_the_result_is_of_the_versions_that_are_pinned(peer: str) -> None:
    versions = json.loads(RESULT.read_text(encoding="utf-8"))["systems"][peer]["versions"]
    assert versions == {name: pins(peer)[name] for name in versions}


ECHO = """
import json, sys
print(json.dumps({"pipeline": "echo"}), flush=True)
for line in sys.stdin:
    print(json.dumps({"answer": json.loads(line)["question"]}), flush=True)
print(json.dumps({"peak_memory_mb": 1}), flush=True)
"""


def test_a_system_answers_row_by_row_and_its_death_is_told(tmp_path: Path) -> None:
    package = tmp_path / "benchmarks" / "peers"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").touch()
    (package / "worker.py").write_text(ECHO, encoding="utf-8")
    running = System("echo", Path(sys.executable), [], tmp_path, tmp_path / "echo.log")
    assert running.ready == {"pipeline": "echo"}
    assert running.ask({"question": "Apa?"}) == {"answer": "Apa?"}
    assert running.close() == {"peak_memory_mb": 1}
    (package / "worker.py").write_text("raise SystemExit(3)", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"ended with 3.*echo\.log"):
        System("echo", Path(sys.executable), [], tmp_path, tmp_path / "echo.log")


def test_the_command_explains_itself() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.peers.run", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "--questions" in told and "0: all" in told
