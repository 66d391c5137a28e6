"""Files that a teacher sends: a safe name, no half file, nothing overwritten unless asked."""

from __future__ import annotations

import errno
import os
import re
import secrets
import threading
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from index.errors import TanyaError
from index.readers import MEDIA_TYPES

_CHUNK = 1 << 20
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+')
# Names that Windows gives to devices: such a file could not be copied to a teacher's laptop.
_DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")
_LONGEST_NAME = 180  # bytes; most file systems allow 255, and ours needs room for a number
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# One after another, so that two files of one name do not take each other's place.
placing = threading.Lock()


def safe_name(given: str) -> str:
    """Return the plain file name of what a browser sent: without folders, hidden or device names, odd characters.

    Raises:
        TanyaError: nothing is left, or the format cannot be read.
    """
    plain = unicodedata.normalize("NFC", given.encode("utf-8", "replace").decode("utf-8"))
    plain = _FORBIDDEN.sub(" ", plain.replace("\\", "/").rsplit("/", 1)[-1])
    plain = " ".join(plain.split()).lstrip(".~$ ").rstrip(". ")
    stem, dot, suffix = plain.rpartition(".")
    if not dot or f".{suffix.lower()}" not in MEDIA_TYPES:
        kinds = ", ".join(sorted({kind.lstrip(".").upper() for kind in MEDIA_TYPES}))
        raise TanyaError(f"Berkas '{plain or given[:80]}' belum dapat dibaca; kirim salah satu dari {kinds}.")
    stem = stem.rstrip(". ")
    stem = f"{stem}_" if _DEVICES.match(stem) else stem
    while len(stem.encode()) > _LONGEST_NAME:
        stem = stem[:-1]
    if not any(character.isalnum() for character in stem):
        raise TanyaError(f"Berkas '{plain}' tidak bernama; beri nama dengan huruf atau angka, lalu kirim lagi.")
    return f"{stem}.{suffix}"


def save(content: BinaryIO, name: str, folder: Path, keep: Callable[[], None] | None = None) -> str:
    """Write a file into the folder and return its name there.

    Where another has the name, this one is numbered; with `keep`, it replaces that one at one stroke, after `keep` has
    stored a copy of it.

    The file appears whole or not at all; until then it is hidden, and the index does not see it.

    Raises:
        TanyaError: it is empty, the disk is full, or the folder cannot be written; what was there is as it was.
    """
    part = folder / f".{secrets.token_hex(8)}.part"
    try:
        try:
            with part.open("xb") as file:
                while chunk := content.read(_CHUNK):
                    file.write(chunk)
                if file.tell() == 0:
                    raise TanyaError(f"Berkas '{name}' kosong; kirim berkas yang berisi.")
                file.flush()
                os.fsync(file.fileno())
            with placing:
                target = folder / name
                if keep and target.is_file():
                    keep()
                else:
                    target = free_path(target)
                part.replace(target)
            return target.name
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def free_path(path: Path) -> Path:
    """Return the path, or with the first number that no file has: "a.pdf", "a (2).pdf", …"""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free


def unwritable(folder: Path, error: OSError) -> TanyaError:
    """Say why nothing can be written to a folder, and what to do."""
    if error.errno in _FULL:
        return TanyaError("Disk penuh, jadi berkas itu tidak disimpan; kosongkan ruang lalu coba lagi.")
    return TanyaError(
        f"Folder '{folder}' tidak dapat ditulis ({error.strerror or error}); minta pengelola memeriksa izinnya."
    )
