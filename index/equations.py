"""Equations of office files as text, in the place where they stand."""

from __future__ import annotations

import re

from lxml import etree

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MATH = ("{*}oMathPara", "{*}oMath")
_PLAIN = {"oMathPara", "oMath", "r", "e", "num", "den", "sub", "sup", "deg", "fName", "lim", "box", "borderBox"}
_MARKS = {
    "sSub": ("", "_"), "sSup": ("", "^"), "sSubSup": ("", "_", "^"), "limLow": ("", "_"), "limUpp": ("", "^"),
}  # fmt: skip
_BRACES = "⏞⏟︷︸"


def write_out(root: etree._Element, space: str) -> None:
    """Replace every equation below `root` by a run of text; `space` is the namespace of runs, WORD or DRAWING."""
    for equation in [found for found in root.iter(*_MATH) if next(found.iterancestors(*_MATH), None) is None]:
        wrapper = equation.getparent()
        old = wrapper if _name(wrapper) == "m" else equation  # on slides it is wrapped in <a14:m>
        run = old.makeelement(f"{space}r")
        text = etree.SubElement(run, f"{space}t")
        try:
            text.text = _line(equation).strip()
        except _UnwritableError:
            text.text = ""
        run.tail = old.tail
        old.getparent().replace(old, run)


class _UnwritableError(Exception):
    """One line of text would say something else than the equation, which is left out then."""


def _line(part: etree._Element) -> str:
    """An equation in one line: fractions with "/", indices with "_", powers with "^", rows with ";"."""
    name = _name(part)
    if name == "t":
        return part.text or ""
    parts = [_line(child) for child in part if not _name(child).endswith("Pr")]
    if name == "f" and _sign(part, "fPr/{*}type", "bar") != "noBar":
        return "/".join(map(_grouped, parts))
    if name in _MARKS:
        marks = _MARKS[name]
        return "".join(mark + _grouped(text) for mark, text in zip(marks, parts, strict=False))
    if name == "nary":
        limits = "".join(mark + _grouped(text) for mark, text in zip("_^", parts, strict=False) if text)
        return f"{_sign(part, 'naryPr/{*}chr', '∫')}{limits} {''.join(parts[2:])}"
    if name == "d":
        inner = _sign(part, "dPr/{*}sepChr", "|").join(parts)
        return f"{_sign(part, 'dPr/{*}begChr', '(')}{inner}{_sign(part, 'dPr/{*}endChr', ')')}"
    if name == "rad":
        degree = "".join(parts[:-1])
        return f"{f' ^{_grouped(degree)}' if degree else ''}√{_grouped(''.join(parts[-1:]))}"
    if name == "sPre":  # the blanks keep it from what stands before it
        limits = "".join(mark + _grouped(text) for mark, text in zip("_^", parts, strict=False) if text)
        return f" {limits} {''.join(parts[2:])}"
    if name == "func":
        return f"{''.join(parts[:1])} {_grouped(''.join(parts[1:]))}"
    if name in ("m", "eqArr"):
        return "; ".join(parts if name == "m" else [row.replace("&", "") for row in parts])  # "&" aligns the rows
    if name == "mr":
        return ", ".join(parts)
    if name in ("acc", "bar") and len("".join(parts)) == 1:
        below = name == "bar" and _sign(part, "barPr/{*}pos", "bot") == "bot"
        return parts[0] + (_sign(part, "accPr/{*}chr", "\u0302") if name == "acc" else "\u0332" if below else "\u0305")
    braced = name == "groupChr" and _sign(part, "groupChrPr/{*}chr", "⏟") in _BRACES
    if name and "/math}" in part.tag and name not in _PLAIN and not braced:
        raise _UnwritableError(name)
    return "".join(parts)


def _grouped(text: str) -> str:
    """Put what is more than one number or name in brackets."""
    text = text.strip()
    return text if re.fullmatch(r"[\w.,]*|\([^()]*\)", text) else f"({text})"


def _sign(part: etree._Element, path: str, usual: str) -> str:
    found = part.find("{*}" + path)
    return usual if found is None else next(iter(found.values()), "")


def _name(part: etree._Element) -> str:
    return etree.QName(part).localname if isinstance(part.tag, str) else ""
