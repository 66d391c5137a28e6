"""What the material says is cited letter for letter; what it does not say is dropped."""

import re

import pytest

from qa.citations import (
    CheckedSentence,
    Evidence,
    abbreviates,
    check,
    evidence_sentences,
    holds_answer,
    holds_facts,
    number_citations,
)
from qa.types import RetrievedPassage

TEXT = (
    "Konvensi Budapest dibuka untuk ditandatangani pada 2001 dan mulai berlaku pada 2004. "
    "Estonia bukan anggota ASEAN. "
    "Langkah membangun kepercayaan mengurangi risiko salah paham di antara negara."
)
PASSAGE = RetrievedPassage("p1", "a.md", "Bacaan", None, "Sejarah", TEXT, 1.0, 100, 100 + len(TEXT))
pytestmark = pytest.mark.unit


@pytest.fixture
def evidence() -> list[Evidence]:
    return evidence_sentences([PASSAGE])


@pytest.mark.parametrize(
    "sentence",
    [
        "Konvensi Budapest mulai berlaku pada 2004 [1].",
        "Langkah membangun kepercayaan mengurangi salah paham di antara negara [2].",
        "Estonia bukan anggota ASEAN.",
    ],
)
def test_supported_sentence_is_kept_with_its_evidence(sentence: str, evidence: list[Evidence]) -> None:
    checked = check(sentence, evidence)
    assert checked is not None
    assert all(e.quote == TEXT[e.start - 100 : e.end - 100] for e in checked.evidence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Konvensi Budapest mulai berlaku pada 2005.",
        "Konvensi Jenewa mulai berlaku pada 2004.",
        "Estonia anggota ASEAN yang tidak menandatangani Konvensi Budapest pada 2001.",
        "Konvensi Budapest tidak mulai berlaku pada 2004.",
        "Rendang dimasak dengan santan dan lengkuas.",
        "Konvensi Budapest mengurangi risiko salah paham di antara negara.",
        "[1]",
    ],
)
def test_unsupported_sentence_is_dropped(sentence: str, evidence: list[Evidence]) -> None:
    assert check(sentence, evidence) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Rasa percaya mengurangi langkah membangun salah paham.",
        "Konvensi Budapest berlaku pada Konvensi Budapest 2004.",
    ],
)
def test_same_words_in_another_order_say_something_else(sentence: str, evidence: list[Evidence]) -> None:
    assert check(sentence, evidence) is None


def is_said(sentence: str, text: str) -> bool:
    """Whether the check finds the sentence in a passage of this text."""
    passage = RetrievedPassage("p", "a.md", "Bacaan", None, "", text, 1.0, 0, len(text))
    return check(sentence, evidence_sentences([passage])) is not None


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Ketua sidang memperingatkan bahwa kabel laut mudah rusak.", True),
        ("Kabel darat dibahas dalam sidang.", False),
        ("Kabel darat tidak dibahas dalam sidang.", True),
        ("Kabel laut tidak mudah rusak.", False),
    ],
)
def test_a_negation_of_another_clause_denies_nothing_here(sentence: str, said: bool) -> None:
    text = "Kabel darat tidak dibahas dalam sidang, ketua sidang memperingatkan bahwa kabel laut mudah rusak."
    assert is_said(sentence, text) is said


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Ratna menggantikan piagam lama.", False),
        ("Usul Ratna untuk perjanjian laut baru menggantikan piagam lama.", True),
        ("Budi menolak piagam itu.", True),
    ],
)
def test_a_verb_keeps_its_subject(sentence: str, said: bool) -> None:
    text = (
        "Usul Ratna untuk perjanjian laut baru menggantikan piagam lama. Budi, ketua sidang pagi, menolak piagam itu."
    )
    assert is_said(sentence, text) is said


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Ratna hanya menerima sedikit tamu.", False),
        ("Budi hanya menerima sedikit tamu.", True),
        ("Ratna terbuka bagi semua warga.", True),
        ("Ratna adalah seorang penjahit.", False),
        ("Sari menolak usul itu.", True),
        ("Dewi menolak usul itu.", True),
        ("Sari membuka sidang dengan gong.", False),
    ],
)
def test_nothing_jumps_over_the_next_subject(sentence: str, said: bool) -> None:
    text = (
        "Bedanya jelas: Ratna terbuka bagi semua warga, sedangkan Budi hanya menerima sedikit tamu. "
        "Ratna tinggal di desa, sementara Tono adalah seorang penjahit. Sari, Tono, dan Dewi menolak usul itu. "
        "Sari menulis risalah, dan Dewi membuka sidang dengan gong."
    )
    assert is_said(sentence, text) is said


