"""The examples that the generator is taught with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit
FOLDER = Path(__file__).parent.parent / "training" / "generator"


@pytest.fixture(autouse=True)
def training_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))


@pytest.mark.parametrize(
    ("question", "answer", "sentence"),
    [
        ("Kapan kapal uap itu diluncurkan?", "12 Mei 1820", "Kapal uap itu diluncurkan pada 12 Mei 1820."),
        ("kapankah Sungai Bening meluap ?", "1987", "Sungai Bening meluap pada tahun 1987."),
        ("Tahun berapa jembatan ini dibangun?", "sekitar 1910", "Jembatan ini dibangun sekitar 1910."),
        ("Apa itu fotometer?", "alat pengukur cahaya.", "Fotometer adalah alat pengukur cahaya."),
        ("Siapakah nama pendiri sanggar itu?", "Ratna", "Pendiri sanggar itu adalah Ratna."),
        ("Di mana letak Danau Biru?", "Pulau Sana", "Danau Biru terletak di Pulau Sana."),
        ("Dimana tokoh itu dilahirkan?", "di Tuban", "Tokoh itu dilahirkan di Tuban."),
        ("Dari mana kopi itu berasal?", "Gayo", "Kopi itu berasal dari Gayo."),
        ("Berapa banyak murid sekolah itu?", "40", ""),
        ("Mengapa langit biru?", "hamburan cahaya", ""),
        ("Kapan lahir tokoh itu?", "1900", ""),
    ],
)
def test_a_question_and_its_answer_make_a_statement(question: str, answer: str, sentence: str) -> None:
    from statements import statement  # type: ignore[import-not-found]

    assert statement(question, answer) == sentence


def test_every_example_of_ours_stands_on_its_passages() -> None:
    checked = subprocess.run(
        [sys.executable, "check.py"], cwd=FOLDER, env={"PYTHONPATH": str(FOLDER.parent.parent)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout[-2000:] + checked.stderr[-2000:]


def test_an_answer_that_its_passage_does_not_say_is_found(tmp_path: Path) -> None:
    from check import faults  # type: ignore[import-not-found]

    row = {
        "id": "x", "kind": "fact", "question": "Kapan sanggar itu berdiri?", "history": [],
        "passages": [{"title": "Sanggar", "text": "Sanggar itu berdiri pada 1990 di tepi kali."}],
    }  # fmt: skip
    assert not list(faults(row | {"answer": "Sanggar itu berdiri pada 1990 [1]."}))
    assert list(faults(row | {"answer": "Sanggar itu berdiri pada 1991 [1]."}))
    assert list(faults(row | {"answer": "Sanggar itu berdiri pada 1990 [2]."}))
