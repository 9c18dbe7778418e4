"""
The failure modes of Hostaway and of the way there, one test a row.

F1 to F20 are the rows of the reliability plan: reads recover or end in one named error inside their
deadline; a write reaches Hostaway exactly once, or not at all.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hostaway_mcp.client.operations import GET_LISTING, LIST_LISTINGS, UPDATE_LISTING
from hostaway_mcp.client.protocol import Request
from hostaway_mcp.client.retries import Breaker
from hostaway_mcp.client.transport import Transport
from hostaway_mcp.client.wire import KEEP_ALIVE_SECONDS, MAX_ANSWER_BYTES
from hostaway_mcp.errors import (
    BrokenAnswerError,
    RateLimitedError,
    RefusedError,
    TimedOutError,
    UnavailableError,
    UnreachableError,
    UpstreamError,
)
from tests.client.rig import (
    LISTINGS,
    SUCCESS,
    RawServer,
    Serve,
    closing_port,
    http_answer,
    raw_server,
    raw_transport,
    rigged,
)
from tests.support.clock import FakeClock

READ = Request(LIST_LISTINGS)
WRITE = Request(UPDATE_LISTING, path={"listingId": 1}, body={"name": "New name"})


@asynccontextmanager
async def against(serve: Serve) -> AsyncIterator[tuple[Transport, RawServer]]:
    """A client and a raw server, over a real socket in virtual time."""
    clock = FakeClock(grace_seconds=0.002)  # real bytes get real time, however busy the machine
    async with raw_server(serve) as server, raw_transport(server.port, clock=clock) as transport:
        await transport.renew_token()
        yield transport, server


def once(first: bytes, *, then: bytes = SUCCESS, reset: bool = False) -> Serve:
    """The first answer is `first` and then the connection ends; later ones are whole."""
    begun = False

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal begun
        writer.write(then if begun else first)
        await writer.drain()
        if not begun:
            begun = True
            if reset:
                writer.transport.abort()
            writer.close()

    return serve


def always(answer: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return serve


# Over real sockets.


@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
async def test_f1_connection_refused(request_: Request) -> None:
    with closing_port() as port:
        async with raw_transport(port, clock=FakeClock()) as transport:
            with pytest.raises(UnreachableError) as caught:
                await transport.call(request_)
    assert caught.value.retryable


async def test_f1_a_name_that_does_not_exist() -> None:
    transport = raw_transport(1, clock=FakeClock())
    await transport.aclose()
    transport = Transport(
        base_url="http://hostaway.invalid/v1",
        account_id="1",
        client_secret="a-secret",
        governor=transport._governor,
        state=transport._tokens._state,
        clock=FakeClock(),
    )
    async with transport:
        with pytest.raises(UnreachableError):
            await transport.call(READ)


async def test_f1_refused_between_two_calls_reaches_nobody() -> None:
    async with against(always(SUCCESS)) as (transport, server):
        await transport.call(READ)
        transport._base_url = "http://127.0.0.1:1/v1"
        with pytest.raises(UnreachableError):
            await transport.call(WRITE)
        assert server.hits == 1


async def test_f2_a_black_hole() -> None:
    """Connecting has five seconds; a listener whose queue is full swallows what comes."""
    import socket

    with socket.socket() as hole, socket.socket() as one, socket.socket() as two:
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        for filler in (one, two):
            filler.setblocking(False)
            filler.connect_ex(hole.getsockname())
        clock = FakeClock()
        async with raw_transport(hole.getsockname()[1], clock=clock) as transport:
            began = clock.monotonic()
            with pytest.raises((UnreachableError, TimedOutError)):
                await transport.call(READ)
            assert clock.monotonic() - began <= 25.2


async def test_f3_no_answer() -> None:
    """A read is asked once more inside the deadline; a write is not."""
    hung = 0

    async def hang_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal hung
        hung += 1
        if hung in (1, 3):
            await asyncio.sleep(3600)
        writer.write(SUCCESS)

    async with against(hang_first) as (transport, server):
        assert (await transport.call(READ)).result == [{"id": 1}]
        assert server.hits == 2
        with pytest.raises(TimedOutError):
            await transport.call(WRITE)
        assert server.hits == 3


async def test_f4_slow_drip() -> None:
    """Byte by byte every read of the socket succeeds; the deadline ends it."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in http_answer(b" " * 100_000):
            writer.write(bytes([byte]))
            await asyncio.sleep(0.1)

    async with against(drip) as (transport, server):
        clock = transport._clock
        for request, seconds, hits in ((READ, 25, 3), (WRITE, 30, 4)):
            began = clock.monotonic()
            with pytest.raises(TimedOutError):
                await transport.call(request)
            assert clock.monotonic() - began == pytest.approx(seconds, abs=0.5)
            assert server.hits <= hits


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
async def test_f5_cut_before_the_answer(reset: bool) -> None:
    async with against(once(b"", reset=reset)) as (transport, server):
        assert (await transport.call(READ)).result == [{"id": 1}]
        assert server.hits == 2
    async with against(once(b"", reset=reset)) as (transport, server):
        with pytest.raises(BrokenAnswerError):
            await transport.call(WRITE)
        assert server.hits == 1


