"""What property managers ask is answered truly: live, from the replica, and through every door."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from hostaway_mcp.app import build_app
from hostaway_mcp.cli.serve import LOOPBACK, new_sandbox, serving, settings_for
from hostaway_mcp.settings import Settings
from hostaway_mcp.tools.tools import offered
from hostaway_mcp.web.serve import bind
from hostaway_mcp.web.web import build_web
from tests.journeys.facts import Facts
from tests.journeys.questions import MOST_CALLS, QUESTIONS, Asked, Took
from tests.support.house import House, house
from tests.support.replica import synced

LISTINGS = 12
AT_LEAST = 0.95
ONLY_HOSTAWAY_KNOWS = {
    "check_connection", "get_financial_report", "quote_stay", "explain_money", "get_reply_context",
    "get_conversation",
}  # fmt: skip
"""
Whether it can be reached, its reports, prices and formulas, templates; threads that nobody has read.
"""
THROUGH_DOORS = (
    "Which homes do we have?", "Which are in Lisbon?", "Which take six guests?",
    "Which have three bedrooms or more?", "When can guests check in at Alfama Loft?",
    "May guests smoke at Ribeira Nest?", "What is the address of Palm Court?", "Which home is 40160?",
    "How many beds are at Alfama Loft?", "Is there Wi-Fi at Alfama Loft?", "What is to be done?",
    "Which cleanings are open?",
)  # fmt: skip
"""Those whose answer is the same at every hour of the day: here the clock is the machine's."""
AT_ONCE = 4
BOUNDED_SECONDS = 60
Door = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]


def test_the_set_is_large_and_asks_every_tool() -> None:
    """At least 120 questions of at most three calls, and each tool answers some."""
    assert len(QUESTIONS) >= 120
    assert all(1 <= len(one.calls) <= MOST_CALLS for one in QUESTIONS)
    asked = Counter(tool for one in QUESTIONS for tool, _ in one.calls)
    assert set(asked) == {tool.name for tool in offered()}


async def test_live_every_question_is_answered_truly() -> None:
    """All but those that only a replica can answer."""
    async with house(listings=LISTINGS) as home:
        asked = [one for one in QUESTIONS if not one.replica_only]
        await _true(home, asked)


async def test_the_replica_answers_as_truly_and_nearly_always_without_a_call(tmp_path: Path) -> None:
    """Those that do cost a call are printed."""
    async with synced(tmp_path, listings=LISTINGS) as home:
        costs = await _true(home, QUESTIONS)
        costly = {one: calls for one, calls in costs.items() if calls}
        free = 1 - len(costly) / len(QUESTIONS)
        print(f"{free:.1%} of {len(QUESTIONS)} questions cost no call; these do:")  # noqa: T201
        for one, calls in costly.items():
            print(f"{one.words} ({one.tool}): {', '.join(calls)}")  # noqa: T201 - says what costs a call
        assert free >= AT_LEAST
        assert {one.tool for one in costly} <= ONLY_HOSTAWAY_KNOWS


async def _true(home: House, asked: Sequence[Asked]) -> dict[Asked, list[str]]:
    """Asks all and fails with those whose answer is not true; gives the calls that each has cost."""
    facts, wrong, costs = Facts(home.sandbox.world), [], {}
    for one in asked:
        before = len(home.upstream)
        said = await answered(one, in_process(home))
        costs[one] = home.upstream[before:]
        try:
            one.check(facts, said)
        except (AssertionError, LookupError, StopIteration) as error:
            wrong.append(f"{one.words} {one.calls}: {error!r:.300}")
    assert not wrong, "\n".join(wrong)
    return costs


async def answered(one: Asked, door: Door) -> list[dict[str, Any]]:
    """The answers to its calls, each with what the one before told."""
    said: list[dict[str, Any]] = []
    for tool, arguments in one.calls:
        given = {k: v.of(said[-1]) if isinstance(v, Took) else v for k, v in arguments.items()}
        said.append(await door(tool, given))
    return said


