"""What the reader is taught with: our own questions, and the rows that are made of them."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

import qa.reader

pytestmark = pytest.mark.unit
FOLDER = Path(__file__).parent.parent / "training" / "reader"
TOKENIZER = Path(qa.reader.__file__).parent / "models" / "reader" / "tokenizer.json"


@pytest.fixture(autouse=True)
def training_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))


@pytest.fixture
def asked() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines()]


def test_our_questions_are_whole(asked: list[dict[str, Any]]) -> None:
    assert len({row["passage"] for row in asked}) == len(asked)
    answers = [answer for row in asked for answer in row["questions"].values()]
    assert all(answer is None or answer.strip() == answer != "" for answer in answers)
    share = sum(answer is None for answer in answers) / len(answers)
    assert 0.35 < share < 0.55  # near misses and answerable questions about as often


def test_held_out_paragraphs_are_not_trained_on(asked: list[dict[str, Any]], tmp_path: Path) -> None:
    from corpora import own_questions  # type: ignore[import-not-found]

    folder = tmp_path / "wikipedia_id_sample"
    folder.mkdir()
    with gzip.open(folder / "passages.jsonl.gz", "wt", encoding="utf-8") as file:
        for row in asked:  # stand-ins for the paragraphs, which are not part of the project
            text = " | ".join(answer for answer in row["questions"].values() if answer)
            file.write(json.dumps({"id": row["passage"], "title": "Judul", "text": text}) + "\n")
    taught, held = own_questions(tmp_path), own_questions(tmp_path, held_out=True)
    assert len(taught) + len(held) == sum(len(row["questions"]) for row in asked)
    assert not {q.context for q in taught} & {q.context for q in held}
    assert 0.03 < len(held) / len(taught) < 0.08
    assert all(q.context[q.start :].startswith(q.answers[0]) for q in [*taught, *held] if q.answerable)


def test_every_answerable_question_is_also_asked_where_nothing_answers() -> None:
    from augment import Rewriter  # type: ignore[import-not-found]
    from batches import IGNORE, Sampler  # type: ignore[import-not-found]
    from corpora import Pair, Question  # type: ignore[import-not-found]

    text = (
        "Sanggar Ratna berdiri pada 1990 di tepi kali. Muridnya empat puluh orang dari tiga desa. Ia tutup pada hujan."
    )
    question = Question("a", "Kapan Sanggar Ratna berdiri?", text, "Sanggar Ratna", ("1990",), text.index("1990"))
    unsaid = Question("b", "Siapa pendiri Sanggar Ratna?", text, "Sanggar Ratna", (), -1)
    others = ["Danau Biru terletak di Pulau Sana.", "Kopi Gayo tumbuh di pegunungan."]
    pairs = [Pair(f"Kali itu panjangnya {n} km.", "Kali itu panjang.", 1) for n in range(4)]
    rng = random.Random(1)
    sampler = Sampler([question, unsaid], pairs, {"a": others}, Rewriter({}, rng), rng)
    rows = next(iter(sampler))
    groups = {row.group for row in rows if row.group >= 0}
    assert groups
    for group in groups:
        answerable, *rest = (row for row in rows if row.group == group)
        assert answerable.span and answerable.passage[slice(*answerable.span)] == "1990"
        assert rest and all(row.answerable is False and row.first == answerable.first for row in rest)
        assert all("1990" not in row.passage for row in rest)
    assert any(row.label != IGNORE for row in rows)


def test_questions_meet_the_passage_in_its_own_capitals() -> None:
    from batches import Row, encode  # type: ignore[import-not-found]
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    passage = "Sanggar Ratna berdiri pada 1990."
    plain, cased = (
        encode([Row(first, passage, answerable=False)], tokenizer, None)[0].ids
        for first in ("siapa pendiri sanggar ratna", "siapa pendiri Sanggar Ratna")
    )
    assert plain == cased
