"""The table of a report: every question with its answer, citations, gold and verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from qa.eval import verdicts
from qa.eval.saved import Row
from qa.eval.wording import kind_label, label

# The columns of numbers, where the run has them; more would not fit a page.
COLUMNS = ("fact_recall", "reference_recall", "f1", "citation_recall", "mrr@10", "ndcg@10", "recall@10")
_MOST_COLUMNS = 3
_LONGEST_NUMBER = 4


def table(rows: Sequence[Row]) -> str:
    """Return the filters and the table; each row carries what the page's script sorts and filters by."""
    names = [name for name in COLUMNS if any(name in row.values for row in rows)]
    if "fact_recall" in names and "reference_recall" in names:
        names.remove("reference_recall")  # what judges where there are no facts
    names = names[:_MOST_COLUMNS]
    confident = any(row.details.get("confidence") is not None for row in rows)
    heads = ["Nomor", "Soal", "Jenis", "Hasil", *(label(name) for name in names), *(["Keyakinan"] if confident else [])]
    head = "".join(
        f'<th scope="col" aria-sort="{"ascending" if place == 0 else "none"}"><button type="button">{escape(text)}'
        "</button></th>"
        for place, text in enumerate(heads)
    )
    own = all(len(row.id) <= _LONGEST_NUMBER for row in rows)  # the numbers of a lecturer's table
    body = "".join(_row(row.id if own else str(n), row, names, confident) for n, row in enumerate(rows, 1))
    return (
        f'{_filters(rows)}<div class="scroll" tabindex="0" role="region" aria-label="Tabel soal">'
        f'<table id="questions"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        '<p class="empty" id="empty" hidden>Tidak ada soal yang cocok; kurangi saringannya.</p>'
    )


def _filters(rows: Sequence[Row]) -> str:
    present = Counter(flag for row in rows for flag in verdicts.flags(row))
    chips = "".join(
        f'<button type="button" data-flag="{flag}" aria-pressed="false">{escape(name)} <small>{present[flag]}</small>'
        "</button>"
        for flag, name in verdicts.NAMES.items()
        if flag in present
    )
    kinds = sorted({row.kind for row in rows}, key=kind_label)
    options = "".join(f'<option value="{escape(kind)}">{escape(kind_label(kind))}</option>' for kind in kinds)
    return (
        '<div class="filters screen" hidden><fieldset class="chips"><legend>Tampilkan hanya <span class="hint">'
        f"(show only)</span></legend>{chips}</fieldset>"
        f'<label class="field" for="kind">Jenis soal<select id="kind"><option value="">semua</option>{options}'
        '</select></label><label class="field" for="search">Cari kata<input id="search" type="search"></label>'
        '<button type="button" id="open" aria-pressed="false">Buka semua jawaban</button>'
        '<span class="hint" id="count" role="status"></span></div>'
    )


def _row(number: str, row: Row, names: Sequence[str], confident: bool) -> str:
    found = verdicts.flags(row)
    pills = "".join(
        f'<span class="verdict verdict-{flag}">{escape(verdicts.NAMES[flag])}</span> '
        for flag in found
        if flag != "abstained"
    )
    order = list(verdicts.NAMES).index(found[0])
    numbers = "".join(_number(label(name), row.values.get(name)) for name in names)
    numbers += _number("Keyakinan", row.details.get("confidence")) if confident else ""
    return (
        f'<tr data-flags="{" ".join(found)}" data-kind="{escape(row.kind)}">'
        f'<td class="number" data-label="Nomor" data-value="{escape(number)}">{escape(number)}</td>'
        f'<th scope="row" class="question">{_question(row)}</th>'
        f'<td data-label="Jenis">{escape(kind_label(row.kind))}</td>'
        f'<td data-label="Hasil" data-value="{order}">{pills}</td>{numbers}</tr>'
    )


def _number(name: str, value: object) -> str:
    if not isinstance(value, int | float):
        return f'<td class="number" data-label="{escape(name)}" data-value="">–</td>'
    return f'<td class="number" data-label="{escape(name)}" data-value="{value:.4f}">{value:.2f}</td>'


def _question(row: Row) -> str:
    d = row.details
    asked = escape(str(d.get("question") or d.get("query") or row.id))
    parts = [
        _listed("Ditanyakan sebelumnya", d.get("history") or ()),
        f"<h3>Jawaban</h3>{_paragraphs(d.get('answer'))}",
        _listed("Tidak didukung kutipannya", d.get("unsupported") or ()),
        _citations(d.get("citations") or ()),
        _gold(d),
        _values(row.values),
        f'<p class="hint">{escape(row.id)}</p>',
    ]
    return f"{asked}<details><summary>Jawaban dan kuncinya</summary>{''.join(parts)}</details>"


def _paragraphs(text: object) -> str:
    lines = [line for line in str(text or "").split("\n") if line.strip()]
    return "".join(f"<p>{escape(line)}</p>" for line in lines) or '<p class="hint">tidak ada</p>'


def _citations(citations: Sequence[Mapping[str, Any]]) -> str:
    if not citations:
        return ""
    items = "".join(
        f'<li value="{int(c.get("number") or place)}"><blockquote>{escape(str(c.get("quote", "")))}</blockquote>'
        f"<small>{escape(_place(c))}</small></li>"
        for place, c in enumerate(citations, 1)
    )
    return f"<h3>Kutipan</h3><ol>{items}</ol>"


def _place(citation: Mapping[str, Any]) -> str:
    page = f", hlm. {citation['page']}" if citation.get("page") else ""
    return f"{citation.get('source', '')}{page}"


def _gold(d: Mapping[str, Any]) -> str:
    parts = [f"<h3>Kunci</h3>{_paragraphs(d.get('reference') or ' / '.join(map(str, d.get('answers') or ())))}"]
    stated = d.get("stated") or ()
    facts = [_fact(forms, stated[n] if n < len(stated) else None) for n, forms in enumerate(d.get("facts") or ())]
    parts.append(_listed("Fakta yang diharapkan", facts))
    parts.append(_listed("Keliru, tetapi disebut", d.get("forbidden") or ()))
    evidence = "".join(
        f"<li><blockquote>{escape(str(e['quote']))}</blockquote><small>{escape(str(e.get('file') or ''))}</small></li>"
        for e in d.get("evidence") or ()
    )
    return "".join(parts) + (f"<h3>Bukti di materi</h3><ul>{evidence}</ul>" if evidence else "")


def _fact(forms: Sequence[object], stated: bool | None) -> str:
    mark = "" if stated is None else " (disebut)" if stated else " (tidak disebut)"
    return " / ".join(map(str, forms)) + mark


def _listed(title: str, texts: Sequence[object]) -> str:
    items = "".join(f"<li>{escape(str(text))}</li>" for text in texts)
    return f"<h3>{escape(title)}</h3><ul>{items}</ul>" if items else ""


def _values(values: Mapping[str, float | None]) -> str:
    shown = ", ".join(f"{name} {'–' if value is None else f'{value:.2f}'}" for name, value in values.items())
    return f'<h3>Angka</h3><p class="hint">{escape(shown)}</p>' if shown else ""
