"""A result as one HTML file that opens without a server: summary, plots, and every question."""

from __future__ import annotations

import hashlib
import math
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from qa.eval import plots, report_rows
from qa.eval.bootstrap import interval
from qa.eval.saved import Row, Run
from qa.eval.verdicts import verdict
from qa.eval.wording import LOWER_IS_BETTER, explanation, kind_label, label

_ASSETS = Path(__file__).parent / "assets"
_TOKENS = Path(__file__).parent.parent / "web" / "assets" / "tokens.css"
# The first of each line that a run has becomes a tile.
_TILES = (
    ("answer_correctness", "fact_recall", "f1", "mrr@10"),
    ("full_correct", "reference_recall", "exact_match", "hit_rate@1"),
    ("faithfulness", "supported", "ndcg@10"),
    ("false_answer", "hallucination_rate", "no_answer_accuracy", "recall@10"),
    ("over_refusal", "error_rate"),
)
_RANKS = 10
_STEPS = {"retrieve": "sumber pertama", "read": "selesai membaca", "first_token": "kata pertama", "total": "seluruhnya"}


def report(run: Run) -> str:
    """Return the page: no address in it is outside itself, and its policy allows only its own style and script."""
    style = _TOKENS.read_text(encoding="utf-8") + (_ASSETS / "report.css").read_text(encoding="utf-8")
    script = (_ASSETS / "report.js").read_text(encoding="utf-8")
    policy = f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none'"
    sections = [_summary(run), _plots(run), _metrics(run), _judged(run)]
    if run.rows:
        sections.append(f"<h2>Semua soal{_english('Every question')}</h2>{report_rows.table(run.rows)}")
    return (
        '<!doctype html>\n<html lang="id" data-theme="light"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Laporan evaluasi: {escape(run.name)}</title><style>{style}</style></head><body>"
        f'<header><h1>Laporan evaluasi{_english("Evaluation report")}</h1>{_head(run)}<p class="screen" hidden>'
        '<button type="button" id="theme" aria-pressed="false">Tampilan gelap</button></p></header>'
        f"<main>{''.join(sections)}</main><footer><p class='hint'>Dibuat oleh Tanya Materi: tanya eval report. Rentang "
        "95% dihitung dengan bootstrap atas soal; rentang yang lebar berarti soalnya masih sedikit.</p></footer>"
        f"<script>{script}</script></body></html>\n"
    )


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _english(text: str) -> str:
    return f'<span class="english" lang="en">{escape(text)}</span>'


def _head(run: Run) -> str:
    known = {"system": "Sistem", "data": "Soal", "split": "Bagian", "index_version": "Versi indeks", "model": "Model"}
    facts = {name: run.head[key] for key, name in known.items() if run.head.get(key)}
    facts["Banyak soal"] = len(run.rows) or run.head.get("queries") or run.head.get("questions") or "–"
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items())
    return f'<dl class="facts">{items}</dl>'


def _summary(run: Run) -> str:
    tiles = "".join(_tile(run, name) for names in _TILES if (name := _first(names, run.metrics)))
    return f'<h2>Ringkasan{_english("Summary")}</h2>{_sentences(run)}<div class="tiles">{tiles}</div>'


def _first(names: Sequence[str], metrics: Mapping[str, float | None]) -> str | None:
    return next((name for name in names if metrics.get(name) is not None), None)


def _tile(run: Run, name: str) -> str:
    way = "makin kecil makin baik" if name in LOWER_IS_BETTER else "makin besar makin baik"
    return (
        f'<div class="card tile">{escape(label(name))}<strong>{_percent(run.metrics[name])}</strong>'
        f"<small>{_range(run, name)}{escape(explanation(name))}; {way}</small></div>"
    )


def _range(run: Run, name: str) -> str:
    low, high = (run.intervals.get(name, {}).get(end) for end in ("low", "high"))
    return "" if low is None or high is None else f"rentang 95%: {_percent(low)} sampai {_percent(high)}; "


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f}%"


def _sentences(run: Run) -> str:
    """Tell in plain words what happened, for a reader who knows no metric."""
    if run.kind != "answers" or not run.rows:
        return ""
    has = [verdict(row) for row in run.rows if row.details.get("answerable", True)]
    lacks = [verdict(row) for row in run.rows if not row.details.get("answerable", True)]
    parts = []
    if has:
        n = {name: has.count(name) for name in ("right", "partly", "wrong", "refused")}
        parts.append(
            f"Dari <b>{len(has)} soal</b> yang jawabannya ada di materi: <b>{n['right']}</b> dijawab benar, "
            f"<b>{n['partly']}</b> sebagian, <b>{n['wrong']}</b> salah, dan <b>{n['refused']}</b> tidak dijawab."
        )
    if lacks:
        parts.append(
            f"Dari <b>{len(lacks)} soal</b> yang jawabannya tidak ada di materi, <b>{lacks.count('right')}</b> "
            f"disikapi dengan benar dan <b>{lacks.count('wrong')}</b> tetap dijawab."
        )
    return f'<p class="lead">{" ".join(parts)}</p>'


def _plots(run: Run) -> str:
    cards = [_by_kind(run), _ranks(run), _reliability(run), _latency(run)]
    return f"<h2>Gambaran{_english('At a glance')}</h2><div class='plots'>{''.join(cards)}</div>" if any(cards) else ""


def _card(title: str, english: str, body: str, hint: str = "") -> str:
    note = f'<p class="hint">{escape(hint)}</p>' if hint else ""
    return f'<section class="card"><h3>{escape(title)}{_english(english)}</h3>{body}{note}</section>'


