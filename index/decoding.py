"""Bytes of a text file as text, whatever their encoding."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

from index.errors import DocumentError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# Share of the non-ASCII characters; in another encoding nearly every one of them is no UTF-8.
_STRAY = 0.1
_CONTROLS = {code: " " for code in [*range(32), 127, 0xFEFF, 0xFFFE] if chr(code) not in "\t\n"}
_BREAKS = {0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}


def decode(data: bytes, source: str) -> str:
    """Decode a text: by its byte order mark, as UTF-8, as UTF-16, or by charset-normalizer's guess.

    A few stray bytes in UTF-8 become U+FFFD.
    Line breaks become "\\n"; control characters (NUL too) become spaces, one for one.

    Raises:
        DocumentError: it is no text.
    """
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS)
    controls = sum(text.count(chr(code)) for code in (*range(9), *range(14, 32), 0xFFFD))
    if controls > 0.1 * len(text):
        raise DocumentError(f"Berkas '{source}' bukan berkas teks; simpan ulang isinya sebagai teks UTF-8.")
    return text.translate(_CONTROLS)


def _decoded(data: bytes) -> str:
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    sample = data[:4000]
    for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):  # Latin letters leave every second byte empty
        if (
            len(sample) > 3
            and sample[first::2].count(0) > 0.6 * len(sample[first::2])
            and sample[1 - first :: 2].count(0) < 2
        ):
            return data.decode(name, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        if text.count("\ufffd") < _STRAY * sum(not character.isascii() for character in text):
            return text
        guess = from_bytes(data[:200_000], cp_isolation=["cp1252", "latin_1", "iso8859_15", "mac_roman"]).best()
        name = guess.encoding if guess else "cp1252"
        return data.decode("cp1252" if name == "latin_1" else name, "replace")
