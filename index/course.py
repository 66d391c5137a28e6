"""What a teacher says of a course in `course.toml`, and which folders of a corpus are courses."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import DocumentError, TanyaError

COURSE_FILE = "course.toml"
MISNAMED_COURSE_FILE = f"{COURSE_FILE}.txt"  # as Notepad names it


@dataclass(frozen=True)
class Course:
    """A course; `name` is its folder's name in lower-case letters, digits and hyphens."""

    name: str
    title: str
    language: str = "id"
    description: str = ""
    licence: str = ""
    questions: tuple[str, ...] = ()

    @staticmethod
    def name_of(folder: Path) -> str:
        """Return the name of the course in a folder."""
        plain = unicodedata.normalize("NFKD", folder.resolve().name).encode("ascii", "ignore").decode()
        return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "kuliah"


def course_folders(corpus: Path) -> list[Path]:
    """Return the folders of a corpus that are courses: itself, or its subfolders where one of them has a course.toml.

    Beside one with a course.toml, a subfolder that holds any file is a course too: nobody's material is passed over.

    Raises:
        TanyaError: the corpus is no folder.
    """
    if not corpus.is_dir():
        raise TanyaError(f"Folder materi '{corpus}' tidak ada; buat folder itu dan isi dengan berkas kuliah.")
    if (corpus / COURSE_FILE).is_file():
        return [corpus]
    root = corpus.resolve()
    inside = sorted(f for f in corpus.iterdir() if not f.name.startswith(".") and f.resolve().is_relative_to(root))
    if not any((folder / COURSE_FILE).is_file() for folder in inside):
        return [corpus]
    return [folder for folder in inside if folder.is_dir() and _holds_a_file(folder)]


def _holds_a_file(folder: Path) -> bool:
    return any(f.is_file() and not f.name.startswith(".") for f in folder.rglob("*"))


def read_course(folder: Path) -> Course:
    """Return the course of a folder; without a course.toml its title is the folder's name.

    Raises:
        DocumentError: course.toml is no valid TOML, or a value in it has the wrong type.
    """
    name = Course.name_of(folder)
    file = folder / COURSE_FILE
    if not file.is_file():
        return Course(name, folder.resolve().name)
    try:
        raw: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DocumentError(f"{file} tidak dapat dibaca ({error}); perbaiki baris itu lalu ulangi.") from error
    texts = {key: raw.get(key, "") for key in ("title", "language", "description", "licence")}
    questions = raw.get("questions", [])
    wrong = [key for key, value in texts.items() if not isinstance(value, str)]
    if not isinstance(questions, list) or not all(isinstance(q, str) for q in questions):
        wrong.append("questions")
    if wrong:
        raise DocumentError(f"{file}: '{wrong[0]}' harus berupa teks dalam tanda kutip; perbaiki lalu ulangi.")
    title = texts.pop("title") or folder.resolve().name
    language = texts.pop("language") or "id"
    return Course(name, title, language, texts["description"], texts["licence"], tuple(questions))
