"""What answers cost a model in tokens, and in bytes beside the indented JSON that Hostaway sends."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from mcp.client.client import Client

from benchmarks.lines import ERA, BrokenCallError
from benchmarks.measure import Figure, Scale
from hostaway_mcp.client.rows import Page
from hostaway_mcp.server.server import build_server
from hostaway_mcp.tools.runner import Outcome
from tests.support.house import House, house

BYTES_A_TOKEN = 3.5
MOST_LIST, MOST_ANSWER = 12_000, 4_000
ROWS = 100
CONFIRMED = ("new", "modified", "confirmed")


@dataclass(frozen=True)
class Question:
    """A tool with what it cannot be asked without."""

    tool: str
    arguments: dict[str, Any]


async def measure(scale: Scale, _scratch: Path) -> list[Figure]:
    """The list of tools, then each tool's default answer in every world, then bytes in the first world."""
    figures = []
    for listings in scale.worlds:
        # Hostaway's limits are no part of these figures: the window is as good as none.
        async with house(listings=listings, hostaway_rate_window_seconds=0.001) as held:
            if listings == scale.worlds[0]:
                figures += [await _listed(held), *await _beside_raw(held)]
            figures += [
                await _default_answer(held, question, listings) for question in await _questions(held)
            ]
    return figures


async def _listed(held: House) -> Figure:
    """The answer to `tools/list` as a client receives it."""
    async with Client(build_server(held.app), mode=ERA) as client:
        listed = await client.list_tools()
    text = listed.model_dump_json(by_alias=True, exclude_none=True)
    return Figure("list of tools", _tokens(text), "tokens", target=MOST_LIST)


async def _questions(held: House) -> list[Question]:
    """Every tool that is offered, asked with as little as it takes."""
    stays = (await held.ask("find_reservations")).json["reservations"]
    stay, listing = stays[0]["reservation_id"], stays[0]["listing_id"]
    needed = {
        "find": {"query": stays[0]["listing"]},
        "get_listing": {"listing": listing},
        "get_reservation": {"reservation": stay},
        "get_guest": {"reservation": stay},
        "get_conversation": {"reservation": stay},
    }
    return [Question(name, needed.get(name, {})) for name in held.app.runner.tools]


async def _default_answer(held: House, question: Question, listings: int) -> Figure:
    outcome = await held.ask(question.tool, **question.arguments)
    text, structured = _tokens(outcome.text), _tokens(_packed(outcome.json))
    return Figure(
        f"{question.tool}, {listings:,} listings",
        max(text, structured),
        "tokens",
        target=MOST_ANSWER,
        note=f"text {text:,.0f}, structured {structured:,.0f}" + _partial(outcome),
    )


def _partial(outcome: Outcome) -> str:
    return "" if outcome.answer.complete else "; not complete"


async def _beside_raw(held: House) -> list[Figure]:
    """The text of an answer beside the indented JSON of the objects that it is about."""
    hostaway = held.app.hostaway
    listings = await held.ask("find_listings", limit=ROWS, detail="standard")
    stays = await held.ask("find_reservations", limit=ROWS)
    report = await held.ask("get_financial_report", limit=1)
    every_listing = {row["id"]: row for row in await _all(hostaway.listings.find)}
    first = held.clock.now().date().replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    arrivals = partial(hostaway.reservations.find, arrival_start_date=first, arrival_end_date=last)
    counted = [row for row in await _all(arrivals) if row["status"] in CONFIRMED]
    if len(counted) != report.json["total"]:
        raise BrokenCallError(f"The report counts {report.json['total']} stays, the list has {len(counted)}.")
    staying = [await _stay(held, row["reservation_id"]) for row in stays.json["reservations"]]
    shown = [every_listing[row["listing_id"]] for row in listings.json["listings"]]
    return [
        _beside("a list", "find_listings", listings.text, shown),
        _beside("a table", "find_reservations", stays.text, staying),
        _beside("a month's totals", "get_financial_report limit=1", report.text, counted),
    ]


def _beside(what: str, tool: str, text: str, objects: list[dict[str, Any]]) -> Figure:
    raw = len(json.dumps(objects, indent=2, ensure_ascii=False).encode())
    said = len(text.encode())
    return Figure(
        f"bytes of {what}",
        said / raw,
        "×",
        floor=f"indented JSON of the same {len(objects):,} objects, {raw:,} bytes",
        note=f"{tool}: {said:,} bytes, 1/{raw / said:,.0f}",
    )


async def _stay(held: House, reservation_id: int) -> dict[str, Any]:
    return dict((await held.app.hostaway.reservations.get(reservation_id)).raw)


async def _all(find: Callable[..., Awaitable[Page[Any]]]) -> list[dict[str, Any]]:
    """Every object that Hostaway sends, page after page."""
    rows: list[dict[str, Any]] = []
    while True:
        page = await find(limit=ROWS, offset=len(rows))
        rows += page.raw
        if page.received < ROWS:
            return rows


def _packed(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _tokens(text: str) -> float:
    return len(text.encode()) / BYTES_A_TOKEN
