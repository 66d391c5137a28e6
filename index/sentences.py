"""Where the sentences of an Indonesian text begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from nltk.tokenize.punkt import PunktLanguageVars, PunktParameters, PunktSentenceTokenizer

# Written without the last period, lower-cased, as Punkt wants them.
_ABBREVIATIONS = """
    a.n abd al alm almh apt art b.d bag bdk bhd bpk br brigjen c.q cf co corp d.a dg dkk dll dng doc dr dra drg
    drh drs ds dsb dsk dst e.g ed eds et etc fig gb gbr gd gg h hj hlm i.e ibid inc ir irjen jend jhr jl jln
    jr kab kec kel kep kh kol komjen kpd krn l.l lamp lih ll ltd ltjen m.a m.eng m.h m.hum m.kom m.m m.pd m.pd.i
    m.sc m.si m.t maj mayjen moh mr mrs ms muh n.b no nn ny nomor op op.cit p p.a p.p pasc pen penj ph.d pp prof
    ps pt r.a red rer rev s.d s.e s.h s.hum s.i.p s.ikom s.ip s.kep s.kom s.pd s.pd.i s.sos s.t s.t.p sbb sda
    sdr sdri sec sej sgt
    sr st stb supt tab tb tbk tel telp tgl th thn tn tsb tt u.b u.p v vol vs y.l yg yth
"""
ABBREVIATIONS = frozenset(_ABBREVIATIONS.split())
# After an abbreviation, one of these words with a capital letter opens a new sentence.
_OPENERS = """
    adapun agar akan akhirnya akibatnya bahkan begitu berbeda berdasarkan berikut bila dalam dan dari dengan
    demikian di hal hasilnya ia ini itu jadi jika juga karena kata kedua keempat kelima ketiga kemudian
    kini kita lalu maka melalui menurut mereka meskipun misalnya namun oleh pada padahal para pertama saat
    sayangnya sebab sebagai sebaliknya sedangkan sehingga sejak selain selanjutnya sementara seperti setelah
    sebelum tanpa terakhir tetapi tujuan untuk walaupun yang however the this these it in
"""
OPENERS = frozenset(_OPENERS.split())

_MONTHS = "jan|feb|mar|apr|jun|jul|agt|agu|ags|sep|sept|okt|nov|des"

MARKER = re.compile(r"[ \t\xa0]*(?:[-*•‣▪●◦○–—·]|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)](?![\d.]))[ \t\xa0]+(?=\S)")
_LINE = re.compile(r"[^\n]+")
_CITED = re.compile(r"\((?:[^()\n]{2,80}[\s,])?(?:19|20)\d\d[a-z]?(?:[,:;][^()\n]{0,40})?\)[.,]?")
_NAME = re.compile(
    r"(?:[^\W\d_a-z][\w'’\-]*\.?|&|dan|and|et|al\.?|dkk\.?|van|von|der|de|bin|binti|of|untuk|the)(?:,\s*|\s+|(?=[(\[]))"
)
_NUMBER = re.compile(r"\[\d{1,3}\]\s*")
_YEAR = re.compile(r"[(\[](?:(?:19|20)\d\d[a-z]?|n\.d\.|t\.t\.)[^)\]\n]{0,30}[)\]][.,:]|(?:19|20)\d\d[a-z]?\.(?=\s)")
_MARKS = re.compile(r"(?:\[\d{1,3}\]\s*+)++(?![a-z])")  # but "[3] menunjukkan" begins a sentence
# No abbreviations for Punkt, as sentences end with them, too ("hal" is a thing, "PKL" a course): "hal. 12",
# "RT. 03", "lt. 2", "Des. 2020", and "12 Des. di Jakarta".
_BEFORE_NUMBER = re.compile(rf"\b(?:hal|(?i:rt|rw|lt|pkl|{_MONTHS}))\.$")
_DAY = re.compile(rf"\b\d{{1,2}}\s+(?:{_MONTHS})\.$", re.IGNORECASE)
_WRAP_WIDTHS = range(40, 131)
# Punkt is not linear on text without spaces; no sentence is that long.
_LONGEST = 20_000


class _IndonesianVars(PunktLanguageVars):  # type: ignore[misc]
    re_boundary_realignment = re.compile(r'["”’»)\]}\']+?(?:\s+|(?=--)|(?=\[\d)|$)', re.MULTILINE)


@cache
def _punkt() -> PunktSentenceTokenizer:
    parameters = PunktParameters()
    parameters.abbrev_types = set(ABBREVIATIONS)
    parameters.sent_starters = set(OPENERS)
    return PunktSentenceTokenizer(parameters, lang_vars=_IndonesianVars())


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Give the offsets of the sentences, trimmed, in order.

    A list item, a heading line, a table row and an entry of a reference list are sentences of their own;
    an item's marker belongs to its first sentence. A line that is only wrapped ends no sentence.
    """
    spans: list[tuple[int, int]] = []
    for start, end in stretches(text):
        marker = MARKER.match(text, start, end)
        inner = marker.end() if marker else start
        if is_reference(text[inner:end]):
            spans.append((start, end))
            continue
        found = _sentences(text, inner, end)
        if found:
            found[0] = (start, found[0][1])
        spans += found
    return [trimmed for span in spans if (trimmed := _trim(text, *span))]


