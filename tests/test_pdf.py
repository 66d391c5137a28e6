"""PDFs that reportlab writes: lines become paragraphs, headings, lists and tables again."""

from __future__ import annotations

import io
from collections.abc import Callable

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


def test_ruled_tables_become_rows() -> None:
    def draw(canvas: Canvas) -> None:
        page("Tabel berikut membandingkan dua ikan.", running=False)(canvas)
        for x in (72, 200, 400):
            canvas.line(x, 700, x, 640)
        for y in (700, 680, 660, 640):
            canvas.line(72, y, 400, y)
        for row, cells in enumerate((("Ikan", "Makanan"), ("Nila", "Ganggang"), ("Gabus", "Ikan kecil"))):
            canvas.drawString(76, 686 - 20 * row, cells[0])
            canvas.drawString(204, 686 - 20 * row, cells[1])

    content = read_pdf(make_pdf(draw), "tabel.pdf")
    assert kinds(content.pieces)[1:] == [
        ("table", "Ikan | Makanan"),
        ("table", "Nila | Ganggang"),
        ("table", "Gabus | Ikan kecil"),
    ]


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
