"""The one door to Hostaway: turns, deadlines, sharing, what is counted and what is seen."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hostaway_mcp import calls
from hostaway_mcp.calls import Call, Lane
from hostaway_mcp.client import observed
from hostaway_mcp.client.observed import UpstreamCall
from hostaway_mcp.client.operations import CALCULATE_PRICE_DETAILS, LIST_LISTINGS
from hostaway_mcp.client.protocol import Request
from hostaway_mcp.client.retries import BUDGET_FLOOR, Breaker, RetryBudget, backoff_seconds
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.client.transport import Transport
from hostaway_mcp.errors import (
    BusyError,
    InputError,
    RateLimitedError,
    RefusedError,
    SettingsError,
    TimedOutError,
    UnavailableError,
    UnreachableError,
)
from tests.client.rig import BASE, LISTINGS, OpenGovernor, Rig, rigged
from tests.support.clock import FakeClock


def page(limit: int) -> Request:
    return Request(LIST_LISTINGS, query={"limit": limit})


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


# Sharing.


async def test_identical_reads_in_flight_are_one_request() -> None:
    """B2.4: one flight by operation, path, query and body."""
    async with rigged() as rig:
        replies = await asyncio.gather(*(rig.transport.call(LISTINGS) for _ in range(30)))
        assert rig.hits() == 1
        assert len({id(reply) for reply in replies}) == 1
        await rig.transport.call(LISTINGS)
        assert rig.hits() == 2, "nothing is remembered"


async def test_reads_that_differ_fly_alone_and_writes_always() -> None:
    async with rigged() as rig:
        await asyncio.gather(*(rig.transport.call(page(limit)) for limit in (1, 2, 3)))
        assert rig.hits() == 3
        await asyncio.gather(*(rig.transport.call(rig.rename()) for _ in range(4)))
        assert rig.hits(method="PUT") == 4


async def test_a_read_by_post_is_a_read() -> None:
    """Price details are asked by POST and only calculate (_calendar_priceDetails.md)."""
    async with rigged() as rig:
        first, last = (rig.sandbox.clock.now().date() + timedelta(days=days) for days in (200, 203))
        body = {"startingDate": str(first), "endingDate": str(last), "numberOfGuests": 1, "version": 2}
        request = Request(CALCULATE_PRICE_DETAILS, path={"listingId": rig.listing_id()}, body=body)
        rig.sandbox.faults.add("status", status=502, method="POST", path="/v1/listings/*")
        await asyncio.gather(rig.transport.call(request), rig.transport.call(request))
        assert rig.hits() == 2


async def test_followers_outlive_the_one_who_began() -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("slow", path="/v1/listings", seconds=2)
        first, second = (asyncio.create_task(rig.transport.call(LISTINGS)) for _ in range(2))
        await settle()
        first.cancel()
        assert (await second).result
        assert first.cancelled()
        assert rig.hits() == 1


async def test_a_follower_with_more_time_asks_again() -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("slow", path="/v1/listings", seconds=3)
        hasty = asyncio.create_task(rig.transport.call(LISTINGS, deadline_seconds=1))
        await settle()
        patient = asyncio.create_task(rig.transport.call(LISTINGS, deadline_seconds=20))
        with pytest.raises(TimedOutError):
            await hasty
        assert (await patient).result
        assert rig.hits() == 2


async def test_an_abandoned_read_ends() -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("hang", path="/v1/listings")
        seen: list[UpstreamCall] = []
        rig.transport.on_call = seen.append
        caller = asyncio.create_task(rig.transport.call(LISTINGS))
        await settle()
        caller.cancel()
        await settle()
        assert [one.outcome for one in seen] == ["abandoned"]


async def test_an_interactive_read_does_not_stand_in_the_slow_line() -> None:
    async with rigged(governed=True) as rig:
        rig.sandbox.faults.add("slow", path="/v1/listings", seconds=1, times=2)
        with calls.answering(Call("c", lane=Lane.BACKGROUND)):
            slow = asyncio.create_task(rig.transport.call(LISTINGS))
        await settle()
        quick = asyncio.create_task(rig.transport.call(LISTINGS))
        await settle()
        with calls.answering(Call("c", lane=Lane.BACKGROUND)):
            joins = asyncio.create_task(rig.transport.call(LISTINGS))
        results = await asyncio.gather(slow, quick, joins)
        assert rig.hits() == 2
        assert results[1] is results[2]


# Turns.


class ScriptedGovernor(OpenGovernor):
    """Gives a turn after some virtual seconds, or not at all."""

    def __init__(self, clock: FakeClock, *waits: float | None) -> None:
        super().__init__()
        self.clock = clock
        self.waits = list(waits)
        self.timeouts: list[float] = []
        self.ended: list[bool] = []

    def turn(self, *, account: str, lane: Lane, timeout_seconds: float) -> AbstractAsyncContextManager[None]:
        super().turn(account=account, lane=lane, timeout_seconds=timeout_seconds)
        self.timeouts.append(timeout_seconds)
        return self._turn()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        wait = self.waits.pop(0) if self.waits else 0.0
        if wait is None:
            raise BusyError("the line is long", retry_after_seconds=40)
        await self.clock.sleep(wait)
        self.ended.append(False)
        yield
        self.ended[-1] = True


@asynccontextmanager
async def scripted(*waits: float | None) -> AsyncIterator[tuple[Rig, ScriptedGovernor]]:
    async with rigged() as rig:
        governor = ScriptedGovernor(rig.clock, *waits)
        rig.transport._governor = governor
        yield rig, governor


async def test_every_attempt_takes_a_turn_in_the_lane_of_the_call() -> None:
    async with scripted() as (rig, governor):
        rig.sandbox.faults.add("status", path="/v1/listings", times=2)
        with calls.answering(Call("c", lane=Lane.BACKGROUND)):
            await rig.transport.call(LISTINGS)
        assert governor.turns == [(rig.sandbox.account_id, Lane.BACKGROUND)] * 3


async def test_a_background_read_stands_in_line_for_minutes() -> None:
    """Nobody waits for it; a Hostaway that says nothing gets no more of its time for that."""
    async with scripted(200.0) as (rig, governor):
        with calls.answering(Call("c", lane=Lane.BACKGROUND)):
            await rig.transport.call(LISTINGS)
        assert governor.timeouts[0] > 300
        rig.sandbox.faults.add("hang", path="/v1/listings", times=3)
        began = rig.clock.monotonic()
        with calls.answering(Call("c", lane=Lane.BACKGROUND)), pytest.raises(TimedOutError):
            await rig.transport.call(LISTINGS)
        assert rig.clock.monotonic() - began < 100


@pytest.mark.parametrize("lane", list(Lane))
async def test_token_requests_take_turns_in_the_lane_of_who_needs_one(lane: Lane) -> None:
    """A token for background work is no sign of a person, for whom two turns would be kept."""
    async with scripted() as (rig, governor):
        with calls.answering(Call("c", lane=lane)):
            await rig.transport.renew_token()
            await rig.transport.revoke_token()
        assert governor.turns == [(rig.sandbox.account_id, lane)] * 2


async def test_a_refusal_ends_its_turn_as_answered() -> None:
    """Only an answer that never came may still count at Hostaway later."""
    async with scripted() as (rig, governor):
        rig.sandbox.faults.add("fail_200", path="/v1/listings")
        with pytest.raises(RefusedError):
            await rig.transport.call(LISTINGS)
        rig.sandbox.faults.add("close", path="/v1/listings")
        await rig.transport.call(LISTINGS)
        assert governor.ended == [True, False, True]


async def test_when_no_turn_comes_in_time_nothing_is_sent() -> None:
    async with scripted(None) as (rig, _):
        with pytest.raises(BusyError, match="line is long") as caught:
            await rig.transport.call(LISTINGS)
        assert caught.value.retry_after_seconds == 40
        assert rig.hits() == 0


async def test_when_no_turn_comes_for_the_retry_the_first_error_stands() -> None:
    async with scripted(0.0, None) as (rig, _):
        rig.sandbox.faults.add("status", path="/v1/listings", status=503)
        with pytest.raises(UnavailableError):
            await rig.transport.call(LISTINGS)


async def test_the_wait_for_a_turn_leaves_time_for_the_answer() -> None:
    async with scripted() as (rig, governor):
        await rig.transport.call(LISTINGS)
        await rig.transport.call(LISTINGS, deadline_seconds=2)
        assert governor.timeouts == [pytest.approx(24), pytest.approx(1.5)]


async def test_a_deadline_that_ends_in_the_queue_says_that_nothing_was_sent() -> None:
    async with scripted(3600.0) as (rig, _):
        began = rig.clock.monotonic()
        with pytest.raises(BusyError, match="nothing was sent"):
            await rig.transport.call(rig.rename())
        assert rig.clock.monotonic() - began == pytest.approx(30)
        assert rig.hits() == 0


# Deadlines.


@pytest.mark.parametrize("kind", ["hang", "drip", "slow"])
async def test_one_deadline_over_everything(kind: str) -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add(kind, path="/v1/listings*", times=None, seconds=3600, interval=1)  # type: ignore[arg-type]
        for request, seconds in ((LISTINGS, 25), (rig.rename(), 30)):
            began = rig.clock.monotonic()
            with pytest.raises(TimedOutError):
                await rig.transport.call(request)
            assert rig.clock.monotonic() - began == pytest.approx(seconds, abs=0.2)


async def test_the_call_that_is_answered_may_have_less_time() -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("hang", path="/v1/listings*", times=None)
        began = rig.clock.monotonic()
        with calls.answering(Call("c", deadline=began + 7)), pytest.raises(TimedOutError):
            await rig.transport.call(LISTINGS)
        assert rig.clock.monotonic() - began == pytest.approx(7, abs=0.2)
        with calls.answering(Call("c", deadline=began)), pytest.raises(BusyError):
            await rig.transport.call(rig.rename())


# What is seen.


async def test_upstream_calls_are_counted_and_reported() -> None:
    async with rigged() as rig:
        seen: list[UpstreamCall] = []
        rig.transport.on_call = seen.append
        rig.sandbox.faults.add("status", path="/v1/listings", status=502)
        with calls.answering(Call("c")) as call:
            await rig.transport.call(LISTINGS)
        assert call.upstream_calls == 2
        assert [(one.operation, one.method, one.status, one.outcome, one.attempt) for one in seen] == [
            ("listListings", "GET", 502, "unavailable", 1),
            ("listListings", "GET", 200, "ok", 2),
        ]


async def test_spans_and_logs_name_the_operation_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(observed, "_tracer", provider.get_tracer("hostaway_mcp"))
    async with rigged() as rig:
        exporter.clear()
        with caplog.at_level(logging.DEBUG):
            await rig.transport.call(Request(LIST_LISTINGS, query={"match": "canary-in-a-query"}))
            rig.sandbox.faults.add("fail_200", path="/v1/listings/*", text="canary-in-words")
            with pytest.raises(RefusedError):
                await rig.transport.call(rig.rename("canary-in-a-body"))
            await rig.transport.revoke_token()
    spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == ["listListings", "updateListing", "revokeAccessToken"]
    assert dict(spans[0].attributes or {}) == {
        "http.request.method": "GET",
        "hostaway.operation": "listListings",
        "attempt": 1,
        "http.response.status_code": 200,
    }
    assert (spans[1].attributes or {})["error.type"] == "refused"
    assert not spans[1].events
    written = "".join(span.to_json() for span in spans)
    written += caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert "canary" not in written
    assert "token=" not in written


async def test_the_log_line_has_its_fields(caplog: pytest.LogCaptureFixture) -> None:
    async with rigged() as rig:
        with caplog.at_level(logging.INFO, logger="hostaway_mcp.client"):
            await rig.transport.call(LISTINGS)
    record = next(one for one in caplog.records if one.getMessage() == "upstream_call")
    fields = {name: vars(record)[name] for name in ("operation", "method", "status", "outcome", "attempt")}
    assert fields == {
        "operation": "listListings", "method": "GET", "status": 200, "outcome": "ok", "attempt": 1,
    }  # fmt: skip


# Refused before anything is done.


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "hostaway",
        "ftp://api.hostaway.com",
        "https://",
        "https://user:pw@api.hostaway.com",
        "https://h/v1?x=1",
        "http://[",
        "http://a b/",
    ],
)
async def test_a_base_url_that_is_no_address_of_an_api(base_url: str) -> None:
    with pytest.raises(SettingsError):
        Transport(
            base_url=base_url,
            account_id="1",
            client_secret="a-secret",
            governor=OpenGovernor(),
            state=MemoryState(),
            clock=FakeClock(),
        )


async def test_what_cannot_be_sent_takes_no_turn() -> None:
    async with scripted() as (rig, governor):
        for request in (Request(rig.rename().operation, path={"listingId": "../x"}), rig.rename("\ud800")):
            with pytest.raises(InputError):
                await rig.transport.call(request)
        assert governor.turns == []


async def test_cookies_are_not_kept() -> None:
    body = {"status": "success", "result": {"access_token": "cookie-token", "expires_in": 99_999_999}}
    headers = [(b"content-type", b"application/json"), (b"set-cookie", b"session=1; Path=/")]
    asked: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.extend(scope["headers"])
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    transport = Transport(
        base_url=BASE,
        account_id="1",
        client_secret="a-secret",
        governor=OpenGovernor(),
        state=MemoryState(),
        clock=FakeClock(),
        http=httpx2.ASGITransport(app),
    )
    async with transport:
        await transport.call(page(1))
        await transport.call(page(2))
    assert b"authorization" in dict(asked)
    assert b"cookie" not in dict(asked)


async def test_the_environments_proxy_is_used_except_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sandbox and the demo run on loopback, and are not behind an office's proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for host, proxied in (("127.0.0.1", False), ("[::1]", False), ("localhost", False), ("api.test", True)):
        transport = Transport(
            base_url=f"http://{host}/v1",
            account_id="1",
            client_secret="a-secret",
            governor=OpenGovernor(),
            state=MemoryState(),
            clock=FakeClock(),
        )
        assert bool(transport._wire._client._mounts) is proxied
        await transport.aclose()


# Retry budget, breaker, backoff.


def test_full_jitter_between_nothing_and_the_cap() -> None:
    for attempt, most in ((1, 0.5), (2, 1.0), (3, 2.0), (9, 8.0)):
        waits = [backoff_seconds(attempt) for _ in range(300)]
        assert 0 <= min(waits) < most * 0.2
        assert most * 0.8 < max(waits) <= most


def test_retries_are_a_tenth_of_the_requests_of_ten_minutes() -> None:
    clock = FakeClock()
    budget = RetryBudget(clock)
    assert [budget.take() for _ in range(BUDGET_FLOOR + 2)] == [True] * BUDGET_FLOOR + [False] * 2
    for _ in range(300):
        budget.request()
    assert sum(budget.take() for _ in range(100)) == 30 - BUDGET_FLOOR
    clock.advance(601)
    assert sum(budget.take() for _ in range(100)) == BUDGET_FLOOR


def test_the_breaker_opens_probes_and_closes() -> None:
    clock = FakeClock()
    breaker = Breaker(clock)
    for answered in [True] * 5 + [False] * 4:
        breaker.tell(answered=answered)
    assert breaker.wait_seconds() == 0
    breaker.tell(answered=False)
    assert breaker.wait_seconds() == pytest.approx(5)
    clock.advance(5)
    assert breaker.wait_seconds() == 0, "one probe"
    assert breaker.wait_seconds() > 0, "and no second one beside it"
    breaker.tell(answered=False)
    assert breaker.wait_seconds() == pytest.approx(10)
    clock.advance(10)
    assert breaker.wait_seconds() == 0
    breaker.tell(answered=True)
    assert breaker.wait_seconds() == 0
    assert breaker.wait_seconds() == 0


def test_old_failures_and_refusals_do_not_open_the_breaker() -> None:
    clock = FakeClock()
    breaker = Breaker(clock)
    for _ in range(30):
        breaker.tell(answered=False)
        clock.advance(4)
    assert breaker.wait_seconds() == 0


async def test_an_open_breaker_says_that_nothing_was_sent() -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("status", path="/v1/listings*", status=503, times=None)
        for _ in range(4):
            with pytest.raises((UnavailableError, UnreachableError)):
                await rig.transport.call(LISTINGS)
        hits = rig.hits()
        with pytest.raises(UnreachableError, match="was not sent") as caught:
            await rig.transport.call(rig.rename())
        assert 0 < (caught.value.retry_after_seconds or 0) <= 5
        assert rig.hits() == hits
        rig.sandbox.faults.clear()
        await rig.clock.sleep(5)
        assert await rig.transport.call(LISTINGS)


async def test_a_429_of_a_write_is_reported_not_repeated() -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("rate_limited", path="/v1/listings/*")
        with pytest.raises(RateLimitedError) as caught:
            await rig.transport.call(rig.rename())
        assert caught.value.retry_after_seconds == 10
        assert rig.hits() == 1
