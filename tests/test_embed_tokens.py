"""Embed tokens and allowed origins: who gets in, who does not, and what they are told."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from typer.testing import CliRunner

from index.errors import SettingsError, TanyaError
from qa.cli import app as command
from qa.pipeline import Pipeline
from qa.settings import load_settings
from qa.web.app import create_app
from qa.web.tokens import EXPIRED, MISSING, NOT_VALID, OTHER_COURSE, REVOKED, EmbedTokens, TokenError

SECRET = SecretStr("kunci-yang-panjang-dan-acak")
COURSE = "diplomasi-siber"
QUESTION = "Apa itu diplomasi siber?"
ALLOWED = "https://moodle.kampus.ac.id"
FOREIGN = "https://jahat.example"


def tampered(token: str) -> str:
    """The token with another course in it, and the old signature."""
    prefix, payload, signature = token.split(".")
    says = json.loads(base64.urlsafe_b64decode(payload + "=="))
    says[0] = "lain"
    other = base64.urlsafe_b64encode(json.dumps(says).encode()).rstrip(b"=").decode()
    return f"{prefix}.{other}.{signature}"


def bad_tokens(data_dir: Path) -> dict[str, tuple[str, int, str]]:
    """Name → token, status, sentence."""
    tokens = EmbedTokens(SECRET, data_dir)
    good, _ = tokens.issue(COURSE, 1)
    revoked, says = tokens.issue(COURSE, 1)
    tokens.revoke(says.id)
    past = EmbedTokens(SECRET, data_dir, clock=lambda: 1_000_000.0).issue(COURSE, 1)[0]
    return {
        "missing": ("", 401, MISSING),
        "nonsense": ("abc", 401, NOT_VALID),
        "odd characters": ("tm1.ä.ö", 401, NOT_VALID),
        "cut": (good[:-3], 401, NOT_VALID),
        "tampered": (tampered(good), 401, NOT_VALID),
        "other key": (EmbedTokens(SecretStr("kunci lain yang panjang"), data_dir).issue(COURSE, 1)[0], 401, NOT_VALID),
        "expired": (past, 401, EXPIRED),
        "revoked": (revoked, 403, REVOKED),
        "foreign course": (tokens.issue("lain", 1)[0], 403, OTHER_COURSE),
    }


NAMES = [
    "missing", "nonsense", "odd characters", "cut", "tampered", "other key", "expired", "revoked", "foreign course",
]  # fmt: skip


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tokens")


@pytest.fixture(scope="module")
def guarded(quoting: Pipeline, data_dir: Path) -> Iterator[TestClient]:
    """A server that wants tokens."""
    changed = {"token_secret": SECRET, "data_dir": data_dir, "allowed_origins": (ALLOWED,)}
    with TestClient(create_app(quoting, quoting.settings.model_copy(update=changed))) as client:
        yield client


@pytest.fixture(scope="module")
def client(quoting: Pipeline) -> Iterator[TestClient]:
    """A server that allows one other origin and wants no tokens."""
    settings = quoting.settings.model_copy(update={"allowed_origins": (ALLOWED,)})
    with TestClient(create_app(quoting, settings)) as started:
        yield started


# ---- tokens


@pytest.mark.unit
def test_a_token_opens_its_course_until_it_ends(tmp_path: Path) -> None:
    now = [1000.0]
    tokens = EmbedTokens(SECRET, tmp_path, clock=lambda: now[0])
    token, says = tokens.issue(COURSE, 2)
    assert (says.course, says.ends) == (COURSE, 1000 + 2 * 86_400)
    tokens.check(token, COURSE)
    now[0] = says.ends - 1
    tokens.check(token, COURSE)
    now[0] = says.ends
    with pytest.raises(TokenError, match="kedaluwarsa"):
        tokens.check(token, COURSE)


@pytest.mark.unit
def test_revoked_stays_revoked_after_a_restart(tmp_path: Path) -> None:
    tokens = EmbedTokens(SECRET, tmp_path)
    first, says = tokens.issue(COURSE, 1)
    second, _ = tokens.issue(COURSE, 1)
    assert tokens.revoke(first) == says.id
    again = EmbedTokens(SECRET, tmp_path)
    assert again.revoked() == [says.id]
    with pytest.raises(TokenError, match="dicabut"):
        again.check(first, COURSE)
    again.check(second, COURSE)
    for wrong in ("../../etc/passwd", "", "abc"):
        with pytest.raises(TanyaError, match="bukan token"):
            tokens.revoke(wrong)


@pytest.mark.unit
def test_no_token_without_a_secret_or_a_sensible_time(tmp_path: Path) -> None:
    with pytest.raises(TanyaError, match="token_secret"):
        EmbedTokens(SecretStr(""), tmp_path).issue(COURSE, 1)
    for days in (0, -1, 1000, float("nan")):
        with pytest.raises(TanyaError, match="hari"):
            EmbedTokens(SECRET, tmp_path).issue(COURSE, days)


@pytest.mark.integration
def test_command_makes_and_revokes(course_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANYA_INDEX", str(course_index))
    monkeypatch.setenv("TANYA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TANYA_TOKEN_SECRET", SECRET.get_secret_value())
    run = CliRunner()
    made = run.invoke(command, ["token", "--course", COURSE, "--days", "3"])
    assert made.exit_code == 0
    token = made.stdout.strip()
    tokens = EmbedTokens(SECRET, tmp_path)
    tokens.check(token, COURSE)
    assert tokens.read(token).id in made.stderr
    assert run.invoke(command, ["token", "--revoke", tokens.read(token).id]).exit_code == 0
    with pytest.raises(TokenError):
        tokens.check(token, COURSE)
    assert isinstance(run.invoke(command, ["token", "--course", "tidak-ada"]).exception, TanyaError)
    assert run.invoke(command, ["token"]).exit_code == 2


# ---- what a bad token gets


@pytest.mark.integration
@pytest.mark.parametrize("name", NAMES)
def test_bad_token_is_refused_everywhere(guarded: TestClient, data_dir: Path, name: str) -> None:
    token, status, sentence = bad_tokens(data_dir)[name]
    page = guarded.get(f"/embed/{COURSE}", params={"token": token})
    assert page.status_code == status
    assert sentence in page.text
    assert f"frame-ancestors 'self' {ALLOWED}" in page.headers["content-security-policy"]
    if name == "odd characters":
        return  # cannot stand in a header
    headers = {"x-tanya-token": token, "origin": ALLOWED}
    asked = guarded.post("/api/ask", json={"question": QUESTION}, headers=headers)
    assert (asked.status_code, asked.json()) == (status, {"detail": sentence})
    body = {"model": COURSE, "messages": [{"role": "user", "content": QUESTION}]}
    headers = {"authorization": f"Bearer {token}", "origin": ALLOWED}
    completed = guarded.post("/v1/chat/completions", json=body, headers=headers)
    assert completed.status_code == status
    assert completed.json()["error"]["message"] == sentence


@pytest.mark.integration
def test_good_token_opens_frame_and_interfaces(guarded: TestClient, data_dir: Path) -> None:
    token, _ = EmbedTokens(SECRET, data_dir).issue(COURSE, 1)
    page = guarded.get(f"/embed/{COURSE}", params={"token": token})
    assert page.status_code == 200
    assert token in page.text
    headers = {"x-tanya-token": token, "origin": ALLOWED}
    asked = guarded.post("/api/ask", json={"question": QUESTION}, headers=headers)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == ALLOWED
    vote = {"id": asked.json()["id"], "vote": 1}
    assert guarded.post("/api/feedback", json=vote, headers={"origin": ALLOWED}).status_code == 401
    assert guarded.post("/api/feedback", json=vote, headers=headers).status_code == 200
    listed = guarded.get("/v1/models", headers={"authorization": f"Bearer {token}"}).json()
    assert [model["id"] for model in listed["data"]] == [COURSE]
    assert guarded.get("/v1/models").status_code == 401


@pytest.mark.integration
def test_full_chat_needs_no_token(guarded: TestClient) -> None:
    page = guarded.get(f"/c/{COURSE}")
    assert page.status_code == 200
    assert "frame-ancestors 'self';" in page.headers["content-security-policy"] + ";"
    own = {"origin": "http://testserver"}
    assert guarded.post("/api/ask", json={"question": QUESTION}, headers=own).status_code == 200
    assert guarded.post("/api/ask", json={"question": QUESTION}).status_code == 401


# ---- origins


@pytest.mark.integration
@pytest.mark.parametrize("path", ["/api/ask", "/api/feedback", "/v1/chat/completions", "/gradio_api/queue/join"])
@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://moodle.kampus.ac.id", f"{ALLOWED}.jahat.example"])
def test_foreign_origin_is_refused(client: TestClient, path: str, origin: str) -> None:
    response = client.post(path, json={"question": QUESTION}, headers={"origin": origin})
    assert response.status_code == 403
    assert "belum diizinkan" in response.json()["detail"]
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.integration
def test_allowed_origin_may_ask_and_read(client: TestClient) -> None:
    asks = {
        "origin": ALLOWED,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    before = client.options("/api/ask", headers=asks)
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == ALLOWED
    assert "content-type" in before.headers["access-control-allow-headers"]
    response = client.post("/api/ask", json={"question": QUESTION}, headers={"origin": ALLOWED})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert "access-control-allow-credentials" not in response.headers
    assert "Origin" in response.headers["vary"]
    assert client.options("/api/ask", headers={**asks, "origin": FOREIGN}).status_code == 403


@pytest.mark.integration
def test_who_may_frame(client: TestClient, quoting: Pipeline) -> None:
    embed = client.get(f"/embed/{COURSE}").headers
    assert f"frame-ancestors 'self' {ALLOWED}" in embed["content-security-policy"]
    assert embed["cross-origin-resource-policy"] == "cross-origin"
    full = client.get("/").headers
    assert full["content-security-policy"].endswith("frame-ancestors 'self'")
    assert full["cross-origin-resource-policy"] == "same-origin"
    script = client.get("/widget.js")
    assert script.status_code == 200
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "javascript" in script.headers["content-type"]
    with TestClient(create_app(quoting, quoting.settings)) as closed:
        assert closed.get(f"/embed/{COURSE}").headers["content-security-policy"].endswith("frame-ancestors 'self'")
        refused = closed.post("/api/ask", json={"question": QUESTION}, headers={"origin": ALLOWED})
        assert refused.status_code == 403


@pytest.mark.unit
@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://Moodle.kampus.ac.id/", ("https://moodle.kampus.ac.id",)),
        ("https://a.id:443, http://b.id:8080", ("https://a.id", "http://b.id:8080")),
        ('["https://a.id", "https://b.id"]', ("https://a.id", "https://b.id")),
        ("", ()),
    ],
)
def test_origins_are_read_as_browsers_write_them(
    given: str, read: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANYA_ALLOWED_ORIGINS", given)
    assert load_settings().allowed_origins == read


@pytest.mark.unit
@pytest.mark.parametrize(
    "wrong",
    [
        "moodle.kampus.ac.id", "https://a.id/kelas", "*", "https://*.kampus.ac.id", "ftp://a.id", "https://",
        "https://a.id?x=1", "https://a.id:99999", "https://orang@a.id", "https://a.id;script-src", "[",
    ],
)  # fmt: skip
def test_wrong_origin_is_a_sentence(wrong: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANYA_ALLOWED_ORIGINS", wrong)
    with pytest.raises(SettingsError, match="allowed_origins"):
        load_settings()


@pytest.mark.unit
def test_short_secret_is_refused_and_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANYA_TOKEN_SECRET", "pendek")
    with pytest.raises(SettingsError, match="token_secret") as told:
        load_settings()
    assert "pendek" not in str(told.value)
