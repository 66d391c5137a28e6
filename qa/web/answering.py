"""Many students, few processor cores: questions are answered a few at a time, the others wait in line."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.errors import TanyaError
from qa.feedback import FeedbackStore
from qa.types import Answer, Question
from qa.web import texts
from qa.web.metrics import Metrics

if TYPE_CHECKING:
    from qa.pipeline import Pipeline

LONGEST_LINE = 200
ANSWERS_KEPT = 500
_POLL_SECONDS = 0.2

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Waiting:
    """`ahead` answers must be finished before this one begins."""

    ahead: int


@dataclass
class _Ticket:
    """One question in line; `events` holds snapshots, then an exception or None at the end."""

    question: Question
    course: str
    cancel: threading.Event
    loop: asyncio.AbstractEventLoop
    events: asyncio.Queue[Answer | BaseException | None] = field(default_factory=asyncio.Queue)
    started: bool = False

    def put(self, event: Answer | BaseException | None) -> None:
        try:
            self.loop.call_soon_threadsafe(self.events.put_nowait, event)
        except RuntimeError:  # the server is going down and its loop is closed
            logger.debug("Nobody listens to the answer any more.")


class Answering:
    """Runs the pipeline of a course in `at_once` threads and hands its snapshots to async code.

    `pipeline_of` gives the pipeline over the version in use; it is called in those threads, and may take a second.
    Questions that find no answer are kept in `feedback`, where one is given, for the teacher to see. `metrics` counts.
    """

    def __init__(
        self, pipeline_of: Callable[[str], Pipeline], feedback: FeedbackStore | None = None, at_once: int = 1
    ) -> None:
        self._pipeline_of = pipeline_of
        self._at_once = at_once
        self._feedback = feedback
        self.metrics = Metrics()
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="answer")
        self._line: list[_Ticket] = []
        self._finished: OrderedDict[str, tuple[Answer, str]] = OrderedDict()

    async def stream(
        self, question: Question, cancel: threading.Event, course: str = ""
    ) -> AsyncIterator[Answer | Waiting]:
        """Yield how many questions are ahead until it is this one's turn, then the growing answer.

        Ends at once when `cancel` is set, even while the pipeline still finishes a step.

        Raises:
            TanyaError: the line is too long, or the pipeline says so.
        """
        if len(self._line) >= LONGEST_LINE:
            self.metrics.refused()
            raise TanyaError(texts.TOO_BUSY)
        ticket = _Ticket(question, course, cancel, asyncio.get_running_loop())
        self._line.append(ticket)
        self._threads.submit(self._run, ticket)
        try:
            async for event in self._events(ticket):
                yield event
        finally:
            cancel.set()
            if ticket in self._line:
                self._line.remove(ticket)

    async def answer(self, question: Question, cancel: threading.Event, course: str = "") -> Answer | None:
        """Return the whole answer, or None where it was cancelled."""
        last = None
        async for event in self.stream(question, cancel, course):
            if isinstance(event, Answer) and event.complete:
                last = event
        return last

    @property
    def busy(self) -> bool:
        """Whether any student waits for an answer."""
        return bool(self._line)

    @property
    def line(self) -> int:
        """How many questions are in line, with those being answered."""
        return len(self._line)

    def finished(self, answer_id: str) -> tuple[Answer, str] | None:
        """Return one of the last answers and its course, to be voted on."""
        return self._finished.get(answer_id)

    async def _events(self, ticket: _Ticket) -> AsyncIterator[Answer | Waiting]:
        told = -1
        while not ticket.cancel.is_set():
            ahead = max(0, self._line.index(ticket) - self._at_once + 1)
            if not ticket.started and ahead != told:
                told = ahead
                yield Waiting(ahead)
            try:
                event = await asyncio.wait_for(ticket.events.get(), _POLL_SECONDS)
            except TimeoutError:
                continue
            if event is None:
                return
            if isinstance(event, BaseException):
                raise event
            if event.complete:
                self._keep(event, ticket.course)
            yield event

    def _keep(self, answer: Answer, course: str = "") -> None:
        self._finished[answer.id] = (answer, course)
        while len(self._finished) > ANSWERS_KEPT:
            self._finished.popitem(last=False)

    def _run(self, ticket: _Ticket) -> None:
        """Answer in a worker thread; what goes wrong travels to whoever listens."""
        ticket.started = True
        if ticket.cancel.is_set():
            return
        last, began = None, time.perf_counter()
        try:
            for snapshot in self._pipeline_of(ticket.course).stream(ticket.question, ticket.cancel):
                last = snapshot
                ticket.put(snapshot)
                if ticket.cancel.is_set():
                    return
        except Exception as error:  # the edge: shown as a sentence, logged there with its traceback
            self.metrics.failed()
            ticket.put(error)
            return
        if last and last.complete:
            self.metrics.answered(last.kind, time.perf_counter() - began)
        ticket.put(None)
        if last and last.complete and last.abstained:
            self._remember(last, ticket.course)

    def _remember(self, answer: Answer, course: str) -> None:
        """Keep a question without an answer; the student has it already, so only the log hears of a full disk."""
        try:
            if self._feedback:
                self._feedback.unanswered(answer, course)
        except TanyaError as error:
            logger.warning("%s", error)
