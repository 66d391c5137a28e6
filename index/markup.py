"""HTML, and what other formats become HTML for, as pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from index.blocks import Kind, Piece

# Trafilatura's names for the elements of its own XML, beside those of HTML.
# HTML has six levels of headings, Word nine.
_HEADINGS = {**{f"h{level}": level for level in range(1, 10)}, "head": 2, "summary": 6}
_LISTS = {"ul", "ol", "list", "dl", "menu"}
_ITEMS = {"li", "item", "dd"}
_ROWS, _CELLS = {"tr", "row"}, {"td", "th", "cell"}
_OTHER_BLOCKS = """
    p div section article main body html doc table pre blockquote quote header footer figure figcaption address
    details form fieldset center code caption dt hr thead tbody tfoot
"""
_BLOCKS = {*_HEADINGS, *_LISTS, *_ITEMS, *_ROWS, *_CELLS, *_OTHER_BLOCKS.split()}
_NO_TEXT = """
    script style nav aside button noscript template svg iframe select object video audio canvas graphic
    textarea input math
"""
_SKIPPED = frozenset(_NO_TEXT.split())
MARKERS = ("• ", "– ", "· ")


def parse(markup: str) -> html.HtmlElement | None:
    """Parse HTML as it comes; None where there is no element in it."""
    cleaned = re.sub(r"^\s*<\?xml[^>]*\?>", "", markup)
    try:
        parsed = html.document_fromstring(cleaned, parser=html.HTMLParser(remove_comments=True, remove_pis=True))
    except (etree.ParserError, ValueError):
        return None
    return parsed


def page_pieces(page: html.HtmlElement) -> list[Piece]:
    """Read all of a page but its head, navigation, what one fills in, and header and footer of the site."""
    body = page.find("body")
    root = page if body is None else body
    for name in ("main", "article"):
        found = root.findall(f".//{name}")
        if len(found) == 1:
            root = found[0]
            break
    else:
        for outer in [*root.findall("header"), *root.findall("footer")]:
            root.remove(outer)
    return list(element_pieces(root))


def element_pieces(root: etree._Element) -> Iterator[Piece]:
    """Yield the pieces of an element in their order."""
    yield from _walk(root, 0, "")


def inline_text(element: etree._Element) -> str:
    """The text of an element; only <br> breaks a line."""
    return re.sub(r"\s+", " ", "".join(_texts(element))).replace("\0", "\n")


def is_bold_heading(text: str) -> bool:
    """Tell whether a paragraph that is wholly bold is a heading: one line, at most ten words, no stop behind them."""
    short = len(text.split()) <= 10 and "\n" not in text
    return short and any(map(str.isalpha, text)) and not text.endswith((".", ":", ";", ","))


def _walk(element: etree._Element, depth: int, marker: str) -> Iterator[Piece]:
    """Yield the text that stands in `element` itself, and what its blocks yield, in order."""
    kind: Kind = "item" if marker or element.tag in _ITEMS else "paragraph"
    inline: list[str] = [_folded(element.text)]
    for child in element:
        name = _name(child)
        if name in _SKIPPED or not name:
            pass
        elif name in _BLOCKS:
            yield from _paragraphs(inline, kind, depth, marker)
            marker = "" if any(part.strip() for part in inline) else marker
            inline = []
            yield from _block(child, name, depth, marker)
            marker = marker if name in _LISTS else ""
        else:
            if _has_blocks(child):
                yield from _paragraphs(inline, kind, depth, marker)
                inline = []
                yield from _walk(child, depth, marker)
            else:
                inline.append(inline_text(child))
        inline.append(_folded(child.tail))
    yield from _paragraphs(inline, kind, depth, marker)


def _block(child: etree._Element, name: str, depth: int, marker: str) -> Iterator[Piece]:
    if name in _HEADINGS:
        rend = str(child.get("rend") or "")
        level = int(rend[1]) if re.fullmatch(r"h[1-6]", rend) else _HEADINGS[name]
        yield from _paragraphs([inline_text(child).replace("\n", " ")], "heading", level, "")
    elif name in _LISTS:
        yield from _list(child, name, depth)
    elif name == "table":
        yield from _table(child, depth, marker)
    elif name == "pre":
        yield from _paragraphs(["".join(child.itertext())], "paragraph", depth, "")
    else:
        yield from _walk(child, depth, marker)


def _list(element: etree._Element, name: str, depth: int) -> Iterator[Piece]:
    ordered = name == "ol" or element.get("rend") == "ol"
    number = int(start) if (start := element.get("start") or "").isdigit() and len(start) < 4 else 1
    for child in element:
        if _name(child) in _SKIPPED:
            continue
        if _name(child) in _LISTS:
            yield from _list(child, _name(child), depth + 1)
            continue
        if _name(child) == "dt":
            yield from _paragraphs([inline_text(child)], "paragraph", depth, "")
            continue
        number = int(value) if (value := child.get("value") or "").isdigit() and len(value) < 4 else number
        marker = f"{number}. " if ordered else MARKERS[min(depth, 2)]
        number += 1
        yield from _walk(child, depth + 1, marker)


def _table(element: etree._Element, depth: int, marker: str) -> Iterator[Piece]:
    """Yield the rows of a table; of one that only lays out a page, the blocks of its cells.

    That is a table of one row, or one that holds other tables, or headings but for those of its columns.
    """
    rows = list(_rows(element))
    below = rows[1:] if rows and _heads_columns(rows[0]) else rows
    headed = any(_name(part) in _HEADINGS for row in below for part in row.iter())
    if len(rows) == 1 or headed or any(_name(part) == "table" for row in rows for part in row.iter()):
        yield from _walk(element, depth, marker)
        return
    yield from (piece for caption in element.findall("caption") for piece in _walk(caption, 0, ""))
    for row in rows:
        cells = [_cell(cell) for cell in row if _name(cell) in _CELLS]
        if any(cells):
            yield Piece("table", " | ".join(cells))


def _heads_columns(row: etree._Element) -> bool:
    """Whether the cells of a row are header cells, or hold nothing beside a heading."""
    cells = [cell for cell in row if _name(cell) in _CELLS]
    return len(cells) > 1 and all(
        _name(cell) == "th" or {piece.kind for piece in _walk(cell, 0, "")} <= {"heading"} for cell in cells
    )


def _rows(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if _name(child) in _ROWS:
            yield child
        else:
            yield from _rows(child)


def _cell(cell: etree._Element) -> str:
    """The blocks of a cell in one line."""
    return " ".join(" ".join(piece.text for piece in _walk(cell, 0, "")).split())


def _paragraphs(inline: list[str], kind: Kind, level: int, marker: str) -> Iterator[Piece]:
    """Yield the text gathered so far; two line breaks in a row end a paragraph."""
    text = re.sub(r"[^\S\n]+", " ", "".join(inline))
    for part in re.split(r"\n[ ]*\n\s*", text.strip()):
        folded = " ".join(part.split()) if kind == "heading" else re.sub(r" *\n *", "\n", part).strip()
        if folded:
            yield Piece(kind, marker + folded, level=level)
            marker = ""


def _texts(element: etree._Element) -> Iterator[str]:
    """Yield the text of an element without what is skipped; a line break is a NUL, a block stands apart."""
    if _name(element) in ("br", "lb"):
        yield "\0"
        return
    edge = " " if _name(element) in _BLOCKS else ""
    yield edge + (element.text or "")
    for child in element:
        if _name(child) and _name(child) not in _SKIPPED:
            yield from _texts(child)
        yield child.tail or ""
    yield edge


def _folded(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _has_blocks(element: etree._Element) -> bool:
    return any(_name(child) in _BLOCKS for child in element.iter())


def _name(element: etree._Element) -> str:
    return element.tag.lower() if isinstance(element.tag, str) else ""
