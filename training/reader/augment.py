"""Vary questions and passages so that the reader learns the matter and not the manner."""

from __future__ import annotations

import difflib
import random
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

from corpora import Question, read_jsonl
from text import contains_answer, fold

SHORT_FORMS = {
    "kapan": ["kpn"], "siapa": ["sp", "spa"], "apa": ["ap"], "apakah": ["apa", "apkh"], "siapakah": ["siapa", "sp"],
    "berapa": ["brp"], "berapakah": ["brp", "berapa"], "bagaimana": ["gmn", "gimana", "bgmn"],
    "mengapa": ["knp", "kenapa"],
    "dimana": ["dmn", "dmna"], "dimanakah": ["dimana", "dmn"], "manakah": ["mana", "mn"], "mana": ["mn"],
    "yang": ["yg"], "dengan": ["dgn", "sama"], "dari": ["dr"], "untuk": ["utk", "buat"], "pada": ["pd"],
    "tahun": ["thn", "th"], "tidak": ["ga", "gak", "nggak", "tdk"], "adalah": ["adlh", "itu"], "tentang": ["ttg"],
    "maksud": ["mksd"], "dimaksud": ["dimaksud", "dmksd"], "orang": ["org"], "pertama": ["prtama", "pertm"],
    "kepada": ["ke", "kpd"], "terhadap": ["thd"], "dalam": ["dlm"], "dan": ["dn", "n"], "atau": ["ato"],
    "digunakan": ["dipake", "dipakai"], "menggunakan": ["pake"], "didirikan": ["dibikin", "didiriin"],
    "disebut": ["dibilang", "disebut"], "jumlah": ["jml", "jumlahnya"], "negara": ["ngr", "negara"],
    "menyebabkan": ["nyebabin", "bikin"], "perbedaan": ["beda", "bedanya"], "contoh": ["cth", "contohnya"],
    "menurut": ["mnrt"], "tersebut": ["tsb"], "terjadi": ["kejadian", "trjadi"], "sekolah": ["sklh"],
}  # fmt: skip
UNFIT = {"admin", "hai", "halo", "kak", "terima", "kasih", "aplikasi", "mengapa", "kenapa", "dua", "ini", "tetap"}
OPENERS = [
    "min",
    "kak",
    "eh",
    "mau tanya dong",
    "mau nanya",
    "tolong jelasin",
    "guys",
    "pak",
    "bu",
    "halo",
    "jadi",
    "tau ga",
]
CLOSERS = ["dong", "sih", "ya", "min", "kak", "tuh", "nih", "deh", "ya kak", "sih sebenernya", "gan"]
HEADINGS = ["Pendahuluan", "Latar Belakang", "Sejarah", "Pembahasan", "Bab 1", "Ringkasan", "Etimologi", "Penutup"]

# Only patterns whose English is right whatever the name in the middle is.
ENGLISH = [
    (r"apa(?:kah)? (?:itu|yang dimaksud dengan|pengertian(?: dari)?|definisi(?: dari)?) (.+)", "what is {}"),
    (r"apa(?:kah)? (?:arti|maksud)(?: dari)? (.+)", "what does {} mean"),
    (r"apa(?:kah)? (?:nama )?ibu ?kota(?: dari)? (.+)", "what is the capital of {}"),
    (r"apa(?:kah)? (?:kepanjangan|singkatan)(?: dari)? (.+)", "what does {} stand for"),
    (r"apa(?:kah)? (?:mata uang)(?: dari)? (.+)", "what is the currency of {}"),
    (r"kapan(?:kah)? (.+?) (?:di)?lahir(?:kan)?", "when was {} born"),
    (r"kapan(?:kah)? (.+?) (?:meninggal|wafat)(?: dunia)?", "when did {} die"),
    (r"kapan(?:kah)? (.+?) (?:di)?dirikan", "when was {} founded"),
    (r"kapan(?:kah)? (.+?) dibangun", "when was {} built"),
    (r"kapan(?:kah)? (.+?) ditemukan", "when was {} discovered"),
    (r"kapan(?:kah)? (.+?) (?:dirilis|diterbitkan)", "when was {} released"),
    (r"kapan(?:kah)? (.+?) terjadi", "when did {} happen"),
    (r"(?:di ?mana(?:kah)?) (?:letak )(.+)", "where is {} located"),
    (r"(?:di ?mana(?:kah)?) (.+?) (?:di)?lahir(?:kan)?", "where was {} born"),
    (r"berapa(?:kah)? luas(?: wilayah)?(?: dari)? (.+)", "what is the area of {}"),
    (r"berapa(?:kah)? (?:jumlah )?penduduk (.+)", "what is the population of {}"),
    (r"siapa(?:kah)? (?:yang )?(?:pen?diri|mendirikan) (.+)", "who founded {}"),
    (r"siapa(?:kah)? (?:pencipta|yang menciptakan) (.+)", "who created {}"),
    (r"siapa(?:kah)? (?:penemu|yang menemukan) (.+)", "who discovered {}"),
    (r"siapa(?:kah)? (?:penulis|pengarang)(?: novel| buku)? (.+)", "who wrote {}"),
    (r"siapa(?:kah)? presiden pertama (.+)", "who was the first president of {}"),
    (r"siapa(?:kah)? presiden (.+)", "who is the president of {}"),
    (r"siapa(?:kah)? (?:istri|isteri) (.+)", "who is the wife of {}"),
    (r"siapa(?:kah)? ayah (.+)", "who is the father of {}"),
]
_QUESTION_WORD = re.compile(r"^(apakah|apa|siapakah|siapa|kapankah|kapan|di ?manakah|di ?mana|berapakah|berapa)\b\s*")
_NAMED = re.compile(
    r"^(?:apa(?:kah)? nama|siapa(?:kah)?(?: nama)?|apa(?:kah)? (?:itu|yang dimaksud dengan)) (?!yang\b)"
)
_NAME = re.compile(r"(?:[A-Z][\w'.-]*)(?:\s+(?:[A-Z][\w'.-]*|\d+))*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])")


