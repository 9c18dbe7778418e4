"""A house with writes switched on, and the person behind its client."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from hostaway_mcp.calls import Progress
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.tools.runner import Asked, Outcome
from tests.support.clock import FakeClock
from tests.support.house import House, house

Json = dict[str, Any]


class Person:
    """Says yes or no to what they are asked, and remembers it."""

    def __init__(self, *, agrees: bool = True) -> None:
        self.agrees = agrees
        self.asked: list[tuple[str, str]] = []

    async def ask(self, change_id: str, question: str) -> bool:
        self.asked.append((change_id, question))
        return self.agrees


class WritingHouse:
    """Proposes and applies as one caller whose client can ask a person."""

    def __init__(self, home: House, person: Person) -> None:
        self.home = home
        self.person = person

    async def call(
        self,
        tool: str,
        *,
        caller: str = "client",
        door: str = "stdio",
        progress: Progress | None = None,
        asks: bool = True,
        **arguments: Any,
    ) -> Outcome:
        """Calls a tool; the person is asked where somebody has to agree, if the client can ask (`asks`)."""
        named = {name.removesuffix("_"): value for name, value in arguments.items()}
        ask = self.person.ask if asks else None
        asked = Asked(door=door, caller=caller, progress=progress, ask_person=ask)
        return await self.home.app.runner.run(tool, named, asked)

    async def propose(self, tool: str, **arguments: Any) -> Json:
        return (await self.call(tool, **arguments)).json

    async def apply(self, proposal: Json) -> Json:
        return (await self.call("apply_change", change_id=proposal["change_id"])).json


@asynccontextmanager
async def writing(
    folder: Path, *, agrees: bool = True, clock: FakeClock | None = None, **options: Any
) -> AsyncIterator[WritingHouse]:
    """A house over the sandbox that may change things; its journal is in `folder`."""
    settings: dict[str, Any] = {"hostaway_mcp_writes": "propose", "hostaway_mcp_data_dir": folder} | options
    async with house(clock=clock, **settings) as home:
        yield WritingHouse(home, Person(agrees=agrees))


def masked(outcome: Outcome) -> Json:
    """An answer in both its forms without the name of the change, which is another one every time."""
    names = re.compile(r"chg_[0-9a-f]{16}")
    both = json.dumps({"json": outcome.json, "text": outcome.text.split("\n")})
    shown: Json = json.loads(names.sub("chg_…", both))
    return shown


def said(error: HostawayMcpError) -> list[Any]:
    """A refusal whole: its code, its sentence, what it advises, and what a program is told besides."""
    facts = error.facts()
    besides = {key: facts[key] for key in ("nearest", "choices", "outcome") if key in facts}
    return [error.code, error.message, error.hint, *([besides] if besides else [])]


def told(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What a function gives, or its refusal whole."""
    try:
        return function(*arguments, **named)
    except HostawayMcpError as error:
        return said(error)


async def proposed(home: WritingHouse, tool: str, *each: Json, **same: Any) -> list[Any]:
    """What is shown of one proposal after the other: items, warnings and what it lacks; or its refusal."""
    found: list[Any] = []
    for arguments in each:
        try:
            shown = await home.propose(tool, **same, **arguments)
        except HostawayMcpError as error:
            found.append(said(error))
        else:
            kept = ("summary", "items", "warnings", "missing", "understood")
            found.append({name: shown[name] for name in kept if shown.get(name)})
    return found
