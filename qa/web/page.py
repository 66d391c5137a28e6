"""The frame around Gradio's page: course, language, look, first paint, and a nonce for its scripts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

from index.course import Course
from qa.web import texts
from qa.web.sources import clean
from qa.web.translation import translated

ASSETS = files("qa.web") / "assets"
MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

# Gradio's own preview pictures and addresses of other hosts; the page names none.
_FOREIGN_META = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')
_SUGGESTIONS_SHOWN = 4


@cache
def asset(name: str) -> bytes | None:
    """Return a file of `assets` by its plain name, None where there is none."""
    if not re.fullmatch(r"[a-z]+\.(css|js|svg)", name):
        return None
    path = ASSETS / name
    return path.read_bytes() if path.is_file() else None


MARK = (
    '<svg class="tm-mark" viewBox="0 0 40 40" aria-hidden="true" focusable="false">'
    '<path class="tm-mark-bubble" '
    'd="M9 4h22a6 6 0 0 1 6 6v15a6 6 0 0 1-6 6H19l-8.5 6v-6H9a6 6 0 0 1-6-6V10a6 6 0 0 1 6-6z"/>'
    '<path class="tm-mark-line" d="M13.5 10.5h-3v14h3M26.5 10.5h3v14h-3M18.5 14l2.5-2.5v12"/></svg>'
)

# One Gradio page serves every course: these stand in it where a course's own words belong.
COURSE_TITLE = "@course-title@"
COURSE_NAME = "@course-name@"
COURSE_QUESTIONS = "@course-questions@"
PAGE_TITLE = "@page-title@"
TOKEN = "@token@"
_PLACES = re.compile("|".join((COURSE_TITLE, COURSE_NAME, COURSE_QUESTIONS, PAGE_TITLE, TOKEN)))


@dataclass(frozen=True)
class Shown:
    """A chat page: its course, the way to the root of the application, and what only an embedded one has.

    `parents` are the origins of pages that may hold it in a frame. `language` is the one that the address names,
    `token` what the page sends with each event where tokens are required.
    """

    course: Course
    base: str = "./"
    embedded: bool = False
    parents: tuple[str, ...] = ()
    token: str = ""
    language: str = ""


def frame(html: str, nonce: str, shown: Shown) -> str:
    """Return Gradio's index page with the words of a course, our head, first paint and script nonces.

    The scripts' data is escaped by Gradio (no `<` in it), so every `<script` is a tag of the page itself.
    """
    course, title = shown.course, clean(shown.course.title)
    html = _FOREIGN_META.sub("", html).replace('lang="en"', _root_attributes(shown), 1)
    html = _put_words_in(html, shown)
    embed = '<script src="./ui/embed.js"></script>' if shown.embedded else ""
    head = (
        f'<base href="{shown.base}" /><title>{title} · {texts.NAME}</title>'
        '<meta name="color-scheme" content="light dark" />'
        f'<meta name="description" content="{texts.TAGLINE}: {title}" />'
        '<link rel="icon" type="image/svg+xml" href="./ui/mark.svg" />'
        '<link rel="stylesheet" href="./ui/tokens.css" /><link rel="stylesheet" href="./ui/chat.css" />'
        f'<script src="./ui/theme.js"></script>{embed}<script src="./ui/chat.js" type="module"></script>'
    )
    first_paint = (
        f'<div id="tm-boot" role="status">{MARK}<p class="tm-product">{texts.NAME}</p>'
        f'<p class="tm-boot-title">{title}</p>'
        f"<p>{clean(course.description)}</p>{_in_both(texts.LOADING)}"
        f"<noscript><p>{translated(texts.NO_SCRIPT, shown.language or course.language)}</p></noscript></div>"
    )
    html = re.sub(r'<meta charset="utf-8" />', lambda found: found.group(0) + head, html, count=1)
    html = re.sub(r"<body[^>]*>", lambda found: found.group(0) + first_paint, html, count=1)
    return html.replace("<script", f'<script nonce="{nonce}"')


def _in_both(sentence: str) -> str:
    """Return a sentence in each language of the interface; the style sheet shows the one that theme.js found."""
    return "".join(f'<p class="tm-each" lang="{code}">{translated(sentence, code)}</p>' for code in ("id", "en"))


def _root_attributes(shown: Shown) -> str:
    embed = f' data-embed data-parents="{escape(" ".join(shown.parents))}"' if shown.embedded else ""
    token = f' data-token="{escape(shown.token)}"' if shown.token else ""
    return f'lang="{clean(shown.course.language)}"{embed}{token}'


def _put_words_in(html: str, shown: Shown) -> str:
    """Put the words of the course into the page's data, which is JSON that holds HTML."""
    course = shown.course
    suggestions = "".join(
        f'<button type="button" class="tm-suggestion">{clean(question)}</button>'
        for question in course.questions[:_SUGGESTIONS_SHOWN]
    )
    words = {
        COURSE_TITLE: clean(course.title),
        COURSE_NAME: course.name,
        COURSE_QUESTIONS: suggestions,
        PAGE_TITLE: f"{course.title} · {texts.NAME}",
        TOKEN: shown.token,
    }
    return _PLACES.sub(lambda found: _in_json(words[found.group(0)]), html)


def _in_json(text: str) -> str:
    """Return a text as it stands inside a JSON string inside a script."""
    inside = json.dumps(text)[1:-1]
    return inside.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
