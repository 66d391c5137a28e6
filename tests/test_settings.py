"""Defaults, file, environment and arguments, and what a wrong value says."""

from pathlib import Path

import pytest

from index.errors import SettingsError
from qa.settings import load_settings

pytestmark = pytest.mark.unit


def test_argument_wins_over_environment_over_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tanya.toml").write_text('port = 1111\nhost = "127.0.0.2"\nread = 5\n', encoding="utf-8")
    monkeypatch.setenv("TANYA_PORT", "2222")
    monkeypatch.setenv("TANYA_HOST", "127.0.0.3")
    settings = load_settings(port=3333, host=None)
    assert (settings.port, settings.host, settings.read) == (3333, "127.0.0.3", 5)


@pytest.mark.parametrize(
    ("toml", "named"), [("port = 99999999", "port"), ("prot = 80", "prot"), ("port = ", "tanya.toml")]
)
def test_wrong_setting_is_named(toml: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tanya.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(SettingsError, match=named):
        load_settings()
