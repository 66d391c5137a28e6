"""The vector store: LangChain's own suite, brute force as the reference, damage told in one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests.vectorstores import VectorStoreIntegrationTests

from index.errors import IndexUnusableError
from index.store import PASSAGES, VECTORS, FaissStore

pytestmark = pytest.mark.integration


class TestLangChainSuite(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self) -> VectorStore:  # type: ignore[override]
        return FaissStore(self.get_embeddings())


def store_of(vectors: np.ndarray) -> FaissStore:
    documents = [Document(id=f"d{i}", page_content=f"teks {i}") for i in range(len(vectors))]
    return FaissStore.from_vectors(DeterministicFakeEmbedding(size=8), documents, vectors)


@given(st.integers(1, 40), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_search_agrees_with_brute_force(count: int, k: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    vectors = chance.normal(size=(count, 8)).astype(np.float32)
    query = chance.normal(size=8).astype(np.float32)
    cosines = (vectors @ query) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(query)
    found = store_of(vectors).nearest(query, k)
    assert [score for _, score in found] == pytest.approx(sorted(cosines, reverse=True)[:k], abs=1e-5)
    assert len(found) == min(k, count)


def test_deleted_and_replaced_documents_are_gone(embeddings: Embeddings) -> None:
    store = FaissStore.from_texts(["kucing", "sapi", "ayam"], embeddings, ids=["a", "b", "c"])
    store.delete(["a"])
    store.add_texts(["kambing"], ids=["b"])
    assert [d.page_content for d in store.similarity_search("hewan", k=5, filter=lambda d: True)].count("sapi") == 0
    assert {d.id for d in store.similarity_search("hewan", k=5)} == {"b", "c"}
    assert store.vector("b") == pytest.approx(embeddings.embed_documents(["kambing"])[0], abs=1e-6)
    assert list(store.documents()) == list(store.vectors()) == ["c", "b"]
    with pytest.raises(KeyError):
        store.vector("a")


def test_saved_store_is_the_same_and_has_no_pickle(tmp_path: Path, embeddings: Embeddings) -> None:
    store = FaissStore.from_texts(["kucing", "sapi"], embeddings, [{"page": 1}, {"page": None}], ids=["a", "b"])
    store.save(tmp_path)
    loaded = FaissStore.load(tmp_path, embeddings)
    assert loaded.similarity_search_with_score("sapi") == store.similarity_search_with_score("sapi")
    assert {path.name for path in tmp_path.iterdir()} == {VECTORS, PASSAGES}
    assert not any(path.read_bytes().startswith(b"\x80") for path in tmp_path.iterdir())


def test_empty_store_can_be_saved_searched_and_filled(tmp_path: Path, embeddings: Embeddings) -> None:
    FaissStore(embeddings).save(tmp_path)
    loaded = FaissStore.load(tmp_path, embeddings)
    assert loaded.similarity_search("apa saja") == []
    loaded.add_texts(["kucing"])
    assert len(loaded.similarity_search("kucing")) == 1


@pytest.mark.parametrize("name", [VECTORS, PASSAGES])
@pytest.mark.parametrize("content", [None, b"", b"rusak", b"\x00" * 100])
def test_damage_is_one_sentence(name: str, content: bytes | None, tmp_path: Path, embeddings: Embeddings) -> None:
    FaissStore.from_texts(["kucing"], embeddings).save(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(IndexUnusableError, match="tanya index --rebuild"):
        FaissStore.load(tmp_path, embeddings)


def test_vector_of_another_model_is_one_sentence(tmp_path: Path, embeddings: Embeddings) -> None:
    store = FaissStore.from_texts(["kucing"], embeddings, ids=["a"])
    store.save(tmp_path)
    other = FaissStore.load(tmp_path, DeterministicFakeEmbedding(size=8))
    with pytest.raises(IndexUnusableError, match=r"384 dimensi.* 8; .*--rebuild"):
        other.similarity_search("kucing")
    with pytest.raises(IndexUnusableError, match="--rebuild"):
        other.add_texts(["sapi"], ids=["a"])
    assert [d.page_content for d in other.get_by_ids(["a"])] == ["kucing"]


def test_filter_sees_every_document() -> None:
    """The match may lie behind more than k nearer ones."""
    store = FaissStore(DeterministicFakeEmbedding(size=8))
    store.add_texts([f"teks {i}" for i in range(50)], [{"page": i} for i in range(50)])
    assert [d.metadata["page"] for d in store.similarity_search("tanya", k=3, filter={"page": 17})] == [17]
    assert len(store.similarity_search("tanya", k=3, filter=lambda d: d.metadata["page"] > 40)) == 3
    assert store.similarity_search("tanya", k=0) == []


def test_diverse_search_leaves_out_the_copy(embeddings: Embeddings) -> None:
    texts = ["Kucing tidur di atas sofa.", "Kucing tidur di atas sofa!", "Harga beras naik di pasar."]
    store = FaissStore.from_texts(texts, embeddings, ids=["a", "b", "c"])
    retriever = store.as_retriever(search_type="mmr", search_kwargs={"k": 2, "lambda_mult": 0.1})
    assert {d.id for d in retriever.invoke("kucing tidur")} in ({"a", "c"}, {"b", "c"})
    assert [d.id for d in store.similarity_search("harga beras", k=1)] == ["c"]


def test_caller_cannot_change_what_is_stored(embeddings: Embeddings) -> None:
    store = FaissStore.from_texts(["kucing"], embeddings, [{"page": 1}], ids=["a"])
    store.similarity_search("kucing")[0].metadata["page"] = 99
    store.documents()["a"].metadata["page"] = 99
    assert store.get_by_ids(["a"])[0].metadata == {"page": 1}
