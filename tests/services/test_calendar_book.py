"""What is kept of many calendars says the same as the calendars themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.gaps import find_gaps
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services import calendar_days
from hostaway_mcp.services.answers import Answer, to_object
from hostaway_mcp.services.calendar_book import Kept, _kept
from hostaway_mcp.services.gap_book import gaps_of
from hostaway_mcp.store.calendar_lists import DayColumns, Strip
from tests.services import truth
from tests.services.calendar_writes import Writer
from tests.support.house import House
from tests.support.replica import sync, synced

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def day_columns() -> st.SearchStrategy[DayColumns]:
    """A day without date and price, as the replica may have it."""
    return st.builds(
        DayColumns,
        day=st.just(date.min),
        status=st.sampled_from(("available", "available", "reserved", "pending", "mblocked", None)),
        available=st.sampled_from((True, True, False, None)),
        price=st.none(),
        minimum_stay=st.sampled_from((None, 0, 1, 2, 5)),
        maximum_stay=st.sampled_from((None, 0, 1, 3)),
        closed_on_arrival=st.sampled_from((None, False, True)),
        closed_on_departure=st.sampled_from((None, False, True)),
        units=st.sampled_from((None, 1, 2)),
        units_left=st.sampled_from((None, 0, 1, 1)),
    )


def calendars() -> st.SearchStrategy[Kept]:
    """Up to forty days that begin before today or behind it."""
    prices = st.sampled_from((None, Decimal(0), Decimal(80), Decimal("99.5")))
    days = st.lists(st.tuples(day_columns(), prices), min_size=1, max_size=40)
    begins = st.integers(-30, 5)
    return st.builds(
        lambda rows, begin: _kept(
            Strip(TODAY + DAY * begin, tuple(one for one, _ in rows), tuple(price for _, price in rows))
        ),
        days,
        begins,
    )


@given(calendars(), st.integers(1, 14), st.sampled_from((0, 1, None)), st.sampled_from((None, 1, 3)))
def test_gaps_that_are_kept_are_those_of_the_whole_calendar(
    kept: Kept, max_nights: int, same_day: int | None, min_nights: int | None
) -> None:
    """What letters leave aside is no gap, and a gap needs to know no more than its neighbours."""
    listing = Listing.model_validate(
        {"id": 1, "name": "A", "minNights": min_nights, "allowSameDayBooking": same_day}
    )
    days = kept.days(kept.first, kept.last, (listing.min_nights, listing.max_nights))
    expected = find_gaps(days, today=TODAY, max_nights=max_nights, same_day=same_day != 0)
    found = gaps_of(listing, kept, TODAY, max_nights)
    assert tuple(one.gap for one in found) == expected
    # Shorter ones are among them.
    fewer = max(1, max_nights - 2)
    some = tuple(one.gap for one in found if one.run <= fewer)
    assert some == find_gaps(days, today=TODAY, max_nights=fewer, same_day=same_day != 0)


ASKED: dict[str, Callable[[House], Any]] = {
    "gaps": lambda home: home.app.services.gaps.find(limit=100),
    "more gaps": lambda home: home.app.services.gaps.find(max_nights=5, turnover_cost=Decimal(30), limit=100),
    "later gaps": lambda home: home.app.services.gaps.find(first="+20d", last="+200d", limit=100),
    "conflicts": lambda home: home.app.services.conflicts.check(limit=100),
    "prices": lambda home: home.app.services.prices.check(limit=100),
}


def _said(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in to_object(answer).items() if name != "as_of"}


@pytest.mark.parametrize("name", ASKED)
async def test_many_calendars_answer_as_few_do(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before and after some of them changed, were read again, and lost a day."""
    async with synced(tmp_path, listings=12) as home:
        for _ in range(2):
            expected = _said(await ASKED[name](home))
            with monkeypatch.context() as patched:
                patched.setattr(calendar_days, "FEW", 0)
                assert _said(await ASKED[name](home)) == expected
                assert _said(await ASKED[name](home)) == expected
            writer = Writer(home)
            for listing in truth.active(home.sandbox.world)[:3]:
                today = home.sandbox.clock.now().date()
                await writer.put(listing, today + 3 * DAY, today + 20 * DAY, minimumStay=4, price=33)
            await sync(home)
