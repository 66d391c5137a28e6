"""Which words of a question point to something said before it: pronouns, "-nya", "itu", and what is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from index.lexical import INFORMAL, is_verb
from qa.citations import STOP_WORDS

_LONGEST = 40  # letters of a word that are looked at

ASKING = set(
    "apa apakah apaan siapa siapakah kapan kapankah mana manakah dimana berapa berapakah mengapa kenapa knp kok "
    "bagaimana bagaimanakah gimana gmn saja aja sih dong deh kah ya yah nih tuh min kak jelaskan jelasin sebutkan "
    "sebutin terangkan tolong mohon coba itu ini adalah ialah yaitu yang dimaksud dengan maksud maksudnya arti artinya "
    "pengertian definisi di ke dari pada dan atau untuk oleh dalam tentang terhadap sebagai para suatu sebuah "
    "what is are was were who when where why how which the a an of in on to for does do did explain tell me about "
    "can could you give please tersebut tadi mereka dia ia kalau kalo lalu trus terus nya bisa dapat".split()
)
LINKING = {"di", "dalam", "dari", "pada", "tentang", "terhadap", "untuk", "dan", "of", "in", "on", "the"}
# Questions of nothing but these words ask for an aspect of what was said before ("contoh dong").
ASPECTS = set(
    "contoh manfaat tujuan jenis macam tantangan kelebihan kekurangan penulis sejarah fungsi dampak ciri "
    "peran alasan isi inti kesimpulan ringkasan sebab caranya cara lagi lain lanjut selanjutnya lebih detail rinci "
    "examples example why more other another benefits".split()
)
# Greetings, thanks, agreement, and how one is addressed.
SMALL_TALK = set(
    "halo hallo hai hi hello hey hei selamat pagi siang sore malam salam assalamualaikum permisi makasih mksh terima "
    "kasih trims trimakasih terimakasih thanks thank thx tq you so much very ok oke okay okey sip siap baik baiklah "
    "bagus mantap keren jelas paham mengerti ngerti iya ya yah yes yup nice great cool good morning got it understood "
    "banget sekali banyak atas bantuannya kak kakak min admin pak bu bang gan bro sis dong deh sih nih tuh".split()
)

# Judging a word in its place. Pronouns have their antecedent in another clause than their own ...
_PRONOUNS = set("dia ia mereka beliau sana situ sini it they them he she there".split())
_POSSESSIVES = {"its", "their", "his", "her"}  # ... but possessives may have it in their own
_THIS = {"itu", "ini", "tersebut", "tadi"}
_ENGLISH_THIS = {"this", "that", "these", "those"}
_SO = {"begitu", "demikian"}
_ORDINALS = {"pertama", "kedua", "ketiga", "keempat", "kelima", "terakhir"}
_NEXT = {"lainnya", "selanjutnya", "berikutnya"}
# "ini" after these means the time, or the course, in which one speaks.
_HERE_AND_NOW = set(
    "saat sekarang hari minggu pekan bulan tahun semester abad zaman era masa dewasa selama sejauh belakangan "
    "akhir-akhir kali kuliah materi kelas pelajaran pertemuan bab".split()
)
_TIMES = {"saat", "waktu", "hari", "tahun", "masa", "zaman", "era", "abad", "ketika"}
# "-nya" that makes an adverb or noun rather than pointing to a thing named before.
_NOT_POINTING = set(
    "hanya tanya punya biasanya umumnya akhirnya awalnya sebenarnya misalnya sebaiknya sebelumnya seharusnya "
    "semestinya sepenuhnya seluruhnya semuanya sesungguhnya sejatinya pertanyaannya maksudnya karenanya makanya "
    "khususnya setidaknya sepertinya kayaknya tampaknya rupanya ternyata nyatanya kenyataannya bagaimananya artinya "
    "katanya nanya bertanya satu-satunya adanya tidaknya hendaknya pastinya pokoknya".split()
)
_PREDICATES = {"apa", "siapa", "berapa", "siapakah", "berapakah"}  # what is asked is the predicate ("apa bedanya")
_ADJUNCTS = set("kapan kapankah mana dimana mengapa kenapa bagaimana bagaimanakah apakah kok".split())
_POSSESSOR_MARKS = {"antara", "para", "suatu", "sebuah", "setiap", "tiap", "si", "sang"}
_JOINING = set(
    "dan serta beserta atau tetapi karena sebab ketika jika kalau apabila bila saat sebelum sesudah setelah bahwa "
    "sehingga agar supaya lalu sedangkan sementara padahal meskipun walaupun namun lewat dilihat "
    "and or but when if because while before after since so".split()
)
_FUNCTION = ASKING | STOP_WORDS | _JOINING | _POSSESSOR_MARKS | _ORDINALS | set(
    "sekarang kini dulu nanti terlalu sangat paling kurang cukup per sama sendiri masing-masing harus boleh ingin mau "
    "perlu akan pernah sering selalu jadi bagi buat menurut berdasarkan seperti lewat melalui sampai sejak hingga "
    "will would should has have had be been at by with from as not i we my our your any some other".split()
)  # fmt: skip
_SHORT = 3  # content words of a question that a "kalau" or "terus" joins to the one before
_PLACES = {"di", "bagi", "buat", "untuk", "in", "for", "at"}
_WHAT_ABOUT = {"bagaimana dengan", "bagaimana kalau", "bagaimana sama", "what about", "how about"}
_PARTICLES = set("sih saja dong deh kah ya yah nih tuh min kak gan".split())
_COMPOUND_VERB = re.compile(r"(?:di|mem|men)\w{8,}(?:kan|[^sg]i)")  # "ditandatangani": the stemmer has no compounds
NYA = re.compile(r"(?!se(\w+)-\1nya)\w[\w-]{2,}nya")  # "sebaik-baiknya" is an adverb
_COORDINATING = {"dan", "serta", "atau"}
_WORD_OR_BREAK = re.compile(r"\w[\w-]*|[,;:?!.&()](?=\s|$)")


@dataclass(frozen=True)
class Word:
    text: str  # lower case, abbreviations spelled out
    start: int
    end: int
    clause: int  # the number of its clause
    is_name: bool

    @cached_property
    def is_content(self) -> bool:
        return self.is_name or (self.text not in _FUNCTION and len(self.text) > 1)

    @cached_property
    def is_noun(self) -> bool:
        return self.is_content and not _is_action(self.text)


def _is_action(text: str) -> bool:
    return is_verb(text) or _COMPOUND_VERB.fullmatch(text.removesuffix("nya")) is not None


def is_made_of(text: str, words: set[str]) -> bool:
    """Whether a text has no other words than these, the last letter of which may be drawn out ("makasihhh")."""
    said = (w[:_LONGEST] for w in re.findall(r"\w+", text.lower()))
    return all(w in words or re.sub(r"(\w)\1+$", r"\1", w) in words for w in said)


class Reading:
    """The words of a question in their clauses, and which of them need something that was said before."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.words: list[Word] = []
        clause, begins, shouted = 0, True, question.isupper()
        for match in _WORD_OR_BREAK.finditer(question):
            word = match[0]
            if word in ",;:?!.&()":
                clause, begins = clause + 1, word in ":?!."
                continue
            text = INFORMAL.get(word.lower()) or word.lower()
            acronym = len(word) > 1 and word[:2].isalpha() and word[:2].isupper()
            capital = word[0].isupper() and not begins and text not in ASKING and not NYA.fullmatch(text)
            clause += bool(self.words) and text in _JOINING
            self.words.append(Word(text, match.start(), match.end(), clause, not shouted and (acronym or capital)))
            begins = False
        self.asked = self._asked()

    def pointing(self) -> list[Word]:
        """The words whose antecedent is not in the question."""
        return [word for i, word in enumerate(self.words) if not word.is_name and self._points_back(i)]

    def is_incomplete(self) -> bool:
        """Whether the question goes on with the one before, or names nothing that it asks about but a place."""
        if is_made_of(self.question, SMALL_TALK):
            return False
        places = {j for i, word in enumerate(self.words) if word.text in _PLACES for j in self._run(i, 1)}
        things = [word.text for i, word in enumerate(self.words) if word.is_content and i not in places]
        return all(text in ASPECTS for text in things) or self._goes_on()

    def _goes_on(self) -> bool:
        content = [word for word in self.words if word.is_content]
        if len(content) > _SHORT or any(self._defines(i) for i in range(len(self.words))):
            return False
        first = self._text(0)
        if first == "kalau" or f"{first} {self._text(1)}" in _WHAT_ABOUT:
            return True
        is_complete = any(w.is_name for w in content) and any(w.text in _PREDICATES | _ADJUNCTS for w in self.words)
        return first in {"lalu", "terus", "dan", "and"} and not is_complete

    def _points_back(self, i: int) -> bool:
        text = self.words[i].text
        if text == "there" and {self._text(i - 1), self._text(i + 1)} & {"is", "are", "was", "were"}:
            return False
        if text in _SO and self._is_content(i + 1):
            return False
        if text in _PRONOUNS or text in _SO:
            return not self._nouns(i, earlier=True)
        if text in _ENGLISH_THIS:
            return not self._nouns(i)
        if text in _POSSESSIVES:
            return not self._has_antecedent(i)
        if text in _THIS:
            return self._this_points_back(i)
        if text == "yang":
            return self._ellipsis_points_back(i)
        if text in _NEXT:
            return len(self._nouns(i)) + len(self._phrase(i)) < 2
        return NYA.fullmatch(text) is not None and text not in _NOT_POINTING and self._nya_points_back(i)

    def _this_points_back(self, i: int) -> bool:
        text, before = self.words[i].text, self._text(i - 1)
        if text == "ini" and (before in _HERE_AND_NOW or (i == 0 and self._is_content(1) and self.words[1].is_noun)):
            return False
        if text != "ini" and before in _TIMES:  # the time of something in a clause before this one
            return not self._nouns(max(i - 2, 0), earlier=True)
        if self._defines(i) or any(self.words[j].is_name for j in self._phrase(i)):
            return False
        # "itu" may close the whole of "presiden Kosta Rika yang menyatakan keadaan darurat itu".
        that = max((j for j, w in enumerate(self.words[:i]) if w.text == "yang"), default=0)
        whole = that and self.words[that].clause == self.words[i].clause and len(self._phrase(that)) > 1
        return not (whole or self._in_earlier_clause(i))

    def _defines(self, i: int) -> bool:
        """Whether "itu" belongs to "apa itu X", "X itu apa" or "apa sih X itu", which name what they ask about."""
        if self.words[i].text not in ("itu", "ini"):
            return False
        phrase = self._phrase(i)
        clause = [(j, w.text) for j, w in enumerate(self.words) if w.clause == self.words[i].clause]
        before = [text for j, text in clause if j < i and j not in phrase]
        after = [text for j, text in clause if j > i]
        what = {"apa", "apakah", "siapa", "siapakah"}
        others = {*before, *after} - what - _PARTICLES
        if not phrase:
            asking = [text for text in before if text not in _PARTICLES][-1:]
            return bool(what & set(asking)) and self._is_content(i + 1) and self.words[i + 1].is_noun
        if what & set(after):
            return not set(after) & others
        return bool(what & set(before)) and not others and (len(phrase) == 1 or "sih" in before)

    def _ellipsis_points_back(self, i: int) -> bool:
        """Whether "yang pertama" or, at the beginning, any "yang" that no verb follows leaves out what it is about."""
        ordinal = self._text(i + 1) in _ORDINALS
        after = self._text(i + 2 if ordinal else i + 1)
        if i == 0:
            return not (after == "kali" or (is_verb(after) and not (ordinal and after.startswith("di"))))
        is_first = not any(w.is_noun and w.text not in ASPECTS for w in self.words[:i])
        return ordinal and is_first and after != "kali" and not is_verb(after)

    def _nya_points_back(self, i: int) -> bool:
        base = self.words[i].text[:-3]
        phrase = self._phrase(i)
        begin = min(phrase, default=i)
        is_relative = self._text(begin - 1) == "yang" and any(w.is_content for w in self.words[: begin - 1])
        if is_relative and not _is_action(base):
            return False  # "gunung yang letusannya ..."
        if (phrase and base.rpartition("-")[2] in ASPECTS) or (len(phrase) > 1 and self._text(i - 1) == "cara"):
            return False  # "ransomware contohnya apa", "serangan siber cara mencegahnya gimana"
        if self._possessor_follows(i, base):
            return False
        # The subject of a verb is never its object too: "kenapa Indonesia menolaknya".
        if base == "dalam" or (_is_action(base) and self._text(i - 1) != "cara"):
            return not self._in_earlier_clause(i)
        return not self._has_antecedent(i)

    def _possessor_follows(self, i: int, base: str) -> bool:
        """Whether what stands behind "-nya" is its possessor ("bedanya virus") and no predicate ("forumnya lahir")."""
        after = self._text(i + 1)
        if after in _POSSESSOR_MARKS or (after == "untuk" and is_verb(self._text(i + 2))):
            return True
        if not self._is_content(i + 1):
            return False
        if base == "cara":
            return True
        if is_verb(after) and after.startswith(("di", "ter")):
            return False
        clause = [(j, w.text) for j, w in enumerate(self.words) if w.clause == self.words[i].clause]
        asking = [text for j, text in clause if j < i and text in _PREDICATES | _ADJUNCTS][-1:]
        if asking and asking[0] in _PREDICATES:
            return True
        if is_verb(base) or any(self.words[j].is_name for j in self._run(i, 1)):
            return True
        return not asking and not is_verb(after) and any(j > i and text in _PREDICATES for j, text in clause)

    def _asked(self) -> set[int]:
        """The places of nouns that are themselves asked for ("negara mana", "which treaty"): no antecedents."""
        asked: set[int] = set()
        for i, word in enumerate(self.words):
            if word.text in {"apa", "berapa", "mana"} and self._text(i + 1):
                asked |= self._phrase(i)
            if word.text in {"berapa", "what", "which", "whose", "many", "much"}:
                asked |= self._run(i, 1)
        return asked

    def _nouns(self, i: int, earlier: bool = False) -> list[Word]:
        """The nouns before the phrase of the word at `i` that it may stand for; `earlier`: only of earlier clauses."""
        clause, own = self.words[i].clause, self.asked | self._phrase(i)
        nouns = [(j, w) for j, w in enumerate(self.words[:i]) if w.is_noun and w.text not in ASPECTS]
        joined = self._joined(i)
        return [w for j, w in nouns if j not in joined and (w.clause < clause or not (earlier or j in own))]

    def _has_antecedent(self, i: int) -> bool:
        """Whether before the word at `i` there is a name, a noun in an earlier clause, or several nouns."""
        nouns = self._nouns(i)
        names = any(self.words[j].is_name for j in self._phrase(i))
        return names or len(nouns) > 1 or any(w.is_name for w in nouns) or self._in_earlier_clause(i)

    def _in_earlier_clause(self, i: int) -> bool:
        return bool(self._nouns(i, earlier=True))

    def _joined(self, i: int) -> set[int]:
        """The places of nouns that "dan" joins to the subject before the word at `i`, or to the asked noun at `i`.

        "AS dan Rusia menolaknya" is one subject and "apa hak dan kewajibannya" one predicate, over two clauses.
        """
        first = next(j for j, w in enumerate(self.words) if w.clause == self.words[i].clause)
        if not first or self._text(first) not in _COORDINATING or not self.words[first - 1].is_noun:
            return set()
        places = {first - 1} | self._phrase(first - 1)
        behind = self._run(first, 1)
        if any(_is_action(w.text) for w in self.words[first + 1 : i + 1]):
            return places if behind else set()
        asking = [w.text for w in self.words[: first - 1] if w.text not in _PARTICLES][-1:]
        is_asked = len(places) == 1 and not self.words[first - 1].is_name and bool(_PREDICATES.intersection(asking))
        return places if is_asked and i in behind and NYA.fullmatch(self._text(i)) else set()

    def _phrase(self, i: int) -> set[int]:
        """The places of the nouns directly before the word at `i`: what it belongs to."""
        return self._run(i, -1)

    def _run(self, i: int, step: int) -> set[int]:
        """The places of the nouns that stand together beside the word at `i`, in its clause."""
        places: set[int] = set()
        j = i + step
        while 0 <= j < len(self.words) and self.words[j].is_noun and self.words[j].clause == self.words[i].clause:
            places.add(j)
            j += step
        return places

    def _text(self, i: int) -> str:
        return self.words[i].text if 0 <= i < len(self.words) else ""

    def _is_content(self, i: int) -> bool:
        """Whether a content word stands at `i`, in the clause of the word before it."""
        return i < len(self.words) and self.words[i].is_content and self.words[i].clause == self.words[i - 1].clause
