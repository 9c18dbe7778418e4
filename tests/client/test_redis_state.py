"""The state in Redis: whose time it keeps, what it does when changes are lost, and when Redis is away."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from hostaway_mcp.app import build_app
from hostaway_mcp.calls import Lane
from hostaway_mcp.client import redis_state
from hostaway_mcp.client.governor.book import Book
from hostaway_mcp.client.governor.document import from_json, to_json
from hostaway_mcp.client.governor.governor import KEY, LeaseGovernor
from hostaway_mcp.client.governor.records import Lease, Limits, Line
from hostaway_mcp.client.governor.scope import Scope
from hostaway_mcp.client.protocol import JsonObject
from hostaway_mcp.client.redis_state import AWAY_SECONDS, KEPT_SECONDS, RedisState
from hostaway_mcp.client.shared import FileState
from hostaway_mcp.clock import SystemClock
from hostaway_mcp.errors import HostawayMcpError, SettingsError, StorageError
from hostaway_mcp.redaction import redact
from hostaway_mcp.settings import Settings
from tests.client.governor.children import LIMIT, WINDOW
from tests.client.governor.test_processes import (
    free_port,
    fullest_window,
    outputs,
    processes,
    token_when_ready,
)
from tests.client.rig import LISTINGS, transport_for
from tests.support import servers
from tests.support.clock import FakeClock
from tests.support.worlds import new_sandbox

HOUR = 3_600.0


# -- a Redis for tests; other tests use these too --


def redis_url() -> str:
    """The Redis of HOSTAWAY_MCP_TEST_REDIS_URL, or the one of this machine; skips without one."""
    pytest.importorskip("redis", reason="the package redis is not installed")
    return servers.redis_server()


@contextmanager
def a_prefix(url: str) -> Iterator[str]:
    """Keys that nobody else uses, removed at the end."""
    import redis

    prefix = f"hostaway-mcp-test-{secrets.token_hex(8)}"
    with redis.Redis.from_url(url) as client:
        try:
            yield prefix
        finally:
            for key in list(client.scan_iter(match=f"{prefix}:*")):
                client.delete(key)


class VirtualRedis(RedisState):
    """A real Redis, but its clock is a virtual one that is hours from that of the machine."""

    def __init__(self, url: str, *, clock: FakeClock, ahead: float = 5 * HOUR, **options: Any) -> None:
        super().__init__(url, clock=clock, **options)
        self.virtual, self.ahead = clock, ahead

    def _ask(self, script: Any, key: str, *arguments: str | int) -> Any:
        answer = super()._ask(script, key, *arguments)
        if script is not self._read_script:
            return answer
        seconds, micros = divmod(int((self.virtual.monotonic() + self.ahead) * 1e6), 1_000_000)
        return [seconds, micros, *answer[2:]]


@pytest.fixture
def url() -> str:
    return redis_url()


@pytest.fixture
def prefix(url: str) -> Iterator[str]:
    with a_prefix(url) as name:
        yield name


@pytest.fixture
def open_state(url: str, prefix: str) -> Iterator[Callable[..., RedisState]]:
    """Makes states on the same keys, and closes them."""
    opened: list[RedisState] = []

    def one(kind: type[RedisState] = RedisState, *, at: str = url, **options: Any) -> RedisState:
        clock = options.pop("clock", None) or SystemClock()
        opened.append(kind(at, clock=clock, prefix=prefix, **options))
        return opened[-1]

    yield one
    for state in opened:
        state.close()


@pytest.fixture
def raw(url: str) -> Iterator[Any]:
    """A plain client, to look at what is kept and to spoil it."""
    import redis

    with redis.Redis.from_url(url, decode_responses=True) as client:
        yield client


States = Callable[..., RedisState]


def counted(document: JsonObject | None) -> tuple[JsonObject, int]:
    count = (document or {"count": 0})["count"] + 1
    return {"count": count}, count


async def turns(governor: LeaseGovernor, clock: FakeClock, number: int, sent: list[float]) -> None:
    """So many requests at once, of a quarter second each."""

    async def one() -> None:
        async with governor.turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=1_000.0):
            sent.append(asyncio.get_running_loop().time())
            await clock.sleep(0.25)

    await asyncio.gather(*(one() for _ in range(number)))


# -- whose time --


async def test_two_machines_whose_clocks_differ_by_hours_share_one_budget(open_state: States) -> None:
    """Fifteen in a window between them, the next ones a window after the first answers."""
    one = FakeClock(monotonic=100.0)
    other = FakeClock(monotonic=100.0 + 9 * HOUR)
    governors = [
        LeaseGovernor(open_state(VirtualRedis, clock=clock, ahead=20 * HOUR - clock.monotonic()), clock=clock)
        for clock in (one, other)
    ]
    began, sent = asyncio.get_running_loop().time(), list[float]()
    await asyncio.gather(*(turns(governor, one, 20, sent) for governor in governors))
    at = [instant - began for instant in sent]
    assert at[:15] == [0.0] * 15
    assert at[15:30] == pytest.approx([10.25] * 15, abs=0.03)
    assert at[30:] == pytest.approx([20.5] * 10, abs=0.05)
    budgets = [governor.budget(account="1") for governor in governors]
    assert [budget.ip_used for budget in budgets] == [10, 10]


async def test_two_machines_whose_clocks_differ_by_hours_share_one_token(open_state: States) -> None:
    """The second waits for the claim of the first, and uses its token no earlier than Hostaway takes it."""
    clocks = [FakeClock(monotonic=100.0), FakeClock(monotonic=100.0 + 9 * HOUR)]
    sandbox = new_sandbox(listings=2, clock=clocks[0], limits=None)
    states = [open_state(VirtualRedis, clock=clock, ahead=-clock.monotonic()) for clock in clocks]
    transports = [
        transport_for(sandbox, clock, state=state) for clock, state in zip(clocks, states, strict=True)
    ]
    await asyncio.gather(*(transport.call(LISTINGS) for transport in transports))
    assert (sandbox.tokens_issued, sandbox.early_uses) == (1, 0)
    sandbox.revoke_all_tokens()
    await clocks[0].sleep(100)
    await asyncio.gather(*(transport.call(LISTINGS) for transport in transports))
    assert (sandbox.tokens_issued, sandbox.early_uses) == (2, 0)
    for transport in transports:
        await transport.aclose()


async def test_a_redis_whose_clock_is_set_back_goes_on_from_where_it_was(open_state: States) -> None:
    """Fifteen were sent; an hour back, the sixteenth still waits for a window and no longer."""
    clock = FakeClock()
    state = open_state(VirtualRedis, clock=clock, ahead=5 * HOUR)
    governor, sent = LeaseGovernor(state, clock=clock), list[float]()
    await turns(governor, clock, 15, sent)
    assert isinstance(state, VirtualRedis)
    state.ahead = 4 * HOUR
    await turns(governor, clock, 15, sent)
    assert sent[15] - sent[0] == pytest.approx(10.25, abs=0.05)
    assert sent[-1] - sent[0] == pytest.approx(10.25, abs=0.05)


def test_every_instant_of_the_lease_book_is_moved() -> None:
    """The whole book, read on a machine whose clock is 1,000 s behind, says the same 1,000 s later."""

    def book(by: float) -> Book:
        scope = Scope(paused_until=5_001.0 + by, paced_at=5_002.0 + by, lowered_to=12, clean=3)
        return Book(
            Limits(),
            leases=[Lease(1, "1", 5_003.0 + by, 5_004.0 + by), Lease(2, "1", 5_005.0 + by)],
            lines={"a": Line("1", Lane.BACKGROUND, 2, 3, 5_006.0 + by, 5_007.0 + by)},
            ip=scope,
            accounts={"1": scope},
            claims={"15:20:10.0": 5_008.0 + by},
            serial=3,
            person_at=5_009.0 + by,
            response_seconds=0.5,
            refused=4,
            others_until=5_010.0 + by,
            touched=5_011.0 + by,
        )

    known = """limits leases lines ip accounts claims serial person_at response_seconds refused
        others_until touched"""
    assert {field.name for field in fields(Book)} == set(known.split()), "is a new one an instant?"
    moved = redis_state._moved(KEY, to_json(book(0.0)), 1_000.0)
    assert moved == to_json(book(1_000.0))
    assert from_json(moved, limits=Limits(), now=6_000.0).leases == book(1_000.0).leases
    assert redis_state._moved(KEY, to_json(Book(Limits())), 1.0)["person_at"] is None


def test_every_instant_of_the_token_is_moved_and_its_dates_are_not() -> None:
    """`issued_at` and `expires_at` are UTC, the same on every machine."""
    dates = {"issued_at": 1.0, "expires_at": 2.0, "after_refusal": False}

    def document(by: float) -> JsonObject:
        return {
            "token": {"value": "t", "usable_from": 10.0 + by, **dates},
            "claim": {"holder": "h", "until": 20.0 + by},
            "attempted_at": 30.0 + by,
            "rejected_at": 40.0 + by,
        }

    assert redis_state._moved("token:x", document(0.0), 5.0) == document(5.0)
    assert redis_state._moved("token:x", {}, 5.0) == {}


# -- what is kept --


def test_nothing_stays_for_ever(open_state: States, raw: Any, prefix: str) -> None:
    """Thirty days after the last change."""
    open_state().update("k", counted)
    assert 0 < raw.ttl(f"{prefix}:k") <= KEPT_SECONDS


def test_a_change_is_made_again_when_another_came_between(open_state: States) -> None:
    """Nothing is lost: the second try sees what the other wrote."""
    state, other = open_state(), open_state()
    tries: list[int] = []

    def slow(document: JsonObject | None) -> tuple[JsonObject, int]:
        if not tries:
            other.update("k", counted)
        tries.append(1)
        return counted(document)

    assert state.update("k", slow) == 2
    assert len(tries) == 2


def test_a_change_that_is_always_overtaken_is_given_up(
    open_state: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one sentence, after the time that a file may be locked as well."""
    monkeypatch.setattr(redis_state, "BUSY_SECONDS", 0.02)
    state, other = open_state(), open_state()
    written: list[int] = []

    def slow(document: JsonObject | None) -> tuple[JsonObject, int]:
        written.append(other.update("k", counted))
        return counted(document)

    with pytest.raises(StorageError, match="others change it all the time"):
        state.update("k", slow)
    assert state.update("k", counted) == len(written) + 1


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # it does little, and opens nothing inherited
def test_a_forked_child_connects_for_itself(open_state: States) -> None:
    state = open_state()
    state.update("k", counted)
    child = os.fork()
    if child == 0:
        try:
            os._exit(state.update("k", counted))
        finally:
            os._exit(99)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 2
    assert state.update("k", counted) == 3


