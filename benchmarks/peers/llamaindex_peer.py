"""LlamaIndex's starter tutorial: VectorStoreIndex.from_documents and as_query_engine, all defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llama_index.core import Document, PromptTemplate, VectorStoreIndex
from llama_index.core.base.llms.types import CompletionResponse, LLMMetadata
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms.custom import CustomLLM

from benchmarks.peers.models import TOKENS, WINDOW, Embedder, Generator

PACKAGES = ("llama-index-core",)
PIPELINE = "SentenceSplitter (1024 tokens, 200), VectorStoreIndex, 2 passages"
# The layout of its default prompt in the language of the course, with what to say where there is no answer.
PROMPT = (
    "Berikut informasi konteks.\n---------------------\n{context_str}\n---------------------\n"
    "Dengan informasi itu saja, bukan pengetahuan lain, jawab pertanyaannya. Jika jawabannya tidak ada di sana, "
    "katakan: Saya tidak tahu.\nPertanyaan: {query_str}\nJawaban:"
)


class _Embeddings(BaseEmbedding):
    embedder: Any

    def _get_query_embedding(self, query: str) -> list[float]:
        return self.embedder.query(query).tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.embedder.passages([text])[0].tolist()

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self.embedder.passages(texts).tolist()


class _Model(CustomLLM):
    generator: Any

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=WINDOW, num_output=TOKENS)

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        return CompletionResponse(text=self.generator.complete(prompt))

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        yield self.complete(prompt)


def build(texts: Mapping[str, str], embedder: Embedder, generator: Generator) -> Any:
    """Index the texts; return what answers a question with (answer, passages)."""
    documents = [Document(text=text, metadata={"source": name}) for name, text in texts.items()]
    index = VectorStoreIndex.from_documents(documents, embed_model=_Embeddings(embedder=embedder))
    engine = index.as_query_engine(llm=_Model(generator=generator), text_qa_template=PromptTemplate(PROMPT))

    def ask(question: str) -> tuple[str, list[dict[str, Any]]]:
        reply = engine.query(question)
        passages = [
            {"source": n.node.metadata["source"], "text": n.node.get_content(), "score": float(n.score or 0.0)}
            for n in reply.source_nodes
        ]
        return str(reply), passages

    return ask
