"""The course's documents: the original files, and a readable page around a quoted passage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import FileResponse, HTMLResponse, Response

from index.blocks import Block, CourseDocument
from index.build import CourseIndex
from qa.web import texts
from qa.web.courses import Courses
from qa.web.page import MARK
from qa.web.security import STILL_POLICY
from qa.web.sources import clean, document_url, place

# Characters of the document that are shown on each side of the quote.
AROUND = 5000
_AS_TEXT = {".txt", ".md", ".markdown", ".html", ".htm", ".xhtml"}
# A browser's PDF viewer needs more than the policy of our pages; a PDF's scripts do not run in the page.
_PDF_POLICY = "frame-ancestors 'self'"


def documents_router(courses: Courses) -> APIRouter:
    """Return the routes over the documents of the courses; nothing else on the disk can be reached.

    `course` in the address may be left out where there is only one.
    """
    router = APIRouter()

    @router.get("/documents/{source:path}", response_class=Response)
    def document(source: str, course: str = "") -> Response:
        """Return the original file: PDF in the browser, text as plain text, anything else as a download."""
        index = _index(courses, course)
        if index is None or source not in index.documents:
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

    @router.get("/passages/{passage_id}", response_class=HTMLResponse)
    def passage(
        passage_id: str,
        start: Annotated[int | None, Query(ge=0)] = None,
        end: Annotated[int | None, Query(ge=0)] = None,
        course: str = "",
    ) -> HTMLResponse:
        """Return the document around a passage; [start, end) is marked, or else the whole passage."""
        index = _index(courses, course)
        found = index.passages.get(passage_id) if index else None
        if index is None or found is None:
            raise HTTPException(404, texts.UNKNOWN_PASSAGE)
        first, last = found.metadata["start"], found.metadata["end"]
        if start is not None and end is not None and start < end and start < last and first < end:
            first, last = start, end
        read = index.document(found.metadata["source"])
        page = _page(read, first, last, found.metadata["page"], found.metadata["section"], course)
        return HTMLResponse(page, headers={"content-security-policy": STILL_POLICY})

    return router


def _index(courses: Courses, course: str) -> CourseIndex | None:
    try:
        return courses.pipeline(course or courses.only()).index
    except KeyError:
        return None


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


def _page(document: CourseDocument, start: int, end: int, page: int | None, section: str, course: str) -> str:
    """Return the reading page; every word of the document is escaped. `course` is what the address named."""
    low, high = start - AROUND, end + AROUND
    shown = [b for b in document.blocks if b.kind != "furniture" and b.end > low and b.start < high]
    whole = not shown or (shown[0].start <= document.blocks[0].start and shown[-1].end >= document.blocks[-1].end)
    about = " · ".join(filter(None, [document.author, document.date, document.licence]))
    partly = "" if whole else f'<p class="tm-part">{texts.PART_SHOWN}</p>'
    body = "".join(_elements(document.text, shown, start, end))
    original = f"../{document_url(document.source, page, course)}"
    chat = f"../c/{quote(course)}" if course else "../"
    return (
        '<!doctype html><html lang="id"><head><meta charset="utf-8" />'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />'
        f"<title>{clean(document.title)} · {texts.NAME}</title>"
        '<link rel="icon" type="image/svg+xml" href="../ui/mark.svg" /><script src="../ui/theme.js"></script>'
        '<link rel="stylesheet" href="../ui/tokens.css" /><link rel="stylesheet" href="../ui/passage.css" />'
        '</head><body><header class="tm-top">'
        f'<a href="{chat}">{MARK}<span>{texts.BACK_TO_CHAT}</span></a>'
        f'<a href="{clean(original)}">{texts.OPEN_DOCUMENT}</a></header>'
        f'<main><p class="tm-where">{clean(place(document.source, page, section)) or texts.READING_PAGE}</p>'
        f'<h1>{clean(document.title)}</h1><p class="tm-about">{clean(about)}</p>{partly}'
        f"<article>{body}</article></main></body></html>"
    )


def _elements(text: str, blocks: list[Block], start: int, end: int) -> Iterator[str]:
    """Yield headings, paragraphs and list items; the first part of the quote carries the id `kutipan`."""
    first = True
    in_list = False
    for block in blocks:
        low, high = max(block.start, start), min(block.end, end)
        content = clean(text[block.start : block.end])
        if low < high:
            anchor = ' id="kutipan" tabindex="-1"' if first else ""
            first = False
            content = (
                f"{clean(text[block.start : low])}<mark{anchor}>{clean(text[low:high])}</mark>"
                f"{clean(text[high : block.end])}"
            )
        if in_list != (block.kind == "item"):
            in_list = not in_list
            yield '<ul role="list">' if in_list else "</ul>"
        yield {"heading": f"<h2>{content}</h2>", "item": f"<li>{content}</li>"}.get(block.kind, f"<p>{content}</p>")
    if in_list:
        yield "</ul>"
