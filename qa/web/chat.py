"""The Gradio page of the chat: a question goes to the pipeline, and the growing answer comes back."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import TanyaError
from qa.pipeline import clean_question
from qa.types import Answer, Question
from qa.web import texts
from qa.web.answering import Answering, Waiting
from qa.web.render import Turn, turn_html
from qa.web.shell import conversation_html, footnote_html, greeting_html, header_html

if TYPE_CHECKING:
    from qa.pipeline import Pipeline

# A follow-up points to what was asked shortly before; older questions would only blur its topic.
HISTORY_KEPT = 6
SUGGESTIONS_SHOWN = 4

logger = logging.getLogger(__name__)


class Chat:
    """The page and its events, for any number of students at a time."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.pipeline: Pipeline = answering.pipeline
        self._running: dict[str, threading.Event] = {}

    def blocks(self) -> gr.Blocks:
        """Build the page."""
        course = self.pipeline.course
        title = f"{course.title} · {texts.NAME}"
        page = gr.Blocks(title=title, analytics_enabled=False, fill_width=True)
        with page:
            history = gr.State([])
            _fixed(header_html(course.title), "tm-header")
            with gr.Column(elem_id="tm-main"):
                _fixed(greeting_html(course.title), "tm-greeting")
                with gr.Column(elem_id="tm-suggestions"):
                    suggestions = [
                        gr.Button(question, elem_classes="tm-suggestion")
                        for question in list(course.questions)[:SUGGESTIONS_SHOWN]
                    ]
                conversation = _conversation()
                with gr.Column(elem_id="tm-dock"):
                    with gr.Row(elem_id="tm-composer"):
                        composer, send, stop = _composer()
                    _fixed(footnote_html(), "tm-footnote")
            new = gr.Button(texts.NEW_CHAT, elem_id="tm-new-event", visible="hidden")
            asking: dict[str, Any] = {
                "outputs": [conversation, composer, history, send, stop],
                "show_progress": "hidden",
                "concurrency_limit": None,  # `Answering` keeps the line, and tells students their place in it
                "api_visibility": "private",
            }
            at_once: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
            gr.on([composer.submit, send.click], self.ask, inputs=[composer, history], **asking)
            for suggestion in suggestions:
                suggestion.click(self.ask, inputs=[suggestion, history], **asking)
            conversation.retry(self.retry, inputs=[history], **asking)
            stop.click(self.stop, **at_once)
            new.click(self.new, outputs=[history], **at_once)
            page.unload(self.leave)
        return page

    async def ask(self, text: str, history: list[str], request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        """Yield the turn as it grows; the composer is emptied, Kirim and Hentikan change places meanwhile."""
        session = request.session_hash or ""
        self._cancel(session)
        cancel = self._running[session] = threading.Event()
        asked, history = _one_line(text), history[-HISTORY_KEPT:]
        composer: Any = ""
        async for turn in self._turns(asked, tuple(history), cancel):
            remembered = gr.skip() if composer != "" or turn.state == "error" else [*history, asked]
            replaced = self._running.get(session) not in (None, cancel)
            if turn.over and not replaced:
                self._running.pop(session, None)
            buttons = (gr.skip(), gr.skip()) if replaced else _buttons(busy=not turn.over)
            yield turn_html(turn, self.pipeline.index.passages), composer, remembered, *buttons
            composer = gr.skip()  # what is typed meanwhile stays

    async def retry(
        self, history: list[str], event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[tuple[Any, ...]]:
        """Ask the question of a turn again, as if its first answer had not been."""
        asked = _one_line(str(event._data.get("question", "")))
        if history and history[-1] == asked:
            history = history[:-1]
        async for update in self.ask(asked, history, request):
            yield update[0], gr.skip(), *update[2:]

    def stop(self, request: gr.Request) -> None:
        """Stop the answer that is being written for this student."""
        self._cancel(request.session_hash or "")

    def new(self, request: gr.Request) -> list[str]:
        """Forget the conversation; the page clears itself."""
        self._cancel(request.session_hash or "")
        return []

    def leave(self, request: gr.Request) -> None:
        """Stop writing for a student who closed the page."""
        self._cancel(request.session_hash or "")

    def _cancel(self, session: str) -> None:
        if running := self._running.pop(session, None):
            running.set()

    async def _turns(self, text: str, history: tuple[str, ...], cancel: threading.Event) -> AsyncIterator[Turn]:
        """Yield the states of one turn, the last of them over; whatever goes wrong is told in a sentence."""
        name = uuid.uuid4().hex[:12]
        answer: Answer | None = None
        try:
            asked = clean_question(text, self.pipeline.settings.question_characters)
            async for event in self.answering.stream(Question(asked, history, name), cancel):
                if isinstance(event, Waiting):
                    note = texts.WAITING.format(ahead=event.ahead) if event.ahead else texts.STARTING
                    yield Turn(name, text, None, "searching", note)
                    continue
                answer = event
                if not answer.complete:
                    note = texts.WRITING if answer.answer else texts.READING
                    yield Turn(name, text, answer, "writing", note)
            if cancel.is_set() and not (answer and answer.complete):
                nothing = texts.STOPPED if answer and answer.answer else texts.STOPPED_EMPTY
                yield Turn(name, text, answer, "stopped", nothing)
            else:
                yield Turn(name, text, answer, "done")
        except TanyaError as error:
            yield Turn(name, text[:500], None, "error", str(error))
        except Exception:  # the edge: a student reads a sentence, the operator the log
            logger.exception("A question could not be answered.")
            yield Turn(name, text[:500], None, "error", texts.ERROR)


def _one_line(text: str | None) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text or "").split())


def _conversation() -> gr.HTML:
    """Return the list of turns, empty at first.

    Its value is the HTML of one turn: the page adds it, or replaces the parts of the one with its id. So the
    other turns keep their open sources and votes, and a long conversation is not sent again and again.
    (A function, because Gradio writes a stub file beside the module of every subclass of a component.)
    """
    return gr.HTML(
        "",
        html_template=conversation_html(),
        js_on_load="window.tanyaMateri.attach(element, props, trigger, watch); /* triggers 'retry' */",
        apply_default_css=False,
        elem_id="tm-conversation",
    )


def _composer() -> tuple[gr.Textbox, gr.Button, gr.Button]:
    composer = gr.Textbox(
        label=texts.COMPOSER_LABEL,
        show_label=False,
        container=False,
        lines=1,
        max_lines=8,
        scale=1,
        min_width=80,
        placeholder=texts.COMPOSER_PLACEHOLDER,
        elem_id="tm-question",
        html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
    )
    send = gr.Button(texts.SEND, variant="primary", elem_id="tm-send", scale=0, min_width=96)
    stop = gr.Button(texts.STOP, variant="secondary", elem_id="tm-stop", scale=0, min_width=96, visible=False)
    return composer, send, stop


def _fixed(html: str, name: str) -> gr.HTML:
    return gr.HTML(html, apply_default_css=False, js_on_load=None, elem_id=name)


def _buttons(*, busy: bool) -> tuple[Any, Any]:
    return gr.update(visible=not busy), gr.update(visible=busy)
