"""What earlier versions kept is still there after each step forward, as this version would have kept it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from hostaway_mcp.analytics.review_scores import Sum
from hostaway_mcp.models.reservations import By, ReservationStatus
from hostaway_mcp.store.engine import open_database
from hostaway_mcp.store.migrate import MIGRATIONS
from hostaway_mcp.store.ratings import Ended
from hostaway_mcp.store.raw import digest, pack, written
from hostaway_mcp.store.stay_lists import Order
from hostaway_mcp.store.stay_windows import Which
from hostaway_mcp.store.store import Store
from tests.store.conftest import FIRST, LAST, SEEN
from tests.store.test_calendar import AUGUST, days
from tests.store.test_ratings import review
from tests.store.test_rows import stay


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, revision)


def _insert(connection: Connection, name: str, **values: Any) -> None:
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    lacking = {column.name for column in table.columns} - values.keys()
    assert all(table.c[column].nullable for column in lacking), lacking
    connection.execute(sa.insert(table).values(values))


def _keep_as_of_old(connection: Connection) -> None:
    """A stay of two units and of a long name, a calendar day and a night, as the first version kept them."""
    _, raw = stay(guestName="Ä" * 900, nights=99, reservationUnit=[{"id": 1, "listingUnitId": 7}])
    content, at = written(raw[0]), SEEN.replace(tzinfo=None) if connection.dialect.name == "sqlite" else SEEN
    _insert(
        connection,
        "reservations",
        account_id="1",
        id=7_000_000_000,
        listing_id=1,
        channel_id=2018,
        status="new",
        status_class="confirmed",
        arrival=AUGUST,
        departure=AUGUST.replace(day=4),
        nights=99,
        units=1,
        guest_folded="a" * 900,
        updated_on=at,
        raw=pack(content),
        digest=digest(content),
        seen_at=at,
    )
    sent = written(review(5, departureDate=f"{AUGUST}"))
    kept = {"raw": pack(sent), "digest": digest(sent), "seen_at": at, "departure": AUGUST}
    _insert(connection, "reviews", account_id="1", id=5, **kept)
    day = {"account_id": "1", "listing_id": 1, "day": AUGUST}
    _insert(connection, "calendar_days", **day, status="available", available=True, seen_at=at)
    _insert(connection, "nights", **day, sold=1, owner=0, blocked=0, units=1)


async def test_what_the_first_version_kept_is_in_the_lists_of_this_one(empty_url: str) -> None:
    """Its stays are found, counted and ordered; a day that is read again is the same row."""
    database = open_database(empty_url)
    async with database.write("test") as connection:
        await connection.run_sync(_upgrade, "0001")
        await connection.run_sync(_keep_as_of_old)
    await database.aclose()
    async with await Store.open(empty_url, account_id="1") as store:
        which = Which(By.STAY, FIRST, LAST)
        listed = await store.reservations.page(which, order=Order("updated"), limit=5)
        assert (listed.ids, listed.counts) == ((7_000_000_000,), {ReservationStatus.NEW: 1})
        kept = await store.reservations.get(listed.ids)
        assert [unit.listing_unit_id for unit in kept[0].row.reservation_unit] == [7]
        amounts = await store.stay_amounts.rows(which)
        assert [(one.id, one.accommodation, one.units) for one in amounts] == [(7_000_000_000, 1_001_000, 1)]
        rated = await store.reviews.ratings.means(Ended(AUGUST, AUGUST), "listing_id")
        assert rated == {1: {"cleanliness": Sum(Decimal(8), 1)}}
        assert await store.calendar.ages([1], AUGUST, AUGUST) == {1: SEEN}
        assert [night.sold for night in await store.nights.each(FIRST, LAST)] == [1]
        later = {"updatedOn": "2026-09-01 00:00:00"}
        rows, raw = stay(guestName="Ä" * 900, reservationUnit=[{"id": 1, "listingUnitId": 7}], **later)
        await store.reservations.put(rows, raw, seen_at=SEEN)
        change = (await store.changes.since(0))[0]
        different = {*change.what["fields"], *change.what["private"]}
        assert not different & {"nights", "unit_ids", "guest_folded"}, "they were brought up to date"
        await store.calendar.put(1, *days(2), AUGUST, AUGUST.replace(day=2), seen_at=SEEN)
        assert [night.day.day for night in await store.nights.each(FIRST, LAST)] == [1, 2]
