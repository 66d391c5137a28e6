"""The docs are kept true: files, commands, settings and numbers that they name exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks.peers import table as peers
from qa.settings import Settings

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TRACKED = [
    path
    for folder in ("qa", "index", "tests", "benchmarks", "docs", "training")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".md", ".toml", ".css", ".js"} and path != Path(__file__)
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    named = re.findall(r"`((?:qa|index|tests|benchmarks|docs|corpus|training)/[\w./-]+)`", text)
    missing = [name for name in linked if not (page.parent / name).exists()]
    missing += [name for name in named if not (ROOT / name).exists()]
    assert missing == []


def test_make_targets_in_the_docs_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))}
    assert named - targets == set()


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    missing = [
        name
        for name, field in Settings.model_fields.items()
        if f"| `{name}` | `{field.default}` |" not in text and f'| `{name}` | `""` |' not in text
    ]
    assert missing == []


def test_the_readme_has_the_table_of_the_committed_comparison() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    result = json.loads((ROOT / "benchmarks" / "results" / "peers.json").read_text(encoding="utf-8"))
    assert text.partition(peers.BEGIN)[2].partition(peers.END)[0] == f"\n{peers.render(result)}"


@pytest.mark.parametrize("path", TRACKED, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_names_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(?:work|root|home/\w+)/", text)
