"""The stream of changes: each once and in order, resumed after a cut, bounded, and ended in good order."""

from __future__ import annotations

import asyncio
import json
import random
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from hostaway_mcp.store.changes import Change, Kind
from hostaway_mcp.store.store import Store
from hostaway_mcp.web import changes, connection, serve
from hostaway_mcp.web.changes import PATH
from hostaway_mcp.web.serve import bind as bind_as_it_is
from tests.server.stand import WAIT_SECONDS, serving
from tests.support.house import House, house
from tests.support.replica import sync, synced
from tests.web.test_guards import assert_problem


@dataclass(frozen=True)
class Event:
    """One event of a stream."""

    id: str
    kind: str
    data: dict[str, Any]


class Stream:
    """What a client sees of one stream."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.comments = 0
        self._lines = response.aiter_lines()

    async def next(self) -> Event:
        """The next event; comments are counted."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(WAIT_SECONDS):
            async for line in self._lines:
                name, _, value = line.partition(":")
                if line and name:
                    fields[name] = value.removeprefix(" ")
                elif line:
                    self.comments += 1
                elif "data" in fields:
                    data = json.loads(fields["data"])
                    return Event(fields.get("id", ""), fields.get("event", "message"), data)
                else:
                    fields.clear()
        raise EOFError

    async def ends(self) -> None:
        """Waits for the end, which must be one in good order."""
        async with asyncio.timeout(WAIT_SECONDS):
            async for line in self._lines:
                assert not line.startswith("data"), line
                self.comments += line == ":"


@dataclass
class Door:
    """The HTTP door over a house with a replica."""

    home: House
    http: httpx2.AsyncClient
    url: str

    @asynccontextmanager
    async def stream(self, query: str = "", **headers: str) -> AsyncIterator[Stream]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.stream("GET", f"{self.url}{PATH}{query}", headers=named) as response:
            assert response.status_code == 200, await response.aread()
            yield Stream(response)

    async def learn(self, count: int = 1) -> list[int]:
        """Changes in the log, as a sync writes them; the ids of the stays that they are of."""
        store = await self.home.app.replica.store()
        await self.home.clock.sleep(2)
        first = await store.changes.last() + 1_000_000
        what = {"fields": {"total_price": {"before": "100", "after": "120"}}}
        numbers = list(range(first, first + count))
        log = [Change(self.home.clock.now(), Kind.CHANGED, "reservations", n, what) for n in numbers]
        async with store._desk.write() as connection:
            await store.changes.add(connection, log)
        return numbers


@asynccontextmanager
async def door(home: House) -> AsyncIterator[Door]:
    limits = httpx2.Limits(max_connections=500)
    async with serving(home.app) as address, httpx2.AsyncClient(timeout=WAIT_SECONDS, limits=limits) as http:
        yield Door(home, http, address)


async def test_without_a_replica_it_says_what_to_do(tmp_path: Path) -> None:
    """A stream in which nothing could ever come would say less; and none is made by asking."""
    async with house(hostaway_mcp_data_dir=tmp_path) as home, door(home) as at:
        answer = await at.http.get(at.url + PATH)
        assert_problem(answer, 409, "no_replica")
        assert "hostaway-mcp sync" in answer.json()["detail"]
        assert answer.json()["move"] == "operator"
        assert not home.app.replica.is_there


@pytest.mark.parametrize(
    ("query", "headers", "said"),
    [
        ("?kinds=guest", {}, "`kinds` must be one of"),
        ("?sinse=now", {}, "Did you mean `since`?"),
        ("?since=soon", {}, "soon"),
        ("?since=2026-12-01", {}, "still to come"),
        ("", {"last-event-id": "yesterday"}, "not the id of an event"),
    ],
)
async def test_a_wrong_question_is_refused_in_words(
    tmp_path: Path, query: str, headers: dict[str, str], said: str
) -> None:
    """As the tool refuses it."""
    async with synced(tmp_path, listings=2) as home, door(home) as at:
        answer = await at.http.get(f"{at.url}{PATH}{query}", headers=headers)
        assert_problem(answer, 400, "invalid_input")
        assert said in answer.json()["detail"]


