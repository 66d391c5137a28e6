"""Equations of office files as text, in the place where they stand."""

from __future__ import annotations

import re

from lxml import etree

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MATH = ("{*}oMathPara", "{*}oMath")


def write_out(root: etree._Element, space: str) -> None:
    """Replace every equation below `root` by a run of text; `space` is the namespace of runs, WORD or DRAWING."""
    for equation in [found for found in root.iter(*_MATH) if next(found.iterancestors(*_MATH), None) is None]:
        wrapper = equation.getparent()
        old = wrapper if _name(wrapper) == "m" else equation  # on slides it is wrapped in <a14:m>
        run = old.makeelement(f"{space}r")
        text = etree.SubElement(run, f"{space}t")
        text.text = _line(equation)
        run.tail = old.tail
        old.getparent().replace(old, run)


def _line(part: etree._Element) -> str:
    """An equation in one line: fractions with "/", indices with "_", powers with "^"."""
    name = _name(part)
    if name == "t":
        return part.text or ""
    parts = [_line(child) for child in part if not _name(child).endswith("Pr")]
    if name == "f":
        return "/".join(map(_grouped, parts))
    if name in ("sSub", "sSup", "sSubSup"):
        marks = {"sSub": ("", "_"), "sSup": ("", "^"), "sSubSup": ("", "_", "^")}[name]
        return "".join(mark + _grouped(text) for mark, text in zip(marks, parts, strict=False))
    if name == "nary":
        limits = "".join(mark + _grouped(text) for mark, text in zip("_^", parts, strict=False) if text)
        return f"{_sign(part, 'naryPr/{*}chr', '∫')}{limits} {''.join(parts[2:])}"
    if name == "d":
        return f"{_sign(part, 'dPr/{*}begChr', '(')}{'|'.join(parts)}{_sign(part, 'dPr/{*}endChr', ')')}"
    if name == "rad":
        return f"{''.join(parts[:-1])}√{_grouped(''.join(parts[-1:]))}"
    return "".join(parts)


def _grouped(text: str) -> str:
    """Put what is more than one number or name in brackets."""
    return text if re.fullmatch(r"[\w.,]*|\([^()]*\)", text) else f"({text})"


def _sign(part: etree._Element, path: str, usual: str) -> str:
    found = part.find("{*}" + path)
    return usual if found is None else next(iter(found.values()), "")


def _name(part: etree._Element) -> str:
    return etree.QName(part).localname if isinstance(part.tag, str) else ""
