"""Passages: exact offsets, whole lists, no furniture, sizes, overlap, pages."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from langchain_core.documents import Document

from index.blocks import CourseDocument, Piece, assemble
from index.cuts import LARGEST
from index.documents import list_files, load_document, mark_furniture
from index.front import complete
from index.markdown import read_markdown
from index.passages import FRONT_SECTION, REFERENCE_SECTION, retrieval_text, split

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parent
FOLDERS = [ROOT / "data" / "web", ROOT / "data" / "notes", ROOT.parent / "corpus" / "diplomasi-siber"]
SENTENCE = "Sungai membawa hara dari hutan di hulu ke dataran rendah sepanjang tahun tanpa henti."  # 13 words


def document(pieces: list[Piece], title: str = "Ekologi") -> CourseDocument:
    text, blocks = assemble(pieces, title)
    return CourseDocument("a.md", title, "Dewi Lestari", "3 Mei 2024", "CC-BY-4.0", "text/markdown", "", text, blocks)


def markdown(text: str) -> CourseDocument:
    return document(list(complete(read_markdown(text.encode(), "a.md")).pieces))


def size(passage: Document) -> int:
    return len(passage.page_content.split())


def check(source: CourseDocument, passages: list[Document]) -> None:
    """What holds for every document: offsets, order, coverage, no furniture, unique ids."""
    for passage in passages:
        start, end = passage.metadata["start"], passage.metadata["end"]
        assert passage.page_content == source.text[start:end] == source.text[start:end].strip() != ""
        assert not [b for b in source.blocks if b.kind == "furniture" and b.start < end and b.end > start]
    for before, after in pairwise(passages):
        assert before.metadata["start"] < after.metadata["start"]
        assert before.metadata["end"] < after.metadata["end"]
    for block in source.blocks:
        if block.kind != "furniture":
            inside = [p for p in passages if p.metadata["start"] < block.end and p.metadata["end"] > block.start]
            covered = {i for p in inside for i in range(p.metadata["start"], p.metadata["end"])}
            assert all(i in covered or source.text[i].isspace() for i in range(block.start, block.end))
    assert len({passage.id for passage in passages}) == len(passages)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_real_documents(folder: Path) -> None:
    for source in mark_furniture([load_document(path, folder) for path in list_files(folder)]):
        passages = split(source)
        check(source, passages)
        assert passages == split(source)
        assert all(size(passage) <= LARGEST + 40 for passage in passages)
        assert {passage.metadata["title"] for passage in passages} == {source.title}


PIECES = st.lists(
    st.builds(
        Piece,
        st.sampled_from(["heading", "paragraph", "item", "table", "byline", "reference", "furniture"]),
        st.sampled_from(
            ["Judul", SENTENCE, f"{SENTENCE} {SENTENCE} Akhirnya selesai.", "1. Butir pertama", "a | b", "x" * 3000,
             "kata " * 700, "Baris satu\nbaris dua", "?"]
        ),
        st.one_of(st.none(), st.integers(1, 3)),
        st.integers(1, 3),
    ),
    max_size=25,
)  # fmt: skip


@example([Piece("paragraph", "Judul", None, 1), Piece("paragraph", "kata " * 700, None, 1)])
@given(PIECES)
def test_any_blocks(pieces: list[Piece]) -> None:
    source = document([replace(piece, text=piece.text.strip()) for piece in pieces])
    check(source, split(source))


def test_ids_depend_on_source_place_and_text() -> None:
    first = markdown(f"# Ekologi\n\n{SENTENCE}")
    assert [p.id for p in split(first)] == [p.id for p in split(markdown(f"# Ekologi\n\n{SENTENCE}"))]
    assert split(first)[0].id != split(replace(first, source="b.md"))[0].id
    assert split(first)[0].id == split(replace(first, title="Lain"))[0].id
    assert len(str(split(first)[0].id)) == 32


def test_a_long_section_is_cut_at_paragraphs_with_one_sentence_again() -> None:
    numbered = [f"Kalimat ke-{n} menerangkan bagaimana {SENTENCE.lower()}" for n in range(60)]
    paragraphs = [" ".join(numbered[at : at + 4]) for at in range(0, 60, 4)]
    passages = split(markdown("# Ekologi\n\n" + "\n\n".join(paragraphs)))
    assert len(passages) > 4
    assert all(100 <= size(passage) <= 240 for passage in passages)
    for before, after in pairwise(passages):
        shared = before.metadata["end"] - after.metadata["start"]
        again = after.page_content[:shared]
        assert again == before.page_content[-shared:]
        assert again.startswith("Kalimat ke-")
        assert again.count("Kalimat ke-") == 1
        assert after.page_content[shared : shared + 2] == "\n\n"


def test_sections_are_not_mixed_and_start_with_their_heading() -> None:
    body = " ".join([SENTENCE] * 5)
    passages = split(markdown(f"# Ekologi\n\n## Hulu\n\n{body}\n\n### Hutan\n\n{body}\n\n## Hilir\n\n{body}"))
    assert [passage.metadata["section"] for passage in passages] == ["Hulu", "Hulu > Hutan", "Hilir"]
    assert [passage.page_content.split("\n")[0] for passage in passages] == ["Ekologi", "Hutan", "Hilir"]


def test_tiny_sections_are_put_together() -> None:
    passages = split(
        markdown("# Ekologi\n\n" + "\n\n".join(f"## Istilah {n}\n\nArtinya adalah {n}." for n in range(3)))
    )
    assert len(passages) == 1
    assert passages[0].metadata["section"] == "Istilah 0 · Istilah 1 · Istilah 2"
    assert passages[0].page_content.endswith("Istilah 2\n\nArtinya adalah 2.")


def test_a_list_stays_with_its_introduction() -> None:
    groups = "\n".join(f"{n}. Golongan ke-{n}:\n   - {SENTENCE}\n   - {SENTENCE}" for n in range(1, 5))
    before = f"{' '.join([SENTENCE] * 7)}\n\n{' '.join([SENTENCE] * 6)}"
    passages = split(markdown(f"# Ekologi\n\n{before}\n\nAda empat golongan penghuni sungai:\n\n{groups}\n\n{before}"))
    found = [passage for passage in passages if "Golongan ke-1" in passage.page_content]
    assert len(found) == 1
    assert "Ada empat golongan penghuni sungai:" in found[0].page_content
    assert f"Golongan ke-4:\n  – {SENTENCE}\n  – {SENTENCE}" in found[0].page_content


def test_a_list_that_is_too_long_repeats_its_introduction_as_metadata() -> None:
    items = "\n".join(f"- Butir ke-{n}: {SENTENCE}" for n in range(40))
    passages = split(markdown(f"# Ekologi\n\nBerikut empat puluh butir tentang sungai:\n\n{items}"))
    assert len(passages) > 2
    assert passages[0].metadata["intro"] == ""
    assert {passage.metadata["intro"] for passage in passages[1:]} == {"Berikut empat puluh butir tentang sungai:"}
    assert all(passage.page_content.startswith("• Butir ke-") for passage in passages[1:])


def test_a_long_table_repeats_its_header_as_metadata() -> None:
    rows = "\n".join(f"| Ikan {n} | {SENTENCE} |" for n in range(40))
    passages = split(markdown(f"# Ekologi\n\n| Nama | Uraian |\n|---|---|\n{rows}"))
    assert len(passages) > 2
    assert {passage.metadata["intro"] for passage in passages[1:]} == {"Nama | Uraian"}


def test_front_matter_and_references_are_passages_of_their_own() -> None:
    text = f"# Ekologi\n\nOleh: Dewi Lestari, 3 Mei 2024\n\n{SENTENCE}"
    text += "\n\n## Daftar Pustaka\n\n- Wijaya. 2019. Panen. Jakarta."
    front, body, references = split(markdown(text))
    assert front.page_content == "Ekologi\n\nOleh: Dewi Lestari, 3 Mei 2024"
    assert front.metadata["section"] == FRONT_SECTION
    assert body.page_content == SENTENCE
    assert references.metadata["section"] == REFERENCE_SECTION
    assert references.page_content == "Daftar Pustaka\n\n• Wijaya. 2019. Panen. Jakarta."
    assert {passage.metadata["author"] for passage in (front, body, references)} == {"Dewi Lestari"}


def test_front_matter_of_a_web_page_is_found_beside_the_furniture() -> None:
    course = ROOT / "data" / "web"
    passages = split(load_document(course / "hutan-bakau.txt", course))
    fronts = [p.page_content for p in passages if p.metadata["section"] == FRONT_SECTION]
    assert [front.split("\n")[0] for front in fronts] == [
        "Ratna Puspitasari",
        "Mengapa Hutan Bakau Melindungi Kampung Pesisir",
    ]


def test_pages_of_a_passage_that_crosses_one() -> None:
    first, second = "Kalimat ini dimulai di sini dan", "selesai di sana."
    pieces = [
        Piece("paragraph", SENTENCE, 4),
        Piece("paragraph", first, 4),
        Piece("paragraph", second, 5, continues=True),
    ]
    (passage,) = split(document(pieces))
    assert passage.page_content == f"{SENTENCE}\n\n{first} {second}"
    assert passage.metadata["page"] == 4
    assert passage.metadata["pages"] == [[0, 4], [passage.page_content.index("selesai"), 5]]


def test_retrieval_text_names_title_section_and_introduction() -> None:
    passage = Document("Isi.", metadata={"title": "Ekologi", "section": "Hulu > Hutan", "intro": "Ada dua:"})
    assert retrieval_text(passage) == "Ekologi — Hulu > Hutan\nAda dua:\nIsi."
    bare = Document("Isi.", metadata={"title": "Ekologi", "section": "", "intro": ""})
    assert retrieval_text(bare) == "Ekologi\nIsi."
