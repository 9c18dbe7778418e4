"""`webhooks register`, `list` and `remove`, over a sandbox on a real socket."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hostaway_mcp.app import build_app
from hostaway_mcp.cli.webhooks import shown_url
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.redaction import redact
from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.settings import read_settings
from hostaway_mcp.sync.webhooks import PATH, WebhookFile, WebhookState, check_webhook
from hostaway_mcp.web.web import build_web
from tests.cli.conftest import Shell

PUBLIC = "https://mcp.example.com"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> dict[int, Any]:
    """Credentials and a public address in the environment; gives the webhooks at the sandbox."""
    monkeypatch.setenv("HOSTAWAY_ACCOUNT_ID", sandbox.account_id)
    monkeypatch.setenv("HOSTAWAY_CLIENT_SECRET", sandbox.client_secret)
    monkeypatch.setenv("HOSTAWAY_MCP_PUBLIC_URL", PUBLIC)
    table: dict[int, Any] = sandbox.world.webhooks["unified"]
    return table


def kept(tmp_path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((tmp_path / "data" / "webhook-10001.json").read_text())
    return document


def assert_nothing_told(tmp_path: Path, *said: str) -> None:
    """Neither secret nor login nor password was printed, and the log would not show them."""
    for name in ("secret", "login", "password"):
        assert not any(kept(tmp_path)[name] in text for text in said)
        assert kept(tmp_path)[name] not in redact(f"see {kept(tmp_path)[name]} here")


def state(tmp_path: Path) -> WebhookState:
    async def ask() -> WebhookState:
        settings = read_settings()
        app = build_app(settings, state=MemoryState())
        try:
            return await check_webhook(app.hostaway, WebhookFile(tmp_path / "data", "10001"))
        finally:
            await app.aclose()

    return asyncio.run(ask())


def test_register_makes_one_webhook_and_keeps_what_it_must_know(
    shell: Shell, account: dict[int, Any], tmp_path: Path
) -> None:
    """Random, 43 letters each, mode 0600; what is printed holds none of it."""
    code, out, err = shell("webhooks", "register")
    assert (code, err) == (0, "")
    (webhook,) = account.values()
    here = kept(tmp_path)
    assert webhook["url"] == f"{PUBLIC}{PATH}{here['secret']}"
    assert (webhook["login"], webhook["password"]) == (here["login"], here["password"])
    assert (webhook["isEnabled"], webhook["id"]) == (1, here["webhook_id"])
    assert len({here["secret"], here["login"], here["password"]}) == 3
    assert all(len(here[name]) == 43 for name in ("secret", "login", "password"))
    assert (tmp_path / "data" / "webhook-10001.json").stat().st_mode & 0o777 == 0o600
    assert f"{PUBLIC}{PATH}…" in out
    assert_nothing_told(tmp_path, out)


def test_registered_twice_it_is_one_and_enabled_again(
    shell: Shell, account: dict[int, Any], tmp_path: Path
) -> None:
    """Hostaway disables a webhook that failed for five days; the secrets stay, the address may change."""
    shell("webhooks", "register")
    first = kept(tmp_path)
    next(iter(account.values()))["isEnabled"] = 0
    code, out, _ = shell("webhooks", "register", HOSTAWAY_MCP_PUBLIC_URL="https://other.example.com")
    assert code == 0
    assert out.startswith("Renewed")
    assert kept(tmp_path) == first
    (webhook,) = account.values()
    assert webhook["isEnabled"] == 1
    assert webhook["url"] == f"https://other.example.com{PATH}{first['secret']}"


def test_a_lost_file_makes_no_second_webhook(shell: Shell, account: dict[int, Any], tmp_path: Path) -> None:
    """New secrets for the one that leads here."""
    shell("webhooks", "register")
    first = kept(tmp_path)
    (tmp_path / "data" / "webhook-10001.json").unlink()
    assert shell("webhooks", "register")[0] == 0
    (webhook,) = account.values()
    assert kept(tmp_path)["secret"] != first["secret"]
    assert webhook["url"].endswith(kept(tmp_path)["secret"])


def test_a_failed_registration_is_gone_on_with(
    shell: Shell, account: dict[int, Any], sandbox: Sandbox, tmp_path: Path
) -> None:
    """Hostaway took it, the answer was lost: done again it finds the same one."""
    sandbox.faults.add("close", method="POST", path="/v1/webhooks*", committed=True)
    code, out, err = shell("webhooks", "register")
    assert code != 0
    assert len(account) == 1
    assert_nothing_told(tmp_path, out, err)
    assert shell("webhooks", "register")[0] == 0
    assert list(account) == [kept(tmp_path)["webhook_id"]]


def test_someone_elses_webhook_is_left_alone(shell: Shell, account: dict[int, Any], sandbox: Sandbox) -> None:
    """Also when it leads to the same host."""
    other = {
        "id": 5,
        "url": f"{PUBLIC}/hooks?token=abcdef123",
        "isEnabled": 0,
        "login": None,
        "password": None,
    }
    account[5] = dict(other)
    shell("webhooks", "register")
    assert len(account) == 2
    _, out, _ = shell("webhooks", "list")
    assert "abcdef123" not in out
    assert "5  DISABLED  another" in out
    assert shell("webhooks", "remove")[0] == 0
    assert account == {5: other}


def test_list_shows_the_state_and_the_last_deliveries(
    shell: Shell, account: dict[int, Any], sandbox: Sandbox, tmp_path: Path
) -> None:
    """The log has what the receiver answered, never the payload."""
    shell("webhooks", "register")
    number = kept(tmp_path)["webhook_id"]
    sandbox.world.webhook_logs["unified"].append(
        {
            "id": 1,
            "webhookNotificationSettingId": number,
            "object": "reservation",
            "objectId": 20_000_011,
            "event": "reservation.updated",
            "responseStatus": 200,
            "responseBody": "words of a receiver",
        }
    )
    code, out, _ = shell("webhooks", "list")
    assert code == 0
    assert f"{number}  enabled   this server  {PUBLIC}{PATH}…" in out
    assert "reservation.updated  20000011  answered 200" in out
    assert "words of a receiver" not in out
    assert_nothing_told(tmp_path, out)


def test_list_says_what_is_wrong(shell: Shell, account: dict[int, Any], tmp_path: Path) -> None:
    """Exit code 1, and the one repair; the same states are there for the checks."""
    code, out, _ = shell("webhooks", "list")
    assert (code, state(tmp_path)) == (1, WebhookState.NOT_REGISTERED)
    assert "webhooks register" in out
    shell("webhooks", "register")
    assert state(tmp_path) is WebhookState.ENABLED
    next(iter(account.values()))["isEnabled"] = 0
    code, out, _ = shell("webhooks", "list")
    assert (code, state(tmp_path)) == (1, WebhookState.DISABLED)
    assert "DISABLED" in out
    account.clear()
    code, out, _ = shell("webhooks", "list")
    assert (code, state(tmp_path)) == (1, WebhookState.GONE)
    assert "webhooks register" in out


def test_remove_deletes_both_sides(shell: Shell, account: dict[int, Any], tmp_path: Path) -> None:
    shell("webhooks", "register")
    code, out, _ = shell("webhooks", "remove")
    assert (code, out, account) == (0, "The webhook is removed.\n", {})
    assert not (tmp_path / "data" / "webhook-10001.json").exists()
    code, out, _ = shell("webhooks", "remove")
    assert (code, out) == (0, "No webhook of this server was registered.\n")


def test_what_hostaway_does_not_delete_stays_here(
    shell: Shell, account: dict[int, Any], sandbox: Sandbox, tmp_path: Path
) -> None:
    """Or nobody would know its secret any more."""
    shell("webhooks", "register")
    sandbox.faults.add("status", method="DELETE", path="/v1/webhooks*", status=403, times=None)
    assert shell("webhooks", "remove")[0] == 1
    assert kept(tmp_path)
    assert len(account) == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [("", "must be set before"), ("http://mcp.example.com", "must begin with https://")],
)
def test_the_public_address_must_be_safe(
    shell: Shell, account: dict[int, Any], tmp_path: Path, url: str, says: str
) -> None:
    """Guests' data must not travel in the clear."""
    code, out, err = shell("webhooks", "register", HOSTAWAY_MCP_PUBLIC_URL=url)
    assert (code, out) == (1, "")
    assert says in err
    assert account == {}
    assert not (tmp_path / "data" / "webhook-10001.json").exists()


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("url", ["http://127.0.0.1:8765", "http://localhost", "http://[::1]:8765"])
def test_on_loopback_http_will_do(shell: Shell, url: str) -> None:
    """For a sandbox on this machine."""
    assert shell("webhooks", "register", HOSTAWAY_MCP_PUBLIC_URL=url)[0] == 0


