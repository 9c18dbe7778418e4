"""Odd prices as the sandbox's calendars have them, and what really mends them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hostaway_mcp.errors import CursorError, InputError, UnknownNameError
from hostaway_mcp.services.answers import to_object
from hostaway_mcp.services.prices import PriceFinding, PricesAnswer
from tests.services import truth
from tests.services.calendar_writes import Writer
from tests.support.house import House, house
from tests.support.replica import sync, synced

DAY = timedelta(days=1)
TODAY = date(2026, 7, 23)
PERIOD: dict[str, Any] = {"first": str(TODAY), "last": "2027-03-31"}

Night = tuple[int, date, str]


async def ask(home: House, **asked: Any) -> PricesAnswer:
    return await home.app.services.prices.check(**asked)


async def every(home: House, **asked: Any) -> list[PriceFinding]:
    """All pages."""
    rows: list[PriceFinding] = []
    cursor = None
    while True:
        answer = await ask(home, **asked, cursor=cursor)
        rows += answer.findings
        cursor = answer.next_cursor
        if cursor is None:
            assert answer.complete
            assert len(rows) == answer.total == sum(one.findings for one in answer.counts)
            return rows


def nights_of(rows: list[PriceFinding]) -> set[Night]:
    return {
        (row.listing_id, night, row.rule) for row in rows for night in truth.nights(row.first, row.last + DAY)
    }


async def seed(home: House) -> set[Night]:
    """Twenty-five slips on open nights, far enough from each other, put through the API."""
    random, writer, world = Random(7), Writer(home), home.sandbox.world
    factors = (0, 10, 0.1, 0.5, 2, 0.3, 3, 0.45, 1.8, 0)
    slips: set[Night] = set()
    listings = truth.active(world)
    turn = 0
    while len(slips) < 25:
        listing, factor = listings[turn % len(listings)], factors[turn % len(factors)]
        begin = TODAY + DAY * (20 + 45 * (turn // len(listings)))
        days = truth.days(world, listing, begin, begin + 20 * DAY)
        turn += 1
        free = [day for day, one in days.items() if one["isAvailable"]]
        if not free:
            continue
        night = random.choice(free)
        await writer.put(listing, night, night, price=round(days[night]["price"] * factor))
        slips.add((listing, night, "pattern" if factor else "missing"))
    return slips


@pytest.mark.parametrize("from_the_replica", [False, True])
async def test_25_slips_are_found_and_mended(from_the_replica: bool, tmp_path: Path) -> None:
    """None false among all open nights; with the prices named, nothing is odd any more."""
    async with synced(tmp_path, listings=12) if from_the_replica else house(listings=12) as home:
        slips = await seed(home)
        if from_the_replica:
            await sync(home, after_seconds=7 * 3_600)
        before = len(home.upstream)
        rows = await every(home, **PERIOD)
        if from_the_replica:
            assert len(home.upstream) == before
        assert nights_of(rows) == slips
        assert nights_of(await every(home, **PERIOD, limit=4)) == slips
        writer = Writer(home)
        for row in rows:
            assert row.usual
            assert row.worth is None or row.worth.amount > 0
            for fix in row.fixes:
                await writer.apply(to_object(fix))
        if from_the_replica:
            await sync(home, after_seconds=7 * 3_600)
        home.app.services.facts.forget()
        assert await every(home, **PERIOD) == []


async def test_worth_is_what_the_usual_price_brings_more() -> None:
    async with house(listings=3) as home:
        day = next(
            day
            for day, one in truth.days(home.sandbox.world, 40160, TODAY + 20 * DAY, TODAY + 60 * DAY).items()
            if one["isAvailable"]
        )
        price = truth.days(home.sandbox.world, 40160, day, day)[day]["price"]
        await Writer(home).put(40160, day, day, price=round(price / 5))
        (row,) = await every(home, listing=40160)
        assert row.price
        assert row.usual
        assert row.worth
        assert row.price.amount == round(price / 5)
        assert abs(row.usual.amount - price) < price / 10
        assert row.worth.amount == row.usual.amount - row.price.amount
        assert row.fixes[0].changes.price == row.usual.amount
        assert row.says.startswith("1 night up to ")


async def test_a_floor_is_found_at_every_open_night_below_it() -> None:
    """Each listing's own currency, with a warning; the change is the floor or what is usual."""
    async with house(listings=12) as home:
        answer = await ask(home, rules=["floor=100"])
        assert "own currency" in answer.warnings[0]
        expected = {
            (listing, day, "floor")
            for listing in truth.active(home.sandbox.world)
            for day, one in truth.days(home.sandbox.world, listing, TODAY, TODAY + 59 * DAY).items()
            if one["isAvailable"] and one["price"] < 100
        }
        rows = await every(home, rules=["floor=100"])
        assert nights_of(rows) == expected
        assert all(fix.changes.price and fix.changes.price >= 100 for row in rows for fix in row.fixes)


