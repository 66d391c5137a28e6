"""The frame around Gradio's page: language, look, first paint, and a nonce for its scripts."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from qa.web import texts

ASSETS = files("qa.web") / "assets"
MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

# Gradio's own preview pictures and addresses of other hosts; the page names none.
_FOREIGN_META = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')


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


def frame(html: str, nonce: str, title: str) -> str:
    """Return Gradio's index page with our language, head, first paint and script nonces.

    The scripts' data is escaped by Gradio (no `<` in it), so every `<script` is a tag of the page itself.
    """
    html = _FOREIGN_META.sub("", html).replace('lang="en"', 'lang="id"', 1)
    head = (
        '<meta name="color-scheme" content="light dark" />'
        f'<meta name="description" content="{texts.TAGLINE}: {title}" />'
        '<link rel="icon" type="image/svg+xml" href="./ui/mark.svg" />'
        '<link rel="stylesheet" href="./ui/tokens.css" /><link rel="stylesheet" href="./ui/chat.css" />'
        '<script src="./ui/theme.js"></script><script src="./ui/chat.js" defer></script>'
    )
    first_paint = (
        f'<div id="tm-boot">{MARK}<p class="tm-product">{texts.NAME}</p><p class="tm-boot-title">{title}</p>'
        f"<p>{texts.LOADING}</p><noscript><p>{texts.NO_SCRIPT}</p></noscript></div>"
    )
    html = re.sub(r'<meta charset="utf-8" />', lambda found: found.group(0) + head, html, count=1)
    html = re.sub(r"<body[^>]*>", lambda found: found.group(0) + first_paint, html, count=1)
    return html.replace("<script", f'<script nonce="{nonce}"')
