"""Word and PowerPoint files as pieces."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import mammoth
from lxml import etree, html
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER

from index.blocks import Content, Kind, Piece
from index.equations import DRAWING, WORD, write_out
from index.errors import DocumentError
from index.markup import MARKERS, element_pieces, inline_text, is_bold_heading, page_pieces, parse
from index.names import DATE, SIGNED, is_name

# Unpacked size of an office file; a small file that unpacks to gigabytes is an attack.
LARGEST_UNPACKED = 500_000_000
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_NUMBER = "tanya-nomor-"  # before the number of a list item, in the name of its bookmark
_NOTE, _NOTE_MARK = re.compile(r"(?:foot|end)note-\d+"), re.compile(r"#?(?:foot|end)note-ref-\d+")
_NUMERAL = re.compile(r"-?\d*\.?\d+(?:[eE][-+]?\d+)?")
_TOP = 4  # blocks, the title and the names and dates below it


def read_docx(data: bytes, source: str) -> Content:
    """Read a Word document; it has headings but no pages, as its reader lays them out.

    A short bold paragraph is a heading; footnotes and endnotes are references behind the text.
    """
    properties = _unpacked(data, source, "word/document.xml")
    try:
        converted = mammoth.convert_to_html(
            _prepared(data),
            style_map="p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh",
            convert_image=mammoth.images.img_element(lambda image: {"src": ""}),
        )
    except Exception as error:  # mammoth lets KeyError, AttributeError and XML errors of damaged files through
        raise _damaged(source) from error
    page = parse(f"<html><body>{converted.value}</body></html>")
    pieces: list[Piece] = []
    if page is not None:
        notes = _take_notes(page)
        _mark_headings(page)
        for item in page.iter("li"):
            name = next((anchor.get("id") or "" for anchor in item.findall("a")), "")
            if name.startswith(_NUMBER):
                item.set("value", name.removeprefix(_NUMBER))
        pieces = [*page_pieces(page), *notes]
    headed = any(piece.kind == "heading" for piece in pieces[:1])
    return Content(tuple(pieces), "" if headed else properties["title"], properties["creator"])


def _prepared(data: bytes) -> io.BytesIO:
    """Copy a Word file for mammoth: without pictures, equations as text, list items with their numbers."""
    prepared = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(prepared, "w") as copy:
        for name in dict.fromkeys(archive.namelist()):
            if name.endswith((".xml", ".rels")):
                content = archive.read(name)
                if name == "word/document.xml":
                    document = _xml(content)
                    write_out(document, WORD)
                    _count_items(document)
                    content = etree.tostring(document, encoding="UTF-8", xml_declaration=True)
                copy.writestr(name, content)
    prepared.seek(0)
    return prepared


def _count_items(document: etree._Element) -> None:
    """Write the number of every list item into a bookmark, which mammoth keeps.

    Mammoth counts anew behind every paragraph between two items; Word goes on counting in lists of one number
    definition (or style), and begins anew below each item of a level above.
    """
    counted: dict[str, dict[int, int]] = {}
    for paragraph in document.iter(f"{WORD}p"):
        properties = paragraph.find(f"{WORD}pPr")
        if properties is None or next(paragraph.iterancestors(f"{_COMPATIBILITY}Choice"), None) is not None:
            continue  # mammoth reads the fallback, which says the same
        paths = (f"{WORD}numPr/{WORD}numId", f"{WORD}numPr/{WORD}ilvl", f"{WORD}pStyle")
        found = [properties.find(path) for path in paths]
        definition, depth, style = ("" if part is None else part.get(f"{WORD}val") or "" for part in found)
        if listing := definition or style:
            level = int(depth) if depth.isdigit() else 0
            numbers = {above: last for above, last in counted.get(listing, {}).items() if above <= level}
            numbers[level] = numbers.get(level, 0) + 1
            counted[listing] = numbers
            bookmark = document.makeelement(f"{WORD}bookmarkStart")
            bookmark.set(f"{WORD}name", f"{_NUMBER}{numbers[level]}")
            properties.addnext(bookmark)


def _take_notes(page: html.HtmlElement) -> list[Piece]:
    """Take the notes out of the page that mammoth wrote, and their marks out of the text."""
    for mark in [link for link in page.iter("a") if _is(_NOTE_MARK, link.get("id"))]:
        outer = mark.getparent()
        mark.drop_tree()
        while outer.tag == "sup" and not len(outer) and not (outer.text or "").strip(" ,;"):
            empty, outer = outer, outer.getparent()
            empty.drop_tree()
    notes: list[Piece] = []
    for note in [item for item in page.iter("li") if _is(_NOTE, item.get("id"))]:
        for back in [link for link in note.iter("a") if _is(_NOTE_MARK, link.get("href"))]:
            back.drop_tree()
        notes.append(Piece("reference", " ".join(" ".join(piece.text for piece in element_pieces(note)).split())))
        note.drop_tree()
    return notes


def _is(pattern: re.Pattern[str], name: str | None) -> bool:
    return pattern.fullmatch(name or "") is not None


def _mark_headings(page: html.HtmlElement) -> None:
    """Make headings, below all others, of the short bold paragraphs.

    Not of those above the first heading that the author marked as one (a cover), nor of names and dates below it.
    """
    blocks = list(page.find("body"))
    first = next((number for number, block in enumerate(blocks) if re.fullmatch(r"h\d", block.tag)), 0)
    for number, block in enumerate(blocks[first:]):
        text = inline_text(block).strip()
        bold = "".join(part for strong in block.iter("strong") for part in strong.itertext())
        wholly = block.tag == "p" and "".join(bold.split()) == "".join(text.split())
        if wholly and is_bold_heading(text) and not (0 < number < _TOP and _is_byline(text)):
            block.tag = "h9"


def _is_byline(text: str) -> bool:
    named = is_name(text) and all(word[0].isupper() for word in text.split())
    return bool(named or SIGNED.match(text) or DATE.search(text))


def _xml(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


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
    except DocumentError:
        raise
    except Exception as error:  # zipfile lets zlib.error, ValueError, KeyError and more of damaged files through
        raise _damaged(source) from error
    return {name: " ".join((tree.findtext(f"{{*}}{name}") or "").split()) for name in ("title", "creator")}


def _damaged(source: str) -> DocumentError:
    return DocumentError(f"Berkas '{source}' rusak atau tidak lengkap; simpan ulang dari aplikasi asalnya.")


def read_pptx(data: bytes, source: str) -> Content:
    """Read slides: the title is a section, the number a page; the speaker's notes are read too.

    Slides that hold nothing but pictures are named in the warnings.
    """
    properties = _unpacked(data, source, "ppt/presentation.xml")
    try:
        deck = Presentation(io.BytesIO(data))
        slides = {number: (slide, list(_slide(slide, number))) for number, slide in enumerate(deck.slides, 1)}
    except Exception as error:  # python-pptx lets KeyError, ValueError and XML errors of damaged files through
        raise _damaged(source) from error
    pieces = [piece for _, found in slides.values() for piece in found]
    silent = [
        str(number)
        for number, (slide, found) in slides.items()
        if not any(piece.text for piece in found) and next(slide.element.iter(f"{DRAWING}blip"), None) is not None
    ]
    warnings = _pictures(silent, source) if silent else ()
    first = next((piece.text for piece in pieces if piece.kind == "heading" and piece.page == 1), "")
    return Content(tuple(pieces), first or properties["title"], properties["creator"], "", warnings, len(slides))


def _pictures(slides: list[str], source: str) -> tuple[str]:
    numbers = ", ".join(slides[:20]) + (", …" if len(slides) > 20 else "")
    return (f"Salindia {numbers} dari '{source}' hanya berisi gambar dan tidak ikut terbaca.",)


def _slide(slide: Any, number: int) -> Iterator[Piece]:
    _settle(slide.element)
    write_out(slide.element, DRAWING)
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        yield Piece("heading", " ".join(title.text_frame.text.split()), number, 1)
    elif number > 1:
        yield Piece("heading", "", number, 1)  # the section of the slide before ends
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        yield from _shape(shape, number)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for text in slide.notes_slide.notes_text_frame.text.split("\n"):
            yield Piece("paragraph", " ".join(text.split()), number)


def _settle(slide: etree._Element) -> None:
    """Put what PowerPoint shows in the place of what it wrote in two ways, which python-pptx passes over."""
    for ink in list(slide.iter(f"{_SLIDE}contentPart")):  # handwriting; python-pptx fails at it
        ink.getparent().remove(ink)
    for twice in list(slide.iter(f"{_COMPATIBILITY}AlternateContent")):
        for child in next((list(way) for way in twice if len(way)), []):
            twice.addprevious(child)
        twice.getparent().remove(twice)


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
    if getattr(shape, "has_chart", False):
        yield from _chart(shape.chart.element, number)
    yield from _diagram(shape, number)
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


def _chart(chart: etree._Element, number: int) -> Iterator[Piece]:
    """Yield a chart's title, and its data as tables: a row a category, a column a series."""
    title = chart.find(f"{_CHART}chart/{_CHART}title")
    yield Piece("paragraph", _text(title) if title is not None else "", number)
    tables: dict[tuple[tuple[int, str], ...], list[etree._Element]] = {}
    for series in chart.iter(f"{_CHART}ser"):
        tables.setdefault(tuple(_points(series, "cat", "xVal").items()), []).append(series)
    for labels, columns in tables.items():
        names = [next(iter(_points(series, "tx").values()), "") for series in columns]
        values = [_points(series, "val", "yVal") for series in columns]
        rows = sorted({index for index, _ in labels}.union(*values))
        if any(names) and rows:
            yield Piece("table", " | ".join(["", *names]), number)
        for index in rows:
            cells = [dict(labels).get(index, ""), *(column.get(index, "") for column in values)]
            yield Piece("table", " | ".join(cells), number)