@pytest.mark.parametrize("command", ["register", "list", "remove"])
def test_without_credentials_nothing_is_begun(shell: Shell, command: str) -> None:
    """Exit code 3."""
    assert shell("webhooks", command, HOSTAWAY_MCP_PUBLIC_URL=PUBLIC)[0] == 3


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"{PUBLIC}{PATH}abc", f"{PUBLIC}{PATH}…"),
        ("https://user:pass@hooks.example.com:8443/t/abc?k=1#x", "https://hooks.example.com:8443/…"),
        ("", "://…"),
    ],
)
def test_an_address_is_shown_without_its_secret(url: str, shown: str) -> None:
    assert shown_url(url).replace(":///…", "://…") == shown


async def test_what_is_registered_is_let_in(sandbox: Sandbox, tmp_path: Path) -> None:
    """The probe and a change, sent as the sandbox addresses them, to the server that runs already."""
    from hostaway_mcp.sync.webhooks import register

    settings = read_settings(
        hostaway_account_id=sandbox.account_id,
        hostaway_client_secret=sandbox.client_secret,
        hostaway_mcp_public_url=PUBLIC,
    )
    app = build_app(settings, state=MemoryState())
    transport = httpx2.ASGITransport(app=build_web(app, host="127.0.0.1"))
    try:
        await register(app.hostaway, WebhookFile(tmp_path / "data", "10001"), public_url=PUBLIC)
        sandbox.world.touch_reservation(next(iter(sandbox.world.stays)), hostNote="x")
        async with httpx2.AsyncClient(transport=transport) as http:
            for one in sandbox.deliveries:
                answer = await http.post(one.url, json=one.body, auth=(one.login or "", one.password or ""))
                assert answer.status_code == 200, answer.text
        assert len(await (await app.replica.store()).deliveries.waiting()) == 1
    finally:
        await app.aclose()
