"""Questions that found no answer: what is kept of them, for how long, and how they are grouped."""

from __future__ import annotations

import json
import sqlite3
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from index.embeddings import SentenceEmbeddings
from qa.feedback import FeedbackStore, without_personal
from qa.types import Answer
from qa.web.unanswered import export, gaps, group


def answer(identity: str, question: str, kind: str = "abstained") -> Answer:
    return Answer(question, question, "Materi tidak membahasnya.", kind, id=identity)  # type: ignore[arg-type]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Tolong kirim ke budi.s@kampus.ac.id ya", "Tolong kirim ke … ya"),
        ("nim saya 2021 5030 1112, kapan uts?", "nim saya …, kapan uts?"),
        ("hubungi +62 812-3456-7890 dong", "hubungi … dong"),
        ("Siapa ketua OEWG 2021-2025?", "Siapa ketua OEWG 2021-2025?"),
        ("Apa isi resolusi 75/240 tahun 2020?", "Apa isi resolusi 75/240 tahun 2020?"),
    ],
)
def test_addresses_and_long_numbers_are_not_kept(question: str, kept: str) -> None:
    assert without_personal(question) == kept


@pytest.mark.unit
def test_one_long_word_takes_no_longer_than_many() -> None:
    began = time.process_time()
    assert without_personal("a" * 100_000) == "a" * 500
    assert time.process_time() - began < 2


@pytest.mark.unit
def test_unanswered_questions_go_after_their_days(tmp_path: Path) -> None:
    path = tmp_path / "feedback.sqlite"
    store = FeedbackStore(path, 30)
    store.unanswered(answer("a", "Apa itu X?"), "kuliah")
    store.unanswered(answer("b", "Apa itu Y?"), "lain")
    (row,) = store.gaps("kuliah", "2000-01-01")
    assert row == {
        "question": "Apa itu X?", "answer": "Materi tidak membahasnya.", "day": date.today().isoformat(),
        "reason": "unanswered",
    }  # fmt: skip
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE unanswered SET day = ?", ((date.today() - timedelta(days=31)).isoformat(),))
    assert store.gaps("kuliah", "2000-01-01") == []
    none = FeedbackStore(path, 0)
    none.unanswered(answer("c", "Apa itu Z?"), "kuliah")
    assert none.gaps("kuliah", "2000-01-01") == []


@pytest.mark.unit
def test_votes_of_the_first_version_are_still_read(tmp_path: Path) -> None:
    path = tmp_path / "feedback.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE feedback (answer_id TEXT PRIMARY KEY, question TEXT NOT NULL, answer TEXT NOT NULL, "
            "vote INTEGER NOT NULL, time TEXT NOT NULL)"
        )
        row = ("a", "Apa?", json.dumps({"answer": "Itu."}), -1, "2026-01-02T12:04:05+00:00")
        connection.execute("INSERT INTO feedback VALUES (?, ?, ?, ?, ?)", row)
    store = FeedbackStore(path)
    (gap,) = store.gaps("kuliah", "2026-01-01")
    assert (gap["question"], gap["answer"], gap["day"], gap["reason"]) == ("Apa?", "Itu.", "2026-01-02", "disliked")
    store.vote("b", answer("b", "Apa lagi?", "quoted").to_json(), -1, "lain")
    assert len(store.gaps("kuliah", "2026-01-01")) == 1


@pytest.mark.unit
def test_a_thumb_down_on_an_abstention_counts_once(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "feedback.sqlite")
    store.unanswered(answer("a", "Apa itu X?"), "kuliah")
    store.vote("a", answer("a", "Apa itu X?").to_json(), -1, "kuliah")
    store.vote("b", answer("b", "Apa itu Y?", "quoted").to_json(), -1, "kuliah")
    found = [(row["question"], row["reason"]) for row in store.gaps("kuliah", "2000-01-01")]
    assert found == [("Apa itu X?", "unanswered"), ("Apa itu Y?", "disliked")]


@pytest.mark.unit
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows sets the time zone elsewhere")
def test_votes_have_the_day_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FeedbackStore(tmp_path / "feedback.sqlite")
    store.vote("a", answer("a", "Apa?", "quoted").to_json(), -1, "kuliah")
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE feedback SET time = '2026-01-01T20:00:00.000+00:00'")
    try:
        with monkeypatch.context() as zone:
            zone.setenv("TZ", "WIB-7")
            time.tzset()
            assert [row["day"] for row in store.gaps("kuliah", "2026-01-02")] == ["2026-01-02"]
    finally:
        time.tzset()


@pytest.mark.unit
def test_groups_have_one_centre_and_no_chain() -> None:
    angles = np.radians([0, 10, 20, 30, 90])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert group(vectors, float(np.cos(np.radians(12)))) == [0, 0, 1, 1, 2]
    assert group(vectors[:0], 0.9) == []


@pytest.mark.integration
def test_like_questions_stand_together(embeddings: SentenceEmbeddings) -> None:
    asked = [
        ("Apa yang dimaksud dengan ransomware?", "2026-11-03", "unanswered"),
        ("pengertian ransomware dong", "2026-11-02", "disliked"),
        ("Siapa presiden pertama Indonesia?", "2026-11-02", "unanswered"),
        ("apa yang dimaksud dengan ransomware", "2026-11-01", "unanswered"),
    ]
    rows = [{"question": q, "answer": "-", "day": d, "reason": r} for q, d, r in asked]
    first, second = gaps(rows, embeddings)
    assert first.questions == (asked[0][0], asked[1][0])
    assert (first.count, first.unanswered, first.disliked, first.day) == (3, 2, 1, "2026-11-03")
    assert (second.questions, second.count) == ((asked[2][0],), 1)
    lines = [json.loads(line) for line in export([first, second]).splitlines()]
    assert [line["id"] for line in lines] == ["gap-001", "gap-002"]
    assert lines[0]["question"] == asked[0][0] and lines[0]["variants"] == [asked[1][0]]
    shipped = Path(__file__).parent.parent / "benchmarks" / "questions" / "diplomasi-siber.jsonl"
    assert set(json.loads(shipped.read_text(encoding="utf-8").splitlines()[0])) <= set(lines[0])
