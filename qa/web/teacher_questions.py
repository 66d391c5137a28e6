"""What students asked in vain, the try-it box, and the lines that put the chat on a course page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from index.errors import TanyaError
from qa.feedback import FeedbackStore
from qa.settings import Settings
from qa.web.render import answer_html
from qa.web.sources import place
from qa.web.teacher_courses import TeacherCourses
from qa.web.teacher_page import page
from qa.web.trace import Trace, trace
from qa.web.unanswered import Gap, export, gaps

PERIODS = (1, 4, 12, 52)
_PERIOD = 4
NOT_INDEXED = "Mata kuliah ini belum punya indeks; tambahkan dokumen dan perbarui indeksnya lebih dulu."


def add_questions(router: APIRouter, courses: TeacherCourses, settings: Settings, feedback: FeedbackStore) -> None:
    """Add the routes."""

    def asked_in_vain(course: str, weeks: int) -> list[Gap]:
        since = date.today() - timedelta(weeks=weeks)
        return gaps(feedback.gaps(courses.get(course).name, since.isoformat()), courses.embeddings)

    @router.get("/{course}/questions")
    def questions(course: str, request: Request, weeks: int = _PERIOD) -> Response:
        """Show the groups of questions of the last weeks."""
        weeks = weeks if weeks in PERIODS else _PERIOD
        return page(
            request, "teacher_questions.html", here="questions", course=courses.get(course), weeks=weeks,
            periods=PERIODS, gaps=asked_in_vain(course, weeks), days=settings.unanswered_days,
        )  # fmt: skip

    @router.get("/{course}/questions.jsonl")
    def download(course: str, weeks: int = _PERIOD) -> Response:
        """Return the same groups as a question file to fill in."""
        name = f"{courses.get(course).name}-belum-terjawab.jsonl"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        lines = export(asked_in_vain(course, weeks if weeks in PERIODS else _PERIOD))
        return PlainTextResponse(lines, headers=headers, media_type="application/jsonl; charset=utf-8")

    @router.get("/{course}/try")
    def empty(course: str, request: Request) -> Response:
        """Show the box."""
        return page(request, "teacher_try.html", here="try", course=courses.get(course), **_tried())

    @router.post("/{course}/try")
    async def ask(course: str, request: Request) -> Response:
        """Answer a question and show how; it is kept nowhere."""
        found = courses.get(course)
        question = str((await request.form()).get("question", ""))
        try:
            if found.pipeline is None:
                raise TanyaError(NOT_INDEXED)
            told = _tried(question, await run_in_threadpool(trace, found.pipeline, question))
        except TanyaError as error:
            told = _tried(question, error=str(error))
        return page(request, "teacher_try.html", here="try", course=found, **told)

    @router.get("/{course}/embed")
    def embed(course: str, request: Request) -> Response:
        """Show the lines to copy, with the address that this page was opened at."""
        origin = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
        return page(
            request, "teacher_embed.html", here="embed", course=courses.get(course), origin=origin,
            allowed=settings.allowed_origins, token=bool(settings.token_secret.get_secret_value()),
        )  # fmt: skip


def _tried(question: str = "", found: Trace | None = None, error: str = "") -> dict[str, Any]:
    answer = found.answer if found else None
    return {
        "question": question, "error": error, "trace": found, "place": place,
        "answer_html": answer_html(answer, "uji") if answer else "",
    }  # fmt: skip