def _by_kind(run: Run) -> str:
    """Share of right questions of each kind, the best first."""
    groups: dict[str, list[float]] = {}
    for row in run.rows:
        groups.setdefault(row.kind, []).append(float(verdict(row) == "right"))
    if len(groups) < 2:
        return ""
    found = {kind: interval(values) for kind, values in groups.items()}
    rows = [
        plots.Bar(kind_label(kind), i.mean or 0.0, f"{_percent(i.mean)} ({i.count})", i.low, i.high)
        for kind, i in sorted(found.items(), key=lambda item: (-(item[1].mean or 0.0), item[0]))
    ]
    hint = "Garis: rentang 95%. Dalam kurung: banyak soal."
    return _card("Benar menurut jenis soal", "Right by kind of question", plots.bars(rows, "Benar per jenis"), hint)


def _ranks(run: Run) -> str:
    """Count at which rank the first right passage stands."""
    ranks = [rank for row in run.rows if (rank := _rank(row)) is not None]
    if not ranks:
        return ""
    counts = {str(rank): ranks.count(rank) for rank in range(1, _RANKS + 1)}
    counts["tidak ketemu"] = sum(rank == 0 or rank > _RANKS for rank in ranks)
    while len(counts) > 4 and counts.get(last := list(counts)[-2]) == 0:
        del counts[last]
    rows = [plots.Bar(name, count / len(ranks), f"{count}") for name, count in counts.items()]
    title = "Urutan bacaan benar yang pertama"
    return _card(title, "Rank of the first right passage", plots.bars(rows, title))


def _rank(row: Row) -> int | None:
    """Return the rank from 1, 0 where no right passage was found, None where the run does not know."""
    if "evidence_rank" in row.details:
        return (row.details["evidence_rank"] or 0) if row.details.get("evidence") else None
    reciprocal = next((row.values[name] for name in ("mrr", "mrr@10") if row.values.get(name) is not None), None)
    if reciprocal is None:
        return None
    return round(1 / reciprocal) if reciprocal else 0


def _reliability(run: Run) -> str:
    """Show whether answers given with more confidence are right more often."""
    rows = [
        row for row in run.rows
        if isinstance(row.details.get("confidence"), float | int) and not row.details.get("abstained")
    ]  # fmt: skip
    if len(rows) < _RANKS:
        return ""
    bins = plots.reliability_bins(
        [float(row.details["confidence"]) for row in rows], [verdict(row) == "right" for row in rows]
    )
    error = plots.calibration_error(bins) or 0.0
    title = "Keyakinan dan kenyataan"
    hint = f"Di atas garis: lebih benar daripada yakinnya. Selisih rata-rata (ECE) {_percent(error)}."
    return _card(title, "Reliability of the confidence", plots.reliability(bins, title), hint)


def _latency(run: Run) -> str:
    """Show medians and 90th percentiles of the steps, in seconds."""
    times = [row.details["timings"] for row in run.rows if row.details.get("timings")]
    seconds = {step: sorted(t[step] for t in times if step in t) for step in _STEPS}
    seconds = {step: values for step, values in seconds.items() if values}
    if not seconds:
        return ""
    most = max(_quantile(values, 0.9) for values in seconds.values()) or 1.0
    rows = []
    for step, values in seconds.items():
        middle, slow = _quantile(values, 0.5), _quantile(values, 0.9)
        rows.append(plots.Bar(_STEPS[step], middle / most, f"{middle:.2f} / {slow:.2f} s", middle / most, slow / most))
    hint = "Median / persentil 90, dalam detik, sejak pertanyaan masuk."
    return _card("Lama menunggu", "Latency", plots.bars(rows, "Lama menunggu"), hint)


def _quantile(values: Sequence[float], share: float) -> float:
    return float(values[min(len(values) - 1, math.ceil(share * len(values)) - 1 if share else 0)])


def _metrics(run: Run) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(label(name))}<br><small>{escape(name)}</small></th>'
        f'<td class="number">{"–" if value is None else f"{value:.3f}"}</td><td class="number">{_ends(run, name)}</td>'
        f'<td class="number">{_count(run, name)}</td></tr>'
        for name, value in run.metrics.items()
    )
    return (
        f"<h2>Semua ukuran{_english('Every metric')}</h2>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Tabel ukuran"><table class="metrics"><thead><tr>'
        '<th scope="col">Ukuran</th><th scope="col" class="number">Nilai</th><th scope="col" class="number">Rentang 95%'
        f'</th><th scope="col" class="number">Soal</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _judged(run: Run) -> str:
    """What a judge model said, apart from what is measured."""
    judged = run.head.get("judged")
    if not judged:
        return ""
    items = "".join(
        f"<dt>{escape(name)}</dt><dd>{_percent(value['mean'])} ({value['count']} soal, "
        f"{value['unreadable']} tak terbaca)</dd>"
        for name, value in judged["metrics"].items()
    )
    return (
        f"<h2>Menurut model penilai{_english('Judged by a model')}</h2><p class='hint'>{escape(str(judged['judge']))}; "
        f'bukan ukuran kami dan tidak dicampur dengannya.</p><dl class="facts">{items}</dl>'
    )


def _ends(run: Run, name: str) -> str:
    low, high = (run.intervals.get(name, {}).get(end) for end in ("low", "high"))
    return "–" if low is None or high is None else f"{low:.3f} – {high:.3f}"


def _count(run: Run, name: str) -> str:
    """Say on how many questions the mean stands, and for how many it is undefined."""
    found = run.intervals.get(name, {})
    if found.get("count") is None:
        return "–"
    undefined = f" (tak terdefinisi: {found['undefined']})" if found.get("undefined") else ""
    return f"{found['count']}{undefined}"
