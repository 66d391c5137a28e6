"""What all interfaces for programs do with a question: find the course, let the asker in, answer, notice who left."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import HTTPException, Request

from index.errors import TanyaError
from qa.pipeline import clean_question
from qa.types import Answer, Question
from qa.web import texts
from qa.web.answering import Answering
from qa.web.courses import Courses
from qa.web.embed import Embedding, token_in
from qa.web.tokens import TokenError

MOST_HISTORY = 50
_DISCONNECT_SECONDS = 0.5


@dataclass(frozen=True)
class Asking:
    """Takes questions of programs; every error is an HTTPException with a sentence."""

    answering: Answering
    courses: Courses
    embedding: Embedding

    def course(self, name: str, request: Request) -> str:
        """Return the name of a course that this request may ask; "" is the only one.

        Raises:
            HTTPException: 404 unknown, 422 several and none named, 401 or 403 as its token says.
        """
        names = self.courses.names()
        if not name and len(names) > 1:
            raise HTTPException(422, texts.NAME_A_COURSE.format(names=", ".join(names)))
        if name and name not in names:
            raise HTTPException(404, texts.UNKNOWN_COURSE.format(name=name[:60], names=", ".join(names)))
        self.admit(request, name or names[0])
        return name or names[0]

    def admit(self, request: Request, course: str) -> None:
        """Raise HTTPException 401 or 403 where the request may not ask about the course."""
        try:
            self.embedding.admit(token_in(request.headers), course)
        except TokenError as error:
            raise HTTPException(error.status, str(error)) from None

    def question(self, text: str, history: Sequence[str], course: str) -> Question:
        """Return a question with an id; HTTPException 422 where it is empty or too long."""
        try:
            limit = self.courses.loaded(course).settings.question_characters
            return Question(clean_question(text, limit), tuple(history), uuid.uuid4().hex[:12])
        except TanyaError as error:
            raise HTTPException(422, str(error)) from None

    async def answer(self, question: Question, course: str, request: Request) -> Answer:
        """Answer, and stop when the one who asked has gone away.

        Raises:
            HTTPException: 503, a model failed or the line is full.
        """
        cancel = threading.Event()
        task = asyncio.create_task(self.answering.answer(question, cancel, course))
        while not (await asyncio.wait({task}, timeout=_DISCONNECT_SECONDS))[0]:
            if await request.is_disconnected():
                cancel.set()
        try:
            answer = task.result()
        except TanyaError as error:
            raise HTTPException(503, str(error)) from None
        if answer is None:
            raise HTTPException(499)
        return answer
