"""What can be offered around a stay, case by case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.upsells import (
    AFTER,
    BEFORE,
    EARLY,
    FREE,
    GAP,
    LATE,
    Around,
    Night,
    Offer,
    offers_at_arrival,
    offers_at_departure,
)

ARRIVAL, DEPARTURE = date(2026, 6, 10), date(2026, 6, 13)
BOOKED, OWNER, REQUEST, BLOCKED = "booked", "an owner stay", "held by a request", "blocked by the calendar"


def around(before: str = BOOKED, after: str = BOOKED, **more: Any) -> Around:
    """A stay from the 10th to the 13th of June in Lisbon, 15:00 to 11:00, with the nights beside it."""
    nights = {date(2026, 5, 25) + timedelta(days=n): Night(FREE, Decimal(100)) for n in range(40)}
    nights |= {ARRIVAL + timedelta(days=n): Night(BOOKED) for n in range(3)}
    nights |= {
        ARRIVAL - timedelta(days=1): Night(before, Decimal(100)),
        DEPARTURE: Night(after, Decimal(100)),
    }
    nights |= more.pop("nights", {})
    facts: dict[str, Any] = {
        "arrival": ARRIVAL, "departure": DEPARTURE, "check_in": 15, "check_out": 11, "usual_check_in": 15,
        "usual_check_out": 11, "zone": ZoneInfo("Europe/Lisbon"), "today": date(2026, 6, 1), "nights": nights,
    }  # fmt: skip
    return Around(**(facts | more))


def offers(one: Around) -> dict[str, Offer]:
    return {offer.kind: offer for offer in (*offers_at_arrival(one), *offers_at_departure(one))}


def hour(offer: Offer) -> int | None:
    return offer.at.astimezone(ZoneInfo("Europe/Lisbon")).hour if offer.at else None


@pytest.mark.parametrize(
    ("before", "leaves", "possible", "at"),
    [
        (FREE, None, True, 11),
        (BOOKED, 11, True, 14),
        (BOOKED, 10, True, 13),
        (BOOKED, 8, True, 11),
        (BOOKED, 12, False, None),
        (BOOKED, 14, False, None),
        (BOOKED, None, False, None),
        (OWNER, 10, True, 13),
        (OWNER, 12, False, None),
        (REQUEST, 12, False, None),
        (REQUEST, None, False, None),
        (BLOCKED, None, False, None),
    ],
)
def test_early_check_in(before: str, leaves: int | None, possible: bool, at: int | None) -> None:
    """Check-in is at 15:00 and three hours are kept for cleaning."""
    offer = offers(around(before=before, leaves_hour=leaves))[EARLY]
    assert (offer.possible, hour(offer)) == (possible, at)
    assert offer.until == datetime(2026, 6, 10, 14, tzinfo=UTC)
    assert offer.because


@pytest.mark.parametrize(
    ("after", "comes", "possible", "at"),
    [
        (FREE, None, True, 15),
        (BOOKED, 15, True, 12),
        (BOOKED, 16, True, 13),
        (BOOKED, 14, False, None),
        (BOOKED, None, False, None),
        (OWNER, 18, True, 15),
        (OWNER, 14, False, None),
        (REQUEST, 15, True, 12),
        (BLOCKED, None, False, None),
    ],
)
def test_late_check_out(after: str, comes: int | None, possible: bool, at: int | None) -> None:
    """Check-out is at 11:00."""
    offer = offers(around(after=after, comes_hour=comes))[LATE]
    assert (offer.possible, hour(offer)) == (possible, at)
    assert offer.until == datetime(2026, 6, 13, 10, tzinfo=UTC)


def test_reasons_are_sentences() -> None:
    said = offers(around(before=BOOKED, leaves_hour=12, after=BLOCKED))
    assert said[EARLY].because == "a guest leaves at 12:00 that day and cleaning takes 3 hours"
    assert said[LATE].because == "the night of 2026-06-13 is blocked by the calendar"
    assert "block it when agreed" in offers(around(before=FREE))[EARLY].because


def test_a_stay_that_comes_at_the_usual_check_out_gains_nothing() -> None:
    offer = offers(around(before=FREE, check_in=11))[EARLY]
    assert not offer.possible
    assert "no gain" in offer.because


def taken(*days: int) -> dict[date, Night]:
    return {date(2026, 6, day): Night(BOOKED) for day in days}


def test_nights_are_offered_up_to_the_next_stay() -> None:
    after = offers(around(after=FREE, nights=taken(18)))[AFTER]
    assert (after.first, after.last, after.worth) == (DEPARTURE, date(2026, 6, 17), Decimal(500))
    assert after.until == datetime(2026, 6, 13, 10, tzinfo=UTC)
    before = offers(around(before=FREE, nights=taken(5)))[BEFORE]
    assert (before.first, before.last, before.worth) == (date(2026, 6, 6), date(2026, 6, 9), Decimal(400))
    assert before.until == datetime(2026, 6, 6, 14, tzinfo=UTC)


def test_a_short_run_that_is_closed_in_is_a_gap() -> None:
    gap = offers(around(after=FREE, nights=taken(15)))[GAP]
    assert (gap.first, gap.last, gap.worth) == (DEPARTURE, date(2026, 6, 14), Decimal(200))
    gap = offers(around(before=FREE, nights=taken(6)))[GAP]
    assert (gap.first, gap.last) == (date(2026, 6, 7), date(2026, 6, 9))
    assert GAP not in offers(around(after=FREE, nights=taken(17)))
    # Another unit is free beside the stay, so nothing is closed in.
    assert GAP not in offers(around(after=FREE, nights=taken(15) | {date(2026, 6, 12): Night(FREE)}))


def test_at_most_seven_nights_are_offered() -> None:
    after = offers(around(after=FREE))[AFTER]
    assert after.last == DEPARTURE + timedelta(days=6)


def test_the_rules_of_the_calendar_hold() -> None:
    closed = {date(2026, 6, 14): Night(FREE, Decimal(100), closed_to_departure=True)}
    after = offers(around(after=FREE, nights=closed | taken(15)))[GAP]
    assert after.last == date(2026, 6, 14)
    assert not offers(
        around(after=FREE, nights=closed | {date(2026, 6, 14): Night(BOOKED, None, False, True)})
    )[AFTER].possible
    longest = offers(around(after=FREE, max_stay=5))[AFTER]
    assert longest.last == date(2026, 6, 14)
    refused = offers(around(after=FREE, max_stay=3))[AFTER]
    assert (refused.possible, refused.because) == (
        False,
        "the stay would be longer than 3 nights, the maximum",
    )


def test_past_nights_are_not_offered() -> None:
    """On the day of arrival last night is over: early check-in at most."""
    said = offers(around(before=FREE, today=ARRIVAL))
    assert said[EARLY].possible
    assert BEFORE not in said
    tonight = offers(around(before=FREE, today=ARRIVAL - timedelta(days=1)))
    assert tonight[GAP].first == ARRIVAL - timedelta(days=1)


def test_a_price_that_is_not_known_makes_the_worth_unknown() -> None:
    after = offers(around(after=FREE, nights={date(2026, 6, 14): Night(FREE)} | taken(15)))[GAP]
    assert after.worth is None


def test_without_a_calendar_nothing_is_said() -> None:
    assert offers(around(nights={ARRIVAL - timedelta(days=1): Night(FREE)})) != {}
    empty = Around(**{**{f: getattr(around(), f) for f in Around.__slots__}, "nights": {}})
    assert offers(empty) == {}


@given(
    st.lists(st.sampled_from([FREE, BOOKED, BLOCKED]), min_size=40, max_size=40),
    st.integers(1, 12) | st.none(),
)
def test_an_offer_never_holds_a_night_that_is_taken(states: list[str], max_stay: int | None) -> None:
    nights = {
        date(2026, 5, 25) + timedelta(days=n): Night(state, Decimal(1)) for n, state in enumerate(states)
    }
    for offer in offers(around(nights=nights, max_stay=max_stay)).values():
        if offer.possible and offer.first and offer.last:
            added = [offer.first + timedelta(days=n) for n in range((offer.last - offer.first).days + 1)]
            assert all(nights[night].state == FREE for night in added)
            assert offer.worth == len(added)
            assert offer.last + timedelta(days=1) == ARRIVAL or offer.first == DEPARTURE
            assert max_stay is None or 3 + len(added) <= max_stay
