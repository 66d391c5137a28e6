"""The reader by name: the bundled one judges, a fresh export loads, a broken folder is explained."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import qa.reader
from index.errors import ModelError
from qa.reader import Reader, load_reader, truecase

pytestmark = pytest.mark.integration
BUNDLED = Path(qa.reader.__file__).parent / "models" / "reader"
QUESTION = "Kapan Konvensi Budapest mulai berlaku?"
PASSAGES = ["Konvensi Budapest mulai berlaku pada 1 Juli 2004.", "Rendang dimasak dengan santan dan lengkuas."]


def test_passage_that_answers_is_told_from_one_that_does_not(reader: Reader) -> None:
    said, unsaid = reader.read(QUESTION, PASSAGES)
    assert said.relevance > unsaid.relevance and said.answerable > unsaid.answerable
    assert said.span is not None and "2004" in PASSAGES[0][slice(*said.span)]
    sure, unsure = (reader.confidence(r.relevance, r.relevance) for r in (said, unsaid))
    assert 1 >= sure > reader.threshold > unsure >= 0


@pytest.mark.parametrize(
    "question", ["Kapan konvensi itu berlaku?", "Di mana konvensi itu ditandatangani?", "Apa nama konvensi itu?"]
)
def test_span_leaves_no_bracket_open(question: str, reader: Reader) -> None:
    passage = 'Konvensi Budapest (ETS 185, "Convention on Cybercrime") berlaku pada 1 Juli 2004 (lihat Lampiran [3]).'
    (reading,) = reader.read(question, [passage])
    assert reading.span is not None
    span = passage[slice(*reading.span)]
    assert span.count("(") == span.count(")") and span.count('"') % 2 == 0


@pytest.mark.parametrize(
    ("question", "passage", "cased"),
    [
        ("kapan konvensi budapest berlaku", PASSAGES[0], "kapan Konvensi Budapest berlaku"),
        ("apa itu air", "Air mengalir. Di sungai ada air.", "apa itu air"),
        ("siapa anggota pbb", "PBB berdiri pada 1945.", "siapa anggota PBB"),
        ("siapa anggota pbb", "", "siapa anggota pbb"),
    ],
)
def test_question_takes_over_capitals_of_the_passage(question: str, passage: str, cased: str) -> None:
    assert truecase(question, passage) == cased


def test_contradiction_is_noticed(reader: Reader) -> None:
    assert not reader.supports("Estonia bukan anggota ASEAN.", "Estonia adalah anggota ASEAN.")
    assert reader.supports("Estonia bukan anggota ASEAN.", "Estonia bukan anggota ASEAN.")


def test_silence_is_no_support(reader: Reader) -> None:
    premise = "Konvensi Budapest mulai berlaku pada 1 Juli 2004."
    assert reader.supports(premise, "Konvensi Budapest berlaku sejak Juli 2004.")
    assert not reader.supports(premise, "Harga cabai di pasar Jakarta naik menjelang hari raya.")


def test_fresh_export_without_a_gate_can_be_loaded(tmp_path: Path) -> None:
    shutil.copytree(BUNDLED, tmp_path / "export")
    file = tmp_path / "export" / "config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({k: v for k, v in config.items() if k not in ("gate", "ranking")}), encoding="utf-8")
    assert load_reader(str(tmp_path / "export")).threshold == 0.5


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_broken_folder_is_explained(name: str, tmp_path: Path) -> None:
    shutil.copytree(BUNDLED, tmp_path / "export")
    (tmp_path / "export" / name).write_bytes(b"rusak")
    with pytest.raises(ModelError, match="TANYA_READER"):
        load_reader(str(tmp_path / "export"))