def is_reference(line: str) -> bool:
    """Tell an entry of a reference list: names, then a year in brackets or with a period."""
    return split_reference(line) is not None


def split_reference(line: str) -> tuple[str, str] | None:
    """Return the names of an entry of a reference list and what follows its year; None for any other line."""
    number = _NUMBER.match(line)
    begin = at = number.end() if number else 0
    for _ in range(40):
        year = _YEAR.match(line, at)
        if year and at > begin:
            return line[begin:at].strip(), line[year.end() :].strip()
        name = _NAME.match(line, at)
        if not name:
            return None
        at = name.end()
    return None


def stretches(text: str, wrapped: bool = True) -> Iterator[tuple[int, int]]:
    """Yield what lines say belongs together: single lines, or (where `wrapped`) the lines of a paragraph."""
    for lines in _runs(text):
        goes_on = _continuations(text, lines) if wrapped else set()
        begin, last = lines[0]
        for number, (start, end) in enumerate(lines):
            if number and number not in goes_on:
                yield begin, last
                begin = start
            last = end
        yield begin, last


def _runs(text: str) -> Iterator[list[tuple[int, int]]]:
    run: list[tuple[int, int]] = []
    expected = 0
    for match in _LINE.finditer(text):
        span = _trim(text, *match.span())
        if run and (span is None or match.start() != expected):
            yield run
            run = []
        expected = match.end() + 1
        if span:
            run.append(span)
    if run:
        yield run


def _continuations(text: str, lines: list[tuple[int, int]]) -> set[int]:
    """Number the lines of a run that go on with the line before: its next word would not have fitted there.

    A run of lines that are full by chance (a list without markers) is told by its capitals and short lines.
    """
    width = max(end - start for start, end in lines)
    if width not in _WRAP_WIDTHS:
        return set()
    plain = [number for number in range(1, len(lines)) if not MARKER.match(text, *lines[number])]
    full = {number for number in plain if _is_full(text, lines[number - 1], lines[number], width)}
    small = any(text[lines[number][0]].islower() for number in full)
    return full if len(plain) == 1 or (small and 2 * len(full) >= len(plain)) else set()


def _is_full(text: str, before: tuple[int, int], line: tuple[int, int], width: int) -> bool:
    first_word = text[line[0] : line[1]].split(maxsplit=1)[0]
    return before[1] - before[0] + 1 + len(first_word) > width


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for at in range(start, end, _LONGEST):
        part = text[at : min(at + _LONGEST, end)]
        spans += [(at + first, at + last) for first, last in _punkt().span_tokenize(part)]
    return _attach_citations(text, spans)


def _attach_citations(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give a "(Renard, 2020)", a "[3]", or the rest of a page number or date to the sentence before it.

    In a line that begins with a number in brackets, such numbers open the entries of a list.
    """
    done: list[tuple[int, int]] = []
    listed = bool(spans) and _NUMBER.match(text, *spans[0]) is not None
    for start, end in spans:
        if done and _goes_on(text, start, *done[-1]):
            done[-1] = (done[-1][0], end)
            continue
        cited = _CITED.match(text, start, end) or (None if listed else _MARKS.match(text, start, end))
        if done and cited:
            done[-1] = (done[-1][0], cited.end())
            start = cited.end()
        if text[start:end].strip():
            done.append((start, end))
    return done


def _goes_on(text: str, start: int, before: int, stop: int) -> bool:
    """Whether what starts here goes on with the span before it, which ends with a page's or a month's abbreviation."""
    abbreviated = _BEFORE_NUMBER if text[start].isdigit() else _DAY if text[start].islower() else None
    # The end of a span is looked at alone: a search through all of it would take long for a long one.
    return bool(abbreviated and abbreviated.search(text, max(before, stop - 12), stop))


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    first = start + len(piece) - len(piece.lstrip())
    last = start + len(piece.rstrip())
    return (first, last) if first < last else None
