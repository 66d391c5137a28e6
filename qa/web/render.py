"""A turn as HTML that we trust: every word of a student or a document is escaped, nothing is Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from qa.types import Answer
from qa.web.sources import Material, clean, icon, place, sources_html
from qa.web.translation import translated
from qa.web.why import why_html
from qa.web.words import INDONESIAN, Words

_NUMBER = re.compile(r"\[(\d{1,3})\]")
_BULLET = re.compile(r"^\s*[-•*]\s+(?=\S)")
_ORDERED = re.compile(r"^\s*(\d{1,3})[.)]\s+(?=\S)")


@dataclass(frozen=True)
class Turn:
    """What the page shows of one question: `note` is a status or an error beside the answer.

    `kept` is a turn of an old conversation, which the browser gave back.
    """

    id: str
    question: str
    answer: Answer | None = None
    state: str = "searching"
    note: str = ""
    kept: bool = False

    @property
    def over(self) -> bool:
        return self.state in ("done", "stopped", "error")


def turn_html(turn: Turn, material: Material, words: Words = INDONESIAN, data: str = "") -> str:
    """Return the list item of a turn; as the answer grows the page replaces its `data-part` elements.

    `data` is the finished turn as the page keeps it (JSON).
    """
    answer = turn.answer
    kind = "error" if turn.state == "error" else answer.kind if answer and answer.answer else ""
    parts = {
        "question": f'<h2 class="tm-sr">{words.you_asked}</h2><p>{clean(turn.question)}</p>',
        "label": _label(kind, words),
        "answer": answer_html(answer, turn.id, words) if answer else "",
        "note": _note(turn, words),
        "sources": sources_html(answer, turn.id, turn.over, material, words),
        "why": why_html(answer, turn.id, material, words) if answer and turn.state == "done" else "",
        "actions": _actions(turn, words) if turn.over else "",
        "next": "",
    }
    # An abstention is the program's own, anything else is the material's.
    language = {"answer": f' lang="{clean(words.language if kind == "abstained" else material.language)}"'}
    question, *body = (
        f'<div class="tm-{name}" data-part="{name}"{language.get(name, "")}>{content}</div>'
        for name, content in parts.items()
    )
    return (
        f'<li class="tm-turn" id="t-{turn.id}" data-state="{turn.state}" data-kind="{kind}" '
        f'data-kept="{str(turn.kept).lower()}" data-spoken="{clean(_spoken(turn, words))}" '
        f'data-question="{clean(turn.question)}" data-turn="{clean(data)}">{question}'
        f'<div class="tm-reply"><h2 class="tm-sr">{words.answer}</h2>{"".join(body)}</div></li>'
    )


def answer_html(answer: Answer, turn: str, words: Words = INDONESIAN) -> str:
    """Return paragraphs and lists with links from each [n] to its source; an unknown [n] stays text."""
    titles = {citation.number: citation.title for citation in answer.citations}

    def link(match: re.Match[str]) -> str:
        number = int(match.group(1))
        if number not in titles:
            return match.group(0)
        label = clean(words.source_number.format(number=number, title=titles[number]))
        return f'<a class="tm-cite" href="#s-{turn}-{number}" aria-label="{label}" title="{label}">[{number}]</a>'

    return "".join(_blocks(_NUMBER.sub(link, clean(line)) for line in said(answer, words).splitlines()))


def said(answer: Answer, words: Words) -> str:
    """Return the text of an answer; an abstention in the language of the interface."""
    return translated(answer.answer, words.language) if answer.abstained else answer.answer


def _blocks(lines: Iterable[str]) -> Iterable[str]:
    """Yield paragraphs and lists from escaped lines."""
    open_list = ""
    for line in lines:
        ordered = _ORDERED.match(line)
        tag = "ol" if ordered else "ul" if _BULLET.match(line) else ""
        if open_list and tag != open_list and line.strip():
            yield f"</{open_list}>"
            open_list = ""
        if not line.strip():
            continue
        if tag and not open_list:
            yield f'<ol start="{int(ordered.group(1))}">' if ordered else "<ul>"
            open_list = tag
        if tag:
            yield f"<li>{(_ORDERED if ordered else _BULLET).sub('', line)}</li>"
        else:
            yield f"<p>{line.strip()}</p>"
    if open_list:
        yield f"</{open_list}>"


def _label(kind: str, words: Words) -> str:
    if kind == "error":
        return f'<p class="tm-kind">{icon("error")}{words.failed}</p>'
    return f'<p class="tm-kind">{icon(kind)}{words.kind[kind]}</p>' if kind else ""


def _note(turn: Turn, words: Words) -> str:
    lines = []
    answer = turn.answer
    if answer and answer.answer and " ".join(turn.question.split()) != answer.standalone_question:
        understood = f"{words.understood_as} {clean(answer.standalone_question)}"
        lines.append(f'<p class="tm-understood">{understood}</p>')
    if status := _status(turn, words):
        busy = "" if turn.over else '<span class="tm-busy" aria-hidden="true"></span>'
        mark = icon("stopped") if turn.state == "stopped" else ""
        lines.append(f'<p class="tm-status">{busy}{mark}{clean(status)}</p>')
    return "".join(lines)


def _status(turn: Turn, words: Words) -> str:
    """Return the note; that a turn was stopped is said in the language of the page, also where the note is kept."""
    if turn.state != "stopped":
        return turn.note
    return words.stopped if turn.answer and turn.answer.answer else words.stopped_empty


def _actions(turn: Turn, words: Words) -> str:
    retry = f'<button type="button" class="tm-action" data-do="retry">{icon("retry")}{words.retry}</button>'
    if turn.state != "done" or turn.answer is None:
        return f'<div class="tm-buttons">{retry}</div>'
    votes = "".join(
        f'<button type="button" class="tm-action" data-do="vote" data-vote="{vote}" aria-pressed="false" '
        f'aria-label="{label}" title="{label}">{icon(name)}</button>'
        for vote, name, label in ((1, "up", words.vote_up), (-1, "down", words.vote_down))
    )
    copy = f'<button type="button" class="tm-action" data-do="copy">{icon("copy")}{words.copy}</button>'
    text = f'<textarea hidden aria-hidden="true">{clean(plain_text(turn.answer, words))}</textarea>'
    return (
        f'<p class="tm-caution">{words.caution[turn.answer.kind]}</p>'
        f'<div class="tm-buttons">{copy}{retry}{"" if turn.kept else votes}<span class="tm-flash"></span></div>{text}'
    )


def next_html(turn: str, questions: Iterable[str], words: Words, language: str) -> str:
    """Return the questions to go on with after a turn, as buttons; they are in the language of the course."""
    items = "".join(
        f'<li><button type="button" class="tm-next-question" data-do="suggest" lang="{clean(language)}">{icon("next")}'
        f"<span>{clean(question)}</span></button></li>"
        for question in questions
    )
    heading = f'<h3 class="tm-heading">{words.next_questions}</h3>'
    return f'<div data-for="t-{turn}">{heading}<ul class="tm-next-list">{items}</ul></div>' if items else ""


def plain_text(answer: Answer, words: Words = INDONESIAN) -> str:
    """Return the answer with its sources as text, to be pasted elsewhere."""
    lines = [said(answer, words)]
    if answer.citations:
        lines += ["", f"{words.sources}:"]
    for citation in answer.citations:
        at = place(citation.source, citation.page, citation.section, words)
        where = f"{citation.source}, {at}" if at else citation.source
        lines.append(f"[{citation.number}] {citation.title} ({where}): “{' '.join(citation.quote.split())}”")
    return "\n".join(lines)


def _spoken(turn: Turn, words: Words) -> str:
    """Return what a screen reader is told: the status while it works, the whole answer at the end."""
    if not turn.over or turn.answer is None:
        return _status(turn, words)
    label = words.kind[turn.answer.kind] if turn.answer.answer else ""
    return ". ".join(filter(None, [label, said(turn.answer, words), _status(turn, words)]))
