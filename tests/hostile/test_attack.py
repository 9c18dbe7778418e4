"""The attack itself: what it must notice, and that it can be repeated."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.hostile import attack
from tests.hostile.attack import Attack, Exchange, Report
from tests.hostile.fuzz import DEFAULT_SEED, tool_schemas
from tests.hostile.house import hostile_app
from tests.hostile.messages import Grammar, Hostile
from tests.hostile.verdicts import wrong_in_http, wrong_in_log

INTERNAL = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32603, "message": "x"}}
FAULT = {"jsonrpc": "2.0", "id": 1, "result": {"_meta": {"hostaway-mcp/error": {"code": "internal"}}}}
REFUSED = {"jsonrpc": "2.0", "id": 1, "result": {"_meta": {"hostaway-mcp/error": {"code": "busy"}}}}
JSON = {"content-type": "application/json"}
EVENTS = {"content-type": "text/event-stream"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "wrong"),
    [
        (200, JSON, json.dumps(REFUSED).encode(), False),
        (404, JSON, b'{"detail":"no"}', False),
        (0, {}, b"", True),
        (500, JSON, b"{}", True),
        (503, {}, b"", True),
        (400, JSON, b'{"detail":"Traceback (most recent call last)"}', True),
        (200, JSON, json.dumps(INTERNAL).encode(), True),
        (200, JSON, json.dumps(FAULT).encode(), True),
        (200, EVENTS, b"event: message\ndata: " + json.dumps(FAULT).encode() + b"\n\n", True),
    ],
)
def test_a_fault_in_an_answer_is_noticed(
    status: int, headers: dict[str, str], body: bytes, wrong: bool
) -> None:
    """A 5xx, a trace, an internal error, no answer at all; a refusal is none."""
    assert bool(wrong_in_http(status, headers, body)) is wrong


def test_a_fault_in_the_log_is_noticed() -> None:
    """What is no log line, what is an error, and what says where something broke."""
    fine = ['{"level": "info", "event": "x"}', '{"level": "warning", "event": "x"}', "port=1", ""]
    faults = ["Traceback (most recent call last):", '{"level": "error"}', '{"level": "info", "where": []}']
    assert wrong_in_log([*fine, *faults]) == faults


@pytest.mark.parametrize("blocks", [True, False])
async def test_an_input_that_keeps_others_waiting_is_blamed(
    monkeypatch: pytest.MonkeyPatch, blocks: bool
) -> None:
    """Number 7 holds what the canary needs, each time or only once; only then it was not its fault."""
    monkeypatch.setattr(attack, "BLOCKED_SECONDS", 0.1)
    free, held = asyncio.Lock(), 0

    async def exchange(hostile: Hostile) -> str:
        nonlocal held
        if hostile.number == 7 and (blocks or not held):
            held += 1
            async with free:
                await asyncio.sleep(0.4)
        await asyncio.sleep(0.01)
        return ""

    async def ask() -> None:
        async with free:
            await asyncio.sleep(0.001)

    report = await _attacked([exchange, exchange], ask)
    assert [fault.splitlines()[0] for fault in report.faults] == ["seed 1, input 7: POST '/mcp'"] * blocks


async def test_what_is_needed_to_see_it_again_is_told() -> None:
    """Seed, number, the input itself, and what was wrong."""

    async def exchange(hostile: Hostile) -> str:
        return "broken" if hostile.number == 3 else ""

    async def ask() -> None:
        await asyncio.sleep(0)

    (fault,) = (await _attacked([exchange], ask)).faults
    assert fault.startswith("seed 1, input 3: POST '/mcp'")
    assert "b'number 3'" in fault
    assert fault.endswith("broken")


async def _attacked(exchanges: list[Exchange], ask: attack.Ask) -> Report:
    report = Report(1)
    inputs = [Hostile(number, b"number %d" % number) for number in range(20)]
    await Attack(exchanges, ask, report).run(inputs)
    assert report.sent == len(inputs)
    return report


def test_inputs_repeat() -> None:
    """Input n of a seed is the same whatever was made before it, and another seed gives others."""
    tools = tool_schemas(hostile_app())
    grammar, again = Grammar(tools, seed=DEFAULT_SEED), Grammar(tools, seed=DEFAULT_SEED)
    forwards = [grammar.request(number) for number in range(200)]
    assert [again.request(number) for number in reversed(range(200))] == forwards[::-1]
    assert [Grammar(tools, seed=1).request(number) for number in range(200)] != forwards
