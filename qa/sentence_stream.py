"""The sentences of a model's answer, one by one, while it writes."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage

from qa.citations import abbreviates

_SENTENCE_END = re.compile(r"(?<=[.!?])(?:\s*\[\d+\])*[.!?]?\s+(?=[\"“(A-Z0-9-])|\n+")
_MARK = re.compile(r"\s*\[\d+\]")  # the model's own; which sentence stands behind it is for the check to find
_COPULA = re.compile(r"\b(adalah|ialah|yaitu|yakni|meliputi|mencakup|seperti|antara lain)\s*:$", re.IGNORECASE)

logger = logging.getLogger(__name__)


def written_sentences(
    model: BaseChatModel, messages: list[BaseMessage], deadline: float, cancel: threading.Event | None
) -> Generator[str, None, None]:
    """Yield the sentences without their [n], as soon as each is complete; a list is one with its introduction.

    Ends at `deadline` (`time.monotonic`), when `cancel` is set, when the model says a thing twice, or when model or
    server fail, which is logged; an unfinished sentence is left out.
    """
    seen: set[str] = set()
    try:
        with closing(_stretches(model, messages, deadline, cancel)) as stretches:
            for sentence in with_lists_joined(_MARK.sub("", stretch).strip() for stretch in stretches):
                if sentence in seen:
                    return
                seen.add(sentence)
                yield sentence
    except Exception:  # every client and engine has errors of its own; what was written until then stands
        logger.warning("The generator failed; the rest of the answer is quoted.", exc_info=True)


def with_lists_joined(sentences: Iterable[str]) -> Iterator[str]:
    """Make one sentence of a list and its introduction: alone, its items say nothing that could be checked."""
    introduction, items = "", list[str]()
    for sentence in sentences:
        if introduction and sentence.startswith("- "):
            if sentence in items:
                break  # it turns in circles
            items.append(sentence)
            continue
        if items:
            yield _enumeration(introduction, items)
        introduction, items = (sentence, []) if sentence.endswith(":") else ("", [])
        if not introduction:
            yield sentence
    if items:
        yield _enumeration(introduction, items)


def _enumeration(introduction: str, items: Sequence[str]) -> str:
    """Join "Asasnya adalah:", "- a." and "- b." to "Asasnya adalah a dan b."."""
    *others, last = [item.removeprefix("- ").rstrip(" .;,") for item in items]
    named = f"{', '.join(others)}{',' * (len(others) > 1)} dan {last}" if others else last
    return f"{introduction.rstrip(' :') if _COPULA.search(introduction) else introduction} {named}."


def _stretches(
    model: BaseChatModel, messages: list[BaseMessage], deadline: float, cancel: threading.Event | None
) -> Generator[str, None, None]:
    """Yield complete sentences and list items from the token stream, with their [n]."""
    buffer = ""
    with closing(cast("Generator[AIMessageChunk, None, None]", model.stream(messages))) as chunks:
        for chunk in chunks:
            if (cancel is not None and cancel.is_set()) or time.monotonic() > deadline:
                return
            buffer += str(chunk.content)
            while end := _sentence_end(buffer):
                sentence, buffer = buffer[: end.end()].strip(), buffer[end.end() :]
                if sentence:
                    yield sentence
    if buffer.strip().endswith((".", "!", "?", "]")):
        yield buffer.strip()


def _sentence_end(text: str) -> re.Match[str] | None:
    """The first end of a sentence, item or line; the stop of an abbreviation ends none, but a mark behind it does."""
    ends = _SENTENCE_END.finditer(text)
    return next((m for m in ends if "\n" in m[0] or m[0].strip() or not abbreviates(text, m.start() - 1)), None)
