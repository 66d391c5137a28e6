"""A named cross-encoder ranks in place of the reader."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from index.errors import ModelError
from qa.pipeline import Pipeline
from qa.reranker import Reranker
from qa.types import Question

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "budapest", "konvensi", "estonia", "wina", "norma", "siber"]


def tiny_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """Save a real, untrained BERT of two layers."""
    torch.manual_seed(3)
    words = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=words, model_max_length=64, **special).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, num_labels=labels,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_scores_are_those_of_the_library(tmp_path: Path) -> None:
    folder = tiny_cross_encoder(tmp_path / "model")
    passages = ["konvensi budapest", "norma siber estonia wina", "budapest"]
    wanted = CrossEncoder(str(folder)).predict([("konvensi", p) for p in passages], activation_fn=torch.nn.Identity())
    found = Reranker(str(folder)).scores("konvensi", passages)
    assert found.shape == (3,) and len(set(found.tolist())) == 3
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert Reranker(str(folder)).scores("konvensi", []).shape == (0,)


@pytest.mark.integration
def test_pipeline_ranks_by_it_and_still_decides_by_the_reader(tmp_path: Path, quoting: Pipeline) -> None:
    reranker = Reranker(str(tiny_cross_encoder(tmp_path / "model")))
    other = Pipeline(quoting.index, quoting.reader, None, quoting.settings, reranker)
    question = Question("Kapan Konvensi Budapest mulai berlaku?")
    plain, ranked = quoting.answer(question), other.answer(question)
    assert min(ranked.confidence, plain.confidence) > quoting.reader.threshold
    hits = quoting.index.retriever.search(question.text, quoting.settings.retrieved)
    passages, _ = other.rerank(question.text, hits)
    texts = [f"{p.title} — {p.section}\n{p.text}" for p in passages[: quoting.settings.read]]
    scores = reranker.scores(question.text, texts)
    assert list(scores) == sorted(scores, reverse=True)


def test_unknown_model_and_classifier_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="TANYA_RERANKER"):
        Reranker(str(tmp_path))
    with pytest.raises(ModelError, match="3 nilai"):
        Reranker(str(tiny_cross_encoder(tmp_path / "classes", labels=3)))
