"""`tanya eval retrieval` and `reader` as an evaluator runs them."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread
from typing import Any

import ir_measures
import numpy as np
import pytest
from ir_measures import AP, RR, nDCG
from typer.testing import CliRunner

from index.embeddings import SentenceEmbeddings
from index.errors import TanyaError
from qa.cli import app
from qa.eval import vectors

TEXTS = {
    "p1": "Konvensi itu mulai berlaku pada 1 Juli 2004 setelah lima negara meratifikasinya.",
    "p2": "Rendang dimasak dengan santan dan bumbu selama berjam-jam.",
    "p3": "Candi Borobudur berada di Magelang, Jawa Tengah.",
    "p4": "Borobudur selesai dipugar pada tahun 1983 dengan bantuan UNESCO.",
}
QUERIES = {"q1": "kapan borobudur dipugar", "q2": "bagaimana rendang dimasak", "q3": "kapan konvensi berlaku"}
QRELS = {"q1": {"p4": 2, "p3": 1}, "q2": {"p2": 1}, "q3": {"p1": 1, "hilang": 1}}


@pytest.fixture
def beir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TANYA_DATA_DIR", str(tmp_path / "var"))
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    for name, rows in (("corpus", TEXTS), ("queries", QUERIES)):
        lines = [json.dumps({"_id": key, "title": "", "text": text}) for key, text in rows.items()]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    judged = [f"{q}\t{p}\t{grade}" for q, grades in QRELS.items() for p, grade in grades.items()]
    (folder / "qrels" / "valid.tsv").write_text("\n".join(judged), encoding="utf-8")
    return folder


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(app, ["eval", *arguments])
    assert result.exit_code == 0, result.output
    return result


def test_bm25_alone_needs_no_model_and_agrees_with_ir_measures(
    beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANYA_EMBEDDING_MODEL", str(tmp_path / "no-such-model"))
    monkeypatch.setenv("TANYA_READER", str(tmp_path / "no-such-reader"))
    trec = tmp_path / "run.txt"
    result = run(
        "retrieval", "--beir", str(beir), "--split", "valid", "--systems", "bm25", "--json", "--run", str(trec)
    )
    found = json.loads(result.stdout)
    assert list(found["systems"]) == ["bm25"] and (found["queries"], found["passages"]) == (3, 4)
    wanted = ir_measures.calc_aggregate([AP, RR @ 10, nDCG @ 10], QRELS, ir_measures.read_trec_run(str(trec)))
    ours = {AP: "map", RR @ 10: "mrr@10", nDCG @ 10: "ndcg@10"}
    for measure, name in ours.items():
        assert found["metrics"][name] == pytest.approx(wanted[measure], abs=1e-9)
    assert found["metrics"]["recall@5"] < 1.0 and "1 bagian di valid.tsv" in result.stderr


@pytest.mark.integration
def test_second_run_writes_the_same_bytes(beir: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.json" for n in (1, 2)]
    for file in files:
        run("retrieval", "--beir", str(beir), "--split", "valid", "--output", str(file))
    assert files[0].read_bytes() == files[1].read_bytes()
    found = json.loads(files[0].read_text())
    assert list(found["systems"]) == ["bm25", "dense", "hybrid", "reader"]
    assert found["metrics"] == found["systems"]["reader"] and len(found["rows"]) == 3
    assert [row["metrics"]["hit_rate@1"] for row in found["rows"]] == [1.0, 1.0, 1.0]


@pytest.mark.integration
def test_two_evaluations_at_once_share_one_file_of_vectors(
    tmp_path: Path, embeddings: SentenceEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "BATCH", 1)
    passages = list(TEXTS.values())
    found = []

    def measure(progress: Any = lambda _: None) -> None:
        found.append(vectors.passage_vectors(passages, embeddings, tmp_path, progress))

    other = Thread(target=measure)
    measure(lambda done: other.start() if done == 1 else None)  # the other one begins in the middle
    other.join()
    (file,) = tmp_path.glob("*.f32")
    file.write_bytes(b"\1" * (file.stat().st_size + 7))  # longer than the passages: never trusted
    measure()
    wanted = embeddings.encode_passages(passages)
    assert len(found) == 3
    for rows in found:
        np.testing.assert_allclose(rows, wanted, atol=1e-5)


def test_missing_split_names_those_there(beir: Path) -> None:
    result = CliRunner().invoke(app, ["eval", "retrieval", "--beir", str(beir)])
    assert isinstance(result.exception, TanyaError) and "valid" in str(result.exception)


def test_unknown_system_is_wrong_usage(beir: Path) -> None:
    command = ["eval", "retrieval", "--beir", str(beir), "--split", "valid", "--systems", "bm25,google"]
    assert CliRunner().invoke(app, command).exit_code == 2


@pytest.mark.integration
def test_reader_is_measured_as_squad_does(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "question": "Kapan konvensi berlaku?", "context": TEXTS["p1"], "is_impossible": False,
         "answers": [{"text": "1 Juli 2004", "answer_start": 31}], "split": "x"},
        {"id": "2", "question": "Siapa presiden Brasil?", "context": TEXTS["p2"], "is_impossible": True, "answers": []},
        {"id": "3", "question": "Rusak"},
    ]  # fmt: skip
    path = tmp_path / "squad.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    files = [tmp_path / f"{n}.json" for n in (1, 2)]
    for file in files:
        result = run("reader", "--squad", str(path), "--output", str(file))
    assert "squad.jsonl baris 3" in result.stderr
    assert files[0].read_bytes() == files[1].read_bytes()
    found = json.loads(files[0].read_text())
    assert (found["questions"], found["skipped_rows"]) == (2, 1)
    metrics, (first, second) = found["metrics"], found["rows"]
    assert metrics["exact_match"] == (first["exact_match"] + second["exact_match"]) / 2
    assert metrics["has_answer_f1"] == first["f1"] and metrics["no_answer_accuracy"] == second["exact_match"]
    assert metrics["answerability_auc"] == float(first["probability"] > second["probability"]) == 1.0
    assert first["span"] in TEXTS["p1"] and metrics["best_exact_match"] >= metrics["exact_match"]


@pytest.mark.parametrize("content", ["", "{rusak", '{"data": []}', '{"question": 3}'])
def test_reader_file_without_a_usable_row_is_explained(content: str, tmp_path: Path) -> None:
    path = tmp_path / "squad.json"
    path.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, ["eval", "reader", "--squad", str(path)])
    assert isinstance(result.exception, TanyaError) and "squad.json" in str(result.exception)
