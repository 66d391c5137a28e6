"""Word and PowerPoint files as pieces."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import mammoth
from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER

from index.blocks import Content, Kind, Piece
from index.errors import DocumentError
from index.markup import MARKERS, page_pieces, parse

# Unpacked size of an office file; a small file that unpacks to gigabytes is an attack.
LARGEST_UNPACKED = 500_000_000


def read_docx(data: bytes, source: str) -> Content:
    """Read a Word document; it has headings but no pages, as its reader lays them out."""
    properties = _unpacked(data, source, "word/document.xml")
    try:
        converted = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map="p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh",
            convert_image=mammoth.images.img_element(lambda image: {"src": ""}),
        )
    except Exception as error:  # mammoth lets KeyError, AttributeError and XML errors of damaged files through
        raise _damaged(source) from error
    page = parse(f"<html><body>{converted.value}</body></html>")
    pieces = page_pieces(page) if page is not None else []
    pieces = [piece for piece in pieces if piece.text.strip("↑• ")]
    headed = any(piece.kind == "heading" for piece in pieces[:1])
    return Content(tuple(pieces), "" if headed else properties["title"], properties["creator"])


def _unpacked(data: bytes, source: str, part: str) -> dict[str, str]:
    """Check an office file and read its properties (title, creator)."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise DocumentError(f"Berkas '{source}' terkunci sandi atau berformat Office lama; simpan ulang tanpa sandi.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise DocumentError(f"Berkas '{source}' terlalu besar setelah dibuka; perkecil gambar di dalamnya.")
            archive.getinfo(part)
            core = archive.read("docProps/core.xml") if "docProps/core.xml" in archive.namelist() else b"<none/>"
        tree = etree.fromstring(core, etree.XMLParser(resolve_entities=False, no_network=True))
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, RuntimeError, EOFError) as error:
        raise _damaged(source) from error
    return {name: " ".join((tree.findtext(f"{{*}}{name}") or "").split()) for name in ("title", "creator")}


def _damaged(source: str) -> DocumentError:
    return DocumentError(f"Berkas '{source}' rusak atau tidak lengkap; simpan ulang dari aplikasi asalnya.")


def read_pptx(data: bytes, source: str) -> Content:
    """Read slides: the title is a section, the number a page; tables and the speaker's notes are read too."""
    properties = _unpacked(data, source, "ppt/presentation.xml")
    try:
        deck = Presentation(io.BytesIO(data))
        pieces = [piece for number, slide in enumerate(deck.slides, 1) for piece in _slide(slide, number)]
    except Exception as error:  # python-pptx lets KeyError, ValueError and XML errors of damaged files through
        raise _damaged(source) from error
    first = next((piece.text for piece in pieces if piece.kind == "heading" and piece.page == 1), "")
    return Content(tuple(pieces), first or properties["title"], properties["creator"], pages=len(deck.slides))


def _slide(slide: Any, number: int) -> Iterator[Piece]:
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        yield Piece("heading", " ".join(title.text_frame.text.split()), number, 1)
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        yield from _shape(shape, number)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for text in slide.notes_slide.notes_text_frame.text.split("\n"):
            yield Piece("paragraph", " ".join(text.split()), number)


def _shapes(shapes: Any) -> Iterator[Any]:
    """Yield the shapes as they are read: groups opened, from top to bottom."""
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _shape(shape: Any, number: int) -> Iterator[Piece]:
    if getattr(shape, "has_table", False):
        for row in shape.table.rows:
            yield Piece("table", " | ".join(" ".join(cell.text.split()) for cell in row.cells), number)
        return
    if not shape.has_text_frame:
        return
    role = shape.placeholder_format.type if shape.is_placeholder else None
    if role in (
        PP_PLACEHOLDER.FOOTER,
        PP_PLACEHOLDER.DATE,
        PP_PLACEHOLDER.SLIDE_NUMBER,
        PP_PLACEHOLDER.HEADER,
    ):
        return
    lines = [(line.level, " ".join(line.text.split())) for line in shape.text_frame.paragraphs if line.text.strip()]
    bulleted = role in (PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.BODY) and len(lines) > 1
    for level, text in lines:
        kind: Kind = "item" if bulleted or level else "paragraph"
        yield Piece(kind, MARKERS[min(level, 2)] + text if kind == "item" else text, number, level + 1)
