"""Word and PowerPoint: lists go on counting; notes, equations, charts and diagrams are read; pictures are named."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Inches

from index.blocks import Content
from index.documents import load_document
from index.equations import DRAWING, write_out
from index.office import read_docx, read_pptx
from tests.test_documents import docx

pytestmark = pytest.mark.unit
DRAWN = "http://schemas.openxmlformats.org/drawingml/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
SPACES = f'xmlns:m="{OFFICE}/math" xmlns:a="{DRAWN}/main" xmlns:p="{P}" xmlns:w="{W}"'
ELASTICITY = f"""<m:oMath {SPACES}><m:sSub><m:e><m:r><m:t>E</m:t></m:r></m:e><m:sub><m:r><m:t>d</m:t></m:r></m:sub>
</m:sSub><m:r><m:t>=</m:t></m:r><m:f><m:fPr/><m:num><m:r><m:t>%ΔQ</m:t></m:r></m:num><m:den><m:r><m:t>P</m:t></m:r>
</m:den></m:f></m:oMath>"""
INK = '<p:contentPart xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main"/>'


def paragraph(text: str, numbered: str = "", bold: bool = False, after: str = "") -> str:
    """A paragraph of Word; `numbered` is "definition level"."""
    numbers = '<w:numPr><w:ilvl w:val="{1}"/><w:numId w:val="{0}"/></w:numPr>'.format(*numbered.split() or "00")
    properties = f"<w:pPr>{numbers if numbered else ''}</w:pPr>"
    return f"<w:p>{properties}<w:r>{'<w:rPr><w:b/></w:rPr>' * bold}<w:t>{text}</w:t></w:r>{after}</w:p>"


def word(*body: str, **parts: str) -> list[tuple[str, str]]:
    """The kinds and texts in a Word file of these paragraphs and further parts."""
    levels = "".join(f'<w:lvl w:ilvl="{n}"><w:numFmt w:val="decimal"/></w:lvl>' for n in (0, 1))
    lists = "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="0"/></w:num>' for n in (1, 2))
    parts["numbering"] = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{lists}'
    buffer = io.BytesIO(docx("#Bab", extra="".join(body)))
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", f'<w:{name} xmlns:w="{W}">{content}</w:{name}>')
    return [(piece.kind, piece.text) for piece in read_docx(buffer.getvalue(), "bab.docx").pieces[1:]]


def test_a_word_list_goes_on_counting_behind_a_paragraph() -> None:
    body = [("satu", "1 0"), ("Penjelasan."), ("dua", "1 0"), ("anak", "1 1"), ("Lagi."), ("anak lain", "1 1"),
            ("tiga", "1 0"), ("anak tiga", "1 1"), ("Daftar lain:"), ("mulai lagi", "2 0")]  # fmt: skip
    found = word(*(paragraph(*([text] if isinstance(text, str) else text)) for text in body))
    assert [text for kind, text in found if kind == "item"] == [
        "1. satu", "2. dua", "1. anak", "2. anak lain", "3. tiga", "1. anak tiga", "1. mulai lagi",
    ]  # fmt: skip


def test_notes_of_word_are_references_and_leave_no_mark() -> None:
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>.</w:t></w:r>'
    notes = f'<w:footnote w:id="2">{paragraph("Lihat Nye (2010).")}</w:footnote>'
    found = word(paragraph("Kuasa lunak milik negara", after=mark), paragraph("satu", "1 0"), footnotes=notes)
    assert found == [
        ("paragraph", "Kuasa lunak milik negara."),
        ("item", "1. satu"),
        ("reference", "Lihat Nye (2010)."),
    ]


def test_a_power_before_the_mark_of_a_note_stays() -> None:
    raised = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
    mark = f'<w:r>{raised}<w:t>2</w:t></w:r><w:r>{raised}<w:footnoteReference w:id="2"/></w:r><w:r><w:t>.</w:t></w:r>'
    notes = f'<w:footnote w:id="2">{paragraph("Lihat Nye (2010).")}</w:footnote>'
    assert word(paragraph("Luasnya 5 m", after=mark), footnotes=notes)[0] == ("paragraph", "Luasnya 5 m2.")


def test_a_short_bold_paragraph_of_word_is_a_heading() -> None:
    row = f"<w:tr><w:tc>{paragraph('Ikan', bold=True)}</w:tc><w:tc>{paragraph('Umpan', bold=True)}</w:tc></w:tr>"
    texts = ["Dewi Lestari", "Pengertian dan ruang lingkup pasar", "Harga naik.", "Ingat:"]
    found = word(*(paragraph(text, bold=True) for text in texts), f"<w:tbl>{row}{row}</w:tbl>")
    assert [kind for kind, _ in found] == ["paragraph", "heading", "paragraph", "paragraph", "table", "table"]
    styled = '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Bab</w:t></w:r></w:p>'
    cover = docx(extra=paragraph("Universitas Pesisir", bold=True) + styled)
    assert [piece.kind for piece in read_docx(cover, "bab.docx").pieces] == ["paragraph", "heading"]


def test_equations_are_written_out_where_they_stand() -> None:
    spaced = f"<w:p><w:r><w:t>Rumusnya </w:t></w:r>{ELASTICITY}<w:r><w:t> saja.</w:t></w:r></w:p>"
    assert word(spaced, f'<w:p><m:oMathPara xmlns:m="{OFFICE}/math">{ELASTICITY}</m:oMathPara></w:p>') == [
        ("paragraph", "Rumusnya E_d=(%ΔQ)/P saja."),
        ("paragraph", "E_d=(%ΔQ)/P"),
    ]


@pytest.mark.parametrize(
    ("math", "line"),
    [
        ("<m:sSup><m:e><m:d><m:e>{a}{b}</m:e></m:d></m:e><m:sup>{b}</m:sup></m:sSup>", "(ab)^b"),
        ("<m:rad><m:radPr/><m:deg/><m:e>{a}</m:e></m:rad>", "√a"),
        ('<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{a}</m:sub><m:sup/><m:e>{b}</m:e></m:nary>', "∑_a b"),
        ('<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e>{a}</m:e></m:d>', "[a]"),
        ("<m:d><m:e><m:m><m:mr><m:e>{a}</m:e><m:e>{b}</m:e></m:mr><m:mr><m:e>{b}</m:e><m:e>{a}</m:e></m:mr></m:m>"
         "</m:e></m:d>", "(a, b; b, a)"),
        ("<m:eqArr><m:e>{a}<m:r><m:t>&amp;=1</m:t></m:r></m:e><m:e>{b}</m:e></m:eqArr>", "a=1; b"),
        ("<m:func><m:fName><m:limLow><m:e>{a}</m:e><m:lim>{b}</m:lim></m:limLow></m:fName><m:e>{b}</m:e></m:func>",
         "a_b b"),
        ("{a}<m:sPre><m:sub>{a}</m:sub><m:sup>{b}</m:sup><m:e>{b}</m:e></m:sPre>", "a _a^b b"),
        ("{a}<m:rad><m:deg>{b}</m:deg><m:e>{a}</m:e></m:rad>", "a ^b√a"),
        ("<m:bar><m:barPr><m:pos m:val='top'/></m:barPr><m:e>{a}</m:e></m:bar>", "a\u0305"),
        ("{b}<m:acc><m:e>{a}{b}</m:e></m:acc>", ""),
        ("<m:f><m:fPr><m:type m:val='noBar'/></m:fPr><m:num>{a}</m:num><m:den>{b}</m:den></m:f>", ""),
    ],
)  # fmt: skip
def test_equations_keep_their_sense_in_one_line(math: str, line: str) -> None:
    letters = {name: f"<m:r><m:t>{name}</m:t></m:r>" for name in "ab"}
    root = etree.fromstring(f"<a:p {SPACES}><m:oMath>{math.format(**letters)}</m:oMath></a:p>")
    write_out(root, DRAWING)
    assert [part.text for part in root.iter(f"{DRAWING}t")] == [line]


@pytest.fixture
def deck() -> Any:
    return Presentation()


def slides(deck: Any) -> Content:
    buffer = io.BytesIO()
    deck.save(buffer)
    return read_pptx(buffer.getvalue(), "pasar.pptx")


def texts(deck: Any) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in slides(deck).pieces]


def test_a_shape_that_powerpoint_wrote_twice_is_read_once(deck: Any) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = "Elastisitas", "Rumusnya "
    shape = slide.placeholders[1]._element
    line = shape.txBody.p_lst[0]
    line.append(etree.fromstring(f'<a14:m xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main">{ELASTICITY}</a14:m>'))  # fmt: skip  # noqa: E501
    both = etree.fromstring(f'<mc:AlternateContent xmlns:mc="{MC}" {SPACES}><mc:Choice/><mc:Fallback/>{INK}</mc:AlternateContent>')  # fmt: skip  # noqa: E501
    shape.addprevious(both)
    both[1].append(etree.fromstring(etree.tostring(shape).replace(b"Rumusnya", b"gambar")))
    both[0].append(shape)
    assert texts(deck) == [("heading", "Elastisitas"), ("paragraph", "Rumusnya E_d=(%ΔQ)/P")]


def test_charts_give_their_title_and_their_data(deck: Any) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    place = (Inches(1), Inches(1), Inches(4), Inches(3))
    data = CategoryChartData()
    data.categories = ["2023", "2024"]
    data.add_series("Ekspor", (12, 0.1 + 0.2))
    data.add_series("Impor", (1234567, None))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *place, data).chart
    chart.chart_title.text_frame.text = "Neraca dagang"
    points = XyChartData()
    points.add_series("Permintaan").add_data_point(10, 5)
    slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, Inches(1), Inches(5), Inches(4), Inches(2), points)
    assert texts(deck) == [
        ("paragraph", "Neraca dagang"),
        ("table", " | Ekspor | Impor"),
        ("table", "2023 | 12 | 1234567"),
        ("table", "2024 | 0.3 | "),
        ("paragraph", ""),
        ("table", " | Permintaan"),
        ("table", "10 | 5"),
    ]


def test_the_texts_of_smartart_are_items(deck: Any) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    point = "<dgm:pt><dgm:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></dgm:t></dgm:pt>"
    listed = "".join(map(point.format, ("Produksi", "Distribusi", "")))
    model = f'<dgm:dataModel xmlns:dgm="{DRAWN}/diagram" {SPACES}><dgm:ptLst>{listed}</dgm:ptLst></dgm:dataModel>'
    part = Part(PackURI("/ppt/diagrams/data1.xml"), f"{DRAWN}/data", deck.part.package, model.encode())
    key = slide.part.relate_to(part, f"{OFFICE}/relationships/diagramData")
    frame = slide.shapes.add_table(1, 1, 0, 0, Inches(1), Inches(1))._element.graphic.graphicData
    frame.set("uri", f"{DRAWN}/diagram")
    frame[0].getparent().replace(
        frame[0],
        etree.fromstring(
            f'<dgm:relIds xmlns:dgm="{DRAWN}/diagram" xmlns:r="{OFFICE}/relationships" r:dm="{key}" r:lo="rId99"/>'
        ),
    )
    assert texts(deck) == [("item", "• Produksi"), ("item", "• Distribusi")]


def test_slides_of_nothing_but_pictures_are_named(deck: Any) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    for text in ("Pasar", "", "Kurva", ""):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
        if text != "Pasar":
            slide.shapes.add_picture(picture, 0, 0)
    found = slides(deck)
    assert found.warnings == ("Salindia 2, 4 dari 'pasar.pptx' hanya berisi gambar dan tidak ikut terbaca.",)
    assert found.pages == 4


def test_a_slide_without_a_title_is_in_no_section(deck: Any, tmp_path: Path) -> None:
    for layout, texts in ((0, ("Pasar", "Pertemuan satu")), (1, ("Permintaan", "Isi.")), (6, ("Lepas.",))):
        slide = deck.slides.add_slide(deck.slide_layouts[layout])
        for number, text in enumerate(texts):
            shapes = slide.placeholders
            box = shapes[number] if layout != 6 else slide.shapes.add_textbox(0, 0, Inches(3), Inches(1))
            box.text_frame.text = text
    deck.save(tmp_path / "pasar.pptx")
    document = load_document(tmp_path / "pasar.pptx", tmp_path)
    assert [(block.page, block.section) for block in document.blocks][-2:] == [(2, "Permintaan"), (3, "")]
