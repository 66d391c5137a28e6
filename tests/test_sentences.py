"""Indonesian sentences: abbreviations, numbers, lists, wrapped lines, reference entries."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import split_sentences

pytestmark = pytest.mark.unit


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Prof. Dr. Ahmad S.H., M.Si. dari PT. Maju di Jl. Merdeka No. 3 hadir pada tgl. 3 Mei.",
        "Menurut M. B. Manantan, harganya Rp1.000.000 atau naik 3.5 persen.",
        "Buku, peta, dll. disimpan di lemari.",
        "Nama Contoh Tunggu Sebentar... Pekerja Lepas - Mahasiswi",
        "Lihat https://contoh.example/a.b/c.html untuk rinciannya.",
        "Uraiannya ada pada hal. 12 buku itu.",
        "Kerja sama itu menguntungkan kedua pihak (Assegaf, 2020).",
        "Norma itu sukarela. (Assegaf, 2020)",
        "Rapat KH. Ahmad dan Moh. Hatta di RT. 03 RW. 05, lt. 2 gd. Merdeka, mulai pkl. 08.00.",
        "Hadir Siti, S.Kep., bersama Abd. Rahman, M.Pd.I. dan Ali, Lc., M.Eng. dari Bandung.",
        "Rapat pada 12 Des. 2020 dilanjutkan pada Jan. 2021 dan tgl. 3 Mar. di Jakarta.",
    ],
)
def test_one_sentence_stays_whole(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Ia membawa peta, buku, dll. Selain itu, ia membawa air.",
            ["Ia membawa peta, buku, dll.", "Selain itu, ia membawa air."],
        ),
        ("Benarkah? Ya! Itu benar.", ["Benarkah?", "Ya!", "Itu benar."]),
        ("“Kita berunding.” Lalu ia pergi.", ["“Kita berunding.”", "Lalu ia pergi."]),
        ("Itu sah. (Renard, 2020) Cara lain ada.", ["Itu sah. (Renard, 2020)", "Cara lain ada."]),
        ("Hal itu ada. dalam kasus lain tidak.", ["Hal itu ada.", "dalam kasus lain tidak."]),
        ("Jakarta ibu kota. [1][2] Ia padat.", ["Jakarta ibu kota. [1][2]", "Ia padat."]),
        ("“Ia ada.”[3] Lalu ia pergi.", ["“Ia ada.”[3]", "Lalu ia pergi."]),
        ("Itu ada. [3] menunjukkan hal lain.", ["Itu ada.", "[3] menunjukkan hal lain."]),
        ("[1] Renard, T. Satu. [2] Pannier, A. Dua.", ["[1] Renard, T. Satu.", "[2] Pannier, A. Dua."]),
        ("Waktunya 2 ns. Memori lambat.", ["Waktunya 2 ns.", "Memori lambat."]),
        ("Isinya 5 lt. Airnya jernih.", ["Isinya 5 lt.", "Airnya jernih."]),
        ("Ia tiba 3 Des. Ia pulang.", ["Ia tiba 3 Des.", "Ia pulang."]),
        ("Ada 15 RW. Jaraknya jauh.", ["Ada 15 RW.", "Jaraknya jauh."]),
        ("Judul Bagian\n\nIsi bagian.", ["Judul Bagian", "Isi bagian."]),
        ("Ada dua:\n1. Satu. Sungguh.\n2) Dua", ["Ada dua:", "1. Satu.", "Sungguh.", "2) Dua"]),
        ("1. Umum:\n  • Butir pertama\n  • Butir kedua", ["1. Umum:", "• Butir pertama", "• Butir kedua"]),
    ],
)
def test_boundaries(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_wrapped_line_ends_no_sentence() -> None:
    text = (
        "Paragraf ini dibungkus pada lebar enam puluh huruf di dalam\n"
        "berkas teks oleh Indonesia dan negara lain sehingga barisnya\n"
        "tetap satu kalimat. Kalimat kedua."
    )
    assert len(sentences(text)) == 2


def test_lines_of_a_glossary_are_not_wrapped_lines() -> None:
    text = "Anadrom: ikan yang bermigrasi dari laut\nBentos: makhluk di dasar perairan\nDelta: endapan di muara"
    assert sentences(text) == text.split("\n")


@pytest.mark.parametrize(
    "entry",
    [
        "Wijaya, H. S. (2019, November 10). Panen ikan. Diakses 3 Januari 2023, dari https://contoh.example/a",
        "Lestari, Dewi. 2021. Bakau dan Kampung. Bandung: Pustaka Samudra.",
        "Hartono, Iskandar & Assegaf, Zainab. [2020]. Judul Panjang: Menuju Laut. Jurnal Laut Vol. 1 No.3",
        "Kementerian Kelautan. (2018). Laporan tahunan. Jakarta.",
        "[3] Renard, A. B. (2020). Judul. Penerbit. www.contoh.example",
    ],
)
def test_a_reference_is_one_sentence(entry: str) -> None:
    assert sentences(f"Daftar Pustaka\n\n{entry}") == ["Daftar Pustaka", entry]


def test_prose_that_cites_is_no_reference() -> None:
    assert len(sentences("Renard (2020) menulis tentang Eropa. Ia menyebut tiga hal.")) == 2


@given(st.text(alphabet=st.sampled_from("ab A.1?!\n -•()[]2020,\"'\t\xa0dll"), max_size=300))
def test_offsets_are_trimmed_ordered_and_complete(text: str) -> None:
    spans = split_sentences(text)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text",
    ["kata " * 20_000, "." * 100_000, "A. " * 33_000, "Kalimat ini pendek. " * 5_000, "x" * 100_000, "a\n" * 50_000,
     "(" * 100_000, "Aku, " * 20_000, "(a " * 33_000, '."' * 50_000, "1. " * 33_000, " " * 100_000],
)  # fmt: skip
def test_hundred_thousand_characters_take_no_time(text: str) -> None:
    began = time.perf_counter()
    split_sentences(text)
    assert time.perf_counter() - began < 5  # 0.7 s on an idle machine for the worst; quadratic would take minutes
