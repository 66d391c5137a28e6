"""The lines above an article that say its title, who wrote it and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.article import FURTHEST_LINE, SENTENCE_END, WORD, Page, stems
from index.names import DATE, ROLE, SIGNED, STOPWORDS, author_of, is_name, leading_name


@dataclass(frozen=True)
class Front:
    title: str = ""
    author: str = ""
    date: str = ""
    title_line: int = -1
    bylines: frozenset[int] = frozenset()


def find_front(page: Page) -> Front:
    head = range(page.first) if page.first else range(min(4, len(page.lines)))
    head = range(min(len(head), 60)) if page.first <= 60 else range(page.first - 60, page.first)
    dated = [
        index for index in head if page.lines[index].words <= FURTHEST_LINE and DATE.search(page.lines[index].text)
    ]
    title = _title(page, [index for index in head if index not in dated])
    if not dated and not page.messy:  # a signature: place and date, then the name
        end = range(max(len(page.lines) - 3, page.first), len(page.lines))
        dated = [index for index in end if page.lines[index].words <= 8 and DATE.search(page.lines[index].text)]
    signers = [index + 1 for index in dated if page.first < index < len(page.lines) - 1]
    name, author = _author(page, [*head, *signers], title, dated)
    bylines = {*dated, *_around(page, name, title)} if name >= 0 else set(dated)
    bylines |= {index for index in _near(name, title, *dated) if index in head and _is_role(page, index)}
    bylines.discard(title)
    found = DATE.search(page.lines[dated[0]].text) if dated else None
    return Front(
        " ".join(page.lines[title].text.split()) if title >= 0 else "",
        author,
        found.group() if found else "",
        title,
        frozenset(bylines),
    )


def _title(page: Page, candidates: Sequence[int]) -> int:
    """Choose the line above the body that names its topic; -1 where none does."""
    scored = [(_title_score(page, index), index) for index in candidates]
    best = max(scored, default=(0.0, -1))
    if best[0] >= 0.5:
        words = set(stems(page.lines[best[1]].text))
        longer = [i for score, i in scored if score >= 0.5 and words < set(stems(page.lines[i].text))]
        return longer[0] if longer else best[1]
    clean = [index for index in candidates if 0 < page.lines[index].words <= 20 and not page.messy]
    return clean[0] if clean and not SENTENCE_END.search(page.lines[clean[0]].text) else -1


def _title_score(page: Page, index: int) -> float:
    """How much a line looks like a title: its words are the body's, with capitals; from 0.5 on it is one."""
    line = page.lines[index]
    if not 1 < line.words <= 25 or line.marker or line.text.endswith((".", ",", ";")) or SIGNED.match(line.text):
        return 0.0
    capitals = [word[0].isupper() for word in WORD.findall(line.text) if word.casefold() not in STOPWORDS]
    score: float = page.topicality(line) + 0.2 * (sum(capitals) / max(1, len(capitals))) + 0.02 * min(line.words, 10)
    score -= 0.6 * page.recurs(line) + 0.3 * bool(ROLE.search(line.text))
    return score - 0.2 if page.topicality(line) < 0.5 else score


def _author(page: Page, candidates: Sequence[int], title: int, dated: Sequence[int]) -> tuple[int, str]:
    """Find the line that names the author: after "Oleh", or beside the author's role, the title or the date."""
    texts = [line.text for line in page.lines]
    others = [index for index in candidates if index != title]
    for index in others:
        if SIGNED.match(texts[index]) and (name := author_of(texts[index])):
            return index, name
    for index in others:
        after = texts[index + 1] if index + 1 < len(texts) else ""
        described = (after.startswith(texts[index]) and after != texts[index]) or (
            ROLE.search(after) and len(after.split()) <= 40
        )
        if described and is_name(texts[index]) and page.topicality(page.lines[index]) < 0.5:
            return index, " ".join(texts[index].split())
    for index in others:
        name = leading_name(texts[index]) if index in dated else texts[index]
        signature = index - 1 in dated and index > page.first
        beside = index in dated or signature or (0 <= title < index <= title + 2 and index + 1 in dated)
        if beside and is_name(name) and not page.recurs(page.lines[index]):
            return index, " ".join(name.split())
    return -1, ""


def _around(page: Page, name: int, title: int) -> list[int]:
    """The byline's lines: the name, the line with its role, and the self-portrait after it."""
    found = [name]
    if name + 1 >= len(page.lines) or name + 1 == title:
        return found
    after = page.lines[name + 1]
    if not (after.text.startswith(page.lines[name].text) or _is_role(page, name + 1)):
        return found
    found.append(name + 1)
    about = page.lines[name + 2] if name + 2 < page.first and name + 2 != title else None
    if about and about.words > 1 and not page.recurs(about) and not DATE.search(about.text):
        found.append(name + 2)
    return found


def _near(*indices: int) -> set[int]:
    return {index + step for index in indices if index >= 0 for step in (-2, -1, 1, 2)}


def _is_role(page: Page, index: int) -> bool:
    line = page.lines[index]
    return bool(ROLE.search(line.text)) and line.words <= 40 and not page.recurs(line)
