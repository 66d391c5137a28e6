"""Sentences of the program in English: it writes them once, in Indonesian, and a page shows them in its language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from qa import prompts
from qa.web import texts, tokens

# A name in braces stands for what was filled in.
_ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        prompts.ABSTENTION: (
            "Sorry, the course material does not hold an answer to that question. Try other words, or ask your teacher."
        ),
        prompts.ABSTENTION_WITH_TOPICS: (
            "Sorry, the course material does not hold an answer to that question. The nearest topics in it: {topics}."
        ),
        prompts.EMPTY_QUESTION: "The question is still empty; write what you would like to know.",
        prompts.QUESTION_TOO_LONG: (
            "The question is too long ({length} characters, {limit} at most); shorten it and send it again."
        ),
        texts.ERROR: (
            "Sorry, something went wrong. Please send it again; if it keeps failing, tell whoever runs this site."
        ),
        texts.TOO_BUSY: "Sorry, too many questions are waiting. Please send it again in a moment.",
        texts.UNKNOWN_COURSE: "There is no course '{name}'; there are: {names}.",
        texts.UNKNOWN_DOCUMENT: "That document is not in the material of this course.",
        texts.DOCUMENT_MOVED: "The file of that document is no longer there; tell whoever runs this site.",
        texts.UNKNOWN_PASSAGE: "That passage is not in the present index; ask your question again.",
        texts.TAGLINE: "Questions and answers from your own course material",
        texts.LOADING: "One moment, the page is being prepared…",
        texts.NO_SCRIPT: "This page needs JavaScript. Switch it on in your browser, then reload.",
        texts.PICK_COURSE: "Choose a course",
        texts.NO_SUCH_COURSE: "There is no such course here",
        texts.NO_SUCH_COURSE_HELP: "The address may be mistyped, or the course has moved. These are here now:",
        texts.NOT_OPENED: "The chat cannot be opened yet",
        texts.NOT_SHOWN: "This page cannot be shown",
        texts.DOCUMENTS_COUNT: "Documents: {count}",
        texts.READING_PAGE: "Course material",
        texts.BACK_TO_CHAT: "Back to the chat",
        texts.PART_SHOWN: "Only the part around the quote is shown here.",
        tokens.NOT_VALID: "The token of this page is not known; ask your teacher to put in a new one.",
        tokens.EXPIRED: "The token of this page has expired; ask your teacher to put in a new one.",
        tokens.PAGE_EXPIRED: "This page has been open for too long; reload the page of the chat and try again.",
        tokens.REVOKED: "The token of this page was revoked; ask your teacher to put in a new one.",
        tokens.OTHER_COURSE: "This token is for another course; ask your teacher to put in the right one.",
        tokens.MISSING: "This chat needs a token; ask your teacher to add data-token or ?token= where it is embedded.",
    }
)


def translated(sentence: str, language: str) -> str:
    """Return a sentence of the program in a language of the interface; as it is where it is not one of these."""
    if language != "en":
        return sentence
    if own := _ENGLISH.get(sentence):
        return own
    for pattern, own in _patterns():
        if found := pattern.fullmatch(sentence):
            return own.format(**found.groupdict())
    return sentence


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the sentences with something to fill in as patterns."""
    filled = {template: own for template, own in _ENGLISH.items() if "{" in template}
    return tuple(
        (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(template)), re.DOTALL), own)
        for template, own in filled.items()
    )
