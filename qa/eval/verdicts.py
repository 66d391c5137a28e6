"""What became of one question, in the few words by which a report is filtered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from qa.eval.saved import Row

Verdict = Literal["right", "partly", "wrong", "refused"]
NAMES: Mapping[str, str] = {
    "right": "benar", "partly": "sebagian", "wrong": "salah", "refused": "ditolak padahal ada",
    "abstained": "tidak menjawab", "unsupported": "ada yang tak didukung",
}  # fmt: skip
# What decides: the first line that the question has, as (metric, least value) for "right" and for "partly". A key
# without facts is matched by its words only, so "right" asks for most of them: it should rarely be said of an answer
# that lacks something.
_DECIDES = (
    (("full_correct", 1.0), ("fact_recall", 1e-9)),
    (("reference_recall", 0.8), ("reference_recall", 1e-9)),
    (("exact_match", 1.0), ("f1", 1e-9)),
    (("hit_rate@1", 1.0), ("mrr@10", 1e-9)),
    (("answer_correctness", 1.0), ("answer_correctness", 1e-9)),
)
_SUPPORT = ("supported", "faithfulness", "citation_precision", "citation_recall", "cited_sentences")


def verdict(row: Row) -> Verdict:
    """Judge one question from its values.

    A question that the material does not answer is right when it was not answered; a false premise that was put
    right counts so in the rows already. An answer is right when all that was asked for is there, partly when some is.
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
    return "wrong"


def flags(row: Row) -> list[str]:
    """Return what the row can be filtered by: its verdict, "abstained", "unsupported"."""
    found: list[str] = [verdict(row)]
    if row.details.get("abstained"):
        found.append("abstained")
    if any((row.values.get(name) or 0.0) < 1.0 for name in _SUPPORT if row.values.get(name) is not None):
        found.append("unsupported")
    return found
