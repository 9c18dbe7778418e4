"""What is free and what is not, against the world's calendars night by night."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from hostaway_mcp.errors import HostawayMcpError, InputError
from hostaway_mcp.services.availability.rows import AvailabilityAnswer, FreeRow
from tests.services import truth
from tests.support.house import House, house

ARRIVAL, DEPARTURE = date(2026, 8, 10), date(2026, 8, 14)
ASKED: dict[str, Any] = {"first": "2026-08-10", "last": "2026-08-14"}


async def _walk(home: House, **asked: Any) -> AvailabilityAnswer:
    """Every page as one answer."""
    page = first = await home.app.services.availability.check(**asked)
    free, taken = list(page.free), list(page.taken)
    while page.next_cursor:
        page = await home.app.services.availability.check(**asked, cursor=page.next_cursor)
        free, taken = [*free, *page.free], [*taken, *page.taken]
    return first.model_copy(update={"free": tuple(free), "taken": tuple(taken)})


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-07-23", "2026-07-24"),
        ("2026-08-10", "2026-08-14"),
        ("2026-10-02", "2026-10-04"),
        ("2027-01-04", "2027-01-11"),
    ],
)
async def test_free_is_what_the_calendar_and_its_rules_allow(seed: int, first: str, last: str) -> None:
    """Each active listing once, free or taken; multi-unit ones while a unit is left."""
    async with house(seed=seed, listings=40) as home:
        world = home.sandbox.world
        answer = await _walk(home, first=first, last=last, limit=15)
        dates = date.fromisoformat(first), date.fromisoformat(last)
        free = {one for one in truth.active(world) if truth.can_be_booked(world, one, *dates)}
        assert {row.listing_id for row in answer.free} == free
        shown = [row.listing_id for row in (*answer.free, *answer.taken)]
        assert sorted(shown) == sorted(truth.active(world))
        assert answer.total == len(shown)
        assert answer.complete


async def test_the_reason_names_the_stays_that_take_the_nights() -> None:
    """And only stays that really do."""
    async with house(listings=40) as home:
        world = home.sandbox.world
        answer = await _walk(home, **ASKED)
        named = 0
        for row in answer.taken:
            stays = truth.stays_over(world, row.listing_id, ARRIVAL, DEPARTURE)
            told = {
                int(part)
                for part in row.because.replace(",", " ").replace(")", " ").split()
                if part.isdecimal() and len(part) > 6
            }
            assert told <= stays, row
            named += bool(told)
            assert told or not stays or row.units != 1 or "minimum" in row.because, row
        assert named > 5


async def test_an_estimate_is_nights_cleaning_and_extra_guests() -> None:
    """To the cent, and the answer says what it holds."""
    async with house(listings=40) as home:
        world = home.sandbox.world
        answer = await _walk(home, **ASKED, guests=4)
        assert answer.free
        for row in answer.free:
            one = world.listings[row.listing_id]
            nights = truth.price_of_nights(world, row.listing_id, ARRIVAL, DEPARTURE)
            more = max(0, 4 - one["guestsIncluded"]) * one["priceForExtraPerson"] * 4
            assert row.total
            assert row.total.amount == nights + one["cleaningFee"] + more
            assert row.nightly
            assert row.nightly.amount == round(nights / 4, 2)
            assert row.total.currency == one["currencyCode"]
        assert "cleaning fee" in answer.price_basis
        assert "extra guests" in answer.price_basis


async def test_an_exact_price_is_hostaways_own() -> None:
    """One call for each free listing, none for the others."""
    async with house(listings=12) as home:
        answer = await home.app.services.availability.check(**ASKED, guests=2, price="exact")
        asked = [path for path in home.upstream if path.endswith("priceDetails")]
        assert len(asked) == len(answer.free) > 0
        taxed = [row for row in answer.free if home.sandbox.world.taxes[row.listing_id]]
        plain = await home.app.services.availability.check(**ASKED, guests=2)
        totals = {row.listing_id: row.total for row in plain.free}
        for row in taxed:
            estimate = totals[row.listing_id]
            assert row.total
            assert estimate
            assert row.total.amount > estimate.amount


async def test_an_exact_price_that_fails_leaves_the_row_without_a_total() -> None:
    """Never an estimate in its place."""
    async with house(listings=12) as home:
        home.sandbox.faults.add("status", method="POST", path="*/priceDetails", times=None)
        answer = await home.app.services.availability.check(**ASKED, price="exact")
        assert answer.free
        assert all(row.total is None and row.nightly for row in answer.free)
        assert not answer.complete
        assert answer.missing[0].what.startswith("price")


async def test_guests_and_price_turn_free_into_taken_with_the_reason() -> None:
    """Too small, and over the price."""
    async with house(listings=40) as home:
        world = home.sandbox.world
        answer = await _walk(home, **ASKED, guests=3, max_price=Decimal(120))
        for row in answer.free:
            assert world.listings[row.listing_id]["personCapacity"] >= 3
            assert row.nightly
            assert row.nightly.amount <= 120
        because = {row.listing_id: row.because for row in answer.taken}
        small = {one for one in truth.active(world) if world.listings[one]["personCapacity"] < 3}
        assert {one for one, why in because.items() if why.startswith("too small: sleeps ")} == small
        assert any(why.startswith("over max_price: ") for why in because.values())


async def test_a_city_narrows_and_an_unknown_one_is_said() -> None:
    """As in find_listings."""
    async with house(listings=40) as home:
        answer = await _walk(home, **ASKED, city="porto")
        assert {row.city for row in (*answer.free, *answer.taken)} == {"Porto"}
        nowhere = await home.app.services.availability.check(**ASKED, city="Atlantis")
        assert (nowhere.free, nowhere.taken, nowhere.total) == ((), (), 0)
        assert "There are:" in nowhere.warnings[0]
        filtered = [one for one in home.sandbox.requests if ("city", "Porto") in one.query]
        assert len(filtered) == 1


@pytest.mark.parametrize("seed", [1, 2])
async def test_flexible_dates_find_the_nearest_window_that_is_free(seed: int) -> None:
    """None is nearer, and none is in the past."""
    async with house(seed=seed, listings=40) as home:
        world = home.sandbox.world
        answer = await _walk(home, first="2026-07-25", last="2026-07-28", flex_days=4)
        asked, nights = date(2026, 7, 25), timedelta(days=3)
        for row in answer.free:
            shift = abs(((row.first or asked) - asked).days)
            nearer = [
                asked + timedelta(days=k)
                for k in range(-shift + 1, shift)
                if asked + timedelta(days=k) >= date(2026, 7, 23)
            ]
            assert truth.can_be_booked(world, row.listing_id, row.first or asked, row.last or asked + nights)
            assert not any(truth.can_be_booked(world, row.listing_id, day, day + nights) for day in nearer)
        for taken in answer.taken:
            every = [date(2026, 7, 23) + timedelta(days=k) for k in range(7)]
            assert not any(truth.can_be_booked(world, taken.listing_id, day, day + nights) for day in every)
            assert "nothing within 4 days" in taken.because
        assert any(row.first for row in answer.free)
        assert len(answer.free) + len(answer.taken) == len(truth.active(world))


async def test_what_it_costs() -> None:
    """Filter and stays once, a calendar for each that may be free; the second time nothing."""
    async with house(listings=40) as home:
        answer = await home.app.services.availability.check(**ASKED)
        calendars = [path for path in home.upstream if path.endswith("/calendar")]
        assert home.upstream.count("/v1/listings") == 2
        assert home.upstream.count("/v1/reservations") == 1
        assert len(calendars) == len(set(calendars))
        assert len(calendars) < len(answer.free) + 8
        before = len(home.upstream)
        await home.app.services.availability.check(**ASKED)
        assert len(home.upstream) == before


async def test_one_listing_costs_its_calendar_alone() -> None:
    """And still says by whom it is taken."""
    async with house() as home:
        answer = await home.app.services.availability.check(listing=40160)
        assert home.upstream == ["/v1/listings", "/v1/listings/40160/calendar"]
        stay = truth.stays_over(home.sandbox.world, 40160, date(2026, 7, 23), date(2026, 7, 24)).pop()
        assert answer.taken[0].because == f"booked the night 2026-07-23 (reservation {stay})"


async def test_when_the_filter_fails_the_calendars_decide() -> None:
    """More calls, the same answer, still complete."""
    async with house(listings=12) as home:
        good = await _walk(home, **ASKED)
    async with house(listings=12) as home:
        await home.app.services.portfolio.listings()
        home.sandbox.faults.add("status", path="/v1/listings", times=None)
        answer = await _walk(home, **ASKED)
        assert answer.complete
        assert {row.listing_id for row in answer.free} == {row.listing_id for row in good.free}


async def test_when_the_stays_fail_the_calendars_tell_why() -> None:
    """Without naming the stay."""
    async with house(listings=12) as home:
        home.sandbox.faults.add("status", path="/v1/reservations", times=None)
        answer = await _walk(home, **ASKED)
        assert answer.complete
        assert len(answer.free) + len(answer.taken) == len(truth.active(home.sandbox.world))
        assert any(row.because.startswith("booked the night") for row in answer.taken)


async def test_a_filter_that_counts_the_day_of_departure_hides_nothing() -> None:
    """Whether Hostaway's filter includes the last day is not documented; the calendars know."""
    async with house(listings=40) as home:
        world = home.sandbox.world
        free = next(one for one in truth.active(world) if truth.can_be_booked(world, one, ARRIVAL, DEPARTURE))
        listed = home.app.services.availability._filtered

        async def strict(wish: Any, city: str | None, numbers: Any) -> Any:
            known = await listed(wish, city, numbers)
            return type(known)(tuple(one for one in known.rows if one != free), known.as_of)

        home.app.services.availability._filtered = strict  # type: ignore[method-assign]
        answer = await _walk(home, **ASKED)
        assert free in {row.listing_id for row in answer.free}


