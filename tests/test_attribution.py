"""A text named in the question says where to look, and is no part of what is asked."""

import pytest

from index.blocks import CourseDocument
from qa.attribution import split_attribution

pytestmark = pytest.mark.unit


def document(source: str, title: str, author: str = "") -> CourseDocument:
    return CourseDocument(source, title, author, "", "", "text/markdown", "0" * 64, "", ())


DOCUMENTS = (
    document("01-laut.md", "Hukum Laut dan Wilayah Negara", "Sari Wulandari"),
    document("02-udara.pdf", "Ruang Udara: Siapa yang Mengatur?", "Budi Hartono"),
    document("12-angkasa.docx", "Antariksa sebagai Warisan Bersama"),
    document("teks.md", "Teks Prosedur"),
    document("zat.md", "Zat Padat, Cair, dan Gas"),
    document("modul.md", "Modul Elastisitas"),
)


@pytest.mark.parametrize(
    ("question", "asked", "sources"),
    [
        ("Apa itu laut teritorial menurut artikel Hukum Laut?", "Apa itu laut teritorial?", {"01-laut.md"}),
        ("Menurut tulisan Budi Hartono, siapa yang mengatur langit?", "Siapa yang mengatur langit?", {"02-udara.pdf"}),
        ("Sebutkan tiga zona laut menurut materi pertemuan 1.", "Sebutkan tiga zona laut.", {"01-laut.md"}),
        ("Apa arti warisan bersama di bab 12?", "Apa arti warisan bersama di bab 12?", set()),
        (
            "Apa beda kedaulatan dalam artikel Hukum Laut dan artikel Ruang Udara bagi negara?",
            "Apa beda kedaulatan bagi negara?",
            {"01-laut.md", "02-udara.pdf"},
        ),
        ("Menurut materi ini, apa itu zona ekonomi?", "Apa itu zona ekonomi?", set()),
        ("Apa itu zona menurut artikel Masakan Padang?", "Apa itu zona menurut artikel Masakan Padang?", set()),
        ("Menurut Grotius, apa itu laut bebas?", "Menurut Grotius, apa itu laut bebas?", set()),
        ("siapa yang ngatur ruang udara", "siapa yang ngatur ruang udara", set()),
        ('Apa ciri bahasa tulis dalam teks "Teks Prosedur"?', "Apa ciri bahasa tulis?", {"teks.md"}),
        ("Menurut makalah berjudul 'Zat Padat, Cair, dan Gas', apa isi gas?", "", {"zat.md"}),
        ("Apa beda zona dan batas dalam artikel Hukum Laut dan tulisan Zat Padat?", "Apa beda zona dan batas?",
         {"01-laut.md", "zat.md"}),
        ("Menurut makalah Hartono, apa itu zona ekonomi?", "Apa itu zona ekonomi?", {"02-udara.pdf"}),
        ("Menurut slide Wulandari apa itu zona ekonomi?", "Apa itu zona ekonomi?", {"01-laut.md"}),
        ("Berdasarkan materi Hukum Laut dan Wilayah Negara, apa itu selat?", "", {"01-laut.md"}),
        ("Menurut materi, apa itu zona ekonomi?", "Apa itu zona ekonomi?", set()),
    ],
)  # fmt: skip
def test_named_texts_are_told_from_what_is_asked(question: str, asked: str, sources: set[str]) -> None:
    assert split_attribution(question, DOCUMENTS) == (asked or question, frozenset(sources))


@pytest.mark.parametrize(
    "question",
    [
        "Apa perbedaan antara teks prosedur dan teks eksposisi?",
        "Bagaimana susunan partikel dalam materi padat?",
        "Bagaimana susunan partikel dalam materi?",
        "Berdasarkan modul elastisitas kawat, hitung regangan bahan itu.",
        "Apa itu modul elastisitas dan satuan dari modul elastisitas?",
    ],
)
def test_a_subject_of_the_course_is_no_text(question: str) -> None:
    assert split_attribution(question, DOCUMENTS) == (question, frozenset())


@pytest.mark.parametrize(
    "question", ["Jelaskan isi dari artikel Hukum Laut", "Apa itu kapal menurut artikel Hukum Laut?"]
)
def test_name_stays_where_hardly_a_word_would_be_left(question: str) -> None:
    assert split_attribution(question, DOCUMENTS) == (question, frozenset({"01-laut.md"}))
