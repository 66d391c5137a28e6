"""A follow-up and its history become one stand-alone question, without a model call."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexical import is_verb

# Words that point back to what was said before.
_POINTS_BACK = re.compile(
    r"\b(itu|ini|tersebut|tadi|tsb|dia|ia|mereka|beliau|begitu|demikian|sana|situ|sini|"
    r"keduanya|lainnya|selanjutnya|it|its|they|them|their|those|these|that|this|there|he|she|his|her)\b"
    r"|\w{3,}nya\b|^(kalau|kalo|klo|lalu|trus|terus|dan|yang|what about|how about|and)\b"
    r"|\byang (pertama|kedua|ketiga|keempat|kelima|terakhir)\b",
    re.IGNORECASE,
)
# "-nya" that makes an adverb or noun rather than pointing to a thing named before.
_NOT_POINTING = {
    "hanya", "tanya", "punya", "biasanya", "umumnya", "akhirnya", "sebenarnya", "misalnya", "sebaiknya", "sebelumnya",
    "pertanyaannya", "maksudnya", "karenanya", "khususnya", "setidaknya", "sepertinya", "bagaimananya", "artinya",
    "nanya", "bertanya", "adanya", "tidaknya",
}  # fmt: skip
_ASKING = set(
    "apa apakah apaan siapa siapakah kapan kapankah mana manakah dimana berapa berapakah mengapa kenapa knp kok "
    "bagaimana bagaimanakah gimana gmn saja aja sih dong deh kah ya yah nih tuh min kak jelaskan jelasin sebutkan "
    "sebutin terangkan tolong mohon coba itu ini adalah ialah yaitu yang dimaksud dengan maksud maksudnya arti artinya "
    "pengertian definisi di ke dari pada dan atau untuk oleh dalam tentang terhadap sebagai para suatu sebuah "
    "what is are was were who when where why how which the a an of in on to for does do did explain tell me about "
    "tersebut tadi mereka dia ia kalau kalo lalu trus terus nya bisa dapat".split()
)


_LINKING = {"di", "dalam", "dari", "pada", "tentang", "terhadap", "untuk", "dan", "of", "in", "on", "the"}
# Questions of nothing but these words ask for an aspect of what was said before ("contoh dong").
_ASPECTS = set(
    "contoh manfaat tujuan jenis macam tantangan kelebihan kekurangan penulis sejarah fungsi dampak ciri "
    "peran alasan isi inti kesimpulan ringkasan sebab caranya cara lagi lanjut selanjutnya lebih detail rinci "
    "examples example why more benefits".split()
)


def standalone_question(question: str, history: Sequence[str]) -> str:
    """Return `question` with the topic of `history` (earlier user questions, oldest first) put in when it lacks one.

    A question that stands alone comes back unchanged. The topic is what the earlier question asked about:
    its words without the asking ones.
    """
    question = " ".join(question.split())
    earlier = [" ".join(asked.split()) for asked in history if asked.strip()]
    if not earlier or not _needs_topic(question):
        return question
    topic = _topic(standalone_question(earlier[-1], earlier[:-1]), question)
    return _with_topic(question, topic) if topic else question


def _needs_topic(question: str) -> bool:
    pointing = [m.group(0).lower() for m in _POINTS_BACK.finditer(question)]
    if any(word not in _NOT_POINTING and not _defines(word, question) for word in pointing):
        return True
    return lacks_topic(question)


def lacks_topic(question: str) -> bool:
    """Whether the question is made of nothing but asking words and aspects ("contohnya apa", "jelaskan isi")."""
    return all(word.lower() in _ASPECTS for word in _content(question))


def _defines(word: str, question: str) -> bool:
    """Whether "itu"/"ini" belongs to "apa itu X" or "apa sih X itu", which stands alone."""
    if word not in ("itu", "ini"):
        return False
    if re.match(r"(?i)^\s*(apa|siapa)(kah)?( sih| saja)? (itu|ini) \w", question):
        return True
    return re.match(r"(?i)^\s*(apa|siapa)\b(?!.*\byang\b).*\w{3,}.*\b(itu|ini)\W*$", question) is not None


def _content(question: str) -> list[str]:
    return [w for w in re.findall(r"[\w-]+", question) if w.lower() not in _ASKING and len(w) > 1]


def _topic(earlier: str, question: str) -> str:
    """The words of `earlier` that are not asking words; linking words stay where they stand between two others."""
    known = {word.lower() for word in _content(question)}
    words = [w for w in re.findall(r"[\w-]+", earlier) if w.lower() in _LINKING or w.lower() not in _ASKING | known]
    while words and words[0].lower() in _LINKING:
        words.pop(0)
    while words and words[-1].lower() in _LINKING:
        words.pop()
    return " ".join(words)


def _named(topic: str) -> str:
    """The name before the first verb ("Paris Call memuat asas"), the whole of a topic without one, else nothing."""
    words = topic.split()
    verb = next((i for i, word in enumerate(words) if is_verb(word)), len(words))
    has_name = any(word[0].isupper() for word in words[1:verb]) or any(word[:2].isupper() for word in words[:verb])
    return " ".join(words[:verb]) if has_name or verb == len(words) else ""


def _with_topic(question: str, topic: str) -> str:
    """Put what `topic` names in the place of one "-nya" where that reads well, else all of it behind the question."""
    pointing = [m for m in re.finditer(r"\b(\w{3,})nya\b", question) if m.group(0).lower() not in _NOT_POINTING]
    named = _named(topic)
    if len(pointing) == 1 and 0 < len(named.split()) <= 5:
        found = pointing[0]
        return f"{question[: found.end(1)]} {named}{question[found.end() :]}"
    end = "?" if question.endswith("?") else ""
    return f"{question.rstrip(' ?!.')} ({topic}){end}"
