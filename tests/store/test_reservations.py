"""Windows of stays, against the same question asked of all rows one by one."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaway_mcp.models.reservations import By, Reservation
from hostaway_mcp.store.store import Store
from tests.store.conftest import SEEN
from tests.store.sent import Sent, put_everything
from tests.store.test_rows import stay

DAYS = st.dates(date(2026, 5, 1), date(2026, 10, 31))


def fits(one: Reservation, by: By, first: date, last: date) -> bool:
    """The window's definition."""
    if by is By.STAY:
        nights = (one.departure - one.arrival).days if one.arrival and one.departure else 0
        return any(first <= one.arrival + timedelta(days=n) <= last for n in range(nights) if one.arrival)
    booked, active = one.reservation_date or one.inserted_on, one.latest_activity_on or one.updated_on
    day = {
        By.ARRIVAL: one.arrival,
        By.DEPARTURE: one.departure,
        By.BOOKED: booked and booked.astimezone(UTC).date(),
        By.UPDATED: active and active.astimezone(UTC).date(),
    }[by]
    return day is not None and first <= day <= last


async def test_windows_hold_what_they_say(store: Store, sent: Sent) -> None:
    """Every kind of window, with and without a listing and a channel, gives what a filter over all gives."""
    await put_everything(store, sent, seen_at=SEEN)
    rows = [kept.row for kept in await store.reservations.all()]
    listings = [None, *sorted({row.listing_id for row in rows if row.listing_id})[:3]]
    asked: list[tuple[By, date, date, int | None, int | None]] = []

    @settings(max_examples=40, deadline=None, database=None, derandomize=True)
    @given(st.sampled_from(By), DAYS, DAYS, st.sampled_from(listings), st.sampled_from([None, 2018, 2005]))
    def collect(by: By, one: date, other: date, listing_id: int | None, channel_id: int | None) -> None:
        asked.append((by, min(one, other), max(one, other), listing_id, channel_id))

    collect()
    asked += [(by, date.min, date.max, None, None) for by in By]
    found_any = 0
    for by, first, last, listing_id, channel_id in asked:
        found = await store.reservations.find(
            by=by, first=first, last=last, listing_id=listing_id, channel_id=channel_id
        )
        expected = [
            row.id
            for row in rows
            if fits(row, by, first, last)
            and listing_id in (None, row.listing_id)
            and channel_id in (None, int(row.channel))
        ]
        assert [kept.row.id for kept in found] == expected, (by, first, last, listing_id, channel_id)
        found_any += bool(expected)
    assert found_any > len(asked) / 4


@pytest.mark.parametrize("letters", ["müller", "MULLER", "mueller", "ana mu", "na", "a-müll"])
async def test_names_are_found_however_they_are_spelled(store: Store, letters: str) -> None:
    """Case, accents, umlauts and punctuation are forgiven; parts of names are enough."""
    await store.reservations.put(*stay(), seen_at=SEEN)
    assert len(await store.reservations.find(match=letters)) == 1


@pytest.mark.parametrize("letters", ["%", "_", "", "'; --", "anna"])
async def test_signs_are_in_nobodys_name(store: Store, letters: str) -> None:
    """What means something to a database means nothing here."""
    await store.reservations.put(*stay(), seen_at=SEEN)
    assert await store.reservations.find(match=letters) == ()


async def test_mail_and_unread(store: Store, sent: Sent) -> None:
    """An address is found in any case; a stay is unread while a conversation about it is."""
    await store.reservations.put(*stay(), seen_at=SEEN)
    assert len(await store.reservations.find(guest_email=" ANA@example.com")) == 1
    await put_everything(store, sent, seen_at=SEEN)
    unread = {one.reservation_id for one in sent.conversations.rows if one.has_unread_messages}
    kept = await store.reservations.ids()
    assert {one.row.id for one in await store.reservations.find(unread=True)} == unread & kept


async def test_dates_unspecified_are_in_no_window(store: Store) -> None:
    """Hostaway then sends yesterday for both (isDatesUnspecified)."""
    await store.reservations.put(*stay(isDatesUnspecified=1), seen_at=SEEN)
    assert await store.reservations.find(by=By.ARRIVAL) == ()
    assert len(await store.reservations.find()) == 1
