"""Set the gate and the number of quoted sentences on the questions about the shipped course.

    python -m benchmarks.answering [--index var/index] [--write]

For every threshold of the gate: the share of answerable and of unanswerable questions that pass it, and the AUC. For
every margin behind the best sentence: how many sentences are quoted, the share of the facts in them, and how often
one of them is a gold evidence sentence. A logistic line turns the highest relevance of a passage and
the highest score of a sentence into confidence, and the threshold is the highest that still passes PASS of the
answerable questions; --write puts both into the bundled reader's config.json.
Result: benchmarks/results/answering.json.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from index.build import load
from index.embeddings import load_embeddings
from index.lexical import LexicalIndex
from qa.condense import standalone_question
from qa.evidence import MARGIN, ScoredSentence, quote_sentences
from qa.pipeline import Pipeline
from qa.reader import load_reader
from qa.settings import load_settings

QUESTIONS = Path(__file__).parent / "questions" / "diplomasi-siber.jsonl"
RESULT = Path(__file__).parent / "results" / "answering.json"
MARGINS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 99.0)
PASS = 0.95
CONFIG = Path(__file__).parent.parent / "qa" / "models" / "reader" / "config.json"


def folded(text: str) -> str:
    return " ".join(text.lower().split())


def overlaps(quote: str, gold: str) -> bool:
    """Whether the two share at least 60% of the shorter one's words."""
    a, b = set(re.findall(r"\w+", folded(quote))), set(re.findall(r"\w+", folded(gold)))
    return len(a & b) >= 0.6 * max(1, min(len(a), len(b)))


def margin_row(
    margin: float, answered: list[tuple[dict[str, Any], str, list[ScoredSentence]]], lexical: LexicalIndex, limit: int
) -> dict[str, float]:
    counts, facts, hits = [], [], []
    for question, standalone, scored in answered:
        sentences = quote_sentences(standalone, scored, lexical, limit, margin)
        quotes = [e.quote for sentence in sentences for e in sentence.evidence]
        text = folded(" ".join(quotes))
        counts.append(len(quotes))
        facts.append(np.mean([any(form in text for form in forms) for forms in question["facts"]]))
        hits.append(any(overlaps(q, e["quote"]) for q in quotes for e in question["evidence"]))
    rounded = [round(float(np.mean(values)), 4) for values in (counts, facts, hits)]
    return {"margin": margin, **dict(zip(("sentences", "fact_recall", "evidence_hit"), rounded, strict=True))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    settings = load_settings(index=options.index)
    pipeline = Pipeline(load(settings.index, load_embeddings()), load_reader(settings.reader), None, settings)
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    lexical = pipeline.index.retriever.lexical
    gate, answered = [], []
    for question in questions:
        standalone = standalone_question(question["question"], question["history"])
        asked, hits = pipeline.find(standalone)
        found = pipeline.read(asked, hits)
        gate.append((max(reading.relevance for reading in found.readings), found.sentences[0].score))
        if question["answerable"]:
            answered.append((question, asked, found.sentences))
    truth = np.array([question["answerable"] for question in questions])
    features = np.array(gate)
    fit = LogisticRegression(class_weight="balanced").fit(features, truth)
    scores = fit.decision_function(features)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    crossed = cross_val_predict(
        LogisticRegression(class_weight="balanced"), features, truth, cv=folds, method="decision_function"
    )
    cut = float(np.quantile(scores[truth], 1 - PASS))
    line = {
        "passage": float(fit.coef_[0, 0]),
        "sentence": float(fit.coef_[0, 1]),
        "bias": float(fit.intercept_[0]),
        "threshold": float(1 / (1 + np.exp(-cut))),
    }
    if options.write:
        config = json.loads(CONFIG.read_text(encoding="utf-8"))
        CONFIG.write_text(json.dumps(config | {"gate": line}, indent=2) + "\n", encoding="utf-8")
    thresholds = np.round(np.quantile(scores, np.arange(0.05, 1.0, 0.05)), 2)
    result = {
        "questions": {"answerable": int(truth.sum()), "unanswerable": int((~truth).sum())},
        "chosen": {"logit": round(cut, 4), **{key: round(value, 4) for key, value in line.items()}},
        "unanswerable_pass_at_chosen": round(float((scores[~truth] >= cut).mean()), 4),
        "gate_auc": {
            "passage": round(float(roc_auc_score(truth, features[:, 0])), 4),
            "sentence": round(float(roc_auc_score(truth, features[:, 1])), 4),
            "both_cross_validated": round(float(roc_auc_score(truth, crossed)), 4),
        },
        "gate": [
            {
                "logit": float(t),
                "answerable_pass": round(float((scores[truth] >= t).mean()), 4),
                "unanswerable_pass": round(float((scores[~truth] >= t).mean()), 4),
            }
            for t in thresholds
        ],
        "margin_chosen": MARGIN,
        "margin": [margin_row(margin, answered, lexical, settings.answer_sentences) for margin in MARGINS],
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