@pytest.mark.parametrize(
    "denial",
    [
        "Pakta itu bukanlah perjanjian dagang.",
        "Pakta itu tidaklah perjanjian dagang.",
        "Pakta itu takkan perjanjian dagang.",
        "Pakta itu tiada perjanjian dagang.",
        "Pakta itu isn't perjanjian dagang.",
        "Pakta itu isn’t perjanjian dagang.",
        "Pakta itu cannot perjanjian dagang.",
        "Pakta itu without perjanjian dagang.",
        "Neither pakta itu nor perjanjian dagang.",
    ],
)
def test_every_negation_denies(denial: str) -> None:
    assert not holds_facts("Pakta itu perjanjian dagang.", denial)
    assert holds_facts("Pakta itu perjanjian dagang.", "Pakta itu takaran perjanjian dagang menurut Pasal No. 3.")


@pytest.mark.parametrize(
    ("text", "quote", "held"),
    [
        ("Buku itu memuat tiga bab.", "Buku itu memuat lima bab.", False),
        ("Buku itu memuat 3 bab.", "Buku itu memuat tiga bab.", True),
        ("Buku itu memuat tiga bab.", "Buku itu memuat 3 bab.", True),
        ("Ada satu bab.", "Ada sebuah bab.", True),
        ("Ada satu bab.", "Ada lima bab.", False),
        ("Salah satu bab membahas kopi.", "Sebuah bab membahas kopi.", True),
        ("Salah satu bab membahas kopi.", "Bab kedua membahas kopi.", True),
        ("Pemakainya 88 juta orang.", "Pemakainya 88 ribu orang.", False),
        ("Pemakainya 88 orang.", "Pemakainya 88 juta orang.", False),
        ("Pemakainya sejuta orang.", "Pemakainya satu juta orang.", True),
        ("Pemakainya dua belas orang.", "Pemakainya dua puluh orang.", False),
        ("Naik 10 persen.", "Naik 10% pada 2020.", True),
        ("Seluruh negara setuju.", "Sebagian negara setuju.", False),
        ("Semua negara setuju.", "Seluruh negara setuju.", True),
        ("Semua negara setuju.", "Hampir semua negara setuju.", False),
        ("Mayoritas negara setuju.", "Sebagian besar negara setuju.", True),
        ("Negara hanya setuju.", "Negara setuju.", False),
        ("Ia tiba sebelum sidang.", "Ia tiba setelah sidang.", False),
        ("Ia tiba sesudah sidang.", "Ia tiba setelah sidang.", True),
        ("Most states agreed.", "Some states agreed.", False),
        ("Kedua negara setuju.", "Indonesia dan Malaysia setuju.", True),
        ("Naik lima persen.", "Naik dua puluh lima persen.", False),
        ("Ada dua puluh bab.", "Ada dua puluh satu bab.", False),
        ("Ada satu bab.", "Ada dua puluh satu bab.", False),
        ("Naik 25 persen.", "Naik dua puluh lima persen.", True),
        ("Naik 25 persen.", "Naik 25 poin.", False),
        ("Ada 12 negara.", "Ada dua belas negara.", True),
        ("Dendanya Rp20 juta.", "Dendanya Rp20.000.000,00.", True),
        ("Dendanya Rp2,5 juta.", "Dendanya Rp2,500,000.", True),
        ("Dendanya Rp20 juta.", "Dendanya Rp20.000.", False),
        ("Naik 10-20%.", "Naik 10%-20%.", True),
        ("Naik 10 orang.", "Naik 10-20%.", False),
        ("One hundred states agreed.", "Of them, 100 states agreed.", True),
        ("Ada 1.250.300 orang.", "Ada satu juta dua ratus lima puluh ribu tiga ratus orang.", True),
        ("Lampu menyala pukul 10:30 di versi 1.2.3.", "Lampu menyala pukul 10:30 di versi 1.2.3.", True),
        ("Versi 2.1 terbit.", "Versi 2.10 terbit.", False),
        ("Dua pihak setuju.", "Kedua pihak setuju.", True),
        ("2 pihak setuju.", "Menurut mereka, kedua pihak setuju.", True),
        ("Dua bab membahas kopi.", "Bab kedua membahas kopi.", False),
        ("Satu contoh dibahas.", "Contoh dibahas pada 2020.", True),
        ("Kopi tidak hanya pahit tetapi juga asam.", "Kopi tidak saja pahit tetapi juga asam.", True),
        ("Hanya negara yang setuju.", "Negara saja yang setuju.", True),
        ("Hanya negara yang setuju.", "Tidak hanya negara yang setuju.", False),
        ("Hanya negara yang setuju.", "Negara mana saja setuju.", False),
        ("Setelah itu negara wajib lapor.", "Kemudian negara wajib lapor.", True),
        ("Setelah itu negara wajib lapor.", "Sebelum itu negara wajib lapor.", False),
        ("The most common threat is rain.", "Rain is the commonest common threat.", True),
    ],
)
def test_amounts_shares_and_times_stand_in_the_quote(text: str, quote: str, held: bool) -> None:
    assert holds_facts(text, quote) is held


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Prof. Budi", True),
        ("Joseph S. Nye", True),
        ("Prof. Di", True),
        ("M.B. Sari", True),
        ("UU No. 11", True),
        ("kopi, teh, dll. Selain itu, ada susu", False),
        ("kopi. Teh", False),
        ("kopi... Teh", False),
        ("suhu 3.5. Air", False),
        ("Anggotanya berjumlah 8. Selain itu, ada tamu", False),
        ("dalam Pasal 5. Pasal ini mengatur kopi", False),
        ("Isinya:\n2. Kopi", True),
        ("Kopi mulai ditanam pada\n1696. Teh menyusul", False),
    ],
)
def test_abbreviation_is_told_from_the_end_of_a_sentence(text: str, kept: bool) -> None:
    stop = re.search(r"\.+\s", text)
    assert stop is not None
    assert abbreviates(text, stop.start()) is kept


