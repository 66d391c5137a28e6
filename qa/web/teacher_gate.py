"""What every route of the teacher's pages passes: a session, the token of its forms, errors as sentences."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect

from index.errors import TanyaError
from qa.web.teacher_login import Session, Sessions, from_elsewhere
from qa.web.teacher_page import page, to

SIGNED_OUT = "Sesimu sudah berakhir; masuk lagi, lalu ulangi."
WRONG_FORM = "Formulir ini sudah tidak berlaku; muat ulang halaman ini, lalu ulangi."
_MOST_FILES = 200
UNREADABLE_FORM = f"Kiriman itu belum dapat dibaca; kirim paling banyak {_MOST_FILES} berkas sekaligus, lalu ulangi."
_MOST_FIELDS = 20

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def guarded(sessions: Sessions) -> type[APIRoute]:
    """Return the class of routes that only a signed-in teacher reaches; `request.state.session` is the session."""

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def guard(request: Request) -> Response:
                session = sessions.of(request)
                if session is None:
                    return refused(request, 401, SIGNED_OUT)
                request.state.session = session
                try:
                    return await _checked(request, session, handle)
                except TanyaError as error:
                    return _told(request, session, str(error))
                except HTTPException as error:
                    return refused(request, error.status_code, str(error.detail))
                except ClientDisconnect:
                    return Response(status_code=499)
                finally:
                    await request.close()  # the temporary files of an upload

            return guard

    return GuardedRoute


async def _checked(request: Request, session: Session, handle: Handler) -> Response:
    """Let a form through only with the session's token: in a header, or else in its field `csrf`."""
    if request.method == "POST":
        if from_elsewhere(request):
            return refused(request, 403, WRONG_FORM)
        token = request.headers.get("x-csrf-token")
        if token is not None and not session.knows(token):
            return refused(request, 403, WRONG_FORM)
        try:
            form = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS)
        except StarletteHTTPException:  # more files or fields, or no form at all
            return refused(request, 400, UNREADABLE_FORM)
        except OSError as error:  # an upload waits in a temporary file until it is whole
            raise TanyaError("Disk penuh, jadi kiriman itu tidak disimpan; kosongkan ruang lalu coba lagi.") from error
        if token is None and not session.knows(str(form.get("csrf", ""))):
            return refused(request, 403, WRONG_FORM)
    return await handle(request)


def wants_json(request: Request) -> bool:
    """Tell whether the page's script asks, and not a form."""
    return request.headers.get("accept", "").startswith("application/json")


def refused(request: Request, status: int, sentence: str) -> Response:
    """Say no: a sentence to the script, the login to who is signed out, else a page."""
    if wants_json(request):
        return JSONResponse({"detail": sentence}, status)
    if status == 401 and request.method == "GET":
        return to(request, "")
    return page(request, "teacher_problem.html", status, problem=sentence)


def _told(request: Request, session: Session, sentence: str) -> Response:
    """Tell what went wrong: a form goes back to the documents, which show it."""
    if wants_json(request):
        return JSONResponse({"detail": sentence}, 409)
    course = request.path_params.get("course")
    if request.method == "POST" and course:
        session.tell(sentence, "error")
        return to(request, f"/{course}")
    return page(request, "teacher_problem.html", 409, problem=sentence)
