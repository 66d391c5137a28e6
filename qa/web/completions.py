"""The interface of OpenAI's chat completions over the courses: a model is a course, and answers carry `sources`."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from index.errors import TanyaError
from qa.types import Answer, Question
from qa.web import texts
from qa.web.answering import Waiting
from qa.web.asking import MOST_HISTORY, Asking

NO_USER = 'messages harus berakhir dengan pesan dari user, misalnya {"role": "user", "content": "Apa itu ...?"}.'
UNUSABLE = "Isi kiriman tidak cocok ({reason}); kirim model dan messages seperti pada API chat completions."
_TYPES = {401: "authentication_error", 403: "permission_error", 500: "server_error", 503: "server_error"}
_CODES = {401: "invalid_api_key", 403: "forbidden", 404: "model_not_found", 503: "unavailable"}
_WORD = re.compile(r"\w+|[^\w\s]")

logger = logging.getLogger(__name__)


class Part(BaseModel):
    """A part of a message; only texts are read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """A message; of the conversation only what the user said is used."""

    role: str
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """Whether a stream ends with the usage."""

    include_usage: bool = False


class CompletionBody(BaseModel):
    """What a client sends; settings of sampling are accepted and have no effect."""

    model: Annotated[str, Field(max_length=200)]
    messages: Annotated[list[Message], Field(min_length=1, max_length=1000)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = 1


class _OpenAIRoute(APIRoute):
    """A route whose errors have OpenAI's shape."""

    def get_route_handler(self) -> Any:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except HTTPException as error:
                return _error(error.status_code, str(error.detail))
            except RequestValidationError as error:
                return _error(400, UNUSABLE.format(reason=_reason(error)))
            except Exception:  # the edge: the client gets a sentence, the log the traceback
                logger.exception("A completion failed.")
                return _error(500, texts.ERROR)

        return guarded


def completions_router(asking: Asking) -> APIRouter:
    """Return `/v1/models` and `/v1/chat/completions`."""
    router = APIRouter(prefix="/v1", route_class=_OpenAIRoute)

    @router.get("/models")
    def models(request: Request) -> dict[str, Any]:
        """List the courses; where tokens are required, the one that the token opens."""
        opened, refused = [], None
        for name in asking.courses.names():
            try:
                asking.admit(request, name)
                opened.append(name)
            except HTTPException as error:
                refused = error
        if refused and not opened:
            raise refused
        return {"object": "list", "data": [_model(name) for name in opened]}

    @router.get("/models/{name}")
    def model(name: str, request: Request) -> dict[str, Any]:
        """Describe one course."""
        return _model(asking.course(name, request))

    @router.post("/chat/completions", response_model=None)
    async def completions(body: CompletionBody, request: Request) -> Response:
        """Answer the last message, with the user's earlier ones as history."""
        course = asking.course(body.model, request)
        said = [message.text for message in body.messages if message.role == "user"]
        if body.messages[-1].role != "user":
            raise HTTPException(400, NO_USER)
        question = asking.question(said[-1], said[:-1][-MOST_HISTORY:], course)
        if body.stream:
            usage = bool(body.stream_options and body.stream_options.include_usage)
            parts = _stream(asking, question, course, usage)
            return StreamingResponse(parts, media_type="text/event-stream", headers={"cache-control": "no-store"})
        answer = await asking.answer(question, course, request)
        message = {"role": "assistant", "content": answer.answer}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        row = {**_head(question, course, "chat.completion"), "choices": [choice], "usage": usage_of(answer)}
        return JSONResponse({**row, **_beside(answer)})

    return router


def usage_of(answer: Answer) -> dict[str, int]:
    """Return how much was read and written, in words and signs: most answers are quotes, which have no tokens."""
    read = len(_WORD.findall(answer.standalone_question)) + sum(len(_WORD.findall(p.text)) for p in answer.passages)
    written = len(_WORD.findall(answer.answer))
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


async def _stream(asking: Asking, question: Question, course: str, with_usage: bool) -> AsyncIterator[str]:
    """Yield the answer as it grows; its sources come with the last part. Comments tell the place in line till then."""
    head = _head(question, course, "chat.completion.chunk")
    sent, cancel = "", threading.Event()
    yield _event({**head, "choices": [_delta({"role": "assistant", "content": ""})]})
    try:
        async for answer in asking.answering.stream(question, cancel, course):
            if isinstance(answer, Waiting):
                yield f": {answer.ahead}\n\n"
                continue
            if more := _more(sent, answer):
                sent += more
                yield _event({**head, "choices": [_delta({"content": more})]})
            if answer.complete:
                yield _event({**head, "choices": [_delta({}, "stop")], **_beside(answer)})
                if with_usage:
                    yield _event({**head, "choices": [], "usage": usage_of(answer)})
    except TanyaError as error:
        yield _event({"error": _shape(503, str(error))})
    except Exception:
        yield _event({"error": _shape(503, texts.ERROR)})
        raise
    finally:
        cancel.set()
    yield "data: [DONE]\n\n"


def _more(sent: str, answer: Answer) -> str:
    """Return what is new; an answer that was written anew at its end follows what was sent before."""
    if answer.answer.startswith(sent):
        return answer.answer[len(sent) :]
    return f"\n\n{answer.answer}" if answer.complete and not sent.endswith(answer.answer) else ""


def _head(question: Question, course: str, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{question.id}", "object": kind, "created": int(time.time()), "model": course}


def _beside(answer: Answer) -> dict[str, Any]:
    return {
        "sources": [asdict(citation) for citation in answer.citations],
        "abstained": answer.abstained, "confidence": answer.confidence,
    }  # fmt: skip


def _delta(delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}


def _event(row: dict[str, Any]) -> str:
    return f"data: {json.dumps(row, ensure_ascii=False)}\n\n".encode("utf-8", "replace").decode()


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "tanya-materi"}


def _shape(status: int, sentence: str) -> dict[str, Any]:
    kind = _TYPES.get(status, "invalid_request_error")
    return {"message": sentence, "type": kind, "param": None, "code": _CODES.get(status)}


def _error(status: int, sentence: str) -> Response:
    return JSONResponse({"error": _shape(status, sentence)}, 400 if status == 422 else status)


def _reason(error: RequestValidationError) -> str:
    """Say in a few words what is wrong with a body."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    return f"{place}: {first['msg']}" if place else str(first["msg"])