async def test_f6_a_stale_connection() -> None:
    """The server closes idle connections just as a request comes: the read is repeated unseen."""
    served = 0

    async def close_after_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        if served % 2:
            writer.write(SUCCESS)
            await writer.drain()
        else:
            writer.transport.abort()

    async with against(close_after_answer) as (transport, server):
        for _ in range(4):
            await transport.call(READ)
        assert server.hits == 7


async def test_f6_idle_connections_are_dropped_after_five_seconds() -> None:
    connections = set()

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer.get_extra_info("peername"))
        writer.write(SUCCESS)

    async with against(note) as (transport, _):
        await transport.call(READ)
        await transport.call(READ)
        assert len(connections) == 1
        for connection in transport._wire._client._transport._pool.connections:  # type: ignore[attr-defined]
            connection._connection._expire_at -= KEEP_ALIVE_SECONDS
        await transport.call(READ)
        assert len(connections) == 2


CHUNKED = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    b"1c\r\n" + b'{"status":"success","result"' + b"\r\nc\r\n" + b':[{"id":1}]}' + b"\r\n0\r\n\r\n"
)
PACKED = http_answer(
    gzip.compress(b'{"status":"success","result":[{"id":1}]}', mtime=0), head="content-encoding: gzip\r\n"
)


@pytest.mark.parametrize("whole", [SUCCESS, CHUNKED, PACKED], ids=["length", "chunked", "gzip"])
async def test_f7_truncated_at_every_byte(whole: bytes) -> None:
    """A part is never taken for the whole, wherever it was cut; the read is repeated, the write is not."""
    cut = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(whole[:cut])
        await writer.drain()
        writer.close()

    async with against(serve) as (transport, server):
        for size in range(len(whole)):
            cut = size
            transport._breaker = Breaker(transport._clock)
            before = server.hits
            with pytest.raises(BrokenAnswerError):
                await transport.call(WRITE)
            assert server.hits == before + 1
        cut = len(whole)
        assert (await transport.call(WRITE)).result == [{"id": 1}]
    async with against(once(whole[: len(whole) // 2])) as (transport, server):
        assert (await transport.call(READ)).result == [{"id": 1}]
        assert server.hits == 2


async def test_f17_a_gzip_bomb_is_cut_with_bounded_memory() -> None:
    """64 kB that unpack to 64 MB: cut at 16 MiB, the connection dropped, 32 MiB of memory at most."""
    body = b'{"status":"success","result":"' + b"0" * 64_000_000 + b'"}'
    bomb = http_answer(gzip.compress(body), head="content-encoding: gzip\r\n")
    del body
    connections = []

    async def explode(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer.get_extra_info("peername"))
        writer.write(bomb)

    async with against(explode) as (transport, server):
        tracemalloc.start()
        with pytest.raises(BrokenAnswerError, match="over 16 MiB"):
            await transport.call(WRITE)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert MAX_ANSWER_BYTES < peak <= 32 * 2**20
        with pytest.raises(BrokenAnswerError):
            await transport.call(READ)
        assert server.hits == 4
        assert len(set(connections)) == 4


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
async def test_f17_a_body_of_a_gigabyte(declared: bool) -> None:
    """What is declared is not begun; what is not declared is cut at 16 MiB."""
    sent = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        head = "content-length: 1000000000" if declared else "transfer-encoding: chunked"
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{head}\r\n\r\n".encode())
        piece = b" " * 1_000_000
        for _ in range(1000):
            writer.write(piece if declared else b"f4240\r\n" + piece + b"\r\n")
            await writer.drain()
            sent += len(piece)

    async with against(pour) as (transport, server):
        with pytest.raises(BrokenAnswerError, match="over 16 MiB"):
            await transport.call(WRITE)
        assert server.hits == 1
        await asyncio.sleep(1)
    assert sent <= MAX_ANSWER_BYTES + 16_000_000


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
async def test_f17_what_nobody_asked_for_is_not_unpacked(encoding: str) -> None:
    answer = http_answer(b"x", head=f"content-encoding: {encoding}\r\n")
    async with against(always(answer)) as (transport, _):
        with pytest.raises(BrokenAnswerError, match="unpacked"):
            await transport.call(WRITE)


WHOLE = gzip.compress(b'{"status":"success","result":1}', mtime=0)


@pytest.mark.parametrize(
    "body", [b"not gzip at all", WHOLE[:-1] + b"x", WHOLE[:-4]], ids=["plain", "changed", "cut"]
)
async def test_f17_damaged_gzip(body: bytes) -> None:
    async with against(always(http_answer(body, head="content-encoding: gzip\r\n"))) as (transport, _):
        with pytest.raises(BrokenAnswerError):
            await transport.call(WRITE)


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "identity"])
async def test_packed_answers_are_read(encoding: str) -> None:
    import zlib

    plain = json.dumps({"status": "success", "result": "0" * 1_000_000}).encode()
    packed = {"identity": plain, "deflate": zlib.compress(plain)}.get(encoding, gzip.compress(plain))
    async with against(always(http_answer(packed, head=f"content-encoding: {encoding}\r\n"))) as (
        transport,
        _,
    ):
        assert (await transport.call(READ)).result == "0" * 1_000_000


# Over the sandbox.


@pytest.mark.parametrize("variant", ["garbage", "nan", "utf8", "deep"])
async def test_f8_unreadable_answers(variant: str) -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("invalid_json", path="/v1/listings", variant=variant, times=2)
        assert (await rig.transport.call(LISTINGS)).result
        assert rig.hits() == 3
        rig.sandbox.faults.add("invalid_json", path="/v1/listings/*", variant=variant)
        with pytest.raises(BrokenAnswerError):
            await rig.transport.call(rig.rename())
        assert rig.hits(method="PUT") == 1


PAGES = (
    "<!doctype html><title>Just a moment...</title>",
    "<html><head><title>502 Bad Gateway</title></head></html>",
    "  \n<HTML><body>Maintenance</body></HTML>",
    "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
    "<!-- cached --><p>Sorry",
)


@pytest.mark.parametrize("text", PAGES)
@pytest.mark.parametrize("status", [200, 503])
async def test_f9_a_web_page_instead_of_data(text: str, status: int) -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("html", path="/v1/listings", text=text, status=status)
        assert (await rig.transport.call(LISTINGS)).result
        rig.sandbox.faults.add("html", path="/v1/listings*", text=text, status=status, times=None)
        with pytest.raises(BrokenAnswerError if status == 200 else UnavailableError):
            await rig.transport.call(LISTINGS)
        before = rig.hits(method="PUT")
        with pytest.raises(UpstreamError):
            await rig.transport.call(rig.rename())
        assert rig.hits(method="PUT") == before + 1


@pytest.mark.parametrize("key", ["message", "result"])
async def test_f10_a_failure_with_200(key: str) -> None:
    """A refusal is an answer: it is not repeated, and it carries Hostaway's words, cleaned."""
    async with rigged() as rig:
        for request in (LISTINGS, rig.rename()):
            rig.sandbox.faults.add("fail_200", path="/v1/listings*", key=key, text="<b>Dates</b> are\ntaken")
            with pytest.raises(RefusedError, match=r": Dates are taken$"):
                await rig.transport.call(request)
        assert rig.hits() == 2


async def test_f11_429_without_a_time() -> None:
    """The documented form: everybody waits a whole window, and the read is answered after it."""
    async with rigged(governed=True) as rig:
        rig.sandbox.faults.add("rate_limited", path="/v1/listings")
        began = rig.clock.monotonic()
        await rig.transport.call(LISTINGS)
        assert rig.clock.monotonic() - began >= 10
        assert rig.hits() == 2
        assert rig.transport.budget().refused == 1


async def test_f11_429_with_too_little_time_left() -> None:
    async with rigged(governed=True) as rig:
        rig.sandbox.faults.add("rate_limited", path="/v1/listings", times=None)
        began = rig.clock.monotonic()
        with pytest.raises(RateLimitedError) as caught:
            await rig.transport.call(LISTINGS, deadline_seconds=5)
        assert caught.value.retry_after_seconds == 10
        assert rig.clock.monotonic() - began < 5
        assert rig.hits() == 1
        with pytest.raises(UpstreamError):
            await rig.transport.call(LISTINGS)
        assert rig.hits() <= 4


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"retry-after": "3"}, 3),
        ({"x-ratelimit-retry-after": "in 4"}, 4),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 10),
        ({"x-ratelimit-retry-after": "garbage", "retry-after": "more garbage"}, 10),
    ],
)
async def test_f12_429_with_a_time(headers: dict[str, str], waits: float) -> None:
    """X-RateLimit-Retry-After is a Unix timestamp; the past and nonsense count as no time at all."""
    async with rigged(governed=True) as rig:
        if headers.get("x-ratelimit-retry-after") == "in 4":
            headers = {"x-ratelimit-retry-after": str(rig.clock.now().timestamp() + 4)}
        rig.sandbox.faults.add("rate_limited", path="/v1/listings", headers=headers)
        began = rig.clock.monotonic()
        await rig.transport.call(LISTINGS)
        assert waits - 0.1 <= rig.clock.monotonic() - began <= waits + 3


