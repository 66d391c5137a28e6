"""The fixed parts of the chat page, each in both languages: bar, greeting, panels, the empty conversation."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from qa.web import texts
from qa.web.page import MARK
from qa.web.sources import clean, icon
from qa.web.words import WORDS, Words

_LANGUAGES = (("id", "Indonesia"), ("en", "English"))


def in_each_language(part: Callable[[Words], str], language: str) -> str:
    """Return a part in one language, and in templates beside it in each, for the page's script to change them."""
    templates = "".join(
        f'<template data-language="{words.language}">{part(words)}</template>' for words in WORDS.values()
    )
    return f'<div class="tm-fixed" data-language="{language}">{part(WORDS[language])}</div>{templates}'


def header_html(title: str, words: Words) -> str:
    """Return the bar with mark, course title, history, new chat and menu."""
    tools = "".join(
        f'<button type="button" id="tm-{name}" title="{text}"{more}>{icon(drawing)}<span>{text}</span></button>'
        for name, drawing, text, more in (
            ("history-open", "history", words.history, ' aria-haspopup="dialog"'),
            ("new", "new", words.new_chat, ""),
            ("menu-open", "menu", words.menu, ' popovertarget="tm-menu"'),
        )
    )
    return (
        f'<header class="tm-bar"><a class="tm-skip" href="#tm-question">{words.skip}</a>'
        f'<div class="tm-brand">{MARK}<div><p class="tm-product">{texts.NAME}</p>'
        f'<h1>{clean(title)}</h1></div></div><div class="tm-tools">{tools}</div>{_menu(words)}</header>'
    )


def _menu(words: Words) -> str:
    """Return what the menu holds: theme, language, text size, export, print, help."""
    languages = "".join(
        f'<button type="button" data-set-language="{code}" lang="{code}" aria-pressed="false">{name}</button>'
        for code, name in _LANGUAGES
    )
    sizes = "".join(
        f'<button type="button" data-set-size="{step}" aria-pressed="false" '
        f'aria-label="{name}" title="{name}"><span class="tm-size-{step}" aria-hidden="true">A</span></button>'
        for step, name in enumerate(words.sizes, 1)
    )
    names = f'data-dark="{words.theme_to_dark}" data-light="{words.theme_to_light}"'
    rows = "".join(
        f'<button type="button" class="tm-row" id="tm-{name}">{icon(drawing)}<span>{text}</span></button>'
        for name, drawing, text in (
            ("export", "download", words.export),
            ("print", "print", words.print),
            ("help-open", "keys", words.shortcut_help),
        )
    )
    return (
        f'<div id="tm-menu" class="tm-menu" popover role="group" aria-label="{words.menu}">'
        f'<button type="button" class="tm-row" id="tm-theme" {names}>{icon("theme")}'
        f"<span>{words.theme_to_dark}</span></button>"
        f'<div class="tm-choice" role="group" aria-label="{words.ui_language}"><span>{words.ui_language}</span>'
        f'<span class="tm-options">{languages}</span></div>'
        f'<div class="tm-choice" role="group" aria-label="{words.text_size}"><span>{words.text_size}</span>'
        f'<span class="tm-options">{sizes}</span></div>{rows}</div>'
    )


def greeting_html(title: str, words: Words) -> str:
    """Say what can be asked and how sources work; the suggested questions follow it."""
    steps = "".join(
        f'<li><span class="tm-step" aria-hidden="true">{number}</span>'
        f"<div><h3>{head}</h3><p>{escape(body)}</p></div></li>"
        for number, (head, body) in enumerate(words.how_it_works, 1)
    )
    return (
        f'<div class="tm-hello"><h2>{words.greeting}</h2>'
        f'<p class="tm-lead">{clean(words.greeting_body.format(title=title))}</p>'
        f'<ol class="tm-steps">{steps}</ol><h2 class="tm-try">{words.suggestions}</h2></div>'
    )


def conversation_html() -> str:
    """Return the empty list of turns, and what is read aloud."""
    return (
        '<section id="tm-talk"><ol class="tm-log" id="tm-log"></ol></section>'
        '<p class="tm-lost" id="tm-lost" role="alert"></p>'
        '<div class="tm-sr" id="tm-spoken" role="status" aria-live="polite"></div>'
    )


def panels_html(course: str, words: Words) -> str:
    """Return the history, the help, and the sentences of the page's scripts.

    `course` is its name, under which the browser keeps its conversations.
    """
    close = f'<button type="button" class="tm-close" data-close aria-label="{words.close}">{icon("close")}</button>'
    keys = "".join(f"<div><dt><kbd>{key}</kbd></dt><dd>{text}</dd></div>" for key, text in words.shortcuts)
    said = " ".join(f'data-{name}="{escape(text)}"' for name, text in words.said.items())
    return (
        '<dialog id="tm-history" class="tm-drawer" aria-labelledby="tm-history-title"><div class="tm-panel">'
        f'<div class="tm-panel-head"><h2 id="tm-history-title">{words.history}</h2>{close}</div>'
        f'<p class="tm-panel-note" id="tm-history-note">{words.history_note}</p>'
        f'<p class="tm-panel-empty" id="tm-history-empty">{words.history_empty}</p>'
        '<ul class="tm-past" id="tm-past"></ul>'
        f'<div class="tm-panel-foot"><button type="button" class="tm-plain" id="tm-delete-all">{icon("delete")}'
        f'{words.delete_all}</button><div id="tm-delete-sure" hidden><p>{words.delete_sure}</p>'
        f'<button type="button" class="tm-plain tm-danger" id="tm-delete-now">{words.delete_all}</button>'
        f'<button type="button" class="tm-plain" id="tm-delete-not">{words.keep}</button></div></div></div></dialog>'
        '<dialog id="tm-help" class="tm-sheet" aria-labelledby="tm-help-title"><div class="tm-panel">'
        f'<div class="tm-panel-head"><h2 id="tm-help-title">{words.shortcut_help}</h2>{close}</div>'
        f'<dl class="tm-keys">{keys}</dl><label class="tm-check"><input type="checkbox" id="tm-keys-on" checked />'
        f"<span>{words.shortcuts_on}</span></label></div></dialog>"
        f'<div hidden id="tm-texts" data-course="{clean(course)}" data-talk="{words.conversation}" {said}></div>'
        f'<div hidden id="tm-delete-icon">{icon("delete")}</div>'
    )


def footnote_html(words: Words) -> str:
    return f'<p class="tm-footnote">{words.footnote}</p>'
