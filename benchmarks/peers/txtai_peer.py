"""txtai's RAG quick start: sections, an embeddings database, and its RAG pipeline with its default of 3 passages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from txtai import RAG, Embeddings
from txtai.pipeline import Segmentation

from benchmarks.peers.models import Embedder, Generator

PACKAGES = ("txtai",)
PIPELINE = "Segmentation (sections), Embeddings (Faiss), RAG, 3 passages"
# The quick start's template in the language of the course. The question stands once more at the end: the bundled model
# continues text, and would otherwise continue the context.
PROMPT = (
    "Jawab pertanyaan berikut dengan konteks yang diberikan. Jika jawabannya tidak ada di konteks, katakan: "
    "Saya tidak tahu.\n\nPertanyaan:\n{question}\n\nKonteks:\n{context}\n\nPertanyaan: {question}\nJawaban:"
)


def build(texts: Mapping[str, str], embedder: Embedder, generator: Generator) -> Any:
    """Index the texts; return what answers a question with (answer, passages).

    txtai does not tell an outside encoder whether it encodes passages or a query; the flag does.
    """
    asking = False
    seen: list[dict[str, Any]] = []

    def transform(rows: list[str]) -> Any:
        return [embedder.query(row) for row in rows] if asking else embedder.passages(rows)

    def search(queries: list[str], limit: int) -> list[list[dict[str, Any]]]:
        found = database.batchsearch(queries, limit)
        seen[:] = found[0]
        return found

    split = Segmentation(sections=True)
    sections = [(name, section) for name, text in texts.items() for section in split(text)]
    database = Embeddings(method="external", transform=transform, content=True)
    database.index([(number, text, None) for number, (_, text) in enumerate(sections)])
    asking = True
    rag = RAG(
        search,
        lambda prompts, **_: [generator.complete(prompt) for prompt in prompts],
        template=PROMPT,
        separator="\n\n",
        output="flatten",
    )

    def ask(question: str) -> tuple[str, list[dict[str, Any]]]:
        answer = str(rag(question))
        passages = [{"source": sections[int(f["id"])][0], "text": f["text"], "score": float(f["score"])} for f in seen]
        return answer, passages

    return ask