async def test_f12_429_that_asks_for_an_hour_is_cut_to_a_minute() -> None:
    async with rigged(governed=True) as rig:
        rig.sandbox.faults.add("rate_limited", path="/v1/listings", headers={"retry-after": "3600"})
        with pytest.raises(RateLimitedError) as caught:
            await rig.transport.call(LISTINGS)
        assert caught.value.retry_after_seconds == 60


async def test_f13_a_429_storm_that_we_did_not_cause() -> None:
    async with rigged(governed=True) as rig:
        rig.sandbox.faults.add("rate_limited", path="/v1/listings", times=None)
        for _ in range(3):
            with pytest.raises(UpstreamError):
                await rig.transport.call(LISTINGS)
            await rig.clock.sleep(60)
        assert rig.transport.budget().shared_by_others
        rig.sandbox.faults.clear()
        assert await rig.transport.call(LISTINGS)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_f14_a_server_error(status: int) -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("status", path="/v1/listings", status=status, times=2)
        assert (await rig.transport.call(LISTINGS)).result
        assert rig.hits() == 3
        rig.sandbox.faults.add("status", path="/v1/listings/*", status=status)
        with pytest.raises(UnavailableError) as caught:
            await rig.transport.call(rig.rename())
        assert caught.value.status == status
        assert rig.hits(method="PUT") == 1


