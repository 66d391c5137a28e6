"""Metrics by the field's names and definitions; every value lies in [0, 1] unless its docstring says otherwise."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

_PUNCTUATION = str.maketrans("", "", string.punctuation)
Grades = Mapping[str, int]  # passage id → relevance grade; 0 and absent mean not relevant


def hit_rate(ranked: Sequence[str], grades: Grades, k: int) -> float:
    """1 when a relevant passage stands among the first `k`, else 0 (success@k of TREC)."""
    return float(any(grades.get(key, 0) > 0 for key in ranked[:k]))


def recall(ranked: Sequence[str], grades: Grades, k: int) -> float | None:
    """Relevant passages among the first `k` over all relevant ones; None where none is relevant."""
    relevant = _relevant(grades)
    return sum(key in relevant for key in ranked[:k]) / len(relevant) if relevant else None


def precision(ranked: Sequence[str], grades: Grades, k: int) -> float:
    """Relevant passages among the first `k`, over `k` (also where fewer were found, as in trec_eval)."""
    return sum(grades.get(key, 0) > 0 for key in ranked[:k]) / k


def reciprocal_rank(ranked: Sequence[str], grades: Grades, k: int) -> float:
    """1 / rank of the first relevant passage among the first `k`, else 0; its mean is MRR@k (Voorhees 1999)."""
    return next((1 / rank for rank, key in enumerate(ranked[:k], 1) if grades.get(key, 0) > 0), 0.0)


def average_precision(ranked: Sequence[str], grades: Grades) -> float | None:
    """Mean of the precision at each relevant passage's rank over all relevant ones; its mean is MAP (trec_eval)."""
    relevant = _relevant(grades)
    if not relevant:
        return None
    found, total = 0, 0.0
    for rank, key in enumerate(ranked, 1):
        if key in relevant:
            found += 1
            total += found / rank
    return total / len(relevant)


def ndcg(ranked: Sequence[str], grades: Grades, k: int) -> float | None:
    """Discounted cumulated gain over the ideal one, gain = grade, discount = log2(rank + 1).

    Järvelin and Kekäläinen (2002) as trec_eval computes it. None where no passage is relevant.
    """
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k]
    if not ideal:
        return None
    return _dcg([max(0, grades.get(key, 0)) for key in ranked[:k]]) / _dcg(ideal)


def fold(text: str) -> str:
    """Lower case, ASCII punctuation deleted, single blanks: SQuAD's normalisation, English articles left in."""
    return " ".join(text.lower().translate(_PUNCTUATION).split())


def exact_match(predicted: str, golds: Sequence[str]) -> float:
    """1 when the folded prediction equals a folded gold answer; no gold answer means that "" is right (SQuAD 2.0)."""
    return float(any(fold(predicted) == fold(gold) for gold in golds or [""]))


def token_f1(predicted: str, golds: Sequence[str]) -> float:
    """Best F1 of the bags of folded words against a gold answer; two empty answers agree (Rajpurkar et al. 2018)."""
    return max(_f1(fold(predicted).split(), fold(gold).split()) for gold in golds or [""])


def auc(scores: Sequence[float], truth: Sequence[bool]) -> float | None:
    """Area under the ROC curve, ties counting half (Mann-Whitney); None where one class is missing."""
    positive = np.array([s for s, t in zip(scores, truth, strict=True) if t])
    negative = np.sort([s for s, t in zip(scores, truth, strict=True) if not t])
    if not len(positive) or not len(negative):
        return None
    below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    return float(below.mean() / 2 / len(negative))


def _relevant(grades: Grades) -> set[str]:
    return {key for key, grade in grades.items() if grade > 0}


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / float(np.log2(rank + 1)) for rank, gain in enumerate(gains, 1))


def _f1(predicted: Sequence[str], gold: Sequence[str]) -> float:
    if not predicted or not gold:
        return float(list(predicted) == list(gold))
    common = sum((Counter(predicted) & Counter(gold)).values())
    return 2 * common / (len(predicted) + len(gold))
