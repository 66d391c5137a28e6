"""The Gradio page of the chat: a question goes to the pipeline, and the growing answer comes back."""

from __future__ import annotations

import asyncio
import logging
import threading
import uuid
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import TanyaError
from qa.pipeline import clean_question
from qa.types import Answer, Question
from qa.web import texts
from qa.web.answering import Answering, Waiting
from qa.web.components import composer_row, conversation_list, fixed_part
from qa.web.courses import Courses
from qa.web.embed import Embedding
from qa.web.next_questions import NextQuestions
from qa.web.page import COURSE_NAME, COURSE_QUESTIONS, COURSE_TITLE, PAGE_TITLE, TOKEN
from qa.web.render import Turn, next_html, turn_html
from qa.web.shell import footnote_html, greeting_html, header_html, panels_html
from qa.web.sources import Material
from qa.web.stored import read_opened, turn_json
from qa.web.translation import translated
from qa.web.words import Words, words_in

if TYPE_CHECKING:
    from qa.pipeline import Pipeline

# A follow-up points to what was asked shortly before; older questions would only blur its topic.
HISTORY_KEPT = 6

logger = logging.getLogger(__name__)


class Chat:
    """The page and its events, for any number of students at a time."""

    def __init__(self, answering: Answering, courses: Courses, embedding: Embedding) -> None:
        self.answering = answering
        self._courses = courses
        self._embedding = embedding
        self._running: dict[str, threading.Event] = {}
        self._next: dict[str, NextQuestions] = {}

    def material(self, course: str, token: str = "") -> Material:
        """Return what turns show of a course; nothing where the page may not show it."""
        try:
            pipeline = self._admitted(course, token)
        except TanyaError:
            return Material()
        name = "" if self._courses.only() else course
        of, index = pipeline.course, pipeline.index
        return Material(of.title, of.language, pipeline.reader.threshold, index.passages, index.documents, name, token)

    def blocks(self) -> gr.Blocks:
        """Build the one page of all courses; `page.frame` puts the words of a course into it.

        It is built in the language of the first course; the page's script changes it to the student's.
        """
        words = words_in(self._courses.loaded(self._courses.names()[0]).course.language)
        page = gr.Blocks(title=PAGE_TITLE, analytics_enabled=False, fill_width=True)
        with page:
            history, language = gr.State([]), gr.State(words.language)
            # Last in every event, and checked (events.py): which course the page shows, and what lets it.
            course = gr.Textbox(COURSE_NAME, visible="hidden", elem_id="tm-course", label="course")
            token = gr.Textbox(TOKEN, visible="hidden", elem_id="tm-token", label="token")
            fixed_part(partial(header_html, COURSE_TITLE), "tm-header", words)
            with gr.Column(elem_id="tm-main"):
                fixed_part(partial(greeting_html, COURSE_TITLE), "tm-greeting", words)
                gr.HTML(COURSE_QUESTIONS, apply_default_css=False, js_on_load=None, elem_id="tm-suggestions")
                conversation = conversation_list()
                with gr.Column(elem_id="tm-dock"):
                    with gr.Row(elem_id="tm-composer"):
                        composer, send, stop = composer_row(words)
                    fixed_part(footnote_html, "tm-footnote", words)
            fixed_part(partial(panels_html, COURSE_NAME), "tm-panels", words)
            suggested = gr.HTML(
                "",
                js_on_load="watch('value', () => window.tanyaMateri.suggest(props.value));",
                apply_default_css=False,
                elem_id="tm-suggested",
                visible="hidden",
            )
            new = gr.Button(words.new_chat, elem_id="tm-new-event", visible="hidden")
            asking: dict[str, Any] = {
                "outputs": [conversation, composer, history, send, stop],
                "show_progress": "hidden",
                "concurrency_limit": None,  # `Answering` keeps the line, and tells students their place in it
                "api_visibility": "private",
            }
            beside: dict[str, Any] = {**asking, "trigger_mode": "multiple"}
            at_once: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
            place = [course, token]
            known = [history, language, *place]
            gr.on([composer.submit, send.click], self.ask, inputs=[composer, *known], **asking)
            conversation.retry(self.retry, inputs=[composer, *known], **asking)
            shown = [conversation, history, language, composer, send, stop]
            conversation.show(self.show, inputs=place, **{**beside, "outputs": shown})
            conversation.next(self.next, inputs=place, **{**beside, "outputs": [suggested]})
            stop.click(self.stop, **at_once)
            new.click(self.new, outputs=[history], **at_once)
            page.unload(self.leave)
        return page

    async def ask(
        self, text: str, history: list[str], language: str, course: str, token: str, request: gr.Request
    ) -> AsyncIterator[tuple[Any, ...]]:
        """Yield the turn as it grows; Kirim and Hentikan change places meanwhile.

        The composer is emptied when the answer begins: what is refused stays in it, and so does what is typed later.
        """
        session = request.session_hash or ""
        self._cancel(session)
        cancel = self._running[session] = threading.Event()
        asked, history = _one_line(text), history[-HISTORY_KEPT:]
        words, fresh = words_in(language), True
        async for turn in self._turns(asked, tuple(history), cancel, words, course, token):
            begins = fresh and turn.state != "error"
            fresh = False
            composer, remembered = ("", [*history, asked]) if begins else (gr.skip(), gr.skip())
            replaced = self._running.get(session) not in (None, cancel)
            if turn.over and not replaced:
                self._running.pop(session, None)
            buttons = (gr.skip(), gr.skip()) if replaced else _buttons(busy=not turn.over)
            yield self._html(turn, words, course, token), composer, remembered, *buttons

    async def retry(
        self,
        text: str,
        history: list[str],
        language: str,
        course: str,
        token: str,
        event: gr.EventData,
        request: gr.Request,
    ) -> AsyncIterator[tuple[Any, ...]]:
        """Ask what the page names: the question of a turn again, as if its first answer had not been, or a new one.

        The composer keeps what is in it, unless that is the same question, which was refused before.
        """
        asked = _one_line(str(event._data.get("question", "")))
        if history and history[-1] == asked:
            history = history[:-1]
        async for update in self.ask(asked, history, language, course, token, request):
            yield update[0], update[1] if _one_line(text) == asked else gr.skip(), *update[2:]

    def show(self, course: str, token: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Return the turns that the page has kept as HTML, in the language it names.

        Where it opens an old conversation, their questions become the history of the next one.
        """
        opened = read_opened(event._data)
        words = words_in(opened.language)
        if opened.replaces:
            self._cancel(request.session_hash or "")
        material = self.material(course, token)
        turns = "".join(turn_html(turn, material, words) for turn in opened.turns)
        # The mark makes each value a new one, so that the page hears of it.
        html = f"<!--{uuid.uuid4().hex}-->{turns}" if turns else gr.skip()
        history = [turn.question for turn in opened.turns] if opened.replaces else gr.skip()
        composer = gr.update(label=words.composer_label, placeholder=words.composer_placeholder)
        return html, history, words.language, composer, gr.update(value=words.send), gr.update(value=words.stop)

    async def next(self, course: str, token: str, event: gr.EventData) -> str:
        """Return what could be asked after the turn that the page sends, as a list for that turn.

        Raises:
            TanyaError: the page may not show the course.
        """
        self._admitted(course, token)
        opened = read_opened(event._data)
        turn = opened.turns[-1] if opened.turns else None
        if turn is None or turn.answer is None:
            return ""
        finder = self._next_questions(course)
        asked = [turn.question for turn in opened.turns]
        run = partial(finder.after, turn.answer, asked)
        questions = await asyncio.get_running_loop().run_in_executor(finder.thread, run)
        return next_html(turn.id, questions, words_in(opened.language), finder.pipeline.course.language)

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

    def _next_questions(self, course: str) -> NextQuestions:
        """Return what finds the next questions over the version in use."""
        pipeline = self._courses.loaded(course)
        finder = self._next.get(course)
        if finder is None or finder.pipeline is not pipeline:
            if finder:
                finder.thread.shutdown(wait=False)
            finder = self._next[course] = NextQuestions(pipeline, lambda: self.answering.busy)
        return finder

    def _html(self, turn: Turn, words: Words, course: str, token: str) -> str:
        material = self.material(course, token)
        keep = turn.state in ("done", "stopped") and turn.answer is not None
        return turn_html(turn, material, words, turn_json(turn, material) if keep else "")

    def _admitted(self, course: str, token: str) -> Pipeline:
        """Return the pipeline of the course that a page shows, after the one check of all doors.

        Raises:
            TanyaError: there is no such course (any more), or the page's token does not open it.
        """
        if course not in self._courses.names():
            raise TanyaError(texts.UNKNOWN_COURSE.format(name=course[:60], names=", ".join(self._courses.names())))
        self._embedding.admit(token, course)
        return self._courses.loaded(course)

    async def _turns(
        self, text: str, history: tuple[str, ...], cancel: threading.Event, words: Words, course: str, token: str
    ) -> AsyncIterator[Turn]:
        """Yield the states of one turn, the last of them over; whatever goes wrong is told in a sentence."""
        name = uuid.uuid4().hex[:12]
        answer: Answer | None = None
        try:
            asked = clean_question(text, self._admitted(course, token).settings.question_characters)
            async for event in self.answering.stream(Question(asked, history, name), cancel, course):
                if isinstance(event, Waiting):
                    note = words.waiting.format(ahead=event.ahead) if event.ahead else words.starting
                    yield Turn(name, text, None, "searching", note)
                    continue
                answer = event
                if not answer.complete:
                    note = words.writing if answer.answer else words.reading
                    yield Turn(name, text, answer, "writing", note)
            if cancel.is_set() and not (answer and answer.complete):
                yield Turn(name, text, answer, "stopped")
            else:
                yield Turn(name, text, answer, "done")
        except TanyaError as error:
            yield Turn(name, text, None, "error", translated(str(error), words.language))
        except Exception:  # the edge: a student reads a sentence, the operator the log
            logger.exception("A question could not be answered.")
            yield Turn(name, text, None, "error", translated(texts.ERROR, words.language))


def _one_line(text: str | None) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text or "").split())


def _buttons(*, busy: bool) -> tuple[Any, Any]:
    return gr.update(visible=not busy), gr.update(visible=busy)
