"""The door for Hostaway's webhooks: who is let in, what is kept, and when it is answered."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from hostaway_mcp.errors import StorageError
from hostaway_mcp.settings import LogLevel
from hostaway_mcp.store.deliveries import Deliveries
from hostaway_mcp.store.engine import Database
from hostaway_mcp.sync.webhooks import PATH, Registration, WebhookFile
from hostaway_mcp.telemetry.logs import configure_logs
from hostaway_mcp.web.web import build_web
from tests.support.house import House, house
from tests.web.conftest import BEARER, KEY
from tests.web.test_guards import assert_problem

OURS = Registration("s" * 43, "l" * 43, "p" * 43, 7)
BASIC = {"authorization": "Basic " + base64.b64encode(f"{OURS.login}:{OURS.password}".encode()).decode()}
URL = f"{PATH}{OURS.secret}"
UPDATED = {
    "object": "reservation",
    "event": "reservation.updated",
    "accountId": 10001,
    "data": {"id": 20_000_011, "updatedOn": "2026-07-23 11:59:00", "guestName": "Anna Secretguest"},
}
MESSAGE = {
    "object": "conversationMessage",
    "event": "message.received",
    "accountId": 10001,
    "data": {"id": 5, "conversationId": 6, "reservationId": 7, "body": "The code is 4711, isn't it?"},
}


@dataclass(frozen=True)
class Hook:
    """The door, and the file of the replica behind it."""

    http: httpx2.AsyncClient
    web: FastAPI
    home: House
    data: Path

    async def post(self, body: object, *, headers: dict[str, str] = BASIC, url: str = URL) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.post(url, content=content, headers=headers)

    def kept(self) -> list[tuple[str | None, int | None]]:
        """Event and object of every delivery that is in the file, as another process sees it."""
        if not (self.data / "replica.db").exists():
            return []
        with sqlite3.connect(self.data / "replica.db") as there:
            rows = there.execute("SELECT event, object_id FROM deliveries ORDER BY id").fetchall()
        there.close()
        return rows


@asynccontextmanager
async def hook(data: Path, *, registered: bool = True, **settings: Any) -> AsyncIterator[Hook]:
    """The door of a house with a key and a registered webhook."""
    if registered:
        WebhookFile(data, "10001").keep(OURS)
    values: dict[str, Any] = {"hostaway_mcp_http_key": KEY, "hostaway_mcp_data_dir": data} | settings
    async with house(listings=3, **values) as home:
        web = build_web(home.app, host="127.0.0.1")
        transport = httpx2.ASGITransport(app=web, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as http:
            yield Hook(http, web, home, data)


@pytest.mark.parametrize("body", [UPDATED, MESSAGE], ids=lambda body: body["event"])
async def test_a_delivery_is_kept_and_answered_200(tmp_path: Path, body: dict[str, Any]) -> None:
    """Without the key of the HTTP door, which Hostaway cannot send; parents need not be known."""
    async with hook(tmp_path) as at:
        response = await at.post(body)
        assert (response.status_code, response.json()) == (200, {"outcome": "new"})
        assert at.kept() == [(body["event"], body["data"]["id"])]
        (delivery,) = await (await at.home.app.replica.store()).deliveries.waiting()
        numbers = {"id", "conversationId", "reservationId"} & body["data"].keys()
        assert delivery.body["data"] == {name: body["data"][name] for name in numbers}, "no words are kept"
        assert at.home.upstream == []


async def test_the_same_delivery_again_is_answered_200_and_kept_once(tmp_path: Path) -> None:
    """One change may be delivered more than once (introduction of the reference); keys in any order."""
    async with hook(tmp_path) as at:
        for body in (UPDATED, UPDATED, dict(reversed(UPDATED.items()))):
            assert (await at.post(body)).status_code == 200
        assert len(at.kept()) == 1
        later = UPDATED | {"data": {"id": 20_000_011, "updatedOn": "2026-07-23 11:59:01"}}
        assert (await at.post(later)).json() == {"outcome": "new"}
        assert len(at.kept()) == 2


async def test_at_once_means_one_of_them_is_kept(tmp_path: Path) -> None:
    async with hook(tmp_path) as at:
        answers = await asyncio.gather(*(at.post(UPDATED) for _ in range(20)))
        assert [answer.status_code for answer in answers] == [200] * 20
        assert len(at.kept()) == 1


async def test_of_a_crowd_one_is_let_in_and_then_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two transactions in all; none is lost, and their order stays. One that comes alone does not wait."""
    write, whose = Database.write_at_once, []

    async def counted(database: Database, name: str, work: Any) -> Any:
        whose.append(name)
        return await write(database, name, work)

    async with hook(tmp_path) as at:
        await at.post(UPDATED)
        monkeypatch.setattr(Database, "write_at_once", counted)
        for crowd in (1, 20):
            whose.clear()
            await at.home.clock.sleep(1)
            bodies = [{"event": "reservation.updated", "data": {"id": crowd + n}} for n in range(crowd)]
            answers = await asyncio.gather(*(at.post(body) for body in bodies))
            assert [answer.json() for answer in answers] == [{"outcome": "new"}] * crowd
            assert len(whose) == min(crowd, 2)
            assert [number for _, number in at.kept()][-crowd:] == [crowd + n for n in range(crowd)]


