"""Who may embed the chat and ask its interfaces: allowed origins and embed tokens, for every door at once."""

from __future__ import annotations

from collections.abc import Mapping

from qa.settings import Settings
from qa.web.tokens import MISSING, EmbedTokens, TokenError

TOKEN_HEADER = "x-tanya-token"
FOREIGN_ORIGIN = (
    "Situs {origin} belum diizinkan memakai Tanya Materi ini; minta pengelola menambahkannya pada allowed_origins."
)
# What another site may ask for: the interfaces for programs, and the script that stands on its page.
_SHARED = ("/api/", "/v1/", "/widget.js")
# Doors through which questions come in; a page of a foreign site must not push anything through them.
_GUARDED = ("/api/", "/v1/", "/gradio_api/")
_PREFLIGHT_SECONDS = 600


class Embedding:
    """Answers who may embed and ask, from the settings; `tokens` are required only where their secret is set."""

    def __init__(self, settings: Settings) -> None:
        self.origins = settings.allowed_origins
        self.tokens = EmbedTokens(settings.token_secret, settings.data_dir)

    @property
    def ancestors(self) -> str:
        """What stands behind `frame-ancestors` of an embedded page."""
        return " ".join(["'self'", *self.origins])

    def refused_origin(self, path: str, headers: Mapping[str, str]) -> str:
        """Return the foreign origin that a browser names for a request to a guarded door, "" where it may pass."""
        origin = headers.get("origin", "")
        if not origin or not path.startswith(_GUARDED) or is_own_page(headers) or origin in self.origins:
            return ""
        return origin

    def cors(self, path: str, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that let a page of an allowed origin read the answer; never for all, never cookies."""
        if not path.startswith(_SHARED):
            return {}
        origin = headers.get("origin", "")
        allowed = {"access-control-allow-origin": origin} if origin in self.origins else {}
        return {"vary": "Origin", **allowed}

    def preflight(self, path: str, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers of the answer to a browser that asks beforehand, none where this is no such request."""
        cors = self.cors(path, headers)
        if "access-control-allow-origin" not in cors or "access-control-request-method" not in headers:
            return {}
        return {
            **cors,
            "access-control-allow-methods": "GET, POST",
            "access-control-allow-headers": f"authorization, content-type, {TOKEN_HEADER}",
            "access-control-max-age": str(_PREFLIGHT_SECONDS),
        }

    def admit(self, token: str, course: str, *, framed: bool = False) -> None:
        """Let in whoever asks about a course, reads its documents, or opens its chat in a frame (`framed`).

        This is the one check behind every door; pages of the full chat carry a token that the server gave them.

        Raises:
            TokenError: a token is required, and this one is missing or does not open the course.
        """
        if not self.tokens.required:
            return
        if not token:
            raise TokenError(MISSING, 401)
        self.tokens.check(token, course, framed=framed)


def token_in(headers: Mapping[str, str], query: Mapping[str, str] | None = None) -> str:
    """Return the token of a request: X-Tanya-Token, the key of an OpenAI client, or `token` in the address."""
    kind, _, key = headers.get("authorization", "").partition(" ")
    bearer = key.strip() if kind.lower() == "bearer" else ""
    return headers.get(TOKEN_HEADER, "") or bearer or (query or {}).get("token", "")


def is_own_page(headers: Mapping[str, str]) -> bool:
    """Tell whether a browser says that a page of this server asks."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")  # browsers say the above only to https and to this machine
    return origin is not None and origin.split("//", 1)[-1] == headers.get("host")
