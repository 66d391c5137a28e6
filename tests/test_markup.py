"""HTML and Markdown: words stay apart, what is nested is read once, nothing that is said is passed over."""

from __future__ import annotations

import pytest

from index.markdown import read_markdown
from index.markup import page_pieces, parse
from index.webpage import read_html

pytestmark = pytest.mark.unit
ROW = "<tr><td>Harga</td><td>naik</td></tr>"


def pieces(markup: str) -> list[tuple[str, str]]:
    page = parse(f"<html><body>{markup}</body></html>")
    return [(piece.kind, piece.text) for piece in page_pieces(page)] if page is not None else []


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<p>Pengantar ekonomi</p><p>Permintaan</p>", "Pengantar ekonomi Permintaan"),
        ("penting.<ol><li>Satu</li><li>Dua</li></ol>", "penting. 1. Satu 2. Dua"),
        ("Satu<br>Dua", "Satu Dua"),
    ],
)
def test_the_blocks_of_a_cell_stand_apart(cell: str, text: str) -> None:
    markup = f"<table><caption>Tabel 1</caption><tbody><tr><td>{cell}</td><td>x</td></tr>{ROW}</tbody></table>"
    assert pieces(markup) == [("paragraph", "Tabel 1"), ("table", f"{text} | x"), ("table", "Harga | naik")]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("<tr><td><ul><li>Menu</li></ul></td><td><p>Satu.</p><p>Dua.</p></td></tr>",
         [("item", "• Menu"), ("paragraph", "Satu."), ("paragraph", "Dua.")]),
        (f"<tr><td><h2>Bab</h2>Isi.</td><td>Lain.</td></tr>{ROW}",
         [("heading", "Bab"), ("paragraph", "Isi."), ("paragraph", "Lain."), ("paragraph", "Harga"),
          ("paragraph", "naik")]),
        (f"<tr><td>Luar</td><td><table>{ROW}{ROW}</table></td></tr><tr><td>a</td></tr>",
         [("paragraph", "Luar"), ("table", "Harga | naik"), ("table", "Harga | naik"), ("paragraph", "a")]),
    ],
    ids=["one row", "headings", "nested"],
)  # fmt: skip
def test_a_table_that_lays_out_a_page_is_read_as_blocks(table: str, found: list[tuple[str, str]]) -> None:
    assert pieces(f"<table>{table}</table>") == found


def test_headings_of_columns_make_no_layout() -> None:
    head = "<tr><th><h4>Barang</h4></th><th><h4>Arah</h4></th></tr>"
    assert pieces(f"<table>{head}{ROW}</table>") == [("table", "Barang | Arah"), ("table", "Harga | naik")]


def test_what_is_skipped_is_skipped_whole() -> None:
    formula = "<span><math><mi>E</mi><annotation>E=m</annotation></math></span><span>E=m</span>"
    markup = f"<p>Rumus <span>{formula}</span> dan <b><svg><title>ikon</title></svg> massa</b>.</p>"
    assert pieces(markup) == [("paragraph", "Rumus E=m dan massa.")]


def test_an_item_may_say_its_number() -> None:
    assert [text for _, text in pieces("<ol><li>a<li value=5>b<li>c</ol>")] == ["1. a", "5. b", "6. c"]


def test_a_line_break_in_markdown_keeps_words_apart() -> None:
    content = read_markdown(b"# Bab<br>Satu\n\nSatu<br>Dua\n\n| a<br/>b | c |\n|--|--|\n| 1 | 2 |\n", "a.md")
    assert [piece.text for piece in content.pieces] == ["Bab Satu", "Satu\nDua", "a b | c", "1 | 2"]


@pytest.mark.parametrize(
    ("header", "title", "first"),
    [
        ("title: Pasar\ntags:\n  - a\n- b\n# catatan", "Pasar", "Isi."),
        ("title: Pasar\n\ntags: [\n  a,\n]\n", "Pasar", "Isi."),
        ("\n# Bab satu\n\nIsi: pertama.\n", "", "Bab satu"),
        ("# Bab satu\nPasar mempertemukan orang.", "", "Bab satu"),
        ("# Bab satu", "", "Bab satu"),
    ],
)
def test_front_matter_holds_keys_only(header: str, title: str, first: str) -> None:
    content = read_markdown(f"---\n{header}\n---\n\nIsi.\n".encode(), "a.md")
    assert (content.title, content.pieces[0].text) == (title, first)


def prose(word: str) -> str:
    return " ".join(f"{word} nomor {n} dipilih orang pada berbagai tingkat harga di pasar." for n in range(9))


def test_a_page_without_a_site_around_it_is_read_whole() -> None:
    body = f"""<form><h2>Permintaan</h2><p>{prose("Barang")}</p><input value="x">
        <h2 id="b">Penawaran</h2><p>{prose("Jasa")}</p></form><details><summary>Apa itu pasar?</summary>
        <p>{prose("Uang")}</p></details><ul class="related"><li><a href="#b">Harga naik.</a></li></ul>"""
    menu = f'<div class="sidebar"><ul>{"<li><a href=/berita>Berita kampus</a></li>" * 30}</ul></div>'
    whole, framed = (
        [(piece.kind, piece.text) for piece in read_html(page.encode(), "a.html").pieces if len(piece.text) < 40]
        for page in (body, f"<article>{body.replace('form', 'div')}</article>{menu}")
    )
    heads = [("heading", "Permintaan"), ("heading", "Penawaran"), ("heading", "Apa itu pasar?")]
    assert whole == [*heads, ("item", "• Harga naik.")]
    assert framed == heads
