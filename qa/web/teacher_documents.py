"""The teacher's documents: their state, upload, trash, and the update of the index."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from index.errors import TanyaError
from index.readers import MEDIA_TYPES
from qa.settings import Settings
from qa.web.library import Shelf, shelf
from qa.web.rebuilding import Job, Rebuilding
from qa.web.sources import document_url
from qa.web.teacher_courses import TeacherCourse, TeacherCourses
from qa.web.teacher_gate import wants_json
from qa.web.teacher_page import page, to
from qa.web.tokens import EmbedTokens
from qa.web.trash import KEPT_DAYS, Trash
from qa.web.uploads import safe_name, save


def add_documents(router: APIRouter, courses: TeacherCourses, settings: Settings) -> None:
    """Add the routes; `courses` notices by itself when an update has made a new version."""
    tokens = EmbedTokens(settings.token_secret, settings.data_dir)
    rebuilding = Rebuilding(settings.index, lambda: courses.embeddings)

    @router.get("/{course}")
    def documents(course: str, request: Request) -> Response:
        """Show the files of a course with their state, and the trash."""
        found = courses.get(course)
        job = rebuilding.job(course)
        address = partial(document_url, page=None, course=found.name, token=tokens.page_token(found.name))
        return page(
            request, "teacher_documents.html", here="documents", course=found, job=job, done=summary(job),
            shelf=_shelf(found, job, settings), trash=_trash(found, settings).files(), kept_days=KEPT_DAYS,
            suffixes=",".join(MEDIA_TYPES), upload_bytes=settings.upload_megabytes * 1_000_000, address=address,
        )  # fmt: skip

    @router.post("/{course}/upload")
    async def upload(course: str, request: Request) -> Response:
        """Save the files of a form; each is told to be saved under a name, or why it was not."""
        found = courses.get(course)
        trash = _trash(found, settings)
        saved, refused = await run_in_threadpool(_save_all, await request.form(), found, trash)
        if wants_json(request):
            return JSONResponse({"saved": saved, "refused": refused})
        for name in saved:
            request.state.session.tell(f"Berkas '{name}' sudah disimpan.")
        for sentence in refused:
            request.state.session.tell(sentence, "error")
        return to(request, f"/{course}")

    @router.get("/{course}/delete")
    def confirm(course: str, request: Request, source: str) -> Response:
        """Ask whether a file is really to go."""
        found = courses.get(course)
        file = next((f for f in _shelf(found, None, settings).files if f.source == source and f.state != "gone"), None)
        if file is None:
            raise TanyaError(f"Berkas '{source}' sudah tidak ada di folder materi; muat ulang daftar dokumen.")
        return page(request, "teacher_delete.html", here="documents", course=found, file=file, kept_days=KEPT_DAYS)

    @router.post("/{course}/delete")
    async def delete(course: str, request: Request) -> Response:
        """Move a file to the trash."""
        found = courses.get(course)
        source = str((await request.form()).get("source", ""))
        await run_in_threadpool(_trash(found, settings).take, found.folder, source)
        request.state.session.tell(f"Berkas '{source}' dipindahkan ke tempat sampah.")
        return to(request, f"/{course}")

    @router.post("/{course}/restore")
    async def restore(course: str, request: Request) -> Response:
        """Move a file back from the trash."""
        found = courses.get(course)
        identity = str((await request.form()).get("id", ""))
        source = await run_in_threadpool(_trash(found, settings).restore, identity, found.folder)
        request.state.session.tell(f"Berkas '{source}' dikembalikan ke folder materi.")
        return to(request, f"/{course}")

    @router.post("/{course}/build")
    async def build(course: str, request: Request) -> Response:
        """Begin to update the index; `rebuild` in the form does it from the start."""
        found = courses.get(course)
        again = (await request.form()).get("rebuild") == "yes"
        rebuilding.start(found.name, found.folder, rebuild=again)
        return to(request, f"/{course}#indeks")

    @router.get("/{course}/progress")
    def progress(course: str) -> dict[str, Any]:
        """Say how far the update is; 404 where there was none since the program started."""
        job = rebuilding.job(courses.get(course).name)
        if job is None:
            raise HTTPException(404, "Indeks mata kuliah ini belum pernah diperbarui dari halaman ini.")
        return job.to_json()


def summary(job: Job | None) -> str:
    """Say in a sentence what the last update did, "" where there is nothing to say."""
    if job is None or job.report is None:
        return ""
    report = job.report
    counts = (
        (report.added, "baru"), (report.changed, "berubah"), (report.removed, "dikeluarkan"), (report.failed, "gagal"),
    )  # fmt: skip
    told = ", ".join(f"{len(files)} {word}" for files, word in counts if files)
    return f"Indeks sudah diperbarui: {told or 'tidak ada yang berubah'}."


def _shelf(course: TeacherCourse, job: Job | None, settings: Settings) -> Shelf:
    return shelf(course.folder, course.pipeline.index if course.pipeline else None, settings.index, job)


def _trash(course: TeacherCourse, settings: Settings) -> Trash:
    return Trash(settings.data_dir / "trash" / course.name)


def _save_all(form: FormData, course: TeacherCourse, trash: Trash) -> tuple[list[str], list[str]]:
    """Save every file of the form; those that cannot be saved do not stop the others."""
    replace = form.get("clash") == "replace"
    saved, refused = [], []
    for file in form.getlist("files"):
        if not isinstance(file, UploadFile) or not file.filename:
            continue
        try:
            name = safe_name(file.filename)
            keep = partial(trash.keep, course.folder, name) if replace else None
            saved.append(save(file.file, name, course.folder, keep))
        except TanyaError as error:
            refused.append(str(error))
    if not saved and not refused:
        refused.append("Belum ada berkas yang dipilih; pilih satu atau beberapa, lalu kirim.")
    return saved, refused