async def test_a_change_comes_in_the_words_of_the_tool(tmp_path: Path) -> None:
    """The same rows, from now on; who was let in stands in the audit."""
    async with synced(tmp_path, listings=2) as home, door(home) as at:
        async with at.stream("?kinds=reservation") as stream:
            assert stream.response.headers["content-type"] == "text/event-stream"
            world = home.sandbox.world
            number = next(iter(world.reservations))
            world.touch_reservation(number, totalPrice=999)
            world.add_reservation(next(iter(world.listings)), "2027-05-01", "2027-05-04")
            await sync(home, after_seconds=400)
            told = [(await stream.next()).data for _ in range(2)]
        answer = await home.ask("changes_since", since="-30min", kinds=["reservation"])
        assert told == answer.json["changes"][-2:]
        assert "999.00" in next(row["what"] for row in told if row["id"] == number)
        opened = [record for record in home.audit.records if record.tool == "changes_stream"]
        assert [(record.door, record.outcome) for record in opened] == [("api", "done")]


async def test_a_change_of_another_process_comes_too(tmp_path: Path) -> None:
    """It writes the same database and tells nobody."""
    async with synced(tmp_path, listings=2) as home, door(home) as at, at.stream() as stream:
        url = f"sqlite:///{tmp_path / 'replica.db'}"
        account = home.app.settings.hostaway_account_id
        async with await Store.open(url, account_id=account, clock=home.clock) as store:
            kept = (await store.listings.all())[0]
            await store.listings.gone([kept.row.id], at=home.clock.now())
        event = await stream.next()
    assert (event.data["kind"], event.data["id"], event.data["what"]) == ("listing", kept.row.id, "gone")


@pytest.mark.parametrize("seed", range(5))
async def test_after_cuts_every_change_has_come_once_and_in_order(tmp_path: Path, seed: int) -> None:
    """Wherever the stream is cut, and whatever is learned meanwhile; the id alone resumes it."""
    chance = random.Random(seed)
    async with synced(tmp_path, listings=2) as home, door(home) as at:
        seen: list[Event] = []
        learned: list[int] = []
        async with at.stream("?kinds=reservation") as stream:
            learned += await at.learn()
            seen.append(await stream.next())
        while len(learned) < 500:
            if chance.random() < 0.6:
                learned += await at.learn(chance.choice((1, 3, 250)))
            async with at.stream("?kinds=reservation", last_event_id=seen[-1].id) as stream:
                if chance.random() < 0.5:
                    learned += await at.learn(chance.choice((1, 5)))
                taken = chance.randint(0, len(learned) - len(seen))
                seen += [await stream.next() for _ in range(taken)]
        async with at.stream("?kinds=reservation", last_event_id=seen[-1].id) as stream:
            seen += [await stream.next() for _ in range(len(learned) - len(seen))]
    assert [event.data["id"] for event in seen] == learned
    numbers = [int(event.id.partition("-")[0]) for event in seen]
    assert numbers == sorted(set(numbers))


async def test_it_goes_on_where_a_page_of_the_tool_ended(tmp_path: Path) -> None:
    """`next_cursor` of changes_since, or a moment; the header goes before both."""
    async with synced(tmp_path, listings=2) as home, door(home) as at:
        await home.clock.sleep(60)
        first = await at.learn()
        page = await home.ask("changes_since", since="-1min", kinds=["reservation"])
        later = await at.learn()
        cursor = page.json["next_cursor"]
        async with at.stream(f"?kinds=reservation&since={cursor}") as stream:
            assert [(await stream.next()).data["id"]] == later
        async with at.stream("?kinds=reservation&since=-1min") as stream:
            before = [await stream.next() for _ in range(2)]
        assert [event.data["id"] for event in before] == first + later
        async with at.stream("?kinds=reservation&since=-24h", last_event_id=before[0].id) as stream:
            assert [(await stream.next()).data["id"]] == later


async def test_what_cannot_be_told_is_said_first(tmp_path: Path) -> None:
    """The log was begun anew, or does not reach back as far as was asked."""
    async with synced(tmp_path, listings=2) as home, door(home) as at:
        numbers = await at.learn()
        for headers in ({"last_event_id": "1-20010101000000"}, {"last_event_id": "999999"}):
            async with at.stream("?kinds=reservation,changed", **headers) as stream:
                missing = await stream.next()
                assert missing.kind == "missing"
                assert "begun anew" in missing.data["why"]
                assert (await stream.next()).data["id"] == numbers[0]
        async with at.stream("?kinds=reservation,changed&since=-24h") as stream:
            assert (await stream.next()).data["what"].startswith("Changes before ")
            assert (await stream.next()).data["id"] == numbers[0]


