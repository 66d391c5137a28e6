"""`tanya eval answers`: this program's answers, a file's, or another server's, all scored in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from index.errors import TanyaError
from qa.eval.answers import score
from qa.eval.documents import Documents, load_documents, of_index
from qa.eval.endpoint import Endpoint
from qa.eval.gate_cli import Baseline, FailUnder, Gate, Junit, MaxDrop
from qa.eval.given import load_answers, own_answers
from qa.eval.judge import judge, summarise_judged
from qa.eval.output import give, head, progress_bar, save, say
from qa.eval.questions import EvalQuestion, load_question_file
from qa.eval.saved import from_result
from qa.eval.summary import latencies, summarise
from qa.eval.verdicts import in_words
from qa.pipeline import Pipeline, load_pipeline
from qa.settings import Settings, load_settings
from qa.types import Question

Answers = Mapping[str, Mapping[str, Any]]
Tell = Callable[[str, int, int], None]
_NO_HURRY = 600.0  # seconds for one answer
_MOST_FAILURES = 3  # in a row; then the server is taken to be away
_SHAPING = {
    "embedding_model", "reader", "reranker", "retrieved", "read", "shown", "prompt_passages", "answer_sentences",
    "answer_tokens",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command to `tanya eval`."""
    app.command("answers")(answers_command)


def answers_command(
    questions: Annotated[Path, typer.Option("--questions", help="Berkas soal: JSONL, JSON, CSV, atau XLSX.")],
    answers: Annotated[Path | None, typer.Option("--answers", help="Nilai jawaban dari berkas ini (JSONL).")] = None,
    endpoint: Annotated[str | None, typer.Option("--endpoint", help="Tanyai server dengan API OpenAI ini.")] = None,
    model: Annotated[str, typer.Option("--model", help="Nama model di --endpoint.")] = "default",
    api_key: Annotated[
        str, typer.Option("--api-key", envvar="TANYA_EVAL_API_KEY", help="Kunci untuk --endpoint.")
    ] = "",
    judged_by: Annotated[
        str | None, typer.Option("--judge", help="Tambah penilaian dari server dengan API OpenAI ini.")
    ] = None,
    judge_model: Annotated[str, typer.Option("--judge-model", help="Nama model di --judge.")] = "default",
    judge_key: Annotated[
        str, typer.Option("--judge-key", envvar="TANYA_EVAL_JUDGE_KEY", help="Kunci untuk --judge.")
    ] = "",
    index: Annotated[Path | None, typer.Option("--index", help="Folder indeks (bawaan: var/index).")] = None,
    course: Annotated[str | None, typer.Option("--course", help="Mata kuliah, bila indeks memuat beberapa.")] = None,
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="Folder materi, untuk memeriksa kutipan sistem lain.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Simpan hasil lengkap sebagai JSON.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Cetak JSON.")] = False,
    fail_under: FailUnder = None,
    baseline: Baseline = None,
    max_drop: MaxDrop = None,
    junit: Junit = None,
) -> None:
    """Ukur jawaban: fakta, sumber, dukungan, dan penolakan, tanpa model penilai.

    Tanpa --answers dan --endpoint, yang diukur adalah jawaban program ini sendiri; berkas soal yang membawa jawaban
    untuk semua soalnya (kolom response atau actual_output) dinilai apa adanya, kecuali --index atau --course diberikan.

    Contoh: tanya eval answers --questions soal.xlsx --output hasil.json
    Contoh: tanya eval answers --questions soal.jsonl --answers jawaban-sistem-lain.jsonl --json
    """
    if answers is not None and endpoint is not None:
        raise typer.BadParameter("Pilih salah satu: --answers atau --endpoint.")
    gate = Gate.read(fail_under, baseline, max_drop, junit)
    file = load_question_file(questions)
    say(
        "Kolom: " + ", ".join(f"{field} ← {column}" for field, column in file.mapping.items()), *file.notes, *file.wrong
    )
    settings = load_settings(index=index, course=course)
    documents, unread = load_documents(corpus) if corpus is not None else (None, [])
    say(*unread)
    own = own_answers(file.questions) if index is None and course is None else {}
    judging = Endpoint(judged_by, judge_model, judge_key) if judged_by is not None else None
    if judging is not None:
        judging.complete(["Balas satu kata saja: ya."])  # a wrong address or key shows now, not behind the measuring
    about: dict[str, Any] = {}
    problems: list[str] = []
    with progress_bar() as progress:
        given: Answers
        if answers is not None:
            about["system"] = answers.name
            given, wrong = load_answers(answers, file.questions)
            say(*wrong)
        elif endpoint is not None:
            about["system"] = f"{model}, {endpoint}"
            given, problems = _ask_all(file.questions, Endpoint(endpoint, model, api_key).ask, progress)
        elif len(own) == len(file.questions):
            say(f"Yang dinilai adalah jawaban di {questions.name} sendiri; beri --index untuk menilai program ini.")
            about["system"], given = questions.name, own
        else:
            if own:
                say(
                    f"{questions.name} memuat jawaban untuk {len(own)} dari {len(file.questions)} soal saja, jadi yang "
                    "dinilai adalah jawaban program ini; lengkapi jawabannya bila itu yang hendak dinilai."
                )
            pipeline = _load_product(settings)
            documents = documents or of_index(pipeline.index)
            say(*_unknown_sources(file.questions, documents))
            about = _about(pipeline)
            given, problems = _ask_all(file.questions, _asking(pipeline), progress)
    rows = [score(question, given.get(question.id), documents) for question in file.questions]
    if missing := sum(row["missing"] for row in rows):
        say(f"{missing} soal tidak punya jawaban; itu dihitung sebagai salah.")
    result = {
        **head("answers", questions),
        **about,
        "questions": len(rows),
        "missing_answers": missing,
        "skipped_rows": len(file.wrong),
        **summarise(rows),
    }
    waited = latencies(list(given.values()))
    if judging is not None:
        if output is not None:
            save(result, output, rows=rows, latencies=waited)
        try:
            judged = _judge_all(rows, given, judging)
            result["judged"] = {"judge": f"{judge_model}, {judged_by}", "metrics": summarise_judged(judged)}
        except TanyaError as error:
            problems.append(f"Model penilai berhenti menjawab, jadi hasilnya tanpa penilaiannya. {error}")
    give(result, output, as_json, rows=rows, latencies=waited)
    run = from_result(result | {"rows": rows})
    say("", *(re.sub("</?b>", "", sentence) for sentence in in_words(run.rows)))
    if output is not None:
        say(f"Lihat tiap soal: tanya eval report {output} --output laporan.html")
    if problems:
        raise TanyaError("\n".join(problems))
    gate.enforce(run)


