"""PDF: lines with their place and size become headings, paragraphs, lists and tables, page by page."""

from __future__ import annotations

import ctypes
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium_c
from pdfplumber.utils.exceptions import PdfminerException

from index.article import fingerprint
from index.blocks import Content, Piece
from index.errors import DocumentError
from index.sentences import MARKER

# A running header or footer stands in the outer eighth of the page.
_EDGE = 0.12
_ENDED = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
# PDFium writes a hyphen at a line's end as U+FFFE or U+0002, and no line break after it.
_LINE_BREAK = re.compile("(\r\n|\n|\r|(?<=[\x02\ufffe]))")
_HYPHENS = str.maketrans("\x02\ufffe", "--")
_HYPHEN = re.compile(r"([^\W\d_]{2,})[-\xad]$")
_MANY_RULES = 4  # drawn lines or boxes on a page, from which on it is worth looking for a table
_KEPT_PREFIXES = ("non", "anti", "pasca", "pro", "semi", "eks", "multi", "antar")

_Box = tuple[float, float, float, float]  # left, top, right, bottom; from the top of the page


@dataclass(frozen=True)
class _Line:
    text: str
    page: int
    size: float
    bold: bool
    left: float
    right: float
    bottom: float
    height: float  # of the page
    table: bool = False

    @property
    def at_edge(self) -> bool:
        return not _EDGE * self.height < self.bottom < (1 - _EDGE) * self.height


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
        facts = document.get_metadata_dict()
        lines: list[_Line] = []
        silent: list[int] = []
        for number in range(1, pages + 1):
            found = _page_lines(document, number, data)
            lines += found
            if not found:
                silent.append(number)
    except pypdfium2.PdfiumError as error:
        raise _unreadable(error, source) from error
    finally:
        document.close()
    if len(silent) == pages:
        raise DocumentError(
            f"Berkas '{source}' tidak memiliki lapisan teks (mungkin hasil pindaian); "
            "jalankan OCR atau ganti dengan PDF yang teksnya dapat disalin."
        )
    pieces = _pieces(_without_running(lines, pages))
    headed = any(piece.kind == "heading" for piece in pieces[:3])
    title = "" if headed else _clean_title(facts.get("Title", ""))
    return Content(tuple(pieces), title, facts.get("Author", ""), "", _warnings(silent, source), pages)


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


def _page_lines(document: pypdfium2.PdfDocument, number: int, data: bytes) -> list[_Line]:
    page = document[number - 1]
    height = page.get_height()
    textpage = page.get_textpage()
    lines: list[_Line] = []
    at = 0
    for line in _LINE_BREAK.split(textpage.get_text_range()):
        if line.strip():
            lines.append(_line(textpage, line, at, number, height))
        at += len(line)
    rules = sum(1 for _ in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_PATH], max_depth=1)) if lines else 0
    textpage.close()
    page.close()
    return _with_tables(lines, data, number) if rules >= _MANY_RULES else lines


def _line(textpage: pypdfium2.PdfTextPage, line: str, at: int, number: int, height: float) -> _Line:
    first = at + len(line) - len(line.lstrip())
    last = at + len(line.rstrip()) - 1
    try:
        left, bottom, _, _ = textpage.get_charbox(first, loose=True)
        _, _, right, _ = textpage.get_charbox(last, loose=True)
    except (pypdfium2.PdfiumError, IndexError):  # characters beyond the basic plane shift the count
        left = bottom = right = 0.0
    size = pdfium_c.FPDFText_GetFontSize(textpage.raw, first)
    bold = _bold(textpage, first) and _bold(textpage, last)
    text = "".join(" " if ord(c) < 32 else c for c in line.translate(_HYPHENS)).strip()
    return _Line(" ".join(text.split(" ")), number, round(size * 2) / 2, bold, left, right, bottom, height)


def _bold(textpage: pypdfium2.PdfTextPage, index: int) -> bool:
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    pdfium_c.FPDFText_GetFontInfo(textpage.raw, index, name, 128, ctypes.byref(flags))
    heavy = pdfium_c.FPDFText_GetFontWeight(textpage.raw, index) >= 600
    return heavy or any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))


def _with_tables(lines: list[_Line], data: bytes, number: int) -> list[_Line]:
    """Put the rows of ruled tables in the place of the lines that stand in them."""
    try:
        rows, height = _tables(data, number)
    except (PdfminerException, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return lines  # pdfminer is stricter than PDFium: the page keeps its lines, without cells
    for (left, top, right, bottom), cells in rows:
        inside = [i for i, line in enumerate(lines) if _within(line, left, height - bottom, right, height - top)]
        if not inside:
            continue
        texts = [" | ".join(" ".join((cell or "").split()) for cell in row) for row in cells]
        model = lines[inside[0]]
        table = [replace(model, text=text, bold=False, table=True) for text in texts if text.strip("| ")]
        kept = [line for i, line in enumerate(lines) if i not in inside]
        place = inside[0]
        lines = kept[:place] + table + kept[place:]
    return lines


def _tables(data: bytes, number: int) -> tuple[list[tuple[_Box, list[list[str | None]]]], float]:
    with pdfplumber.open(io.BytesIO(data), pages=[number]) as document:
        page = document.pages[0]
        found = [table for table in page.find_tables() if len(table.rows) > 1 and len(table.rows[0].cells) > 1]
        return [(table.bbox, table.extract()) for table in found], float(page.height)


def _within(line: _Line, left: float, bottom: float, right: float, top: float) -> bool:
    return left - 2 <= line.left <= right and bottom - 2 <= line.bottom <= top


def _without_running(lines: list[_Line], pages: int) -> list[_Line]:
    """Drop page numbers, and the lines at the edges of pages that come again on others."""
    seen: dict[str, set[int]] = {}
    for line in lines:
        if line.at_edge:
            seen.setdefault(fingerprint(line.text), set()).add(line.page)
    least = 2 if pages <= 4 else max(3, pages // 4)
    running = {text for text, where in seen.items() if len(where) >= least}
    return [line for line in lines if not (line.at_edge and _is_running(line, running))]


def _is_running(line: _Line, running: set[str]) -> bool:
    return fingerprint(line.text) in running or re.fullmatch(r"\W*(?:\d{1,4}|[ivxlc]{1,6})\W*", line.text) is not None


def _pieces(lines: Sequence[_Line]) -> list[Piece]:
    body = _body_size(lines)
    levels = _levels(lines, body)
    words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(line.text.casefold() for line in lines)))
    pieces: list[Piece] = []
    for group in _paragraphs(lines, body):
        pieces += _piece(group, levels, body, words)
    return _joined(pieces, words)