async def test_f14_ten_minutes_of_brown_out() -> None:
    """A call a second and nothing but 503: upstream sees at most 1.1 times the clean traffic."""
    async with rigged() as rig:
        rig.sandbox.faults.add("status", path="/v1/listings", status=503, times=None)
        before, ends = rig.hits(), rig.clock.monotonic() + 600
        asked = 0
        while rig.clock.monotonic() < ends:
            asked += 1
            with pytest.raises(UpstreamError):
                await rig.transport.call(LISTINGS)
            await rig.clock.sleep(1)
        assert rig.hits() - before <= 1.1 * asked, (rig.hits(), asked)
        rig.sandbox.faults.clear()
        await rig.clock.sleep(60)
        assert await rig.transport.call(LISTINGS)


async def test_f15_latency_times_twenty() -> None:
    async with rigged(governed=True) as rig:
        rig.sandbox.faults.add("slow", path="/v1/listings", seconds=3.0, times=None)
        await asyncio.gather(
            *(rig.transport.call(Request(LIST_LISTINGS, query={"limit": n + 1})) for n in range(10))
        )
        assert (rig.hits(), rig.sandbox.refused) == (10, 0)


async def test_f16_a_redirect_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    async with rigged() as rig:
        for status in (301, 302, 307, 308):
            for request in (LISTINGS, rig.rename()):
                rig.sandbox.faults.add("redirect", path="/v1/listings*", status=status)
                with pytest.raises(UpstreamError, match="redirect") as caught:
                    await rig.transport.call(request)
                assert not caught.value.retryable
        assert rig.hits() == 8
    assert all("169.254" not in one.path for one in rig.sandbox.requests)
    assert sum(record.getMessage() == "upstream_redirect_refused" for record in caplog.records) == 8


