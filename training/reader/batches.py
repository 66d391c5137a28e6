"""Turn questions and sentence pairs into training rows and padded tensors."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from augment import HEADINGS, Rewriter, names_in, other_subject, sentences, without_answer
from corpora import LABELS, Pair, Question
from text import contains_answer, fold
from tokenizers import Tokenizer
from torch import Tensor

from qa.reader import plain_style, truecase

BOS, PAD, EOS = 0, 1, 2
MAX_LENGTH = 224
MAX_QUESTION = 48
IGNORE = -100
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One pair of texts and what is known about it.

    `span` are characters of `passage`; `group` joins the rows of one question for the ranking loss (-1: none).
    `answerable` is None and `label` set for an entailment pair.
    """

    first: str
    passage: str
    span: tuple[int, int] | None = None
    answerable: bool | None = None
    weight: float = 1.0
    group: int = -1
    label: int = IGNORE


@dataclass
class Batch:
    """Padded tensors of n rows; `start`/`end` are token places, 0 where the passage lacks the answer."""

    input_ids: Tensor
    attention_mask: Tensor
    passage_mask: Tensor
    start: Tensor
    end: Tensor
    answerable: Tensor
    weight: Tensor
    group: Tensor
    label: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the same batch on another device."""
        return Batch(**{name: tensor.to(device) for name, tensor in vars(self).items()})


@dataclass(frozen=True)
class Encoded:
    """A row as tokens; `span` are token places, both inclusive."""

    row: Row
    ids: list[int]
    passage_start: int
    span: tuple[int, int] | None


def encode(
    rows: Sequence[Row], tokenizer: Tokenizer, rng: random.Random | None, limit: int = MAX_LENGTH
) -> list[Encoded]:
    """Tokenise rows; of a passage that is too long a random window stays, with the answer in it where there is one.

    Without `rng` the window is the beginning.
    """
    asked = [r.first if r.label != IGNORE else truecase(r.first, r.passage) for r in rows]
    firsts = tokenizer.encode_batch(asked, add_special_tokens=False)
    seconds = tokenizer.encode_batch([r.passage for r in rows], add_special_tokens=False)
    encoded = []
    for row, first, second in zip(rows, firsts, seconds, strict=True):
        head = [BOS, *first.ids[: limit // 2 if row.label != IGNORE else MAX_QUESTION], EOS, EOS]
        room = limit - len(head) - 1
        span = None
        if row.span:
            touched = [i for i, (a, b) in enumerate(second.offsets) if a < row.span[1] and b > row.span[0]]
            span = (touched[0], touched[-1]) if touched else None
        offset = 0
        if len(second.ids) > room:
            latest = len(second.ids) - room
            low, high = (max(0, min(span[1] - room + 1, latest)), min(span[0], latest)) if span else (0, latest)
            offset = rng.randint(min(low, high), high) if rng else 0
        ids = [*head, *second.ids[offset : offset + room], EOS]
        if span:
            place = (span[0] - offset + len(head), span[1] - offset + len(head))
            span = place if len(head) <= place[0] and place[1] < len(ids) - 1 else None
        encoded.append(Encoded(row, ids, len(head), span))
    return encoded


def collate(rows: Sequence[Encoded], multiple: int = 16) -> Batch:
    """Pad to the longest row, rounded up to `multiple` tokens."""
    width = -(-max(len(r.ids) for r in rows) // multiple) * multiple
    ids = torch.full((len(rows), width), PAD)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    passage = torch.zeros((len(rows), width), dtype=torch.long)
    starts, ends = [], []
    for i, row in enumerate(rows):
        ids[i, : len(row.ids)] = torch.tensor(row.ids)
        mask[i, : len(row.ids)] = 1
        passage[i, row.passage_start : len(row.ids) - 1] = 1
        unknown = row.row.answerable is None or (row.row.answerable and row.span is None)
        start, end = (IGNORE, IGNORE) if unknown else row.span or (0, 0)
        starts.append(start)
        ends.append(end)
    return Batch(
        input_ids=ids,
        attention_mask=mask,
        passage_mask=passage,
        start=torch.tensor(starts),
        end=torch.tensor(ends),
        answerable=torch.tensor([IGNORE if r.row.answerable is None else int(r.row.answerable) for r in rows]),
        weight=torch.tensor([r.row.weight for r in rows]),
        group=torch.tensor([r.row.group for r in rows]),
        label=torch.tensor([r.row.label for r in rows]),
    )


class Sampler:
    """Yield the rows of one step for ever: groups of one question, native unanswerable ones, entailment pairs.

    A group is the answerable question with its passage, one or two mined passages or the own passage less the
    sentences with the answer; now and then also the own passage under a question about another subject. So for every
    positive there are negatives with the very same question and with the very same passage.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        pairs: Sequence[Pair],
        negatives: dict[str, list[str]],
        rewriter: Rewriter,
        rng: random.Random,
        own: Sequence[Question] = (),
        shape: tuple[int, int, int, int] = (6, 4, 3, 1),
    ) -> None:
        self.answerable = [q for q in questions if q.answerable]
        self.unanswerable = [q for q in questions if not q.answerable]
        self.own = [[q for q in own if q.answerable], [q for q in own if not q.answerable]]
        self.pairs = list(pairs)
        self.negatives = negatives
        self.titles = {q.context: q.title for q in [*questions, *own] if q.title}
        self.names = [name for q in questions for name in names_in(q.text)]
        self.rewriter = rewriter
        self.rng = rng
        self.shape = shape

    def __iter__(self) -> Iterator[list[Row]]:
        answerable, unanswerable, pairs = map(self._for_ever, (self.answerable, self.unanswerable, self.pairs))
        own_answerable, own_unanswerable = map(self._for_ever, self.own)
        while True:
            rows: list[Row] = []
            for group in range(self.shape[0]):
                rows += self._group(next(own_answerable if self._of_own() else answerable), group)
            for _ in range(self.shape[1]):
                rows += self._native(next(own_unanswerable if self._of_own() else unanswerable))
            for _ in range(self.shape[2]):
                rows.append(self._pair(next(pairs)))
            for _ in range(self.shape[3]):
                rows.append(self._own_sentence(self.rng.choice(self.answerable)))
            yield rows

    def _of_own(self) -> bool:
        """Draw whether the next question is one of our own: half of them are."""
        return all(self.own) and self.rng.random() < 0.5

    def _for_ever(self, items: list[T]) -> Iterator[T]:
        while items:
            order = items[:]
            self.rng.shuffle(order)
            yield from order

    def _group(self, question: Question, group: int) -> list[Row]:
        text = self.rewriter(plain_style(question.text))
        end = question.start + len(question.answers[0])
        passage, span = self._dress(question.context, (question.start, end), question)
        rows = [Row(text, passage, span, True, 1.0, group)]
        mined = self._mined(question, self.rng.choice([1, 1, 2]))
        bare = without_answer(question) if self.rng.random() < 0.5 else None
        if bare:
            rows.append(Row(text, self._dress(bare, None, question)[0], None, False, 1.0, group))
            mined = mined[:1]
        rows += [Row(text, self._dress(m, None, question)[0], None, False, 0.7, group) for m in mined]
        if self.rng.random() < 0.2 and (beside := self._beside(question)):
            rows.append(Row(text, beside, None, False, 0.7, group))
        if self.rng.random() < 0.2 and (swapped := other_subject(question, self.names, self.rng)):
            other, _ = self._dress(question.context, (question.start, end), question)
            rows.append(Row(self.rewriter(plain_style(swapped)), other, None, False, 1.0))
        return rows

    def _beside(self, question: Question) -> str | None:
        """Return a sentence of the question's passage that lacks the answer: at work sentences are read alone, too."""
        text, end = question.context, question.start + len(question.answers[0])
        away = [text[a:b].strip() for a, b in sentences(text) if b < question.start - 3 or a > end + 3]
        lacking = [c for c in away if len(c) > 25 and not any(contains_answer(fold(c), w) for w in question.answers)]
        return self._headed(self.rng.choice(lacking), None, question.title)[0] if lacking else None

    def _native(self, question: Question) -> list[Row]:
        text = self.rewriter(plain_style(question.text))
        rows = [Row(text, self._dress(question.context, None, question)[0], None, False, 1.0)]
        if self.rng.random() < 0.2:
            rows += [Row(text, self._dress(m, None, question)[0], None, False, 0.5) for m in self._mined(question, 1)]
        return rows

    def _pair(self, pair: Pair) -> Row:
        """Now and then set the premise among sentences of others: at work a premise is a whole passage."""
        rng = self.rng
        premise = pair.premise
        if rng.random() < 0.3:
            others = [p.premise for p in rng.sample(self.pairs, rng.choice([1, 2, 3])) if p.premise != pair.premise]
            parts = [*others, premise]
            rng.shuffle(parts)
            premise = " ".join(parts)
        return Row(pair.hypothesis, premise, label=pair.label)

    def _own_sentence(self, question: Question) -> Row:
        """Make a pair of a passage and a sentence: its own, its own with another number, or a neighbour's."""
        rng = self.rng
        cuts = sentences(question.context)
        a, b = rng.choice(cuts)
        sentence = question.context[a:b].strip()
        kind = rng.choice(LABELS)
        label = LABELS.index("entailment")
        numbers = re.findall(r"\d+", sentence)
        if kind == "contradiction" and numbers:
            old = rng.choice(numbers)
            new = str(int(old) + rng.choice([-9, -5, -3, -2, -1, 1, 2, 4, 7, 10]))
            if new not in question.context:
                sentence, label = sentence.replace(old, new, 1), LABELS.index(kind)
        elif kind == "neutral" and (neighbours := self._mined(question, 1)):
            c, d = rng.choice(sentences(neighbours[0]))
            sentence, label = neighbours[0][c:d].strip(), LABELS.index(kind)
        return Row(sentence, self._dress(question.context, (a, b), question)[0], label=label)

    def _mined(self, question: Question, count: int) -> list[str]:
        """Draw passages, the hardest with the highest chance."""
        pool = self.negatives.get(question.id, [])
        places = {min(int(self.rng.expovariate(0.35)), len(pool) - 1) for _ in range(3 * count)} if pool else set()
        return [pool[i] for i in self.rng.sample(sorted(places), min(count, len(places)))]

    def _dress(
        self, passage: str, span: tuple[int, int] | None, question: Question
    ) -> tuple[str, tuple[int, int] | None]:
        """Vary a passage: drop sentences, add a neighbour, put a heading before it; `span` moves along."""
        rng = self.rng
        title = self.titles.get(passage, "")
        draw = rng.random()
        if draw < 0.12:
            passage, span = self._one_sentence(passage, span)
        elif draw < 0.32:
            passage, span = self._thin(passage, span)
        if rng.random() < 0.15 and len(passage) < 450 and (extra := self._mined(question, 1)):
            if rng.random() < 0.5:
                passage = f"{passage}\n{extra[0]}"
            else:
                passage, span = f"{extra[0]}\n{passage}", _shift(span, len(extra[0]) + 1)
        return self._headed(passage, span, title)

    def _headed(self, passage: str, span: tuple[int, int] | None, title: str) -> tuple[str, tuple[int, int] | None]:
        """Put a title, a section or both before half of the passages."""
        rng = self.rng
        if not ((title and rng.random() < 0.5) or rng.random() < 0.1):
            return passage, span
        parts = [p for p in (title, rng.choice(HEADINGS) if rng.random() < 0.4 or not title else "") if p]
        heading = " — ".join(parts) + "\n"
        return heading + passage, _shift(span, len(heading))

    def _one_sentence(self, passage: str, span: tuple[int, int] | None) -> tuple[str, tuple[int, int] | None]:
        """Leave one sentence, the one with the span where there is one that holds it whole."""
        cuts = sentences(passage)
        if span is None:
            a, b = self.rng.choice(cuts)
            return passage[a:b].strip() or passage, None
        for a, b in cuts:
            if a <= span[0] and span[1] <= b:
                return passage[a:b], _shift(span, -a)
        return passage, span

    def _thin(self, passage: str, span: tuple[int, int] | None) -> tuple[str, tuple[int, int] | None]:
        """Drop one or two sentences that the span does not touch, never all."""
        cuts = sentences(passage)
        free = [c for c in cuts if span is None or c[1] <= span[0] or c[0] >= span[1]]
        for a, b in sorted(
            self.rng.sample(free, min(len(free), len(cuts) - 1, self.rng.choice([1, 1, 2]))), reverse=True
        ):
            passage = passage[:a] + passage[b:]
            if span and b <= span[0]:
                span = _shift(span, a - b)
        return passage, span


def _shift(span: tuple[int, int] | None, by: int) -> tuple[int, int] | None:
    return (span[0] + by, span[1] + by) if span else None
