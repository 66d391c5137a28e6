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
# Written together ("SH") or with dots ("S.H."), there also with a field behind it ("S.Pd.I.", "A.Md.Kom.").
_DEGREES = frozenset(
    "SH SE ST SS SP SIP SIK SSi SKom SPd SAg SSos SPsi SKM SKed SKep SKG SKH SFarm SHum SHut SPt SPi SSn STP STh SAk "
    "SAB SAP SArs SGz SFil SStat SMat STr SIKom SIPem MH MM MT MA MSi MSc MKom MPd MAg MHum MKes MKep MKM MPsi MAk "
    "ME MEc MEng MEd MPhil MIP MAP MAB MIKom MP MPH MPA MPP MPar MSn MTh MTr MTI MKn MSE MBA LLM LLB AMd AMa AP Lc "
    "BA BSc BEng BBA PhD DPhil DSc EdD DEA".split()
)
_DOTTED_DEGREES = frozenset(degree.lower() for degree in _DEGREES)
_LONGEST_FIELD = 4
_BETWEEN = re.compile(r"(\s*(?:,|&|\bdan\b|\band\b)\s*)")
_AND = re.compile(r"\s*,?\s*(?:&|\bdan\b|\band\b)\s*")
_INITIALS = re.compile(r"(?:[A-Z]\.[\s-]?)+|[A-Z]")
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
    names = [name for byline in author.split(";") for name in _names(" ".join(byline.split()))]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])}, dan {names[-1]}"


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


def _names(byline: str) -> list[str]:
    """Cut a byline into names as a reference has them, without titles and degrees.

    A body's own name may hold commas and "dan": after a body only another body begins a new name.
    """
    inverted = [_last_first(one) for one in _AND.split(byline)]
    if all(inverted):
        return inverted
    names: list[str] = []
    body, last, between = False, "", ""
    pieces = _BETWEEN.split(byline)
    for separator, piece in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        between += separator
        if not piece:
            continue
        if _GROUP.search(piece):
            names.append(piece)
            body, last = True, ""
        elif body:
            names[-1] += between + piece
        elif last and _INITIALS.fullmatch(piece) and not _is_degree_of(last, piece):
            names[-1], last = f"{last}, {_initials(piece)}", ""
        elif last := _person(piece):
            names.append(_written(last))
        between = ""
    return names


def _last_first(text: str) -> str:
    """Return "Santoso, B." for "Santoso, Budi"; "" for what is not two single words around a comma."""
    parts = text.split(",")
    while len(parts) > 2 and _is_degree(parts[-1].strip()):
        parts.pop()
    words = [part.split() for part in parts]
    if [len(one) for one in words] != [1, 1] or _GROUP.search(text) or _is_degree(words[1][0]):
        return ""
    return f"{words[0][0]}, {_initials(words[1][0])}"


def _person(piece: str) -> str:
    """Return a name without titles before it and degrees behind it, "" where nothing else is there."""
    if _is_degree(piece):
        return ""
    words = _TITLE_BEFORE.sub("", piece).split()
    while cut := next((n for n in (1, 2, 3) if _ends_in_degree(words, n)), 0):
        words = words[:-cut]
    return " ".join(words)


def _ends_in_degree(words: list[str], count: int) -> bool:
    """Whether the last words are a degree; "Jack Ma" and "Andi S. H." have too little before it to tell."""
    kept, end = words[:-count], " ".join(words[-count:])
    sure = count == 1 and "." in end.rstrip(".")
    return len(words) >= count and (sure or len(kept) > 1 or not kept) and _is_degree(end)


def _is_degree(text: str) -> bool:
    if "." not in text:
        return text in _DEGREES
    *known, field = text.lower().replace(" ", "").rstrip(".").split(".")
    if "".join([*known, field]) in _DOTTED_DEGREES or known[:1] == ["sp"]:
        return True
    return " " not in text and "".join(known) in _DOTTED_DEGREES and len(field) <= _LONGEST_FIELD


def _is_degree_of(name: str, text: str) -> bool:
    """Tell the degree "S.H." from initials, which have a space between them behind a last name: "Santoso, S. H."."""
    return _is_degree(text) and (" " in name or " " not in text)


def _initials(given: str) -> str:
    """Return "B. A." for "Budi Agus", "B.A." and "B. A."."""
    return " ".join(f"{word[0].upper()}." for word in re.split(r"[\s.]+", given) if word)


def _written(name: str) -> str:
    *given, last = name.split()
    return f"{last}, {_initials(' '.join(given))}" if given else name


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
