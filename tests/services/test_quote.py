"""Quotes are Hostaway's own sums, with what stands in the way of booking them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import AmbiguousNameError, InputError, UnknownNameError, UpstreamError
from hostaway_mcp.models.coupons import Coupon
from hostaway_mcp.services.quote import Quote, check_coupon
from tests.services import truth
from tests.support.house import House, house
from tests.support.replica import synced

FAR = {"first": "2027-05-03", "last": "2027-05-12"}
"""Nine nights on which the sandbox has no stay; long enough for a weekly discount."""


async def quote(home: House, **asked: Any) -> Quote:
    return await home.app.services.quotes.quote(**({"listing": 40160} | asked))


async def test_the_parts_add_up_to_hostaways_total() -> None:
    async with house(listings=12) as home:
        for number in truth.active(home.sandbox.world):
            answer = await quote(home, listing=number, guests=2, **FAR)
            assert answer.total is not None
            assert sum(part.amount.amount for part in answer.components) == answer.total.amount
            currency = home.sandbox.world.listings.peek(number)["currencyCode"]
            assert {part.amount.currency for part in answer.components} == {currency}
            assert answer.nights == 9
            nights = home.sandbox.world.calendar(number, date(2027, 5, 3), date(2027, 5, 11))
            base = next(part for part in answer.components if part.label == "Base rate")
            assert base.amount.amount == sum(Decimal(str(night["price"])) for night in nights)
            assert not answer.warnings


@pytest.mark.parametrize(("first", "nights"), [("2026-07-23", 1), ("2026-08-10", 4), ("2026-10-02", 2)])
async def test_available_is_what_the_calendar_allows(first: str, nights: int) -> None:
    async with house(listings=12) as home:
        world, arrival = home.sandbox.world, date.fromisoformat(first)
        departure = arrival + timedelta(days=nights)
        seen = set()
        for number in truth.active(world):
            answer = await quote(home, listing=number, first=first, last=str(departure))
            assert answer.available is truth.can_be_booked(world, number, arrival, departure)
            assert (answer.because is None) is answer.available
            assert answer.total, "the price is told all the same"
            seen.add(answer.available)
        assert seen == {True, False} or nights > 1


async def test_too_many_guests_are_a_reason() -> None:
    async with house(listings=1) as home:
        answer = await quote(home, guests=30, **FAR)
        assert not answer.available
        assert answer.because == f"too small: sleeps {answer.listing.max_guests}"


async def test_nothing_is_booked_on_an_archived_listing() -> None:
    async with house(listings=2) as home:
        home.sandbox.world.touch_listing(40160, specialStatus="archived")
        answer = await quote(home, **FAR)
        assert (answer.available, answer.total, answer.complete) == (False, None, True)
        assert "archived" in (answer.because or "")
        assert not [path for path in home.upstream if path.endswith("priceDetails")]


async def test_from_the_replica_only_the_price_is_asked_for(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=2) as home:
        asked = len(home.upstream)
        answer = await quote(home, **FAR)
        assert answer.available
        assert home.upstream[asked:] == ["/v1/listings/40160/calendar/priceDetails"]


async def test_a_coupon_is_checked_and_not_taken() -> None:
    async with house(listings=1) as home:
        before = home.sandbox.world.coupons[1]["numberOfUsesUsed"]
        answer = await quote(home, coupon="autumn10", **FAR)
        assert answer.coupon is not None
        base = next(part for part in answer.components if part.label == "Base rate")
        assert answer.coupon.usable
        assert answer.coupon.percent == "10 %"
        assert answer.coupon.amount is not None
        assert answer.coupon.amount.amount == base.amount.amount / 10
        assert "not inside the total" in answer.warnings[0]
        assert home.sandbox.world.coupons[1]["numberOfUsesUsed"] == before
        assert home.sandbox.world.reservation_coupons == {}
        flat = (await quote(home, coupon="LOYAL25", **FAR)).coupon
        assert str(flat and flat.amount) == "25.00 EUR"
        old = (await quote(home, coupon="OLD5", **FAR)).coupon
        assert old
        assert not old.usable
        with pytest.raises(InputError, match='There is no coupon "NOPE"'):
            await quote(home, coupon="NOPE", **FAR)


TERMS: dict[str, Any] = {"id": 1, "name": "X", "type": "percentage", "amount": 12.5, "isActive": 1}


@pytest.mark.parametrize(
    ("terms", "because"),
    [
        ({}, None),
        ({"isActive": 0}, "switched off"),
        ({"isExpired": 1}, "expired"),
        ({"validityDateEnd": "2026-07-22"}, "expired"),
        ({"validityDateEnd": "2026-07-23"}, None),
        ({"validityDateStart": "2026-07-24"}, "holds from 2026-07-24"),
        ({"numberOfUsesInitial": 3, "numberOfUsesUsed": 3}, "no uses left"),
        ({"numberOfUsesInitial": -1, "numberOfUsesUsed": 3}, None),
        ({"minimumNights": 4}, "at least 4 nights"),
        ({"minimumNights": 3}, None),
        ({"checkInDateStart": "2026-09-02"}, "from 2026-09-02"),
        ({"checkInDateEnd": "2026-08-31"}, "up to 2026-08-31"),
    ],
)
def test_the_terms_of_a_coupon(terms: dict[str, Any], because: str | None) -> None:
    """Three nights from 1 September, looked at on 23 July."""
    coupon = Coupon.model_validate(TERMS | terms)
    window = date(2026, 9, 1), date(2026, 9, 4)
    found = check_coupon(coupon, window, date(2026, 7, 23), base=Decimal(300), currency="EUR")
    assert found.usable is (because is None)
    assert (because or "") in (found.because or "")
    assert (found.percent, str(found.amount)) == ("12.5 %", "37.50 EUR")


async def test_without_a_price_or_a_calendar_the_rest_is_told() -> None:
    async with house(listings=1) as home:
        fault = home.sandbox.faults
        fault.add("status", path="/v1/listings/40160/calendar/priceDetails", status=503, times=None)
        answer = await quote(home, **FAR)
        assert (answer.complete, answer.available, answer.total) == (False, True, None)
        assert answer.missing[0].what == "The price."
        home.app.services.facts.forget()
        fault.add("status", path="/v1/listings/40160/calendar", status=503, times=None)
        with pytest.raises(UpstreamError):
            await quote(home, **FAR)


async def test_without_a_calendar_nothing_is_said_of_it() -> None:
    async with house(listings=1) as home:
        home.sandbox.faults.add("status", path="/v1/listings/40160/calendar", status=503, times=None)
        answer = await quote(home, **FAR)
        assert (answer.complete, answer.available) == (False, None)
        assert answer.total


async def test_bad_questions() -> None:
    async with house(listings=12) as home:
        with pytest.raises(UnknownNameError):
            await quote(home, listing="Atlantis", **FAR)
        with pytest.raises(AmbiguousNameError):
            await quote(home, listing="a", **FAR)
        with pytest.raises(InputError, match="in the past"):
            await quote(home, first="2026-07-01")
        with pytest.raises(InputError, match="no night"):
            await quote(home, first="2027-05-01", last="2027-05-01")
