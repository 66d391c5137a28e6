"""`tanya eval`: measures on the command line. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa.eval import cli_answers, cli_results, reading, retrieval
from qa.eval.beir import load_task
from qa.eval.gate_cli import Baseline, FailUnder, Gate, Junit, MaxDrop
from qa.eval.output import give, head, progress_bar, say, write
from qa.eval.saved import from_result
from qa.reader import load_reader
from qa.settings import load_settings

app = typer.Typer(
    name="eval",
    help="Ukur pencarian, pembaca, dan jawaban. (Measure retrieval, reader and answers, offline.)",
    no_args_is_help=True,
)
JsonOption = Annotated[bool, typer.Option("--json", help="Cetak JSON.")]
OutputOption = Annotated[Path | None, typer.Option("--output", help="Simpan hasil lengkap sebagai JSON.")]
SystemsOption = Annotated[str, typer.Option("--systems", help="Yang diukur, dipisah koma; yang terakhir diutamakan.")]


@app.command("retrieval")
def retrieval_command(
    beir: Annotated[Path, typer.Option("--beir", help="Folder: corpus.jsonl, queries.jsonl, qrels/BAGIAN.tsv.")],
    split: Annotated[str, typer.Option("--split", help="Bagian qrels yang dipakai.")] = "test",
    systems: SystemsOption = "bm25,dense,hybrid,reader",
    titles: Annotated[bool, typer.Option("--titles", help="Sertakan judul di depan teks.")] = False,
    run: Annotated[Path | None, typer.Option("--run", help="Simpan peringkat akhir sebagai berkas TREC.")] = None,
    output: OutputOption = None,
    as_json: JsonOption = False,
    fail_under: FailUnder = None,
    baseline: Baseline = None,
    max_drop: MaxDrop = None,
    junit: Junit = None,
) -> None:
    """Ukur pencarian pada satu tugas bersusunan BEIR: BM25, dense, gabungan, dan peringkat pembaca.

    Contoh: tanya eval retrieval --beir data/tydiqa_id_retrieval --split valid --json
    """
    gate = Gate.read(fail_under, baseline, max_drop, junit)
    names = [name.strip() for name in systems.split(",") if name.strip()]
    if not names or set(names) - set(retrieval.SYSTEMS):
        raise typer.BadParameter(f"--systems: pilih dari {', '.join(retrieval.SYSTEMS)}.")
    names = [name for name in retrieval.SYSTEMS if name in names]
    settings = load_settings()
    task = load_task(beir, split, titles=titles)
    say(*task.notes)
    models = retrieval.load_models(settings, names)
    with progress_bar() as progress:
        found = retrieval.rankings(task, names, models, settings.read, settings.data_dir / "eval", progress)
    measured = {name: retrieval.measure(task, ranking) for name, ranking in found.items()}
    best = measured[names[-1]]
    if run is not None:
        write(run, retrieval.trec_run(found[names[-1]], "tanya-materi"))
    result = {
        **head("retrieval", beir),
        "system": f"tanya-materi, {names[-1]}",
        "split": split,
        "queries": len(task.queries),
        "passages": len(task.passages),
        "titles": titles,
        "embedding": models.embeddings.fingerprint if models.embeddings else None,
        "read": settings.read,
        "metrics": best["metrics"],
        "intervals": best["intervals"],
        "systems": {name: found["metrics"] for name, found in measured.items()},
        "system_intervals": {name: found["intervals"] for name, found in measured.items()},
    }
    give(result, output, as_json, rows=best["rows"])
    gate.enforce(from_result(result | {"rows": best["rows"]}))


@app.command("reader")
def reader_command(
    squad: Annotated[Path, typer.Option("--squad", help="Berkas soal: SQuAD v2 JSON, atau JSONL.")],
    output: OutputOption = None,
    as_json: JsonOption = False,
    fail_under: FailUnder = None,
    baseline: Baseline = None,
    max_drop: MaxDrop = None,
    junit: Junit = None,
) -> None:
    """Ukur pembaca seperti SQuAD 2.0: tiap soal dengan bacaannya sendiri. Semua nilai 0 sampai 1.

    Contoh: tanya eval reader --squad data/idk_mrc/valid.jsonl --json
    """
    gate = Gate.read(fail_under, baseline, max_drop, junit)
    questions, wrong = reading.load_squad(squad)
    say(*wrong)
    settings = load_settings()
    reader = load_reader(settings.reader)
    with progress_bar() as progress:
        measured = reading.measure(questions, reader, progress)
    rows = measured.pop("rows")
    system = {"system": f"tanya-materi, {settings.reader}", "skipped_rows": len(wrong)}
    result = {**head("reader", squad), **system, **measured}
    give(result, output, as_json, rows=rows)
    gate.enforce(from_result(result | {"rows": rows}))


cli_answers.register(app)
cli_results.register(app)
