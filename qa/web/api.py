"""The HTTP interface of the chat: ask, vote, health."""

from __future__ import annotations

import asyncio
import threading
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from index.errors import TanyaError
from qa.pipeline import clean_question
from qa.types import Answer, Question
from qa.web import texts
from qa.web.answering import Answering
from qa.web.feedback import FeedbackStore

_MOST_HISTORY = 50
_DISCONNECT_SECONDS = 0.5


class AskBody(BaseModel):
    """A question and the earlier questions of the same student, oldest first."""

    model_config = ConfigDict(strict=True)

    question: str
    history: Annotated[list[str], Field(max_length=_MOST_HISTORY)] = []


class VoteBody(BaseModel):
    """A vote on the answer with this id; 0 takes it back."""

    model_config = ConfigDict(strict=True)

    id: Annotated[str, Field(max_length=64)]
    vote: Literal[-1, 0, 1]


def api_router(answering: Answering, feedback: FeedbackStore) -> APIRouter:
    """Return the routes; errors are `{"detail": sentence}`."""
    router = APIRouter()
    pipeline = answering.pipeline

    @router.post("/api/ask")
    async def ask(body: AskBody, request: Request) -> dict[str, Any]:
        """Answer a question; 422: it is empty or too long, 503: a model failed or the line is full."""
        try:
            limit = pipeline.settings.question_characters
            text = clean_question(body.question, limit)
            history = tuple(clean_question(asked, limit) for asked in body.history if asked.strip())
        except TanyaError as error:
            raise HTTPException(422, str(error)) from None
        try:
            answer = await _answer(answering, Question(text, history, uuid.uuid4().hex[:12]), request)
        except TanyaError as error:
            raise HTTPException(503, str(error)) from None
        return answer.to_json()

    @router.post("/api/feedback")
    async def vote(body: VoteBody) -> dict[str, Any]:
        """Store a vote on one of the last answers."""
        answer = answering.finished(body.id)
        if answer is None:
            raise HTTPException(404, texts.UNKNOWN_ANSWER)
        try:
            await run_in_threadpool(feedback.vote, body.id, answer.to_json(), body.vote)
        except TanyaError as error:
            raise HTTPException(503, str(error)) from None
        return {"id": body.id, "vote": body.vote}

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> dict[str, Any]:
        """Say which course is served; index and models are loaded before the server starts."""
        index = pipeline.index
        return {
            "status": "ready", "course": pipeline.course.name, "title": pipeline.course.title,
            "index_version": index.version, "passages": len(index.passages),
        }  # fmt: skip

    return router


async def _answer(answering: Answering, question: Question, request: Request) -> Answer:
    """Answer, and stop when the one who asked has gone away."""
    cancel = threading.Event()
    task = asyncio.create_task(answering.answer(question, cancel))
    while not (await asyncio.wait({task}, timeout=_DISCONNECT_SECONDS))[0]:
        if await request.is_disconnected():
            cancel.set()
    answer = task.result()
    if answer is None:
        raise HTTPException(499)
    return answer
