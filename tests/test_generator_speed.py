"""The speed of the generator: its prompts are the pipeline's own, and the figures follow from the times."""

from __future__ import annotations

import pytest

from benchmarks.generator_speed import ALIKE, ALL_CORES, WITH, WITHOUT, Writer, measure, medians, report
from benchmarks.generators import Timing, prompts
from qa.prompts import TUTOR
from qa.settings import Settings
from qa.types import Question


def timing(reading: float, writing: float, seconds: float) -> Timing:
    return Timing(136, 64, reading, writing, seconds)


OURS = [timing(90, 45, 4), timing(180, 45, 4), timing(90, 54, 5)]
WITHOUT_IT = [timing(100, 50, 4), timing(200, 50, 2), timing(100, 60, 4)]


@pytest.mark.unit
def test_the_adapters_cost_is_the_median_over_the_questions() -> None:
    cost = report({WITH: OURS, WITHOUT: WITHOUT_IT})["adapter_cost_percent"]
    assert cost == {"reading": 10.0, "writing": 10.0, "whole": 20.0}


@pytest.mark.unit
def test_others_are_compared_on_the_questions_that_they_got() -> None:
    found = report({WITH: OURS, WITHOUT: WITHOUT_IT, ALIKE: [timing(30, 9, 8)]})
    assert found["times_as_fast"] == {ALIKE: {"reading": 3.0, "writing": 5.0, "whole": 2.0}}
    assert found["medians"][ALIKE]["questions"] == 1


@pytest.mark.unit
def test_the_whole_rate_counts_what_is_read_and_written() -> None:
    found = medians([timing(90, 45, 4)])
    assert (found["whole_tokens_per_second"], found["seconds"]) == (50.0, 4.0)


@pytest.mark.unit
def test_every_prompt_goes_to_all_in_turn_and_the_first_one_changes() -> None:
    calls: list[tuple[str, str]] = []

    def writer(name: str) -> Writer:
        return lambda prompt: (calls.append((name, prompt)), OURS[0])[1]  # type: ignore[func-returns-value]

    names = (WITH, WITHOUT, ALIKE, ALL_CORES)
    timings = measure({name: writer(name) for name in names}, ["a", "b"], 1)
    assert {name: len(given) for name, given in timings.items()} == {WITH: 2, WITHOUT: 2, ALIKE: 1, ALL_CORES: 1}
    counted = calls[len(names) :]  # before them, every system is asked once to warm up
    assert sorted(counted[:4]) == sorted((name, "a") for name in names)
    assert [name for name, _ in counted if name in (WITH, WITHOUT)] == [WITHOUT, WITH, WITH, WITHOUT]


@pytest.mark.integration
def test_the_prompts_are_those_of_the_pipeline_without_lists(settings: Settings) -> None:
    listed, defined = "Apa saja empat pilar kerangka perilaku negara?", "Jelaskan pengertian dilema keamanan."
    (heard,) = prompts(settings, [Question(listed), Question(defined)], 1)
    assert heard.startswith(TUTOR) and f"\nPertanyaan: {defined}\n" in heard and heard.endswith("Jawaban:")
    assert "memperkuat keamanannya" in heard
    with pytest.raises(ValueError, match="0 of the questions"):
        prompts(settings, [Question(listed)], 1)
