"""The fixed parts of the chat page: bar, greeting, the empty conversation."""

from __future__ import annotations

from html import escape

from qa.web import texts
from qa.web.page import MARK
from qa.web.sources import clean, icon


def header_html(title: str) -> str:
    """Return the bar with mark, course title, new chat and theme."""
    names = f'data-dark="{texts.THEME_TO_DARK}" data-light="{texts.THEME_TO_LIGHT}"'
    return (
        f'<header class="tm-bar"><a class="tm-skip" href="#tm-question">{texts.SKIP}</a>'
        f'<div class="tm-brand">{MARK}<div><p class="tm-product">{texts.NAME}</p>'
        f"<h1>{clean(title)}</h1></div></div>"
        f'<div class="tm-tools"><button type="button" id="tm-new">{icon("new")}'
        f"<span>{texts.NEW_CHAT}</span></button>"
        f'<button type="button" id="tm-theme" {names} aria-label="{texts.THEME_TO_DARK}">{icon("theme")}'
        "</button></div></header>"
    )


def greeting_html(title: str) -> str:
    """Say what can be asked and how sources work; the suggested questions follow it."""
    steps = "".join(
        f'<li><span class="tm-step" aria-hidden="true">{number}</span>'
        f"<div><h3>{head}</h3><p>{escape(body)}</p></div></li>"
        for number, head, body in texts.HOW_IT_WORKS
    )
    return (
        f'<div class="tm-hello"><h2>{texts.GREETING}</h2>'
        f'<p class="tm-lead">{clean(texts.GREETING_BODY.format(title=title))}</p>'
        f'<ol class="tm-steps">{steps}</ol><h2 class="tm-try">{texts.SUGGESTIONS}</h2></div>'
    )


def conversation_html() -> str:
    """Return the empty list of turns, what is read aloud, and the sentences of the page's script."""
    said = {
        "copied": texts.COPIED,
        "copy-failed": texts.COPY_FAILED,
        "vote-thanks": texts.VOTE_THANKS,
        "vote-removed": texts.VOTE_REMOVED,
        "vote-failed": texts.VOTE_FAILED,
        "new-chat": texts.NEW_CHAT_STARTED,
        "signal-lost": texts.SIGNAL_LOST,
    }
    sentences = " ".join(f'data-{name}="{escape(text)}"' for name, text in said.items())
    return (
        f'<section aria-label="{texts.CONVERSATION}"><ol class="tm-log" id="tm-log"></ol></section>'
        '<p class="tm-lost" id="tm-lost" role="alert"></p>'
        '<div class="tm-sr" id="tm-spoken" role="status" aria-live="polite"></div>'
        f'<div hidden id="tm-texts" {sentences}></div>'
    )


def footnote_html() -> str:
    return f'<p class="tm-footnote">{texts.FOOTNOTE}</p>'
