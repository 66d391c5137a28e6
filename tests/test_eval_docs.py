"""The evaluator's page is kept true: its workflow, its commands and its metrics exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from qa.eval.answers import score
from qa.eval.cli import app
from qa.eval.questions import NAMES, EvalQuestion
from qa.eval.summary import summarise
from qa.eval.wording import LABELS

pytestmark = pytest.mark.unit
PAGE = (Path(__file__).parent.parent / "docs" / "evaluator.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = {
    name: {option for parameter in command.params for option in parameter.opts}
    for name, command in get_command(app).commands.items()  # type: ignore[attr-defined]
}


def test_the_workflow_is_one_that_github_takes() -> None:
    (text,) = [block for language, block in BLOCKS if language == "yaml"]
    workflow = yaml.safe_load(text)
    assert workflow[True] == ["pull_request"]  # YAML reads the key "on" as true, and GitHub knows that
    (job,) = workflow["jobs"].values()
    assert job["runs-on"] and all(("uses" in step) != ("run" in step) for step in job["steps"])
    runs = "\n".join(step.get("run", "") for step in job["steps"])
    uploaded = job["steps"][-1]
    assert uploaded["if"] == "always()"
    assert all(name in runs for name in uploaded["with"]["path"].split())


def test_commands_in_the_page_have_the_options_that_they_are_given() -> None:
    lines = [line for _, block in BLOCKS for line in block.splitlines() if "tanya eval " in line]
    assert len(lines) >= 8
    for line in lines:
        words = line.partition("tanya eval ")[2].split()
        assert words[0] in COMMANDS, line
        assert {word for word in words if word.startswith("--")} <= COMMANDS[words[0]], line


def test_every_metric_of_answers_is_explained_and_has_a_name() -> None:
    rows = [score(EvalQuestion("a", "x", "Apa?", answerable), None) for answerable in (True, False)]
    for name in summarise(rows)["metrics"]:
        short = name.replace("abstention", "")
        assert f"`{name}`" in PAGE or f"`{short}`" in PAGE, name
        assert name in LABELS


def test_columns_that_the_page_names_are_understood() -> None:
    known = {name for names in NAMES.values() for name in names}
    named = re.findall(r"`(Jawaban|Sumber|Fakta|Sebelumnya|Terjawab|No)`", PAGE)
    assert {name.lower() for name in named} <= known and len(set(named)) == 6
