"""The sources of an answer as HTML: cards with the quoted span in its passage, and links to the documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote as quote_url
from urllib.parse import urlencode

from langchain_core.documents import Document

from index.blocks import CourseDocument
from qa.types import Answer, Citation, RetrievedPassage
from qa.web.reference import reference
from qa.web.words import INDONESIAN, Words

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_FOUND_SHOWN = 3

_ICONS = {
    "new": "M10 4v12M4 10h12",
    "theme": "M16.5 11.7A6.8 6.8 0 1 1 8.3 3.5a5.4 5.4 0 0 0 8.2 8.2z",
    "generated": "M4 5h12M4 10h12M4 15h7",
    "quoted": "M8 6H4v5h4v1a2 2 0 0 1-2 2M16 6h-4v5h4v1a2 2 0 0 1-2 2",
    "abstained": "M10 3a7 7 0 1 0 0 14a7 7 0 0 0 0-14M10 6.5v4.2M10 13.4v.2",
    "error": "M10 3l8 14H2zM10 8v4M10 14.4v.2",
    "stopped": "M5 5h10v10H5z",
    "copy": "M7 7h9v9H7zM4 13V4h9",
    "retry": "M16 10a6 6 0 1 1-2-4.5M16 3v3.5h-3.5",
    "up": "M7 9l3-6a2 2 0 0 1 2 2v3h4l-1.2 8H7zM7 9H4v7h3",
    "down": "M7 11l3 6a2 2 0 0 0 2-2v-3h4l-1.2-8H7zM7 11H4V4h3",
    "open": "M8 4H4v12h12v-4M11 4h5v5M16 4l-7 7",
    "history": "M4 5v4h4M4.3 9a6.2 6.2 0 1 1 .2 3.2M10 6.8V10l2.4 1.6",
    "menu": "M4 6h12M4 10h12M4 14h12",
    "close": "M5 5l10 10M15 5L5 15",
    "download": "M10 3.5v9M6 9l4 4 4-4M4 16.5h12",
    "print": "M6 8V3.5h8V8M6 14H3.5V8h13v6H14M6 11.5h8v5H6z",
    "keys": "M2.5 5.5h15v9h-15zM5.5 8.5h.1M8.5 8.5h.1M11.5 8.5h.1M14.5 8.5h.1M6.5 11.5h7",
    "delete": "M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6",
    "next": "M4 10h11M11 5.5l4.5 4.5-4.5 4.5",
    "read": "M10 5c-2-1.5-4.5-1.5-7-1v11c2.5-.5 5-.5 7 1c2-1.5 4.5-1.5 7-1V4c-2.5-.5-5-.5-7 1zM10 5v11",
}


@dataclass(frozen=True)
class Material:
    """What the page knows of a course beside an answer; `threshold` is the confidence below which it abstains.

    `course` is its name where several are served, and `token` what opens its documents where tokens are required: both
    stand in the addresses of documents, or are "".
    """

    title: str = ""
    language: str = "id"
    threshold: float = 0.5
    passages: Mapping[str, Document] = field(default_factory=dict)
    documents: Mapping[str, CourseDocument] = field(default_factory=dict)
    course: str = ""
    token: str = ""


def clean(text: str) -> str:
    """Escape for HTML; control characters, lone surrogates and direction overrides become spaces."""
    return escape(_CONTROL.sub(" ", text), quote=True)


def icon(name: str) -> str:
    drawing = f'<path d="{_ICONS[name]}"/>'
    return f'<svg class="tm-icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">{drawing}</svg>'


def sources_html(answer: Answer | None, turn: str, over: bool, material: Material, words: Words = INDONESIAN) -> str:
    """Return the cited sources; before there are any (and beside an abstention) the best passages found.

    The passages of `material` serve a citation whose passage is not among the answer's own.
    """
    if answer is None:
        return ""
    if answer.citations:
        shown = {p.id: (p.text, p.start) for p in answer.passages}
        cards = "".join(_source(turn, citation, shown, material, words) for citation in answer.citations)
        return f'<h3 class="tm-heading">{words.sources}</h3><ol class="tm-list">{cards}</ol>'
    if not answer.passages or (over and not answer.abstained):
        return ""
    heading = words.related if answer.abstained else words.found
    cards = "".join(_found(turn, passage, material, words) for passage in answer.passages[:_FOUND_SHOWN])
    return f'<h3 class="tm-heading">{heading}</h3><ul class="tm-list tm-found">{cards}</ul>'


def reference_to(citation: Citation, material: Material) -> str:
    """Return the reference of a citation; of a document that the index no longer holds, what the citation knows."""
    gone = CourseDocument(citation.source, citation.title, "", "", "", "", "", "", ())
    return reference(material.documents.get(citation.source, gone), material.title, citation.page)


def _source(
    turn: str, citation: Citation, shown: Mapping[str, tuple[str, int]], material: Material, words: Words
) -> str:
    text, start = shown.get(citation.passage_id) or _stored(citation, material.passages)
    span = {"start": citation.start, "end": citation.end}
    links = _links(citation.source, citation.page, citation.passage_id, span, material, words)
    passage = marked(text, citation.start - start, citation.quote)
    return (
        f'<li><details class="tm-source" id="s-{turn}-{citation.number}"><summary>'
        f'<span class="tm-number">{citation.number}</span>{_name(citation, citation.quote, material, words)}</summary>'
        f'<blockquote class="tm-passage" lang="{clean(material.language)}">{passage}</blockquote>{links}'
        f'<div class="tm-reference"><p><span class="tm-sr">{words.reference}: </span>'
        f'<span class="tm-reference-text">{clean(reference_to(citation, material))}</span></p>'
        f'<button type="button" class="tm-action" data-do="reference">{icon("copy")}{words.copy_reference}'
        f'<span class="tm-sr"> {citation.number}</span></button></div></details></li>'
    )


def _stored(citation: Citation, passages: Mapping[str, Document]) -> tuple[str, int]:
    """Return the passage from the index; only the quote where the index does not hold it."""
    passage = passages.get(citation.passage_id)
    return (passage.page_content, passage.metadata["start"]) if passage else (citation.quote, citation.start)


def _found(turn: str, passage: RetrievedPassage, material: Material, words: Words) -> str:
    links = _links(passage.source, passage.page, passage.id, {}, material, words)
    start = passage.text.removeprefix(passage.section.split(" > ")[-1])  # the heading stands above it already
    summary = f"<summary>{_name(passage, start[:200], material, words)}</summary>"
    return (
        f'<li><details class="tm-source" id="p-{turn}-{clean(passage.id)}">{summary}'
        f'<blockquote class="tm-passage" lang="{clean(material.language)}">{clean(passage.text)}</blockquote>'
        f"{links}</details></li>"
    )


def marked(text: str, at: int, quote: str) -> str:
    """Return the escaped text with the quote in <mark>; a quote that is not there is marked alone."""
    if at < 0 or text[at : at + len(quote)] != quote:
        text, at = quote, 0
    end = at + len(quote)
    return f"{clean(text[:at])}<mark>{clean(quote)}</mark>{clean(text[end:])}"


def place(source: str, page: int | None, section: str, words: Words = INDONESIAN) -> str:
    """Say where in the document: page or slide, and the innermost section."""
    found = []
    if page is not None:
        found.append((words.slide if source.lower().endswith(".pptx") else words.page).format(page=page))
    if section:
        found.append(words.section.format(section=section.split(" > ")[-1]))
    return " · ".join(found)


def _name(of: Citation | RetrievedPassage, snippet: str, material: Material, words: Words) -> str:
    """Return title, place and first words; what the material says is in its language, the rest in the page's."""
    written = f'lang="{clean(material.language)}"'
    heading = f"<span {written}>{clean(of.section.split(' > ')[-1])}</span>"
    section = words.section.format(section=heading) if of.section else ""
    where = " · ".join(filter(None, [clean(place(of.source, of.page, "", words)), section]))
    where = f'<span class="tm-place">{where}</span>' if where else ""
    start = f'<span class="tm-snippet" aria-hidden="true">{clean(snippet)}</span>'
    return f'<span class="tm-name"><span class="tm-title" {written}>{clean(of.title)}</span>{where}{start}</span>'


