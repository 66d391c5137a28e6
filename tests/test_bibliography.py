"""Questions about the texts of a course, and about the works of a reference list."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.documents import list_files, load_document
from index.sentences import split_reference
from qa.bibliography import (
    answer_about_document,
    answer_about_reference,
    asks_about_document,
    asks_about_reference,
)
from qa.citations import evidence_sentences
from qa.types import RetrievedPassage

pytestmark = pytest.mark.unit
ENTRIES = (
    "Wijaya, Ratna. 2019. Pengantar Hukum Laut Nusantara. Pustaka Bahari: Makassar\n"
    "Sitompul, B. (2021, May 3). Menjaga terumbu karang. Retrieved June 1, 2021, from Suara Pesisir: pesisir.example\n"
    "Sitompul, B. (2018). Perahu dan angin. Jurnal Pelayaran Vol. 2 No. 1"
)


def references(section: str = "Referensi") -> list[RetrievedPassage]:
    return [RetrievedPassage("r", "laut.md", "Laut", None, section, ENTRIES, 1.0, 0, len(ENTRIES))]


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Siapa penulis buku Pengantar Hukum Laut Nusantara yang dirujuk?", "Ratna"),
        ("Tulisan Sitompul tentang terumbu karang dimuat di media mana?", "Suara Pesisir"),
        ("jurnal sitompul soal perahu terbit tahun berapa", "2018"),
        ("Siapa penulis buku Hukum Udara?", ""),
        ("Tulisan Sitompul dimuat di mana?", ""),
        ("Siapa yang menjaga terumbu karang?", ""),
        ("Kapan hukum laut berlaku?", ""),
    ],
)
def test_a_work_that_is_named_gets_its_entry(question: str, named: str) -> None:
    found = answer_about_reference(question, references()) if asks_about_reference(question) else []
    assert [named in sentence.text for sentence in found] == [True] * bool(named)
    for e in (e for sentence in found for e in sentence.evidence):
        assert ENTRIES[e.start : e.end] == e.quote


def test_only_a_reference_list_is_searched() -> None:
    question = "Siapa penulis buku Pengantar Hukum Laut Nusantara?"
    assert not answer_about_reference(question, references(section="Pembahasan"))


def test_an_entry_comes_apart_at_its_year() -> None:
    first, second, _ = (split_reference(e.quote) for e in evidence_sentences(references()))
    assert first == ("Wijaya, Ratna.", "Pengantar Hukum Laut Nusantara. Pustaka Bahari: Makassar")
    assert second is not None and second[0] == "Sitompul, B."
    assert split_reference("Kapal itu berlayar pada 2019.") is None


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ('Siapa penulis artikel "Hak Ulayat Laut"?', "Rangga"),
        ("Siapa yang menulis 'Hak Ulayat Laut'?", "Rangga"),
        ("Siapa penulis bacaan tentang hak ulayat laut?", "Rangga"),
        ("Kapan artikelnya terbit (menulis Hak Ulayat Laut)?", "2024"),
        ("Kapan artikel Adi Putra terbit?", "2023"),
        ("Kapan hak ulayat laut diterbitkan pemerintah?", ""),
        ("Siapa penulis Hak Ulayat Laut?", "Rangga"),
        ("Siapa yang menulis hak ulayat laut", "Rangga"),
        ("Who wrote Hak Ulayat Laut?", "Rangga"),
        ("Siapa yang menulis hak ulayat laut di Maluku?", ""),
        ("Siapa penyusun hak ulayat laut?", ""),
        ("Siapa penyusun hak ulayat laut di Maluku?", ""),
        ("Siapa penulis yang menjadi putra mahkota?", ""),
    ],
)
def test_a_text_is_named_as_a_text(question: str, said: str, tmp_path: Path) -> None:
    for title, author, year in (("Hak Ulayat Laut", "Rangga Wijaya", 2024), ("Sasi di Pulau Kei", "Adi Putra", 2023)):
        text = f"# {title}\n\nPenulis: {author}\n\nTanggal: 2 Mei {year}\n\nLaut dijaga oleh masyarakat adat.\n"
        (tmp_path / f"{author}.md").write_text(text, encoding="utf-8")
    documents = [load_document(path, tmp_path) for path in list_files(tmp_path)]
    passages = [RetrievedPassage("p", d.source, d.title, None, "", d.text, 1.0, 0, len(d.text)) for d in documents]
    assert asks_about_document(question)
    answer = answer_about_document(question, documents, passages)
    assert [said in sentence.text for sentence in answer] == [True] * bool(said)
