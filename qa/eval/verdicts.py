"""What became of one question, in the few words by which a report is filtered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from qa.eval.saved import Row

Verdict = Literal["right", "partly", "wrong", "refused", "unjudged"]
NAMES: Mapping[str, str] = {
    "right": "benar", "partly": "sebagian", "wrong": "salah", "refused": "ditolak padahal ada",
    "unjudged": "tak dapat dinilai",
    "abstained": "tidak menjawab", "unsupported": "ada yang tak didukung",
}  # fmt: skip
_ANY = 1e-9
# A key without facts is matched by its words, beyond those of the question. On answers to questions that have both,
# MOST rarely says right where a fact is missing, and SOME finds nearly all answers that state a fact; the counts are
# in results/verdict_check.json (benchmarks/verdict_check.py).
MOST, SOME = 0.8, 0.33  # a third, as rows are rounded
# What decides: the first line that the question has, as (metric, least value) for "right" and for "partly".
_DECIDES = (
    (("full_correct", 1.0), ("fact_recall", _ANY)),
    (("reference_recall", MOST), ("reference_recall", SOME)),
    (("exact_match", 1.0), ("f1", 0.5)),
    (("hit_rate@1", 1.0), ("mrr@10", _ANY)),
    (("answer_correctness", 1.0), ("answer_correctness", 0.5)),
)
_SUPPORT = ("supported", "faithfulness", "citation_precision", "citation_recall", "cited_sentences")


def verdict(row: Row) -> Verdict:
    """Judge one question from its values.

    A question that the material does not answer is right when it was not answered; a false premise that was put
    right counts so in the rows already. An answer is right when all that was asked for is there, and partly when some
    is: with facts, one of them; with a key only, a third of its words, for a word in common makes no answer. Where
    nothing says what is right, it is "unjudged".
    """
    abstained = bool(row.details.get("abstained"))
    if not row.details.get("answerable", True):
        if "probability" in row.details:  # a reader's row: no answer is the right answer
            return "right" if not row.details.get("answer") else "wrong"
        return "right" if abstained else "wrong"
    if abstained:
        return "refused"
    for (whole, enough), (part, some) in _DECIDES:
        value = row.values.get(whole)
        if value is None:
            continue
        if value >= enough:
            return "right"
        return "partly" if (row.values.get(part) or 0.0) >= some else "wrong"
    return "wrong" if row.details.get("missing") else "unjudged"


def flags(row: Row) -> list[str]:
    """Return what the row can be filtered by: its verdict, "abstained", "unsupported"."""
    found: list[str] = [verdict(row)]
    if row.details.get("abstained"):
        found.append("abstained")
    if any((row.values.get(name) or 0.0) < 1.0 for name in _SUPPORT if row.values.get(name) is not None):
        found.append("unsupported")
    return found


def in_words(rows: Sequence[Row]) -> list[str]:
    """Tell in sentences what became of the questions of an answers run, for a reader who knows no metric.

    The numbers stand between <b> and </b>.
    """
    has = [verdict(row) for row in rows if row.details.get("answerable", True)]
    lacks = [verdict(row) for row in rows if not row.details.get("answerable", True)]
    told = []
    if has:
        n = {name: f"<b>{sum(one == name for one in has)}</b>" for name in NAMES}
        unjudged = f"; {n['unjudged']} tak dapat dinilai karena tanpa kunci" if "unjudged" in has else ""
        told.append(
            f"Dari <b>{len(has)} soal</b> yang jawabannya ada di materi: {n['right']} dijawab benar, {n['partly']} "
            f"sebagian, {n['wrong']} salah, dan {n['refused']} tidak dijawab{unjudged}."
        )
    if lacks:
        told.append(
            f"Dari <b>{len(lacks)} soal</b> yang jawabannya tidak ada di materi, <b>{lacks.count('right')}</b> "
            f"disikapi dengan benar dan <b>{lacks.count('wrong')}</b> tetap dijawab."
        )
    return told