async def test_a_calendar_that_fails_makes_its_listing_missing() -> None:
    """Neither free nor taken is claimed; asking for it alone mends it."""
    async with house(listings=40) as home:
        good = await _walk(home, **ASKED)
        lost = good.free[0].listing_id
        home.app.services.facts.forget()
        home.sandbox.faults.add("status", path=f"/v1/listings/{lost}/calendar", times=None)
        answer = await home.app.services.availability.check(**ASKED)
        assert not answer.complete
        assert lost not in {row.listing_id for row in (*answer.free, *answer.taken)}
        assert answer.missing[0].resume == f"check_availability with listing=[{lost}]"
        home.sandbox.faults.clear()
        again = await home.app.services.availability.check(**ASKED, listing=lost)
        assert [row.listing_id for row in again.free] == [lost]


async def test_when_nothing_can_be_had_the_error_comes_out() -> None:
    """Every calendar fails."""
    async with house() as home:
        home.sandbox.faults.add("status", path="*/calendar", times=None)
        with pytest.raises(HostawayMcpError):
            await home.app.services.availability.check(**ASKED, listing=40160)


async def test_days_that_hostaway_does_not_send_are_not_called_free() -> None:
    """A hole in the calendar of the stay."""
    async with house() as home:
        home.sandbox.faults.add("bad_row", path="/v1/listings/40160/calendar", row=1)
        answer = await home.app.services.availability.check(
            first="2027-03-01", last="2027-03-04", listing=[40160, 40167]
        )
        assert not answer.complete
        assert 40160 not in {row.listing_id for row in (*answer.free, *answer.taken)}