def _load_product(settings: Settings) -> Pipeline:
    """Load the product without its time limit: what it says may not depend on how busy the machine is."""
    return load_pipeline(settings.model_copy(update={"generator_seconds": _NO_HURRY}))


def _about(pipeline: Pipeline) -> dict[str, Any]:
    """Return what is asked: model, index version, settings that shape answers."""
    return {
        "system": f"tanya-materi, {pipeline.model_name}",
        "index_version": pipeline.index.version,
        "settings": pipeline.settings.model_dump(mode="json", include=_SHAPING),
    }


def _asking(pipeline: Pipeline) -> Callable[[EvalQuestion], dict[str, Any]]:
    return lambda q: pipeline.answer(Question(q.question, q.history, q.id)).to_json()


def _unknown_sources(questions: Sequence[EvalQuestion], documents: Documents) -> list[str]:
    """Name what stands under Sumber and is no document: a slip there would look like a wrong citation."""
    return [
        f"Soal {question.id}: Sumber '{name}' tidak ada di materi; tulis nama berkas atau judulnya."
        for question in questions
        for name in documents.lack(question.source)
    ]


def _ask_all(
    questions: Sequence[EvalQuestion], ask: Callable[[EvalQuestion], dict[str, Any]], tell: Tell
) -> tuple[Answers, list[str]]:
    """Return the answers, and one sentence if some are missing; each question that failed is named on stderr.

    Raises:
        TanyaError: the very first question failed.
    """
    given: dict[str, dict[str, Any]] = {}
    failures = 0
    for number, question in enumerate(questions, 1):
        try:
            given[question.id] = ask(question)
            failures = 0
        except TanyaError as error:
            if number == 1:
                raise
            say(f"Soal {question.id} tidak terjawab. {error}")
            failures += 1
            if failures == _MOST_FAILURES:
                say(
                    f"{failures} soal berturut-turut gagal; {len(questions) - number} soal sesudahnya tidak ditanyakan."
                )
                break
        tell("questions", number, len(questions))
    lacking = len(questions) - len(given)
    told = f"{lacking} dari {len(questions)} soal tidak terjawab dan dihitung salah; atasi sebabnya, lalu ukur lagi."
    return given, [told] if lacking else []


def _judge_all(rows: Sequence[dict[str, Any]], given: Answers, server: Endpoint) -> list[dict[str, float | None]]:
    """Judge every row; when all are judged, what the judge said is kept in the rows under `judged`.

    Raises:
        TanyaError: the judge does not answer; no row is changed.
    """
    judged = []
    with progress_bar() as progress:
        for number, row in enumerate(rows, 1):
            passages = [str(passage["text"]) for passage in given.get(row["id"], {}).get("passages") or ()]
            judged.append(judge(row, passages, lambda prompt: server.complete([prompt])[0]))
            progress("judge", number, len(rows))
    for row, found in zip(rows, judged, strict=True):
        row["judged"] = found
    return judged
