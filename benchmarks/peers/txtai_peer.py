"""txtai's quick start: an embeddings database over paragraphs, and its RAG pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from txtai import RAG, Embeddings

from benchmarks.peers.models import PROMPT, TOP, Embedder, Generator

PACKAGES = ("txtai",)
_SHORTEST = 40  # characters; a paragraph below it is a heading, which the next one takes along


def build(texts: Mapping[str, str], embedder: Embedder, generator: Generator) -> Any:
    """Index the texts; return what answers a question with (answer, passages).

    txtai does not tell an outside encoder whether it encodes passages or a query; the flag does.
    """
    asking = False

    def transform(rows: list[str]) -> Any:
        return [embedder.query(row) for row in rows] if asking else embedder.passages(rows)

    paragraphs = [(name, paragraph) for name, text in texts.items() for paragraph in _paragraphs(text)]
    database = Embeddings(method="external", transform=transform, content=True)
    database.index([(number, text, None) for number, (_, text) in enumerate(paragraphs)])
    asking = True
    rag = RAG(
        database,
        lambda prompts, **_: [generator.complete(prompt) for prompt in prompts],
        context=TOP,
        template=PROMPT,
        separator="\n\n",
        output="flatten",
    )

    def ask(question: str) -> tuple[str, list[dict[str, Any]]]:
        found = database.search(question, TOP)
        passages = [
            {"source": paragraphs[int(f["id"])][0], "text": f["text"], "score": float(f["score"])} for f in found
        ]
        return str(rag(question)), passages

    return ask


def _paragraphs(text: str) -> list[str]:
    found, heading = [], ""
    for part in (part.strip() for part in text.split("\n\n")):
        if len(part) < _SHORTEST:
            heading = f"{heading}\n{part}".strip()
            continue
        found.append(f"{heading}\n{part}".strip())
        heading = ""
    return found
