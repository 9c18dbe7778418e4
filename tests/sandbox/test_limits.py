"""Rate limits: the window to the millisecond, the models, the headers."""

from __future__ import annotations

import httpx2

from hostaway_mcp.sandbox import Sandbox, SteppedClock
from hostaway_mcp.sandbox.limits import Counter

from .conftest import START, let_in, open_client


async def statuses(client: httpx2.AsyncClient, times: int) -> list[int]:
    return [(await client.get("/countries")).status_code for _ in range(times)]


async def test_sixteenth_request_of_a_window_is_refused_and_not_counted(clock: SteppedClock) -> None:
    sandbox = Sandbox(listings=1, clock=clock)
    async with open_client(sandbox) as client:
        await let_in(client, sandbox, clock)
        clock.seconds = 20.0
        assert await statuses(client, 16) == [200] * 15 + [429]
        clock.seconds = 29.999
        assert await statuses(client, 1) == [429]
        clock.seconds = 30.0
        assert await statuses(client, 16) == [200] * 15 + [429]
    assert sandbox.refused == 3


async def test_429_says_why_in_message_and_has_no_headers(clock: SteppedClock) -> None:
    sandbox = Sandbox(listings=1, clock=clock, limits=(2, 20, 10.0))
    async with open_client(sandbox) as client:
        await let_in(client, sandbox, clock)
        await statuses(client, 1)
        answer = await client.get("/countries")
    assert answer.status_code == 429
    assert answer.json()["status"] == "fail"
    assert "rate limits" in answer.json()["message"]
    assert not [name for name in answer.headers if "ratelimit" in name or name == "retry-after"]


async def test_later_headers_carry_a_unix_timestamp(clock: SteppedClock) -> None:
    sandbox = Sandbox(listings=1, clock=clock, limits=(20, 2, 10.0))
    sandbox.rate_headers = True
    async with open_client(sandbox) as client:
        await let_in(client, sandbox, clock)
        clock.seconds = 60.0
        await statuses(client, 2)
        clock.seconds = 63.0
        answer = await client.get("/countries")
    assert answer.headers["x-ratelimit-applied"] == "account"
    assert answer.headers["x-ratelimit-limit"] == "2"
    assert int(answer.headers["x-ratelimit-retry-after"]) == int(START.timestamp()) + 70


async def test_forwarded_addresses_do_not_count(clock: SteppedClock) -> None:
    sandbox = Sandbox(listings=1, clock=clock, limits=(2, 20, 10.0))
    async with open_client(sandbox) as client:
        await let_in(client, sandbox, clock)
        await client.get("/countries", headers={"x-forwarded-for": "10.0.0.1"})
        answer = await client.get("/countries", headers={"x-forwarded-for": "10.0.0.2"})
    assert answer.status_code == 429


async def test_messages_have_a_budget_of_their_own_when_switched_on(clock: SteppedClock) -> None:
    sandbox = Sandbox(listings=4, clock=clock, limits=(1_000, 1_000, 10.0))
    sandbox.limits.own_counters = True
    number = next(iter(sandbox.world.conversations))
    async with open_client(sandbox) as client:
        await let_in(client, sandbox, clock)
        answers = [
            (await client.post(f"/conversations/{number}/messages", json={"body": "hello"})).status_code
            for _ in range(31)
        ]
    assert answers == [200] * 30 + [429]


def test_models_differ_at_the_edge_of_a_window() -> None:
    """15 at second 9 and 15 at second 11: only the fixed window lets both through."""
    passed = {}
    for model in ("sliding_log", "fixed_window", "token_bucket"):
        counter = Counter(15, 10.0, model)
        passed[model] = sum(_try(counter, at) for at in (9.0, 11.0) for _ in range(15))
    assert passed == {"sliding_log": 15, "fixed_window": 30, "token_bucket": 18}


def _try(counter: Counter, at: float) -> bool:
    if counter.remaining(at) < 1:
        return False
    counter.take(at)
    return True
