"""An optional second opinion: any OpenAI-compatible model as judge. Its metrics stand beside ours, never among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from qa.eval.bootstrap import interval
from qa.eval.support import sentences, without_marks

Ask = Callable[[str], str]
CORRECT = (
    "Kamu menilai jawaban mahasiswa terhadap kunci.\nPertanyaan: {question}\nKunci: {reference}\nJawaban: {answer}\n"
    "Apakah jawaban menyatakan hal yang sama dengan kunci, tanpa isi yang bertentangan? "
    "Balas satu kata saja: ya atau tidak."
)
FAITHFUL = (
    "Bacaan:\n{passages}\n\nPernyataan: {sentence}\n"
    "Apakah bacaan itu menyatakan pernyataan tersebut? Balas satu kata saja: ya atau tidak."
)
_YES = re.compile(r"\b(ya|yes|benar|true)\b", re.IGNORECASE)
_NO = re.compile(r"\b(tidak|no|bukan|false|salah)\b", re.IGNORECASE)


def judge(row: Mapping[str, Any], passages: Sequence[str], ask: Ask) -> dict[str, float | None]:
    """Return the judged metrics of one scored row; None where the judge's reply is neither yes nor no.

    judged_correctness: 1 when the judge finds the key's content in the answer (answerable questions with a key; an
    abstention is 0 without asking). judged_faithfulness: share of the answer's sentences that the judge finds in the
    retrieved passages and quotes, over those on which it gave a verdict (after Ragas, Es et al. 2024).
    """
    found: dict[str, float | None] = {}
    text = without_marks(str(row["answer"]))
    if row["answerable"] and row["reference"]:
        filled = CORRECT.format(question=row["question"], reference=row["reference"], answer=text)
        found["judged_correctness"] = 0.0 if row["abstained"] else verdict(ask(filled))
    if not row["abstained"]:
        given = "\n\n".join(dict.fromkeys([*passages, *(str(c["quote"]) for c in row["citations"])]))
        asked = (without_marks(sentence) for sentence in sentences(str(row["answer"])))
        replies = [verdict(ask(FAITHFUL.format(passages=given, sentence=sentence))) for sentence in asked]
        clear = [value for value in replies if value is not None]
        found["judged_faithfulness"] = sum(clear) / len(clear) if clear else None
    return found


def verdict(reply: str) -> float | None:
    """Read a reply: 1 yes, 0 no, None where it says neither or both."""
    yes, no = bool(_YES.search(reply)), bool(_NO.search(reply))
    return float(yes) if yes != no else None


def summarise_judged(rows: Sequence[Mapping[str, float | None]]) -> dict[str, Any]:
    """Return mean, interval and counts of each judged metric; `unreadable` counts replies that were no verdict."""
    names = sorted({name for row in rows for name in row})
    result = {}
    for name in names:
        given = [row[name] for row in rows if name in row]
        clear = [value for value in given if value is not None]
        result[name] = asdict(interval(clear)) | {"unreadable": len(given) - len(clear)}
    return result
