"""One FastAPI application: the chat, the HTTP interface and the documents of the course."""

from __future__ import annotations

import logging
import os
import socket
import sys

# Before gradio is imported: it reports its use to its makers unless told not to.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from index.errors import TanyaError
from qa.feedback import FeedbackStore
from qa.pipeline import Pipeline
from qa.settings import Settings
from qa.web import texts
from qa.web.answering import Answering
from qa.web.api import api_router
from qa.web.asking import Asking
from qa.web.chat import Chat
from qa.web.completions import completions_router
from qa.web.courses import Courses
from qa.web.documents import documents_router
from qa.web.embed import Embedding
from qa.web.events import EventDoor
from qa.web.page import MEDIA_TYPES, asset
from qa.web.picker import picker_router
from qa.web.security import Guard
from qa.web.teacher import teacher_router

_SHUTDOWN_SECONDS = 3
_UPLOAD_FRAME = 10_000  # bytes that a form puts around its files

logger = logging.getLogger(__name__)


def create_app(served: Courses | Pipeline, settings: Settings) -> FastAPI:
    """Return the application over loaded courses, or one; it makes no request to another host."""
    app = FastAPI(title=texts.NAME, docs_url=None, redoc_url=None)
    courses = served if isinstance(served, Courses) else Courses([served])
    embedding = Embedding(settings)
    feedback = FeedbackStore(settings.data_dir / "feedback.sqlite", settings.unanswered_days)
    answering = Answering(courses.pipeline, feedback, settings.answers_at_once)
    asking = Asking(answering, courses, embedding)
    app.include_router(api_router(asking, feedback))
    app.include_router(completions_router(asking))
    app.include_router(documents_router(courses, embedding))
    app.include_router(picker_router(courses, embedding))
    app.include_router(teacher_router(settings, courses, feedback))
    app.add_api_route("/widget.js", _widget, include_in_schema=False)
    app.add_api_route("/ui/{name}", _asset, include_in_schema=False)
    app.add_exception_handler(RequestValidationError, _unusable)
    app.add_exception_handler(400, _unusable)
    app.add_exception_handler(Exception, _failed)
    gr.mount_gradio_app(
        app, Chat(answering, courses, embedding).blocks(), path="/", theme=_theme(), footer_links=[], run_history=False,
        show_error=False, ssr_mode=False, mcp_server=False, pwa=False, enable_monitoring=False,
        max_file_size="1kb",
    )  # fmt: skip
    app.add_middleware(EventDoor, embedding=embedding)
    uploads = settings.upload_megabytes * 1_000_000 + _UPLOAD_FRAME
    app.add_middleware(Guard, courses=courses, embedding=embedding, upload_limit=uploads)
    return app


def serve(served: Courses | Pipeline, settings: Settings) -> None:
    """Serve the chat until Ctrl+C.

    Raises:
        TanyaError: host and port cannot be listened on.
    """
    listener = _listen(settings.host, settings.port)
    config = uvicorn.Config(
        create_app(served, settings), log_level="warning", timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        server_header=False, h11_max_incomplete_event_size=65_536,
    )  # fmt: skip
    host, port = listener.getsockname()[:2]
    print(texts.READY.format(host=f"[{host}]" if ":" in host else host, port=port), file=sys.stderr, flush=True)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise TanyaError(texts.CANNOT_LISTEN.format(host=host, port=port, reason=error.strerror)) from error
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno in (98, 48, 10048):  # EADDRINUSE on Linux, macOS, Windows
            other = port + 1 if port < 65_535 else port - 1
            raise TanyaError(texts.PORT_IN_USE.format(host=host, port=port, other=other)) from error
        raise TanyaError(texts.CANNOT_LISTEN.format(host=host, port=port, reason=error.strerror)) from error
    return listener


def _theme() -> gr.themes.Base:
    """Return a theme of system fonts; Gradio's own would fetch its fonts from another host."""
    return gr.themes.Base(
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "monospace"],
    )


def _asset(name: str) -> Response:
    content = asset(name)
    if content is None:
        raise HTTPException(404, texts.NOT_FOUND)
    return Response(content, media_type=MEDIA_TYPES[name.rsplit(".", 1)[1]], headers={"cache-control": "no-cache"})


def _widget() -> Response:
    """Return the script for other sites; an hour old at most."""
    script = asset("widget.js")
    if script is None:
        raise HTTPException(404, texts.NOT_FOUND)
    return Response(script, media_type="text/javascript", headers={"cache-control": "public, max-age=3600"})


async def _unusable(_request: Request, error: Exception) -> Response:
    """Answer with a sentence that names the value, where it is one of the address or a list with too much in it."""
    sentence = texts.NOT_JSON
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        name = first["loc"][-1]
        if first["loc"][0] != "body":
            sentence = texts.WRONG_VALUE.format(name=name)
        elif first["type"] == "too_long":
            sentence = texts.TOO_MANY_ENTRIES.format(name=name, limit=first["ctx"]["max_length"])
    return JSONResponse({"detail": sentence}, status_code=422)


async def _failed(_request: Request, _error: Exception) -> Response:
    """Answer with a sentence; the server logs the traceback."""
    return JSONResponse({"detail": texts.ERROR}, status_code=500)
