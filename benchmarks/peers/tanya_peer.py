"""This product, from the files of the course, as a system among the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.peers.models import THREADS
from index.build import build as build_index
from index.embeddings import SentenceEmbeddings, load_embeddings
from qa.pipeline import load_pipeline
from qa.settings import Settings, load_settings
from qa.types import Question

PACKAGES = ("tanya-materi",)
PIPELINE = "tanya index and tanya ask with their defaults, as many threads as the peers, 4 passages compared"
SHOWN = 4  # as many as the peers show at most; the default is 6, and more passages hold more evidence


def prepare(course: Path, index: Path, *, quotes_only: bool) -> tuple[Settings, SentenceEmbeddings, Path]:
    """Return what `build` takes: settings, the embedding model, and the folder of the course."""
    settings = own_settings(index, quotes_only=quotes_only)
    return settings, load_embeddings(settings.embedding_model), course


def own_settings(index: Path, *, quotes_only: bool) -> Settings:
    """Return the defaults but for what all systems have alike: passages, threads, and no time limit."""
    return load_settings(
        index=index, shown=SHOWN, generator_threads=THREADS, generator_seconds=600.0,
        generator="none" if quotes_only else None,
    )  # fmt: skip


def build(settings: Settings, embeddings: SentenceEmbeddings, course: Path) -> None:
    """Read the files and write the index anew."""
    build_index(course, settings.index, embeddings, rebuild=True)


def asking(settings: Settings) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what gives a question row its answer line."""
    pipeline = load_pipeline(settings)

    def ask(row: dict[str, Any]) -> dict[str, Any]:
        return pipeline.answer(Question(row["question"], tuple(row.get("history", ())), row["id"])).to_json()

    return ask
