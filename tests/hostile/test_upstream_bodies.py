"""Nothing that Hostaway sends breaks the client, and one bad row never hides the others."""

from __future__ import annotations

import contextlib
import copy
import gc
import gzip
import json
import logging
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from hostaway_mcp.client.operations import LIST_LISTINGS
from hostaway_mcp.client.protocol import Answer, Reply, Request, decode
from hostaway_mcp.client.rows import page_of
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.client.transport import Transport
from hostaway_mcp.errors import CredentialsError, UpstreamError
from hostaway_mcp.models.lenient import Wire, read_rows
from tests.client.rig import BASE, TOKEN_BODY, TOKEN_PATH, OpenGovernor
from tests.hostile.bodies import RECEIVED_AT, Upstream, Worst, mutated, outcome
from tests.hostile.words import Dice
from tests.models import examples
from tests.models.test_examples import MODELS
from tests.support.clock import FakeClock

SEED = 20261122
ALL = 100_000
MAX_GROWTH_BYTES = 32 * 1024 * 1024
"""What may be kept after `ALL` answers."""
PAGE = 100


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The log would be kept by pytest, and be the growth that is measured."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize(
    ("first", "count"),
    [(0, 4_000), *(pytest.param(n, 25_000, marks=pytest.mark.long) for n in range(0, 100_000, 25_000))],
)
def test_every_answer_has_a_typed_outcome(first: int, count: int) -> None:
    """F8, R5: a page, a report or an UpstreamError, and no memory is kept."""
    worst, outcomes = Worst(seed=SEED), Counter[str]()
    traced = range(first + count - count // 10, first + count)
    for number in range(first, traced.start):
        outcomes[_told(worst.answer(number))] += 1
    with _memory_bounded(MAX_GROWTH_BYTES * len(traced) // ALL):
        for number in traced:
            outcomes[_told(worst.answer(number))] += 1
    assert sum(outcomes.values()) == count
    assert set(outcomes) >= {"page", "report", "nothing readable", "unreadable_answer", "rate_limited"}
    assert outcomes["page"] > count / 10, "too few answers get as far as the models"


@contextlib.contextmanager
def _memory_bounded(growth_bytes: int) -> Iterator[None]:
    """Tracing is slow, so that only a share of the answers is traced, against a share of the bound."""
    gc.collect()
    tracemalloc.start(1)
    try:
        yield
        gc.collect()
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used <= growth_bytes, f"{used} bytes kept"


def _told(upstream: Upstream) -> str:
    try:
        return outcome(upstream)
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} at seed {SEED}, {upstream}") from error


@pytest.mark.parametrize("count", [200, pytest.param(5_000, marks=pytest.mark.long)])
async def test_every_answer_has_a_typed_outcome_through_the_transport(count: int) -> None:
    """The same with retries, token, decompression and breaker; time is virtual."""
    worst, clock, outcomes = Worst(seed=SEED), FakeClock(), Counter[str]()
    hostaway = _Hostaway()
    async with Transport(
        base_url=BASE,
        account_id="10000",
        client_secret="a-secret",
        governor=OpenGovernor(),
        state=MemoryState(),
        clock=clock,
        http=httpx2.ASGITransport(app=hostaway),
    ) as transport:
        for number in range(count):
            hostaway.next = worst.answer(number)
            outcomes[await _outcome(transport, hostaway.next)] += 1
            await clock.sleep(120)  # so that the breaker lets the next one through
    assert {"Reply", "BrokenAnswerError", "RefusedError", "RateLimitedError"} <= set(outcomes)
    assert hostaway.requests >= count


async def _outcome(transport: Transport, upstream: Upstream) -> str:
    request = Request(upstream.operation, path={"listingId": 1}, body={"name": "Beach House"})
    try:
        reply = await transport.call(request)
    except (UpstreamError, CredentialsError) as error:
        return type(error).__name__
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} at seed {SEED}, {upstream}") from error
    assert isinstance(reply, Reply)
    return "Reply"


class _Hostaway:
    """Answers everything with `next`, compressed or said to be, and token requests mostly as it should."""

    def __init__(self) -> None:
        self.next: Upstream | None = None
        self.requests = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.requests += 1
        assert self.next
        dice, answer = Dice(SEED, self.requests), self.next.answer
        body, status, packing = (
            answer.body,
            answer.status,
            dice.choice(("", "", "", "gzip", "lie", "br", "cut")),
        )
        if scope["path"] == TOKEN_PATH and dice.chance(0.9):
            body, status, packing = TOKEN_BODY, 200, ""
        if packing in ("gzip", "cut"):
            body = gzip.compress(body)
        if packing == "cut":
            body = body[: dice.randrange(len(body))]
        headers = [(k.encode(), v.encode()) for k, v in answer.headers.items() if v]
        headers += [(b"content-encoding", b"br" if packing == "br" else b"gzip")] if packing else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


ROWS = sorted(
    {
        schema: name for name, schema in examples.answers() if schema in MODELS and not name.endswith(".csv")
    }.items()
)


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.long)])
@pytest.mark.parametrize(("schema", "name"), ROWS, ids=[schema for schema, _ in ROWS])
def test_one_bad_row_never_hides_the_others(schema: str, name: str, rounds: int) -> None:
    """Whatever stands in the place of one row of a page, the other 99 arrive unchanged and in order."""
    model = MODELS[schema]
    _, (example, *_), _ = read_rows(model, examples.result(name))
    good = [copy.deepcopy(example) for _ in range(PAGE)]
    read, _, set_aside = read_rows(model, good)
    assert set_aside == 0
    for number in range(rounds):
        dice = Dice(SEED, number)
        dice.deep_levels = (20,)  # beyond 64 the whole answer is refused as unreadable
        at = dice.randrange(PAGE)
        bad = dice.value(5) if dice.chance(0.3) else mutated(example, dice, wounds=8)
        page = _page(model, [*good[:at], bad, *good[at + 1 :]])
        others = page if len(page) == PAGE - 1 else page[:at] + page[at + 1 :]
        assert others == read[:at] + read[at + 1 :], f"seed {SEED}, round {number}: {bad!r}"


def _page(model: type[Wire], rows: list[Any]) -> tuple[Wire, ...]:
    body = json.dumps({"status": "success", "result": rows}).encode()
    answer = Answer(200, {"content-type": "application/json"}, body, RECEIVED_AT)
    return page_of(model, decode(Request(LIST_LISTINGS), answer)).rows
