"""What every request and response passes: a limit on bodies, closed doors, headers, the page's frame."""

from __future__ import annotations

import json
import re
import secrets

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web import texts
from qa.web.courses import Courses
from qa.web.embed import FOREIGN_ORIGIN, Embedding
from qa.web.page import Shown, frame
from qa.web.teacher_gate import refused
from qa.web.tokens import TokenError

# Room for a question of 100,000 characters in any script: it is told to be too long, not too big.
BODY_LIMIT = 1_000_000

# What the chat's page asks Gradio for; uploads, proxies, files and the pages for developers stay shut.
_OPEN_GRADIO = re.compile(
    r"^/(config/?|theme\.css|robots\.txt|manifest\.json|favicon\.ico|pwa_icon|assets/.*|static/.*|svelte/.*"
    r"|gradio_api/(queue/join|queue/data|heartbeat/[\w-]+|startup-events|cancel|reset/?|app_id/?|info/?|theme\.css"
    r"|run/\w+/?|api/\w+/?))?$"
)
# The only way in for files; behind it stands the teacher's password, asked for before a byte of the body is read.
_UPLOAD = re.compile(r"^/teacher/[a-z0-9-]+/upload$")
_CHAT = re.compile(r"^/((?P<view>c|embed)/(?P<course>[a-z0-9-]+))?$")
_OWN_PAGES = ("/teacher", "/widget.js", "/courses")
OWN_PATHS = (
    "/api/", "/v1/", "/c/", "/embed/", "/documents/", "/passages/", "/ui/", "/healthz", "/readyz", "/metrics",
    "/openapi.json", "/teacher/",
)  # fmt: skip

