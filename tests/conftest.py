"""What many tests share: the shipped course, indexed once with the bundled models."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import pytest
from playwright.sync_api import Browser
from pydantic import SecretStr

from index.build import build, load
from index.embeddings import SentenceEmbeddings, load_embeddings
from qa.pipeline import Pipeline, load_pipeline
from qa.reader import Reader, load_reader
from qa.settings import Settings
from tests.browser import chromium

PASSWORD = "sandi yang panjang"
NOTE = "Honeypot\n\nHoneypot adalah sistem umpan yang sengaja dibuat rentan untuk mempelajari cara kerja penyerang.\n"
COURSE = Path(__file__).parent.parent / "corpus" / "diplomasi-siber"


@pytest.fixture(scope="session")
def embeddings() -> SentenceEmbeddings:
    return load_embeddings()


@pytest.fixture(scope="session")
def course_index(tmp_path_factory: pytest.TempPathFactory, embeddings: SentenceEmbeddings) -> Path:
    """Folder of an index of the shipped course; tests must not change it."""
    folder = tmp_path_factory.mktemp("course") / "index"
    build(COURSE, folder, embeddings)
    return folder


@pytest.fixture(scope="session")
def settings(course_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(corpus=COURSE, index=course_index, data_dir=tmp_path_factory.mktemp("var"))


@pytest.fixture(scope="session")
def pipeline(settings: Settings) -> Pipeline:
    """The whole pipeline with the bundled reader and generator."""
    return load_pipeline(settings)


@pytest.fixture(scope="session")
def quoting(settings: Settings, pipeline: Pipeline) -> Pipeline:
    """The same pipeline without a generator: answers are quotes, and quick."""
    return Pipeline(pipeline.index, pipeline.reader, None, settings)


@pytest.fixture(scope="session")
def reader() -> Reader:
    return load_reader()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def own(reader: Reader, embeddings: SentenceEmbeddings, tmp_path: Path) -> Pipeline:
    """A pipeline over a small course that a test may change, with the teacher's pages on."""
    folder = tmp_path / "kuliah"
    folder.mkdir()
    (folder / "course.toml").write_text('title = "Keamanan <Jaringan>"\n', encoding="utf-8")
    (folder / "honeypot.txt").write_text(NOTE, encoding="utf-8")
    build(folder, tmp_path / "index", embeddings)
    settings = Settings(
        corpus=folder, index=tmp_path / "index", data_dir=tmp_path / "var", upload_megabytes=1,
        teacher_password=SecretStr(PASSWORD),
    )  # fmt: skip
    return Pipeline(load(tmp_path / "index", embeddings), reader, None, settings)
