"""The index of a course on the disk: numbered by content, switched in one step, never changed afterwards.

HOME/current names the version in use; HOME/versions/NAME holds it. A version is written as NAME.part, synced,
renamed, and then `current` is replaced: whatever moment a build is killed at, `current` names a whole version.
The version before stays until the next switch, for readers that are just opening it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from index.durable import sha256, sync, write_synced
from index.errors import IndexUnusableError

FORMAT = 2
CURRENT, VERSIONS, MANIFEST, PART = "current", "versions", "manifest.json", ".part"
_NAME = re.compile(r"[0-9a-f]{16}(-\d+)?")


@dataclass(frozen=True)
class Manifest:
    """What a version was made of and by.

    `content` is a digest of all that went in: builds from the same files and settings have the same. `files` maps
    each document to the sha256 of its file, `failed` each file that could not be read to the reason, `checksums`
    the files of the version to their sha256. `folder` is where the course lay.
    """

    version: str
    content: str
    course: dict[str, Any]
    folder: str
    embedding_model: str
    embedding_fingerprint: str
    dimension: int
    splitter: dict[str, Any]
    documents: int
    passages: int
    files: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    checksums: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def courses(index: Path) -> list[str]:
    """Return the names of the courses that have an index in the folder."""
    return sorted(file.parent.name for file in index.glob(f"*/{CURRENT}")) if index.is_dir() else []


def current(home: Path) -> Path:
    """Return the folder of the version in use.

    Raises:
        IndexUnusableError: none is named.
    """
    try:
        name = (home / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(home, f"berkas '{CURRENT}' tidak terbaca") from error
    if not _NAME.fullmatch(name):
        raise unusable(home, f"berkas '{CURRENT}' tidak menyebut versi")
    return home / VERSIONS / name


def read_manifest(version: Path) -> Manifest:
    """Read the manifest of a version.

    Raises:
        IndexUnusableError: it is missing, damaged, or of another format.
    """
    try:
        raw = json.loads((version / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**raw) if raw["format"] == FORMAT else None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise unusable(version, f"{MANIFEST} tidak terbaca") from error
    if manifest is None:
        raise IndexUnusableError(
            f"Indeks {version.parent.parent} dibuat oleh versi program yang lain (format {raw['format']}, bukan "
            f"{FORMAT}); bangun ulang dengan: tanya index --rebuild"
        )
    return manifest


def verify(version: Path, manifest: Manifest) -> None:
    """Compare every file with its checksum.

    Raises:
        IndexUnusableError: a file is missing or differs.
    """
    for name, checksum in manifest.checksums.items():
        try:
            found = sha256(version / name)
        except OSError as error:
            raise unusable(version, f"berkas {name} tidak terbaca") from error
        if found != checksum:
            raise unusable(version, f"isi berkas {name} berubah")


def write_version(home: Path, manifest: Manifest, write: Callable[[Path], None]) -> Manifest:
    """Make a new version of the files that `write` puts into the folder it is given, and switch to it.

    Returns the manifest with the version's name and the checksums.

    Raises:
        OSError: the disk is full or not writable; the version in use stays.
    """
    version = _free_name(home, manifest.content)
    final, part = home / VERSIONS / version, home / VERSIONS / f"{version}{PART}"
    try:
        part.mkdir(parents=True)
        write(part)
        checksums = {}
        for file in sorted(p for p in part.rglob("*") if p.is_file()):
            sync(file)
            checksums[file.relative_to(part).as_posix()] = sha256(file)
        manifest = replace(manifest, version=version, checksums=checksums)
        content = json.dumps(manifest.to_json(), ensure_ascii=False, indent=1)
        write_synced(part / MANIFEST, content.encode())
        for folder in (*(p for p in part.rglob("*") if p.is_dir()), part):
            sync(folder)
        part.rename(final)
        sync(home / VERSIONS)
        write_synced(home / f"{CURRENT}{PART}", version.encode())
        os.replace(home / f"{CURRENT}{PART}", home / CURRENT)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    for folder in (home, home.parent):
        sync(folder)
    return manifest


def clean(home: Path) -> None:
    """Remove what killed builds left, and all versions but the one in use and the one before it."""
    (home / f"{CURRENT}{PART}").unlink(missing_ok=True)
    folders = list((home / VERSIONS).iterdir()) if (home / VERSIONS).is_dir() else []
    used = (home / CURRENT).read_text(encoding="utf-8", errors="replace").strip() if (home / CURRENT).is_file() else ""
    others = [f for f in folders if f.name != used and not f.name.endswith(PART)]
    kept = max(others, key=lambda folder: folder.stat().st_mtime, default=None)
    for folder in folders:
        if folder.name != used and folder != kept:
            shutil.rmtree(folder, ignore_errors=True)


def unusable(folder: Path, reason: str) -> IndexUnusableError:
    """Say that the index in `folder` is damaged, and how to mend it."""
    return IndexUnusableError(f"Indeks di {folder} rusak ({reason}); bangun ulang dengan: tanya index --rebuild")


def _free_name(home: Path, content: str) -> str:
    """Name a version by its content; a rebuild of the same content never touches the version in use."""
    number, name = 1, content
    while (home / VERSIONS / name).exists():
        number += 1
        name = f"{content}-{number}"
    return name
