"""Web pages as pieces: the article, its title, its author and its date."""

from __future__ import annotations

import re
from pathlib import Path

import trafilatura
from lxml import etree
from trafilatura.settings import Document as Article

from index.blocks import Content, Piece
from index.decoding import decode
from index.markup import element_pieces, page_pieces, parse

# Words; in shorter ones trafilatura loses the structure (its own least is 250 characters).
_LEAST_ARTICLE = 60
# Words of links to other pages for each word of a page. A site's page has its menus; what was written or exported as
# HTML has few. This is a quarter of what jusText still takes for text (max_link_density), for paragraphs.
_FEW_LINKS = 0.05


def read_html(data: bytes, source: str) -> Content:
    """Read the article of a web page.

    All of the page is read where trafilatura finds less than half of its prose, and where it hardly links to others:
    there is no site around it then, and trafilatura would only lose what it takes for one.
    """
    markup = decode(data, source)
    page = parse(markup)
    if page is None:
        return Content(())
    found = trafilatura.bare_extraction(markup, with_metadata=True, include_comments=False, include_tables=True)
    article = found if isinstance(found, Article) else None
    linked = sum(len(a.text_content().split()) for a in page.iter("a") if not (a.get("href") or "#").startswith("#"))
    whole = page_pieces(page)
    pieces = list(element_pieces(article.body)) if article and article.body is not None else []
    few = linked <= _FEW_LINKS * sum(len(piece.text.split()) for piece in whole)
    if few or _prose(pieces) < max(_LEAST_ARTICLE, 0.5 * _prose(whole)):
        pieces = whole
    title = _html_title(page, pieces, (article and article.title) or "")
    author = _meta(page, "author") or (article and article.author) or ""
    return Content(tuple(pieces), title, author, _html_date(page))


def is_companion(folder: Path) -> bool:
    """Tell the folder in which a browser keeps the pictures and frames of a page that it saved beside it."""
    page = folder.name.removesuffix("_files")
    return page != folder.name and any(folder.with_name(page + suffix).is_file() for suffix in (".html", ".htm"))


def _html_date(page: etree._Element) -> str:
    """Only a date that the page states; trafilatura's own guess takes any year in the text."""
    for name in ("date", "article:published_time", "dc.date", "dcterms.created", "citation_publication_date"):
        stated = _meta(page, name)
        if stated:
            return stated[:10] if re.match(r"\d{4}-\d\d-\d\d", stated) else stated
    return ""


def _prose(pieces: list[Piece]) -> int:
    return sum(
        len(words) for piece in pieces if len(words := piece.text.split()) > 12 or piece.kind in ("item", "table")
    )


def _meta(page: etree._Element, name: str) -> str:
    for meta in page.iter("meta"):
        if (meta.get("name") or meta.get("property") or "").lower() == name:
            return " ".join((meta.get("content") or "").split())
    return ""


def _html_title(page: etree._Element, pieces: list[Piece], stated: str) -> str:
    """Prefer the page's one first-level heading to the title of the window, which often names the site too."""
    tops = [piece.text for piece in pieces if piece.kind == "heading" and piece.level == 1]
    if len(tops) == 1:
        return tops[0]
    heads = [" ".join(head.text_content().split()) for head in page.iter("h1")]
    if len(heads) == 1 and heads[0]:
        return heads[0]
    return stated or " ".join((page.findtext(".//title") or "").split())
