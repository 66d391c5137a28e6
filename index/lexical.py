"""BM25 over Indonesian text."""

from __future__ import annotations

import json
import logging
import math
import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

from index.embeddings import FloatArray

_WORD = re.compile(r"[^\W_]+")
# A word that stands by itself: not a part of an address, a file name or a compound, nor a doctor's title ("Dr.").
_FREE = re.compile(r"(?<![\w./@-])(?![Dd]r\.)\w+(?![\w/@-]|\.\w)")
_VERB = re.compile(r"(?:me|di|ber|ter)[a-z]{3,}$")
LONGEST_WORD = 40
# Function and question words: nearly every passage has them, or none because it answers.
LEFT_OUT = frozenset(
    "yang dan di ke dari pada untuk dengan adalah ini itu dalam oleh sebagai atau juga akan telah sudah tidak "
    "apa apakah siapa siapakah kapan kapankah mana dimana manakah dimanakah berapa berapakah bagaimana bagaimanakah "
    "mengapa kenapa".split()
)
# How students write in chat, and how the word is spelled. General Indonesian, no course words.
INFORMAL = {
    "yg": "yang", "knp": "kenapa", "knapa": "kenapa", "gmn": "bagaimana", "gmna": "bagaimana", "gimana": "bagaimana",
    "dgn": "dengan", "dg": "dengan", "utk": "untuk", "krn": "karena", "karna": "karena", "tdk": "tidak",
    "gak": "tidak", "ga": "tidak", "nggak": "tidak", "ngga": "tidak", "gk": "tidak", "tp": "tetapi", "tapi": "tetapi",
    "sm": "sama", "jg": "juga", "sdh": "sudah", "udah": "sudah", "udh": "sudah", "blm": "belum", "dlm": "dalam",
    "dr": "dari", "pd": "pada", "bgt": "banget", "bs": "bisa", "org": "orang", "ttg": "tentang", "trs": "terus",
    "kl": "kalau", "klo": "kalau", "kalo": "kalau", "jd": "jadi", "lg": "lagi", "dpt": "dapat", "hrs": "harus",
    "spt": "seperti", "aja": "saja", "aj": "saja", "brp": "berapa", "kpn": "kapan", "dmn": "di mana",
    "dimana": "di mana", "mksd": "maksud", "mksdnya": "maksudnya", "pake": "pakai", "trmsk": "termasuk",
    "bbrp": "beberapa", "thn": "tahun", "apaan": "apa", "sy": "saya", "skrg": "sekarang", "sblm": "sebelum",
    "stlh": "setelah", "tsb": "tersebut", "dll": "dan lain-lain", "bkn": "bukan", "emang": "memang", "sih": "",
}  # fmt: skip


def normalise_informal(text: str) -> str:
    """Spell out the common abbreviations of Indonesian chat; all other words stay as they are.

    Words in capitals are names or acronyms (PD, DPT, LG) and stay too.
    """

    def spell(match: re.Match[str]) -> str:
        word = match.group(0)
        plain = word.lower()
        return word if word not in (plain, plain.capitalize()) else INFORMAL.get(plain, word)

    return _FREE.sub(spell, text)


def analyse(text: str) -> list[str]:
    """Cut a text into lower-cased words and numbers; "undang-undang" is two words, "PP-82" is "pp" and "82"."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


def terms(text: str) -> list[str]:
    """Return what BM25 counts: the stems of a text's words, and numbers, without function and question words.

    Stems and the words left out each raise hit@1 and nDCG@10 of the fused ranking on both data sets of
    benchmarks/fusion.py (results/fusion.json).
    """
    return [stem(word) for word in analyse(text) if word not in LEFT_OUT]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem by Nazief and Adriani's rules, as Sastrawi has them; words with other letters stay."""
    plain = word.isascii() and word.isalpha() and len(word) <= LONGEST_WORD
    return str(_stemmer().stem(word)) or word if plain else word


def is_verb(word: str) -> bool:
    """Tell an inflected verb ("memuat", "diresmikan") from a word that only begins like one ("media", "diplomasi")."""
    return _VERB.match(word) is not None and stem(word) != word


@cache
def _stemmer() -> Any:
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory  # 30,000 words

    return StemmerFactory().create_stemmer().delegatedStemmer  # the cache around it would grow without end


class LexicalIndex:
    """BM25 (Lucene's variant, k1 = 1.2, b = 0.75) over texts with ids; safe from several threads."""

    def __init__(self, ids: Sequence[str], model: bm25s.BM25 | None) -> None:
        self.ids = list(ids)
        self._model = model

    @classmethod
    def build(cls, texts: Sequence[str], ids: Sequence[str]) -> LexicalIndex:
        tokens = [terms(text) for text in texts]
        if not any(tokens):
            return cls(ids, None)
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # the library logs every build at DEBUG
        model = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        model.index(tokens, show_progress=False)
        return cls(ids, model)

    def scores(self, query: str) -> FloatArray:
        """Return one score a text, in the order of `ids`; 0 where no word of the query occurs."""
        known = [] if self._model is None else [t for t in terms(query) if t in self._model.vocab_dict]
        if self._model is None or not known:
            return np.zeros(len(self.ids), np.float32)
        return np.asarray(self._model.get_scores(list(dict.fromkeys(known))), np.float32)

    def idf(self, word: str) -> float:
        """Return the inverse document frequency of a word, counted by its stem as BM25 does.

        0.0 for a word that no text holds, and for function words.
        """
        stems = terms(word)
        if self._model is None or not stems or stems[0] not in self._model.vocab_dict:
            return 0.0
        column = self._model.vocab_dict[stems[0]]
        pointers = self._model.scores["indptr"]
        holders = int(pointers[column + 1] - pointers[column])
        return math.log(1 + (len(self.ids) - holders + 0.5) / (holders + 0.5)) if holders else 0.0

    def search(self, query: str, k: int) -> list[tuple[str, float]]:
        """Return at most `k` (id, score) pairs with a score above 0, best first; ties keep the order of ids."""
        scores = self.scores(query)
        return [(self.ids[i], float(scores[i])) for i in best(scores, k) if scores[i] > 0]

    def save(self, folder: Path) -> None:
        """Write NumPy arrays and JSON into `folder`; nothing is pickled."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ids.json").write_text(json.dumps(self.ids), encoding="utf-8")
        if self._model is not None:
            self._model.save(str(folder), show_progress=False, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read an index that `save` wrote.

        Raises:
            OSError, ValueError, KeyError: a file is missing or damaged.
        """
        ids: list[str] = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
        if not (folder / "params.index.json").is_file():
            return cls(ids, None)
        model: Any = bm25s.BM25.load(str(folder), load_vocab=True, allow_pickle=False, show_progress=False)
        return cls(ids, model)


def best(scores: FloatArray, k: int) -> list[int]:
    """Return the places of the `k` highest scores, best first; ties keep their order."""
    order: list[int] = np.argsort(-scores, kind="stable")[: max(k, 0)].tolist()
    return order
