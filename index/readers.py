"""The formats of a course's files, each with what reads it."""

from __future__ import annotations

from collections.abc import Callable

from index.blocks import Content
from index.front import complete
from index.markdown import read_markdown
from index.office import read_docx, read_pptx
from index.pdf import read_pdf
from index.webpage import read_html

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def read(data: bytes, media_type: str, source: str) -> Content:
    """Read a file of any format but plain text; the front matter is found, the reference list marked.

    Raises:
        DocumentError: the file is locked, damaged, or has no text.
    """
    readers: dict[str, Callable[[bytes, str], Content]] = {
        "text/markdown": read_markdown,
        "text/html": read_html,
        "application/pdf": read_pdf,
        MEDIA_TYPES[".docx"]: read_docx,
        MEDIA_TYPES[".pptx"]: read_pptx,
    }
    return complete(readers[media_type](data, source))
