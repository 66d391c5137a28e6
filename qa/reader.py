"""Read a question against passages: how relevant each is, whether it holds the answer, and where.

The reader is a small cross-encoder (see `training/reader`), run from an export folder by onnxruntime: `model.onnx`,
`tokenizer.json` and `config.json`. Nothing is loaded before a `Reader` is made, and nothing is downloaded.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from index.errors import ModelError

FloatArray = NDArray[np.float32]
BATCH_TOKENS = 2048
BUNDLED = "bundled"
# A generated sentence is dropped when its quote is read as denying it with at least this probability, or as saying it
# with less than "support_threshold" of config.json, which keeps 95% of IndoNLI's entailed pairs (training/reader).
CONTRADICTION = 0.5
# What a span's logit loses when it leaves a bracket or quotation mark open.
OPEN_BRACKET = 1.5
_WORD = re.compile(r"\w+")


def load_reader(name: str = BUNDLED) -> Reader:
    """Return the reader of that name: the bundled one, or one that `training/reader/export.py` wrote to a folder.

    Raises:
        ModelError: the folder is missing or holds no reader.
    """
    folder = Path(__file__).parent / "models" / "reader" if name == BUNDLED else Path(name).expanduser()
    try:
        return Reader(folder)
    except Exception as error:  # onnxruntime and tokenizers raise bare exceptions of their own for a damaged file
        raise ModelError(
            f"Model pembaca di '{folder}' tidak dapat dimuat ({error}); periksa foldernya, "
            f"atau pakai yang bawaan: TANYA_READER={BUNDLED}."
        ) from error


@dataclass(frozen=True)
class Reading:
    """What the reader says about one passage.

    `relevance` is a logit for ranking; mix it with the retriever's score, alone it ranks no better than dense
    retrieval. `answerable` is the calibrated probability that the passage holds the answer. `span` are the character
    offsets [start, end) of the best answer in the passage's text, whether or not the passage answers; None for a
    passage without words. `span_score` is the span's logit above that of "not in this passage".
    """

    relevance: float
    answerable: float
    span: tuple[int, int] | None
    span_score: float


@dataclass(frozen=True)
class ReaderConfig:
    """The contents of `config.json` that the runtime needs; lengths are tokens, specials included."""

    max_length: int
    max_question: int
    stride: int
    max_answer: int
    bos: int
    eos: int
    pad: int
    answerable_relevance: float
    answerable_span: float
    answerable_bias: float
    answerable_threshold: float
    support_temperature: float
    support_threshold: float
    labels: tuple[str, ...]
    cosine_weight: float
    gate_passage: float
    gate_sentence: float
    gate_bias: float
    gate_threshold: float

    @classmethod
    def load(cls, path: Path) -> ReaderConfig:
        """Read `config.json`; a key that is missing raises KeyError.

        Only "gate" and "ranking" may be missing, as in a fresh export: benchmarks/answering.py sets the gate.
        """
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        calibration, gate = raw["calibration"], raw.get("gate", {})
        return cls(
            max_length=raw["max_length"],
            max_question=raw["max_question"],
            stride=raw["stride"],
            max_answer=raw["max_answer"],
            bos=raw["special_tokens"]["bos"],
            eos=raw["special_tokens"]["eos"],
            pad=raw["special_tokens"]["pad"],
            answerable_relevance=calibration["answerable"]["relevance"],
            answerable_span=calibration["answerable"]["span"],
            answerable_bias=calibration["answerable"]["bias"],
            answerable_threshold=calibration["answerable"].get("threshold", 0.5),
            support_temperature=calibration["support_temperature"],
            support_threshold=raw.get("support_threshold", 0.0),
            labels=tuple(raw["labels"]),
            cosine_weight=raw.get("ranking", {}).get("cosine_weight", 100.0),
            gate_passage=gate.get("passage", 0.5),
            gate_sentence=gate.get("sentence", 0.5),
            gate_bias=gate.get("bias", 0.0),
            gate_threshold=gate.get("threshold", 0.5),
        )


@dataclass(frozen=True)
class _Window:
    """One pair that fits the network: `offsets` are characters of the passage's text, one per token of the window."""

    item: int
    ids: list[int]
    first_text_token: int
    offsets: list[tuple[int, int]]
    text: str


@dataclass(frozen=True)
class _Scores:
    relevance: float
    span: tuple[int, int] | None
    span_score: float
    entailment: FloatArray


