"""Ask another system: any server with OpenAI's chat interface, its answer taken as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from index.errors import TanyaError
from qa.eval.given import answer_line
from qa.eval.questions import EvalQuestion

SECONDS = 120.0
TRIES = 4
LONGEST_WAIT = 60.0  # seconds before another try, whatever the server asks for


class Endpoint:
    """One server; `model` is sent along, `key` as bearer token where it wants one.

    `seconds` is the time limit of a try; `wait` sleeps between two.
    """

    def __init__(
        self,
        url: str,
        model: str = "default",
        key: str = "",
        *,
        seconds: float = SECONDS,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        base = url.rstrip("/").removesuffix("/chat/completions")
        self.url = f"{base if base.endswith('/v1') else base + '/v1'}/chat/completions"
        self.model = model
        self._wait = wait
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(timeout=seconds, headers=headers)

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

        A server that is busy (429), fails (5xx) or is too slow is asked again, TRIES times in all.

        Raises:
            TanyaError: the server cannot be reached, or answers something else.
        """
        messages = [{"role": "user", "content": text} for text in texts]
        try:
            reply = self._post({"model": self.model, "messages": messages, "temperature": 0})
            body: Mapping[str, Any] = reply.json()
            message = body["choices"][0]["message"]
            return str(message["content"] or ""), {**message, **body}
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, IndexError, TypeError) as error:
            raise TanyaError(
                f"Server {self.url} tidak memberi jawaban yang dapat dipakai ({type(error).__name__}: {error}); "
                "periksa alamat, nama model, dan kuncinya."
            ) from error

    def _post(self, request: Mapping[str, Any], tries: int = TRIES) -> httpx.Response:
        seconds = 2.0 ** (TRIES - tries)
        try:
            reply = self._client.post(self.url, json=request)
            if tries == 1 or not (reply.status_code == httpx.codes.TOO_MANY_REQUESTS or reply.is_server_error):
                return reply.raise_for_status()
            asked = reply.headers.get("Retry-After", "")
            seconds = float(asked) if asked.isdecimal() else seconds  # it may also be a date
        except httpx.TimeoutException:
            if tries == 1:
                raise
        self._wait(min(seconds, LONGEST_WAIT))
        return self._post(request, tries - 1)
