"""PDFs that reportlab writes: lines become paragraphs, headings, lists and tables again."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pdfplumber
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from index.blocks import Piece
from index.errors import DocumentError
from index.pdf import read_pdf

pytestmark = pytest.mark.unit

WIDTH, HEIGHT = A4


def make_pdf(*pages: Callable[[Canvas], None], **options: object) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, **options)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def page(
    *lines: str, number: int = 1, size: float = 11, running: bool = True, top: float = 740
) -> Callable[[Canvas], None]:
    """Draw lines below each other; "# " is a heading, "" a gap between paragraphs."""

    def draw(canvas: Canvas) -> None:
        if running:
            canvas.setFont("Helvetica", 9)
            canvas.drawString(72, HEIGHT - 40, "Selebaran Ekologi Sungai - Institut Rawa")
            canvas.drawCentredString(WIDTH / 2, 30, f"{number}")
        y = top
        for line in lines:
            heading = line.startswith("# ")
            canvas.setFont("Helvetica-Bold" if heading else "Helvetica", size + 5 if heading else size)
            canvas.drawString(72, y, line.removeprefix("# "))
            y -= 26 if heading else 10 if not line else 14

    return draw


def kinds(pieces: tuple[Piece, ...]) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in pieces]


def test_lines_become_paragraphs_and_hyphens_are_mended() -> None:
    content = read_pdf(
        make_pdf(
            page(
                "# Sungai Tropis",
                "Sungai tropis membawa hara dari hulu ke hilir sepanjang tahun, dan pengen-",
                "dapan di muaranya membentuk delta. Di sana hidup berbagai hewan, anak-",
                "anak ikan, dan udang.",
                "",
                "Paragraf kedua berdiri sendiri.",
                running=False,
            )
        ),
        "sungai.pdf",
    )
    assert kinds(content.pieces) == [
        ("heading", "Sungai Tropis"),
        (
            "paragraph",
            "Sungai tropis membawa hara dari hulu ke hilir sepanjang tahun, dan pengendapan di muaranya membentuk "
            "delta. Di sana hidup berbagai hewan, anak-anak ikan, dan udang.",
        ),
        ("paragraph", "Paragraf kedua berdiri sendiri."),
    ]


def test_running_lines_and_page_numbers_are_dropped() -> None:
    pages = [page(f"Isi halaman ke-{n} membahas hal yang berbeda.", number=n) for n in (1, 2, 3)]
    content = read_pdf(make_pdf(*pages), "sungai.pdf")
    assert [piece.text for piece in content.pieces] == [
        f"Isi halaman ke-{n} membahas hal yang berbeda." for n in (1, 2, 3)
    ]
    assert [piece.page for piece in content.pieces] == [1, 2, 3]


def test_a_sentence_goes_on_over_the_page() -> None:
    first = page("Kalimat ini dimulai pada halaman pertama dan baru", number=1)
    second = page("selesai pada halaman kedua. Lalu ada kalimat lain.", number=2)
    content = read_pdf(make_pdf(first, second), "sungai.pdf")
    assert [(piece.page, piece.continues) for piece in content.pieces] == [(1, False), (2, True)]


def test_lists_keep_their_markers() -> None:
    content = read_pdf(
        make_pdf(
            page("Ada dua golongan:", "1. Produsen, misalnya ganggang;", "2. Konsumen, misalnya ikan.", running=False)
        ),
        "daftar.pdf",
    )
    assert kinds(content.pieces)[1:] == [
        ("item", "1. Produsen, misalnya ganggang;"),
        ("item", "2. Konsumen, misalnya ikan."),
    ]


def table(canvas: Canvas) -> None:
    page("Tabel berikut membandingkan dua ikan.", running=False)(canvas)
    for x in (72, 200, 400):
        canvas.line(x, 700, x, 640)
    for y in (700, 680, 660, 640):
        canvas.line(72, y, 400, y)
    for row, cells in enumerate((("Ikan", "Makanan"), ("Nila", "Ganggang"), ("Gabus", "Ikan kecil"))):
        canvas.drawString(76, 686 - 20 * row, cells[0])
        canvas.drawString(204, 686 - 20 * row, cells[1])


def test_ruled_tables_become_rows() -> None:
    content = read_pdf(make_pdf(table), "tabel.pdf")
    assert kinds(content.pieces)[1:] == [
        ("table", "Ikan | Makanan"),
        ("table", "Nila | Ganggang"),
        ("table", "Gabus | Ikan kecil"),
    ]


def test_tables_of_many_pages_open_the_file_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    whole = pdfplumber.open
    monkeypatch.setattr(pdfplumber, "open", lambda data: opened.append(data) or whole(data))
    content = read_pdf(make_pdf(*[table] * 3), "tabel.pdf")
    assert [piece.page for piece in content.pieces if piece.kind == "table"] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert len(opened) == 1


def test_a_page_that_the_table_finder_cannot_read_keeps_its_lines() -> None:
    data = re.sub(rb"/Trans <<\s*>>", b"/CropBox [/a]", make_pdf(table))
    content = read_pdf(data, "tabel.pdf")
    assert "Nila" in " ".join(piece.text for piece in content.pieces)
    assert not [piece for piece in content.pieces if piece.kind == "table"]


def test_a_damaged_title_costs_the_title_only() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setTitle("ABCDEFGH")
        canvas.setAuthor("Dewi Lestari")
        page("Sungai membawa hara dari hulu ke hilir.", running=False)(canvas)

    content = read_pdf(make_pdf(draw).replace(b"(ABCDEFGH)", b"<FEFFD83D>"), "judul.pdf")
    assert (content.title, content.author) == ("", "Dewi Lestari")
    assert kinds(content.pieces) == [("paragraph", "Sungai membawa hara dari hulu ke hilir.")]


@pytest.mark.parametrize("scaled", ["text", "page"])
@pytest.mark.parametrize("leading", [13, 20])
def test_the_scale_of_the_text_counts_for_its_size(scaled: str, leading: int) -> None:
    def draw(canvas: Canvas) -> None:
        sizes = {"Sungai Tropis": 18, "Sungai membawa hara dari hulu ke hilir": 11, "sepanjang tahun tanpa henti.": 11}
        sizes["Paragraf kedua berdiri sendiri."] = 11
        for number, (text, size) in enumerate(sizes.items()):
            y = 700 - leading * number - (20 if number else 0) - (20 if number == 3 else 0)
            if scaled == "text":
                canvas._code.append(f"BT /F1 1 Tf {size} 0 0 {size} 72 {y} Tm ({text}) Tj ET")
            else:
                canvas._code.append(f"q .25 0 0 .25 0 0 cm BT /F1 {4 * size} Tf 288 {4 * y} Td ({text}) Tj ET Q")

    assert kinds(read_pdf(make_pdf(draw), "skala.pdf").pieces) == [
        ("heading", "Sungai Tropis"),
        ("paragraph", "Sungai membawa hara dari hulu ke hilir sepanjang tahun tanpa henti."),
        ("paragraph", "Paragraf kedua berdiri sendiri."),
    ]


def test_numbered_titles_at_the_top_are_no_running_headers() -> None:
    def chapter(number: int) -> Callable[[Canvas], None]:
        title, isi = f"# Pertemuan {number}", f"Isi pertemuan ke-{number} membahas hal yang berbeda."
        return page(title, "", "", isi, number=number, size=12, top=HEIGHT - 60)

    content = read_pdf(make_pdf(*map(chapter, (1, 2, 3))), "kuliah.pdf")
    assert [piece.text for piece in content.pieces if piece.kind == "heading"] == [
        "Pertemuan 1", "Pertemuan 2", "Pertemuan 3",
    ]  # fmt: skip
    assert len(content.pieces) == 6


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Modul Diplomasi Siber | {}", False),
        ("Modul Diplomasi Siber {}", False),
        ("{} · Kalkulus", False),
        ("Contoh Soal {}", True),
        ("Rencana Pembelajaran Pertemuan {}", True),
    ],
)
def test_a_number_that_grows_with_the_page_is_its_number(title: str, kept: bool) -> None:
    pages = [
        page(
            "# " + title.format(n), "", "", f"Isi halaman ke-{n} membahas hal yang berbeda.", number=n, top=HEIGHT - 60
        )
        for n in range(1, 9)
    ]
    pieces = read_pdf(make_pdf(*pages), "modul.pdf").pieces
    headings = [piece.text for piece in pieces if piece.kind == "heading"]
    assert headings == [title.format(n) for n in range(1, 9) if kept]


def test_a_line_of_control_characters_is_none() -> None:
    def draw(canvas: Canvas) -> None:
        for y, text in ((700, "Sungai membawa hara"), (686, r"\001\001"), (672, "dari hulu ke hilir.")):
            canvas._code.append(f"BT /F1 11 Tf 72 {y} Td ({text}) Tj ET")

    assert kinds(read_pdf(make_pdf(draw), "kendali.pdf").pieces)[0] == (
        "paragraph",
        "Sungai membawa hara dari hulu ke hilir.",
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Presiden ketiga Republik Indonesia adalah Bapak Profesor", "B. J. Habibie, seorang ahli pesawat."], 1),
        (
            [
                "Uraian tentang rantai makanan sungai tropis ada pada hlm.",
                "12. Menurut buku itu, udang adalah konsumen.",
            ],
            1,
        ),
        (
            [
                "Sungai tropis yang besar dan panjang di Kalimantan itu adalah",
                "– sebuah jalan raya bagi warga kampung.",
            ],
            1,
        ),
        (["Kehidupan sungai tropis digolongkan dalam dua kelompok besar.", "1. Produsen", "2. Konsumen"], 3),
        (["1. Produsen yang hidup di dasar sungai tropis yang dangkal", "2. Konsumen yang memakan ganggang"], 2),
    ],
)
def test_a_wrapped_line_that_begins_like_an_item_is_none(lines: list[str], expected: int) -> None:
    pieces = read_pdf(make_pdf(page(*lines, running=False)), "bungkus.pdf").pieces
    assert len(pieces) == expected
    assert " ".join(piece.text for piece in pieces) == " ".join(lines)


def test_pages_without_text_are_named() -> None:
    def picture(canvas: Canvas) -> None:
        canvas.rect(100, 100, 300, 300, fill=1)

    content = read_pdf(make_pdf(page("Halaman ini berisi teks yang dapat dibaca."), picture), "campur.pdf")
    assert len(content.warnings) == 1
    assert "Halaman 2 " in content.warnings[0]
    with pytest.raises(DocumentError, match=r"'pindai\.pdf' tidak memiliki lapisan teks"):
        read_pdf(make_pdf(picture, picture), "pindai.pdf")


@pytest.mark.parametrize("owner_only", [True, False])
def test_a_locked_pdf_is_named(owner_only: bool) -> None:
    lock = StandardEncryption("" if owner_only else "rahasia", ownerPassword="pemilik", canPrint=0)
    data = make_pdf(page("Isi yang dikunci dengan kata sandi.", running=False), encrypt=lock)
    if owner_only:  # opens without a password, so it is read
        assert "Isi yang dikunci" in read_pdf(data, "kunci.pdf").pieces[0].text
    else:
        with pytest.raises(DocumentError, match=r"'kunci\.pdf' terkunci kata sandi"):
            read_pdf(data, "kunci.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.7\nbukan pdf", b"\x00" * 500, make_pdf(page("Isi."))[:300]])
def test_a_damaged_pdf_is_named(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"'rusak\.pdf' (rusak|tidak)"):
        read_pdf(data, "rusak.pdf")


def test_pages_with_nothing_but_a_scanner_s_stamp_are_silent() -> None:
    def scan(number: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            canvas.rect(100, 100, 300, 600, fill=1)
            canvas.drawString(400, 20, "Dipindai dengan CamScanner")
            canvas.drawString(72, 20, str(number))

        return draw

    scans = [scan(number) for number in range(1, 10)]
    with pytest.raises(DocumentError, match="tidak memiliki lapisan teks"):
        read_pdf(make_pdf(*scans), "pindai.pdf")
    content = read_pdf(make_pdf(*scans[:3], page("Halaman ini berisi teks yang dapat dibaca.")), "campur.pdf")
    assert "Halaman 1, 2, 3 " in content.warnings[0]
