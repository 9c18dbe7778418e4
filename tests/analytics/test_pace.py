"""Pace is rebuilt from days of booking and cancelling; worked by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.pace import (
    YEAR,
    Booking,
    Books,
    Period,
    Place,
    booking_of,
    on_books,
    spread,
    tally,
)
from hostaway_mcp.analytics.revenue import Amounts, Stay
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.reservations import ReservationStatus

FIRST, LAST = date(2026, 8, 1), date(2026, 8, 31)


def stay(
    arrival: str = "2026-08-07",
    nights: int = 2,
    *,
    booked: str | None = "2026-03-03",
    cancelled: str | None = None,
    status: str = "new",
) -> Booking:
    first = date.fromisoformat(arrival)
    whole = Stay(
        1,
        40160,
        Channel.AIRBNB,
        ReservationStatus("cancelled" if cancelled else status),
        first,
        first + timedelta(days=nights),
        "EUR",
        Amounts(Decimal(100)),
        booked=date.fromisoformat(booked) if booked else None,
        cancelled=date.fromisoformat(cancelled) if cancelled else None,
    )
    return booking_of(whole)


def read(
    stays: list[Booking], at: date = LAST, place: Place = Place.LISTING, *, first: date = FIRST
) -> Books:
    books = Books(Period(first, LAST, at), place)
    books.add(stays)
    return books


@pytest.mark.parametrize(
    ("one", "day", "expected"),
    [
        (stay(), "2026-03-02", False),
        (stay(), "2026-03-03", True),
        (stay(cancelled="2026-05-20"), "2026-05-19", True),
        (stay(cancelled="2026-05-20"), "2026-05-20", False),
        (stay(cancelled="2026-05-20"), "2026-03-02", False),
        (stay(status="cancelled"), "2026-05-01", False),
        (stay(status="ownerStay"), "2026-05-01", False),
        (stay(status="pending"), "2026-05-01", False),
        (stay(status="expired"), "2026-05-01", False),
        (stay(booked=None), "2020-01-01", True),
    ],
)
def test_what_was_on_the_books(one: Booking, day: str, expected: bool) -> None:
    at = date.fromisoformat(day).toordinal()
    assert on_books(one.status, one.booked, one.cancelled, at) is expected


def test_a_year_is_52_weeks_so_that_weekdays_meet() -> None:
    friday = date(2026, 8, 7)
    assert (friday - YEAR).weekday() == friday.weekday() == 4


def test_pickup_by_hand() -> None:
    at = date(2026, 7, 20)
    stays = [
        stay(booked="2026-07-15"),
        stay(nights=3, cancelled="2026-07-18"),
        stay(nights=5, booked="2026-07-16", cancelled="2026-07-17"),
        stay(nights=4),
        stay("2026-08-30", 4, booked="2026-07-20"),
    ]
    found, _ = read(stays, at).pickup
    assert found.days == 7
    assert (found.new, found.lost, found.net) == (2 + 2, 3, 1)


def test_nights_and_revenue_by_month_and_by_channel() -> None:
    stays = [stay("2026-07-30", 4), stay(nights=2)]

    def months(where: Any) -> list[tuple[str, int]]:
        return list(Counter(f"{date.fromordinal(day):%m}" for day in range(*where)).items())

    by_month = tally(read(stays, place=Place.NIGHT, first=date(2026, 7, 1)).cells, months)
    assert {key: one.nights for key, one in by_month.items()} == {"07": 2, "08": 4}
    assert by_month["08"].exact() == {"EUR": Fraction(150)}
    by_channel = tally(read(stays, place=Place.CHANNEL).cells, lambda channel: [(str(channel), 1)])
    ((channel, august),) = by_channel.items()
    assert channel == str(int(Channel.AIRBNB))
    assert (august.nights, august.exact()) == (4, {"EUR": Fraction(150)})


def test_lead_time_and_spread_by_hand() -> None:
    stays = [
        stay("2026-08-15", booked="2026-08-01"),
        stay("2026-08-15", booked="2026-08-20"),
        stay(booked=None),
    ]
    lead = read(stays).lead_time
    assert lead is not None
    assert [lead.stays, lead.mean] == [2, (14 + 0) / 2]
    found = spread([1, 2, 9])
    assert found is not None
    assert [found.stays, found.mean, found.median] == [3, 4, 2]
    assert spread([]) is None


DAYS = st.integers(0, 200).map(lambda offset: date(2026, 1, 1) + timedelta(days=offset))
STAYS = st.lists(
    st.builds(
        lambda arrival, nights, booked, kept: stay(
            str(arrival), nights, booked=str(booked), cancelled=str(booked + kept) if kept else None
        ),
        st.integers(0, 60).map(lambda offset: date(2026, 7, 20) + timedelta(days=offset)),
        st.integers(1, 20),
        DAYS,
        st.none() | st.integers(0, 90).map(lambda days: timedelta(days=days + 1)),
    ),
    max_size=20,
)


@given(STAYS, DAYS)
def test_the_books_are_the_earlier_books_and_the_pickup(stays: list[Booking], at: date) -> None:
    def nights(day: date) -> int:
        return read(stays, day).listings.total()

    for moved in read(stays, at).pickup:
        assert nights(at) - nights(at - timedelta(days=moved.days)) == moved.net


@given(STAYS, DAYS)
def test_nights_are_the_same_by_whatever_cells_are_told_apart(stays: list[Booking], at: date) -> None:
    """And the money too: a night's share times the nights is the part of the stay that lies in the period."""

    def whole(where: Any) -> list[tuple[str, int]]:
        return [("all", where[1] - where[0] if isinstance(where, tuple) else 1)]

    found = [tally(read(stays, at, place).cells, whole) for place in Place]
    told = [(one["all"].nights, one["all"].exact()) if one else None for one in found]
    assert told[0] == told[1] == told[2]
