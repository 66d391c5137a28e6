"""The documents of the material: whether quotes stand in them, and which are meant by a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from index.course_index import CourseIndex
from index.documents import list_files, load_document
from index.errors import DocumentError, TanyaError


class Documents:
    """The texts of the material, by path and by file name; blanks and case are folded."""

    def __init__(self, texts: Mapping[str, str], titles: Mapping[str, str] | None = None) -> None:
        self._texts = {source: fold(text) for source, text in texts.items()}
        for source, text in list(self._texts.items()):
            self._texts.setdefault(PurePath(source).name, text)
        self._names = {document_name(name) for name in (*texts, *(titles or {}).values())}

    def hold(self, quote: str, source: str) -> bool:
        """Whether the document of that path, or of that file name, holds the quote; nothing holds an empty one."""
        text = self._texts.get(source, self._texts.get(PurePath(source).name, ""))
        return bool(fold(quote)) and fold(quote) in text

    def lack(self, sources: str) -> list[str]:
        """Return the names between commas that are no document's file name or title."""
        named = [part.strip() for part in sources.split(",") if part.strip()]
        return [name for name in named if not any(document_name(name) in known for known in self._names)]


def load_documents(corpus: Path) -> tuple[Documents, list[str]]:
    """Read the documents of a folder; also return a sentence for each that cannot be read.

    Raises:
        TanyaError: there is no document in it.
    """
    read, wrong = [], []
    for path in list_files(corpus):
        try:
            read.append(load_document(path, corpus))
        except DocumentError as error:
            wrong.append(str(error))
    if not read:
        raise TanyaError(f"Tidak ada dokumen yang terbaca di {corpus}; beri folder materi dengan --corpus.")
    return Documents({d.source: d.text for d in read}, {d.source: d.title for d in read}), wrong


def of_index(index: CourseIndex) -> Documents:
    """Return the documents of a course as they were read when it was indexed."""
    texts = {source: document.text for source, document in index.documents.items()}
    return Documents(texts, {source: document.title for source, document in index.documents.items()})


def quote_exact(citations: Sequence[Mapping[str, Any]], documents: Documents) -> float | None:
    """Return the share of the citations whose quote stands in the document that they name; None without citations.

    Blanks and case are folded, and nothing else is: a quote with an ellipsis or other punctuation is not exact. A
    citation that names no known document is not exact, whatever it quotes.
    """
    held = [documents.hold(str(c.get("quote") or ""), str(c.get("source") or "")) for c in citations]
    return sum(held) / len(held) if held else None


def document_name(name: str) -> str:
    """Return a document's name without folder, suffix and case."""
    path = PurePath(fold(name))
    return path.stem if len(path.suffix) in (3, 4, 5) and " " not in path.suffix else path.name


def fold(text: str) -> str:
    """Return the text in small letters, with single blanks."""
    return " ".join(text.lower().split())
