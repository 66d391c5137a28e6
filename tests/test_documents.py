"""Every format is read from a small real file; every bad file gives one clear sentence."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest
from pptx import Presentation
from pptx.util import Inches
from reportlab.pdfgen.canvas import Canvas

from index.build import _Previous, _read_files
from index.course import Course
from index.documents import CourseDocument, list_files, load_document
from index.errors import DocumentError
from index.readers import MEDIA_TYPES

pytestmark = pytest.mark.unit

MARKDOWN = """---
title: Sungai dan Rawa
author: Dewi Lestari
date: 3 Mei 2024
---
# Sungai dan Rawa

Sungai **mengalir** ke [laut](https://contoh.example), lihat `delta`.

## Penghuni

Ada dua golongan:

1. Produsen
   - ganggang
2. Konsumen

| Ikan | Makanan |
|------|---------|
| Nila | Ganggang |

**Catatan penting**

Isi catatan.

## Daftar Pustaka

- Wijaya, H. S. 2019. Panen ikan. Jakarta.
"""

HTML = """<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Bakau - Situs Pesisir</title>
<meta name="author" content="Ratna Puspitasari"><meta property="article:published_time" content="2023-03-14T08:00:00Z">
<style>p { color: red }</style></head><body>
<header><nav><ul><li><a href="/">Beranda</a></li><li><a href="/opini">Opini</a></li></ul></nav></header>
<article><h1>Bakau Melindungi Pesisir</h1>
<p>Hutan bakau tumbuh di peralihan antara darat dan laut. Akarnya yang rapat menahan lumpur sehingga garis pantai
tidak mudah terkikis oleh gelombang besar, terutama pada musim angin barat yang panjang.</p>
<h2>Manfaat</h2><p>Bakau memberi beberapa manfaat bagi kampung di sekitarnya:</p>
<ul><li>memecah tenaga gelombang sebelum mencapai rumah warga;</li><li>menjadi tempat ikan dan udang bertelur.</li></ul>
<script>alert("jangan terbaca")</script>
</article><footer>Hubungi kami</footer></body></html>"""


def load(folder: Path, name: str, data: bytes | str) -> CourseDocument:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return load_document(path, folder)


def blocks(document: CourseDocument) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def docx(*paragraphs: str, extra: str = "") -> bytes:
    """Write the least of a Word file; "#" before a paragraph is a heading, "=" the title."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    styles = {"#": "Heading1", "=": "Title"}
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{styles[text[0]]}"/></w:pPr><w:r><w:t>{text[1:]}</w:t></w:r></w:p>'
        if text[0] in styles
        else f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
        for text in paragraphs
    )
    names = {"Heading1": "heading 1", "Title": "Title"}
    style = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in names.items()
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{word}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{word}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{space}">{style}</w:styles>',
        "word/document.xml": f'<w:document xmlns:w="{space}"><w:body>{body}{extra}</w:body></w:document>',
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Dewi Lestari</dc:creator>'
        "</cp:coreProperties>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def pptx() -> bytes:
    deck = Presentation()
    deck.core_properties.author = ""
    first = deck.slides.add_slide(deck.slide_layouts[0])
    first.shapes.title.text = "Ekologi Sungai"
    first.placeholders[1].text = "Dewi Lestari, 3 Mei 2024"
    second = deck.slides.add_slide(deck.slide_layouts[1])
    second.shapes.title.text = "Penghuni sungai"
    frame = second.placeholders[1].text_frame
    frame.text = "Produsen membuat makanannya sendiri."
    line = frame.add_paragraph()
    line.text, line.level = "Contohnya ganggang.", 1
    cells = second.shapes.add_table(2, 2, Inches(1), Inches(5), Inches(4), Inches(1)).table
    for row, texts in enumerate((("Ikan", "Makanan"), ("Nila", "Ganggang"))):
        for column, text in enumerate(texts):
            cells.cell(row, column).text = text
    second.notes_slide.notes_text_frame.text = "Tanyakan contoh lain kepada mahasiswa."
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def test_markdown_becomes_plain_text(tmp_path: Path) -> None:
    document = load(tmp_path, "sungai.md", MARKDOWN)
    assert (document.title, document.author, document.date) == ("Sungai dan Rawa", "Dewi Lestari", "3 Mei 2024")
    assert blocks(document) == [
        ("heading", "Sungai dan Rawa"),
        ("byline", "Penulis: Dewi Lestari"),
        ("byline", "Tanggal: 3 Mei 2024"),
        ("paragraph", "Sungai mengalir ke laut, lihat delta."),
        ("heading", "Penghuni"),
        ("paragraph", "Ada dua golongan:"),
        ("item", "1. Produsen"),
        ("item", "– ganggang"),
        ("item", "2. Konsumen"),
        ("table", "Ikan | Makanan"),
        ("table", "Nila | Ganggang"),
        ("heading", "Catatan penting"),
        ("paragraph", "Isi catatan."),
        ("heading", "Daftar Pustaka"),
        ("reference", "• Wijaya, H. S. 2019. Panen ikan. Jakarta."),
    ]
    assert [block.section for block in document.blocks][-4] == "Penghuni > Catatan penting"
    assert "1. Produsen\n  – ganggang\n2. Konsumen" in document.text


