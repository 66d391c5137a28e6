"""Small pages of our own in place of what cannot be shown: a heading, a sentence, sometimes cards to choose from."""

from __future__ import annotations

from fastapi.responses import HTMLResponse

from qa.web import texts
from qa.web.page import MARK
from qa.web.security import STILL_POLICY
from qa.web.sources import clean
from qa.web.translation import translated


def notice(
    status: int,
    title: str,
    sentence: str,
    base: str,
    *,
    language: str = "id",
    cards: str = "",
    ancestors: str = "'self'",
) -> HTMLResponse:
    """Return a page; `base` is its way to the root of the application.

    `title` and `sentence` are the program's and are translated, `cards` is HTML, and `ancestors` says who may frame it.
    """
    heading, said = translated(title, language), translated(sentence, language)
    html = (
        f'<!doctype html><html lang="{"en" if language == "en" else "id"}"><head><meta charset="utf-8" />'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />'
        f"<title>{heading} · {texts.NAME}</title>"
        f'<link rel="icon" type="image/svg+xml" href="{base}ui/mark.svg" /><script src="{base}ui/theme.js"></script>'
        f'<link rel="stylesheet" href="{base}ui/tokens.css" /><link rel="stylesheet" href="{base}ui/picker.css" />'
        f'</head><body><main><p class="tm-product">{MARK}{texts.NAME}</p><h1>{heading}</h1>'
        f"{f'<p>{clean(said)}</p>' if said else ''}{f'<ul>{cards}</ul>' if cards else ''}</main></body></html>"
    )
    policy = STILL_POLICY.replace("frame-ancestors 'self'", f"frame-ancestors {ancestors}")
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    return HTMLResponse(html.encode("utf-8", "replace"), status, headers=headers)
