"""A comparison as text: what is worse and better first, what does not differ in one line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from qa.eval import verdicts
from qa.eval.compare import Change, ChangedQuestion, Comparison, Verdict
from qa.eval.wording import CHANGES, kind_label

_MOST_LISTED = 30
_SEEN = 0.01


def as_text(found: Comparison) -> str:
    """Return the comparison for a terminal: all questions, each kind, then the questions that changed."""
    lines = [
        f"{found.shared} soal yang sama. Selisih = baru - lama, dengan rentang 95%; 'tak terbedakan' berarti "
        "rentangnya memuat 0."
    ]
    for only, name in ((found.only_a, "hasil lama"), (found.only_b, "hasil baru")):
        if only:
            lines.append(f"{len(only)} soal hanya ada di {name} dan tidak ikut.")
    if found.files_differ and not (found.only_a or found.only_b):
        lines.append(
            "Berkas soalnya berbeda walaupun soalnya sama; kuncinya mungkin berubah, dan selisihnya karena itu."
        )
    for kind, changes in groupby(found.changes, key=lambda change: change.kind):
        group = list(changes)
        title = f"{kind_label(kind).upper()} ({max(change.count for change in group)} soal)" if kind else "SEMUA SOAL"
        lines += ["", title, *_group(group, whole=not kind)]
    return "\n".join([*lines, "", *_questions(found.questions)])


def _group(changes: Sequence[Change], *, whole: bool) -> list[str]:
    """One line a metric that differs; over all questions also one a metric that cannot be told apart."""
    shown: tuple[Verdict, ...] = ("worse", "better", "not distinguishable") if whole else ("worse", "better")
    lines = [_line(change) for verdict in shown for change in changes if change.verdict == verdict]
    for verdict, word in CHANGES.items():
        named = [change.metric for change in changes if change.verdict == verdict]
        if named and verdict not in shown:
            lines.append(f"  {word}: {', '.join(named)}")
    return lines


def _line(c: Change) -> str:
    return (
        f"  {CHANGES[c.verdict]:14}  {c.metric:22} {c.a:.3f} → {c.b:.3f}  {c.difference:+.3f} "
        f"[{c.low:+.3f}, {c.high:+.3f}]  {c.count} soal"
    )


def _questions(changed: Sequence[ChangedQuestion]) -> list[str]:
    if not changed:
        return ["Tidak ada soal yang berubah."]
    lost, won = [q for q in changed if q.gain <= -_SEEN], [q for q in reversed(changed) if q.gain >= _SEEN]
    lines = [f"{len(changed)} SOAL BERUBAH (angka: rata-rata selisih ukuran yang berubah)"]
    lines += _listed("memburuk", lost) + _listed("membaik", won)
    if rest := len(changed) - len(lost) - len(won):
        lines.append(f"  {rest} soal berubah kurang dari {_SEEN:g}.")
    return lines


def _listed(word: str, changed: Sequence[ChangedQuestion]) -> list[str]:
    lines = [f"  {len(changed)} {word}:"] if changed else []
    lines += [f"    {q.gain:+.2f}  {q.id}  {_became(q)}  {q.question}" for q in changed[:_MOST_LISTED]]
    if len(changed) > _MOST_LISTED:
        lines.append(f"    … dan {len(changed) - _MOST_LISTED} lagi; semuanya ada dengan --json.")
    return lines


def _became(question: ChangedQuestion) -> str:
    before, after = verdicts.NAMES[question.before], verdicts.NAMES[question.after]
    return f"[{before}]" if before == after else f"[{before} → {after}]"
