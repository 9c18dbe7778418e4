"""What is put comes back, once, and the newest version wins."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from hostaway_mcp.models.lenient import read_row
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.store.changes import Kind
from hostaway_mcp.store.rows import Kept, Put
from hostaway_mcp.store.store import Store
from tests.store.conftest import SEEN
from tests.store.sent import ROW_NOUNS, Sent

LATER = SEEN + timedelta(hours=1)


def stay(**fields: Any) -> tuple[tuple[Reservation], tuple[dict[str, Any]]]:
    """A reservation as Hostaway sends it."""
    raw = {
        "id": 7_000_000_000,
        "listingMapId": 1,
        "channelId": 2018,
        "status": "new",
        "arrivalDate": "2026-08-01",
        "departureDate": "2026-08-04",
        "guestName": "Ana Müller",
        "guestEmail": "Ana@Example.com",
        "totalPrice": 100.1,
        "currency": "EUR",
        "updatedOn": "2026-07-01 10:00:00",
    } | fields
    row = read_row(Reservation, raw)
    assert row is not None
    return (row,), (raw,)


@pytest.mark.parametrize("noun", ROW_NOUNS)
async def test_rows_come_back_as_they_were_sent(store: Store, sent: Sent, noun: str) -> None:
    """Every noun gives back equal models, with the instant at which they were read."""
    page, kept = getattr(sent, noun), getattr(store, noun)
    assert page.rows
    assert await kept.put(page.rows, page.raw, seen_at=SEEN) == Put(new=len(page.rows))
    assert await kept.all() == tuple(Kept(row, SEEN) for row in sorted(page.rows, key=lambda row: row.id))
    assert await kept.get([page.rows[0].id, 1]) == (Kept(page.rows[0], SEEN),)
    assert await kept.count() == len(page.rows)


@pytest.mark.parametrize("noun", ROW_NOUNS)
async def test_the_same_rows_again_are_only_seen_again(store: Store, sent: Sent, noun: str) -> None:
    """They get the newer instant; nothing is written into the log of changes."""
    page, kept = getattr(sent, noun), getattr(store, noun)
    await kept.put(page.rows, page.raw, seen_at=SEEN)
    before = await store.changes.last()
    assert await kept.put(page.rows, page.raw, seen_at=LATER) == Put(same=len(page.rows))
    assert {one.seen_at for one in await kept.all()} == {LATER}
    assert await store.changes.last() == before


async def test_units_are_kept_with_their_listing(store: Store, sent: Sent) -> None:
    """A unit does not say whose it is."""
    listing_id, page = sent.units
    await store.units.put_of(listing_id, page.rows, page.raw, seen_at=SEEN)
    assert [kept.row for kept in await store.units.of(listing_id)] == sorted(page.rows, key=lambda u: u.id)
    assert await store.units.of(1) == ()
    put = await store.units.put_of(2, page.rows, page.raw, seen_at=LATER)
    assert put == Put(changed=len(page.rows))


async def test_an_older_version_does_not_replace_a_newer_one(store: Store) -> None:
    """`updatedOn` decides, not the order of arrival."""
    await store.reservations.put(*stay(status="cancelled"), seen_at=SEEN)
    older = stay(updatedOn="2026-07-01 09:59:59")
    assert await store.reservations.put(*older, seen_at=LATER) == Put(older=1)
    assert (await store.reservations.all())[0].row.status.value == "cancelled"


async def test_without_updated_on_the_later_reading_is_newer(store: Store, sent: Sent) -> None:
    """Listings carry no `updatedOn`."""
    row, raw = sent.listings.rows[0], sent.listings.raw[0]
    await store.listings.put([row], [raw], seen_at=LATER)
    renamed = raw | {"name": "Old name"}
    assert await store.listings.put([row], [renamed], seen_at=SEEN) == Put(older=1)
    assert (await store.listings.get([row.id]))[0].row.name == row.name


async def test_a_row_that_comes_twice_is_kept_in_its_later_version(store: Store) -> None:
    """A row that moves while pages are read is on two of them."""
    (new,), (new_raw,) = stay(updatedOn="2026-07-02 10:00:00", status="modified")
    (old,), (old_raw,) = stay()
    assert await store.reservations.put((new, old), (new_raw, old_raw), seen_at=SEEN) == Put(new=1)
    assert (await store.reservations.all())[0].row.status.value == "modified"


async def test_changes_tell_what_changed_in_order(store: Store) -> None:
    """One change for each new, changed or gone row; of a guest's words only the field's name."""
    await store.reservations.put(*stay(), seen_at=SEEN)
    changed = stay(guestName="Eva Braun", totalPrice=90, status="modified", updatedOn="2026-07-02 10:00:00")
    await store.reservations.put(*changed, seen_at=LATER)
    await store.reservations.gone([7_000_000_000, 5], at=LATER)
    log = await store.changes.since(0)
    assert [(one.seq, one.kind, one.noun, one.row_id) for one in log] == [
        (1, Kind.NEW, "reservations", 7_000_000_000),
        (2, Kind.CHANGED, "reservations", 7_000_000_000),
        (3, Kind.GONE, "reservations", 7_000_000_000),
    ]
    assert Decimal(log[1].what["fields"]["total_price"]["before"]) == Decimal("100.1")
    assert log[1].what["fields"]["status"] == {"before": "new", "after": "modified"}
    assert log[1].what["private"] == ["guest_name", "guest_folded"]
    assert not any(word in str(log) for word in ("Ana", "Eva", "Braun", "example"))
    assert await store.changes.since(1, kinds=["gone"]) == log[2:]
    assert await store.changes.since(LATER) == log[1:]
    assert await store.changes.since(0, limit=1) == log[:1]
    assert await store.changes.forget(LATER + timedelta(days=1)) == 2
    await store.reservations.put(*stay(), seen_at=LATER)
    assert [one.seq for one in await store.changes.since(0)] == [3, 4]


async def test_what_was_read_later_is_not_gone(store: Store) -> None:
    """A late word that a row is gone does not undo a newer reading of it."""
    await store.reservations.put(*stay(), seen_at=LATER)
    assert await store.reservations.gone([7_000_000_000], at=SEEN) == 0
    assert await store.reservations.count() == 1


async def test_card_data_are_not_kept(store: Store) -> None:
    """Responses may carry card columns; they are cardholder data."""
    await store.reservations.put(*stay(ccCvc="123", ccNumber="4111111111111111"), seen_at=SEEN)
    statement = store.reservations._statement()
    async with store._desk.read() as connection:
        raw = (await connection.execute(statement)).one().raw
    from hostaway_mcp.store.raw import unpack

    assert "4111" not in str(unpack(raw))
    assert "cc" not in str(sorted(unpack(raw)))[:20]


async def test_strange_letters_are_kept(store: Store) -> None:
    """Zero characters and halves of letters, which databases refuse in text, stop nothing."""
    odd = stay(guestName="A\0b\ud800c", id=2**62)
    assert await store.reservations.put(*odd, seen_at=SEEN) == Put(new=1)
    assert (await store.reservations.all())[0].row.id == 2**62


async def test_dictionaries_are_kept_under_their_names(store: Store) -> None:
    """An older reading does not replace a newer one."""
    await store.dictionaries.put("countries", {"PT": "Portugal"}, seen_at=LATER)
    await store.dictionaries.put("countries", {}, seen_at=SEEN)
    kept = await store.dictionaries.get("countries")
    assert kept is not None
    assert (kept.content, kept.seen_at) == ({"PT": "Portugal"}, LATER)
    assert list(await store.dictionaries.all()) == ["countries"]
    await store.dictionaries.gone("countries")
    assert await store.dictionaries.get("countries") is None