def test_html_is_the_article_without_the_page(tmp_path: Path) -> None:
    document = load(tmp_path, "bakau.html", HTML)
    assert (document.title, document.author, document.date) == (
        "Bakau Melindungi Pesisir",
        "Ratna Puspitasari",
        "2023-03-14",
    )
    assert [kind for kind, _ in blocks(document)] == [
        "heading", "byline", "byline", "paragraph", "heading", "paragraph", "item", "item",
    ]  # fmt: skip
    assert not [word for word in ("Beranda", "Hubungi", "alert", "color") if word in document.text]


def test_a_short_page_is_read_whole(tmp_path: Path) -> None:
    page = "<html><body><p>Kuis: sebutkan <b>dua</b><br>ikan sungai.</p><div>Kirim Jumat.</div></body></html>"
    assert load(tmp_path, "kuis.htm", page).text == "Kuis: sebutkan dua\nikan sungai.\n\nKirim Jumat."


def test_docx_has_headings_and_its_author(tmp_path: Path) -> None:
    data = docx("=Ekologi Sungai", "#Penghuni", "Ikan hidup di sungai.", "#Daftar Pustaka", "Wijaya. 2019. Panen ikan.")
    document = load(tmp_path, "ekologi.docx", data)
    assert (document.title, document.author) == ("Ekologi Sungai", "Dewi Lestari")
    assert blocks(document) == [
        ("heading", "Ekologi Sungai"),
        ("byline", "Penulis: Dewi Lestari"),
        ("heading", "Penghuni"),
        ("paragraph", "Ikan hidup di sungai."),
        ("heading", "Daftar Pustaka"),
        ("reference", "Wijaya. 2019. Panen ikan."),
    ]
    assert {block.page for block in document.blocks} == {None}


def test_pptx_has_slides_bullets_tables_and_notes(tmp_path: Path) -> None:
    document = load(tmp_path, "salindia.pptx", pptx())
    assert (document.title, document.author, document.date) == ("Ekologi Sungai", "Dewi Lestari", "3 Mei 2024")
    assert [(block.page, *pair) for block, pair in zip(document.blocks, blocks(document), strict=True)] == [
        (1, "heading", "Ekologi Sungai"),
        (1, "byline", "Dewi Lestari, 3 Mei 2024"),
        (2, "heading", "Penghuni sungai"),
        (2, "item", "• Produsen membuat makanannya sendiri."),
        (2, "item", "– Contohnya ganggang."),
        (2, "table", "Ikan | Makanan"),
        (2, "table", "Nila | Ganggang"),
        (2, "paragraph", "Tanyakan contoh lain kepada mahasiswa."),
    ]
    assert document.blocks[-1].section == "Penghuni sungai"


