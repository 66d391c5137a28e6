"""`tanya eval report`, `compare` and `collect`: what is done with results, and where new questions come from."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from index.build import courses
from index.errors import TanyaError
from qa.eval import collect
from qa.eval.compare import compare
from qa.eval.compare_text import as_text
from qa.eval.gate_cli import Baseline, FailUnder, Gate, Junit, MaxDrop
from qa.eval.output import say, write
from qa.eval.questions import load_question_file
from qa.eval.report import report
from qa.eval.saved import load_run
from qa.feedback import FeedbackStore
from qa.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the commands to `tanya eval`."""
    app.command("report")(report_command)
    app.command("compare")(compare_command)
    app.command("gate")(gate_command)
    app.command("collect")(collect_command)


def report_command(
    result: Annotated[Path, typer.Argument(help="Hasil dari tanya eval … --output.")],
    output: Annotated[Path, typer.Option("--output", help="Berkas HTML yang ditulis.")] = Path("laporan.html"),
) -> None:
    """Buat laporan HTML dari satu hasil: ringkasan, gambar, dan semua soal; dibuka tanpa server.

    Contoh: tanya eval report hasil.json --output laporan.html
    """
    write(output, report(load_run(result)))
    print(output)


def compare_command(
    a: Annotated[Path, typer.Argument(help="Hasil lama.")],
    b: Annotated[Path, typer.Argument(help="Hasil baru.")],
    as_json: Annotated[bool, typer.Option("--json", help="Cetak JSON.")] = False,
) -> None:
    """Bandingkan dua hasil atas soal yang sama: lebih baik, lebih buruk, atau tak terbedakan.

    Contoh: tanya eval compare lama.json baru.json
    """
    found = compare(load_run(a), load_run(b))
    if as_json:
        print(json.dumps(found.to_json(), ensure_ascii=False))
        return
    print(as_text(found))


def gate_command(
    result: Annotated[Path, typer.Argument(help="Hasil dari tanya eval … --output.")],
    fail_under: FailUnder = None,
    baseline: Baseline = None,
    max_drop: MaxDrop = None,
    junit: Junit = None,
    as_json: Annotated[bool, typer.Option("--json", help="Cetak pemeriksaan sebagai JSON.")] = False,
) -> None:
    """Periksa satu hasil terhadap batas atau baseline; kode keluar 1 bila ada yang dilanggar.

    Contoh: tanya eval gate hasil.json --fail-under fact_recall=0.7 --baseline lama.json --max-drop 0.02
    """
    if not fail_under and baseline is None:
        raise typer.BadParameter("Berikan --fail-under metrik=nilai, atau --baseline HASIL.json.")
    gate, run = Gate.read(fail_under, baseline, max_drop, junit), load_run(result)
    if as_json:
        print(json.dumps([asdict(check) for check in gate.check(run)], ensure_ascii=False))
    for check in gate.enforce(run):
        if not as_json:
            print(f"lolos: {check.reason}")


def collect_command(
    output: Annotated[Path, typer.Option("--output", help="Berkas soal (JSONL) yang ditulis.")],
    course: Annotated[str | None, typer.Option("--course", help="Mata kuliah, bila indeks memuat beberapa.")] = None,
    index: Annotated[Path | None, typer.Option("--index", help="Folder indeks (bawaan: var/index).")] = None,
    days: Annotated[int, typer.Option("--days", min=1, help="Berapa hari ke belakang.")] = 90,
    known: Annotated[Path | None, typer.Option("--known", help="Berkas soal yang ada; isinya dilewati.")] = None,
) -> None:
    """Kumpulkan pertanyaan yang tidak terjawab atau dinilai buruk menjadi berkas soal untuk diisi.

    Contoh: tanya eval collect --output soal-baru.jsonl --known soal.jsonl
    """
    settings = load_settings(index=index, course=course)
    path = settings.data_dir / "feedback.sqlite"
    if not path.exists():
        raise TanyaError(f"Belum ada catatan pemakaian di {path}; jalankan chat dulu, atau atur TANYA_DATA_DIR.")
    name = settings.course or _only_course(settings.index)
    gaps = FeedbackStore(path, settings.unanswered_days).gaps(name, collect.day_before(days))
    asked = [question.question for question in load_question_file(known).questions] if known else []
    rows = collect.collect(gaps, asked)
    if not rows:
        raise TanyaError(f"Tidak ada pertanyaan baru dari {days} hari terakhir untuk '{name}'; tidak ada yang ditulis.")
    collect.write(output, rows)
    say(
        f"{len(rows)} pertanyaan ditulis. Isi answerable, reference, facts, dan evidence, lalu ukur dengan: "
        f"tanya eval answers --questions {output}"
    )
    print(output)


def _only_course(index: Path) -> str:
    names = courses(index)
    if len(names) != 1:
        raise TanyaError(f"Indeks {index} memuat {len(names)} mata kuliah; pilih satu dengan --course.")
    return names[0]