# Gradio compiles its templates with Function(), sets inline styles, and has inline scripts (hence the nonce).
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{{nonce}}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'self'; "
    "form-action 'none'; frame-ancestors {ancestors}"
)
# Pages of our own: no script but the files that pick light or dark and close a reading page.
STILL_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class Guard:
    """ASGI middleware around the whole application; it also turns the address of a course into Gradio's one page."""

    def __init__(self, app: ASGIApp, courses: Courses, embedding: Embedding, upload_limit: int = BODY_LIMIT) -> None:
        self.app = app
        self.courses = courses
        self.embedding = embedding
        self.upload_limit = upload_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        headers = Headers(scope=scope)
        if path not in _OWN_PAGES and not path.startswith(OWN_PATHS) and not _OPEN_GRADIO.match(path):
            await _refuse(send, 404, texts.NOT_FOUND)
            return
        if origin := self.embedding.refused_origin(path, headers):
            await _refuse(send, 403, FOREIGN_ORIGIN.format(origin=origin[:200]))
            return
        length = headers.get("content-length", "0")
        limit, too_large = BODY_LIMIT, texts.BODY_TOO_LARGE.format(limit=BODY_LIMIT)
        if upload := _UPLOAD.match(path):
            limit = self.upload_limit
            too_large = texts.UPLOAD_TOO_LARGE.format(megabytes=limit // 1_000_000)
        if not length.isdigit() or int(length) > limit:
            if upload:  # the form of a page without script wants a page
                await refused(Request(scope), 413, too_large)(scope, receive, _Response(send, None, {}))
            else:
                await _refuse(send, 413, too_large)
            return
        if scope["method"] == "OPTIONS" and (allowed := self.embedding.preflight(path, headers)):
            await Response(status_code=204, headers=allowed)(scope, receive, send)
            return
        shown = await run_in_threadpool(self._shown, scope) if scope["method"] in ("GET", "HEAD") else None
        response = _Response(send, shown, self._headers(path, headers))
        if shown:
            scope = {**scope, "path": "/", "raw_path": b"/"}
        elif path == "/":  # several courses
            scope = {**scope, "path": "/courses", "raw_path": b"/courses"}
        await self.app(scope, _Limited(receive, response, limit, too_large), response)

    def _shown(self, scope: Scope) -> Shown | None:
        """Return the chat page at an address, None for any other, an unknown course, or a token that is not valid."""
        found = _CHAT.match(scope["path"])
        if not found:
            return None
        name = found["course"] or self.courses.only()
        try:
            course = self.courses.pipeline(name).course
        except KeyError:
            return None
        asked = QueryParams(scope["query_string"])
        language = asked.get("lang", "")
        if found["view"] != "embed":
            token = self.embedding.tokens.page_token(course.name)
            return Shown(course, "../" if found["course"] else "./", token=token, language=language)
        token = asked.get("token", "")
        try:
            self.embedding.admit(token, course.name, framed=True)
        except TokenError:
            return None  # the route behind says why
        return Shown(course, "../", True, self.embedding.origins, token, language)

    def _headers(self, path: str, headers: Headers) -> dict[str, str]:
        """Return what this address has beside, or in place of, the headers of all."""
        added = self.embedding.cors(path, headers)
        if path.startswith("/embed/"):
            added |= {"content-security-policy": _PAGE_POLICY.format(ancestors=self.embedding.ancestors)}
        if path.startswith("/embed/") or path == "/widget.js":
            added |= {"cross-origin-resource-policy": "cross-origin"}
        return added


class _Response:
    """Adds the headers to a response; the chat's page is gathered, framed and sent as one."""

    def __init__(self, send: Send, shown: Shown | None, headers: dict[str, str]) -> None:
        self._send = send
        self._shown = shown
        self._headers = headers
        self._start: Message | None = None
        self._body = b""
        self.refused = False

    async def __call__(self, message: Message) -> None:
        if self.refused:
            return
        if message["type"] == "http.response.start":
            nonce = secrets.token_urlsafe(16)
            self._nonce = nonce
            message = {**message, "headers": _with_headers(message["headers"], nonce, self._headers)}
            if self._shown and (b"content-type", b"text/html; charset=utf-8") in message["headers"]:
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            message = await self._framed(message)
        await self._send(message)

    async def _framed(self, message: Message) -> Message:
        assert self._start is not None and self._shown is not None
        body = frame(self._body.decode("utf-8"), self._nonce, self._shown).encode("utf-8")
        kept = [pair for pair in self._start["headers"] if pair[0] not in (b"content-length", b"cache-control")]
        fresh = [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
        await self._send({**self._start, "headers": kept + fresh})
        self._start = None
        return {**message, "body": body}

    async def refuse(self, status: int, sentence: str) -> None:
        self.refused = True
        await _refuse(self._send, status, sentence)


class _Limited:
    """Counts a body that came without a length."""

    def __init__(self, receive: Receive, response: _Response, limit: int, too_large: str) -> None:
        self._receive = receive
        self._response = response
        self._limit = limit
        self._too_large = too_large
        self._seen = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._limit and not self._response.refused:
            await self._response.refuse(413, self._too_large)
        return {"type": "http.disconnect"} if self._response.refused else message


def _with_headers(headers: list[tuple[bytes, bytes]], nonce: str, own: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Add our headers where the route has none of its own; who may read an answer is said here and nowhere else."""
    kept = [(name, value) for name, value in headers if not name.lower().startswith(b"access-control-")]
    given = {name.lower(): value for name, value in kept}
    added = {**_HEADERS, "content-security-policy": _PAGE_POLICY.format(ancestors="'self'"), **own}
    if given.get(b"content-type", b"").startswith(b"text/event-stream"):
        added["x-accel-buffering"] = "no"  # nginx would hold a stream back until it is over
    added["content-security-policy"] = added["content-security-policy"].replace("{nonce}", nonce)
    return kept + [(k.encode(), v.encode()) for k, v in added.items() if k.encode() not in given]


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"detail": sentence}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": _with_headers(headers, "none", {})})
    await send({"type": "http.response.body", "body": body})
