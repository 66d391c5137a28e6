"""Amounts in Indonesian and English text, in digits or words, as numbers that can be compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

# Words of numbers, by value and by power of ten.
_ONES = (
    "nol zero,satu one,dua two,tiga three,empat four,lima five,enam six,tujuh seven,delapan eight,sembilan nine,"
    "sepuluh ten,sebelas eleven,twelve,thirteen,fourteen,fifteen,sixteen,seventeen,eighteen,nineteen"
)
_BIG = "1 puluh,2 ratus hundred,3 ribu thousand,6 juta million,9 miliar milyar billion,12 triliun trillion"
_UNITS = {word: value for value, words in enumerate(_ONES.split(",")) for word in words.split()}
_TENS = {w: 10 * n for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_VALUES = {**_UNITS, **_TENS, "belas": 10}
_POWERS = {word: 10 ** int(zeros) for zeros, *words in map(str.split, _BIG.split(",")) for word in words}
_UNIT, _TEN, _POWER = (rf"(?:{'|'.join(words)})\b" for words in (_UNITS, _TENS, _POWERS))
_DIGITS, _PERCENT = r"\d+(?:[.,:]\d+)*", r"(?:%|(?:persen|percent)\b)"
_COUNT = rf"\b(?:{_TEN}(?:[\s-]{_UNIT})?|{_UNIT}(?:\s+belas\b)?)"
_CHAIN = rf"(?:{_DIGITS}|{_COUNT})(?:\s*{_POWER}(?:\s+(?:{_COUNT}|{_DIGITS}(?=\s*{_POWER})))?)*"
_AMOUNT = re.compile(rf"(?:{_CHAIN}|\b{_POWER}(?:\s+{_POWER})*)(?:\s*{_PERCENT})?|{_PERCENT}")
_RANGE = re.compile(rf"({_DIGITS})(?=\s*[-–—]\s*{_DIGITS}\s*({_PERCENT}|{_POWER}))")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:(?:\.\d{3})+(?:,\d+)?|(?:,\d{3})+(?:\.\d+)?)")
_ONE_OF = re.compile(r"\bsalah satu\b|\bsatu(?:-satu\w*| sama lain| per satu| pun)\b")  # they count nothing


def amounts(text: str) -> list[tuple[str, str, str]]:
    """Each amount as it is written, as one number ("20%"), and the word behind it."""
    plain = re.sub(rf"\b(?:se|a )(?={_POWER})", "satu ", _ONE_OF.sub(" ", text.lower()))
    plain = _RANGE.sub(r"\1 \2", plain)
    behind = ((m[0], re.match(r"\w+", plain[m.end() :].lstrip())) for m in _AMOUNT.finditer(plain))
    return [(words, _amount(words), noun[0] if noun else "") for words, noun in behind]


def _amount(written: str) -> str:
    number, percent = re.subn(_PERCENT, "", written)
    words = [_plain_digits(word) for word in re.findall(rf"{_DIGITS}|[a-z]+", number)]
    if not all(re.fullmatch(r"[a-z]+|\d+(?:\.\d+)?", word) for word in words):
        return "".join(words) + "%" * percent  # "10:30", "1.2.3"
    alone = "x" * (not words or words[0] in _POWERS)  # "beberapa juta", "dalam persen"
    return f"{alone}{_value(words):f}{'%' * percent}"


def _plain_digits(word: str) -> str:
    """Digits without separators of thousands and with a decimal point."""
    if not _THOUSANDS.fullmatch(word):
        return word.replace(",", ".")
    plain = word.replace("." if "." in word[:4] else ",", "").replace(",", ".")
    return re.sub(r"\.0+$", "", plain)


def _value(words: Sequence[str]) -> Decimal:
    """The number that digits and words say together: "dua puluh lima ribu" is 25000."""
    powers = [_POWERS.get(word, 0) for word in words]
    if any(powers):
        top = powers.index(max(powers))
        amount: Decimal = (_value(words[:top]) or Decimal(1)) * powers[top] + _value(words[top + 1 :])
        return amount.normalize()
    return sum((Decimal(_VALUES.get(word, word)) for word in words), Decimal(0))
