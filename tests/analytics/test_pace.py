"""Pace is rebuilt from days of booking and cancelling; worked by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.pace import YEAR, lead_time, on_books, pickup, spread, tally
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
) -> Stay:
    first = date.fromisoformat(arrival)
    return Stay(
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
def test_what_was_on_the_books(one: Stay, day: str, expected: bool) -> None:
    assert on_books(one, date.fromisoformat(day)) is expected


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
    found = pickup(stays, FIRST, LAST, at, 7)
    assert (found.new, found.lost, found.net) == (2 + 2, 3, 1)


def test_nights_and_revenue_by_month_and_by_channel() -> None:
    stays = [stay("2026-07-30", 4), stay(nights=2)]
    by_month = tally(
        stays,
        date(2026, 7, 1),
        LAST,
        counts=lambda _: True,
        key=lambda _, night: f"{night:%m}",
        by_night=True,
    )
    assert {key: one.nights for key, one in by_month.items()} == {"07": 2, "08": 4}
    assert by_month["08"].exact() == {"EUR": Fraction(150)}
    by_channel = tally(
        stays, FIRST, LAST, counts=lambda _: True, key=lambda one, _: one.channel.label, by_night=False
    )
    assert (by_channel["airbnb"].nights, by_channel["airbnb"].stays) == (4, 2)


def test_lead_time_and_spread_by_hand() -> None:
    assert lead_time(stay("2026-06-15", booked="2026-06-01")) == 14
    assert lead_time(stay("2026-06-15", booked="2026-06-20")) == 0
    assert lead_time(stay(booked=None)) is None
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


@given(STAYS, DAYS, st.integers(1, 60))
def test_the_books_are_the_earlier_books_and_the_pickup(stays: list[Stay], at: date, days: int) -> None:
    def nights(day: date) -> int:
        found = tally(
            stays, FIRST, LAST, counts=lambda one: on_books(one, day), key=lambda *_: "", by_night=False
        )
        return found[""].nights if found else 0

    assert nights(at) - nights(at - timedelta(days=days)) == pickup(stays, FIRST, LAST, at, days).net
