"""A follow-up and its history become one stand-alone question, without a model call."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexical import is_verb
from qa.anaphora import ASKING, ASPECTS, LINKING, NYA, SMALL_TALK, Reading, Word, is_made_of

_EARLIER = 10  # earlier questions that are looked at
_TOPIC_WORDS = 12


def standalone_question(question: str, history: Sequence[str]) -> str:
    """Return `question` with the topic of `history` (earlier user questions, oldest first) put in when it lacks one.

    A question that stands alone comes back unchanged. The topic is what the earlier question asked about: at most 12
    of its words, without the asking ones. The last 10 entries count; those of nothing but thanks and the like do not.
    """
    question = " ".join(question.split())
    earlier = [" ".join(asked.split()) for asked in history[-_EARLIER:] if not is_made_of(asked, SMALL_TALK | ASKING)]
    said = ""
    for asked in [*earlier, question]:
        reading = Reading(asked)
        back = reading.pointing()
        topic = _topic(said, asked) if back or reading.is_incomplete() else ""
        said = _with_topic(asked, topic, back) if topic else asked
    return said


def topic_words(question: str) -> list[str]:
    """Return the words that say what the question is about: no asking or linking words, no aspects ("contoh")."""
    return [word for word in _content(question) if word.lower() not in ASPECTS]


def _content(question: str) -> list[str]:
    return [w for w in re.findall(r"[\w-]+", question) if w.lower() not in ASKING and len(w) > 1]


def _topic(earlier: str, question: str) -> str:
    """The words of `earlier` that are not asking words; linking words stay where they stand between two others.

    Of more than 12 the first (what was asked last) and the last (what the conversation began with) stay.
    """
    known = {word.lower() for word in _content(question)}
    words = [w for w in re.findall(r"[\w-]+", earlier) if w.lower() in LINKING or w.lower() not in ASKING | known]
    if len(words) > _TOPIC_WORDS:
        words = words[: _TOPIC_WORDS // 2] + words[-_TOPIC_WORDS // 2 :]
    while words and words[0].lower() in LINKING:
        words.pop(0)
    while words and words[-1].lower() in LINKING:
        words.pop()
    return " ".join(words)


def _named(topic: str) -> str:
    """The name before the first verb ("Paris Call memuat asas"), the whole of a topic without one, else nothing."""
    words = topic.split()
    verb = next((i for i, word in enumerate(words) if is_verb(word)), len(words))
    has_name = any(word[0].isupper() for word in words[1:verb]) or any(word[:2].isupper() for word in words[:verb])
    return " ".join(words[:verb]) if has_name or verb == len(words) else ""


def _with_topic(question: str, topic: str, back: Sequence[Word]) -> str:
    """Put what `topic` names in the place of one "-nya" of `back` where that reads well, else all of it at the end."""
    suffixed = [word for word in back if NYA.fullmatch(word.text)]
    named = _named(topic)
    if len(suffixed) == 1 and 0 < len(named.split()) <= 5:
        end = suffixed[0].end
        return f"{question[: end - len('nya')]} {named}{question[end:]}"
    end_mark = "?" if question.endswith("?") else ""
    return f"{question.rstrip(' ?!.')} ({topic}){end_mark}"
