"""Metrics by hand-made cases, and against ir-measures."""

from __future__ import annotations

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import AP, RR, P, R, Success, nDCG

from qa.eval import metrics
from qa.eval.bootstrap import interval, paired

KEYS = [f"d{i}" for i in range(14)]
rankings = st.permutations(KEYS).flatmap(lambda order: st.integers(1, 14).map(lambda n: list(order[:n])))
grades = st.dictionaries(st.sampled_from([*KEYS, "elsewhere"]), st.integers(0, 3), min_size=1).filter(
    lambda g: any(value > 0 for value in g.values())
)


@settings(max_examples=200, deadline=None)
@given(rankings, grades)
def test_retrieval_metrics_agree_with_ir_measures(ranked: list[str], graded: dict[str, int]) -> None:
    run = {"q": {key: 1.0 - place / 100 for place, key in enumerate(ranked)}}
    wanted = ir_measures.calc_aggregate([Success @ 5, R @ 5, P @ 5, RR @ 10, AP, nDCG @ 10], {"q": graded}, run)
    ours = {
        Success @ 5: metrics.hit_rate(ranked, graded, 5),
        R @ 5: metrics.recall(ranked, graded, 5),
        P @ 5: metrics.precision(ranked, graded, 5),
        RR @ 10: metrics.reciprocal_rank(ranked, graded, 10),
        AP: metrics.average_precision(ranked, graded),
        nDCG @ 10: metrics.ndcg(ranked, graded, 10),
    }
    for measure, value in ours.items():
        assert value == pytest.approx(wanted[measure], abs=1e-9), measure


def test_without_a_relevant_passage_nothing_is_made_up() -> None:
    assert metrics.recall(["a"], {"a": 0}, 5) is None
    assert metrics.average_precision(["a"], {}) is None
    assert metrics.ndcg(["a"], {"b": 0}, 5) is None


def test_exact_match_and_f1_follow_squad_without_english_articles() -> None:
    assert metrics.exact_match("Jakarta Pusat.", ["jakarta pusat"]) == 1.0
    assert metrics.exact_match("the band", ["band"]) == 0.0
    assert metrics.fold(" Jakarta-Bandung,  Rp1.500! ") == "jakartabandung rp1500"
    assert metrics.exact_match("", []) == 1.0 and metrics.exact_match("Jakarta", []) == 0.0
    assert metrics.token_f1("kota Jakarta", ["Jakarta", "kota Bandung raya"]) == pytest.approx(2 / 3)
    assert metrics.token_f1("", []) == 1.0 and metrics.token_f1("", ["x"]) == 0.0


def test_auc_counts_ties_half() -> None:
    assert metrics.auc([0.9, 0.5, 0.5, 0.1], [True, True, False, False]) == pytest.approx(0.875)
    assert metrics.auc([0.9], [True]) is None


def test_intervals_hold_the_mean_and_do_not_change() -> None:
    values = [0.0, 1.0, 1.0, 0.5] * 10
    first = interval(values)
    assert first == interval(values)
    assert first.mean == pytest.approx(0.625)
    assert first.low is not None and first.high is not None and first.low < 0.625 < first.high
    assert interval([]).mean is None and interval([]).count == 0


def test_paired_difference_knows_same_from_better() -> None:
    a = [0.0, 1.0, 0.0, 1.0] * 10
    assert paired(a, a).p == 1.0
    better = paired(a, [1.0] * 40)
    assert better.low > 0 and better.p < 0.01
    with pytest.raises(ValueError, match="3 and 4"):
        paired([0.0] * 3, [0.0] * 4)
