"""Tokens: short-lived, for one course, signed with HMAC-SHA256, and revocable by their id.

An embed token is made by the operator and stands on another site's page. A page token is made anew for each page of the
full chat that the server hands out, so that every event, document and vote can ask for one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from index.errors import TanyaError

MOST_DAYS = 400
PAGE_DAYS = 1
EMBED, _PAGE = "tm1", "tp1"
_ID = re.compile(r"[0-9a-f]{16}")
_DAY = 86_400

NOT_VALID = "Token untuk halaman ini tidak dikenali; minta pengajar memasang yang baru."
EXPIRED = "Token untuk halaman ini sudah kedaluwarsa; minta pengajar memasang yang baru."
PAGE_EXPIRED = "Halaman ini sudah terlalu lama terbuka; muat ulang halaman obrolannya, lalu coba lagi."
REVOKED = "Token untuk halaman ini sudah dicabut; minta pengajar memasang yang baru."
OTHER_COURSE = "Token ini untuk mata kuliah lain; minta pengajar memasang yang sesuai."
MISSING = "Obrolan ini memerlukan token; minta pengajar menambahkan data-token atau ?token= pada pemasangannya."


class TokenError(TanyaError):
    """A token does not open the course; `status` is 401 (not valid, not any more) or 403 (not for this, revoked)."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class EmbedToken:
    """What a token says; `ends` is in seconds since 1970, `of_page` tells a page token, which opens no frame."""

    course: str
    ends: int
    id: str
    of_page: bool = False


class EmbedTokens:
    """Makes and checks tokens. Each revoked id is a file of its own in `data_dir`: nothing is lost in a race."""

    def __init__(self, secret: SecretStr, data_dir: Path, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret.get_secret_value().encode()
        self._revoked = data_dir / "revoked-tokens"
        self._clock = clock

    @property
    def required(self) -> bool:
        """Whether a secret is set, and so every embedding needs a token."""
        return bool(self._secret)

    def issue(self, course: str, days: float) -> tuple[str, EmbedToken]:
        """Return a new token and what it says.

        Raises:
            TanyaError: no secret is set, or `days` is not above 0 and at most 400.
        """
        if not self.required:
            raise TanyaError("Token memerlukan kunci; isi dulu token_secret di tanya.toml atau TANYA_TOKEN_SECRET.")
        if not 0 < days <= MOST_DAYS:
            raise TanyaError(f"Token berlaku paling lama {MOST_DAYS} hari; beri --days antara 1 dan {MOST_DAYS}.")
        says = EmbedToken(course, int(self._clock() + days * _DAY), secrets.token_hex(8))
        return self._written(says, EMBED), says

    def page_token(self, course: str) -> str:
        """Return a token for a page of the full chat, "" where none is needed."""
        if not self.required:
            return ""
        return self._written(EmbedToken(course, int(self._clock() + PAGE_DAYS * _DAY), secrets.token_hex(8)), _PAGE)

    def check(self, token: str, course: str, *, framed: bool = False) -> None:
        """Accept a token for a course; where a frame shall open with it (`framed`), an embed token only.

        Raises:
            TokenError: it is forged, expired, revoked, or for another course.
        """
        says = self.read(token)
        if framed and says.of_page:
            raise TokenError(NOT_VALID, 401)
        if says.course != course:
            raise TokenError(OTHER_COURSE, 403)

    def read(self, token: str) -> EmbedToken:
        """Return what a valid token says.

        Raises:
            TokenError: it is forged, expired or revoked.
        """
        says = self._signed(token)
        if says.ends <= self._clock():
            raise TokenError(PAGE_EXPIRED if says.of_page else EXPIRED, 401)
        if (self._revoked / says.id).exists():
            raise TokenError(REVOKED, 403)
        return says

    def revoke(self, token_or_id: str) -> str:
        """Revoke a token for ever, by its id or itself; return the id.

        Raises:
            TanyaError: it is neither, or the list cannot be written.
        """
        name = token_or_id if _ID.fullmatch(token_or_id) else self._id_of(token_or_id)
        try:
            self._revoked.mkdir(parents=True, exist_ok=True)
            (self._revoked / name).touch()
        except OSError as error:
            raise TanyaError(
                f"Daftar token yang dicabut di {self._revoked} tidak dapat ditulis ({error.strerror}); periksa izinnya."
            ) from error
        return name

    def revoked(self) -> list[str]:
        """Return the revoked ids."""
        return sorted(f.name for f in self._revoked.iterdir()) if self._revoked.is_dir() else []

    def _id_of(self, token: str) -> str:
        try:
            return self._signed(token).id
        except TokenError:
            raise TanyaError(
                "Itu bukan token dan bukan id token; id (16 huruf dan angka) dicetak saat token dibuat."
            ) from None

    def _signed(self, token: str) -> EmbedToken:
        parts = token.split(".")
        if len(parts) != 3 or parts[0] not in (EMBED, _PAGE) or not self.required:
            raise TokenError(NOT_VALID, 401)
        try:
            if not hmac.compare_digest(_decode(parts[2]), self._sign(parts[0], parts[1])):
                raise TokenError(NOT_VALID, 401)
            course, ends, name = json.loads(_decode(parts[1]))
        except (ValueError, binascii.Error):
            raise TokenError(NOT_VALID, 401) from None
        return EmbedToken(course, ends, name, of_page=parts[0] == _PAGE)

    def _written(self, says: EmbedToken, kind: str) -> str:
        payload = _encode(json.dumps([says.course, says.ends, says.id], ensure_ascii=False).encode())
        return f"{kind}.{payload}.{_encode(self._sign(kind, payload))}"

    def _sign(self, kind: str, payload: str) -> bytes:
        return hmac.new(self._secret, f"{kind}.{payload}".encode("utf-8", "replace"), hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