def test_pdf_has_pages(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for number in (1, 2):
        canvas.drawString(72, 700, f"Halaman ini bernomor {number}.")
        canvas.showPage()
    canvas.save()
    document = load(tmp_path, "dua.pdf", buffer.getvalue())
    assert [(block.page, text) for block, (_, text) in zip(document.blocks, blocks(document), strict=True)] == [
        (1, "Halaman ini bernomor 1."),
        (2, "Halaman ini bernomor 2."),
    ]


SENTENCE = "Résumé “penuh” tentang sungai Citarum, muara, dan naïveté para penambang."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = f"{SENTENCE}\r\n\r\nKalimat kedua ditulis sesudahnya.\r\n"
    document = load(tmp_path, "teks.txt", text.encode(encoding))
    assert document.text.strip() == text.replace("\r\n", "\n").strip()


def test_latin_1(tmp_path: Path) -> None:
    text = "Café dan résumé: naïf, façade, à la carte, déjà vu, São Tomé."
    assert load(tmp_path, "teks.txt", text.encode("latin-1")).text == text


def test_control_characters_become_spaces(tmp_path: Path) -> None:
    document = load(tmp_path, "teks.txt", b"Satu\x00dua\x07 tiga.\x0cHalaman\tbaru\x7f.")
    assert document.text == "Satu dua  tiga.\nHalaman\tbaru ."


def test_json_gives_the_same_document(tmp_path: Path) -> None:
    document = load(tmp_path, "sungai.md", MARKDOWN)
    assert CourseDocument.from_json(document.to_json()) == document
    assert document.sha256 == hashlib.sha256(MARKDOWN.encode()).hexdigest()
    assert document.media_type == "text/markdown"


def test_source_is_relative_and_the_title_falls_back_on_the_name(tmp_path: Path) -> None:
    folder = tmp_path / "bab dua" / "naïf ünïcode"
    folder.mkdir(parents=True)
    path = folder / "03-catatan_akhir — é.txt"
    path.write_text("Hanya satu kalimat pendek tentang muara sungai yang tidak memiliki judul apa pun di atasnya.")
    document = load_document(path, tmp_path, "CC-BY-4.0")
    assert document.source == "bab dua/naïf ünïcode/03-catatan_akhir — é.txt"
    assert (document.title, document.licence) == ("catatan akhir — é", "CC-BY-4.0")


def test_list_files_leaves_out_what_is_no_material(tmp_path: Path) -> None:
    course = tmp_path / "materi"
    (course / ".git").mkdir(parents=True)
    (course / "bab").mkdir()
    outside = tmp_path / "rahasia.txt"
    for path in (outside, course / "b.TXT", course / "bab" / "a.md", course / "course.toml", course / ".a.txt",
                 course / "~$c.docx", course / "gambar.png", course / ".git" / "d.txt"):  # fmt: skip
        path.write_text("isi")
    (course / "keluar.txt").symlink_to(outside)
    (course / "folder").symlink_to(tmp_path, target_is_directory=True)
    (course / "dalam.txt").symlink_to(course / "b.TXT")
    (course / "putus.txt").symlink_to(course / "tiada.txt")
    assert [path.relative_to(course).as_posix() for path in list_files(course)] == ["b.TXT", "bab/a.md", "dalam.txt"]
    with pytest.raises(DocumentError, match="tautan ke luar folder"):
        load_document(course / "keluar.txt", course)


@pytest.mark.parametrize("suffix", sorted(MEDIA_TYPES))
@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 2000, os.urandom(2000), b" \n\t "], ids=["empty", "nul", "noise", "blank"]
)
def test_a_bad_file_gives_one_sentence(tmp_path: Path, suffix: str, data: bytes) -> None:
    name = f"berkas buruk{suffix}"
    try:
        document = load(tmp_path, name, data)
    except DocumentError as error:
        check_message(str(error), name)
    else:  # noise may happen to be readable text
        assert any(character.isalnum() for character in document.text)