@pytest.mark.parametrize(
    "body",
    [
        {"event": "listing.updated", "accountId": 10001, "data": {"id": 1}},
        {"event": "x" * 5_000, "data": None},
        {"event": "with\0zero", "object": 5, "data": {"id": "not a number"}},
        {"event": {"a": 1}, "data": [1, 2], "accountId": "10001"},
        {"data": {"id": 10**40, "half": "\ud800"}},
        {},
    ],
)
async def test_unknown_events_are_kept(tmp_path: Path, body: dict[str, Any]) -> None:
    """More may come; they are answered 200 (reference, "Unified webhooks")."""
    async with hook(tmp_path) as at:
        assert (await at.post(body)).status_code == 200
        assert len(at.kept()) == 1


async def test_the_probe_of_the_registration_is_answered_and_not_kept(tmp_path: Path) -> None:
    """A shipping connector met it."""
    async with hook(tmp_path) as at:
        assert (await at.post({"data": "test"})).status_code == 200
        assert at.kept() == []


@pytest.mark.parametrize("secret", ["wrong", OURS.secret[:-1], OURS.secret + "x", OURS.secret.upper(), "%00"])
async def test_a_wrong_secret_is_an_unknown_path(tmp_path: Path, secret: str) -> None:
    """Byte for byte the answer of any other path, with and without good credentials."""
    async with hook(tmp_path) as at:
        unknown = await at.http.post("/nothing", content=b"{}")
        for headers in ({}, BASIC):
            response = await at.post(UPDATED, headers=headers, url=f"{PATH}{secret}")
            assert_problem(response, 404, "no_route")
            assert response.content == unknown.content
            assert set(response.headers) == set(unknown.headers)
        assert at.kept() == []


async def test_without_a_registration_there_is_no_such_path(tmp_path: Path) -> None:
    """And one that comes while the server runs is seen at once, for the probe comes then."""
    async with hook(tmp_path, registered=False) as at:
        assert_problem(await at.post({"data": "test"}), 404, "no_route")
        WebhookFile(tmp_path, "10001").keep(OURS)
        assert (await at.post({"data": "test"})).status_code == 200
        WebhookFile(tmp_path, "10001").forget()
        assert_problem(await at.post({"data": "test"}), 404, "no_route")


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        BEARER,
        {"authorization": "Basic"},
        {"authorization": "Basic !!!"},
        {"authorization": basic("")},
        {"authorization": basic(":")},
        {"authorization": basic(f"{OURS.login}:")},
        {"authorization": basic(f"{OURS.login}:{OURS.password}x")},
        {"authorization": basic(f"{OURS.login.upper()}:{OURS.password}")},
        {"authorization": BASIC["authorization"].replace("Basic", "Bearer")},
        [("authorization", BASIC["authorization"]), ("authorization", BASIC["authorization"])],
    ],
)
async def test_wrong_credentials_are_401(tmp_path: Path, headers: Any) -> None:
    """Also the key of the HTTP door is no login of Hostaway's."""
    async with hook(tmp_path) as at:
        response = await at.post(UPDATED, headers=headers)
        assert_problem(response, 401, "login_needed")
        assert response.headers["www-authenticate"].startswith("Basic")
        assert at.kept() == []


