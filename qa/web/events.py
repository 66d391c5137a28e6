"""The door of the chat page's events: Gradio hears only of a page that may show its course."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.web.embed import Embedding
from qa.web.tokens import TokenError

_EVENT = re.compile(r"^/gradio_api/(queue/join|(run|api)/\w+)/?$")


class EventDoor:
    """ASGI middleware that answers 401 or 403 to an event without a valid token, where tokens are required.

    Every event that takes anything at all takes course and token last (see `chat.Chat.blocks`); those without input
    stop or forget a conversation of the sender's own.
    """

    def __init__(self, app: ASGIApp, embedding: Embedding) -> None:
        self.app = app
        self.embedding = embedding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self.embedding.tokens.required or not _EVENT.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        messages = [await receive()]
        while messages[-1].get("more_body"):
            messages.append(await receive())
        if course_and_token := _sent(b"".join(message.get("body", b"") for message in messages)):
            course, token = course_and_token
            try:
                self.embedding.admit(token, course)
            except TokenError as error:
                await JSONResponse({"detail": str(error)}, error.status)(scope, receive, send)
                return

        async def again() -> Message:
            return messages.pop(0) if messages else await receive()

        await self.app(scope, again, send)


def _sent(body: bytes) -> tuple[str, str] | None:
    """Return course and token of an event, None for one without input or a body that Gradio will refuse."""
    try:
        event: Any = json.loads(body)
    except ValueError:
        return None
    data = event.get("data") if isinstance(event, dict) else None
    if not isinstance(data, list) or not data:
        return None
    return str(data[-2] if len(data) > 1 else ""), str(data[-1] or "")
