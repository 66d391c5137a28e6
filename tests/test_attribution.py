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
)


@pytest.mark.parametrize(
    ("question", "asked", "sources"),
    [
        ("Apa itu laut teritorial menurut artikel Hukum Laut?", "Apa itu laut teritorial?", {"01-laut.md"}),
        ("Menurut tulisan Budi Hartono, siapa yang mengatur?", "Siapa yang mengatur?", {"02-udara.pdf"}),
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
    ],
)
def test_named_texts_are_told_from_what_is_asked(question: str, asked: str, sources: set[str]) -> None:
    assert split_attribution(question, DOCUMENTS) == (asked, frozenset(sources))


def test_question_of_nothing_but_a_name_stays_whole() -> None:
    question = "Jelaskan isi dari artikel Hukum Laut"
    assert split_attribution(question, DOCUMENTS) == (question, frozenset({"01-laut.md"}))
