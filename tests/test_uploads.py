"""Files that a teacher sends and deletes: safe names, whole files, thirty days in the trash."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest

from index.errors import TanyaError
from qa.web.trash import KEPT_DAYS, Trash
from qa.web.uploads import placing, safe_name, save


@pytest.mark.unit
@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("catatan.pdf", "catatan.pdf"), ("../../etc/kuliah.pdf", "kuliah.pdf"), ("C:\\kuliah\\bab 1.PDF", "bab 1.PDF"),
        ("..%2f.pdf", "%2f.pdf"), (".~$kunci.docx", "kunci.docx"), ("a\x00b\u202e.pdf", "a b.pdf"),
        ("con.txt", "con_.txt"), ("kuliah . .md", "kuliah.md"), ("e\u0301tude.txt", "étude.txt"),
        ("x" * 400 + ".pdf", "x" * 180 + ".pdf"),
    ],
)  # fmt: skip
def test_safe_names(given: str, safe: str) -> None:
    assert safe_name(given) == safe


@pytest.mark.unit
@pytest.mark.parametrize(
    "given", ["a.exe", "course.toml", ".pdf", "...pdf", "", "pdf", "a.pdf/", "\ud800.exe", "…….pdf"]
)
def test_names_that_are_refused(given: str) -> None:
    with pytest.raises(TanyaError, match=r"Berkas .*;"):
        safe_name(given)


class Torn(BytesIO):
    """An upload whose sender goes away, or whose disk fills up, after the first bytes."""

    def read(self, *_: object) -> bytes:
        if self.tell():
            raise OSError(28, "No space left on device")
        return super().read(3)


@pytest.mark.unit
def test_half_an_upload_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TanyaError, match="Disk penuh"):
        save(Torn(b"abcdef"), "a.txt", tmp_path)
    with pytest.raises(TanyaError, match="kosong"):
        save(BytesIO(b""), "a.txt", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of one file."""
    folder = tmp_path / "kuliah"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"lama")
    return folder


@pytest.mark.unit
def test_a_replaced_file_lies_in_the_trash(course: Path, tmp_path: Path) -> None:
    trash = Trash(tmp_path / "trash")
    assert save(BytesIO(b"baru"), "a.txt", course, partial(trash.keep, course, "a.txt")) == "a.txt"
    assert {path.name: path.read_bytes() for path in course.iterdir()} == {"a.txt": b"baru"}
    (kept,) = trash.files()
    assert trash.restore(kept.id, course) == "a (2).txt"
    assert (course / "a (2).txt").read_bytes() == b"lama"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("sent", "trash_is_blocked", "why"),
    [(b"", False, "kosong"), (b"abcdef", False, "Disk penuh"), (b"abc", True, "tidak dapat ditulis")],
)
def test_a_replacement_that_fails_leaves_the_old_file(
    course: Path, tmp_path: Path, sent: bytes, trash_is_blocked: bool, why: str
) -> None:
    trash = Trash(tmp_path / "trash")
    if trash_is_blocked:
        trash.folder.write_bytes(b"a file where the folder should be")
    content = Torn(sent) if len(sent) > 3 else BytesIO(sent)
    with pytest.raises(TanyaError, match=why):
        save(content, "a.txt", course, partial(trash.keep, course, "a.txt"))
    assert {path.name: path.read_bytes() for path in course.iterdir()} == {"a.txt": b"lama"}
    assert trash.files() == []


@pytest.mark.unit
def test_nothing_is_restored_while_an_upload_takes_its_place(course: Path, tmp_path: Path) -> None:
    trash = Trash(tmp_path / "trash")
    trash.take(course, "a.txt")
    with ThreadPoolExecutor(1) as thread:
        with placing:
            restored = thread.submit(trash.restore, trash.files()[0].id, course)
            with pytest.raises(TimeoutError):
                restored.result(0.2)
            (course / "a.txt").write_bytes(b"baru")
        assert restored.result() == "a (2).txt"


@pytest.mark.unit
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(TanyaError, match="tidak dapat ditulis"):
        save(BytesIO(b"a"), "a.txt", tmp_path)


@pytest.mark.unit
def test_folder_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TanyaError, match="tidak dapat ditulis"):
        save(BytesIO(b"a"), "a.txt", tmp_path / "gone")


@pytest.mark.unit
def test_trash_is_emptied_after_thirty_days(course: Path, tmp_path: Path) -> None:
    trash = Trash(tmp_path / "trash")
    trash.take(course, "a.txt")
    (kept,) = trash.files()
    assert kept.source == "a.txt"
    old = (datetime.now(UTC) - timedelta(days=KEPT_DAYS, minutes=1)).strftime("%Y%m%dT%H%M%S%f")
    (tmp_path / "trash" / kept.id).rename(tmp_path / "trash" / old)
    assert trash.files() == []
    assert not (tmp_path / "trash" / old).exists()
    with pytest.raises(TanyaError, match="tempat sampah"):
        trash.restore(old, course)
