"""The reader's network: one BERT encoder and four small heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertModel


@dataclass
class Outputs:
    """Raw scores of n pairs of length t.

    `relevance` (n,), `start` and `end` (n, t), of which position 0 stands for "not in this passage" and places
    outside the passage are very small, `entailment` (n, 3).
    """

    relevance: Tensor
    start: Tensor
    end: Tensor
    entailment: Tensor


class Reader(nn.Module):
    """Reads (first text, passage) pairs; both heads for whole pairs see the first state and the mean state."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.relevance = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, 1))
        self.entailment = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, 3))
        self.span = nn.Linear(width, 2)

    @classmethod
    def from_base(cls, folder: Path) -> Reader:
        """Load the encoder that `base_model.py` wrote; the word embeddings stay as they are."""
        encoder = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager")
        encoder.embeddings.word_embeddings.requires_grad_(False)
        return cls(encoder)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, passage_mask: Tensor) -> Outputs:
        """Score pairs; the masks are (n, t) of 0 and 1, `passage_mask` marks the tokens a span may touch."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(1) / weights.sum(1)
        pooled = torch.cat([states[:, 0], mean], dim=-1)
        allowed = passage_mask.clone()
        allowed[:, 0] = 1
        spans = self.span(states).float().masked_fill(allowed.unsqueeze(-1) == 0, -1e4)
        return Outputs(
            relevance=self.relevance(pooled).squeeze(-1).float(),
            start=spans[..., 0],
            end=spans[..., 1],
            entailment=self.entailment(pooled).float(),
        )


def average(checkpoints: Sequence[Path], weights: Sequence[float] = ()) -> dict[str, Tensor]:
    """Return the weighted average of the weights in checkpoints, on the CPU; without `weights` all count alike."""
    states = [torch.load(path, map_location="cpu", weights_only=True)["model"] for path in checkpoints]
    shares = torch.tensor(weights or [1.0] * len(states))
    shares = shares / shares.sum()
    return {n: sum(w * s[n].float() for w, s in zip(shares, states, strict=True)) for n in states[0]}
