"""Web pages saved as text: what is the article, what is the page; notes stay whole."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.decoding import decode
from index.documents import CourseDocument, list_files, load_document, mark_furniture
from index.furniture import read_text

pytestmark = pytest.mark.unit

DATA = Path(__file__).parent / "data"
PHRASES = ("Memuat halaman...", "Bagikan Tulisan", "Simpan Tulisan", "Belum ada tanggapan", "HALAMAN", "Langganan")


def load(folder: str) -> dict[str, CourseDocument]:
    course = DATA / folder
    return {path.name: load_document(path, course) for path in list_files(course)}


def texts(document: CourseDocument, *kinds: str) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind in kinds]


def kept(document: CourseDocument) -> str:
    return "\n".join(document.text[b.start : b.end] for b in document.blocks if b.kind != "furniture")


@pytest.fixture(params=["alone", "together"])
def pages(request: pytest.FixtureRequest) -> dict[str, CourseDocument]:
    documents = load("web")
    if request.param == "alone":
        return documents
    return dict(zip(documents, mark_furniture(list(documents.values())), strict=True))


def test_title_author_and_date_are_found(pages: dict[str, CourseDocument]) -> None:
    page = pages["hutan-bakau.txt"]
    assert page.title == "Mengapa Hutan Bakau Melindungi Kampung Pesisir"
    assert page.author == "Ratna Puspitasari"
    assert page.date == "14 Maret 2023"
    page = pages["pasar-terapung.txt"]
    assert (page.title, page.author, page.date) == (
        "Pasar Terapung dan Sungai yang Berubah",
        "Bayu Saputra",
        "2 Juni 2023",
    )
    assert pages["rumah-panggung.txt"].title == "Rumah Panggung: Cara Lama Menghadapi Banjir"
    assert pages["rumah-panggung.txt"].author == ""


def test_bylines_are_kept_letter_for_letter(pages: dict[str, CourseDocument]) -> None:
    assert texts(pages["hutan-bakau.txt"], "byline") == [
        "Ratna Puspitasari",
        "Ratna Puspitasari Memuat halaman... Penulis - Peneliti Pesisir",
        "Menulis tentang laut, pesisir, dan orang-orang yang hidup di sana",
        "14 Maret 2023   08:15 Diperbarui: 16 Maret 2023   10:02 1204",
    ]


def test_headings_and_references_are_content(pages: dict[str, CourseDocument]) -> None:
    page = pages["hutan-bakau.txt"]
    assert texts(page, "heading")[1:] == ["Tempat Ikan Bertelur", "Ancaman bagi Bakau", "Daftar Pustaka"]
    assert [entry.split(",")[0] for entry in texts(page, "reference")] == ["Wijaya", "Lestari"]
    assert texts(pages["pasar-terapung.txt"], "item")[0].startswith("1. Jalan darat")


def test_the_page_around_the_article_is_furniture(pages: dict[str, CourseDocument]) -> None:
    for page in pages.values():
        left = (
            kept(page).replace("Ratna Puspitasari Memuat halaman...", "").replace("Bayu Saputra Memuat halaman...", "")
        )
        assert not [phrase for phrase in PHRASES if phrase in left]
    assert kept(pages["rumah-panggung.txt"]).endswith("yang lebih mudah diperoleh.")
    assert "Tinggalkan Balasan" in texts(pages["rumah-panggung.txt"], "furniture")


def test_blocks_cover_the_text_in_order(pages: dict[str, CourseDocument]) -> None:
    for page in pages.values():
        check_blocks(page.text, [(block.start, block.end) for block in page.blocks])


def check_blocks(text: str, spans: list[tuple[int, int]]) -> None:
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())


def test_marking_is_stable_and_changes_nothing_in_place() -> None:
    documents = list(load("web").values())
    before = list(documents)
    once = mark_furniture(documents)
    assert documents == before
    assert mark_furniture(once) == once
    assert [document.source for document in mark_furniture(documents[::-1])] == [d.source for d in documents[::-1]]


def test_copies_of_a_document_do_not_make_it_furniture() -> None:
    page = load("web")["rumah-panggung.txt"]
    copies = mark_furniture([page, replace(page, source="salinan.txt"), replace(page, source="salinan (2).txt")])
    assert [copy.blocks for copy in copies] == [page.blocks] * 3


def test_lecture_notes_lose_nothing() -> None:
    notes = load("notes")
    lecture = notes["catatan-kuliah.txt"]
    assert not texts(lecture, "furniture")
    assert (lecture.title, lecture.author, lecture.date) == (
        "EKOSISTEM SUNGAI TROPIS",
        "Dr. Siti Nurhaliza, M.Si.",
        "3 September 2024",
    )
    assert texts(lecture, "heading") == [
        "EKOSISTEM SUNGAI TROPIS", "1. Pendahuluan", "2. Aktor dalam ekosistem", "2.1 Rantai makanan",
    ]  # fmt: skip
    assert [b.section for b in lecture.blocks if b.kind == "paragraph"][
        2
    ] == "2. Aktor dalam ekosistem > 2.1 Rantai makanan"
    assert not texts(notes["glosarium.txt"], "furniture")


def test_a_heading_that_every_lecture_has_stays_a_heading() -> None:
    def lecture(topic: str, source: str) -> CourseDocument:
        text = (
            f"{topic}\n\nPendahuluan\n\n{topic} dipelajari agar mahasiswa memahami cara kerja alam di sekitar mereka "
            f"dan dapat menjelaskannya kepada orang lain.\n\nRingkasan\n\n{topic} adalah bagian penting dari mata "
            "kuliah ini, sebab banyak peristiwa lain berhubungan dengannya secara langsung."
        )
        return replace(load("notes")["glosarium.txt"], source=source, text=text)

    marked = mark_furniture([lecture("Pasang Surut Laut", "a.txt"), lecture("Angin Muson Barat", "b.txt")])
    for document in marked:
        assert texts(document, "heading")[1:] == ["Pendahuluan", "Ringkasan"]
        assert not texts(document, "furniture")


PROSE = (
    "Pertumbuhan ekonomi pada masa pandemi turun karena konsumsi rumah tangga dan investasi turun bersamaan.",
    "Konsumsi rumah tangga kembali tumbuh ketika vaksinasi meluas dan mobilitas warga pulih di banyak daerah.",
)


@pytest.mark.parametrize(
    "lines",
    [
        ["Pertumbuhan Ekonomi", PROSE[0], "Tahun  Pertumbuhan", "2019  5,02", "2020  -2,07", "2021  3,70", PROSE[1]],
        ["Pertumbuhan Ekonomi", *PROSE, "2019\t5", "2020\t7", "2021\t5"],
        ["Transkrip", "00:12", "Permintaan turun ketika harga naik.", "00:45", "Penawaran naik.", "01:10", "Sekian."],
        ["Silabus", *PROSE, "UTS", "30%", "UAS", "30%", "Kontak", "WhatsApp:", "0812-3456-7890"],
        ["Soal Latihan", PROSE[0], "Soal 1", "Jelaskan konsumsi.", PROSE[1], "Soal 2", "Jelaskan investasi."],
    ],
)  # fmt: skip
def test_data_and_numbered_lines_are_content(lines: list[str]) -> None:
    reading = read_text("\n\n".join(lines))
    assert "furniture" not in {block.kind for block in reading.blocks}


def test_long_prose_of_another_topic_is_content() -> None:
    rules = (
        "Mahasiswa wajib membawa jas laboratorium, sarung tangan, dan kacamata pelindung setiap kali praktikum, serta "
        "menyerahkan jurnal kepada asisten yang bertugas di pintu masuk ruang sebelum kegiatan dimulai pada pagi hari."
    )
    text = "\n\n".join(["1", "2", " ".join(PROSE), " ".join(PROSE[::-1]), "Bagikan", "Simpan", "+", rules])
    blocks = {text[block.start : block.end]: block.kind for block in read_text(text).blocks}
    assert (blocks[rules], blocks["Bagikan"], blocks["+"]) == ("paragraph", "furniture", "furniture")


def test_a_text_that_lost_much_is_named() -> None:
    assert "28%" in mark_furniture([load("web")["rumah-panggung.txt"]])[0].warnings[0]
    assert not any(notes.warnings for notes in mark_furniture(list(load("notes").values())))


def test_a_stray_byte_leaves_the_rest_of_a_text_as_it_is() -> None:
    text = "Menurut Keynes, “uang” — alat tukar — disimpan pada 30 °C. " * 5
    assert decode(text.encode() + b"\x92 sisa", "a.txt") == text + "\ufffd sisa"
    assert decode(text.encode("cp1252"), "a.txt") == text


LINES = st.lists(
    st.sampled_from(
        ["Beranda", "+", "1. 1", "2 Juni 2023", "Oleh: Bayu Saputra", "Judul Tentang Laut", "Referensi",
         "- butir satu dua", "Laut itu luas dan dalam, dan di dalamnya hidup ikan, udang, dan banyak makhluk lain.",
         "Memuat...", "",
         "Wijaya, H. S. (2019). Panen ikan. Jakarta.", "Laut adalah tempat hidup:", "\t", "x" * 90]
    ),
    max_size=25,
)  # fmt: skip


@given(LINES, st.sets(st.sampled_from(["beranda", "memuat...", "judul tentang laut"])))
def test_any_lines_are_covered_by_blocks(lines: list[str], recurring: set[str]) -> None:
    text = "\n".join(lines)
    reading = read_text(text, frozenset(recurring))
    check_blocks(text, [(block.start, block.end) for block in reading.blocks])