async def test_hostaways_login_opens_nothing_else(tmp_path: Path) -> None:
    """Neither another route, nor another method, nor a path that leads out of this one."""
    async with hook(tmp_path) as at:
        for path in ("/ready", "/metrics", "/docs", "/openapi.json", "/api/v1/check_connection"):
            assert_problem(await at.http.get(path, headers=BASIC), 401, "key_needed")
        assert_problem(await at.http.post("/mcp", headers=BASIC, content=b"{}"), 401, "key_needed")
        for method in ("GET", "PUT", "DELETE", "HEAD"):
            assert (await at.http.request(method, URL, headers=BASIC)).status_code == 405
        for path in (PATH, f"{URL}/", f"{URL}/mcp", f"{PATH}..%2f..%2fmcp", f"{PATH}%2e%2e/mcp", f"/x{URL}"):
            assert (await at.http.post(path, headers=BASIC, content=b"{}")).status_code in (401, 404), path
        assert at.home.upstream == []


async def test_without_a_key_the_rules_are_the_same(tmp_path: Path) -> None:
    async with hook(tmp_path, hostaway_mcp_http_key="") as at:
        assert_problem(await at.post(UPDATED, headers={}), 401, "login_needed")
        assert_problem(await at.post(UPDATED, url=f"{PATH}x"), 404, "no_route")
        assert (await at.post(UPDATED)).status_code == 200


@pytest.mark.parametrize("account", [10002, "20002", True, 10001.5, {}, [10001], ""])
async def test_a_delivery_for_another_account_is_refused(tmp_path: Path, account: object) -> None:
    """`accountId` is the only word of whose it is."""
    async with hook(tmp_path) as at:
        assert_problem(await at.post(UPDATED | {"accountId": account}), 403, "foreign_account")
        assert at.kept() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"test"',
        b"{",
        b'{"data": NaN}',
        b"data=test",
        b"\xff\xfe{}",
        '{"data": "test"}'.encode("utf-16"),
        b'{"a":' * 100_000,
        b'{"n": ' + b"9" * 5_000 + b"}",
        b"\x1f\x8b\x08\x00",
    ],
    ids=lambda body: repr(body[:12]),
)
async def test_what_is_no_json_object_is_400(tmp_path: Path, body: bytes) -> None:
    """Hostaway never repeats a 4xx, so each is in the log."""
    async with hook(tmp_path) as at:
        assert_problem(await at.post(body), 400, "invalid_input")
        assert at.kept() == []


async def test_guards_of_size_and_origin_stay(tmp_path: Path) -> None:
    async with hook(tmp_path) as at:
        assert_problem(await at.post(b" " * (2**20 + 1)), 413, "body_too_large")
        assert_problem(await at.post(UPDATED, headers=BASIC | {"host": "evil.example"}), 421, "foreign_host")
        foreign = BASIC | {"origin": "https://evil.example"}
        assert_problem(await at.post(UPDATED, headers=foreign), 403, "foreign_origin")
        assert at.kept() == []


async def test_no_body_is_read_of_who_does_not_know_the_secret(tmp_path: Path) -> None:
    """Strangers cannot make the server hold their megabytes."""

    async def never() -> AsyncIterator[bytes]:
        raise AssertionError
        yield b""

    async with hook(tmp_path) as at:
        for url, headers in ((f"{PATH}wrong", BASIC), (URL, {})):
            response = await at.http.post(url, content=never(), headers=headers)
            assert response.status_code in (401, 404)


async def test_a_store_that_cannot_be_written_is_503(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hostaway tries again after 503 and 429 only; then it is kept, once."""

    async def full(*_: object, **__: object) -> bool:
        raise StorageError("The disk of the store is full.", hint="Free some space in /secret/place.")

    async with hook(tmp_path) as at:
        with monkeypatch.context() as broken:
            broken.setattr(Deliveries, "keep", full)
            response = await at.post(UPDATED)
            assert_problem(response, 503, "storage")
            assert response.headers["retry-after"] == "60"
            assert "/secret/place" not in response.text
        assert (await at.post(UPDATED)).json() == {"outcome": "new"}


async def test_a_store_that_cannot_be_opened_is_503(tmp_path: Path) -> None:
    (tmp_path / "replica.db").write_bytes(b"not a database" * 100)
    async with hook(tmp_path) as at:
        assert_problem(await at.post(UPDATED), 503, "storage")


async def test_a_store_that_hangs_is_503_before_hostaway_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits 20 s for the answer (changelog of 2026-07-22)."""
    async with hook(tmp_path) as at:
        began = at.home.clock.monotonic()
        monkeypatch.setattr(Deliveries, "keep", lambda *_: asyncio.Event().wait())
        assert_problem(await at.post(UPDATED), 503, "storage")
        assert at.home.clock.monotonic() - began < 20


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"secret": "", "login": "", "password": ""}'])
async def test_a_file_that_cannot_be_used_lets_nobody_in(tmp_path: Path, content: bytes) -> None:
    """503, since it can be mended; above all an empty secret is none."""
    async with hook(tmp_path) as at:
        WebhookFile(tmp_path, "10001").path.write_bytes(content)
        for url in (URL, f"{PATH}x"):
            assert_problem(
                await at.post(UPDATED, url=url, headers={"authorization": basic(":")}), 503, "storage"
            )