def in_process(home: House) -> Door:
    """The runner itself."""

    async def ask(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return (await home.ask(tool, **arguments)).json

    return ask


@pytest.mark.parametrize("door", ["stdio", "http", "api", "shell"])
async def test_doors_answer_as_truly(door: str, tmp_path: Path) -> None:
    """A sample of the questions, from a process of its own or over HTTP."""
    asked = [one for one in QUESTIONS if one.words in THROUGH_DOORS]
    assert len(asked) == len(THROUGH_DOORS)
    sandbox = new_sandbox(listings=LISTINGS, seed=1)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(bind(LOOPBACK, 0))
        base_url = f"http://{LOOPBACK}:{listener.getsockname()[1]}/v1"
        await stack.enter_async_context(serving(sandbox.app, listener))
        settings = settings_for(sandbox, base_url)
        through = await stack.enter_async_context(DOORS[door](settings, tmp_path))
        limit, facts = asyncio.Semaphore(AT_ONCE), Facts(sandbox.world)

        async def true(one: Asked) -> None:
            async with limit:
                one.check(facts, await answered(one, through))

        await asyncio.gather(*map(true, asked))


def _environment(settings: Settings, folder: Path) -> dict[str, str]:
    ours = {
        "HOSTAWAY_ACCOUNT_ID": settings.hostaway_account_id,
        "HOSTAWAY_CLIENT_SECRET": settings.hostaway_client_secret.get_secret_value(),
        "HOSTAWAY_BASE_URL": settings.hostaway_base_url,
        "HOSTAWAY_MCP_DATA_DIR": str(folder / "data"),
    }
    return {k: v for k, v in os.environ.items() if not k.startswith("HOSTAWAY_")} | ours


async def _through_mcp(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error
    assert isinstance(result.structured_content, dict)
    return result.structured_content


@asynccontextmanager
async def _stdio(settings: Settings, folder: Path) -> AsyncIterator[Door]:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "hostaway_mcp", "serve"], env=_environment(settings, folder)
    )
    async with Client(stdio_client(command)) as client:
        yield partial(_through_mcp, client)


@asynccontextmanager
async def _web(settings: Settings) -> AsyncIterator[str]:
    app = build_app(settings)
    with bind(LOOPBACK, 0) as listener:
        async with serving(build_web(app, host=LOOPBACK), listener):
            yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    await app.aclose()


@asynccontextmanager
async def _http(settings: Settings, _: Path) -> AsyncIterator[Door]:
    async with _web(settings) as address, Client(f"{address}/mcp") as client:
        yield partial(_through_mcp, client)


@asynccontextmanager
async def _api(settings: Settings, _: Path) -> AsyncIterator[Door]:
    async with _web(settings) as address, httpx2.AsyncClient(timeout=BOUNDED_SECONDS) as http:

        async def ask(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
            reply = await http.get(f"{address}/api/v1/{tool}", params=arguments)
            assert reply.status_code == 200
            answer: dict[str, Any] = reply.json()
            return answer

        yield ask


@asynccontextmanager
async def _shell(settings: Settings, folder: Path) -> AsyncIterator[Door]:
    environment = _environment(settings, folder)

    async def ask(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        words = ("-m", "hostaway_mcp", "call", tool, "--json", json.dumps(arguments))
        process = await asyncio.create_subprocess_exec(
            sys.executable, *words, env=environment, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asyncio.wait_for(process.communicate(), BOUNDED_SECONDS)
        assert process.returncode == 0
        answer: dict[str, Any] = json.loads(out)
        return answer

    yield ask


DOORS: dict[str, Callable[[Settings, Path], AbstractAsyncContextManager[Door]]] = {
    "stdio": _stdio, "http": _http, "api": _api, "shell": _shell,
}  # fmt: skip
