"""Write the table of benchmarks/results/peers.json into README.md.

    python -m benchmarks.peers.table

Bold is the best value of a row, whoever has it.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
RESULT = ROOT / "benchmarks" / "results" / "peers.json"
BEGIN, END = "<!-- peers -->", "<!-- /peers -->"
TITLES = {
    "tanya-materi": "Tanya Materi", "tanya-materi-quotes": "the same, quotes only", "langchain": "LangChain",
    "llamaindex": "LlamaIndex", "haystack": "Haystack", "txtai": "txtai",
}  # fmt: skip
PACKAGES = {
    "langchain": "langchain", "llamaindex": "llama-index-core", "haystack": "haystack-ai", "txtai": "txtai"
}  # fmt: skip
# What the row says, the metric, and whether more or less is better.
SHARES = (
    ("a passage holds the answer", "retrieved", max),
    ("share of the evidence in the passages", "context_recall", max),
    ("facts stated", "fact_recall", max),
    ("all facts stated, nothing wrong", "full_correct", max),
    ("token F1 with the key", "f1", max),
    ("sentences that a passage supports", "faithfulness", max),
    ("sentences that their citations support", "citation_recall", max),
    ("citations that are right and needed", "citation_precision", max),
    ("answerable, but refused", "over_refusal", min),
    ("unanswerable, but answered", "false_answer", min),
    ("refusals, F1", "abstention_f1", max),
)
CITING = ("citation_recall", "citation_precision")
SECONDS = (
    ("first words, s", "first_token"),
    ("whole answer, s", "total"),
    ("processor seconds of an answer", "processor"),
)
Value = float | None
System = Mapping[str, Any]


def update(readme: Path, result: Mapping[str, Any]) -> None:
    """Put the table between its two marks.

    Raises:
        ValueError: the marks are not there.
    """
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme} has no place for the table: put {BEGIN} and {END} where it should stand")
    readme.write_text(f"{before}{BEGIN}\n{render(result)}{END}{after}", encoding="utf-8")


def render(result: Mapping[str, Any]) -> str:
    """Return the table in Markdown, with the line above it that says what was asked, where and when."""
    systems = result["systems"]
    heads = [f"{TITLES[name]} {systems[name]['versions'].get(PACKAGES.get(name, ''), '')}".strip() for name in systems]
    rows = [_row("characters of the passages, median", [s["passage_characters"] for s in systems.values()], None, str)]
    rows += [_row(label, [_share(s, name) for s in systems.values()], best, _two) for label, name, best in SHARES]
    for label, name in SECONDS:
        rows.append(_row(label, [s["latencies"][name]["median"] for s in systems.values()], min, _seconds))
    rows.append(_row("memory at most, MB", [s["peak_memory_mb"] for s in systems.values()], min, str))
    worked = [s["indexing_processor_seconds"] for s in systems.values()]
    rows.append(_row("processor seconds of indexing", worked, min, _seconds))
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|", *rows]
    return "\n".join([_said(result), "", *lines]) + "\n"


def _said(result: Mapping[str, Any]) -> str:
    asked, machine = result["questions"], result["machine"]
    part = "All" if asked["asked"] == asked["of"] else f"{asked['asked']} of the"
    drawn = "" if asked["asked"] == asked["of"] else f" (seed {asked['seed']}, every kind in proportion)"
    said = (
        f"{part} {asked['of']} questions{drawn}, {asked['answerable']} of them answerable; {result['date']}, "
        f"{machine['cores']} cores, {machine['processor']}, load average {result['load_before']} before; medians of "
        f"the times. The 95% intervals reach up to ±{_two(_widest(result))} around a share."
    )
    return textwrap.fill(said, 120)


def _widest(result: Mapping[str, Any]) -> float:
    """Half of the widest 95% interval of a share in the table."""
    found = [s["intervals"].get(name) for s in result["systems"].values() for _, name, _ in SHARES]
    return max(float(interval[1] - interval[0]) / 2 for interval in found if interval and interval[0] is not None)


def _share(system: System, name: str) -> Value:
    """A share; None for the citations of a system that never cites."""
    if name in CITING and not any(answer["citations"] for answer in system["answers"].values()):
        return None
    value: Value = system["metrics"].get(name)
    return value


def _row(
    label: str, values: Sequence[Value], best: Callable[..., float] | None, written: Callable[[float], str]
) -> str:
    texts = ["–" if value is None else written(value) for value in values]
    known = [value for value in values if value is not None]
    if best is not None and known:
        top = written(best(known))
        texts = [f"**{text}**" if text == top else text for text in texts]
    return f"| {label} | {' | '.join(texts)} |"


def _two(value: float) -> str:
    return f"{value:.2f}".removeprefix("0") if value < 1 else f"{value:.2f}"


def _seconds(value: float) -> str:
    return f"{value:.1f}"


if __name__ == "__main__":
    update(ROOT / "README.md", json.loads(RESULT.read_text(encoding="utf-8")))