async def test_f17_a_gzip_bomb_from_the_sandbox() -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("gzip_bomb", path="/v1/listings", times=None)
        with pytest.raises(BrokenAnswerError, match="over 16 MiB"):
            await rig.transport.call(LISTINGS)


# F18, F19 and F20 are about the token: see test_token.py.


async def test_a_write_that_was_committed_and_cut_is_sent_once() -> None:
    """F5 for writes: it took effect, the answer was lost, and nobody repeats it."""
    async with rigged() as rig:
        rig.sandbox.faults.add("close", path="/v1/listings/*", committed=True)
        with pytest.raises(BrokenAnswerError):
            await rig.transport.call(rig.rename("Renamed once"))
        assert rig.hits(method="PUT") == 1
        assert (await rig.transport.call(rig.listing())).result["name"] == "Renamed once"


async def test_a_write_that_was_refused_at_the_door_was_never_sent() -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("refuse", operation="updateListing")
        with pytest.raises(UnreachableError):
            await rig.transport.call(rig.rename())
        assert (rig.hits(), list(rig.sandbox.effects)) == (0, [])


@pytest.mark.parametrize("kind", ["close", "truncate", "hang"])
async def test_reads_recover_from_what_happens_once(kind: str) -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add(kind, path="/v1/listings/*")  # type: ignore[arg-type]
        assert (await rig.transport.call(rig.listing())).result["id"] == rig.listing_id()
        assert rig.hits() == 2


async def test_three_attempts_and_no_more() -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("close", path="/v1/listings", times=None)
        with pytest.raises(BrokenAnswerError):
            await rig.transport.call(LISTINGS)
        assert rig.hits() == 3


async def test_a_base_url_that_is_not_hostaway() -> None:
    """A web server of somebody else: one sentence, and the hint names the setting."""

    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http_answer(b"<html>hello</html>", status="404 Not Found").replace(b"/json", b"/html"))
        writer.close()

    server = await asyncio.start_server(page, "127.0.0.1", 0)
    async with raw_transport(server.sockets[0].getsockname()[1], clock=FakeClock()) as transport:
        with pytest.raises(UpstreamError, match="no access token") as caught:
            await transport.call(Request(GET_LISTING, path={"listingId": 1}))
    assert "base URL" in caught.value.sentence
    assert caught.value.code != "not_found"
    server.close()
