"""What every request and response passes: a limit on bodies, closed doors, headers, the page's frame."""

from __future__ import annotations

import json
import re
import secrets
from html import escape

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web import texts
from qa.web.page import frame

# Room for a question of 100,000 characters in any script: it is told to be too long, not too big.
BODY_LIMIT = 1_000_000

# What the chat's page asks Gradio for; uploads, proxies, files and the pages for developers stay shut.
_OPEN_GRADIO = re.compile(
    r"^/(config/?|theme\.css|robots\.txt|manifest\.json|favicon\.ico|pwa_icon|assets/.*|static/.*|svelte/.*"
    r"|gradio_api/(queue/join|queue/data|heartbeat/[\w-]+|startup-events|cancel|reset/?|app_id/?|info/?|theme\.css"
    r"|run/\w+/?|api/\w+/?))?$"
)
OWN_PATHS = ("/api/", "/documents/", "/passages/", "/ui/", "/healthz", "/readyz", "/openapi.json")

# Gradio compiles its templates with Function(), sets inline styles, and has inline scripts (hence the nonce).
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'self'; "
    "form-action 'none'; frame-ancestors 'self'"
)
# Pages of our own: no script but the one that picks light or dark.
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
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, title: str) -> None:
        self.app = app
        self.title = escape(title)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        if not path.startswith(OWN_PATHS) and not _OPEN_GRADIO.match(path):
            await _refuse(send, 404, texts.NOT_FOUND)
            return
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > BODY_LIMIT:
            await _refuse(send, 413, texts.BODY_TOO_LARGE.format(limit=BODY_LIMIT))
            return
        response = _Response(send, self.title if path == "/" else "")
        await self.app(scope, _Limited(receive, response), response)


class _Response:
    """Adds the headers to a response; the chat's page is gathered, framed and sent as one."""

    def __init__(self, send: Send, title: str) -> None:
        self._send = send
        self._title = title
        self._start: Message | None = None
        self._body = b""
        self.refused = False

    async def __call__(self, message: Message) -> None:
        if self.refused:
            return
        if message["type"] == "http.response.start":
            nonce = secrets.token_urlsafe(16)
            self._nonce = nonce
            message = {**message, "headers": _with_headers(message["headers"], nonce)}
            if self._title and (b"content-type", b"text/html; charset=utf-8") in message["headers"]:
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            message = await self._framed(message)
        await self._send(message)

    async def _framed(self, message: Message) -> Message:
        assert self._start is not None
        body = frame(self._body.decode("utf-8"), self._nonce, self._title).encode("utf-8")
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

    def __init__(self, receive: Receive, response: _Response) -> None:
        self._receive = receive
        self._response = response
        self._seen = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > BODY_LIMIT and not self._response.refused:
            await self._response.refuse(413, texts.BODY_TOO_LARGE.format(limit=BODY_LIMIT))
        return {"type": "http.disconnect"} if self._response.refused else message


def _with_headers(headers: list[tuple[bytes, bytes]], nonce: str) -> list[tuple[bytes, bytes]]:
    given = {name.lower() for name, _ in headers}
    added = {**_HEADERS, "content-security-policy": _PAGE_POLICY.format(nonce=nonce)}
    return list(headers) + [(k.encode(), v.encode()) for k, v in added.items() if k.encode() not in given]


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"detail": sentence}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": _with_headers(headers, "none")})
    await send({"type": "http.response.body", "body": body})
