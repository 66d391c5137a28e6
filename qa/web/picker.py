"""Pages beside the chat's own: which course, no such course, a frame that may not open."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from qa.pipeline import Pipeline
from qa.web import texts
from qa.web.courses import Courses
from qa.web.embed import Embedding
from qa.web.notice import notice
from qa.web.sources import clean
from qa.web.tokens import TokenError
from qa.web.translation import translated


def picker_router(courses: Courses, embedding: Embedding) -> APIRouter:
    """Return the pages; the guard has sent known courses to the chat before these are asked."""
    router = APIRouter(include_in_schema=False)

    @router.get("/courses")
    def pick(lang: str = "id") -> HTMLResponse:
        """Show the courses."""
        tagline = f"{translated(texts.TAGLINE, lang)}."
        return notice(200, texts.PICK_COURSE, tagline, "./", language=lang, cards=_cards(courses, "./", lang))

    @router.get("/c/{name}")
    def unknown(name: str, lang: str = "id") -> HTMLResponse:
        """Say that there is no such course, and which there are."""
        cards = _cards(courses, "../", lang)
        return notice(404, texts.NO_SUCH_COURSE, texts.NO_SUCH_COURSE_HELP, "../", language=lang, cards=cards)

    @router.get("/embed/{name}")
    def refused(name: str, token: str = "", lang: str = "id") -> HTMLResponse:
        """Say in the frame why the chat does not open there."""
        status, title, sentence = 503, texts.NOT_OPENED, texts.ERROR
        try:
            if name not in courses.names():
                status, title, sentence = 404, texts.NO_SUCH_COURSE, ""
            else:
                embedding.admit(token, name, framed=True)
        except TokenError as error:
            status, sentence = error.status, str(error)
        return notice(status, title, sentence, "../", language=lang, ancestors=embedding.ancestors)

    return router


def _cards(courses: Courses, base: str, language: str) -> str:
    query = "?lang=en" if language == "en" else ""
    return "".join(_card(pipeline, base, query, language) for pipeline in courses.all())


def _card(pipeline: Pipeline, base: str, query: str, language: str) -> str:
    course = pipeline.course
    count = translated(texts.DOCUMENTS_COUNT.format(count=len(pipeline.index.documents)), language)
    about = f'<span class="tm-about">{clean(course.description)}</span>' if course.description else ""
    named = f"<strong>{clean(course.title)}</strong>{about}"
    return (
        f'<li><a href="{base}c/{quote(course.name)}{query}">'
        f'<span class="tm-course" lang="{clean(course.language)}">{named}</span>'
        f'<span class="tm-count">{count}</span></a></li>'
    )
