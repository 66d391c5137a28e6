"""Names, roles and dates in the lines around a title."""

from __future__ import annotations

import re

MONTHS = (
    "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember|"
    "january|february|march|may|june|july|august|october|december|"
    "jan|feb|mar|apr|jun|jul|agu|ags|aug|sep|sept|okt|oct|nov|des|dec"
)
DATE = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{MONTHS})\.?,?\s+(?:19|20)\d\d\b"
    rf"|\b(?:{MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d\b"
    rf"|\b(?:{MONTHS})\.?\s+(?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d-\d\d-\d\d\b|\b\d{1,2}[/.]\d{1,2}[/.](?:19|20)\d\d\b",
    re.IGNORECASE,
)
REFERENCES = re.compile(
    r"^(?:\d+\.?\s*|[A-Z]\.\s*)?(?:daftar (?:pustaka|rujukan|referensi|bacaan)|referensi|rujukan|bibliografi|"
    r"pustaka|sumber(?: bacaan| rujukan)?|references|bibliography|works cited|further reading)\s*:?$",
    re.IGNORECASE,
)
SIGNED = re.compile(
    r"^(?:oleh|penulis|ditulis oleh|disusun oleh|penyusun|dosen(?: pengampu)?|by|author|written by)\s*:?\s+(?=\S)",
    re.IGNORECASE,
)
_FUNCTION_WORDS = """
    ada adalah agar akan anda atau bagaimana bagi bahwa banyak dalam dapat dari dengan hanya ini itu jadi juga
    kami karena ke kepada kita lebih maka menjadi mereka oleh pada para saja saya sebagai secara sebuah sudah
    tentang telah tersebut tidak untuk yaitu yakni yang about and are for from has have into that the this was were
    will with your you our
"""
STOPWORDS = frozenset(_FUNCTION_WORDS.split())
ROLE = re.compile(
    r"\b(?:mahasi|dosen|penulis|peneliti|guru|jurnalis|wartawan|editor|redaktur|kolumnis|pengamat|analis|diplomat|"
    r"staf|praktisi|pengajar|lecturer|student|research|author|professor|journalist|freelance)",
    re.IGNORECASE,
)


def author_of(line: str) -> str:
    """The name in a byline: after "Oleh" or "Penulis:", or before a date, a comma or a bracket; "" if none."""
    signed = SIGNED.match(line)
    return leading_name(line[signed.end() :] if signed else line)


def signs(line: str) -> bool:
    """Tell whether a short line below a title names its author or date."""
    return bool(
        SIGNED.match(line) or DATE.search(line) or is_name(line) or (author_of(line) and re.search(r"\b20\d\d\b", line))
    )


def leading_name(text: str) -> str:
    """Cut a name from the start of a byline: up to a date, a bar, a bracket or a comma."""
    date = DATE.search(text)
    text = text[: date.start()] if date else text
    name = re.split(r"[|(\[•·–—/]|\s-\s|,(?!\s*(?:[A-Z]\.|[SM]\.\w|Ph|M))", text)[0].strip(" ,:;-")
    return name if is_name(name) else ""


def is_name(text: str) -> bool:
    """Tell whether a line may be a person's name: two to six words, capitals, no digits, no function word."""
    words = re.sub(r"[.,]", " ", text).split()
    if not 2 <= len(words) <= 6 or not words[0][0].isupper() or len(text) > 60:
        return False
    letters = all(re.fullmatch(r"[^\W\d_][^\W\d_'’\-]*", word) for word in words)
    return letters and not any(word.casefold() in STOPWORDS for word in words)
