"""Money from columns is the money of the stays themselves, whatever the world and the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hostaway_mcp.analytics.pace import CANCELLED, COUNTING, Booking, booking_of
from hostaway_mcp.analytics.revenue import Basis, Stay
from hostaway_mcp.models.lenient import JsonObject, read_row
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import By, Reservation, ReservationStatus
from hostaway_mcp.services.copied_money import stay_of, stays_in
from hostaway_mcp.services.dates import Span
from hostaway_mcp.services.stays import days_of
from hostaway_mcp.services.summary_book import Book
from hostaway_mcp.services.summary_rows import figures, group_of
from hostaway_mcp.services.wanted import Wanted
from hostaway_mcp.store.amount_windows import Period
from hostaway_mcp.store.stay_windows import Which
from hostaway_mcp.store.store import Store
from tests.store.conftest import SEEN

DAY_ZERO = date(2026, 5, 1)
ZONES = ("Europe/Lisbon", "America/New_York", "Pacific/Kiritimati", None)
STATUSES = ("new",) * 5 + (
    "modified",
    "ownerStay",
    "cancelled",
    "cancelled",
    "pending",
    "inquiry",
    "declined",
)
BY = {Basis.NIGHT: By.STAY, Basis.ARRIVAL: By.ARRIVAL, Basis.DEPARTURE: By.DEPARTURE, Basis.BOOKED: By.BOOKED}
SPANS = st.builds(
    lambda first, days: Span(DAY_ZERO + timedelta(first), DAY_ZERO + timedelta(first + days)),
    st.integers(-20, 140),
    st.integers(0, 75),
)


def listing_sent(number: int, zone: str | None) -> JsonObject:
    return {
        "id": number,
        "name": f"Home {number}",
        "currencyCode": "EUR" if number % 3 else "USD",
        "timeZoneName": zone,
        "city": ("Lisbon", "Porto")[number % 2],
        "isArchived": int(number == 6),
        "listingUnits": [],
    }


def stay_sent(dice: Random, number: int) -> JsonObject:
    """A stay of any kind: cancelled, of the owner, without price, without nights, of several units."""
    arrival = DAY_ZERO + timedelta(days=dice.randint(-40, 150))
    nights = dice.choice((0, 1, 2, 3, 5, 7, 7, 11, 30, 31, 95, -2))
    amount = dice.choice((100, 99.99, 333.33, 1234.5678, 0.1 + 0.2, 1e14, 0, None))
    lines = [
        {"id": 1, "type": "accommodation", "name": "baseRate", "total": amount},
        {"id": 2, "type": "discount", "name": "weeklyDiscount", "total": dice.choice((None, -12.5))},
        {"id": 3, "type": "fee", "name": "cleaningFee", "total": 45.1, "isIncludedInTotalPrice": 1},
        {"id": 4, "type": "tax", "name": "cityTax", "total": 7.07, "isIncludedInTotalPrice": 1},
        {"id": 5, "type": "commissions", "name": "hostChannelFee", "total": 15.2},
        {"id": 6, "type": "fee", "name": "petFee", "total": 20, "isDeleted": 1},
    ]
    return {
        "id": number,
        "listingMapId": dice.choice((1, 2, 3, 4, 5, 6, 77, None)),
        "channelId": dice.choice((2018, 2005, 2000, 2010, 2009, 4_711)),
        "status": dice.choice(STATUSES),
        "arrivalDate": str(arrival),
        "departureDate": str(arrival + timedelta(days=nights)),
        "isDatesUnspecified": int(dice.random() < 0.03),
        "reservationDate": f"{arrival - timedelta(days=dice.randint(0, 40))} {dice.randint(0, 23):02}:30:00",
        "cancellationDate": dice.choice((None, f"{arrival - timedelta(days=3)} 00:00:00")),
        "airbnbListingCancellationPayout": dice.choice((None, 55.5)),
        "currency": dice.choice(("EUR", "EUR", "EUR", "USD", "", None)),
        "totalPrice": dice.choice((500.25, 180, None, 0.1 + 0.2)),
        "guestPaymentCardIsVirtual": dice.choice((0, 1, None)),
        "checkInTime": dice.choice((None, 15, 0)),
        "checkOutTime": dice.choice((None, 11)),
        "taxAmount": 10,
        "cleaningFee": 40,
        "reservationUnit": [{"id": one, "listingUnitId": one} for one in range(dice.choice((0, 0, 0, 2, 3)))],
        "financeField": lines if dice.random() < 0.8 else [],
        "updatedOn": "2026-07-01 10:00:00",
    }


async def put_stays(store: Store, sent: Sequence[JsonObject]) -> None:
    rows = [row for one in sent if (row := read_row(Reservation, one))]
    await store.reservations.put(rows, sent, seen_at=SEEN)


async def put_listings(store: Store, zones: Mapping[int, str | None], updated_on: str) -> dict[int, Listing]:
    sent = [listing_sent(number, zone) | {"latestActivityOn": updated_on} for number, zone in zones.items()]
    rows = [row for one in sent if (row := read_row(Listing, one))]
    await store.listings.put(rows, sent, seen_at=SEEN)
    return {row.id: row for row in rows}


async def lived_in(store: Store) -> dict[int, Listing]:
    """A world of stays that were kept, changed and removed, in listings of which one moved its zone."""
    dice = Random(7)
    await put_stays(store, [stay_sent(dice, number) for number in range(1, 60)])
    zones = {number: ZONES[number % len(ZONES)] for number in range(1, 7)}
    await put_listings(store, zones, "2026-07-01 00:00:00")
    await put_stays(store, [stay_sent(dice, number) for number in range(60, 160)])
    changed = [stay_sent(dice, number) | {"updatedOn": "2026-07-02 10:00:00"} for number in range(1, 160, 3)]
    await put_stays(store, changed)
    await store.reservations.gone(range(2, 160, 17), at=SEEN)
    return await put_listings(store, zones | {1: "Asia/Tokyo", 3: None}, "2026-07-03 00:00:00")


def told(book: Book) -> Any:
    """All that an answer has of a book."""
    groups = sorted(book.groups(), key=lambda cell: (cell.currency, str(cell.order), str(cell.key)))
    by_currency = {cell.currency: [one for one in groups if one.currency == cell.currency] for cell in groups}
    shown = [
        group_of(cell, one)
        for some in by_currency.values()
        for cell, one in zip(some, figures(some), strict=True)
    ]
    return (book.totals(), shown, book.excluded(), book.cancellation_income(), book.warnings())


async def test_sums_from_columns_are_those_of_the_stays(store: Store) -> None:
    """By every basis and group, of all listings or some, over any days; to the cent and to the sentence."""
    by_id = await lived_in(store)
    day_of = days_of(by_id)
    whole = [stay for kept in await store.reservations.all() if (stay := stay_of(kept.row, day_of))]
    rows_by_id = {kept.row.id: kept.row for kept in await store.reservations.all()}
    asked: list[tuple[Basis, Span, Any, list[Listing], bool]] = []
    active = [one for one in by_id.values() if not one.is_archived]

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(
        st.sampled_from(Basis),
        SPANS,
        st.sampled_from([None, "listing", "channel", "month", "city"]),
        st.sampled_from([active, active[:2], active[:1]]),
    )
    def collect(basis: Basis, span: Span, by: Any, listings: list[Listing]) -> None:
        asked.append((basis, span, by, listings, listings is active))

    collect()
    counted = 0
    for basis, span, by, listings, everything in asked:
        wanted = Wanted(by=BY[basis], first=span.first, last=span.last)
        inside = {one.id: one for one in listings}
        expected = Book(span, basis, by, inside, by_id, whole=everything, owners=None)
        meant = [stay for stay in whole if wanted.fits(rows_by_id[stay.id], day_of)]
        for stay in meant:
            expected.add(stay)
        found = Book(span, basis, by, inside, by_id, whole=everything, owners=None)
        await _shared(store, found, day_of, listings, everything)
        assert told(found) == told(expected), (basis, span, by)
        assert found.has_stays == expected.has_stays
        assert found.listings_sold == expected.listings_sold
        assert found.first_day == expected.first_day
        kept = await store.stay_amounts.rows(Which(BY[basis], span.first, span.last))
        assert _by_id(await stays_in(store, kept, day_of)) == _by_id(meant)
        counted += bool(expected.counted)
    assert counted > len(asked) / 2


async def test_debts_and_hours_from_columns_are_those_of_the_stays(store: Store) -> None:
    """What balances and turnovers are told by, over any arrivals."""
    await lived_in(store)
    rows = {kept.row.id: kept.row for kept in await store.reservations.all()}
    for offset in range(-40, 150, 19):
        first, last = DAY_ZERO + timedelta(offset), DAY_ZERO + timedelta(offset + 18)
        which = Which(By.ARRIVAL, first, last)
        meant = {number for number, one in rows.items() if one.arrival and first <= one.arrival <= last}
        debtors, others = await store.stay_amounts.debtors(which)
        hours = await store.stay_amounts.hours(which, frozenset(ReservationStatus))
        assert {one.id for one in debtors} | others == meant == {one.id for one in hours}
        assert others.isdisjoint(one.id for one in debtors)
        for kept in debtors:
            assert _parts(kept, DEBTS) == _parts(rows[kept.id], DEBTS)
        for one in hours:
            assert _parts(one, HOURS) == _parts(rows[one.id], HOURS)
        leaving = (first, first + timedelta(3))
        there = {one.listing_id for one in hours if leaving[0] <= one.departure <= leaving[1]} - {None}
        some = await store.stay_amounts.hours(which, frozenset(ReservationStatus), leaving=leaving)
        assert sorted(some) == sorted(one for one in hours if one.listing_id in there)


async def test_bookings_from_columns_are_those_of_the_stays(store: Store) -> None:
    """What pace is counted from: everything that was confirmed once, whose money is exact or told apart."""
    by_id = await lived_in(store)
    day_of = days_of(by_id)
    rows = [kept.row for kept in await store.reservations.all()]
    stays = [stay for row in rows if (stay := stay_of(row, day_of))]
    for offset in range(-40, 150, 19):
        first, last = DAY_ZERO + timedelta(offset), DAY_ZERO + timedelta(offset + 18)
        meant = {
            one.id: booking_of(one)
            for one in stays
            if one.arrival <= last and one.departure > first and one.status.value in (*COUNTING, CANCELLED)
        }
        read = await store.stay_amounts.bookings(Which(By.STAY, first, last))
        others = {row[-1] for row in read} - {None}
        found = [Booking(*row) for row in read if row[-1] is None]
        exact = [whole(one) for number, one in meant.items() if number not in others]
        assert sorted(found, key=repr) == sorted(exact, key=repr)
        assert others <= meant.keys()


def whole(one: Booking) -> Booking:
    """With its revenue as a whole number, as a column has it."""
    return one if one.revenue is None else one._replace(revenue=int(one.revenue))


COMMON = ("listing_id", "status", "status_class", "arrival")
DEBTS = (*COMMON, "channel", "currency", "total_price", "guest_payment_card_is_virtual")
HOURS = (*COMMON, "departure", "check_in_time", "check_out_time")


def _parts(stay: Any, names: Sequence[str]) -> list[Any]:
    return [getattr(stay, name) or None if name == "currency" else getattr(stay, name) for name in names]


async def _shared(
    store: Store, book: Book, day_of: Any, listings: Sequence[Listing], everything: bool
) -> None:
    """Fills a book as an answer from the replica does."""
    ids, by_night = [one.id for one in listings], book.basis is Basis.NIGHT
    only = None if everything else frozenset(ids)
    key = None if book.by in (None, "month") else "channel" if book.by == "channel" else "listing_id"

    def question(span: Span) -> tuple[Which, Period]:
        return Which(BY[book.basis], span.first, span.last, only), Period(span.first, span.last, by_night)

    which, period = question(book.span)
    book.add_shares(await store.stay_amounts.shares(which, period, ids, key=key))
    book.leave_out(await store.stay_amounts.idle(which, period, ids))
    for stay in await stays_in(store, await store.stay_amounts.odd(which, period, ids), day_of):
        book.add(stay)
    for span in book.spans if book.by == "month" else ():
        shares = await store.stay_amounts.shares(*question(span), ids)
        book.add_shares(shares, span.first.replace(day=1))
    days = await store.stay_amounts.listings_of(which, period, ids)
    book.sold({number: date.fromordinal(day) for number, day in days.items()})


def _by_id(stays: Sequence[Stay]) -> dict[int, Stay]:
    return {stay.id: stay for stay in stays}