def broken(data: bytes, part: str) -> bytes:
    """Damage the deflate stream of a part of an office file; its directory stays whole."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        begin = new.getinfo(part).header_offset + 30 + len(part)
    flipped = bytes(byte ^ 0xFF for byte in packed.getvalue()[begin : begin + 20])
    return packed.getvalue()[:begin] + flipped + packed.getvalue()[begin + 20 :]


def check_message(message: str, name: str) -> None:
    assert f"'{name}'" in message
    assert message.startswith("Berkas ")
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("lama.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
        ("potong.docx", docx("Isi.")[:400]),
        ("salah.docx", docx("Isi.").replace(b"word/document.xml", b"word/dokumen_.xml")),
        ("potong.pptx", pptx()[:9000]),
        ("tukar.pptx", docx("Isi.")),
        ("xml.docx", docx("Isi.", extra="<w:p><tidak ditutup")),
        ("sifat.docx", broken(docx("Isi."), "docProps/core.xml")),
        ("isi.docx", broken(docx("Isi."), "word/document.xml")),
        ("sifat.pptx", broken(pptx(), "docProps/core.xml")),
        ("salindia.pptx", broken(pptx(), "ppt/slides/slide1.xml")),
    ],
)
def test_a_damaged_office_file_is_named(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        load(tmp_path, name, data)
    check_message(str(caught.value), name)


def test_a_file_that_fails_unexpectedly_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(MEDIA_TYPES, ".epub", "application/epub+zip")  # a format that is listed and has no reader
    for name in ("a.txt", "b.epub", "c.md"):
        (tmp_path / name).write_text("Sungai mengalir ke laut.", encoding="utf-8")
    files = _read_files(tmp_path, tmp_path / "index", Course("sungai", "Sungai"), _Previous(), lambda _: None)
    assert [document.source for document in files.extracted] == ["a.txt", "c.md"]
    check_message(files.failed.pop("b.epub"), "b.epub")
    assert not files.failed
    assert "KeyError" in caplog.text


def test_an_office_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.office.LARGEST_UNPACKED", 1000)
    with pytest.raises(DocumentError, match="terlalu besar setelah dibuka"):
        load(tmp_path, "bom.docx", docx("Isi yang panjang."))


@pytest.mark.parametrize(("name", "limit"), [("besar.txt", "10 MB"), ("besar.pdf", "200 MB")])
def test_a_huge_file_is_refused_unread(tmp_path: Path, name: str, limit: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(201_000_000)  # sparse: it takes no room
    with pytest.raises(DocumentError, match=rf"terlalu besar \(201 MB, batasnya {limit}\)"):
        load_document(path, tmp_path)


def test_missing_unknown_and_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"'tiada\.txt' tidak dapat dibuka"):
        load_document(tmp_path / "tiada.txt", tmp_path)
    with pytest.raises(DocumentError, match="belum dapat dibaca"):
        load(tmp_path, "gambar.png", b"x")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(DocumentError, match="tidak dapat dibuka"):
        load_document(tmp_path / "folder.txt", tmp_path)


@pytest.mark.parametrize(
    "data",
    ["# Judul\n\n<script>alert(1)</script>\n\nTeks <b>tebal</b> dan <img src=x onerror=alert(1)> gambar.",
     "<div>" * 5000 + "dalam sekali isinya", "> " * 3000 + "dalam", "- " * 3000 + "dalam"],
    ids=["script", "divs", "quotes", "lists"],
)  # fmt: skip
def test_hostile_markup_is_read_as_text(tmp_path: Path, data: str) -> None:
    for name in ("jahat.md", "jahat.html"):
        try:
            text = load(tmp_path, name, data).text
        except DocumentError as error:  # libxml2 drops what is nested too deep
            check_message(str(error), name)
        else:
            assert "<script" not in text
            assert "alert(1)" not in text
