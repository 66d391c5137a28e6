"""PDF: the lines of each page, their place and size, and the ruled tables; running headers and footers are dropped."""

from __future__ import annotations

import ctypes
import io
import logging
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium_c

from index.article import fingerprint
from index.blocks import Content
from index.errors import DocumentError
from index.layout import Line, body_size, is_heading, pieces_of

logger = logging.getLogger(__name__)

_PAGE_NUMBER = re.compile(r"\W*(?:\d{1,4}|[ivxlc]{1,6})\W*")
# A number before or behind other words, and the nouns whose number is part of a title: "Materi Pertemuan 3".
_COUNTED = re.compile(r"(.*[\s|·•])(\d{1,4})|(\d{1,4})([\s|·•].*)")
_LABELS = frozenset(
    """
    bab bagian chapter contoh gambar hari kasus kegiatan ke kelas kelompok kuliah langkah latihan lecture materi minggu
    modul part pekan pelajaran pertemuan sesi siklus skenario soal studi subbab tabel tahap topik tugas unit week
    """.split()
)
# PDFium writes a hyphen at a line's end as U+FFFE or U+0002, and no line break after it.
_LINE_BREAK = re.compile("(\r\n|\n|\r|(?<=[\x02\ufffe]))")
_HYPHENS = str.maketrans("\x02\ufffe", "--")
_MANY_RULES = 4  # drawn lines or boxes on a page, from which on it is worth looking for a table

_Box = tuple[float, float, float, float]  # left, bottom, right, top; from the bottom of the page
_Cells = list[list[str | None]]


def read_pdf(data: bytes, source: str) -> Content:
    """Read a PDF's text layer; pages without one are named in the warnings.

    Raises:
        DocumentError: locked by a password, damaged, or scanned without text.
    """
    try:
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
    except pypdfium2.PdfiumError as error:
        raise _unreadable(error, source) from error
    try:
        title, author = _fact(document, "Title"), _fact(document, "Author")
        tables = _Tables(data)
        lines = [line for number in range(1, pages + 1) for line in _page_lines(document, number, tables)]
    except pypdfium2.PdfiumError as error:
        raise _unreadable(error, source) from error
    finally:
        document.close()
    lines = _without_running(lines, pages)
    silent = sorted(set(range(1, pages + 1)) - {line.page for line in lines})
    if len(silent) == pages:
        raise DocumentError(
            f"Berkas '{source}' tidak memiliki lapisan teks (mungkin hasil pindaian); "
            "jalankan OCR atau ganti dengan PDF yang teksnya dapat disalin."
        )
    pieces = pieces_of(lines)
    headed = any(piece.kind == "heading" for piece in pieces[:3])
    title = "" if headed else _clean_title(title)
    return Content(tuple(pieces), title, author, "", _warnings(silent, source), pages)


def _fact(document: pypdfium2.PdfDocument, key: str) -> str:
    """Return what the file says of itself; "" also where that is damaged."""
    try:
        return str(document.get_metadata_value(key))
    except UnicodeDecodeError:
        return ""


def _unreadable(error: pypdfium2.PdfiumError, source: str) -> DocumentError:
    if "password" in str(error).lower() or "security" in str(error).lower():
        return DocumentError(f"Berkas '{source}' terkunci kata sandi; simpan ulang tanpa kata sandi.")
    return DocumentError(f"Berkas '{source}' rusak atau bukan PDF; unduh atau ekspor ulang berkas itu.")


def _warnings(silent: Sequence[int], source: str) -> tuple[str, ...]:
    if not silent:
        return ()
    numbers = ", ".join(map(str, silent[:20])) + (", …" if len(silent) > 20 else "")
    return (f"Halaman {numbers} dari '{source}' tidak memiliki teks (mungkin gambar) dan tidak ikut terbaca.",)


def _clean_title(title: str) -> str:
    """Drop the titles that programs write: file names."""
    return (
        "" if re.search(r"\.\w{2,4}$|^(?:Microsoft|untitled)|^\W*$", title, re.IGNORECASE) else " ".join(title.split())
    )


def _page_lines(document: pypdfium2.PdfDocument, number: int, tables: _Tables) -> list[Line]:
    page = document[number - 1]
    height = page.get_height()
    textpage = page.get_textpage()
    lines: list[Line] = []
    at = 0
    for line in _LINE_BREAK.split(textpage.get_text_range()):
        if line.strip():
            lines.append(_line(textpage, line, at, number, height))
        at += len(line)
    rules = sum(1 for _ in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_PATH], max_depth=1)) if lines else 0
    textpage.close()
    page.close()
    lines = [line for line in lines if line.text]  # some hold control characters only
    return _with_tables(lines, tables.on(number)) if rules >= _MANY_RULES else lines