async def test_far_from_last_year() -> None:
    """Months at twice the price are a season to the pattern; last year's stays tell otherwise."""
    async with house(listings=12) as home:
        writer, world = Writer(home), home.sandbox.world
        listing = max(truth.active(world), key=lambda one: len(world.stays_of[one]) * (one != 40195))
        for day, one in truth.days(world, listing, TODAY - 20 * DAY, TODAY + 90 * DAY).items():
            await writer.put(listing, day, day, price=one["price"] * 3)
        rows = await every(home, rules=["last_year"])
        assert {row.listing_id for row in rows} == {listing}
        assert all(row.rule == "last_year" and "a year before" in row.says for row in rows)
        assert await every(home, rules=["pattern"]) == []


async def test_without_a_year_of_history_it_is_said() -> None:
    async with house(listings=3) as home:
        world = home.sandbox.world
        for stay in list(world.stays):
            world.remove_reservation(stay)
        answer = await ask(home)
        assert answer.complete
        assert "year before" in answer.warnings[0]


async def test_a_listing_and_a_group_narrow_and_past_days_do_not_matter() -> None:
    async with house(listings=12) as home:
        await seed(home)
        rows = await every(home, **PERIOD)
        city = rows[0].city
        assert nights_of(await every(home, **PERIOD, group=city)) == nights_of(
            [row for row in rows if row.city == city]
        )
        assert {row.listing_id for row in await every(home, **PERIOD, listing=40160)} <= {40160}
        answer = await ask(home, first="2026-06-01", last="2026-07-01")
        assert "past" in answer.warnings[0]
        with pytest.raises(UnknownNameError):
            await ask(home, group="Atlantis")
        cursor = (await ask(home, **PERIOD, limit=2)).next_cursor
        with pytest.raises(CursorError):
            await ask(home, **PERIOD, rules=["missing"], cursor=cursor)


async def test_calendars_that_fail_are_named() -> None:
    async with house(listings=12) as home:
        await seed(home)
        home.sandbox.faults.add("status", path="/v1/listings/40167/calendar", status=503, times=None)
        answer = await ask(home, **PERIOD)
        assert not answer.complete
        assert (answer.total, answer.counts) == (None, ())
        assert "40167" in (answer.missing[0].resume or "")
        assert answer.findings


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (["weather"], 'There is no rule "weather".'),
        (["floor"], "needs an amount"),
        (["floor=-3"], "needs an amount"),
        (["pattern=2"], "not from 5 to 1000 percent"),
        (["last_year=many"], "has no number"),
        (["missing=3"], "There is no rule"),
        (["floor=nan"], "has no number"),
    ],
)
async def test_rules_that_there_are_not(rules: list[str], says: str) -> None:
    async with house(listings=1) as home:
        with pytest.raises(InputError) as refused:
            await ask(home, rules=rules)
        assert says in refused.value.sentence


async def test_rules_are_echoed() -> None:
    async with house(listings=1) as home:
        answer = await ask(home, rules=["floor=80", "pattern=50%"])
        assert answer.understood["rules"] == "floor=80, pattern=50 %"
        assert Decimal(answer.looked_at.split()[0]) > 0