class Reader:
    """Thread-safe; every call may come from any thread at once."""

    def __init__(self, folder: Path | str, *, threads: int = 0) -> None:
        """Load the export folder; `threads` are those of one call, 0 lets onnxruntime take every core."""
        folder = Path(folder)
        missing = [n for n in ("model.onnx", "tokenizer.json", "config.json") if not (folder / n).is_file()]
        if missing:
            raise FileNotFoundError(f"the reader's folder {folder} lacks {', '.join(missing)}")
        self.config = ReaderConfig.load(folder / "config.json")
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # be kind to a busy machine
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def read(self, question: str, passages: Sequence[str], headings: Sequence[str] | None = None) -> list[Reading]:
        """Judge every passage, in the given order.

        A heading ("Title — Section") is read before its passage; spans never touch it and their offsets do not
        count it. Passages longer than the network takes are read in overlapping windows, of which the one that
        answers best speaks for the passage.
        """
        return self.read_pairs([(question, passage) for passage in passages], headings)

    def read_pairs(self, pairs: Sequence[tuple[str, str]], headings: Sequence[str] | None = None) -> list[Reading]:
        """Judge (question, passage) pairs as `read` does, of many questions at once."""
        if headings is not None and len(headings) != len(pairs):
            raise ValueError(f"{len(pairs)} passages but {len(headings)} headings")
        if not pairs:
            return []
        passages = [passage for _, passage in pairs]
        headings = headings or [""] * len(pairs)
        shown = [f"{heading}\n{passage}" for heading, passage in zip(headings, passages, strict=True)]
        questions = [truecase(plain_style(q), text) for (q, _), text in zip(pairs, shown, strict=True)]
        firsts = [encoding.ids[: self.config.max_question] for encoding in self._encode(questions)]
        windows = self._windows(firsts, passages, headings)
        best: list[Reading] = [Reading(0.0, 0.0, None, 0.0)] * len(passages)
        chosen = [-np.inf] * len(passages)
        for window, scores in zip(windows, self._run(windows), strict=True):
            logit = self._answerable_logit(scores)
            if logit > chosen[window.item]:
                chosen[window.item] = logit
                span = _tidy(passages[window.item], scores.span) if scores.span else None
                probability = float(1 / (1 + np.exp(-logit)))
                best[window.item] = Reading(scores.relevance, probability, span, scores.span_score)
        return best

    def support(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return (n, 3) probabilities of entailment, neutral and contradiction for (premise, hypothesis) pairs.

        Of a long premise's windows the one that supports the hypothesis most is taken.
        """
        if not pairs:
            return np.zeros((0, len(self.config.labels)), np.float32)
        half = self.config.max_length // 2
        firsts = [e.ids[:half] for e in self._encode([hypothesis for _, hypothesis in pairs])]
        windows = self._windows(firsts, [premise for premise, _ in pairs], [""] * len(pairs))
        result = np.zeros((len(pairs), len(self.config.labels)), np.float32)
        for window, scores in zip(windows, self._run(windows), strict=True):
            probabilities = _softmax(scores.entailment / self.config.support_temperature)
            if probabilities[0] >= result[window.item, 0]:
                result[window.item] = probabilities
        return result

    @property
    def threshold(self) -> float:
        """Confidence from which the passages are taken to answer; set by benchmarks/answering.py."""
        return self.config.gate_threshold

    def confidence(self, passage: float, sentence: float) -> float:
        """Return the probability, in [0, 1], that the passages answer.

        A logistic line over the highest relevance of a passage and the highest score of a sentence (logits both),
        fitted on questions with and without an answer in the shipped course (benchmarks/answering.py).
        """
        config = self.config
        logit = config.gate_passage * passage + config.gate_sentence * sentence + config.gate_bias
        return float(1 / (1 + np.exp(-logit)))

    def mix(self, reading: Reading, cosine: float) -> float:
        """Return the logit that ranks a passage: its relevance and the retriever's cosine together."""
        return reading.relevance + self.config.cosine_weight * cosine

    def supports(self, premise: str, hypothesis: str) -> bool:
        """Tell whether `premise` is read as saying `hypothesis`: neither as denying it nor as silent about it."""
        entailed, _, contradicted = self.support([(premise, hypothesis)])[0]
        return bool(entailed >= self.config.support_threshold and contradicted < CONTRADICTION)

    def _answerable_logit(self, scores: _Scores) -> float:
        config = self.config
        span = config.answerable_span * scores.span_score
        return config.answerable_relevance * scores.relevance + span + config.answerable_bias

    def _encode(self, texts: Sequence[str]) -> list[Encoding]:
        encodings: list[Encoding] = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return encodings

    def _windows(self, firsts: Sequence[list[int]], passages: Sequence[str], headings: Sequence[str]) -> list[_Window]:
        """Cut every passage into windows; the heading, at most a quarter of the length, stands before each."""
        config = self.config
        tops = self._encode([f"{h}\n" if h else "" for h in headings])
        windows = []
        for item, (first, top, body) in enumerate(zip(firsts, tops, self._encode(passages), strict=True)):
            head = [config.bos, *first, config.eos, config.eos, *top.ids[: config.max_length // 4]]
            room = config.max_length - len(head) - 1
            for start in _window_starts(len(body.ids), room, min(config.stride, room // 2)):
                part = slice(start, start + room)
                windows.append(
                    _Window(item, [*head, *body.ids[part], config.eos], len(head), body.offsets[part], passages[item])
                )
        return windows

    def _run(self, windows: Sequence[_Window]) -> list[_Scores]:
        """Score windows in batches of like length; results come in the order of `windows`."""
        scores: dict[int, _Scores] = {}
        for batch in _batches(windows):
            width = max(len(windows[i].ids) for i in batch)
            ids = np.full((len(batch), width), self.config.pad, np.int64)
            mask = np.zeros((len(batch), width), np.int64)
            for row, i in enumerate(batch):
                ids[row, : len(windows[i].ids)] = windows[i].ids
                mask[row, : len(windows[i].ids)] = 1
            outputs = self._session.run(
                ["relevance", "start", "end", "entailment"], {"input_ids": ids, "attention_mask": mask}
            )
            relevance, start, end, entailment = (np.asarray(o, np.float32) for o in outputs)
            for row, i in enumerate(batch):
                span, score = self._best_span(windows[i], start[row], end[row])
                scores[i] = _Scores(float(relevance[row]), span, score, entailment[row])
        return [scores[i] for i in range(len(windows))]

    def _best_span(self, window: _Window, start: FloatArray, end: FloatArray) -> tuple[tuple[int, int] | None, float]:
        """Return the best span's characters, and its logit less that of the first place ("not here")."""
        first, count = window.first_text_token, len(window.offsets)
        if not count:
            return None, -20.0
        table = start[first : first + count, None] + end[None, first : first + count]
        lengths = np.arange(count)[None] - np.arange(count)[:, None]
        allowed = (lengths >= 0) & (lengths < self.config.max_answer)
        shown = table - OPEN_BRACKET * _opens_bracket(window.text, window.offsets)
        best = np.where(allowed, shown, -np.inf).argmax()
        a, b = np.unravel_index(int(best), table.shape)
        return (window.offsets[a][0], window.offsets[b][1]), float(table[a, b] - start[0] - end[0])


def _opens_bracket(text: str, offsets: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Return (n, n): whether the span from token i to token j leaves a bracket or quotation mark open."""
    starts, ends = np.array(offsets).T
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    found = np.zeros((len(offsets), len(offsets)), bool)
    for first, last in ("()", "[]", "“”", '""'):
        sides = (letters == ord(first)).astype(int) - (letters == ord(last)) * (first != last)
        opened = np.concatenate([[0], np.cumsum(sides)])
        inside = opened[ends][None] - opened[starts][:, None]
        found |= (inside if first != last else inside % 2) != 0
    return found


def plain_style(question: str) -> str:
    """Write a question the way the reader was taught: lower case, single blanks, no punctuation at the end."""
    text = unicodedata.normalize("NFKC", question).lower()
    text = re.sub(r"[\s?!.,;:]+$", "", " ".join(text.split()))
    return re.sub(r"\s+([,;:.!?])", r"\1", text)


def truecase(question: str, passage: str) -> str:
    """Give the words of a lower-cased question the capitals of the passage, where it has them in no other form.

    The network's pieces of "Majapahit" and "majapahit" have nothing in common; so it sees that both name the same.
    """
    words = dict.fromkeys(_WORD.findall(passage))
    cased = {word.lower(): word for word in reversed(words) if word.lower() not in words}
    return _WORD.sub(lambda found: cased.get(found[0], found[0]), question)


def _window_starts(length: int, room: int, overlap: int) -> Iterator[int]:
    """Yield where windows of `room` tokens begin, so that they cover `length` tokens; at least one."""
    start = 0
    while start + room < length:
        yield start
        start += room - overlap
    yield start


def _batches(windows: Sequence[_Window]) -> Iterator[list[int]]:
    """Group windows by length into batches of at most `BATCH_TOKENS` padded tokens."""
    batch: list[int] = []
    for i in sorted(range(len(windows)), key=lambda i: len(windows[i].ids)):
        if batch and (len(batch) + 1) * len(windows[i].ids) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _softmax(logits: FloatArray) -> FloatArray:
    exponents = np.exp(logits - logits.max())
    result: FloatArray = exponents / exponents.sum()
    return result


def _tidy(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """Take blanks off both ends and the punctuation that a token drags along off the right one."""
    start, end = span
    while start < end and text[start] in " \t\n\r\u00a0":
        start += 1
    while end > start and text[end - 1] in " \t\n\r\u00a0,;:":
        end -= 1
    if text[start:end].count(".") == 1 and text[end - 1] == ".":
        end -= 1
    return start, end
