"""Find the files of a course and read them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from index.blocks import Block, CourseDocument, assemble, file_title
from index.course import COURSE_FILE, MISNAMED_COURSE_FILE
from index.decoding import decode
from index.errors import DocumentError
from index.furniture import mark_furniture, read_text
from index.readers import MEDIA_TYPES, read
from index.webpage import is_companion

__all__ = ["Block", "CourseDocument", "list_files", "load_document", "mark_furniture"]

# A text of 10 MB is ten thick books; what is larger is no reading, and takes minutes.
LARGEST_TEXT = 10_000_000
LARGEST_FILE = 200_000_000
HIDDEN = (".", "~$")  # how the names of hidden files and of the lock files of office programs begin
_TEXTS = ("text/plain", "text/markdown", "text/html")


def list_files(course: Path) -> list[Path]:
    """List the files of a course that can be read, sorted by their path.

    Left out: hidden files, course.toml (also by its wrong name, course.toml.txt), lock files of office programs,
    what a browser saved beside a page, links that leave the folder.
    """
    return [path for path in _walk(course) if path.suffix.lower() in MEDIA_TYPES]


def is_looked_into(folder: Path) -> bool:
    """Tell whether a folder of a course may hold material: it is not hidden, and no browser saved it beside a page."""
    return not folder.name.startswith(".") and not is_companion(folder)


def _walk(course: Path) -> list[Path]:
    found: list[Path] = []
    root = course.resolve()
    for folder, names, files in os.walk(course, followlinks=False):
        names[:] = [name for name in names if is_looked_into(Path(folder) / name)]
        for name in files:
            path = Path(folder) / name
            if name.lower() in (COURSE_FILE, MISNAMED_COURSE_FILE) or name.startswith(HIDDEN):
                continue
            if path.is_file() and path.resolve().is_relative_to(root):
                found.append(path)
    return sorted(found, key=lambda path: path.relative_to(course).as_posix())


def load_document(path: Path, course: Path, licence: str = "") -> CourseDocument:
    """Read one file of a course.

    Raises:
        DocumentError: the file cannot be read, is locked, damaged, too large, or has no text.
    """
    source = path.relative_to(course).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        raise DocumentError(
            f"Berkas '{source}' berjenis '{path.suffix}' yang belum dapat dibaca; "
            f"simpan sebagai salah satu dari {', '.join(MEDIA_TYPES)}."
        )
    data = _bytes(path, course, source, media_type)
    if media_type == "text/plain":
        text = decode(data, source)
        reading = read_text(text)
        blocks, title, author, date = reading.blocks, reading.title, reading.author, reading.date
        warnings: tuple[str, ...] = ()
        pages = None
    else:
        content = read(data, media_type, source)
        title, author, date, warnings = content.title, content.author, content.date, content.warnings
        pages = content.pages
        text, blocks = assemble(content.pieces, title)
    if not any(character.isalnum() for character in text):
        raise DocumentError(f"Berkas '{source}' tidak berisi teks; isi berkas itu atau keluarkan dari folder materi.")
    return CourseDocument(
        source=source,
        title=title or file_title(source),
        author=author,
        date=date,
        licence=licence,
        media_type=media_type,
        sha256=hashlib.sha256(data).hexdigest(),
        text=text,
        blocks=blocks,
        warnings=warnings,
        pages=pages,
    )


def _bytes(path: Path, course: Path, source: str, media_type: str) -> bytes:
    if not path.resolve().is_relative_to(course.resolve()):
        raise DocumentError(f"Berkas '{source}' adalah tautan ke luar folder materi; salin berkasnya ke folder itu.")
    limit = LARGEST_TEXT if media_type in _TEXTS else LARGEST_FILE
    try:
        size = path.stat().st_size
        if size > limit:
            raise DocumentError(
                f"Berkas '{source}' terlalu besar ({size / 1e6:.0f} MB, batasnya {limit / 1e6:.0f} MB); "
                "bagi menjadi beberapa berkas yang lebih kecil."
            )
        if size == 0:
            raise DocumentError(f"Berkas '{source}' kosong; isi berkas itu atau keluarkan dari folder materi.")
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(
            f"Berkas '{source}' tidak dapat dibuka ({error.strerror}); periksa apakah berkas itu boleh dibaca."
        ) from error