async def test_a_log_that_is_begun_anew_is_told_on_the_open_stream(tmp_path: Path) -> None:
    """Somebody removed the account's rows and filled them anew."""
    async with synced(tmp_path, listings=2) as home, door(home) as at, at.stream("?kinds=gone") as stream:
        store = await home.app.replica.store()
        await store.forget_account()
        assert (await stream.next()).kind == "missing"
        await sync(home)
        kept = (await store.listings.all())[0]
        await store.listings.gone([kept.row.id], at=home.clock.now())
        assert (await stream.next()).data["id"] == kept.row.id


async def test_two_hundred_streams_are_told_and_one_more_is_refused(tmp_path: Path) -> None:
    """Each gets the change; when one goes, there is room again."""
    async with synced(tmp_path, listings=2) as home, door(home) as at, AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(at.stream()) for _ in range(199)]
        async with at.stream("?kinds=reservation"):
            refused = await at.http.get(at.url + PATH)
            assert_problem(refused, 503, "too_many_streams")
            assert refused.headers["retry-after"] == "30"
        numbers = await at.learn()
        told = await asyncio.gather(*(stream.next() for stream in opened))
        assert {event.data["id"] for event in told} == set(numbers)
        async with at.stream() as another:
            assert another.response.status_code == 200


async def test_one_who_does_not_read_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own stream waits, and is cut off in the end; another gets each change meanwhile."""

    def bind(host: str, port: int) -> socket.socket:
        listener = bind_as_it_is(host, port)
        # Else the system takes megabytes before anybody notices.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        return listener

    monkeypatch.setattr(serve, "bind", bind)
    monkeypatch.setattr(changes, "MAX_STREAMS", 2)
    async with synced(tmp_path, listings=2) as home, door(home) as at:
        with await _deaf(at):
            async with at.stream("?kinds=reservation") as stream:
                for _ in range(10):
                    learned = await at.learn(500)
                    assert [(await stream.next()).data["id"] for _ in learned] == learned
                assert (await at.http.get(at.url + PATH)).status_code == 503
                await home.clock.sleep(connection.STALLED_SECONDS)
                async with asyncio.timeout(WAIT_SECONDS), at.stream() as another:
                    assert another.response.status_code == 200


async def _deaf(at: Door) -> socket.socket:
    """A client that opens a stream and reads nothing of it."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", int(at.url.rpartition(":")[2])))
    await loop.sock_sendall(client, f"GET {PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode())
    return client


async def test_the_end_of_the_server_ends_a_stream_in_good_order(tmp_path: Path) -> None:
    """As the end of an answer, not as a cut; in between, something comes at least every 15 s."""
    async with synced(tmp_path, listings=2) as home, httpx2.AsyncClient(timeout=WAIT_SECONDS) as http:
        async with serving(home.app) as address:
            asked = http.build_request("GET", address + PATH)
            stream = Stream(await http.send(asked, stream=True))
            await home.clock.sleep(60)
        await stream.ends()
    assert stream.comments >= 4


async def test_a_stream_needs_the_key(tmp_path: Path) -> None:
    """As everything that tells of guests."""
    async with (
        house(hostaway_mcp_data_dir=tmp_path, hostaway_mcp_http_key="k" * 20) as home,
        door(home) as at,
    ):
        assert_problem(await at.http.get(at.url + PATH), 401, "key_needed")
        with_key = {"authorization": f"Bearer {'k' * 20}"}
        assert_problem(await at.http.get(at.url + PATH, headers=with_key), 409, "no_replica")


async def test_without_the_tool_there_is_no_stream(tmp_path: Path) -> None:
    """Whoever takes changes_since away does not mean to give the same by another name."""
    excluded: dict[str, Any] = {"hostaway_mcp_exclude_tools": ["changes_since"]}
    async with house(hostaway_mcp_data_dir=tmp_path, **excluded) as home, door(home) as at:
        assert (await at.http.get(at.url + PATH)).status_code == 404
