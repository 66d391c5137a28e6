"""The HTTP interface of the chat: ask, vote, health, metrics."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from index.errors import TanyaError
from qa.feedback import FeedbackStore
from qa.web import texts
from qa.web.asking import MOST_HISTORY, Asking
from qa.web.metrics import CONTENT_TYPE


class AskBody(BaseModel):
    """A question and the earlier questions of the same student, oldest first.

    `course` may be left out where there is only one.
    """

    model_config = ConfigDict(strict=True)

    question: str
    history: Annotated[list[str], Field(max_length=MOST_HISTORY)] = []
    course: Annotated[str, Field(max_length=200)] = ""


class VoteBody(BaseModel):
    """A vote on the answer with this id; 0 takes it back."""

    model_config = ConfigDict(strict=True)

    id: Annotated[str, Field(max_length=64)]
    vote: Literal[-1, 0, 1]


def api_router(asking: Asking, feedback: FeedbackStore) -> APIRouter:
    """Return the routes; errors are `{"detail": sentence}`."""
    router = APIRouter()

    @router.post("/api/ask")
    async def ask(body: AskBody, request: Request) -> dict[str, Any]:
        """Answer a question.

        404: there is no such course, 401 and 403: no valid token where one is needed, 422: the question is empty or
        too long, 503: a model failed or the line is full.
        """
        course = asking.course(body.course, request)
        question = asking.question(body.question, body.history, course)
        return (await asking.answer(question, course, request)).to_json()

    @router.post("/api/feedback")
    async def vote(body: VoteBody, request: Request) -> dict[str, Any]:
        """Store a vote on one of the last answers."""
        found = asking.answering.finished(body.id)
        if found is None:
            raise HTTPException(404, texts.UNKNOWN_ANSWER)
        answer, course = found
        asking.admit(request, course)
        try:
            await run_in_threadpool(feedback.vote, body.id, answer.to_json(), body.vote, course)
        except TanyaError as error:
            raise HTTPException(503, str(error)) from None
        return {"id": body.id, "vote": body.vote}

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok"}

    @router.get("/readyz")
    def readyz() -> dict[str, Any]:
        """Say which courses are served, the first one also by itself; index and models are loaded before the start."""
        rows = [
            {
                "course": pipeline.course.name, "title": pipeline.course.title,
                "index_version": pipeline.index.version, "passages": len(pipeline.index.passages),
            }
            for pipeline in asking.courses.all()
        ]  # fmt: skip
        return {"status": "ready", **rows[0], "courses": rows}

    @router.get("/metrics", response_class=PlainTextResponse)
    def metrics() -> Response:
        """Return counts and times since the start in Prometheus' text format; no question, no person."""
        answering = asking.answering
        passages = {pipeline.course.name: len(pipeline.index.passages) for pipeline in asking.courses.all()}
        return Response(answering.metrics.text(answering.line, passages), media_type=CONTENT_TYPE)

    return router