def _body_size(lines: Iterable[_Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _is_heading(line: _Line, body: float) -> bool:
    if line.table or len(line.text.split()) > 20 or not any(c.isalpha() for c in line.text):
        return False
    if line.size >= 1.12 * body:
        return True
    return (
        line.bold
        and line.size >= body
        and len(line.text.split()) <= 14
        and not line.text.endswith((".", ",", ";", ":"))
    )


def _levels(lines: Iterable[_Line], body: float) -> dict[float, int]:
    """Rank the sizes of headings, the largest first."""
    sizes = sorted({line.size for line in lines if _is_heading(line, body)}, reverse=True)
    return {size: level for level, size in enumerate(sizes, 1)}


def _paragraphs(lines: Sequence[_Line], body: float) -> Iterator[list[_Line]]:
    """Yield the lines that belong together, and never those of two pages."""
    margin = {page: max(line.right for line in lines if line.page == page) for page in {line.page for line in lines}}
    group: list[_Line] = []
    for line in lines:
        if group and _breaks(group, line, body, margin[line.page]):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _breaks(group: Sequence[_Line], line: _Line, body: float, margin: float) -> bool:
    before = group[-1]
    if line.page != before.page or line.table or before.table or MARKER.match(line.text):
        return True
    if _is_heading(line, body) or _is_heading(before, body):
        return line.size != before.size or line.bold != before.bold or before.bottom - line.bottom > 1.7 * line.size
    drop = before.bottom - line.bottom
    if drop > 1.55 * max(line.size, 1) * _leading(group):
        return True
    short = before.right < before.left + 0.8 * (margin - before.left)
    indented = line.left > before.left + 0.8 * line.size and not MARKER.match(group[0].text)
    return bool(_ENDED.search(before.text)) and (short or indented)


def _leading(group: Sequence[_Line]) -> float:
    """How far apart the group's lines stand, in font sizes, at least 0.9."""
    if len(group) < 2:
        return 0.95
    return max(0.9, (group[0].bottom - group[-1].bottom) / (len(group) - 1) / max(group[0].size, 1)) / 1.15


def _piece(group: Sequence[_Line], levels: dict[float, int], body: float, words: Counter[str]) -> Iterator[Piece]:
    first = group[0]
    text = first.text
    for line in group[1:]:
        text = _mended(text, line.text, words)
    if first.table:
        yield Piece("table", text, first.page)
    elif _is_heading(first, body):
        yield Piece("heading", text, first.page, levels[first.size])
    elif MARKER.match(text):
        yield Piece("item", text, first.page, 1)
    else:
        yield Piece("paragraph", text, first.page)


def _mended(text: str, line: str, words: Counter[str]) -> str:
    """Join a line to the text before it; a word that was parted at a hyphen becomes whole.

    Reduplications ("negara-negara") and words that the document writes with a hyphen keep it.
    """
    hyphened = _HYPHEN.search(text)
    after = re.match(r"[^\W\d_]+", line)
    if not hyphened or not after or line[0].isupper():
        return f"{text} {line}"
    left, right = hyphened.group(1).casefold(), after.group().casefold()
    stem = text[: hyphened.end(1)]
    if text[-1] == "-" and not words[left + right]:
        doubled = left.endswith(right[:4]) or right.startswith(left[:4])
        if words[f"{left}-{right}"] or doubled or left in _KEPT_PREFIXES:
            return f"{stem}-{line}"
    return stem + line


def _joined(pieces: Sequence[Piece], words: Counter[str]) -> list[Piece]:
    """Let a paragraph whose sentence has not ended go on with the first one of the next page."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before and _goes_on(before, piece):
            hyphened = _HYPHEN.search(before.text)
            if hyphened:
                first, _, rest = piece.text.partition(" ")
                joined[-1] = replace(before, text=_mended(before.text, first, words))
                piece = replace(piece, text=rest)
            piece = replace(piece, kind=before.kind, continues=True, level=before.level)
        if piece.text.strip():
            joined.append(piece)
    return joined


def _goes_on(before: Piece, piece: Piece) -> bool:
    if before.kind not in ("paragraph", "item") or piece.kind != "paragraph" or piece.page == before.page:
        return False
    return not _ENDED.search(before.text) and (piece.text[0].islower() or len(before.text.split()) > 12)
