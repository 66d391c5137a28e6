"""Haystack's first RAG pipeline: splitter, in-memory document store, embedding retriever, prompt builder, generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from haystack import Document, Pipeline, component
from haystack.components.builders import PromptBuilder
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from benchmarks.peers.models import Embedder, Generator

PACKAGES = ("haystack-ai",)
TOP = 4  # its default of 10 passages of 200 words does not fit the generator's window
PIPELINE = "DocumentSplitter (200 words, 0), InMemoryEmbeddingRetriever (cosine), 4 passages"
# The tutorial's prompt in the language of the course, with what to say where there is no answer.
PROMPT = (
    "Jawab pertanyaan berdasarkan dokumen berikut. Jika jawabannya tidak ada di dalamnya, katakan: Saya tidak tahu.\n\n"
    "Dokumen:\n{% for document in documents %}{{ document.content }}\n{% endfor %}\n"
    "Pertanyaan: {{ question }}\nJawaban:"
)


@component
class _QueryEmbedder:
    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @component.output_types(embedding=list[float])
    def run(self, text: str) -> dict[str, Any]:
        return {"embedding": self._embedder.query(text).tolist()}


@component
class _Model:
    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    @component.output_types(replies=list[str])
    def run(self, prompt: str) -> dict[str, Any]:
        return {"replies": [self._generator.complete(prompt)]}


def build(texts: Mapping[str, str], embedder: Embedder, generator: Generator) -> Any:
    """Index the texts; return what answers a question with (answer, passages)."""
    whole = [Document(content=text, meta={"source": name}) for name, text in texts.items()]
    documents = DocumentSplitter().run(documents=whole)["documents"]
    vectors = embedder.passages([document.content or "" for document in documents]).tolist()
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    store.write_documents([replace(d, embedding=vector) for d, vector in zip(documents, vectors, strict=True)])
    pipeline = Pipeline()
    pipeline.add_component("embedder", _QueryEmbedder(embedder))
    pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=TOP))
    pipeline.add_component("prompt", PromptBuilder(PROMPT, required_variables=["documents", "question"]))
    pipeline.add_component("model", _Model(generator))
    pipeline.connect("embedder.embedding", "retriever.query_embedding")
    pipeline.connect("retriever.documents", "prompt.documents")
    pipeline.connect("prompt.prompt", "model.prompt")

    def ask(question: str) -> tuple[str, list[dict[str, Any]]]:
        given = {"embedder": {"text": question}, "prompt": {"question": question}}
        found = pipeline.run(given, include_outputs_from={"retriever"})
        passages = [
            {"source": d.meta["source"], "text": d.content or "", "score": float(d.score or 0.0)}
            for d in found["retriever"]["documents"]
        ]
        return found["model"]["replies"][0], passages

    return ask