async def test_a_part_of_the_filters_pages_gives_a_part_of_the_answer() -> None:
    """Page 2 of 2 fails: nothing is said of listings that nobody looked at, and there is no total."""
    async with house(listings=300) as home:
        await home.app.services.portfolio.listings()
        home.sandbox.faults.add("status", path="/v1/listings", after=1, times=None)
        answer = await home.app.services.availability.check(first="2027-03-01", last="2027-03-04", limit=5)
        assert not answer.complete
        assert answer.total is None
        assert len(answer.free) + len(answer.taken) == 5


async def test_the_rest_of_a_weekend_that_has_begun_can_be_booked() -> None:
    """On Saturday `this weekend` is tonight."""
    async with house() as home:
        home.clock.advance(2 * 86_400)
        answer = await home.app.services.availability.check(first="this weekend", listing=40160)
        assert answer.understood["from"] == "2026-07-25"
        assert answer.understood["nights"] == "1"


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-07-22", "2026-07-25", "2026-07-22 is in the past"),
        ("yesterday", None, "is in the past"),
        ("2026-08-10", "2026-08-10", "there is no night"),
        ("2026-08-10", "2026-08-01", "is before"),
        ("2026-08-10", "2027-08-01", "at most 180"),
        ("2062-08-10", None, "slip"),
    ],
)
async def test_stays_that_cannot_be_are_refused(first: str, last: str | None, sentence: str) -> None:
    """Each in one sentence."""
    async with house() as home:
        with pytest.raises(InputError) as refused:
            await home.app.services.availability.check(first=first, last=last)
        assert sentence in refused.value.sentence


async def test_an_archived_listing_is_never_offered() -> None:
    """Named, it is said to be archived."""
    async with house(listings=12) as home:
        world = home.sandbox.world
        archived = next(n for n in world.listings if world.listings[n]["specialStatus"])
        answer = await home.app.services.availability.check(**ASKED, listing=archived)
        assert (answer.free, answer.taken) == ((), ())
        assert "is archived and cannot be booked" in answer.warnings[0]


async def test_units_left_are_shown_where_there_are_several() -> None:
    """The fewest of any night."""
    async with house() as home:
        answer = await home.app.services.availability.check(
            first="2027-03-01", last="2027-03-04", listing=40195
        )
        row = answer.free[0]
        assert isinstance(row, FreeRow)
        days = truth.days(home.sandbox.world, 40195, date(2027, 3, 1), date(2027, 3, 3))
        assert (row.units, row.units_free) == (4, min(day["availableUnitsToSell"] for day in days.values()))


async def test_a_night_without_a_price_has_no_total() -> None:
    """It is said, not guessed."""
    async with house() as home:
        home.sandbox.faults.add(
            "unknown_value", path="/v1/listings/40195/calendar", field="price", value=None, row=1
        )
        answer = await home.app.services.availability.check(
            first="2027-03-01", last="2027-03-04", listing=40195
        )
        assert [(row.nightly, row.total) for row in answer.free] == [(None, None)]
        assert answer.warnings == ("No price for every night: Old Town Close.",)
