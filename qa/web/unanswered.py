"""What students asked in vain: like questions together, the most asked first, and a file to fill in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.embeddings import FloatArray, SentenceEmbeddings

# Cosine of the bundled e5 from which questions are taken to ask for the same: set by benchmarks/question_groups.py on
# questions written for it (benchmarks/results/question_groups.json). Another embedding model wants another value.
ALIKE = 0.91
_GROUPED_AT_MOST = 1_000


@dataclass(frozen=True)
class Gap:
    """Like questions, newest first; `day` is that of the newest, `answer` what it was told (ISO date)."""

    questions: tuple[str, ...]
    day: str
    answer: str
    unanswered: int
    disliked: int

    @property
    def count(self) -> int:
        return self.unanswered + self.disliked


def gaps(rows: Sequence[Mapping[str, Any]], embeddings: SentenceEmbeddings, alike: float = ALIKE) -> list[Gap]:
    """Group rows of `FeedbackStore.gaps` (newest first) by what they ask, the most asked first.

    Only the newest 1,000 are grouped: more would keep the processor busy for a minute.
    """
    rows = rows[:_GROUPED_AT_MOST]
    wordings = list(dict.fromkeys(_plain(row["question"]) for row in rows))
    if not wordings:
        return []
    vectors = np.stack([embeddings.encode_query(wording) for wording in wordings])
    group_of = dict(zip(wordings, group(vectors, alike), strict=True))
    members: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        members.setdefault(group_of[_plain(row["question"])], []).append(row)
    found = [_gap(rows) for rows in members.values()]
    return sorted(found, key=lambda gap: (-gap.count, _newest_first(gap.day), gap.questions))


def group(vectors: FloatArray, alike: float) -> list[int]:
    """Return the number of each row's group: rows of length 1 join the first group whose mean is near enough.

    Leader clustering with the group's mean as leader: a chain of pairwise like questions does not become one group.
    """
    sums: list[FloatArray] = []
    groups = []
    for vector in vectors:
        nearness = [float(vector @ total) / float(np.linalg.norm(total)) for total in sums]
        best = int(np.argmax(nearness)) if nearness else 0
        if nearness and nearness[best] >= alike:
            sums[best] = sums[best] + vector
        else:
            best = len(sums)
            sums.append(vector)
        groups.append(best)
    return groups


def export(found: Sequence[Gap]) -> str:
    """Return the groups as a question file (JSONL) to fill in: reference, facts and evidence are still empty.

    `answerable` is null: the teacher says whether the material should answer.
    """
    rows = [
        {
            "id": f"gap-{number:03d}", "type": "gap", "history": [], "question": gap.questions[0],
            "answerable": None, "evidence": [], "reference": "", "facts": [], "forbidden": [],
            "variants": list(gap.questions[1:]), "asked": gap.count, "last_asked": gap.day, "answer_given": gap.answer,
        }
        for number, gap in enumerate(found, 1)
    ]  # fmt: skip
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _gap(rows: Sequence[Mapping[str, Any]]) -> Gap:
    disliked = sum(row["reason"] == "disliked" for row in rows)
    wordings: dict[str, str] = {}
    for row in rows:
        wordings.setdefault(_plain(row["question"]), row["question"])
    newest = rows[0]
    return Gap(tuple(wordings.values()), newest["day"], newest["answer"] or "", len(rows) - disliked, disliked)


def _plain(question: str) -> str:
    return " ".join(question.casefold().split()).rstrip(" ?!.")


def _newest_first(day: str) -> int:
    return -int(day.replace("-", ""))
