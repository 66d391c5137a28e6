"""Who may use the teacher's pages: one password, sessions in memory, a token in every form."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

from fastapi import Request, Response
from pydantic import SecretStr

COOKIE = "tanya_teacher"
SESSION_SECONDS = 8 * 3600
# Five wrong passwords, then a quarter of an hour's rest: 480 guesses a day, for each address.
MOST_ATTEMPTS = 5
ATTEMPT_SECONDS = 15 * 60
_MOST_ADDRESSES = 10_000
_MOST_SESSIONS = 1_000


@dataclass(frozen=True)
class Notice:
    """A sentence that the next page shows once; `kind` is "done" or "error"."""

    text: str
    kind: str = "done"


@dataclass
class Session:
    """One signed-in browser; `csrf` stands in each of its forms, `ends` is a time of the clock."""

    csrf: str
    ends: float
    notices: list[Notice] = field(default_factory=list)

    def tell(self, text: str, kind: str = "done") -> None:
        self.notices.append(Notice(text, kind))

    def take_notices(self) -> list[Notice]:
        taken, self.notices = self.notices, []
        return taken

    def knows(self, token: str) -> bool:
        """Tell whether a form came from a page of this session."""
        return hmac.compare_digest(self.csrf.encode(), token.encode("utf-8", "replace"))


class Attempts:
    """Counts wrong passwords by address, in memory; an IPv6 network of 64 bits is one address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, list[float]] = {}

    def wait(self, address: str) -> int:
        """Return the seconds until the address may try again, 0 when it may now."""
        recent = self._recent(_network(address))
        return 0 if len(recent) < MOST_ATTEMPTS else max(1, round(recent[0] + ATTEMPT_SECONDS - self._clock()))

    def wrong(self, address: str) -> None:
        """Note a wrong password; where too many addresses are known, the one that was quiet longest is forgotten."""
        name = _network(address)
        recent = [*self._recent(name), self._clock()]
        self._wrong.pop(name, None)
        self._wrong[name] = recent
        while len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.pop(next(iter(self._wrong)))

    def _recent(self, name: str) -> list[float]:
        return [when for when in self._wrong.get(name, []) if when > self._clock() - ATTEMPT_SECONDS]


class Sessions:
    """The sessions of this process: a restart or a new password ends them all.

    The cookie holds 256 random bits and nothing else, so there is nothing in it to forge; here only its digest is
    kept. Safe from several threads.
    """

    def __init__(self, password: SecretStr, clock: Callable[[], float] = time.monotonic) -> None:
        self._password = hashlib.sha256(password.get_secret_value().encode()).digest()
        self._clock = clock
        self._open: dict[str, Session] = {}
        self._lock = threading.Lock()

    def is_password(self, given: str) -> bool:
        """Compare in a time that tells nothing about the password."""
        digest = hashlib.sha256(given.encode("utf-8", "replace")).digest()
        return hmac.compare_digest(digest, self._password)

    def start(self, response: Response, *, secure: bool) -> Session:
        """Begin a session and put its cookie on the response.

        The cookie has no path of its own, so the browser keeps it to where the login form is sent: /teacher, under
        whatever path a proxy serves it.
        """
        token = secrets.token_urlsafe(32)
        session = Session(secrets.token_urlsafe(32), self._clock() + SESSION_SECONDS)
        with self._lock:
            self._open = {key: s for key, s in self._open.items() if s.ends > self._clock()}
            while len(self._open) >= _MOST_SESSIONS:
                self._open.pop(next(iter(self._open)))
            self._open[_key(token)] = session
        response.set_cookie(
            COOKIE, token, max_age=SESSION_SECONDS, path=None, secure=secure, httponly=True, samesite="strict"
        )
        return session

    def of(self, request: Request) -> Session | None:
        """Return the session of a request, None where there is none or it has ended."""
        session = self._open.get(_key(request.cookies.get(COOKIE, "")))
        return session if session and session.ends > self._clock() else None

    def end(self, request: Request, response: Response) -> None:
        """End the session of a request, here and in the browser."""
        with self._lock:
            self._open.pop(_key(request.cookies.get(COOKIE, "")), None)
        response.set_cookie(COOKIE, "", max_age=0, path=None, httponly=True, samesite="strict")


def from_elsewhere(request: Request) -> bool:
    """Tell whether a browser says that another site sent this form."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")  # browsers say the above to https and to this machine only
    return origin is not None and origin.split("//", 1)[-1] != request.headers.get("host")


def _key(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _network(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return known.exploded[:19] if isinstance(known, IPv6Address) and known.ipv4_mapped is None else address
