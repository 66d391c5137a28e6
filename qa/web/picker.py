"""Small pages around the chat: which course, no such course, a frame that may not open."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from qa.pipeline import Pipeline
from qa.web import texts
from qa.web.courses import Courses
from qa.web.embed import Embedding
from qa.web.page import MARK
from qa.web.security import STILL_POLICY
from qa.web.sources import clean
from qa.web.tokens import TokenError


def picker_router(courses: Courses, embedding: Embedding) -> APIRouter:
    """Return the pages; the guard has sent known courses to the chat before these are asked."""
    router = APIRouter(include_in_schema=False)

    @router.get("/courses")
    def pick() -> HTMLResponse:
        """Show the courses."""
        return _page(200, texts.PICK_COURSE, f"<p>{texts.TAGLINE}.</p>", courses.all(), "./")

    @router.get("/c/{name}")
    def unknown(name: str) -> HTMLResponse:
        """Say that there is no such course, and which there are."""
        return _page(404, texts.NO_SUCH_COURSE, f"<p>{texts.NO_SUCH_COURSE_HELP}</p>", courses.all(), "../")

    @router.get("/embed/{name}")
    def refused(name: str, token: str = "") -> HTMLResponse:
        """Say in the frame why the chat does not open there."""
        if name not in courses.names():
            return _page(404, texts.NO_SUCH_COURSE, "", (), "../", embedding.ancestors)
        try:
            embedding.admit(token, name, framed=True)
        except TokenError as error:
            return _page(error.status, texts.NOT_OPENED, f"<p>{error}</p>", (), "../", embedding.ancestors)
        return _page(503, texts.NOT_OPENED, f"<p>{texts.ERROR}</p>", (), "../", embedding.ancestors)

    return router


def _page(
    status: int, title: str, said: str, pipelines: Sequence[Pipeline], base: str, ancestors: str = "'self'"
) -> HTMLResponse:
    cards = "".join(_card(pipeline, base) for pipeline in pipelines)
    html = (
        '<!doctype html><html lang="id"><head><meta charset="utf-8" />'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />'
        f"<title>{title} · {texts.NAME}</title>"
        f'<link rel="icon" type="image/svg+xml" href="{base}ui/mark.svg" /><script src="{base}ui/theme.js"></script>'
        f'<link rel="stylesheet" href="{base}ui/tokens.css" /><link rel="stylesheet" href="{base}ui/picker.css" />'
        f'</head><body><main><p class="tm-product">{MARK}{texts.NAME}</p><h1>{title}</h1>{said}'
        f"{f'<ul>{cards}</ul>' if cards else ''}</main></body></html>"
    )
    policy = STILL_POLICY.replace("frame-ancestors 'self'", f"frame-ancestors {ancestors}")
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    return HTMLResponse(html.encode("utf-8", "replace"), status, headers=headers)


def _card(pipeline: Pipeline, base: str) -> str:
    course = pipeline.course
    count = texts.DOCUMENTS_COUNT.format(count=len(pipeline.index.documents))
    about = f'<span class="tm-about">{clean(course.description)}</span>' if course.description else ""
    return (
        f'<li lang="{clean(course.language)}"><a href="{base}c/{quote(course.name)}"><strong>{clean(course.title)}'
        f'</strong>{about}<span class="tm-count">{count}</span></a></li>'
    )
