"""Why an answer is what it is: which passages were weighed, how they fit, which were used, and how sure it was."""

from __future__ import annotations

from collections.abc import Sequence

from qa.types import Answer, RetrievedPassage
from qa.web.sources import Material, clean, place
from qa.web.words import Words


def why_html(answer: Answer, turn: str, material: Material, words: Words) -> str:
    """Return a closed panel under an answer or an abstention; nothing where nothing was found."""
    if not answer.passages:
        return ""
    rows = "".join(_passage(rank, passage, answer, words) for rank, passage in enumerate(answer.passages, 1))
    return (
        f'<details class="tm-reasons" id="w-{turn}"><summary>{words.why}</summary><div class="tm-reasons-body">'
        f"<p>{clean(confidence_sentence(answer, material.threshold, words))}</p>"
        f'<h3 class="tm-heading">{words.why_passages}</h3><ol class="tm-considered">{rows}</ol>'
        f'<p class="tm-times">{clean(times_sentence(answer, words))}</p></div></details>'
    )


def confidence_sentence(answer: Answer, threshold: float, words: Words) -> str:
    """Say the confidence in words and as a number, beside the threshold, or why it was answered below that."""
    if "read" not in answer.timings:  # nothing was read: the answer comes from the facts about a document
        return words.why_not_asked
    percent, least = round(100 * answer.confidence), round(100 * threshold)
    if not answer.abstained and answer.confidence < round(threshold, 4):  # the confidence is rounded so, too
        return words.why_spelled_out.format(percent=percent)
    said = words.unsure if answer.abstained else _level(answer.confidence, words.sure)
    return words.why_sure.format(words=said, percent=percent, threshold=least)


def times_sentence(answer: Answer, words: Words) -> str:
    """Say how long each step took; `timings` count from the question on."""
    marks = answer.timings
    spans = {"retrieve": marks.get("retrieve", 0.0), "total": marks.get("total", 0.0)}
    if "read" in marks:
        spans |= {"read": marks["read"] - spans["retrieve"], "write": spans["total"] - marks["read"]}
    said = [
        f"{name} {words.seconds.format(seconds=_number(max(0.0, spans[step]), words))}"
        for step, name in words.times.items()
        if step in spans and not (step == "write" and answer.abstained)
    ]
    return f"{words.why_times} {', '.join(said)}."


def _passage(rank: int, passage: RetrievedPassage, answer: Answer, words: Words) -> str:
    numbers = [f"[{c.number}]" for c in answer.citations if c.passage_id == passage.id]
    if numbers:
        used = words.why_used.format(numbers=" ".join(numbers))
    else:
        used = words.why_rejected if answer.abstained else words.why_unused
    where = place(passage.source, passage.page, passage.section, words)
    name = " · ".join(filter(None, [passage.title, where]))
    fit = min(1.0, max(0.0, passage.score))
    fits = f"{_level(fit, words.fits)} ({_number(fit, words)})"
    return (
        f'<li data-used="{str(bool(numbers)).lower()}"><span class="tm-rank" aria-hidden="true">{rank}</span>'
        f'<span class="tm-considered-name">{clean(name)}</span>'
        f'<span class="tm-fit"><span class="tm-fit-bar" style="--tm-fit: {fit:.3f}" aria-hidden="true"></span>'
        f"{clean(fits)} · {clean(used)}</span></li>"
    )


def _level(value: float, levels: Sequence[tuple[float, str]]) -> str:
    return next((said for least, said in levels if value >= least), levels[-1][1])


def _number(value: float, words: Words) -> str:
    return f"{value:.2f}".replace(".", words.decimal)
