"""Comparison and gate on runs whose differences are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from index.errors import TanyaError
from qa.eval.compare import compare
from qa.eval.compare_text import as_text
from qa.eval.gate import check_drop, check_floor, junit, parse_limits
from qa.eval.gate_cli import Gate
from qa.eval.questions import load_question_file
from qa.eval.saved import Run, from_result, load_run

pytestmark = pytest.mark.unit
RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"


def run(values: list[float], *, metric: str = "fact_recall", kinds: str = "ab", abstained: str = "") -> Run:
    """A run of answerable questions with one metric; `abstained` holds the places that were refused."""
    rows = [
        {
            "id": f"q{place}",
            "type": kinds[place % len(kinds)],
            "question": f"Soal {place}?",
            "answerable": True,
            "abstained": str(place) in abstained.split(),
            "metrics": {metric: value},
        }
        for place, value in enumerate(values)
    ]
    mean = sum(values) / len(values)
    return from_result({"kind": "answers", "metrics": {metric: mean}, "rows": rows})


def test_the_same_run_is_the_same_and_changes_nothing() -> None:
    found = compare(run([1.0, 0.0] * 10), run([1.0, 0.0] * 10))
    assert {change.verdict for change in found.changes} == {"same"}
    assert found.questions == []
    assert found.shared == 20


def test_better_and_worse_follow_the_way_the_metric_runs() -> None:
    low, high = [0.0] * 20, [1.0] * 18 + [0.0] * 2
    assert compare(run(low), run(high)).changes[0].verdict == "better"
    assert compare(run(high), run(low)).changes[0].verdict == "worse"
    assert compare(run(low, metric="false_answer"), run(high, metric="false_answer")).changes[0].verdict == "worse"


def test_a_difference_that_could_be_chance_is_not_distinguishable() -> None:
    found = compare(run([1.0, 0.0, 1.0, 0.0] * 5), run([0.0, 1.0, 1.0, 0.0] * 4 + [1.0, 1.0, 1.0, 0.0]))
    assert found.changes[0].verdict == "not distinguishable"
    assert found.changes[0].low < 0 < found.changes[0].high


def test_kinds_are_compared_apart_and_small_ones_left_out() -> None:
    found = compare(run([0.0] * 12, kinds="ab"), run([1.0, 0.0] * 6, kinds="ab"))
    assert {(change.kind, change.verdict) for change in found.changes} == {
        ("", "better"), ("a", "better"), ("b", "same"),
    }  # fmt: skip
    assert {change.kind for change in compare(run([0.0] * 8), run([1.0] * 8)).changes} == {""}


def test_changed_questions_are_named_the_worst_first() -> None:
    found = compare(run([1.0, 1.0, 0.0, 0.5]), run([1.0, 0.0, 1.0, 0.25]))
    assert [(question.id, question.gain) for question in found.questions] == [("q1", -1.0), ("q3", -0.25), ("q2", 1.0)]


def test_abstention_of_a_set_gets_an_interval() -> None:
    def refusing(places: range) -> Run:
        rows = [
            {"id": str(i), "type": "near", "answerable": i % 2 == 1, "abstained": i in places, "metrics": {}}
            for i in range(40)
        ]
        return from_result({"kind": "answers", "metrics": {}, "rows": rows})

    changes = {c.metric: c for c in compare(refusing(range(0)), refusing(range(0, 40, 2))).changes if not c.kind}
    assert (changes["abstention_f1"].a, changes["abstention_f1"].b) == (0.0, 1.0)
    assert changes["abstention_recall"].verdict == "better"


def test_runs_without_a_common_question_or_kind_are_refused() -> None:
    other = from_result({"kind": "answers", "metrics": {}, "rows": [{"id": "x", "metrics": {}}]})
    with pytest.raises(TanyaError, match="soal yang sama"):
        compare(run([1.0]), other)
    with pytest.raises(TanyaError, match="sejenis"):
        compare(run([1.0]), from_result({"kind": "reader", "metrics": {}, "rows": []}))


def test_limits_are_read() -> None:
    assert parse_limits(["f1=0.5, mrr@10=0.7"], "--fail-under") == {"f1": 0.5, "mrr@10": 0.7}
    assert parse_limits(["0.02", "f1=0.1"], "--max-drop", bare=True) == {"*": 0.02, "f1": 0.1}
    for wrong in ("0.5", "f1=viel", "=0.5", "f1=2", "f1=-0.1", "f1=nan"):
        with pytest.raises(TanyaError, match="tulis"):
            parse_limits([wrong], "--fail-under")
    with pytest.raises(TanyaError, match=r"2% sebagai 0\.02"):
        parse_limits(["2"], "--max-drop", bare=True)


def test_floor_is_a_ceiling_where_lower_is_better() -> None:
    assert check_floor(run([0.5, 0.5]), {"fact_recall": 0.5})[0].passed
    assert not check_floor(run([0.5, 0.4]), {"fact_recall": 0.5})[0].passed
    assert check_floor(run([0.1], metric="false_answer"), {"false_answer": 0.2})[0].passed
    assert not check_floor(run([0.3], metric="false_answer"), {"false_answer": 0.2})[0].passed


def test_an_undefined_metric_does_not_pass_and_an_unknown_one_is_told() -> None:
    blind = from_result({"kind": "answers", "metrics": {"f1": None}, "rows": []})
    check = check_floor(blind, {"f1": 0.1})[0]
    assert not check.passed
    assert "tidak terdefinisi" in check.reason
    with pytest.raises(TanyaError, match="fact_recall"):
        check_floor(run([1.0]), {"fakta": 0.1})


def test_a_drop_up_to_the_margin_passes_and_more_fails() -> None:
    baseline = run([1.0] * 50)
    one_lost, two_lost = run([0.0] + [1.0] * 49), run([0.0] * 2 + [1.0] * 48)
    assert [check.passed for check in check_drop(one_lost, baseline, {"*": 0.02})] == [True]
    failed = check_drop(two_lost, baseline, {"*": 0.02})[0]
    assert not failed.passed
    assert "1.0000 menjadi 0.9600: memburuk 0.0400" in failed.reason
    assert check_drop(two_lost, baseline, {"*": 0.02, "fact_recall": 0.05})[0].passed
    assert check_drop(baseline, two_lost, {"*": 0.0})[0].passed


def test_a_baseline_of_other_questions_is_refused() -> None:
    with pytest.raises(TanyaError, match="soal lain"):
        check_drop(run([1.0] * 4), run([1.0] * 5), {"*": 0.02})


def changed(made: Run, number: int = 0, **given: Any) -> Run:
    """The run with another row in place of one; a `data_sha256` given is that of its question file."""
    head = {"data_sha256": given.pop("data_sha256", None)}
    rows = [{**row.details, **given} if place == number else dict(row.details) for place, row in enumerate(made.rows)]
    return from_result({"kind": "answers", "metrics": dict(made.metrics), "rows": rows, **head})


@pytest.mark.parametrize("given", [{"question": "Soal lain?"}, {"history": ["Apa itu norma?"]}])
def test_another_question_under_the_same_id_is_another_question(given: dict[str, Any]) -> None:
    before, after = run([1.0] * 6), changed(run([1.0] * 6), **given)
    found = compare(before, after)
    assert (found.shared, found.only_a, found.only_b) == (5, ["q0"], ["q0"])
    with pytest.raises(TanyaError, match=r"soal lain \(1 soal berbeda\)"):
        check_drop(after, before, {"*": 0.02})


def test_a_question_that_became_unanswerable_wants_a_new_baseline() -> None:
    with pytest.raises(TanyaError, match=r"1 soal berbeda"):
        check_drop(changed(run([1.0] * 4), answerable=False), run([1.0] * 4), {"*": 0.02})


def test_another_file_of_the_same_questions_is_said() -> None:
    first, second, other = (changed(run([1.0] * 4), data_sha256=digest) for digest in ("a", "b", "a"))
    assert "Berkas soalnya berbeda" in as_text(compare(first, second))
    assert "Berkas soalnya berbeda" not in as_text(compare(first, other))
    assert check_drop(second, first, {"*": 0.0})[0].passed


def test_a_baseline_without_rows_is_refused_with_what_to_do() -> None:
    def bare(digest: str | None) -> Run:
        return from_result({"kind": "answers", "metrics": {"fact_recall": 1.0}, "data_sha256": digest})

    for now, before in ((run([1.0] * 4), bare("a")), (bare("a"), run([1.0] * 4))):
        with pytest.raises(TanyaError, match="buat ulang dengan --output"):
            check_drop(now, before, {"*": 0.02})
    with pytest.raises(TanyaError, match="soal lain"):
        check_drop(bare("a"), bare("b"), {"*": 0.02})
    assert check_drop(bare("a"), bare(None), {"*": 0.02})[0].passed


@pytest.mark.parametrize("name", ["eval-baseline", "eval-baseline-quotes"])
def test_the_committed_baselines_are_of_the_questions_that_are_there(name: str) -> None:
    baseline = load_run(RESULTS / f"{name}.json")
    rows = [
        {"id": q.id, "question": q.question, "history": list(q.history), "answerable": q.answerable, "metrics": {}}
        for q in load_question_file(RESULTS.parent / "questions" / "diplomasi-siber.jsonl").questions
    ]
    now = from_result({"kind": "answers", "metrics": dict(baseline.metrics), "rows": rows})
    assert all(check.passed for check in check_drop(now, baseline, {"*": 0.0}))


def test_enforce_names_every_reason_and_writes_junit(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    good, bad = run([1.0] * 10), run([0.0] * 10)
    baseline.write_text(json.dumps(as_result(good)), encoding="utf-8")
    gate = Gate.read(["fact_recall=0.9"], baseline, ["0.02"], tmp_path / "out" / "junit.xml")
    with pytest.raises(TanyaError) as failed:
        gate.enforce(bad)
    assert str(failed.value).count("\n- ") == 2
    suite = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "2")
    assert [case.find("failure") is not None for case in suite.iter("testcase")] == [True, True]
    assert [check.passed for check in gate.enforce(good)] == [True, True]
    suite = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    assert suite.get("failures") == "0"


def test_junit_is_the_same_twice() -> None:
    checks = check_floor(run([0.5]), {"fact_recall": 0.9})
    assert junit(run([0.5]), checks) == junit(run([0.5]), checks)


def test_max_drop_wants_a_baseline() -> None:
    with pytest.raises(TanyaError, match="--baseline"):
        Gate.read(None, None, ["0.02"], None)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"metrics": 1}', "nope"])
def test_what_is_no_result_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "hasil.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TanyaError, match=r"hasil\.json"):
        load_run(path)


def as_result(made: Run) -> dict[str, Any]:
    return {"kind": made.kind, "metrics": dict(made.metrics), "rows": [dict(row.details) for row in made.rows]}


def test_a_metric_that_some_rows_do_not_have_is_compared_where_both_have_it() -> None:
    first, second = run([1.0] * 6), run([1.0] * 6)
    short = [{**row.details, "metrics": {}} if row.id == "q0" else dict(row.details) for row in second.rows]
    found = compare(first, from_result({"kind": "answers", "metrics": {"fact_recall": 1.0}, "rows": short}))
    assert [change.count for change in found.changes if change.metric == "fact_recall" and not change.kind] == [5]
    assert [(question.id, question.values) for question in found.questions] == [("q0", {"fact_recall": (1.0, None)})]
