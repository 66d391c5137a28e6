"""A citation as a reference to copy: APA-like, in its Indonesian form, from the document's own metadata."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from index.blocks import CourseDocument

UNDATED = "t.t."  # tanpa tahun
_MONTHS = (
    ("januari", "january", "jan"), ("februari", "february", "feb"), ("maret", "march", "mar"), ("april", "apr"),
    ("mei", "may"), ("juni", "june", "jun"), ("juli", "july", "jul"), ("agustus", "august", "agu", "ags", "aug"),
    ("september", "sep", "sept"), ("oktober", "october", "okt", "oct"), ("november", "nov"),
    ("desember", "december", "des", "dec"),
)  # fmt: skip
_MONTH_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBERS = (
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b"),
    re.compile(r"\b(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})\b"),
)
# Who signs as a group is not a person with a last name.
_GROUP = re.compile(
    r"\b(tim|kementerian|badan|lembaga|dewan|komisi|komite|universitas|fakultas|program studi|prodi|jurusan|pusat|"
    r"yayasan|redaksi|kedutaan|direktorat|sekretariat|asosiasi|perhimpunan|institut|sekolah|biro|dinas|pt|cv|"
    r"team|ministry|agency|university|center|centre|institute|council|committee|office|association)\b",
    re.IGNORECASE,
)
_TITLE_BEFORE = re.compile(r"^(?:(?:prof|dr|drs|dra|ir|h|hj|kh|drg)\.\s*)+", re.IGNORECASE)
_DEGREE = re.compile(
    r"^(?:[SMD]\.\s?[A-Z][A-Za-z]*\.?(?:\s?[A-Z][A-Za-z]*\.?)*|Ph\.?\s?D\.?|M\.?[AS]c?\.?|B\.?[AS]c?\.?|MBA|LL\.?[MB]\.?)$"
)
_FORMATS = {
    ".pdf": "PDF", ".pptx": "Salindia", ".docx": "Dokumen Word", ".html": "Halaman web", ".htm": "Halaman web",
    ".xhtml": "Halaman web", ".epub": "Buku elektronik",
}  # fmt: skip
_URL = re.compile(r"https?://[^\s<>\"”]+")
_FRONT_CHARACTERS = 1500


def reference(document: CourseDocument, course: str, page: int | None = None) -> str:
    """Return "Author. (Year, day month). Title [format], page. Course. URL".

    Without an author the title stands first, without a date "t.t." stands in its place. The address is the one
    that the document gives for itself at its start, if there is one.
    """
    kind = _FORMATS.get(PurePosixPath(document.source).suffix.lower(), "")
    title = document.title.strip().rstrip(".") + (f" [{kind}]" if kind else "")
    dated = f"({written_date(document.date)})"
    place = "" if page is None else f", {'salindia' if kind == 'Salindia' else 'hlm.'} {page}"
    authors = written_authors(document.author)
    named = [_stop(authors), f"{dated}.", f"{title}{place}."] if authors else [f"{title}.", f"{dated}{place}."]
    return " ".join([*named, *([_stop(course)] if course else []), *filter(None, [_address(document)])])


def written_authors(author: str) -> str:
    """Return the names with the last one first and initials behind it, "dan" before the last of several."""
    names = [_written(name) for name in _names(" ".join(author.split()))]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])}, dan {names[-1]}" if len(names) > 2 else f"{names[0]}, dan {names[1]}"


def written_date(date: str) -> str:
    """Return "2021, 5 Maret" as far as the date says it; "t.t." where it holds no year."""
    for pattern in _NUMBERS:
        if found := pattern.search(date):
            return _dated(found["year"], int(found["month"]), int(found["day"]))
    year = _YEAR.search(date)
    if year is None:
        return UNDATED
    rest = date.replace(year.group(), " ").lower()
    month = next((_MONTH_NUMBER[word] for word in re.findall(r"[a-z]+", rest) if word in _MONTH_NUMBER), 0)
    day = re.search(r"\b\d{1,2}(?=st|nd|rd|th|\b)", rest)
    return _dated(year.group(), month, int(day.group()) if day and month else 0)


def _dated(year: str, month: int, day: int) -> str:
    if not 1 <= month <= 12:
        return year
    name = _MONTHS[month - 1][0].capitalize()
    return f"{year}, {day} {name}" if 1 <= day <= 31 else f"{year}, {name}"


def _names(author: str) -> list[str]:
    """Cut a byline into names; what follows a comma may be a degree, which is left out."""
    parts = re.split(r"\s*(?:,|;|&|\bdan\b|\band\b)\s*", author)
    return [part for part in (_TITLE_BEFORE.sub("", p.strip()) for p in parts) if part and not _DEGREE.match(part)]


def _written(name: str) -> str:
    words = name.split()
    if len(words) == 1 or _GROUP.search(name):
        return name
    initials = " ".join(f"{word[0].upper()}." for word in words[:-1])
    return f"{words[-1]}, {initials}"


def _address(document: CourseDocument) -> str:
    """The first address before the text proper begins: a byline or the first lines say where a text was published."""
    for block in document.blocks:
        if block.start > _FRONT_CHARACTERS:
            break
        if block.kind == "byline" and (found := _URL.search(document.text[block.start : block.end])):
            return found.group().rstrip(".,;)")
    return ""


def _stop(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
