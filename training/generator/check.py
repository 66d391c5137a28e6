"""Check the teaching examples: what an answer says stands in the passages that it cites, refusals are exact.

    python check.py [FILE …]      (default: every file of data/)

Prints a line for each fault and exits with 1 if there is one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from examples import DATA, REFUSAL, read_jsonl

from qa.citations import content_stems

COVERAGE = 0.75  # of a sentence's content words; a quarter is left to linking words ("melainkan", "jumlahnya")
FEWEST_WORDS = 3  # content words; of two, one linking word would be half
MOST_LINES = 14  # a lead-in and a list of the longest passage
_MARK = re.compile(r"\[(\d+)\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\w+(?:-\w+)*")
_END = re.compile(r"\[\d+\](?:[.!?:]|)$")
_SENTENCE_END = re.compile(r"\n|(?<=\]\.)\s+")


def faults(row: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with one example."""
    passages = [passage["text"] for passage in row["passages"]]
    answer = row["answer"]
    if not passages or not all(text.strip() for text in passages) or not row["question"].strip():
        yield "a question and at least one passage are wanted"
    if answer == REFUSAL:
        return
    if REFUSAL in answer or row["kind"] == "unanswerable":
        yield "a refusal is the refusal and nothing else"
    lines = [part.strip() for part in _SENTENCE_END.split(answer) if part.strip()]
    if not 1 <= len(lines) <= MOST_LINES:
        yield f"{len(lines)} sentences"
    asked = " ".join([*row["history"], row["question"]])
    for line in lines:
        numbers = [int(n) for n in _MARK.findall(line)]
        if not _END.search(line):
            yield f"no citation before the stop: {line[-40:]!r}"
        if any(not 1 <= n <= len(passages) for n in numbers):
            yield f"a citation of no passage: {line[-40:]!r}"
            continue
        cited = " ".join(passages[n - 1] for n in numbers)
        yield from unsupported(_MARK.sub("", line), cited, asked, denies=row["kind"] == "false_premise")


def unsupported(sentence: str, cited: str, asked: str, *, denies: bool) -> Iterator[str]:
    """Yield what `sentence` says and the cited text does not.

    Names and ordinary words may also come from the question, which the answer takes up; a number may not, unless
    the sentence `denies` it. A lead-in ("Ada tiga tujuan:") counts what follows, so its words are not counted.
    """
    known = set(_NUMBER.findall(f"{cited} {asked}" if denies else cited))
    if lost := [n for n in _NUMBER.findall(sentence) if n not in known]:
        yield f"numbers that the cited passage lacks: {lost}"
    text = f"{cited} {asked}".lower()
    if lost := [w for w in _WORD.findall(sentence)[1:] if w[0].isupper() and w.lower() not in text]:
        yield f"names that the cited passage lacks: {lost}"
    stems = content_stems(sentence)
    shared = stems & content_stems(text)
    if len(stems) >= FEWEST_WORDS and len(shared) < COVERAGE * len(stems) and not sentence.rstrip().endswith(":"):
        yield f"content words that neither passage nor question holds: {sorted(stems - shared)}"


def main() -> None:
    """Check the files."""
    paths = [Path(name) for name in sys.argv[1:]] or sorted(DATA.glob("*.jsonl"))
    seen: set[str] = set()
    wrong = total = 0
    for path in paths:
        for number, row in enumerate(read_jsonl(path), 1):
            total += 1
            found = list(faults(row)) + (["its id is taken"] if row["id"] in seen else [])
            seen.add(row["id"])
            wrong += bool(found)
            for fault in found:
                print(f"{path.name}:{number} {row['id']}: {fault}")
    print(f"{total} examples, {wrong} with faults", file=sys.stderr)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
