"""Scores of answers by hand-made cases, and the commands over the shipped course and its models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from qa.cli import app
from qa.eval.answers import score
from qa.eval.questions import EvalQuestion
from qa.eval.summary import summarise
from qa.eval.support import sentences, supports

EVIDENCE = "Konvensi itu mulai berlaku pada 1 Juli 2004 setelah lima negara meratifikasinya."
ASKED = EvalQuestion(
    "a", "factoid", "Kapan berlaku?", True, reference="Pada 1 Juli 2004.", facts=(("2004",), ("1 juli", "juli")),
    forbidden=("2001",), evidence=(EVIDENCE,),
)  # fmt: skip
UNSAID = EvalQuestion("b", "near_domain", "Siapa ketuanya?", False)


def answer(text: str, *quotes: str, abstained: bool = False) -> dict[str, Any]:
    citations = [{"number": n, "quote": quote, "source": "x.md"} for n, quote in enumerate(quotes, 1)]
    passages = [{"text": "Hal lain sama sekali tentang pertanian."}, {"text": f"Pembuka. {EVIDENCE}"}]
    return {"answer": text, "abstained": abstained, "citations": citations, "passages": passages}


def test_right_answer_has_full_marks() -> None:
    row = score(ASKED, answer("Konvensi itu mulai berlaku pada 1 Juli 2004 [1].", EVIDENCE))
    wanted = {
        "over_refusal": 0.0, "fact_recall": 1.0, "full_correct": 1.0, "context_recall": 1.0, "context_precision": 0.5,
        "evidence_hit": 1.0, "faithfulness": 1.0, "citation_recall": 1.0, "citation_precision": 1.0,
        "cited_sentences": 1.0, "supported": 1.0, "retrieved": 1.0,
    }  # fmt: skip
    assert {name: row["metrics"][name] for name in wanted} == wanted
    assert row["evidence_rank"] == 2


def test_half_an_answer_and_a_forbidden_one() -> None:
    half = score(ASKED, answer("Konvensi itu mulai berlaku pada tahun 2004 [1].", EVIDENCE))["metrics"]
    assert half["fact_recall"] == 0.5 and half["full_correct"] == 0.0
    wrong = score(ASKED, answer("Konvensi itu berlaku 1 Juli 2004, bukan 2001 [1].", EVIDENCE))["metrics"]
    assert wrong["fact_recall"] == 1.0 and wrong["full_correct"] == 0.0


def test_invented_sentence_is_not_faithful_and_its_citation_not_precise() -> None:
    text = "Konvensi itu mulai berlaku pada 1 Juli 2004 [1]. Ketuanya berasal dari Brasil dan Kanada [1][2]."
    found = score(ASKED, answer(text, EVIDENCE))["metrics"]
    assert found["faithfulness"] == found["citation_recall"] == 0.5
    # [1] and [2] behind the invented sentence hold nothing of it, [1] behind the first one does
    assert found["citation_precision"] == pytest.approx(1 / 3, abs=1e-6) and found["cited_sentences"] == 0.5


def test_reference_and_source_judge_where_there_are_no_facts() -> None:
    question = EvalQuestion("d", "answerable", "Kapan?", True, reference="Mulai 1 Juli 2004.", source="X.pdf, y.md")
    found = score(question, answer("Konvensi itu mulai berlaku 1 Juli 2004 [1].", EVIDENCE))
    # content words of the key: mulai, 1, juli, 2004; token F1: 4 shared of 8 and 4
    assert found["metrics"]["reference_recall"] == 1.0
    assert found["metrics"]["f1"] == found["metrics"]["answer_correctness"] == pytest.approx(8 / 11, abs=1e-6)
    assert found["metrics"]["source_hit"] == 1.0
    assert found["undefined"]["fact_recall"] == "the question names no facts"


def test_what_is_undefined_is_said_and_counted() -> None:
    bare = EvalQuestion("e", "answerable", "Apa?", True)
    rows = [score(bare, answer("Konvensi itu mulai berlaku pada 2004.")), score(UNSAID, answer("", abstained=True))]
    found = summarise(rows)
    assert found["metrics"]["answer_correctness"] is None and found["intervals"]["answer_correctness"]["count"] == 0
    assert found["undefined"]["citation_precision"] == {"the answer cites nothing": 1, "the system abstained": 1}
    assert found["undefined"]["hallucination_rate"] == {"the question is answerable": 1}
    assert found["metrics"]["hallucination_rate"] == 0.0
    assert set(rows[0]["metrics"]) & set(rows[0]["undefined"]) == set()


def test_missing_answer_is_wrong_and_no_refusal() -> None:
    assert score(ASKED, None)["metrics"]["full_correct"] == score(ASKED, None)["metrics"]["over_refusal"] == 0.0
    assert score(UNSAID, None)["metrics"]["false_answer"] == 1.0 and score(UNSAID, None)["missing"]


def test_citation_that_does_not_exist_is_not_precise() -> None:
    found = score(ASKED, answer("Konvensi itu mulai berlaku pada 1 Juli 2004 [1][7].", EVIDENCE))["metrics"]
    assert found["citation_precision"] == 0.5 and found["cited_sentences"] == 0.0 and found["citation_recall"] == 1.0
    assert "supported" not in found


def test_abstention_counts_against_the_answerable_and_for_the_others() -> None:
    refused = score(ASKED, answer("Maaf, tidak ada.", abstained=True))
    assert refused["metrics"]["over_refusal"] == refused["metrics"]["error_rate"] == 1.0
    assert refused["metrics"]["fact_recall"] == 0.0 and "faithfulness" not in refused["metrics"]
    right = score(UNSAID, answer("Maaf, tidak ada.", abstained=True))
    wrong = score(UNSAID, answer("Ketuanya adalah Budi [1].", "Budi adalah ketua."))
    assert right["metrics"]["hallucination_rate"] == 0.0 and wrong["metrics"]["hallucination_rate"] == 1.0
    found = summarise([refused, right, wrong])["metrics"]
    assert (found["abstention_precision"], found["abstention_recall"], found["abstention_f1"]) == (0.5, 0.5, 0.5)


def test_false_premise_may_be_put_right() -> None:
    premise = EvalQuestion("c", "false_premise", "Mengapa batal pada 2001?", False, forbidden=("batal pada 2001",))
    assert score(premise, answer("Konvensi itu tidak batal; ia berlaku pada 2004 [1].", EVIDENCE))["abstained"]
    assert not score(premise, answer("Konvensi itu batal pada 2001 [1].", EVIDENCE))["abstained"]


def test_sentences_keep_their_marks() -> None:
    assert sentences("Kalimat pertama selesai. [1] Kalimat kedua panjang [2].\n- butir ketiga lengkap [3].") == [
        "Kalimat pertama selesai [1] .", "Kalimat kedua panjang [2].", "- butir ketiga lengkap [3].",
    ]  # fmt: skip


def test_support_wants_numbers_and_polarity() -> None:
    assert supports("Konvensi berlaku pada 2004", [EVIDENCE])
    assert not supports("Konvensi berlaku pada 2005", [EVIDENCE])
    assert not supports("Konvensi tidak berlaku pada 2004", [EVIDENCE])
    assert not supports("Konvensi berlaku pada 2004", [])


@pytest.mark.integration
def test_commands_measure_and_repeat_themselves(
    tmp_path: Path, course_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANYA_GENERATOR", "none")
    monkeypatch.setenv("TANYA_DATA_DIR", str(tmp_path / "var"))
    rows = [
        {"id": "1", "question": "Kapan Konvensi Budapest mulai berlaku?", "answerable": True, "facts": [["2004"]]},
        {"id": "2", "question": "Berapa harga beras hari ini?", "answerable": False},
    ]
    (tmp_path / "soal.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    command = ["eval", "answers", "--questions", str(tmp_path / "soal.jsonl"), "--index", str(course_index), "--json"]
    first, second = (CliRunner().invoke(app, command) for _ in range(2))
    assert first.exit_code == 0 and first.stdout == second.stdout
    found = json.loads(first.stdout)
    assert found["metrics"]["fact_recall"] == 1.0 and found["metrics"]["hallucination_rate"] == 0.0
    assert found["metrics"]["citation_recall"] == 1.0


@pytest.mark.integration
def test_retrieval_and_reader_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANYA_DATA_DIR", str(tmp_path / "var"))
    texts = {"p1": EVIDENCE, "p2": "Rendang dimasak dengan santan.", "p3": "Candi Borobudur ada di Jawa Tengah."}
    (tmp_path / "qrels").mkdir()
    corpus = [json.dumps({"_id": key, "title": "", "text": text}) for key, text in texts.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(corpus), encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "di mana borobudur"}), encoding="utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\tp3\t1\n", encoding="utf-8")
    command = ["eval", "retrieval", "--beir", str(tmp_path), "--json", "--run", str(tmp_path / "run.txt")]
    first, second = (CliRunner().invoke(app, command) for _ in range(2))
    assert first.exit_code == 0 and first.stdout == second.stdout
    found = json.loads(first.stdout)
    assert set(found["systems"]) == {"bm25", "dense", "hybrid", "reader"}
    assert found["metrics"]["mrr@10"] == 1.0 and found["passages"] == 3
    assert (tmp_path / "run.txt").read_text().startswith("q Q0 p3 1 1.000000 ")
    squad = tmp_path / "squad.jsonl"
    squad.write_text(
        json.dumps({"id": "1", "question": "Kapan konvensi berlaku?", "context": EVIDENCE, "is_impossible": False,
                    "answers": [{"text": "1 Juli 2004", "answer_start": 31}]}),
        encoding="utf-8",
    )  # fmt: skip
    result = CliRunner().invoke(app, ["eval", "reader", "--squad", str(squad), "--json"])
    assert result.exit_code == 0 and json.loads(result.stdout)["metrics"]["span_f1"] > 0.5
