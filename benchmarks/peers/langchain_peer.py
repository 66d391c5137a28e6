"""LangChain's RAG tutorial: recursive splitter, in-memory vector store, its default of 4 passages, prompt, model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models.llms import LLM
from langchain_core.prompts import PromptTemplate
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.peers.models import Embedder, Generator

PACKAGES = ("langchain", "langchain-core", "langchain-text-splitters")
PIPELINE = "RecursiveCharacterTextSplitter (1000, 200), InMemoryVectorStore, 4 passages"
# The tutorial's prompt in the language of the course.
PROMPT = (
    "Kamu asisten tanya jawab. Pakai potongan konteks berikut untuk menjawab pertanyaan. Jika jawabannya tidak ada di "
    "konteks, katakan: Saya tidak tahu. Jawab paling banyak tiga kalimat dan singkat saja.\n\n"
    "Konteks:\n{context}\n\nPertanyaan: {question}\nJawaban:"
)


class _Embeddings(Embeddings):
    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._embedder.passages(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self._embedder.query(text).tolist()


class _Model(LLM):
    generator: Any

    @property
    def _llm_type(self) -> str:
        return "bundled"

    def _call(self, prompt: str, stop: Any = None, run_manager: Any = None, **_: Any) -> str:
        return self.generator.complete(prompt)


def build(texts: Mapping[str, str], embedder: Embedder, generator: Generator) -> Any:
    """Index the texts; return what answers a question with (answer, passages)."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    documents = splitter.create_documents(list(texts.values()), [{"source": name} for name in texts])
    store = InMemoryVectorStore(_Embeddings(embedder))
    store.add_documents(documents)
    chain = PromptTemplate.from_template(PROMPT) | _Model(generator=generator)

    def ask(question: str) -> tuple[str, list[dict[str, Any]]]:
        found = store.similarity_search_with_score(question)
        context = "\n\n".join(document.page_content for document, _ in found)
        passages = [{"source": d.metadata["source"], "text": d.page_content, "score": float(s)} for d, s in found]
        return chain.invoke({"context": context, "question": question}), passages

    return ask