async def test_a_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    async with hook(tmp_path) as at:
        path = WebhookFile(tmp_path, "10001").path
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o644)
        assert_problem(await at.post(UPDATED), 503, "storage")


async def test_the_answer_comes_after_the_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the head of the 200 is sent, another process sees the delivery."""
    seen: list[tuple[int, int]] = []
    async with hook(tmp_path) as at:
        inner = at.web.__call__

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            async def look(message: Any) -> None:
                if message["type"] == "http.response.start":
                    seen.append((message["status"], len(at.kept())))
                await send(message)

            await inner(scope, receive, look)

        transport = httpx2.ASGITransport(app=watched)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as http:
            await http.post(URL, json=UPDATED, headers=BASIC)
    assert seen == [(200, 1)]


async def test_killed_between_it_is_not_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended before the row is kept: no 200, and the next attempt is kept. After it: known."""
    keep, before = Deliveries.keep, True

    async def cut(self: Deliveries, *args: Any) -> bool:
        if before:
            raise asyncio.CancelledError
        await keep(self, *args)
        raise asyncio.CancelledError

    async with hook(tmp_path) as at:
        monkeypatch.setattr(Deliveries, "keep", cut)
        for expected in (0, 1):
            with pytest.raises(asyncio.CancelledError):
                await at.post(UPDATED)
            assert len(at.kept()) == expected
            before = False
        monkeypatch.undo()
        assert (await at.post(UPDATED)).json() == {"outcome": "known"}
        assert len(at.kept()) == 1


FORGED = 10_000


async def test_no_forged_post_is_accepted(tmp_path: Path) -> None:
    """Ten thousand, each wrong in its path, its login or both; the same in every run."""
    dice = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

    def near(secret: str) -> str:
        at = dice.randrange(len(secret))
        other = dice.choice(letters.replace(secret[at], ""))
        whole = "".join(dice.choices(letters, k=dice.randint(1, 60)))
        return dice.choice((secret[:at] + other + secret[at + 1 :], secret[:at], secret + other, whole))

    async with hook(tmp_path) as at:
        statuses = set()
        for number in range(FORGED):
            wrong_path = number % 3 != 0
            secret = near(OURS.secret) if wrong_path else OURS.secret
            pair = (
                f"{near(OURS.login)}:{OURS.password}" if number % 2 else f"{OURS.login}:{near(OURS.password)}"
            )
            headers = BASIC if wrong_path and number % 3 == 1 else {"authorization": basic(pair)}
            status = (await at.post(UPDATED, url=f"{PATH}{secret or 'x'}", headers=headers)).status_code
            assert status == (404 if wrong_path else 401)
            statuses.add(status)
        assert statuses == {401, 404}
        assert at.kept() == []


async def test_no_secret_is_in_any_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither of ours nor of a guest, whatever comes; each refusal is one line."""
    lines = io.StringIO()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    configure_logs(level=LogLevel.DEBUG, stream=lines)
    try:
        async with hook(tmp_path) as at:
            logging.getLogger("uvicorn.access").warning('"POST %s HTTP/1.1" 200', URL)
            logging.getLogger("other").warning("pass %s %s", OURS.password, BASIC["authorization"])
            for body in (UPDATED, MESSAGE, b"nonsense", UPDATED | {"accountId": 5}, b" " * (2**20 + 1)):
                await at.post(body)
            await at.post(UPDATED, headers={})
            await at.post(UPDATED, url=f"{PATH}{OURS.secret}x")
    finally:
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)
    text = lines.getvalue()
    for secret in (OURS.secret, OURS.login, OURS.password, BASIC["authorization"][6:], "Secretguest", "4711"):
        assert secret not in text
    events = [json.loads(line)["event"] for line in text.splitlines()]
    assert events.count("delivery_kept") == 2
    assert events.count("delivery_refused") == 3
    assert events.count("request_refused") == 2
