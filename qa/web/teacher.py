"""The teacher's pages at /teacher: off until a password is set."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from qa.feedback import FeedbackStore
from qa.settings import Settings
from qa.web.courses import Courses
from qa.web.teacher_courses import TeacherCourses
from qa.web.teacher_documents import add_documents
from qa.web.teacher_gate import guarded
from qa.web.teacher_login import Attempts, Sessions, from_elsewhere
from qa.web.teacher_page import page, to
from qa.web.teacher_questions import add_questions

WRONG_PASSWORD = "Kata sandinya belum cocok. Coba sekali lagi."
TOO_MANY = "Terlalu banyak percobaan yang gagal. Coba lagi dalam {minutes} menit."


def teacher_router(settings: Settings, courses: Courses, feedback: FeedbackStore) -> APIRouter:
    """Return all routes under /teacher; without a password only the page that says how to switch them on."""
    if not settings.teacher_password.get_secret_value():
        return _off()
    sessions = Sessions(settings.teacher_password)
    known = TeacherCourses(settings, courses)
    router = _login(sessions, known)
    inside = APIRouter(include_in_schema=False, route_class=guarded(sessions))
    add_documents(inside, known, settings)
    add_questions(inside, known, settings, feedback)
    router.include_router(inside)
    return router


def _off() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.api_route("/teacher", methods=["GET", "POST"])
    @router.api_route("/teacher/{rest:path}", methods=["GET", "POST"])
    def off(request: Request, rest: str = "") -> Response:
        """Say that the page is off, and how it is switched on."""
        return page(request, "teacher_off.html", 404, settings_file=Path("tanya.toml"))

    return router


def _login(sessions: Sessions, courses: TeacherCourses) -> APIRouter:
    router = APIRouter(prefix="/teacher", include_in_schema=False)
    attempts = Attempts()

    @router.get("")
    @router.get("/")
    def start(request: Request) -> Response:
        """Show the login, or the courses; where there is only one, its documents."""
        request.state.session = sessions.of(request)
        if request.state.session is None:
            return page(request, "teacher_login.html", error="")
        found = courses.all()
        if len(found) == 1:
            return to(request, f"/{found[0].name}")
        return page(request, "teacher_courses.html", courses=found)

    @router.post("/login")
    async def login(request: Request) -> Response:
        """Begin a session; 401: another password, 403: a form of another site, 429: too many wrong ones."""
        if from_elsewhere(request):
            return page(request, "teacher_login.html", 403, error=WRONG_PASSWORD)
        form = await request.form(max_files=0, max_fields=5)
        # Nothing is awaited from here on: guesses that come side by side are counted one by one.
        address = request.client.host if request.client else ""
        if wait := attempts.wait(address):
            refused = page(request, "teacher_login.html", 429, error=TOO_MANY.format(minutes=-(-wait // 60)))
            refused.headers["retry-after"] = str(wait)
            return refused
        if not sessions.is_password(str(form.get("password", ""))):
            attempts.wrong(address)
            return page(request, "teacher_login.html", 401, error=WRONG_PASSWORD)
        response = to(request, "")
        sessions.start(response, secure=request.url.scheme == "https")
        return response

    @router.post("/logout")
    async def logout(request: Request) -> Response:
        """End the session; a form without its token changes nothing."""
        response = to(request, "")
        session = sessions.of(request)
        form = await request.form(max_files=0, max_fields=5)
        if session and session.knows(str(form.get("csrf", ""))):
            sessions.end(request, response)
        return response

    return router
