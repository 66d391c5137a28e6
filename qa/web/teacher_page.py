"""The frame of the teacher's pages: templates, headers, addresses."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from qa.web.page import MARK
from qa.web.sources import clean, icon

# As the policy of our other own pages, with forms and progress of the page itself; nobody may frame it.
TEACHER_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": TEACHER_POLICY,
    "cache-control": "no-store",
    # With "no-referrer" a browser sends `Origin: null` with our own forms, and they could not be told from others.
    "referrer-policy": "same-origin",
}
_MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page of `templates`; every value is escaped, and its control characters become spaces."""
    session = getattr(request.state, "session", None)
    shared = {
        "base": base(request),
        "mark": Markup(MARK),
        "session": session,
        "notices": session.take_notices() if session else [],
    }
    html = _environment().get_template(template).render(shared | values)
    return HTMLResponse(html.encode("utf-8", "replace"), status, headers=_HEADERS)


def base(request: Request) -> str:
    """Return the way from the page to the root of the application, "./" or "../…", also behind a proxy's path."""
    inside = str(request.scope["path"]).split("/teacher", 1)[-1]
    return "../" * inside.count("/") or "./"


def to(request: Request, path: str) -> RedirectResponse:
    """Send the browser to a page of the teacher with GET; `path` begins behind "teacher"."""
    return RedirectResponse(f"{base(request)}teacher{path}", 303, headers=_HEADERS)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("qa.web"), autoescape=True, undefined=StrictUndefined, finalize=_visible,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals["icon"] = lambda name: Markup(icon(name))
    made.filters |= {"size": size, "day": day, "percent": percent, "decimal": decimal}
    return made


def _visible(value: object) -> object:
    """Escape as the chat does: characters that cannot be sent, or that turn the text around, become spaces."""
    return Markup(clean(value)) if type(value) is str else value


def size(count: int) -> str:
    """Write a number of bytes as a person reads it."""
    if count < 1000:
        return f"{count} byte"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB".replace(".0 ", " ").replace(".", ",")


def day(when: datetime | str) -> str:
    """Write the day of a time, as this machine has it, or of an ISO date in Indonesian."""
    date = datetime.fromisoformat(when) if isinstance(when, str) else when.astimezone()
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def percent(value: float) -> str:
    return f"{value * 100:.0f}%"


def decimal(value: float, digits: int = 2) -> str:
    """Write a number with a decimal comma."""
    return f"{value:.{digits}f}".replace(".", ",")
