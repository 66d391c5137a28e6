"""Make the sentence that answers an Indonesian question of its words and its answer, for the common forms.

    "Kapan Konvensi Budapest mulai berlaku?" + "1 Juli 2004" -> "Konvensi Budapest mulai berlaku pada 1 Juli 2004."

Only forms that come out as good Indonesian are made; the rest get no statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_CLAUSE = re.compile(
    r"^(?!(?:di|me|ber|ter|lahir|mulai|tanggal|tahun|masa|terakhir)\w* )\S.* (?:(?:di|me|ber|ter)[a-z]{3,}|lahir|wafat|"
    r"merdeka|mulai|masuk|rilis|menjadi|meninggal|tayang|jadi)\b"
)
_TOO_OPEN = re.compile(r"^(?:banyak|lama|kali|jauh|besar|saja|yang terjadi|fungsi|guna)\b|\b(?:siapa|apa|mana|kah)\b")


def _is(subject: str, answer: str) -> str:
    return "" if _TOO_OPEN.search(subject) else f"{subject} adalah {answer}"


def _when(clause: str, answer: str) -> str:
    if not _CLAUSE.match(clause):
        return ""
    if re.match(r"(?:sejak|pada|sekitar|antara|akhir|awal|setelah|ketika|saat)\b", answer):
        return f"{clause} {answer}"
    year = re.match(r"\d{3,4}(?:-an)?(?: M| SM)?$", answer)
    return f"{clause} pada {'tahun ' if year else ''}{answer}" if re.match(r"\d|abad|tahun|tanggal", answer) else ""


def _whence(subject: str, answer: str) -> str:
    return f"{subject} berasal dari {answer}"


def _where(clause: str, answer: str) -> str:
    place = answer if answer.startswith(("di ", "pada ", "dalam ")) else f"di {answer}"
    return f"{clause} {place}" if _CLAUSE.match(clause) else f"{clause} terletak {place}"


FORMS: tuple[tuple[re.Pattern[str], Callable[[str, str], str]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), build)
    for pattern, build in (
        (r"apa(?:kah)? (?:itu|yang (?:di)?maksud (?:dengan|sebagai)|(?:pengertian|definisi|arti)(?: dari)?) (.+)", _is),
        (r"(?:siapa|apa)(?:kah)? (?:nama )?(.+)", _is),
        (r"berapa(?:kah)? (.+)", _is),
        (r"kapan(?:kah)? (.+)", _when),
        (r"(?:pada )?tahun berapa(?:kah)? (.+)", _when),
        (r"di ?mana(?:kah)? (?:letak )?(.+)", _where),
        (r"dari ?mana(?:kah)? (?:asal )?(.+?)(?: berasal)?", _whence),
    )
)


def statement(question: str, answer: str) -> str:
    """Return the statement, or nothing for a question of another form."""
    asked = " ".join(question.split()).rstrip(" ?.")
    answer = answer.strip(" .,;:")
    for form, build in FORMS:
        if found := form.fullmatch(asked):
            text = build(found[1], answer)
            return f"{text[0].upper()}{text[1:]}." if text else ""
    return ""