def _links(
    source: str, page: int | None, passage: str, span: Mapping[str, int], material: Material, words: Words
) -> str:
    language = words.language if words.language != material.language else ""
    query = query_of(
        {**span, "course": material.course, "lang": language, "token": material.token, "from": "chat"}
    )  # "from" is for reading.js
    read = _link(f"passages/{quote_url(passage)}{query}#kutipan", "read", words.in_context, words)
    whole = _link(document_url(source, page, material.course, material.token), "open", words.open_document, words)
    return f'<p class="tm-links">{read}{whole}</p>'


def query_of(values: Mapping[str, str | int]) -> str:
    """Return what stands behind the path of an address, without the empty values."""
    given = {name: value for name, value in values.items() if value != ""}
    return f"?{urlencode(given)}" if given else ""


def _link(address: str, name: str, text: str, words: Words) -> str:
    tab = f'<span class="tm-sr"> {words.opens_tab}</span>'
    return f'<a href="{clean(address)}" target="_blank" rel="noopener">{icon(name)}{text}{tab}</a>'


def document_url(source: str, page: int | None, course: str = "", token: str = "") -> str:
    """Return the address of the original file, at its page where a browser can open it there.

    `course` is needed where several are served, `token` where tokens are required.
    """
    at = f"#page={page}" if page is not None and source.lower().endswith(".pdf") else ""
    return f"documents/{quote_url(source)}{query_of({'course': course, 'token': token})}{at}"
