"""The table of a report with every metric: its value, its interval, on how many questions it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from qa.eval.saved import Run
from qa.eval.wording import LOWER_IS_BETTER, REASONS, english, explanation, label

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Isi jawaban": (
        "fact_recall", "full_correct", "answer_correctness", "reference_recall", "f1", "exact_match",
    ),
    "Menjawab atau menolak": (
        "over_refusal", "error_rate", "false_answer", "hallucination_rate", "abstention_precision",
        "abstention_recall", "abstention_f1",
    ),
    "Kutipan dan dukungan": (
        "faithfulness", "citation_recall", "citation_precision", "cited_sentences", "supported", "quote_exact",
        "evidence_hit", "source_hit", "generated",
    ),
    "Pencarian": ("retrieved", "context_recall", "context_precision"),
}  # fmt: skip


def table(run: Run) -> str:
    """Return the section: the metrics that are defined in groups, and why the others are not."""
    answers = run.kind == "answers"
    groups = dict(_GROUPS) if answers else {}
    known = {name for names in groups.values() for name in names}
    groups["Ukuran lain" if answers else ""] = tuple(name for name in run.metrics if name not in known)
    body = "".join(
        _group(run, title, [n for n in names if run.metrics.get(n) is not None]) for title, names in groups.items()
    )
    undefined = [name for name, value in run.metrics.items() if value is None]
    return (
        f"<h2>Semua ukuran{english('Every metric')}</h2>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Tabel ukuran"><table class="metrics"><thead><tr>'
        '<th scope="col">Ukuran</th><th scope="col" class="number">Nilai</th><th scope="col" class="number">Rentang 95%'
        f'</th><th scope="col" class="number">Soal</th></tr></thead>{body}</table></div>{_undefined(run, undefined)}'
    )


def _group(run: Run, title: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    head = f'<tr class="group"><th scope="rowgroup" colspan="4">{escape(title)}</th></tr>' if title else ""
    return f"<tbody>{head}{''.join(_row(run, name) for name in names)}</tbody>"


def _row(run: Run, name: str) -> str:
    value, found = run.metrics[name], run.intervals.get(name, {})
    about = re.sub(r" \([^()]*\)$", "", explanation(name))  # its English name stands before it here
    told = f"{name}: {about}" if about != name else name
    told += "; makin kecil makin baik" if name in LOWER_IS_BETTER else ""
    return (
        f'<tr><th scope="row">{escape(label(name))}<br><small>{escape(told)}</small></th>'
        f'<td class="number" data-label="Nilai">{value:.3f}</td>'
        f'<td class="number" data-label="Rentang 95%">{_ends(found)}</td>'
        f'<td class="number" data-label="Soal">{found.get("count", "–")}</td></tr>'
    )


def _ends(found: Mapping[str, Any]) -> str:
    low, high = found.get("low"), found.get("high")
    return "–" if low is None or high is None else f"{low:.3f} – {high:.3f}"


def _undefined(run: Run, names: Sequence[str]) -> str:
    """Say which metrics no question defines, and why, by reason."""
    by_reason: dict[str, list[str]] = {}
    for name in names:
        reasons = (run.head.get("undefined") or {}).get(name) or {}
        most = max(reasons, key=lambda reason: (reasons[reason], reason), default="")
        by_reason.setdefault(REASONS.get(most, most or "tidak ada soal yang menentukannya"), []).append(name)
    items = "".join(f"<li>{escape(', '.join(found))}: {escape(why)}</li>" for why, found in by_reason.items())
    return f'<p class="hint">Tidak terdefinisi pada hasil ini:</p><ul class="hint">{items}</ul>' if items else ""
