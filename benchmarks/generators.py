"""The systems of `benchmarks.generator_speed`: what they are asked, and how their time is taken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.language_models import SimpleChatModel
from langchain_core.messages import BaseMessage
from pydantic import Field

from qa.generator import LlamaCppChat, _bundled_file
from qa.pipeline import Pipeline, load_pipeline
from qa.prompts import as_plain_text
from qa.settings import Settings
from qa.types import Question

BASE_MODEL = Path(__file__).parent.parent / "training" / "generator" / "base_model.py"


@dataclass(frozen=True)
class Timing:
    """One answer: `reading` and `writing` are tokens per second of prompt and answer, `seconds` is by the clock."""

    prompt_tokens: int
    written_tokens: int
    reading: float
    writing: float
    seconds: float

    @property
    def whole(self) -> float:
        """Tokens per second, read and written ones together."""
        return (self.prompt_tokens + self.written_tokens) / self.seconds


class Listener(SimpleChatModel):
    """Stand where the taught generator stands, keep the prompts that come, and say nothing."""

    taught: bool = True
    heard: list[str] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "listener"

    def _call(self, messages: list[BaseMessage], *_: Any, **__: Any) -> str:
        self.heard.append(as_plain_text(messages))
        return ""


def prompts(settings: Settings, questions: Iterable[Question], count: int) -> list[str]:
    """Return the first `count` prompts that the pipeline builds, at most one for a question.

    Raises:
        ValueError: there are not so many.
    """
    loaded = load_pipeline(settings.model_copy(update={"generator": "none"}))
    given: list[str] = []
    for question in questions:
        listener = Listener()
        Pipeline(loaded.index, loaded.reader, listener, settings, loaded.reranker).answer(question)
        given += listener.heard[:1]
        if len(given) == count:
            return given
    raise ValueError(f"the generator is asked for {len(given)} of the questions only, not for {count}")


def bundled(model: LlamaCppChat, prompt: str, tokens: int) -> Timing:
    """Let llama.cpp read the whole prompt and write so many tokens; the rates are those that it reports.

    Raises:
        RuntimeError: it refused, or wrote fewer.
    """
    replies: list[dict[str, Any]] = []
    request = {
        "prompt": prompt, "temperature": 0.0, "seed": 1, "max_tokens": tokens, "ignore_eos": True, "cache_prompt": False
    }  # fmt: skip
    began = time.perf_counter()
    model._server.handle_completions(request, replies.append)
    seconds = time.perf_counter() - began
    said = replies[-1].get("timings")
    if said is None or said["predicted_n"] != tokens:
        raise RuntimeError(f"llama.cpp did not write {tokens} tokens: {replies[-1]}")
    return Timing(said["prompt_n"], tokens, said["prompt_per_second"], said["predicted_per_second"], seconds)


def plain_langchain(base: Path) -> Callable[[str, int, int], Timing]:
    """Load the weights into LangChain's pipeline over transformers; what comes back takes prompt, tokens, threads.

    It reports no rates. So it is asked twice, for one token and for all of them; the first is the time of reading.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from langchain_huggingface import HuggingFacePipeline

    model = HuggingFacePipeline.from_model_id(model_id=str(base), task="text-generation")
    tokenizer = model.pipeline.tokenizer

    def seconds(prompt: str, tokens: int) -> float:
        began = time.perf_counter()
        length = {"max_new_tokens": tokens, "min_new_tokens": tokens, "do_sample": False}
        model.invoke(prompt, pipeline_kwargs=length | {"return_full_text": False})
        return time.perf_counter() - began

    def ask(prompt: str, tokens: int, threads: int) -> Timing:
        torch.set_num_threads(threads)
        read, whole = seconds(prompt, 1), seconds(prompt, tokens)
        length = len(tokenizer(prompt).input_ids)
        return Timing(length, tokens, length / read, (tokens - 1) / (whole - read), whole)

    return ask


def dequantised(data_dir: Path) -> Path:
    """Return the folder of the bundled weights as transformers reads them (540 MB); make it once, in a minute.

    Raises:
        CalledProcessError: it could not be made; the `training` extra may be missing.
    """
    folder = data_dir / "models" / "gemma-3-270m-dequantised"
    if folder.is_dir():
        return folder
    work = folder.with_suffix(f".{os.getpid()}.part")
    work.mkdir(parents=True)
    try:
        (work / "gemma.gguf").symlink_to(_bundled_file(data_dir).resolve())
        subprocess.run([sys.executable, str(BASE_MODEL), "--work", str(work)], check=True)
        os.replace(work / "base", folder)
    finally:
        shutil.rmtree(work)
    return folder
