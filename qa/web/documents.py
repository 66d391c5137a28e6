"""The course's documents: the original files, and a page to read around a quoted passage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from index.build import CourseIndex
from qa.web import texts
from qa.web.courses import Courses
from qa.web.embed import Embedding, token_in
from qa.web.notice import notice
from qa.web.reading import Reading, reading_page
from qa.web.security import STILL_POLICY
from qa.web.tokens import TokenError

_AS_TEXT = {".txt", ".md", ".markdown", ".html", ".htm", ".xhtml"}
# A browser's PDF viewer needs more than the policy of our pages; a PDF's scripts do not run in the page.
_PDF_POLICY = "frame-ancestors 'self'"


def documents_router(courses: Courses, embedding: Embedding) -> APIRouter:
    """Return the routes over the documents of the courses; nothing else on the disk can be reached.

    `course` in the address may be left out where there is only one; `token` stands there where tokens are required.
    Whoever may not read, and whoever looks for what is not there, gets a small page that says so.
    """
    router = APIRouter()

    def admitted(request: Request, course: str) -> CourseIndex:
        """Return the index of a course that this request may read; HTTPException says why it may not."""
        name = course or courses.only()
        try:
            embedding.admit(token_in(request.headers, request.query_params), name)
            return courses.pipeline(name).index
        except TokenError as error:
            raise HTTPException(error.status, str(error)) from None
        except KeyError:
            raise HTTPException(404, texts.UNKNOWN_DOCUMENT) from None

    @router.get("/documents/{source:path}", response_class=Response)
    def document(source: str, request: Request, course: str = "", lang: str = "id") -> Response:
        """Return the original file: PDF in the browser, text as plain text, anything else as a download."""
        try:
            return _original(admitted(request, course), source)
        except HTTPException as why:
            return _told(request, why, "../" * (source.count("/") + 1), lang)

    @router.get("/passages/{passage_id}", response_class=HTMLResponse)
    def passage(
        passage_id: str,
        request: Request,
        start: Annotated[int | None, Query(ge=0)] = None,
        end: Annotated[int | None, Query(ge=0)] = None,
        course: str = "",
        lang: str = "",
    ) -> Response:
        """Return the document around a passage; [start, end) is marked, or else the whole passage."""
        try:
            index = admitted(request, course)
            if passage_id not in index.passages:
                raise HTTPException(404, texts.UNKNOWN_PASSAGE)
        except HTTPException as why:
            return _told(request, why, "../", lang)
        found = index.passages[passage_id].metadata
        first, last = found["start"], found["end"]
        if start is not None and end is not None and start < end and start < last and first < end:
            first, last = start, end
        shown = Reading(
            index.document(found["source"]), first, last, found["page"], found["section"], index.course, course,
            request.query_params.get("token", ""), lang or index.course.language,
        )  # fmt: skip
        page = reading_page(shown)
        return HTMLResponse(page, headers={"content-security-policy": STILL_POLICY})

    return router


def _told(request: Request, why: HTTPException, base: str, language: str) -> Response:
    """Say why nothing is shown: to a person on a page, to a program as JSON."""
    if "text/html" in request.headers.get("accept", ""):
        return notice(why.status_code, texts.NOT_SHOWN, str(why.detail), base, language=language)
    return JSONResponse({"detail": why.detail}, why.status_code)


def _original(index: CourseIndex, source: str) -> Response:
    """Return the file of a document; HTTPException where there is none."""
    if source not in index.documents:
        raise HTTPException(404, texts.UNKNOWN_DOCUMENT)
    path = _inside(Path(index.folder), source)
    if path is None:
        raise HTTPException(404, texts.DOCUMENT_MOVED)
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        return _file(path, "application/pdf", "inline", _PDF_POLICY)
    if suffix in _AS_TEXT:
        return _file(path, f"text/plain; charset={_charset(path)}", "inline", STILL_POLICY)
    return _file(path, "application/octet-stream", "attachment", STILL_POLICY)


def _inside(folder: Path, source: str) -> Path | None:
    """Return the file of a source, None where it is gone or a link leads out of the course."""
    root = folder.resolve()
    path = (root / source).resolve()
    return path if path.is_relative_to(root) and path.is_file() else None


def _file(path: Path, media_type: str, disposition: str, policy: str) -> Response:
    headers = {"content-security-policy": policy, "content-type": media_type}
    return FileResponse(path, filename=path.name, content_disposition_type=disposition, headers=headers)


def _charset(path: Path) -> str:
    """Return the encoding that a browser should read the file with."""
    with path.open("rb") as file:
        head = file.read(65_536)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"
