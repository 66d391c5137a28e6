"""The bundled model and any other one behind the same interface."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.embeddings import SentenceEmbeddings, load_embeddings
from index.errors import ModelError

pytestmark = pytest.mark.integration
TEXTS = ["Diplomasi siber adalah diplomasi di ruang siber.", "Rendang dimasak dengan santan."]


def test_vectors_have_length_one_and_meaning(embeddings: SentenceEmbeddings) -> None:
    passages = embeddings.encode_passages(TEXTS)
    query = embeddings.encode_query("apa itu cyber diplomacy")
    assert passages.shape == (2, embeddings.dimension) and passages.dtype == np.float32
    assert np.linalg.norm(passages, axis=1) == pytest.approx(1, abs=1e-5)
    assert passages[0] @ query > passages[1] @ query
    assert embeddings.embed_query("apa itu cyber diplomacy") == pytest.approx(query.tolist())


def test_nul_and_control_characters_lose_no_text(embeddings: SentenceEmbeddings) -> None:
    clean, dirty = embeddings.encode_passages(["air mendidih", "air\x00\x07mendidih"])
    assert clean == pytest.approx(dirty, abs=1e-5)
    assert embeddings.encode_passages([]).shape == (0, embeddings.dimension)


def test_threads_get_the_same_vectors(embeddings: SentenceEmbeddings) -> None:
    alone = [embeddings.encode_query(text) for text in TEXTS * 4]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(embeddings.encode_query, TEXTS * 4))
    assert np.array_equal(alone, together)


def test_progress_counts_to_the_end(embeddings: SentenceEmbeddings) -> None:
    heard: list[int] = []
    embeddings.encode_passages(TEXTS * 3, heard.append, batch=4)
    assert heard == [4, 6]


def test_sentence_transformer_gives_the_same_vectors(embeddings: SentenceEmbeddings) -> None:
    model = embeddings.as_sentence_transformer()
    assert model.encode_document(TEXTS) == pytest.approx(embeddings.encode_passages(TEXTS), abs=1e-4)
    assert model.encode_query(TEXTS[0]) == pytest.approx(embeddings.encode_query(TEXTS[0]), abs=1e-4)


def test_sentence_transformer_takes_text_that_looks_like_a_prompt(embeddings: SentenceEmbeddings) -> None:
    model, text = embeddings.as_sentence_transformer(), "query: apa itu\x00 diplomasi"
    assert model.encode_document([text]) == pytest.approx(embeddings.encode_passages([text]), abs=1e-4)
    assert model.encode_query(text) == pytest.approx(embeddings.encode_query(text), abs=1e-4)


def test_bundled_model_needs_no_torch() -> None:
    code = (
        "import sys; from index.embeddings import load_embeddings; load_embeddings().encode_query('a');"
        "assert not {'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of 16 dimensions, in a folder as the Hub holds them."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "diplomasi", "siber", "rendang", "query", "passage", ":"]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    config = BertConfig(vocab_size=11, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    BertModel(config).save_pretrained(folder / "bert")
    bert = Transformer(str(folder / "bert"))
    SentenceTransformer(modules=[bert, Pooling(16)], device="cpu").save(str(folder / "model"))
    return folder / "model"


def test_model_from_a_folder_takes_its_place(tiny: Path, embeddings: SentenceEmbeddings) -> None:
    other = load_embeddings(str(tiny))
    assert other.dimension == 16 != embeddings.dimension
    assert np.linalg.norm(other.encode_query("diplomasi siber")) == pytest.approx(1, abs=1e-5)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(other.encode_query, TEXTS * 8))
    assert np.allclose(together, [other.encode_query(text) for text in TEXTS * 8], atol=1e-6)


def test_e5_in_the_name_brings_its_prompts(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "my-e5-small")
    plain, e5 = load_embeddings(str(tiny)), load_embeddings(str(tmp_path / "my-e5-small"))
    assert e5.encode_query("siber") == pytest.approx(plain.encode_query("query: siber"), abs=1e-6)
    assert e5.encode_passages(["siber"]) == pytest.approx(plain.encode_passages(["passage: siber"]), abs=1e-6)
    assert e5.fingerprint != plain.fingerprint


def test_prompts_of_the_model_itself_win(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "e5")
    file = tmp_path / "e5" / "config_sentence_transformers.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"prompts": {"query": "rendang ", "document": ""}}))
    model, plain = load_embeddings(str(tmp_path / "e5")), load_embeddings(str(tiny))
    assert model.encode_query("siber") == pytest.approx(plain.encode_query("rendang siber"), abs=1e-6)


def test_fingerprint_follows_the_weights_not_the_place(
    tiny: Path, tmp_path: Path, embeddings: SentenceEmbeddings
) -> None:
    copy = tmp_path / "salinan"
    shutil.copytree(tiny, copy)
    first = load_embeddings(str(tiny)).fingerprint
    assert load_embeddings(str(copy)).fingerprint == first != embeddings.fingerprint
    weights = copy / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-64:] = bytes(64)
    weights.write_bytes(content)
    assert load_embeddings(str(copy)).fingerprint != first


def test_loading_leaves_the_network_setting_alone(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    load_embeddings(str(tiny))
    assert "HF_HUB_OFFLINE" not in os.environ


def test_missing_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="TANYA_EMBEDDING_MODEL"):
        load_embeddings(str(tmp_path / "tidak-ada"))


def test_broken_folder_is_explained(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "rusak")
    (tmp_path / "rusak" / "model.safetensors").write_bytes(b"rusak")
    with pytest.raises(ModelError, match="rusak"):
        load_embeddings(str(tmp_path / "rusak"))


def test_surrogates_and_a_long_text_are_encoded(embeddings: SentenceEmbeddings) -> None:
    rows = embeddings.encode_passages(["\ud83d rusak", "kata " * 2_000, ""])
    assert np.isfinite(rows).all()
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
