"""Embed tokens and allowed origins: who gets in, who does not, and what they are told."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import expect
from pydantic import SecretStr
from typer.testing import CliRunner

from index.errors import SettingsError, TanyaError
from qa.cli import app as command
from qa.pipeline import Pipeline
from qa.settings import load_settings
from qa.types import Question
from qa.web.app import create_app
from qa.web.render import Turn, turn_html
from qa.web.sources import Material
from qa.web.tokens import EXPIRED, MISSING, NOT_VALID, OTHER_COURSE, REVOKED, EmbedTokens, TokenError
from qa.web.words import ENGLISH, INDONESIAN
from tests.browser import CHROMIUM, ask, assert_accessible, chromium, served, wait_for_answer

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


# Every door behind which a course stands; the token goes where that door takes it.
DOORS = [
    "frame", "ask", "vote", "completions", "models", "model", "document", "passage",
    "event ask", "event retry", "event show", "event next",
]  # fmt: skip
# Odd characters cannot stand in a header.
BAD = [(n, d) for n in NAMES for d in DOORS if n != "odd characters" or d not in DOORS[1:6]]


@pytest.fixture(scope="module")
def events(guarded: TestClient) -> dict[str, tuple[int, int]]:
    """Name of an event of the chat's page → its number and how many inputs stand before course and token."""
    found = {}
    for dependency in guarded.get("/config").json()["dependencies"]:
        if dependency["inputs"]:
            found[dependency["targets"][-1][1]] = (dependency["id"], len(dependency["inputs"]) - 2)
    return {"event ask": found["click"], **{f"event {name}": found[name] for name in ("retry", "show", "next")}}


def knock(
    client: TestClient, door: str, token: str, answered: dict[str, Any], events: dict[str, tuple[int, int]]
) -> Any:
    """Go to a door with a token, as a program or a page would."""
    citation = answered["citations"][0]
    headers = {"x-tanya-token": token, "origin": ALLOWED}
    key = {"authorization": f"Bearer {token}", "origin": ALLOWED}
    if door in events:
        number, before = events[door]
        data = [*[QUESTION, None, None][:before], COURSE, token]
        body = {"fn_index": number, "data": data, "event_data": {"question": QUESTION}, "session_hash": "abc"}
        return client.post("/gradio_api/queue/join", json=body)
    if door == "frame":
        return client.get(f"/embed/{COURSE}", params={"token": token})
    if door == "document":
        return client.get(f"/documents/{citation['source']}", params={"token": token})
    if door == "passage":
        return client.get(f"/passages/{citation['passage_id']}", params={"token": token})
    if door == "ask":
        return client.post("/api/ask", json={"question": QUESTION}, headers=headers)
    if door == "vote":
        return client.post("/api/feedback", json={"id": answered["id"], "vote": 1}, headers=headers)
    if door == "completions":
        body = {"model": COURSE, "messages": [{"role": "user", "content": QUESTION}]}
        return client.post("/v1/chat/completions", json=body, headers=key)
    return client.get(f"/v1/models{f'/{COURSE}' if door == 'model' else ''}", headers=key)


@pytest.fixture(scope="module")
def answered(guarded: TestClient, data_dir: Path) -> dict[str, Any]:
    """An answer that the guarded server gave to a good token."""
    token, _ = EmbedTokens(SECRET, data_dir).issue(COURSE, 1)
    given: dict[str, Any] = guarded.post(
        "/api/ask", json={"question": QUESTION}, headers={"x-tanya-token": token}
    ).json()
    return given


@pytest.mark.integration
@pytest.mark.parametrize(("name", "door"), BAD)
def test_bad_token_is_refused_at_every_door(
    guarded: TestClient,
    data_dir: Path,
    answered: dict[str, Any],
    events: dict[str, tuple[int, int]],
    name: str,
    door: str,
) -> None:
    token, status, sentence = bad_tokens(data_dir)[name]
    refused = knock(guarded, door, token, answered, events)
    assert refused.status_code == status
    assert sentence in (refused.text if door == "frame" else json.dumps(refused.json(), ensure_ascii=False))
    if door == "frame":
        assert f"frame-ancestors 'self' {ALLOWED}" in refused.headers["content-security-policy"]


@pytest.mark.integration
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", ["embed", "page"])
def test_good_token_opens_every_door(
    guarded: TestClient,
    data_dir: Path,
    answered: dict[str, Any],
    events: dict[str, tuple[int, int]],
    kind: str,
    door: str,
) -> None:
    tokens = EmbedTokens(SECRET, data_dir)
    token = tokens.issue(COURSE, 1)[0] if kind == "embed" else tokens.page_token(COURSE)
    response = knock(guarded, door, token, answered, events)
    # A page's token lets the full chat do everything, but no other site may open a frame with it.
    assert response.status_code == (401 if (kind, door) == ("page", "frame") else 200)
    if door == "models":
        assert [model["id"] for model in response.json()["data"]] == [COURSE]
    if door == "ask":
        assert response.headers["access-control-allow-origin"] == ALLOWED


