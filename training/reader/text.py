"""Compare texts without regard to case, punctuation and spacing."""

from __future__ import annotations

import string
import unicodedata
from collections import Counter

_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation + "–—‘’“”…«»", " "))


def fold(text: str) -> str:
    """Lower-case, turn punctuation into blanks and collapse blanks (SQuAD 2.0 without the English articles)."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().translate(_PUNCTUATION).split())


def contains_answer(folded_text: str, answer: str) -> bool:
    """Say whether the words of `answer` stand one after the other in a text that `fold` has been over."""
    folded = fold(answer)
    return bool(folded) and f" {folded} " in f" {folded_text} "


def token_f1(predicted: str, gold: str) -> float:
    """Return the SQuAD token F1 of two strings; two empty strings agree."""
    a, b = fold(predicted).split(), fold(gold).split()
    if not a or not b:
        return float(a == b)
    common = sum((Counter(a) & Counter(b)).values())
    return 2 * common / (len(a) + len(b))
