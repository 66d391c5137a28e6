"""The `tanya` command. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from index.build import BuildReport, build, courses, load
from index.build import Progress as BuildProgress
from index.embeddings import load_embeddings
from index.errors import TanyaError
from qa.batch import encodable, load_questions, output_lines
from qa.eval.cli import app as eval_app
from qa.pipeline import load_pipeline
from qa.settings import load_settings
from qa.types import Answer, Question

app = typer.Typer(
    name="tanya",
    help="Tanya Materi: jawaban bersumber dari materi kuliahmu sendiri. (Cited answers from your course material.)",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(eval_app)
_stderr = Console(stderr=True, highlight=False)
_UNEXPECTED = "Terjadi galat tak terduga; jalankan lagi dengan TANYA_LOG=INFO dan laporkan pesannya."

IndexOption = Annotated[Path | None, typer.Option("--index", help="Folder indeks (bawaan: var/index).")]
CorpusOption = Annotated[Path | None, typer.Option("--corpus", help="Folder materi: satu mata kuliah, atau beberapa.")]
CourseOption = Annotated[str | None, typer.Option("--course", help="Mata kuliah, bila indeks memuat beberapa.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Cetak JSON.")]


@app.command("index")
def index_command(
    corpus: CorpusOption = None,
    index: IndexOption = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Bangun ulang dari awal.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Buat atau perbarui indeks dari folder materi; hanya berkas yang berubah yang diolah.

    Contoh: tanya index --corpus corpus --index var/index
    """
    settings = load_settings(corpus=corpus, index=index)
    embeddings = load_embeddings(settings.embedding_model)
    with _progress_bar() as update:
        reports = build(settings.corpus, settings.index, embeddings, rebuild=rebuild, progress=update)
    if as_json:
        print(json.dumps([asdict(report) for report in reports], ensure_ascii=False, default=str))
    for report in reports:
        _print_report(report, quiet=as_json)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="Pertanyaan, dalam tanda kutip.")] = None,
    history: Annotated[
        list[str] | None, typer.Option("--history", help="Pertanyaan sebelumnya; boleh diulang.")
    ] = None,
    batch: Annotated[Path | None, typer.Option("--batch", help="Berkas JSONL: id, question, history.")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Berkas JSONL untuk jawaban --batch.")] = None,
    corpus: CorpusOption = None,
    index: IndexOption = None,
    course: CourseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Jawab satu pertanyaan, atau semua pertanyaan sebuah berkas.

    Contoh: tanya ask "Apa itu diplomasi siber?"
    Contoh: tanya ask "Apa saja manfaatnya?" --history "Apa itu diplomasi siber?" --json
    Contoh: tanya ask --batch soal.jsonl --output jawaban.jsonl
    """
    if (question is None) == (batch is None):
        raise typer.BadParameter("Berikan satu pertanyaan, atau --batch BERKAS; bukan keduanya.")
    settings = load_settings(corpus=corpus, index=index, course=course)
    if batch is not None:
        _ask_batch(load_questions(batch), lambda: load_pipeline(settings).answer, output)
        return
    asked = Question(encodable(question or ""), tuple(map(encodable, history or ())))
    answer = load_pipeline(settings).answer(asked)
    print(json.dumps(answer.to_json(), ensure_ascii=False) if as_json else _as_text(answer))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Alamat yang didengarkan (bawaan: 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Nomor port (bawaan: 7860).")] = None,
    index: IndexOption = None,
    course: CourseOption = None,
) -> None:
    """Jalankan chat di peramban.

    Contoh: tanya serve --port 8000
    """
    from qa.web.app import serve as serve_chat  # gradio takes seconds to import; only this command needs it
    from qa.web.courses import load_courses

    settings = load_settings(host=host, port=port, index=index, course=course)
    serve_chat(load_courses(settings), settings)


@app.command()
def token(
    course: Annotated[str | None, typer.Option("--course", help="Mata kuliah yang boleh dipasang.")] = None,
    days: Annotated[float, typer.Option("--days", help="Berlaku berapa hari.")] = 1,
    revoke: Annotated[str | None, typer.Option("--revoke", metavar="ID", help="Cabut token ini.")] = None,
) -> None:
    """Buat token untuk memasang chat sebuah mata kuliah di halaman lain, atau cabut satu.

    Contoh: tanya token --course diplomasi-siber --days 30
    Contoh: tanya token --revoke 0123456789abcdef
    """
    from qa.web.tokens import EmbedTokens  # the package pulls in nothing heavy, but only this command needs it

    if (course is None) == (revoke is None):
        raise typer.BadParameter("Berikan --course NAMA, atau --revoke ID; bukan keduanya.")
    settings = load_settings()
    tokens = EmbedTokens(settings.token_secret, settings.data_dir)
    if revoke is not None:
        print(tokens.revoke(revoke))
        return
    known = courses(settings.index)
    if course not in known:
        listed = ", ".join(known) or "belum ada"
        raise TanyaError(f"Mata kuliah '{course}' tidak ada di indeks; yang ada: {listed}.")
    made, says = tokens.issue(course, days)
    print(made)
    until = datetime.fromtimestamp(says.ends).astimezone().isoformat(" ", "minutes")
    _stderr.print(f"id {says.id}, berlaku sampai {until}; cabut dengan: tanya token --revoke {says.id}", markup=False)


@app.command()
def status(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Tunjukkan isi indeks: mata kuliah, dokumen, bagian, model.

    Contoh: tanya status --json
    """
    settings = load_settings(index=index)
    embeddings = load_embeddings(settings.embedding_model)
    rows = [load(settings.index, embeddings, name).manifest.to_json() for name in courses(settings.index)]
    if not rows:
        raise TanyaError(f"Belum ada indeks di {settings.index}; buat dengan: tanya index --index {settings.index}")
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        print("\n".join(f"{key}: {value}" for key, value in row.items() if not isinstance(value, dict | list)))


def main() -> None:
    """Run the command; errors for the user are one sentence on stderr and exit code 1, wrong usage is 2."""
    try:
        logging.basicConfig(level=_log_level(), stream=sys.stderr)
        app()
    except TanyaError as error:
        _stderr.print(str(error), markup=False)
        raise SystemExit(1) from None
    except Exception:  # a defect of ours: the person gets a sentence, the log the details
        logging.getLogger("tanya").exception("unexpected")
        _stderr.print(_UNEXPECTED)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        _stderr.print("Dihentikan.")
        raise SystemExit(130) from None


def _log_level() -> str:
    level, known = os.environ.get("TANYA_LOG", "").upper() or "CRITICAL", logging.getLevelNamesMapping()
    if level not in known:
        raise TanyaError(f"TANYA_LOG={level} tidak dikenal; pilih salah satu dari {', '.join(known)}.")
    return level


def _ask_batch(
    questions: list[Question], load_answerer: Callable[[], Callable[[Question], Answer]], output: Path | None
) -> None:
    """Answer one question after another with models loaded once; a question that fails is told and goes on."""
    answerer = load_answerer()
    failed = 0
    with _progress_bar() as update, output_lines(output) as write:
        for done, question in enumerate(questions, 1):
            try:
                line = json.dumps(answerer(question).to_json(), ensure_ascii=False)
            except TanyaError as error:
                failed += 1
                _stderr.print(f"{question.id}: {error}", markup=False)
            except Exception:  # a defect of ours must not cost the answers to the others
                failed += 1
                logging.getLogger("tanya").exception("question %s", question.id)
                _stderr.print(f"{question.id}: {_UNEXPECTED}", markup=False)
            else:
                write(line)
            update(BuildProgress("menjawab", done, len(questions), 0.0))
    if failed:
        raise TanyaError(f"{failed} dari {len(questions)} pertanyaan tidak terjawab; lihat pesan di atas.")


class _progress_bar:
    """A bar on stderr, fed with `index.build.Progress`."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=_stderr, transient=True)
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Callable[[BuildProgress], None]:
        self._bar.start()
        return self._update

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _update(self, progress: BuildProgress) -> None:
        if progress.stage not in self._tasks:
            self._tasks[progress.stage] = self._bar.add_task(progress.stage)
        self._bar.update(self._tasks[progress.stage], completed=progress.done, total=progress.total)


def _print_report(report: BuildReport, *, quiet: bool) -> None:
    counts = (
        f"{report.course}: {len(report.added)} baru, {len(report.changed)} berubah, {len(report.removed)} dihapus, "
        f"{len(report.unchanged)} tetap, {len(report.failed)} gagal; {report.embedded} bagian dihitung."
    )
    (_stderr.print(counts, markup=False) if quiet else print(counts))
    for kind, sources in (("baru", report.added), ("berubah", report.changed), ("dihapus", report.removed)):
        for source in sources if not quiet else ():
            print(f"  {kind}: {source}")
    for source, reason in {**report.skipped, **report.warnings, **report.failed}.items():
        _stderr.print(f"  {source}: {reason}", markup=False)


def _as_text(answer: Answer) -> str:
    lines = [answer.answer, ""]
    for citation in answer.citations:
        place = f", hlm. {citation.page}" if citation.page else f", {citation.section}" if citation.section else ""
        quote = " ".join(citation.quote.split())
        lines.append(f"[{citation.number}] {citation.title} ({citation.source}{place}): “{quote}”")
    return "\n".join(lines).rstrip()