@pytest.mark.integration
def test_every_event_with_input_ends_with_course_and_token(guarded: TestClient) -> None:
    config = guarded.get("/config").json()
    names = {component["id"]: component["props"].get("elem_id") for component in config["components"]}
    taking = [dependency for dependency in config["dependencies"] if dependency["inputs"]]
    assert len(taking) == 4
    for dependency in taking:
        assert [names[id] for id in dependency["inputs"][-2:]] == ["tm-course", "tm-token"]


@pytest.mark.integration
@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/api/predict"])
@pytest.mark.parametrize("data", [[QUESTION], [None, None], [QUESTION, None, None, COURSE, None], [COURSE, [1]]])
def test_event_with_anything_else_at_its_end_is_refused(guarded: TestClient, path: str, data: list[Any]) -> None:
    sent = guarded.post(path, json={"fn_index": 0, "data": data, "session_hash": "abc"})
    assert sent.status_code == 401


@pytest.mark.integration
def test_full_chat_carries_a_token_of_its_own(guarded: TestClient) -> None:
    page = guarded.get(f"/c/{COURSE}")
    assert page.status_code == 200
    assert "frame-ancestors 'self';" in page.headers["content-security-policy"] + ";"
    found = re.search(r' data-token="([^"]+)"', page.text)
    assert found and page.text.count(found[1]) == 2
    assert guarded.post("/api/ask", json={"question": QUESTION}, headers={"x-tanya-token": found[1]}).status_code == 200
    # What a browser says of itself any program can say too.
    own = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    assert guarded.post("/api/ask", json={"question": QUESTION}, headers=own).status_code == 401
    assert ' data-token="' not in guarded.get(f"/embed/{COURSE}").text


@pytest.mark.integration
def test_links_of_an_answer_and_of_its_reading_page_open(
    guarded: TestClient, data_dir: Path, quoting: Pipeline
) -> None:
    token, _ = EmbedTokens(SECRET, data_dir).issue(COURSE, 1)
    answer = quoting.answer(Question(QUESTION))
    material = Material(token=token)
    links = re.findall(r'href="([^"#]+)', turn_html(Turn("t", QUESTION, answer, "done"), material, ENGLISH))
    assert len(links) >= 2
    for link in map(unescape, links):
        page = guarded.get(f"/{link}")
        assert page.status_code == 200, link
        if link.startswith("passages/"):
            onward = [unescape(to) for to in re.findall(r'<a [^>]*href="\.\./([^"#]+)', page.text)]
            assert len(onward) == 2
            assert [guarded.get(f"/{to}").status_code for to in onward] == [200, 200]
            assert '<html lang="en">' in page.text and ">Back to the chat<" in page.text
    refused = guarded.get("/passages/x", params={"lang": "en"}, headers={"accept": "text/html"})
    assert refused.status_code == 401
    assert "This chat needs a token" in refused.text


@pytest.mark.unit
def test_page_token_lasts_a_day_and_is_none_where_none_is_needed(tmp_path: Path) -> None:
    now = [1000.0]
    tokens = EmbedTokens(SECRET, tmp_path, clock=lambda: now[0])
    token = tokens.page_token(COURSE)
    tokens.check(token, COURSE)
    with pytest.raises(TokenError, match="tidak dikenali"):
        tokens.check(token, COURSE, framed=True)
    with pytest.raises(TokenError, match="tidak dikenali"):
        tokens.check(token.replace("tp1", "tm1"), COURSE, framed=True)
    now[0] += 86_400
    with pytest.raises(TokenError, match="muat ulang"):
        tokens.check(token, COURSE)
    assert EmbedTokens(SecretStr(""), tmp_path).page_token(COURSE) == ""


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}; set TANYA_CHROMIUM")
def test_chat_and_frame_work_until_the_token_is_revoked(quoting: Pipeline, tmp_path: Path) -> None:
    changed = {"token_secret": SECRET, "data_dir": tmp_path}
    tokens = EmbedTokens(SECRET, tmp_path)
    token, says = tokens.issue(COURSE, 1)
    with served(quoting, quoting.settings.model_copy(update=changed)) as address, chromium() as browser:
        for start in ("/", f"/embed/{COURSE}?token={token}"):
            page = browser.new_context().new_page()
            page.goto(address + start)
            page.wait_for_selector("html[data-ready]")
            ask(page, QUESTION)
            wait_for_answer(page)
            page.get_by_role("button", name="Jawaban ini membantu").click()
            expect(page.locator(".tm-flash")).to_have_text(INDONESIAN.said["vote-thanks"])
            page.locator("a.tm-cite").first.click()
            with page.context.expect_page() as opened:
                page.get_by_text("Baca di konteksnya").first.click()
            expect(opened.value.locator("#kutipan")).to_be_visible()
            opened.value.close()
        tokens.revoke(says.id)
        ask(page, "Apa saja manfaatnya?")
        expect(page.locator("#tm-lost")).to_have_text(INDONESIAN.said["not-admitted"], timeout=20_000)
        expect(page.locator(".tm-turn")).to_have_count(1)
        assert_accessible(page, "refused")


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