def informal_words(stif: Path, minimum: int = 4) -> dict[str, list[str]]:
    """Learn formal -> informal words from aligned sentences (STIF), and add the short forms of question words."""
    pairs: Counter[tuple[str, str]] = Counter()
    for row in read_jsonl(stif):
        formal, informal = row["formal"].split(), row["informal"].split()
        for tag, a, b, c, d in difflib.SequenceMatcher(None, formal, informal, autojunk=False).get_opcodes():
            if tag == "replace" and b - a == d - c:
                pairs.update(zip(formal[a:b], informal[c:d], strict=True))
    words = {formal: list(forms) for formal, forms in SHORT_FORMS.items()}
    for (formal, informal), count in pairs.items():
        if (
            count >= minimum
            and formal.isalpha()
            and informal.isalpha()
            and "xxx" not in informal
            and formal not in UNFIT
        ):
            words.setdefault(formal, []).append(informal)
    return words


class Rewriter:
    """Rewrite lower-cased questions as students and English speakers would; every choice comes from `rng`."""

    def __init__(self, words: dict[str, list[str]], rng: random.Random) -> None:
        self.words = words
        self.rng = rng

    def __call__(self, question: str) -> str:
        """Return `question` (in `plain_style`) as it is for half of the calls, else changed in one way."""
        draw = self.rng.random()
        if draw < 0.10:
            return english(question) or question
        if draw < 0.18:
            return self.short(question)
        if draw < 0.50:
            return self.informal(question)
        return question

    def short(self, question: str) -> str:
        """Drop the question word where the rest says enough, else move it to the end."""
        if named := _NAMED.match(question):
            return question[named.end() :]
        if word := _QUESTION_WORD.match(question):
            rest = question[word.end() :]
            return f"{rest} {word[1]}" if len(rest.split()) > 1 else question
        return question

    def informal(self, question: str) -> str:
        """Abbreviate, drop vowels, mistype, and add particles."""
        rng = self.rng
        words = []
        for word in question.split():
            if word in self.words and rng.random() < 0.6:
                word = rng.choice(self.words[word])
            elif len(word) > 4 and word.isalpha() and rng.random() < 0.12:
                word = self._mistype(word)
            words.append(word)
        text = " ".join(words)
        if rng.random() < 0.25:
            text = f"{rng.choice(OPENERS)} {text}"
        if rng.random() < 0.35:
            text = f"{text} {rng.choice(CLOSERS)}"
        return text

    def _mistype(self, word: str) -> str:
        rng = self.rng
        i = rng.randrange(1, len(word) - 1)
        kind = rng.randrange(4)
        if kind == 0:
            return word[:i] + word[i + 1 :]
        if kind == 1:
            return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        if kind == 2:
            return word[:i] + word[i] + word[i:]
        return word[0] + re.sub("[aeiou]", "", word[1:-1]) + word[-1]


def english(question: str) -> str | None:
    """Translate a question of a plain pattern, the name in it left alone; None where no pattern fits."""
    for pattern, form in ENGLISH:
        found = re.fullmatch(pattern, question)
        if found and len(found[1].split()) <= 4 and not re.search(r"\b(yang|dan|atau|di|dari|pada)\b", found[1]):
            return form.format(found[1])
    return None


def sentences(passage: str) -> list[tuple[int, int]]:
    """Cut a passage into (start, end) sentences, roughly."""
    cuts = [0, *(m.end() for m in _SENTENCE.finditer(passage)), len(passage)]
    return [(a, b) for a, b in pairwise(cuts) if b > a]


def without_answer(question: Question, least: int = 60) -> str | None:
    """Return the passage less every sentence that holds an answer, or None where too little is left."""
    kept = [
        question.context[a:b]
        for a, b in sentences(question.context)
        if not any(contains_answer(fold(question.context[a:b]), answer) for answer in question.answers)
        and not a <= question.start < b
    ]
    rest = "".join(kept).strip()
    whole = fold(rest)
    if len(rest) < least or any(contains_answer(whole, answer) for answer in question.answers):
        return None
    return rest


def names_in(question: str) -> list[str]:
    """Return the capitalised names of a question, its first word left out."""
    first = question.find(" ") + 1
    return [m[0] for m in _NAME.finditer(question, first) if len(m[0]) > 2]


def other_subject(question: Question, names: list[str], rng: random.Random) -> str | None:
    """Ask the same about another name or year, one that the passage does not mention; None where nothing fits."""
    years = re.findall(r"\b(?:1[0-9]|20)\d\d\b", question.text)
    if years:
        other = str(int(years[0]) + rng.choice([-30, -12, -7, -5, -3, 2, 3, 4, 6, 11, 25]))
        return None if other in question.context else question.text.replace(years[0], other)
    present = [n for n in names_in(question.text) if fold(n) in fold(question.context)]
    if not present:
        return None
    other = rng.choice(names)
    if set(fold(other).split()) & set(fold(question.context + " " + question.text).split()):
        return None
    return question.text.replace(rng.choice(present), other)
