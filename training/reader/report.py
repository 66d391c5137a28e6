"""Calibrate an exported reader on the validation scores and report its quality.

    python report.py --data DATA --work WORK --export EXPORT --results results

Reads WORK/scores (from `score.py`), writes the "calibration" and "passage_gate" of EXPORT/config.json,
RESULTS/reader.json and a reliability plot. What is fitted on valid is cross-fitted over two halves wherever it is
also judged there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from corpora import LABELS, Question, own_questions, squad
from scipy.optimize import minimize_scalar
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from text import fold, token_f1

from qa.reader import plain_style

TOP = 20
MAX_REMOVED_PASS = 0.10
KEEP_ENTAILED = 0.95
COSINE_WEIGHTS = (0, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300)
BOOTSTRAPS = 10_000
Rows = list[dict[str, Any]]
Line = tuple[float, float, float]


def logits(entries: Rows, line: Line) -> np.ndarray:
    """Return the calibrated answerable logits."""
    return np.array([line[0] * e["relevance"] + line[1] * e["span_score"] + line[2] for e in entries])


def sigmoid(values: np.ndarray) -> np.ndarray:
    """Turn logits into probabilities."""
    return 1 / (1 + np.exp(-values))


def judged_pairs(squad_rows: Rows, gate_rows: Rows) -> tuple[Rows, np.ndarray]:
    """Return pairs and whether they answer: own passages, and for retrieval the gold and the two next wrong ones."""
    entries = list(squad_rows)
    truth = [bool(r["answers"]) for r in squad_rows]
    for row in gate_rows:
        wrong = sorted((e for e in row["passages"] if not e["answer"]), key=lambda e: e["dense_rank"])[:2]
        entries += wrong
        truth += [False] * len(wrong)
    return entries, np.array(truth)


def fit_line(entries: Rows, truth: np.ndarray) -> Line:
    """Fit P(answerable) on the two scores, both classes weighing the same."""
    features = np.array([[e["relevance"], e["span_score"]] for e in entries])
    fit = LogisticRegression(C=100.0, class_weight="balanced").fit(features, truth)
    return float(fit.coef_[0, 0]), float(fit.coef_[0, 1]), float(fit.intercept_[0])


def halves(count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (fit, judge) index pairs of two halves drawn with a fixed seed."""
    order = np.random.default_rng(0).permutation(count)
    a, b = order[: count // 2], order[count // 2 :]
    return [(a, b), (b, a)]


def squad_metrics(rows: Rows, line: Line) -> dict[str, float]:
    """SQuAD 2.0 exact and F1 (no article removal), ungated spans, and the AUC of answerability."""
    scores = sigmoid(logits(rows, line))
    truth = np.array([bool(r["answers"]) for r in rows])
    best = np.array([max((token_f1(r["text"], a) for a in r["answers"]), default=0.0) for r in rows])
    same = np.array([any(fold(r["text"]) == fold(a) for a in r["answers"]) for r in rows], float)

    def at(cut: float, which: np.ndarray) -> tuple[float, float]:
        said = scores[which] >= cut
        right = np.where(truth[which], said * same[which], ~said)
        soft = np.where(truth[which], said * best[which], ~said)
        return float(right.mean()), float(soft.mean())

    every = np.arange(len(rows))
    cuts = np.linspace(0.05, 0.95, 91)
    crossed = [(at(max(cuts, key=lambda c: at(c, fit)[0]), judge), len(judge)) for fit, judge in halves(len(rows))]
    weight = sum(n for _, n in crossed)
    threshold = float(max(cuts, key=lambda c: at(c, every)[0]))  # fitted on all of valid: what ships for test splits
    said = scores >= threshold
    return {
        "questions": len(rows),
        "exact_at_threshold": at(threshold, every)[0],
        "f1_at_threshold": at(threshold, every)[1],
        "threshold": threshold,
        "exact_cross_fitted_threshold": sum(m[0] * n for m, n in crossed) / weight,
        "f1_cross_fitted_threshold": sum(m[1] * n for m, n in crossed) / weight,
        "exact_always_abstaining": float((~truth).mean()),
        "answerable_answered": float(said[truth].mean()),
        "unanswerable_answered": float(said[~truth].mean()),
        "ungated_span_exact": float(same[truth].mean()),
        "ungated_span_f1": float(best[truth].mean()),
        "auc": float(roc_auc_score(truth, scores)),
    }


def question_only(taught: Sequence[Question], judged: Sequence[Question]) -> dict[str, float]:
    """AUC of a classifier that never sees a passage (character 1 to 5-grams), as written and in plain style."""
    result = {}
    for name, style in (("as_written", str), ("plain_style", plain_style)):
        model = make_pipeline(
            TfidfVectorizer(analyzer="char", ngram_range=(1, 5), min_df=3, lowercase=False, sublinear_tf=True),
            LogisticRegression(C=10, max_iter=300),
        )
        model.fit([style(q.text) for q in taught], [q.answerable for q in taught])
        scores = model.predict_proba([style(q.text) for q in judged])[:, 1]
        result[name] = float(roc_auc_score([q.answerable for q in judged], scores))
    return result


def present_and_removed(row: dict[str, Any]) -> tuple[Rows, Rows]:
    """Return the dense top 20 with the gold passage (last if retrieval missed it), and that without any answer."""
    ordered = sorted(row["passages"], key=lambda e: e["dense_rank"])
    gold = next(e for e in ordered if e["gold"])
    present = [e for e in ordered if e["dense_rank"] < TOP]
    if gold not in present:
        present = [*present[: TOP - 1], gold]
    return present, [e for e in ordered if not e["answer"] and e["dense_rank"] < 60][:TOP]


def mixed(entries: Rows, line: Line, weight: float) -> np.ndarray:
    """Return answerable logits with the retriever's cosine mixed in."""
    return logits(entries, line) + weight * np.array([e["cosine"] for e in entries])


def gate_scores(rows: Rows, line: Line, weight: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the best mixed logit of each question, answer present and answer removed."""
    pairs = [present_and_removed(r) for r in rows]
    present, removed = (np.array([mixed(p[i], line, weight).max() for p in pairs]) for i in (0, 1))
    return present, removed


def native_scores(rows: Rows, line: Line, weight: float) -> np.ndarray:
    """Return the best mixed logit of questions that were written to have no answer."""
    return np.array([mixed(r["passages"], line, weight).max() for r in rows])


def auc(positive: np.ndarray, negative: np.ndarray) -> float:
    """Return the probability that a positive scores above a negative."""
    return float(roc_auc_score(np.r_[np.ones(len(positive)), np.zeros(len(negative))], np.r_[positive, negative]))


def choose_weight(rows: Rows, native: Rows, line: Line) -> tuple[float, list[dict[str, float]]]:
    """Choose the cosine's weight by the mean of the gate's AUCs and the ranking's MRR; return the whole table too."""
    table = []
    for weight in COSINE_WEIGHTS:
        present, removed = gate_scores(rows, line, weight)
        found = ranks(rows, lambda e, w=weight: mixed([e], line, w)[0])
        entry = {"weight": weight, "auc_removed": auc(present, removed), "mrr": float((1 / found).mean())}
        if native:
            entry["auc_native"] = auc(present, native_scores(native, line, weight))
        table.append(entry)
    return max(table, key=lambda e: np.mean([v for k, v in e.items() if k != "weight"]))["weight"], table


def fit_gate(rows: Rows, native: Rows, line: Line, weight: float) -> tuple[float, float]:
    """Fit scale and bias that turn the best mixed logit into P(the passages answer), both classes weighing the same."""
    present, removed = gate_scores(rows, line, weight)
    negative = np.r_[removed, native_scores(native, line, weight)] if native else removed
    values, truth = np.r_[present, negative], np.r_[np.ones(len(present)), np.zeros(len(negative))]
    centre = values.mean()
    fit = LogisticRegression(C=100.0, class_weight="balanced").fit((values - centre)[:, None], truth)
    return float(fit.coef_[0, 0]), float(fit.intercept_[0] - fit.coef_[0, 0] * centre)


def gate_metrics(rows: Rows, native: Rows, line: Line, weight: float, cut: float) -> dict[str, Any]:
    """AUC of present against removed, with and without the cosine; pass rates at `cut`, and at one fitted crosswise.

    The crosswise cut lets 10% of the removed cases of the other half pass.
    """
    result: dict[str, Any] = {
        "questions": len(rows),
        "gold_in_dense_top_20": float(
            np.mean([any(e["gold"] and e["dense_rank"] < TOP for e in r["passages"]) for r in rows])
        ),
    }
    for name, share in (("reader_alone", 0.0), ("reader_and_cosine", weight)):
        present, removed = gate_scores(rows, line, share)
        crossed = []
        for fit, judge in halves(len(rows)):
            limit = float(np.quantile(removed[fit], 1 - MAX_REMOVED_PASS))
            crossed.append(((present[judge] >= limit).mean(), (removed[judge] >= limit).mean()))
        result[name] = {
            "auc": auc(present, removed),
            "present_pass_cross_fitted": float(np.mean([c[0] for c in crossed])),
            "removed_pass_cross_fitted": float(np.mean([c[1] for c in crossed])),
        }
        if native:
            result[name]["auc_against_native_unanswerable"] = auc(present, native_scores(native, line, share))
    result["relevance_span_and_cosine_above_mean"] = crossed_gate(rows, line, weight)
    result["cosine_alone_auc"] = auc(*gate_scores(rows, (0.0, 0.0, 0.0), 1.0))
    result["at_the_shipped_threshold"] = {
        "present_pass": float((present >= cut).mean()),
        "removed_pass": float((removed >= cut).mean()),
    }
    if native:
        passed = native_scores(native, line, weight) >= cut
        result["at_the_shipped_threshold"]["native_unanswerable_pass"] = float(passed.mean())
    golds = [next(e for e in r["passages"] if e["gold"]) for r in rows]
    wrongs = [present_and_removed(r)[1][0] for r in rows]
    result["auc_gold_against_first_wrong"] = auc(logits(golds, line), logits(wrongs, line))
    best = [p[int(mixed(p, line, weight).argmax())] for p in (present_and_removed(r)[0] for r in rows)]
    result["best_passage_holds_an_answer"] = float(np.mean([e["answer"] for e in best]))
    return result


def gate_features(entries: Rows, line: Line, weight: float) -> list[float]:
    """Relevance, span logit, and cosine above the mean of all retrieved, of the passage with the best mixed logit."""
    best = entries[int(mixed(entries, line, weight).argmax())]
    mean = float(np.mean([e["cosine"] for e in entries]))
    return [best["relevance"], best["span_score"], best["cosine"] - mean]


def crossed_gate(rows: Rows, line: Line, weight: float) -> dict[str, float]:
    """Judge a logistic gate over `gate_features`; line and threshold are fitted on the other half of the questions."""
    pairs = [present_and_removed(r) for r in rows]
    present, removed = (np.array([gate_features(p[i], line, weight) for p in pairs]) for i in (0, 1))
    scores = {True: np.zeros(len(rows)), False: np.zeros(len(rows))}
    passed: list[tuple[float, float]] = []
    for fit, judge in halves(len(rows)):
        both, truth = np.r_[present[fit], removed[fit]], np.r_[np.ones(len(fit)), np.zeros(len(fit))]
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(both, truth)
        limit = float(np.quantile(model.decision_function(removed[fit]), 1 - MAX_REMOVED_PASS))
        scores[True][judge] = model.decision_function(present[judge]) - limit
        scores[False][judge] = model.decision_function(removed[judge]) - limit
        passed.append(((scores[True][judge] >= 0).mean(), (scores[False][judge] >= 0).mean()))
    return {
        "auc": auc(scores[True], scores[False]),
        "present_pass_cross_fitted": float(np.mean([p for p, _ in passed])),
        "removed_pass_cross_fitted": float(np.mean([r for _, r in passed])),
    }


def ranks(rows: Rows, score: Any) -> np.ndarray:
    """Return the gold passage's rank (1 is best, infinite if not a candidate) when candidates are sorted by `score`."""
    result = []
    for row in rows:
        pool = [e for e in row["passages"] if e["dense_rank"] < TOP or e.get("lexical_rank", TOP) < TOP]
        order = sorted(pool, key=score, reverse=True)
        result.append(next((i for i, e in enumerate(order, 1) if e["gold"]), np.inf))
    return np.array(result)


def ranking_metrics(rows: Rows, line: Line, shipped: float) -> dict[str, Any]:
    """Compare rankings of the dense top 20 (with BM25's top 20 where it was read).

    The weight of the cosine is cross-fitted over two halves for the numbers.
    """

    by_weight = {w: ranks(rows, lambda e, w=w: mixed([e], line, w)[0]) for w in COSINE_WEIGHTS}

    def summary(found: np.ndarray) -> dict[str, float]:
        return {
            "hit@1": float((found == 1).mean()),
            "hit@5": float((found <= 5).mean()),
            "mrr@10": float(np.where(found <= 10, 1 / found, 0).mean()),
        }

    def best(which: np.ndarray) -> float:
        return max(COSINE_WEIGHTS, key=lambda w: (1 / by_weight[w][which]).mean())

    crossed = np.zeros(len(rows))
    for fit, judge in halves(len(rows)):
        crossed[judge] = by_weight[best(fit)][judge]
    dense = ranks(rows, lambda e: -e["dense_rank"])
    table = {"dense": summary(dense), "reader": summary(by_weight[0]), "reader_and_cosine": summary(crossed)}
    if "lexical_rank" in rows[0]["passages"][0]:
        table["bm25"] = summary(ranks(rows, lambda e: -e["lexical_rank"]))
        for k, share in ((60, 1), (10, 2)):
            fused = ranks(rows, lambda e, k=k, s=share: s / (k + e["dense_rank"]) + 1 / (k + e["lexical_rank"]))
            table[f"rrf_k{k}_dense{share}to1"] = summary(fused)
    generator = np.random.default_rng(0)
    gain = (crossed == 1).astype(float) - (dense == 1)
    draws = gain[generator.integers(0, len(gain), (BOOTSTRAPS, len(gain)))].mean(1)
    table["reader_and_cosine_shipped_weight"] = summary(by_weight[shipped])
    table["hit@1_gain_over_dense"] = {
        "mean": float(gain.mean()),
        "low_95": float(np.quantile(draws, 0.025)),
        "high_95": float(np.quantile(draws, 0.975)),
        "p_not_better": float((draws <= 0).mean()),
    }
    return table


def support_logits(rows: Rows) -> np.ndarray:
    """Return logits (n, 3), whatever temperature the probabilities were scored with."""
    probabilities = np.array([r["probabilities"] for r in rows])
    return np.log(np.maximum(probabilities, 1e-9)) * rows[0]["temperature"]


def support_metrics(rows: Rows, temperature: float) -> dict[str, Any]:
    """Accuracy, and what passes at the threshold that keeps 95% of the entailed pairs."""
    scores = support_logits(rows) / temperature
    scores = np.exp(scores - scores.max(1, keepdims=True))
    scores /= scores.sum(1, keepdims=True)
    truth = np.array([LABELS.index(r["label"]) for r in rows])
    cut = float(np.quantile(scores[truth == 0, 0], 1 - KEEP_ENTAILED))
    passes = scores[:, 0] >= cut
    return {
        "pairs": len(rows),
        "accuracy": float((scores.argmax(1) == truth).mean()),
        "accuracy_by_label": {n: float((scores.argmax(1) == truth)[truth == i].mean()) for i, n in enumerate(LABELS)},
        "entailed_against_rest_auc": float(roc_auc_score(truth == 0, scores[:, 0])),
        "threshold_keeping_95_percent": cut,
        "pass_at_threshold": {n: float(passes[truth == i].mean()) for i, n in enumerate(LABELS)},
        "contradiction_above_half": {n: float((scores[truth == i, 2] > 0.5).mean()) for i, n in enumerate(LABELS)},
    }


def fit_temperature(rows: Rows) -> float:
    """Fit one temperature to the entailment probabilities by maximum likelihood."""
    logs = support_logits(rows)
    truth = np.array([LABELS.index(r["label"]) for r in rows])

    def loss(temperature: float) -> float:
        scaled = logs / temperature
        return float(np.mean(np.logaddexp.reduce(scaled, axis=1) - scaled[np.arange(len(truth)), truth]))

    return float(minimize_scalar(loss, bounds=(0.3, 5), method="bounded").x)


def reliability(entries: Rows, truth: np.ndarray) -> dict[str, Any]:
    """Cross-fitted reliability of the probability in ten bins of equal width; `ece` weighs the classes the same."""
    scores = np.zeros(len(truth))
    for fit, judge in halves(len(truth)):
        line = fit_line([entries[i] for i in fit], truth[fit])
        scores[judge] = sigmoid(logits([entries[i] for i in judge], line))
    weight = np.where(truth, 0.5 / truth.sum(), 0.5 / (~truth).sum())
    places = np.minimum((scores * 10).astype(int), 9)
    bins = []
    for b in range(10):
        inside = places == b
        share = float(weight[inside].sum())
        if share:
            said = float((scores * weight)[inside].sum() / share)
            bins.append(
                {
                    "said": said,
                    "true": float(weight[inside & truth].sum() / share),
                    "share": share,
                    "pairs": int(inside.sum()),
                }
            )
    return {"ece": sum(b["share"] * abs(b["said"] - b["true"]) for b in bins), "bins": bins}


def plot(bins: list[dict[str, float]], path: Path) -> None:
    """Draw the reliability bins as SVG: said probability to the right, share that is true upwards."""
    points = "".join(
        f'<circle cx="{40 + 300 * b["said"]:.1f}" cy="{340 - 300 * b["true"]:.1f}" '
        f'r="{3 + 18 * b["share"] ** 0.5:.1f}" fill="#1f6f8b" fill-opacity="0.6"/>'
        for b in bins
    )
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="380" height="390" font-family="sans-serif" font-size="12">'
        '<rect width="380" height="390" fill="white"/>'
        '<rect x="40" y="40" width="300" height="300" fill="none" stroke="#888"/>'
        f'<path d="M40 340 340 40" stroke="#888" stroke-dasharray="4"/>{points}'
        '<text x="40" y="24">Reliability of "answerable" (cross-fitted, valid)</text>'
        '<text x="120" y="365">probability that the reader says</text>'
        '<text transform="translate(24 260) rotate(-90)">share that is answerable</text></svg>\n',
        encoding="utf-8",
    )


def main() -> None:
    """Calibrate, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--export", type=Path, required=True)
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--scores", default="scores", help="name of the folder in WORK")
    args = parser.parse_args()
    sets = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in (args.work / args.scores).glob("*.json")}

    entries, truth = judged_pairs(sets["squad"], sets["gate"])
    line = fit_line(entries, truth)
    native = sets.get("native", [])
    weight, weights = choose_weight(sets["gate"], native, line)
    scale, bias = fit_gate(sets["gate"], native, line, weight)
    cut = float(np.quantile(gate_scores(sets["gate"], line, weight)[1], 1 - MAX_REMOVED_PASS))
    results: dict[str, Any] = {
        "idk_mrc_valid": squad_metrics(sets["squad"], line),
        "question_only_auc": question_only(*(squad(args.data / "idk_mrc" / f"{s}.jsonl") for s in ("train", "valid"))),
        "gate_idk_mrc_valid": gate_metrics(sets["gate"], native, line, weight, cut),
        "reliability": reliability(entries, truth),
    }
    results["ranking_idk_mrc_valid"] = ranking_metrics(sets["gate"], line, weight)
    results["cosine_weights"] = weights
    if "tydiqa" in sets:
        results["gate_tydiqa_valid"] = gate_metrics(sets["tydiqa"], [], line, weight, cut)
        results["ranking_tydiqa_valid"] = ranking_metrics(sets["tydiqa"], line, weight)
    if "own" in sets:
        taught, judged = own_questions(args.data), own_questions(args.data, held_out=True)
        results["own_held_out"] = squad_metrics(sets["own"], line)
        results["own_held_out"]["question_only_auc"] = question_only(taught, judged)["plain_style"]
    config_path = args.export / "config.json"
    config = json.loads(config_path.read_text(encoding="utf-8"))
    temperature = config["calibration"]["support_temperature"]
    if "support" in sets:
        temperature = fit_temperature(sets["support"])
        results["indonli_val"] = support_metrics(sets["support"], temperature)
    if "speed" in sets:
        results["speed"] = sets["speed"]
    config["calibration"] = {
        "answerable": {
            "relevance": line[0],
            "span": line[1],
            "bias": line[2],
            "threshold": results["idk_mrc_valid"]["threshold"],
        },
        "support_temperature": temperature,
    }
    config["passage_gate"] = {
        "formula": "sigmoid(scale * max(answerable_logit + cosine_weight * cosine) + bias) >= threshold",
        "cosine_of": "multilingual-e5-small",
        "cosine_weight": weight,
        "scale": scale,
        "bias": bias,
        "threshold": float(sigmoid(np.array(scale * cut + bias))),
    }
    if "indonli_val" in results:
        config["support_threshold"] = results["indonli_val"]["threshold_keeping_95_percent"]
    config_path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    args.results.mkdir(parents=True, exist_ok=True)
    (args.results / "reader.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    plot(results["reliability"]["bins"], args.results / "reliability.svg")
    print(json.dumps({k: v for k, v in results.items() if k != "reliability"}, indent=2))


if __name__ == "__main__":
    main()
