"""What could be asked next: questions made of the material near an answer, each tried before it is shown."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from index.passages import FRONT_SECTION, REFERENCE_SECTION
from qa.citations import content_stems
from qa.pipeline import Pipeline
from qa.types import Answer, RetrievedPassage

SHOWN = 3
# Tries for one answer: each costs a search and a reading, about a third of a second on two cores.
MOST_TRIES = 8
# Above the threshold of an answer: a suggestion that fails disappoints more than one that is missing.
LEAST_CONFIDENCE = 0.65
_KEPT = 5000

# How a heading is asked, by its first word.
_ASKED = {
    word: ask
    for ask, words in (
        ("Apa saja", "asas ciri faktor jenis kompetensi macam prinsip syarat tahap tahapan tujuan unsur"),
        ("Apa", "alasan arti contoh dampak fungsi kritik manfaat pengertian peran perbedaan tantangan"),
        ("Bagaimana", "cara hubungan pengaruh penerapan perbandingan perkembangan proses sejarah"),
    )
    for word in words.split()
}
_QUESTION = re.compile(r"^(apa|apakah|mengapa|bagaimana|kapan|siapa|di mana)\b.*\?$", re.IGNORECASE)
# A question with one of these points to something that stands around it in the document.
_POINTS = re.compile(r"\b\w{3,}nya\b|\b(ini|tersebut|tadi|berikut|itu(?! \w)|dapat dipelajari)\b", re.IGNORECASE)
_DEFINITION = re.compile(r"(?:^|(?<=[.!?]\s)|(?<=\n))([A-Z][\w-]*(?: [\w-]+){0,2}) (?:adalah|ialah|merupakan) ")
_NO_TERM = re.compile(
    r"\b\w{3,}nya\b|\b(ini|itu|tersebut|salah|satu|hal|tujuan|contoh|yang|dan|di|pada|dalam|inti)\b",
    re.IGNORECASE,
)
# "Manfaat bagi negara": of what, only the document's title says.
_TOPICLESS = {"bagi", "untuk", "dan"}
_HEADING_WORDS = range(2, 8)  # behind the first one


@dataclass(frozen=True)
class Candidate:
    """A question, and the section of a document that must answer it; none for the teacher's own questions."""

    question: str
    source: str = ""
    section: str = ""


class NextQuestions:
    """Finds what to suggest after an answer, one answer at a time in a thread of its own.

    What was tried is remembered for each version of the index. `busy` tells that students are waiting: then only
    what is known already is suggested.
    """

    def __init__(self, pipeline: Pipeline, busy: Callable[[], bool] = lambda: False) -> None:
        self.pipeline = pipeline
        self._busy = busy
        self._known: OrderedDict[tuple[str, Candidate], bool] = OrderedDict()
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="next-questions")

    def after(self, answer: Answer, asked: Sequence[str]) -> list[str]:
        """Return at most `SHOWN` questions that the material answers and that are not among `asked`."""
        stems = [content_stems(question) for question in [*asked, answer.question, answer.standalone_question]]
        found: list[str] = []
        tries = 0
        for candidate in self.candidates(answer):
            own = content_stems(candidate.question)
            if not own or any(own <= other for other in stems):
                continue
            answered = self._known.get((self.pipeline.index.version, candidate))
            if answered is None:
                if tries == MOST_TRIES or self._busy():
                    continue
                tries += 1
                answered = self._try(candidate)
            if answered:
                found.append(candidate.question)
                stems.append(own)
            if len(found) == SHOWN:
                break
        return found

    def candidates(self, answer: Answer) -> Iterator[Candidate]:
        """Yield what could be asked: about the passages beside the answer, then the teacher's questions."""
        cited = {(c.source, c.section) for c in answer.citations}
        beside = [p for p in answer.passages if (p.source, p.section) not in cited]
        yield from dict.fromkeys(self._of_passages(beside))
        about = content_stems(f"{answer.standalone_question} {answer.answer}")
        own = sorted(self.pipeline.course.questions, key=lambda q: -len(content_stems(q) & about))
        yield from (Candidate(question) for question in own)

    def _of_passages(self, passages: Iterable[RetrievedPassage]) -> Iterator[Candidate]:
        for passage in passages:
            if passage.section in (FRONT_SECTION, REFERENCE_SECTION):
                continue
            if question := self.of_heading(passage.section.split(" > ")[-1]):
                yield Candidate(question, passage.source, passage.section)
            for term in _DEFINITION.findall(passage.text):
                if not _NO_TERM.search(term):
                    yield Candidate(f"Apa itu {self._inside(term)}?", passage.source, passage.section)

    def of_heading(self, heading: str) -> str:
        """Return a heading as a question that can stand alone; empty for one that cannot be asked so."""
        heading = " ".join(heading.split())
        if _POINTS.search(heading) or ":" in heading:
            return ""
        if _QUESTION.match(heading):
            return heading
        first, *rest = heading.split() or [""]
        ask = _ASKED.get(first.lower())
        if ask is None or len(rest) not in _HEADING_WORDS or rest[0].lower() in _TOPICLESS or not heading[-1].isalnum():
            return ""
        return f"{ask} {first.lower()} {self._inside(' '.join(rest))}?"

    def _inside(self, phrase: str) -> str:
        """Write a phrase as it stands inside a sentence: words that the material has in small letters get them."""
        return " ".join(w.lower() if w.istitle() and w.lower() in self._small_words else w for w in phrase.split())

    @cached_property
    def _small_words(self) -> frozenset[str]:
        texts = (passage.page_content for passage in self.pipeline.index.passages.values())
        return frozenset(word for text in texts for word in re.findall(r"\b[a-z][\w-]*", text))

    def _try(self, candidate: Candidate) -> bool:
        """Whether the reader is sure, and reads best what the question was made of."""
        pipeline = self.pipeline
        found = pipeline.read(*pipeline.find(candidate.question))
        answered = found.confidence >= max(LEAST_CONFIDENCE, pipeline.reader.threshold)
        if answered and candidate.source:
            best = found.passages[0]
            answered = best.source == candidate.source and best.section.startswith(candidate.section)
        self._known[(pipeline.index.version, candidate)] = answered
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return answered
