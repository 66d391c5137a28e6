"""HTML, and what other formats become HTML for, as pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from index.blocks import Kind, Piece

# Trafilatura's names for the elements of its own XML, beside those of HTML.
_HEADINGS = {**{f"h{level}": level for level in range(1, 7)}, "head": 2}
_LISTS = {"ul", "ol", "list", "dl", "menu"}
_ITEMS = {"li", "item", "dd"}
_ROWS, _CELLS = {"tr", "row"}, {"td", "th", "cell"}
_OTHER_BLOCKS = """
    p div section article main body html doc table pre blockquote quote header footer figure figcaption address
    details summary fieldset center code dt hr thead tbody tfoot
"""
_BLOCKS = {*_HEADINGS, *_LISTS, *_ITEMS, *_ROWS, *_OTHER_BLOCKS.split()}
_NO_TEXT = """
    script style nav aside form button noscript template svg iframe select object video audio canvas graphic
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
    """Read all of a page but its head, navigation, forms, and header and footer of the site."""
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
                inline.append(_inline(child))
        inline.append(_folded(child.tail))
    yield from _paragraphs(inline, kind, depth, marker)


def _block(child: etree._Element, name: str, depth: int, marker: str) -> Iterator[Piece]:
    if name in _HEADINGS:
        rend = str(child.get("rend") or "")
        level = int(rend[1]) if re.fullmatch(r"h[1-6]", rend) else _HEADINGS[name]
        yield from _paragraphs([_inline(child).replace("\n", " ")], "heading", level, "")
    elif name in _LISTS:
        yield from _list(child, name, depth)
    elif name == "table":
        yield from _table(child)
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
            yield from _paragraphs([_inline(child)], "paragraph", depth, "")
            continue
        marker = f"{number}. " if ordered else MARKERS[min(depth, 2)]
        number += 1
        yield from _walk(child, depth + 1, marker)


def _table(element: etree._Element) -> Iterator[Piece]:
    for row in element.iter():
        if _name(row) in _ROWS:
            cells = [" ".join(_inline(cell).split()) for cell in row if _name(cell) in _CELLS]
            if any(cells):
                yield Piece("table", " | ".join(cells))


def _paragraphs(inline: list[str], kind: Kind, level: int, marker: str) -> Iterator[Piece]:
    """Yield the text gathered so far; two line breaks in a row end a paragraph."""
    text = re.sub(r"[^\S\n]+", " ", "".join(inline))
    for part in re.split(r"\n[ ]*\n\s*", text.strip()):
        folded = " ".join(part.split()) if kind == "heading" else re.sub(r" *\n *", "\n", part).strip()
        if folded:
            yield Piece(kind, marker + folded, level=level)
            marker = ""


def _inline(element: etree._Element) -> str:
    """The text of an element; only <br> breaks a line."""
    parts: list[str] = []
    for part in element.iter():
        name = _name(part)
        if name in ("br", "lb"):
            parts.append("\0")
        elif part is element or (name and name not in _SKIPPED):
            parts.append(part.text or "")
        if part is not element:
            parts.append(part.tail or "")
    return re.sub(r"\s+", " ", "".join(parts)).replace("\0", "\n")


def _folded(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _has_blocks(element: etree._Element) -> bool:
    return any(_name(child) in _BLOCKS for child in element.iter())


def _name(element: etree._Element) -> str:
    return element.tag.lower() if isinstance(element.tag, str) else ""
