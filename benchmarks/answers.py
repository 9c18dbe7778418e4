"""What answers cost a model in tokens, and in bytes beside the indented JSON that Hostaway sends."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from mcp.client.client import Client

import tests.support.database  # noqa: F401 - the turned clock waits for databases
from benchmarks.lines import ERA, BrokenCallError
from benchmarks.measure import Figure, Scale
from hostaway_mcp.client.rows import Page
from hostaway_mcp.server.server import build_server
from hostaway_mcp.tools.runner import Outcome
from tests.questions.account import Account
from tests.questions.filling import Reach, fill
from tests.support.house import House, house

BYTES_A_TOKEN = 3.5
MOST_LIST, MOST_ANSWER = 12_000, 4_000
LESS = {"daily_brief": 1_500}
"""Tools whose default answer is to cost less than others."""
LIST, TABLE, TOTALS = 25, 100, 1_000
"""How many times smaller than the indented JSON of the same objects an answer is to be."""
ROWS = 100
CONFIRMED = ("new", "modified", "confirmed")
REACH = Reach(history=True, behind=62, ahead=160)
"""Two years of stays, and of the calendars what is asked about by default."""


@dataclass(frozen=True)
class Question:
    """A tool with what it cannot be asked without."""

    tool: str
    arguments: dict[str, Any]


async def measure(scale: Scale, scratch: Path) -> list[Figure]:
    """The list of tools, then each tool's default answer in every world, then bytes in the first world."""
    figures = []
    for listings in scale.worlds:
        async with synced(listings, scratch / str(listings)) as held:
            if listings == scale.worlds[0]:
                figures += [await listed(held), *await _beside_raw(held), *await _reads_beside_raw(held)]
            figures += await default_answers(held, listings)
    return figures


@asynccontextmanager
async def synced(listings: int, data: Path) -> AsyncIterator[House]:
    """
    A house with a replica that was filled a moment ago, as who has a portfolio asks.

    Hostaway's limits are no part of these figures: the window is as good as none.
    """
    options: dict[str, Any] = {"hostaway_rate_window_seconds": 0.001, "hostaway_mcp_data_dir": data}
    async with house(listings=listings, **options) as held:
        account = Account(held.sandbox.world, behind=REACH.behind, ahead=REACH.ahead)
        await fill(held, account, REACH)
        yield held


async def default_answers(held: House, listings: int) -> list[Figure]:
    """What each tool's answer costs when it is asked with as little as it takes."""
    return [await _default_answer(held, question, listings) for question in await _questions(held)]


async def listed(held: House) -> Figure:
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
        "get_reply_context": {"reservation": stay},
        "explain_money": {"reservation": stay},
        "quote_stay": {"listing": listing, "from": "+60d"},
    }
    return [Question(name, needed.get(name, {})) for name in held.app.runner.tools]


async def _default_answer(held: House, question: Question, listings: int) -> Figure:
    outcome = await held.ask(question.tool, **question.arguments)
    text, structured = _tokens(outcome.text), _tokens(_packed(outcome.json))
    return Figure(
        f"{question.tool}, {listings:,} listings",
        max(text, structured),
        "tokens",
        target=LESS.get(question.tool, MOST_ANSWER),
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


async def _reads_beside_raw(held: House) -> list[Figure]:
    """Answers that replace many objects: what Hostaway would send for the same question, and what is said."""
    hostaway, today = held.app.hostaway, held.clock.now().date()
    shown = await held.ask("find_listings", limit=ROWS)
    listings = {row["id"]: row for row in await _all(hostaway.listings.find)}
    stays = await held.ask("stay_board", limit=ROWS)
    here = [
        await _stay(held, row["reservation_id"])
        for day in stays.json["days"]
        for part in ("arrivals", "departures", "in_house")
        for row in day.get(part, [])
    ]
    calendar = await held.ask("get_calendar", to="+29d")
    gaps = await held.ask("find_gaps")
    end = today + timedelta(days=59)
    find = partial(hostaway.calendar.find_days, start_date=today, end_date=end)
    days = {number: list((await find(number)).raw) for number in listings}
    calendars = [
        day
        for row in calendar.json["calendars"]
        for day in days[row["listing_id"]]
        if day["date"] <= str(today + timedelta(days=29))
    ]
    summary = await held.ask("get_financial_summary")
    first = today.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    counted = await _staying(held, first, last)
    pace = await held.ask("report_pacing", by="month")
    paced = await _staying(held, today, today + timedelta(days=89))
    paced += await _staying(held, today - timedelta(days=364), today - timedelta(days=275))
    insights = await held.ask("review_insights", limit=1)
    begin = today - timedelta(days=89)
    reviews = partial(hostaway.reviews.find, departure_date_start=begin, departure_date_end=today)
    return [
        _beside(
            "a brief list",
            "find_listings",
            shown.text,
            [listings[row["listing_id"]] for row in shown.json["listings"]],
            LIST,
        ),
        _beside("a board", "stay_board", stays.text, here, LIST),
        _beside("calendars", "get_calendar", calendar.text, calendars, TABLE),
        _beside("gaps", "find_gaps", gaps.text, [day for some in days.values() for day in some], TABLE),
        _beside("a month's summary", "get_financial_summary", summary.text, counted, TOTALS),
        _beside("pace", "report_pacing", pace.text, paced, TOTALS),
        _beside("ratings", "review_insights limit=1", insights.text, await _all(reviews), TOTALS),
    ]


async def _staying(held: House, first: date, last: date) -> list[dict[str, Any]]:
    """Every stay with a night from the first to the last day, as Hostaway sends it."""
    # The longest stay of the sandbox has 28 nights.
    find = partial(
        held.app.hostaway.reservations.find,
        arrival_start_date=first - timedelta(days=28),
        arrival_end_date=last,
    )
    return [row for row in await _all(find) if row["departureDate"] > str(first)]


def _beside(
    what: str, tool: str, text: str, objects: list[dict[str, Any]], times: int | None = None
) -> Figure:
    raw = len(json.dumps(objects, indent=2, ensure_ascii=False).encode())
    said = len(text.encode())
    return Figure(
        f"bytes of {what}",
        said / raw,
        "×",
        target=1 / times if times else None,
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
