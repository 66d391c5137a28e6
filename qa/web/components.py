"""The Gradio components of the chat's page."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from qa.web.shell import conversation_html, in_each_language
from qa.web.words import Words


def conversation_list() -> gr.HTML:
    """Return the list of turns, empty at first.

    Its value is the HTML of one turn, or of those of an old conversation: the page adds them, or replaces the parts
    of the one with its id. So the other turns keep their open sources and votes, and a long conversation is not
    sent again and again. (A function, because Gradio writes a stub file beside the module of every subclass of a
    component.)
    """
    return gr.HTML(
        "",
        html_template=conversation_html(),
        js_on_load="window.tanyaMateri.attach(element, props, trigger, watch); /* triggers 'retry', 'show', 'next' */",
        apply_default_css=False,
        elem_id="tm-conversation",
    )


def composer_row(words: Words) -> tuple[gr.Textbox, gr.Button, gr.Button]:
    """Return the box for a question, with Kirim and Hentikan, of which one is shown at a time."""
    composer = gr.Textbox(
        label=words.composer_label,
        show_label=False,
        container=False,
        lines=1,
        max_lines=8,
        scale=1,
        min_width=80,
        placeholder=words.composer_placeholder,
        elem_id="tm-question",
        html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
    )
    send = gr.Button(words.send, variant="primary", elem_id="tm-send", scale=0, min_width=96)
    stop = gr.Button(words.stop, variant="secondary", elem_id="tm-stop", scale=0, min_width=96, visible=False)
    return composer, send, stop


def fixed_part(part: Callable[[Words], str], name: str, words: Words) -> gr.HTML:
    """Return a part of the page that the server never changes, in both languages."""
    html = in_each_language(part, words.language)
    return gr.HTML(html, apply_default_css=False, js_on_load=None, elem_id=name)
