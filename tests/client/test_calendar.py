"""The calendar through the real client and the sandbox."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from hostaway_mcp.client.client import Nouns
from hostaway_mcp.errors import InputError
from tests.client.recorder import Recorder
from tests.client.world import world


async def test_days_first_and_last_included() -> None:
    async with world() as w:
        first = w.clock.today("UTC")
        last = first + timedelta(days=30)
        page = await w.hostaway.calendar.find_days(w.listing_id, start_date=first, end_date=last)
        assert [day.date for day in page.rows] == [first + timedelta(days=n) for n in range(31)]
        assert all(day.status is not None and day.price is not None for day in page.rows)


async def test_price_and_note_are_written_to_their_days_only() -> None:
    async with world() as w:
        day = w.clock.today("UTC") + timedelta(days=200)
        body = {"startDate": day, "endDate": day, "price": Decimal("123.45"), "note": "Fair"}
        await w.hostaway.calendar.update(w.listing_id, body)
        page = await w.hostaway.calendar.find_days(
            w.listing_id, start_date=day, end_date=day + timedelta(days=1)
        )
        assert [one.price == Decimal("123.45") for one in page.rows] == [True, False]
        assert [one.note == "Fair" for one in page.rows] == [True, False]


async def test_price_is_the_sum_of_its_components() -> None:
    async with world() as w:
        start = w.clock.today("UTC") + timedelta(days=60)
        price = await w.hostaway.calendar.calculate_price(
            w.listing_id, starting_date=start, ending_date=start + timedelta(days=4), number_of_guests=2
        )
        counted = [one for one in price.row.components if one.is_included_in_total_price]
        assert sum(one.total or 0 for one in counted) == price.row.total_price


@pytest.mark.parametrize("count", [0, 201])
async def test_more_than_200_intervals_are_refused_before_sending(count: int) -> None:
    """Source: _calendar_batchCalendarUpdate.md."""
    recorder = Recorder()
    with pytest.raises(InputError, match="1 to 200"):
        await Nouns(recorder).calendar.update_intervals(
            1, [{"startDate": "2026-01-01", "endDate": "2026-01-01"}] * count
        )
    assert recorder.requests == []
