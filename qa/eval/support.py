"""Whether texts say a sentence, by lexical rules; what faithfulness and citation metrics stand on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from qa.citations import COVERAGE, content_stems, holds_facts

LOOSE = 0.6  # share of a sentence's content words in its quotes, for `supported`
_MARK = re.compile(r"\[(\d+)\]")
_STOPS = re.compile(r"(?<=[.!?])\s+(?!\[)|\n+")
_NUMBER = re.compile(r"\d+")


def sentences(answer: str) -> list[str]:
    """Split an answer; marks behind a full stop belong to the sentence before it, fragments are left out."""
    moved = re.sub(r"([.!?])\s*((?:\[\d+\]\s*)+)", r" \2\1 ", answer)
    return [part.strip() for part in _STOPS.split(moved) if len(content_stems(_MARK.sub("", part))) >= 2]


def without_marks(text: str) -> str:
    """Return the text without its [n]."""
    return _MARK.sub("", text)


def marks(text: str) -> list[int]:
    """Return the numbers of the [n] in the text, in order, repeated ones too."""
    return [int(number) for number in _MARK.findall(text)]


def supports(sentence: str, texts: Sequence[str]) -> bool:
    """Whether the texts together say the sentence, by the rules of the product's own citation check.

    They hold every number and name of it and at least `qa.citations.COVERAGE` of its content words, with the same
    polarity. Lexical: what is said in other words counts as unsupported, so other systems are judged strictly.
    """
    bare = without_marks(sentence).strip()
    words = content_stems(bare)
    if not words or not texts:
        return False
    if any(len(words & content_stems(t)) >= COVERAGE * len(words) and holds_facts(bare, t) for t in texts):
        return True
    together = " ".join(texts)
    return len(words & content_stems(together)) >= COVERAGE * len(words) and holds_facts(bare, together)


def support_metrics(
    answer: str, citations: Sequence[Mapping[str, Any]], passages: Sequence[str]
) -> dict[str, float | None]:
    """Return the metrics that concern what an answer stands on; None where there is nothing to judge.

    faithfulness: share of the sentences that a retrieved passage or a quote supports (Ragas, Es et al. 2024, with
    our check as judge). citation_recall: share of the sentences that their quotes together support.
    citation_precision: share of the citations that support their sentence alone, or without which its other quotes
    do not (both ALCE, Gao et al. 2023, with our check in place of the NLI model). cited_sentences: share of the
    sentences whose [n] all exist. supported: share of those whose quotes hold every number and `LOOSE` of the words.
    """
    quotes = {int(c["number"]): str(c["quote"]) for c in citations}
    faithful, recalled, precise, cited, loose = [], [], [], [], []
    for sentence in sentences(answer):
        numbers = marks(sentence)
        own = [quotes[n] for n in numbers if n in quotes]
        cited.append(bool(numbers) and len(own) == len(numbers))
        if cited[-1]:
            loose.append(_loosely(sentence, " ".join(own)))
        whole = supports(sentence, own)
        recalled.append(whole)
        faithful.append(whole or any(supports(sentence, [text]) for text in (*passages, *quotes.values())))
        for place, number in enumerate(numbers):
            quote = quotes.get(number)
            rest = [quotes[n] for i, n in enumerate(numbers) if i != place and n in quotes]
            needed = whole and not supports(sentence, rest)
            precise.append(quote is not None and (supports(sentence, [quote]) or needed))
    groups = {
        "faithfulness": faithful, "citation_recall": recalled, "citation_precision": precise,
        "cited_sentences": cited, "supported": loose,
    }  # fmt: skip
    return {name: sum(flags) / len(flags) if flags else None for name, flags in groups.items()}


def unsupported(answer: str, citations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the sentences that lower citation_recall: their own quotes do not say them."""
    quotes = {int(c["number"]): str(c["quote"]) for c in citations}
    return [s for s in sentences(answer) if not supports(s, [quotes[n] for n in marks(s) if n in quotes])]


def _loosely(sentence: str, quotes: str) -> bool:
    bare = without_marks(sentence)
    words = content_stems(bare)
    enough = len(words & content_stems(quotes)) >= LOOSE * len(words)
    return enough and set(_NUMBER.findall(bare)) <= set(_NUMBER.findall(quotes))