def _points(series: etree._Element, *names: str) -> Mapping[int, str]:
    """What a chart keeps of its data sheet, by the position; of categories on several levels the lowest."""
    found: dict[int, str] = {}
    for part in (part for name in names for part in series.findall(f"{_CHART}{name}")):
        for value in part.iter(f"{_CHART}v"):
            point = value.getparent()
            text = " ".join((value.text or "").split())
            if point.getparent().tag.endswith(("numCache", "numLit")) and _NUMERAL.fullmatch(text):
                text = format(float(text), ".15g")  # without the noise of binary fractions
            found.setdefault(int(point.get("idx") or 0), text)
    return found


def _diagram(shape: Any, number: int) -> Iterator[Piece]:
    """Yield the texts of a SmartArt, which lie in a part of their own."""
    for relations in shape.element.iter(f"{_DIAGRAM}relIds"):
        key = relations.get(f"{_RELATION}dm")
        if key in shape.part.rels:
            for point in _xml(shape.part.related_part(key).blob).iter(f"{_DIAGRAM}pt"):
                if text := _text(point):
                    yield Piece("item", MARKERS[0] + text, number, 1)


def _text(element: etree._Element) -> str:
    lines = ("".join(run.text or "" for run in line.iter(f"{DRAWING}t")) for line in element.iter(f"{DRAWING}p"))
    return " ".join(" ".join(lines).split())
