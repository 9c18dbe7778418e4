"""Pace over one fixture that was worked out by hand: bookings, cancellations, weekdays a year apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from hostaway_mcp.errors import CursorError, InputError, UnknownNameError
from hostaway_mcp.services.pace_rows import PaceBy, Pacing
from tests.support.house import House, house
from tests.support.replica import sync, synced

FRIDAY = date(2026, 8, 7)
YEAR = timedelta(days=364)
LISTING = 40160
PERIOD: dict[str, Any] = {"from_": "2026-08-01", "to": "2026-09-01", "listing": LISTING}
"""Today is 2026-07-23; the books a year ago are those of 2025-07-24."""


def add(home: House, arrival: date, nights: int, booked: str, **fields: Any) -> None:
    stamp = f"{booked} 12:00:00"
    home.sandbox.world.add_reservation(
        LISTING,
        arrival,
        arrival + timedelta(days=nights),
        reservationDate=stamp,
        insertedOn=stamp,
        updatedOn=stamp,
        latestActivityOn=stamp,
        **({"totalPrice": 100 * nights} | fields),
    )


@asynccontextmanager
async def seeded(folder: Path | None = None) -> AsyncIterator[House]:
    """One listing whose only stays are these."""
    settings: dict[str, Any] = {} if folder is None else {"hostaway_mcp_data_dir": folder}
    async with house(listings=2, **settings) as home:
        for number in list(home.sandbox.world.stays):
            home.sandbox.world.remove_reservation(number)
        # Now: 2 + 3 nights; a request and an owner stay are not on the books.
        add(home, FRIDAY, 2, "2026-07-20", channelId=2018)
        add(home, date(2026, 8, 30), 4, "2026-05-01", totalPrice=403)
        add(home, FRIDAY + timedelta(days=5), 3, "2026-07-20", status="pending")
        add(home, FRIDAY + timedelta(days=9), 3, "2026-06-20", status="ownerStay")
        # Cancelled three days ago, on the books since June.
        add(
            home,
            FRIDAY + timedelta(days=14),
            5,
            "2026-06-01",
            status="cancelled",
            cancellationDate="2026-07-20",
        )
        # A year ago: 2 nights booked in time, 4 too late, 3 cancelled after the day, 6 before it.
        add(home, FRIDAY - YEAR, 2, "2025-07-01", channelId=2018)
        add(home, FRIDAY - YEAR + timedelta(days=3), 4, "2025-07-30")
        for nights, when in ((3, "2025-08-01"), (6, "2025-07-10")):
            add(
                home,
                FRIDAY - YEAR + timedelta(days=14),
                nights,
                "2025-06-28",
                status="cancelled",
                cancellationDate=when,
            )
        if folder is not None:
            await sync(home)
        yield home


async def pace(home: House, **asked: Any) -> Pacing:
    return await home.app.services.pacing.report(**asked, question=asked)


@pytest.mark.parametrize("copied", [False, True], ids=["live", "replica"])
async def test_the_books_now_and_a_year_ago(copied: bool, tmp_path: Path) -> None:
    async with seeded(tmp_path if copied else None) as home:
        before = len(home.upstream)
        found = await pace(home, **PERIOD)
        assert not copied or len(home.upstream) == before
        assert (str(found.books_at), str(found.books_then_at)) == ("2026-07-23", "2025-07-24")
        (august,) = found.periods
        # Of the stay from the 30th two nights lie in August; then 2 + 3, in the end 2 + 4.
        assert (august.key, august.nights, august.nights_then) == ("2026-08", 4, 5)
        assert (august.nights_percent, august.nights_final_then) == (-20.0, 6)
        assert [str(one) for one in august.revenue] == ["401.50 EUR"]
        assert [str(one) for one in august.revenue_then] == ["500.00 EUR"]
        week, month = found.pickup
        assert (week.new, week.lost, week.net) == (2, 5, -3)
        assert (week.new_then, week.lost_then, week.net_then) == (0, 0, 0)
        # Thirty days end with 23 July: what was booked on 1 June is older, the rest is new.
        assert (month.new, month.lost) == (2, 5)
        # A year ago they begin with 25 June; six nights came on the 28th and left on 10 July: neither.
        assert (month.new_then, month.lost_then) == (2 + 3, 0)
        assert [(one.channel, one.nights, one.nights_then) for one in found.channels] == [
            ("airbnb", 2, 2),
            ("direct", 2, 3),
        ]
        assert found.complete
        assert any("1 stays that were cancelled later" in one for one in found.warnings)


async def test_lead_time_and_length_of_stay() -> None:
    """Now 18 and 121 days before, for 2 and 4 nights; then 31 and 48 days before, for 2 and 3."""
    async with seeded() as home:
        found = await pace(home, **PERIOD)
        lead, length = found.lead_time, found.length_of_stay
        assert lead.now
        assert lead.then
        assert (lead.now.stays, lead.now.mean, lead.now.median) == (2, 69.5, 69.5)
        assert (lead.then.stays, lead.then.mean) == (2, (38 + 55) / 2)
        assert length.now
        assert length.then
        assert (length.now.mean, length.then.mean) == (3.0, 2.5)


async def test_weekdays_meet_their_weekdays() -> None:
    async with seeded() as home:
        found = await pace(home, **PERIOD, by="weekday")
        nights = {one.key: (one.nights, one.nights_then) for one in found.periods}
        assert nights["Fri"] == (1, 2)
        assert nights["Sat"] == (1, 2)
        assert list(nights) == [
            day for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun") if day in nights
        ]


async def test_the_books_of_an_earlier_day_are_rebuilt() -> None:
    """On 19 July the five nights that were cancelled on the 20th were there, the two of that day not yet."""
    async with seeded() as home:
        found = await pace(home, **PERIOD, as_of="2026-07-19")
        assert (found.whole.nights, str(found.books_then_at)) == (2 + 5, "2025-07-20")


async def test_parts_sum_to_the_whole(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=8) as home:
        for by in get_args(PaceBy):
            found = await pace(home, by=by, limit=200)
            assert found.next_cursor is None
            for name in ("nights", "nights_then", "nights_final_then"):
                assert sum(getattr(one, name) for one in found.periods) == getattr(found.whole, name)
            rows = [money for one in found.periods for money in one.revenue]
            for whole in found.whole.revenue:
                assert sum(one.amount for one in rows if one.currency == whole.currency) == whole.amount
            assert sum(one.nights for one in found.channels) == found.whole.nights


async def test_no_history_is_said_with_what_there_is() -> None:
    async with seeded() as home:
        found = await pace(home, **(PERIOD | {"from_": "2026-08-30"}))
        assert found.whole.nights == 2
        assert found.whole.nights_percent is None
        assert any("no year of history" in one for one in found.warnings)
    async with house(listings=12) as home:
        same = (await pace(home)).same_listings
        assert same
        assert 0 < same.listings < same.of


async def test_a_page_that_fails_is_missing() -> None:
    async with house(listings=40) as home:
        home.sandbox.faults.add("status", path="/v1/reservations", status=503, times=None, after=3)
        found = await pace(home)
        assert not found.complete
        assert found.total is None
        assert found.missing[0].resume


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"as_of": "tomorrow"}, InputError),
        ({"from_": "soon"}, InputError),
        ({"group": "Atlantis"}, UnknownNameError),
        ({"listing": "Nowhere Hall"}, UnknownNameError),
        ({"cursor": "abc"}, CursorError),
    ],
)
async def test_bad_input(asked: dict[str, Any], error: type[Exception]) -> None:
    async with house(listings=2) as home:
        with pytest.raises(error):
            await pace(home, **asked)
