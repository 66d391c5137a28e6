"""Ask another system: any server with OpenAI's chat interface, its answer taken as it comes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from index.errors import TanyaError
from qa.eval.given import answer_line
from qa.eval.questions import EvalQuestion

SECONDS = 120.0


class Endpoint:
    """One server; `model` is sent along, `key` as bearer token where it wants one."""

    def __init__(self, url: str, model: str = "default", key: str = "") -> None:
        base = url.rstrip("/").removesuffix("/chat/completions")
        self.url = f"{base if base.endswith('/v1') else base + '/v1'}/chat/completions"
        self.model = model
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(timeout=SECONDS, headers=headers)

    def ask(self, question: EvalQuestion) -> dict[str, Any]:
        """Return the answer in the form of the CLI's answer line.

        `sources` beside the answer (as this product's own server gives them) are its citations; `passages`,
        `abstained` and `confidence` are taken where they are given.

        Raises:
            TanyaError: the server cannot be reached, or answers something else.
        """
        began = time.perf_counter()
        text, body = self.complete([*question.history, question.question])
        extra = {
            key: body[key] for key in ("sources", "citations", "passages", "abstained", "confidence") if key in body
        }
        seconds = round(time.perf_counter() - began, 4)
        row = {"id": question.id, "question": question.question, "answer": text, **extra}
        return answer_line(row) | {"timings": {"total": seconds}}

    def complete(self, texts: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
        """Send the texts as user messages; return the reply's text and all that stood beside it.

        Raises:
            TanyaError: the server cannot be reached, or answers something else.
        """
        messages = [{"role": "user", "content": text} for text in texts]
        try:
            reply = self._client.post(self.url, json={"model": self.model, "messages": messages, "temperature": 0})
            reply.raise_for_status()
            body: Mapping[str, Any] = reply.json()
            message = body["choices"][0]["message"]
            return str(message["content"] or ""), {**message, **body}
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, IndexError, TypeError) as error:
            raise TanyaError(
                f"Server {self.url} tidak memberi jawaban yang dapat dipakai ({type(error).__name__}: {error}); "
                "periksa alamat, nama model, dan kuncinya."
            ) from error
