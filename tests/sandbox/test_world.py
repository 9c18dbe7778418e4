"""The world: the same again for the same seed, alive, and true to itself."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest

from hostaway_mcp.sandbox import Sandbox, SteppedClock
from hostaway_mcp.sandbox.pricing import cents, total_of
from hostaway_mcp.sandbox.world.stays import BLOCKING

from .conftest import START, TODAY


@pytest.fixture(scope="module")
def big() -> Sandbox:
    """The default size."""
    return Sandbox(limits=None, clock=SteppedClock(START))


def everything_in(sandbox: Sandbox) -> str:
    world = sandbox.world
    parts = [
        list(world.listings.items()),
        list(world.reservations.items()),
        list(world.conversations.items()),
        [world.messages_of(number) for number in world.conversations],
        list(world.reviews.items()),
        list(world.charges.items()),
        world.tasks,
        world.expenses,
        world.users,
        world.calendars[next(iter(world.listings))],
    ]
    return json.dumps(parts)


def test_same_seed_date_and_size_give_the_same_world() -> None:
    first, second = (Sandbox(seed=7, listings=6, today=TODAY) for _ in range(2))
    other = Sandbox(seed=8, listings=6, today=TODAY)
    assert everything_in(first) == everything_in(second)
    assert everything_in(first) != everything_in(other)


def test_default_world_is_alive_today(big: Sandbox) -> None:
    stays = big.world.stays.values()
    booked = [stay for stay in stays if stay.status in ("new", "modified")]
    assert 2_000 <= len(booked) <= 3_500
    arrivals = {stay.listing_id for stay in booked if stay.arrival == TODAY}
    departures = {stay.listing_id for stay in booked if stay.departure == TODAY}
    in_house = [stay for stay in booked if stay.arrival < TODAY < stay.departure]
    assert len(arrivals) >= 3
    assert len(departures) >= 3
    assert arrivals & departures
    assert len(in_house) >= 10
    assert sum(stay.unspecified for stay in stays) == 1
    assert any(stay.unread for stay in stays)


def test_default_world_has_every_status_and_channel_of_daily_life(big: Sandbox) -> None:
    stays = big.world.stays.values()
    statuses = Counter(stay.status for stay in stays)
    expected = {
        *("new", "modified", "cancelled", "ownerStay", "pending", "awaitingPayment", "unconfirmed"),
        *("inquiry", "inquiryPreapproved", "inquiryDenied", "inquiryTimedout", "inquiryNotPossible"),
        *("declined", "expired", "awaitingGuestVerification"),
    }
    assert set(statuses) == expected
    assert {2018, 2005, 2002, 2000, 2019, 2007, 2015} <= {stay.channel for stay in stays}
    listings = [big.world.listings.peek(number) for number in big.world.listings]
    assert {row["currencyCode"] for row in listings} == {"EUR", "GBP", "USD"}
    assert sum(row["specialStatus"] == "archived" for row in listings) == 2
    assert sum(len(units) > 1 for units in big.world.units.values()) == 2
    emails = Counter(stay.guest.email for stay in stays)
    assert emails.most_common(1)[0][1] > 1


def test_nothing_has_happened_after_now(big: Sandbox) -> None:
    world = big.world
    for stay in world.stays.values():
        assert stay.booked <= stay.updated <= stay.activity <= world.drawn_at
        assert stay.status != "cancelled" or (stay.cancelled or 0) <= world.drawn_at


def test_components_add_up_to_the_total_price(big: Sandbox) -> None:
    """For every priced reservation, to the cent."""
    priced = 0
    for number in big.world.reservations:
        row = big.world.reservations.peek(number)
        if row["financeField"]:
            assert total_of(row["financeField"]) == cents(row["totalPrice"])
            priced += 1
    assert priced > 2_000


def test_calendar_says_what_the_reservations_say(big: Sandbox) -> None:
    """Night by night, for every listing: the departure day is free again."""
    world = big.world
    for listing_id in world.listings:
        taken: Counter[str] = Counter()
        for stay in world.stays_of[listing_id]:
            if stay.status in BLOCKING and not stay.unspecified:
                taken.update((stay.arrival + timedelta(days=one)).isoformat() for one in range(stay.nights))
        units = len(world.units[listing_id]) or 1
        for day in world.calendar(listing_id, TODAY - timedelta(days=60), TODAY + timedelta(days=120)):
            assert taken[day["date"]] <= units
            if taken[day["date"]] == units:
                assert day["status"] in ("reserved", "pending")
            if units == 1 and not taken[day["date"]]:
                assert day["status"] in ("available", "blocked")
            assert day["isAvailable"] == int(day["status"] == "available")


def test_guests_are_invented(big: Sandbox) -> None:
    for number in list(big.world.reservations)[:300]:
        row = big.world.reservations.peek(number)
        email, phone = row["guestEmail"] or "x@example.com", row["phone"] or "+1555015550100"
        assert email.endswith(("@example.com", "@guest.example"))
        assert "55501" in phone