def test_objection_of_the_entailment_check_drops_the_sentence(evidence: list[Evidence]) -> None:
    sentence = "Konvensi Budapest mulai berlaku pada 2004."
    assert check(sentence, evidence, lambda premise, hypothesis: False) is None
    assert check(sentence, evidence, lambda premise, hypothesis: True) is not None


def test_what_the_question_takes_for_granted_is_not_repeated_as_said(evidence: list[Evidence]) -> None:
    text = "Konvensi Budapest yang ditulis negara Eropa terhadap kejahatan siber mulai berlaku pada 2004."
    p = RetrievedPassage("p", "a.md", "Perjanjian", None, "", text, 1.0, 0, len(text))
    sentence = text.replace("ditulis", "dibatalkan")
    assert check(sentence, evidence_sentences([p])) is not None
    assert check(sentence, evidence_sentences([p]), question="Mengapa Konvensi Budapest dibatalkan?") is None
    assert check(text, evidence_sentences([p]), question="Kapan Konvensi Budapest berlaku?") is not None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Diplomasi siber diberlakukan di Wina pada 2009.", True),
        ("Pada tahun 2009 diplomasi siber diberlakukan.", True),
        ("Diplomasi siber diberlakukan di Wina.", False),
    ],
)
def test_sentence_without_the_answer_is_told_from_one_with_it(text: str, kept: bool) -> None:
    assert holds_answer(text, "tahun 2009") is kept


def test_numbers_follow_first_use_and_repeat_for_the_same_quote(evidence: list[Evidence]) -> None:
    first, second, third = evidence
    text, citations = number_citations(
        [
            CheckedSentence("Kalimat ketiga.", (third,)),
            CheckedSentence("Kalimat pertama", (first, third)),
        ]
    )
    assert text == "Kalimat ketiga [1]. Kalimat pertama [1] [2]."
    assert [c.number for c in citations] == [1, 2]
    assert citations[0].quote == TEXT[citations[0].start - 100 : citations[0].end - 100]
    assert second.quote == "Estonia bukan anggota ASEAN."


def test_abbreviations_and_initials_end_no_sentence(evidence: list[Evidence]) -> None:
    quote = "Menurut Prof. A. Sari (2020). Hal itu benar... Sekian"
    text, _ = number_citations([CheckedSentence(quote, evidence[:1])])
    assert text == "Menurut Prof. A. Sari (2020) [1]. Hal itu benar [1]... Sekian [1]."


def test_every_sentence_inside_a_quoted_run_carries_the_mark(evidence: list[Evidence]) -> None:
    text, _ = number_citations([CheckedSentence("Satu hal terjadi. Hal lain menyusul.", evidence[:1])])
    assert text == "Satu hal terjadi [1]. Hal lain menyusul [1]."
