"""Follow-ups get their topic; questions that stand alone stay as they are."""

import pytest

from qa.condense import standalone_question

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("question", "history", "standalone"),
    [
        ("Apa saja manfaatnya?", ["Apa itu diplomasi siber?"], "Apa saja manfaat diplomasi siber?"),
        ("contoh dong", ["apa sih ransomware itu"], "contoh dong (ransomware)"),
        ("Kenapa?", ["Apakah atribusi serangan siber sulit?"], "Kenapa (atribusi serangan siber sulit)?"),
        ("Siapa yang mengumumkannya?", ["Piagam Biru itu memuat berapa asas?"], "Siapa yang mengumumkan Piagam Biru?"),
        (
            "Berapa biayanya?",
            ["Program apa yang membantu guru di Maluku?"],
            "Berapa biayanya (Program membantu guru di Maluku)?",
        ),
        ("Who are its members?", ["What is ASEAN?"], "Who are its members (ASEAN)?"),
        ("Kapan itu disahkan?", ["Apa itu Konvensi Budapest?"], "Kapan itu disahkan (Konvensi Budapest)?"),
        ("Apa kelemahan teori itu?", ["Apa itu realisme?"], "Apa kelemahan teori itu (realisme)?"),
        ("Kapan forumnya berdiri?", ["Apa itu AMCC?"], "Kapan forum AMCC berdiri?"),
        ("Apa isi pasalnya dan kapan itu disahkan?", ["Apa itu UUPA?"], "Apa isi pasal UUPA dan kapan itu disahkan?"),
        ("Siapa wakil Indonesia di sana?", ["Apa itu APEC?"], "Siapa wakil Indonesia di sana (APEC)?"),
        ("Siapa yang menjadi ketua saat itu?", ["Apa itu VOC?"], "Siapa yang menjadi ketua saat itu (VOC)?"),
        ("Yang terakhir apa saja?", ["Sebutkan zona laut"], "Yang terakhir apa saja (zona laut)?"),
        ("How did they respond to it?", ["What is ASEAN?"], "How did they respond to it (ASEAN)?"),
        ("contoh lain?", ["Apa itu enzim?"], "contoh lain (enzim)?"),
        ("di indonesia gimana?", ["Apa itu inflasi?"], "di indonesia gimana (inflasi)?"),
        ("bagaimana dengan China?", ["Apa itu inflasi?"], "bagaimana dengan China (inflasi)?"),
        ("kalau di ASEAN?", ["Apa itu inflasi?"], "kalau di ASEAN (inflasi)?"),
        ("And RNA?", ["What is DNA?"], "And RNA (DNA)?"),
    ],
)
def test_follow_up_gets_the_topic(question: str, history: list[str], standalone: str) -> None:
    assert standalone_question(question, history) == standalone


@pytest.mark.parametrize(
    ("question", "standalone"),
    [
        ("Mengapa AS menolaknya?", "Mengapa AS menolak Paris Call?"),
        ("Mengapa AS dan Rusia menolaknya?", "Mengapa AS dan Rusia menolak Paris Call?"),
        ("Bagaimana Indonesia menanggapinya?", "Bagaimana Indonesia menanggapi Paris Call?"),
        ("Negara apa saja yang menandatanganinya?", "Negara apa saja yang menandatangani Paris Call?"),
        ("Apa peran Microsoft di dalamnya?", "Apa peran Microsoft di dalam Paris Call?"),
        ("Mengapa Cina menolak perjanjian itu?", "Mengapa Cina menolak perjanjian itu (Paris Call)?"),
        ("Apakah AS dan Cina menolak perjanjian itu?", "Apakah AS dan Cina menolak perjanjian itu (Paris Call)?"),
        ("Apa sikap ASEAN terhadap konsep tersebut?", "Apa sikap ASEAN terhadap konsep tersebut (Paris Call)?"),
        ("Apa saja ciri-cirinya?", "Apa saja ciri-ciri Paris Call?"),
        ("Sebutkan prinsip-prinsipnya", "Sebutkan prinsip-prinsip Paris Call"),
        ("Apa keuntungan dan kerugiannya?", "Apa keuntungan dan kerugian Paris Call?"),
        ("Apa saja hak dan kewajibannya?", "Apa saja hak dan kewajiban Paris Call?"),
    ],
)
def test_an_actor_or_a_pair_is_no_antecedent(question: str, standalone: str) -> None:
    assert standalone_question(question, ["Apa itu Paris Call?"]) == standalone


@pytest.mark.parametrize(
    "question",
    [
        "Apa itu CBM?",
        "apa sih diplomasi siber itu",
        "Kapan Konvensi Budapest berlaku?",
        "Apa yang dimaksud ransomware?",
        "Menurut ITU, siapa yang belum terhubung?",
        "Apa bedanya virus, cacing, dan kuda Troya?",
        "gimana caranya melindungi data pribadi?",
        "Kapan runtuhnya kerajaan Majapahit?",
        "Apa itu botnet dan apa bahayanya?",
        "Kapan Estonia menerbitkan pandangan resminya?",
        "Apa nama gunung api yang letusannya memutus kabel?",
        "GFCE itu singkatan dari apa?",
        "elastisitas permintaan itu apa sih",
        "Jelaskan apa itu tata kelola data.",
        "Bagaimana kondisi ekonomi saat ini?",
        "Apa tujuan mata kuliah ini?",
        "Siapa yang pertama mengusulkan teori evolusi?",
        "Negara mana yang pertama meratifikasi Konvensi Budapest?",
        "Kalau harga barang naik, apa yang terjadi pada jumlah permintaan?",
        "Dan apa itu hak cipta?",
        "How did the 2022 Tonga eruption affect its internet connection?",
        "Is there a difference between civil law and common law?",
        "oke makasih kak",
        "Bagaimana Indonesia menjaga kedaulatannya?",
        "Apa isi Konvensi Budapest itu?",
        "Siapa nama presiden Kosta Rika yang menyatakan keadaan darurat itu?",
        "Apa penyebab inflasi dan dampaknya?",
        "Jelaskan inflasi dan penyebabnya",
        "serangan siber cara mencegahnya gimana",
        "Bagaimana cara mengamankan data sebaik-baiknya?",
        "Bagaimana kondisi ekonomi sekarang ini?",
    ],
)
def test_complete_question_is_left_alone(question: str) -> None:
    assert standalone_question(question, ["Apa tugas ASEAN?"]) == question


def test_topic_travels_through_a_chain_of_follow_ups() -> None:
    result = standalone_question("Contohnya apa?", ["Apa itu diplomasi digital?", "Apa manfaatnya?"])
    assert "diplomasi digital" in result


def test_no_history_changes_nothing() -> None:
    assert standalone_question("Apa saja manfaatnya?", []) == "Apa saja manfaatnya?"
    assert standalone_question("Apa saja manfaatnya?", ["", "  "]) == "Apa saja manfaatnya?"


@pytest.mark.parametrize("nothing", ["oke makasihh kak", "\N{THUMBS UP SIGN}", " ", "Selamat pagi, min!"])
def test_entry_that_says_nothing_is_skipped(nothing: str) -> None:
    assert standalone_question("Contohnya apa?", ["Apa itu phishing?", nothing]) == "Contoh phishing apa?"


def test_topic_of_a_long_history_stays_short() -> None:
    history = [f"Kalau {word} itu, siapa pelakunya?" for word in ("norma " * 400, "hukum " * 400)] * 600
    assert len(standalone_question("Apa tujuannya?", history).split()) <= 15
