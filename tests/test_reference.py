"""References to copy: names, dates, fallbacks."""

from __future__ import annotations

import pytest

from index.blocks import Block, CourseDocument
from qa.web.reference import reference, written_authors, written_date

pytestmark = pytest.mark.unit


def document(
    source: str = "bacaan.pdf", title: str = "Judul Artikel", author: str = "", date: str = ""
) -> CourseDocument:
    return CourseDocument(source, title, author, date, "", "application/pdf", "0" * 64, "", ())


@pytest.mark.parametrize(
    ("author", "written"),
    [
        ("Andi Pratama", "Pratama, A."),
        ("Andi Budi Pratama", "Pratama, A. B."),
        ("Sukarno", "Sukarno"),
        ("Dr. Siti Rahayu, M.Si.", "Rahayu, S."),
        ("Prof. Dr. Budi Santoso, S.H., M.H., Ph.D.", "Santoso, B."),
        ("Andi Pratama dan Siti Rahayu", "Pratama, A., dan Rahayu, S."),
        ("Andi Pratama, Siti Rahayu, Budi Santoso", "Pratama, A., Rahayu, S., dan Santoso, B."),
        ("Tim Tanya Materi", "Tim Tanya Materi"),
        ("Kementerian Luar Negeri", "Kementerian Luar Negeri"),
        ("Badan Siber dan Sandi Negara", "Badan Siber dan Sandi Negara"),
        (
            "Kementerian Pendidikan, Kebudayaan, Riset, dan Teknologi",
            "Kementerian Pendidikan, Kebudayaan, Riset, dan Teknologi",
        ),
        ("Pusat Studi Hukum dan Kebijakan; Andi Pratama", "Pusat Studi Hukum dan Kebijakan, dan Pratama, A."),
        ("Andi Pratama dan Badan Siber dan Sandi Negara", "Pratama, A., dan Badan Siber dan Sandi Negara"),
        ("Budi Santoso S.Kom., M.T.", "Santoso, B."),
        ("Budi Santoso, SH, MH", "Santoso, B."),
        ("Budi Santoso, S. H., M. Si.", "Santoso, B."),
        ("Budi Santoso SH", "Santoso, B."),
        ("Ahmad Fauzi, Lc., M.A.", "Fauzi, A."),
        ("Siti Rahayu, S.Pd.I., A.Md.Kom, Andi Pratama, Sp.A.", "Rahayu, S., dan Pratama, A."),
        ("Sukarno, S.H.", "Sukarno"),
        ("Andi Pratama, S. Hartono", "Pratama, A., dan Hartono, S."),
        ("M.A. Sahal", "Sahal, M. A."),
        ("Jack Ma", "Ma, J."),
        ("Santoso, B.", "Santoso, B."),
        ("Santoso, S. H.", "Santoso, S. H."),
        ("Santoso, Budi", "Santoso, B."),
        ("Santoso, Budi, M.Si.", "Santoso, B."),
        ("Santoso, Budi dan Rahayu, Siti", "Santoso, B., dan Rahayu, S."),
        ("Santoso, B., Rahayu, S. A., & Pratama, A.", "Santoso, B., Rahayu, S. A., dan Pratama, A."),
        ("Andi, Budi, dan Citra", "Andi, Budi, dan Citra"),
        ("", ""),
    ],
)
def test_names(author: str, written: str) -> None:
    assert written_authors(author) == written


@pytest.mark.parametrize(
    ("date", "written"),
    [
        ("5 Maret 2021", "2021, 5 Maret"),
        ("March 5, 2021", "2021, 5 Maret"),
        ("5th March 2021", "2021, 5 Maret"),
        ("2021-03-05", "2021, 5 Maret"),
        ("05/03/2021", "2021, 5 Maret"),
        ("April 2026", "2026, April"),
        ("2019", "2019"),
        ("2021-13-05", "2021"),
        ("kemarin", "t.t."),
        ("", "t.t."),
    ],
)
def test_dates(date: str, written: str) -> None:
    assert written_date(date) == written


def test_whole_reference_with_page() -> None:
    made = reference(document(author="Andi Pratama", date="5 Maret 2021"), "Diplomasi Siber", 4)
    assert made == "Pratama, A. (2021, 5 Maret). Judul Artikel [PDF], hlm. 4. Diplomasi Siber."


def test_title_comes_first_without_author_and_date_is_said_to_be_missing() -> None:
    assert reference(document(), "Diplomasi Siber", 4) == "Judul Artikel [PDF]. (t.t.), hlm. 4. Diplomasi Siber."
    assert reference(document("catatan.md"), "") == "Judul Artikel. (t.t.)."


def test_slides_and_group_authors() -> None:
    made = reference(document("a.pptx", author="Tim Tanya Materi", date="April 2026"), "Diplomasi Siber", 2)
    assert made == "Tim Tanya Materi. (2026, April). Judul Artikel [Salindia], salindia 2. Diplomasi Siber."


def test_address_comes_from_the_byline_only() -> None:
    text = "Judul\n\nTerbit di https://contoh.id/a.\n\nLihat https://lain.id/b"
    blocks = (Block("heading", 0, 5), Block("byline", 7, 36), Block("paragraph", 38, len(text)))
    whole = CourseDocument("a.html", "Judul", "", "", "", "text/html", "0" * 64, text, blocks)
    assert reference(whole, "K") == "Judul [Halaman web]. (t.t.). K. https://contoh.id/a"
    assert "https" not in reference(CourseDocument("a.html", "Judul", "", "", "", "t", "0" * 64, text, blocks[2:]), "K")