# -- changes that were lost --


@pytest.mark.parametrize("loss", ["new", "emptied", "another life", "unreadable", "another kind"])
async def test_a_lease_book_that_may_lack_changes_pauses_once(
    open_state: States, raw: Any, prefix: str, loss: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing for eleven seconds, for every machine; then as ever."""
    clock, sent = FakeClock(), list[float]()
    states = [open_state(VirtualRedis, clock=clock, pause_seconds=11.0) for _ in range(2)]
    first, second = (LeaseGovernor(state, clock=clock) for state in states)
    if loss != "new":
        await turns(first, clock, 1, sent)
        await clock.sleep(100)
    spoil: dict[str, Callable[[], object]] = {
        "new": lambda: None,
        "emptied": lambda: raw.delete(f"{prefix}:{KEY}"),
        "another life": lambda: raw.hset(f"{prefix}:{KEY}", "life", "0" * 40),
        "unreadable": lambda: raw.hset(f"{prefix}:{KEY}", "body", "{"),
        "another kind": lambda: raw.hset(f"{prefix}:{KEY}", "body", '{"leases":3}'),
    }
    spoil[loss]()
    caplog.clear()
    sent.clear()
    began = asyncio.get_running_loop().time()
    await turns(second, clock, 1, sent)
    await turns(first, clock, 1, sent)
    assert [instant - began for instant in sent] == pytest.approx([11.0, 11.25], abs=0.01)
    expected = ["shared_document_unreadable"] if loss in ("unreadable", "another kind") else []
    assert [record.message for record in caplog.records] == [*expected, "lease_book_unsure"]


async def test_turns_under_way_when_the_book_was_lost_are_not_taken_for_new_ones(
    open_state: States, raw: Any, prefix: str
) -> None:
    """Serials go on from the time, so the end of an old request ends no lease that was given since."""
    clock = FakeClock()
    state = open_state(VirtualRedis, clock=clock, pause_seconds=11.0)
    governor = LeaseGovernor(state, clock=clock)
    turn = governor.turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=20.0)
    async with turn:
        raw.delete(f"{prefix}:{KEY}")
        async with governor.turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=20.0):
            before = state.read(KEY)
    assert before is not None
    after = state.read(KEY)
    assert after is not None
    serials = {lease[0] for lease in after["leases"]}
    assert len(serials) == len(after["leases"]) == 2
    assert {lease[0] for lease in before["leases"]} < serials


# -- when it is away --


@contextmanager
def nothing_there() -> Iterator[str]:
    """The address of a port at which nobody listens, and nobody else begins to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"redis://:pa55word-x7@127.0.0.1:{held.getsockname()[1]}/0"


def test_a_redis_that_is_away_is_one_sentence(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again a second later; until then everybody is refused without asking. No password anywhere."""
    pytest.importorskip("redis")
    clock = FakeClock()
    with nothing_there() as address:
        state = RedisState(address, clock=clock)
        with pytest.raises(StorageError) as caught:
            state.update("k", counted)
        port = address.rpartition(":")[2].removesuffix("/0")
        assert caught.value.message == (
            f"The Redis at 127.0.0.1:{port}, which holds the shared budget, cannot be used: "
            "it cannot be reached."
        )
        assert caught.value.hint is not None
        assert caught.value.hint.startswith("Nothing is sent without it; ask again in a moment")
        assert caught.value.retry_after_seconds == AWAY_SECONDS
        shown = "".join(traceback.format_exception(caught.value)) + repr(state) + caplog.text
        assert "x7" not in shown
        monkeypatch.setattr(state, "_read_script", lambda **_: pytest.fail("it was asked again"))
        with pytest.raises(StorageError, match="cannot be reached"):
            state.read("k")


async def test_nobody_gets_a_turn_while_redis_is_away() -> None:
    """The budget is not known, so nothing is sent."""
    pytest.importorskip("redis")
    clock = FakeClock()
    with nothing_there() as address:
        governor = LeaseGovernor(RedisState(address, clock=clock), clock=clock)
        with pytest.raises(StorageError, match="cannot be reached"):
            async with governor.turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=5.0):
                raise AssertionError


class Between:
    """Stands between a state and Redis, and cuts what it is told to."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._redis = (parts.hostname or "127.0.0.1", parts.port or 6379)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.closed = self.mute = False
        self.swallow = b""
        """The answer to the next request with these bytes is not given; the connection ends instead."""
        self.connections = 0
        login, at, _ = parts.netloc.rpartition("@")
        here = f"{login}{at}127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = parts._replace(netloc=here).geturl()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Ends all connections."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def close(self) -> None:
        self.closed = True
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.closed:
                client.close()
                continue
            self.connections += 1
            server = socket.create_connection(self._redis)
            self._open += [client, server]
            last = [b""]
            threading.Thread(target=self._pump, args=(client, server, last, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, last, True), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, last: list[bytes], answers: bool) -> None:
        with source:
            try:
                while data := source.recv(65_536):
                    if not answers:
                        last[0] = data
                    elif self.swallow and self.swallow in last[0]:
                        self.swallow = b""
                        break
                    if not self.mute:
                        sink.sendall(data)
                sink.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


@pytest.fixture
def between(url: str) -> Iterator[Between]:
    one = Between(url)
    yield one
    one.close()


def test_a_connection_that_was_cut_is_made_again(open_state: States, between: Between) -> None:
    """As load balancers and firewalls do with idle ones: nobody notices."""
    state = open_state(at=between.url)
    assert state.update("k", counted) == 1
    between.cut()
    assert state.update("k", counted) == 2
    assert between.connections == 2


def test_a_change_whose_answer_was_lost_is_made_once(open_state: States, between: Between) -> None:
    """Redis had written it when the connection broke; it is sent again, and known by its id."""
    state = open_state(at=between.url)
    state.update("k", counted)
    between.swallow = state._write_script.sha.encode()
    calls: list[int] = []

    def noted(document: JsonObject | None) -> tuple[JsonObject, int]:
        calls.append(1)
        return counted(document)

    assert state.update("k", noted) == 2
    assert (len(calls), between.swallow, between.connections) == (1, b"", 2)
    assert state.read("k") == {"count": 2}


def test_a_redis_that_went_and_came_back_is_used_again(open_state: States, between: Between) -> None:
    """Refused while it is away and for a second after; no restart is needed."""
    clock = FakeClock()
    state = open_state(at=between.url, clock=clock)
    state.update("k", counted)
    between.closed = True
    between.cut()
    with pytest.raises(StorageError, match="cannot be reached"):
        state.update("k", counted)
    between.closed = False
    with pytest.raises(StorageError, match="cannot be reached"):
        state.update("k", counted)
    clock.advance(AWAY_SECONDS)
    assert state.update("k", counted) == 2


def test_a_redis_that_hangs_holds_up_nobody_for_long(
    open_state: States, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_state, "ANSWER_SECONDS", 0.05)
    between.mute = True
    with pytest.raises(StorageError, match="it does not answer"):
        open_state(at=between.url, clock=FakeClock()).update("k", counted)
    assert between.connections == 1


async def test_an_answer_is_worth_more_than_its_lease(
    open_state: States, between: Between, caplog: pytest.LogCaptureFixture
) -> None:
    """Redis goes while a request is under way: it is answered, and its lease comes back by itself."""
    clock = FakeClock()
    governor = LeaseGovernor(open_state(VirtualRedis, at=between.url, clock=clock), clock=clock, ip_limit=1)
    async with governor.turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=5.0):
        between.closed = True
        between.cut()
    assert "lease_book_not_written" in caplog.text
    between.closed = False
    clock.advance(AWAY_SECONDS)
    assert governor.budget(account="1").ip_used == 1


# -- the setting --


PASSWORD_URL = SecretStr("redis://:pa55word-x7@127.0.0.1:6379/0")


def settings(tmp_path: Path, url: SecretStr) -> Settings:
    return Settings(
        _env_file=None,
        hostaway_account_id="10001",
        hostaway_client_secret=SecretStr("a-secret-of-the-tests"),
        hostaway_mcp_data_dir=tmp_path / "data",
        hostaway_mcp_redis_url=url,
    )


def test_the_setting_chooses_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With it Redis, without it the file; neither is opened by building the house."""
    pytest.importorskip("redis")
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it connected"))
    with_redis = build_app(settings(tmp_path, PASSWORD_URL)).hostaway.transport._tokens._state
    assert isinstance(with_redis, RedisState)
    assert with_redis._pause_seconds == 11.0
    without = build_app(settings(tmp_path, SecretStr(""))).hostaway.transport._tokens._state
    assert isinstance(without, FileState)
    assert not (tmp_path / "data").exists()


def test_without_the_extra_it_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(SettingsError) as caught:
        build_app(settings(tmp_path, PASSWORD_URL))
    assert caught.value.message == "HOSTAWAY_MCP_REDIS_URL is set, but the package redis is not installed."
    assert caught.value.hint == "pip install 'hostaway-mcp[redis]', or unset it."
    build_app(settings(tmp_path, SecretStr("")))


def test_the_package_is_loaded_only_with_the_setting(tmp_path: Path) -> None:
    """It takes longer to load than all the rest of the client."""
    code = (
        "import sys; from hostaway_mcp.app import build_app; from hostaway_mcp.settings import Settings\n"
        "build_app(Settings(_env_file=None, hostaway_mcp_redis_url='')); sys.exit('redis' in sys.modules)"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def test_a_password_that_redis_refuses_is_not_shown(
    url: str, prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In no sentence, cause, log or repr; and whoever writes it down later writes a mask."""
    caplog.set_level(logging.DEBUG)
    address = url.rpartition("@")[2].removeprefix("redis://")
    state = RedisState(f"redis://nobody:pa%2Fss-x7@{address}", clock=SystemClock(), prefix=prefix)
    with pytest.raises(StorageError, match="does not accept the user name or password") as caught:
        state.update("k", counted)
    shown = "".join(traceback.format_exception(caught.value)) + repr(state) + caplog.text
    assert "x7" not in shown
    assert "x7" not in redact("it said pa/ss-x7, pa%2Fss-x7")
    state.close()


def test_what_redis_says_is_put_in_plain_words() -> None:
    """Its own words could repeat what was sent to it."""
    redis = pytest.importorskip("redis")
    reason = redis_state._reason
    assert reason(redis.exceptions.ReadOnlyError("key")) == "it is a copy that cannot be written"
    assert reason(redis.exceptions.BusyLoadingError("x")) == "it is still reading its own file"
    assert reason(redis.TimeoutError("x")) == "it does not answer"
    assert reason(redis.ResponseError("unknown command 'secret'")) == "it answered with ResponseError"
    assert reason(ConnectionResetError()) == "it cannot be reached"
    assert issubclass(StorageError, HostawayMcpError)


# -- real processes, as on four machines: the clock of each is hours from those of the others --


def test_four_machines_never_exceed_the_limit_together(url: str, prefix: str) -> None:
    """Twenty-eight tasks in four processes for three windows: full windows, and not one arrival more."""
    with processes("send_for", f"{url} {prefix}", "1.5", count=4) as running:
        by_machine = [json.loads(text) for text in outputs(running, seconds=30)]
    arrivals = [instant for one in by_machine for instant in one]
    assert fullest_window(arrivals, WINDOW) == LIMIT
    assert len(arrivals) >= 2 * LIMIT
    assert all(by_machine)


@pytest.mark.long
def test_five_hundred_calls_from_four_machines_cause_no_429(url: str, prefix: str) -> None:
    """The running sandbox counts; 500 calls at 15 a second take some 35 s, and none is refused."""
    base = f"http://127.0.0.1:{free_port()}"
    with processes("serve_sandbox", base.rpartition(":")[2], count=1):
        token = token_when_ready(base)
        time.sleep(1.2)  # Hostaway accepts a token one second after it was issued
        with processes("call_sandbox", f"{url} {prefix}", base, token, "125", count=4) as running:
            texts = outputs(running, seconds=100)
    assert [status for text in texts for status in json.loads(text)] == [200] * 500
