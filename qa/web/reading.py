"""The page that a quoted passage is read on, in the midst of its document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from index.blocks import Block, CourseDocument
from index.course import Course
from qa.web import texts
from qa.web.page import MARK
from qa.web.sources import clean, document_url, place, query_of
from qa.web.tokens import EMBED
from qa.web.translation import translated
from qa.web.words import words_in

# Characters of the document that are shown on each side of the quote.
AROUND = 5000


@dataclass(frozen=True)
class Reading:
    """What is read, [start, end) marked, and how the address asked for it.

    `named` is the course in the address, "" for the only one; `language` is the interface's.
    """

    document: CourseDocument
    start: int
    end: int
    page: int | None
    section: str
    course: Course
    named: str
    token: str
    language: str


def reading_page(of: Reading) -> str:
    """Return the page; every word of the document is escaped."""
    document = of.document
    low, high = of.start - AROUND, of.end + AROUND
    shown = [b for b in document.blocks if b.kind != "furniture" and b.end > low and b.start < high]
    whole = not shown or (shown[0].start <= document.blocks[0].start and shown[-1].end >= document.blocks[-1].end)
    about = " · ".join(filter(None, [document.author, document.date, document.licence]))
    words, say = words_in(of.language), partial(translated, language=of.language)
    partly = "" if whole else f'<p class="tm-part">{say(texts.PART_SHOWN)}</p>'
    body = "".join(_elements(document.text, shown, of.start, of.end))
    original = f"../{document_url(document.source, of.page, of.named, of.token)}"
    where = place(document.source, of.page, of.section, words) or say(texts.READING_PAGE)
    written = f'lang="{clean(of.course.language)}"'
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8" />'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />'
        f"<title>{clean(document.title)} · {texts.NAME}</title>"
        '<link rel="icon" type="image/svg+xml" href="../ui/mark.svg" /><script src="../ui/theme.js"></script>'
        '<script src="../ui/reading.js" defer></script>'
        '<link rel="stylesheet" href="../ui/tokens.css" /><link rel="stylesheet" href="../ui/passage.css" />'
        '</head><body><header class="tm-top">'
        f'<a id="tm-back" href="{clean(_chat(of))}">{MARK}<span>{say(texts.BACK_TO_CHAT)}</span></a>'
        f'<a href="{clean(original)}">{words.open_document}</a></header>'
        f'<main><p class="tm-where">{clean(where)}</p><h1 {written}>{clean(document.title)}</h1>'
        f'<p class="tm-about" {written}>{clean(about)}</p>{partly}<article {written}>{body}</article>'
        "</main></body></html>"
    )


def _chat(of: Reading) -> str:
    """Return the way back: to the page in the frame where an embed token led here, else to the full chat."""
    framed = of.token.startswith(f"{EMBED}.")
    path = f"../embed/{quote(of.course.name)}" if framed else f"../c/{quote(of.named)}" if of.named else "../"
    language = of.language if of.language != of.course.language else ""
    return f"{path}{query_of({'lang': language, 'token': of.token if framed else ''})}"


def _elements(text: str, blocks: list[Block], start: int, end: int) -> Iterator[str]:
    """Yield headings, paragraphs and list items; the first part of the quote carries the id `kutipan`."""
    first = True
    in_list = False
    for block in blocks:
        low, high = max(block.start, start), min(block.end, end)
        content = clean(text[block.start : block.end])
        if low < high:
            anchor = ' id="kutipan" tabindex="-1"' if first else ""
            first = False
            content = (
                f"{clean(text[block.start : low])}<mark{anchor}>{clean(text[low:high])}</mark>"
                f"{clean(text[high : block.end])}"
            )
        if in_list != (block.kind == "item"):
            in_list = not in_list
            yield '<ul role="list">' if in_list else "</ul>"
        yield {"heading": f"<h2>{content}</h2>", "item": f"<li>{content}</li>"}.get(block.kind, f"<p>{content}</p>")
    if in_list:
        yield "</ul>"