def _line(textpage: pypdfium2.PdfTextPage, line: str, at: int, number: int, height: float) -> Line:
    first = at + len(line) - len(line.lstrip())
    last = at + len(line.rstrip()) - 1
    try:
        left, bottom, _, _ = textpage.get_charbox(first, loose=True)
        _, _, right, _ = textpage.get_charbox(last, loose=True)
    except (pypdfium2.PdfiumError, IndexError):  # characters beyond the basic plane shift the count
        left = bottom = right = 0.0
    size = _size(textpage, first)
    bold = _bold(textpage, first) and _bold(textpage, last)
    text = "".join(" " if ord(c) < 32 else c for c in line.translate(_HYPHENS)).strip()
    return Line(" ".join(text.split(" ")), number, round(size * 2) / 2, bold, left, right, bottom, height)


def _size(textpage: pypdfium2.PdfTextPage, index: int) -> float:
    """Return a character's size on the page in points: that of its font times the scale of the text matrix."""
    size = float(pdfium_c.FPDFText_GetFontSize(textpage.raw, index))
    matrix = pdfium_c.FS_MATRIX()
    found = pdfium_c.FPDFText_GetMatrix(textpage.raw, index, ctypes.byref(matrix))
    return size * math.hypot(matrix.c, matrix.d) if found else size


def _bold(textpage: pypdfium2.PdfTextPage, index: int) -> bool:
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    pdfium_c.FPDFText_GetFontInfo(textpage.raw, index, name, 128, ctypes.byref(flags))
    heavy = pdfium_c.FPDFText_GetFontWeight(textpage.raw, index) >= 600
    return heavy or any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))


class _Tables:
    """The ruled tables of a file; pdfplumber opens it when the first page is asked for.

    pdfminer is stricter than PDFium and lets errors of many kinds through: then a page keeps its lines, without cells.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pages: list[Any] | None = None

    def on(self, number: int) -> list[tuple[_Box, _Cells]]:
        """Return the box and the cells of each table on a page."""
        try:
            if self._pages is None:
                self._pages = []  # a file that cannot be opened is not tried again
                self._pages = pdfplumber.open(io.BytesIO(self._data)).pages
            return _tables(self._pages[number - 1]) if number <= len(self._pages) else []
        except Exception as error:  # PDFException, AssertionError, struct.error and more
            logger.warning("no tables on page %d: %r", number, error)
            return []


def _tables(page: Any) -> list[tuple[_Box, _Cells]]:
    try:
        found = [table for table in page.find_tables() if len(table.rows) > 1 and len(table.rows[0].cells) > 1]
        return [(_box(table.bbox, page.height), table.extract()) for table in found]
    finally:
        page.close()  # its characters and lines would stay in memory


def _box(plumbed: _Box, height: float) -> _Box:
    """Count from the bottom of the page, as PDFium does; pdfplumber counts from the top."""
    left, top, right, bottom = plumbed
    return left, height - bottom, right, height - top


def _with_tables(lines: list[Line], tables: Iterable[tuple[_Box, _Cells]]) -> list[Line]:
    """Put the rows of ruled tables in the place of the lines that stand in them."""
    for box, cells in tables:
        inside = [i for i, line in enumerate(lines) if _within(line, box)]
        if not inside:
            continue
        texts = [" | ".join(" ".join((cell or "").split()) for cell in row) for row in cells]
        model = lines[inside[0]]
        table = [replace(model, text=text, bold=False, table=True) for text in texts if text.strip("| ")]
        kept = [line for i, line in enumerate(lines) if i not in inside]
        place = inside[0]
        lines = kept[:place] + table + kept[place:]
    return lines


def _within(line: Line, box: _Box) -> bool:
    left, bottom, right, top = box
    return left - 2 <= line.left <= right and bottom - 2 <= line.bottom <= top


def _without_running(lines: Sequence[Line], pages: int) -> list[Line]:
    """Drop page numbers, and the lines at the edges of pages that come again on others.

    Their numbers may differ from page to page; those of a title at the top ("Pertemuan 3") tell it from others, but
    for a page number beside it ("Modul Ekologi Sungai | 3"), which grows with the page.
    """
    body = body_size(lines)
    seen: dict[str, set[int]] = {}
    for line in lines:
        if line.at_edge:
            seen.setdefault(_running_key(line, body), set()).add(line.page)
    least = 2 if pages <= 4 else max(3, pages // 4)
    running = {text for text, where in seen.items() if len(where) >= (max(3, least) if "\0" in text else least)}
    return [
        line
        for line in lines
        if not (line.at_edge and (_running_key(line, body) in running or _PAGE_NUMBER.fullmatch(line.text)))
    ]


def _running_key(line: Line, body: float) -> str:
    """What a line has in common with its recurrences; behind a NUL how far its page number is ahead of the page."""
    if not (line.bottom > line.height / 2 and is_heading(line, body)):
        return fingerprint(line.text)
    text = " ".join(line.text.casefold().split())
    counted = _COUNTED.fullmatch(text)
    if not counted:
        return text
    before, last, first, after = counted.groups()
    words = re.findall(r"[^\W\d_]+", before or after)
    parted = re.search(r"[|·•]\s*$", before) if before else re.match(r"\s*[|·•]", after)
    # A short label and its number ("Contoh Soal 3") are a title, also where every page has the next one.
    if not words or words[-1 if before else 0] in _LABELS or (len(words) < 3 and not parted):
        return text
    return f"{before or after}\0{int(last or first) - line.page}"
