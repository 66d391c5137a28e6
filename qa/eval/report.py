"""A result as one HTML file that opens without a server: summary, plots, and every question."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from qa.eval import report_metrics, report_plots, report_rows, verdicts
from qa.eval.bootstrap import interval
from qa.eval.saved import Run
from qa.eval.wording import LOWER_IS_BETTER, english, explanation, label, percent

_ASSETS = Path(__file__).parent / "assets"
_TOKENS = Path(__file__).parent.parent / "web" / "assets" / "tokens.css"
# The first of each line that a run has becomes a tile.
_TILES = (
    ("fact_recall", "reference_recall", "f1", "mrr@10"),
    ("faithfulness", "exact_match", "hit_rate@1"),
    ("evidence_hit", "source_hit", "no_answer_accuracy", "ndcg@10"),
    ("false_answer", "recall@10"),
    ("over_refusal",),
)


def report(run: Run) -> str:
    """Return the page: no address in it is outside itself, and its policy allows only its own style and script."""
    style = _TOKENS.read_text(encoding="utf-8") + (_ASSETS / "report.css").read_text(encoding="utf-8")
    script = (_ASSETS / "report.js").read_text(encoding="utf-8")
    policy = f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none'"
    sections = [_summary(run), report_plots.cards(run), report_metrics.table(run), _judged(run)]
    if run.rows:
        sections.append(f"<h2>Semua soal{english('Every question')}</h2>{report_rows.table(run.rows)}")
    return (
        '<!doctype html>\n<html lang="id" data-theme="light"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Laporan evaluasi: {escape(run.name)}</title><style>{style}</style></head><body>"
        f'<header><h1>Laporan evaluasi{english("Evaluation report")}</h1>{_head(run)}<p class="screen" hidden>'
        '<button type="button" id="theme" aria-pressed="false">Tampilan gelap</button></p></header>'
        f"<main>{''.join(sections)}</main><footer><p class='hint'>Dibuat oleh Tanya Materi: tanya eval report. Rentang "
        "95% dihitung dengan bootstrap atas soal; rentang yang lebar berarti soalnya masih sedikit. Bila semua soal "
        "sama hasilnya, rentangnya kosong, padahal dari n soal kejadian sesering 3/n masih dapat luput.</p></footer>"
        f"<script>{script}</script></body></html>\n"
    )


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _head(run: Run) -> str:
    known = {"system": "Sistem", "data": "Soal", "split": "Bagian", "index_version": "Versi indeks", "model": "Model"}
    facts = {name: run.head[key] for key, name in known.items() if run.head.get(key)}
    facts["Banyak soal"] = len(run.rows) or run.head.get("queries") or run.head.get("questions") or "–"
    counts = {"skipped_rows": "Baris yang dilewati", "missing_answers": "Soal tanpa jawaban sistem"}
    facts |= {name: run.head[key] for key, name in counts.items() if run.head.get(key)}
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items())
    return f'<dl class="facts">{items}</dl>'


def _summary(run: Run) -> str:
    tiles = [_right(run)] + [_tile(run, name) for names in _TILES if (name := _first(names, run.metrics))]
    words = f'<p class="lead">{" ".join(verdicts.in_words(run.rows))}</p>' if run.kind == "answers" else ""
    return f'<h2>Ringkasan{english("Summary")}</h2>{words}<div class="tiles">{"".join(tiles)}</div>'


def _first(names: Sequence[str], metrics: Mapping[str, float | None]) -> str | None:
    return next((name for name in names if metrics.get(name) is not None), None)


def _right(run: Run) -> str:
    """The tile that a lecturer asks for: how many of all questions were handled right."""
    judged = [row for row in run.rows if verdicts.verdict(row) != "unjudged"]
    if run.kind != "answers" or not judged:
        return ""
    found = interval([float(verdicts.verdict(row) == "right") for row in judged])
    ends = _range(found.low, found.high)
    of = "semua soal" if len(judged) == len(run.rows) else f"{len(judged)} soal yang dapat dinilai"
    return _card("Disikapi dengan benar", found.mean, f"{ends}{of}: yang ada dijawab benar, yang tidak ada ditolak")


def _tile(run: Run, name: str) -> str:
    way = "makin kecil makin baik" if name in LOWER_IS_BETTER else "makin besar makin baik"
    found = run.intervals.get(name, {})
    return _card(
        label(name), run.metrics[name], f"{_range(found.get('low'), found.get('high'))}{explanation(name)}; {way}"
    )


def _card(title: str, value: float | None, about: str) -> str:
    return (
        f'<div class="card tile">{escape(title)}<strong>{percent(value)}</strong><small>{escape(about)}</small></div>'
    )


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"rentang 95%: {percent(low)} sampai {percent(high)}; "


def _judged(run: Run) -> str:
    """What a judge model said, apart from what is measured."""
    judged = run.head.get("judged")
    if not judged:
        return ""
    items = "".join(
        f"<dt>{escape(name)}</dt><dd>{percent(value['mean'])} ({value['count']} soal, "
        f"{value['unreadable']} tak terbaca)</dd>"
        for name, value in judged["metrics"].items()
    )
    return (
        f"<h2>Menurut model penilai{english('Judged by a model')}</h2><p class='hint'>{escape(str(judged['judge']))}; "
        f'bukan ukuran kami dan tidak dicampur dengannya.</p><dl class="facts">{items}</dl>'
    )
