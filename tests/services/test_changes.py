"""What happened since a moment: each change once, in order, and never more than is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hostaway_mcp.errors import CursorError, InputError
from hostaway_mcp.services.change_words import calendar_in_words
from hostaway_mcp.services.changes import ChangesSince
from tests.support.house import House, house
from tests.support.replica import sync, synced

HOUR = 3_600.0


async def since(home: House, **asked: Any) -> ChangesSince:
    return await home.app.services.changes.since(**asked)


def booked(home: House) -> int:
    """A stay that is booked and still ahead."""
    today = home.clock.today("UTC").isoformat()
    return next(
        number
        for number, stay in home.sandbox.world.reservations.items()
        if stay["status"] == "new" and stay["arrivalDate"] > today and stay["channelId"] != 2000
    )


def add_stay(home: House, **fields: Any) -> int:
    listing = next(iter(home.sandbox.world.listings))
    added = home.sandbox.world.add_reservation(listing, "2027-05-01", "2027-05-04", **fields)
    return int(added["id"])


async def test_without_a_replica_it_says_how_to_get_one_and_asks_nobody(tmp_path: Path) -> None:
    async with house(hostaway_mcp_data_dir=tmp_path) as home:
        answer = await since(home)
        assert not answer.complete
        assert "hostaway-mcp sync" in (answer.missing[0].resume or "")
        assert answer.source == "replica"
        assert answer.changes == ()
        assert not answer.more
        assert not home.upstream
        assert not home.app.replica.is_there, "a question makes none"


async def test_a_cursor_of_before_the_first_sync_goes_on_with_it(tmp_path: Path) -> None:
    async with house(listings=3, hostaway_mcp_data_dir=tmp_path) as home:
        early = await since(home)
        await sync(home)
        number = add_stay(home, totalPrice=120)
        await sync(home, after_seconds=HOUR)
        answer = await since(home, cursor=early.next_cursor, kinds=None)
        assert [row.id for row in answer.changes if row.kind == "reservation"] == [number]


async def test_what_was_there_before_the_replica_is_no_change(tmp_path: Path) -> None:
    """The first reading of an account is thousands of rows that are new to the replica alone."""
    async with synced(tmp_path) as home:
        answer = await since(home, since="-1h")
        assert answer.changes == ()
        assert not answer.more
        assert any("read for the first time" in warning for warning in answer.warnings)


async def test_before_the_log_begins_nothing_is_known(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        began = home.clock.now()
        await sync(home, after_seconds=2 * HOUR)
        early = await since(home, since="-24h", kinds=["reservation"])
        assert not early.complete
        assert f"{began:%Y-%m-%d %H:%M}Z" in early.missing[0].what
        assert (await since(home, since="-119m", kinds=["reservation"])).complete


async def test_a_booking_a_change_and_a_message_come_once_in_order(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        number, world = booked(home), home.sandbox.world
        before = world.reservations.peek(number)["totalPrice"]
        await home.clock.sleep(HOUR)
        new = add_stay(home, totalPrice=300, guestName="Ada Byron")
        await home.clock.sleep(60)
        world.touch_reservation(number, totalPrice=before + 20, guestName="Somebody Else")
        await home.clock.sleep(60)
        world.receive_message(number, "May we come at noon? Write to me@example.com")
        await sync(home)
        asked = ["reservation", "message"]
        answer = await since(home, since="-2h", kinds=asked)
        currency = world.reservations.peek(number)["currency"]
        what = {row.id: row.what for row in answer.changes if row.kind == "reservation"}
        assert set(what) == {new, number}
        assert what[new] == "new"
        assert what[number].startswith(f"total {before:.2f} -> {before + 20:.2f} {currency}, ")
        assert what[number].endswith(", the guest's name changed")
        (said,) = [row for row in answer.changes if row.kind == "message"]
        assert said.text is not None
        assert said.text.startswith("May we come at noon?")
        assert "me@example.com" not in answer.model_dump_json()
        assert (said.from_, said.reservation_id, said.guest) == ("guest", number, "Somebody Else")
        assert [row.at for row in answer.changes] == sorted(row.at for row in answer.changes)
        assert (await since(home, cursor=answer.next_cursor, kinds=asked)).changes == ()


async def test_page_after_page_gives_each_change_once(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        await home.clock.sleep(HOUR)
        added = {add_stay(home, guestName=f"Guest {n}") for n in range(7)}
        await sync(home)
        answer = await since(home, since="-2h", kinds=["reservation", "new"], limit=3)
        seen = [row.id for row in answer.changes]
        while answer.more:
            answer = await since(
                home, since="-2h", kinds=["reservation", "new"], limit=3, cursor=answer.next_cursor
            )
            seen += [row.id for row in answer.changes]
        assert len(seen) == len(set(seen)) == 7
        assert set(seen) == added


async def test_one_who_asks_again_later_gets_only_what_is_new(tmp_path: Path) -> None:
    """The cursor may stand in `since` too, and the answer says that there is nothing more yet."""
    async with synced(tmp_path) as home:
        first = await since(home, since="now")
        assert (first.changes, first.more) == ((), False)
        number = booked(home)
        await home.clock.sleep(HOUR)
        home.sandbox.world.touch_reservation(number, status="cancelled")
        await sync(home)
        second = await since(home, since=first.next_cursor)
        (row,) = [row for row in second.changes if row.kind == "reservation"]
        assert (row.id, row.what, row.status_class) == (number, "status new -> cancelled", "dead")
        assert second.next_cursor != first.next_cursor


async def test_prices_of_days_in_a_row_are_one_run(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=2) as home:
        listing = next(n for n, one in home.sandbox.world.listings.items() if not one["specialStatus"])
        first = home.clock.today("UTC") + timedelta(days=200)
        days = [(first + timedelta(days=n)).isoformat() for n in range(3)]
        await home.app.hostaway.calendar.update(
            listing, {"startDate": days[0], "endDate": days[-1], "price": 777}
        )
        await sync(home, after_seconds=7 * HOUR)
        answer = await since(home, since="-8h", kinds=["calendar", "changed"])
        (row,) = [row for row in answer.changes if row.id == listing]
        assert days[0] in row.what
        assert "-> 777.00" in row.what


def test_runs_of_a_calendar_are_cut_and_counted() -> None:
    """Days with the same difference stand together; beyond six runs only their number is told."""
    days = {
        f"2026-08-{day:02d}": {"price": {"before": "100", "after": str(100 + day // 2)}}
        for day in range(1, 17)
    }
    words = calendar_in_words({"days": days, "gone": ["2026-07-01"]}, "EUR")
    assert words.startswith("2026-08-01: price 100.00 -> 100.00 EUR; 2026-08-02 to 2026-08-03: price 100.00")
    assert words.endswith("and 5 days more; 1 day no longer given")


async def test_kinds_choose_nouns_and_what_became_of_them(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        await home.clock.sleep(HOUR)
        add_stay(home)
        home.sandbox.world.touch_reservation(booked(home), status="cancelled")
        await sync(home)
        only_new = await since(home, since="-2h", kinds=["reservation", "new"])
        assert {row.what for row in only_new.changes} == {"new"}
        only_changed = await since(home, since="-2h", kinds=["reservation", "changed"])
        assert {row.what for row in only_changed.changes} == {"status new -> cancelled"}


async def test_the_age_is_that_of_the_oldest_noun_asked_about(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        began = home.clock.now()
        await sync(home, after_seconds=2 * HOUR)
        assert (await since(home, since="-1h", kinds=["reservation"])).as_of > began + timedelta(hours=1)
        calendars = await since(home, since="-90m", kinds=["calendar"])
        assert calendars.as_of <= began
        assert not calendars.complete, "calendars are read every six hours"
        assert "calendar" in calendars.missing[0].what


async def test_a_replica_that_nobody_keeps_says_since_when(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        await home.clock.sleep(48 * HOUR)
        answer = await since(home, since="-24h", kinds=["reservation"])
        assert not answer.complete
        assert "hostaway-mcp sync" in (answer.missing[0].resume or "")


async def test_a_cursor_of_another_log_is_told_and_begins_anew(tmp_path: Path) -> None:
    async with synced(tmp_path / "one") as home:
        cursor = (await since(home, since="now")).next_cursor
    async with synced(tmp_path / "two", listings=2) as home:
        number = add_stay(home)
        await sync(home, after_seconds=HOUR)
        answer = await since(home, cursor=cursor)
        assert not answer.complete
        assert "begun anew" in answer.missing[0].why
        assert number in [row.id for row in answer.changes]


async def test_a_cursor_is_bound_to_its_kinds(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=2) as home:
        cursor = (await since(home, kinds=["task"])).next_cursor
        with pytest.raises(CursorError):
            await since(home, cursor=cursor)
        with pytest.raises(CursorError):
            await since(home, since="WyJub3QgYSBjdXJzb3I")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("2026-07-23T08:00:00Z", datetime(2026, 7, 23, 8, tzinfo=UTC)),
        ("2026-07-23T08:00:00+02:00", datetime(2026, 7, 23, 6, tzinfo=UTC)),
        ("-24h", datetime(2026, 7, 22, 12, tzinfo=UTC)),
        ("90 minutes ago", datetime(2026, 7, 23, 10, 30, tzinfo=UTC)),
        ("yesterday", datetime(2026, 7, 22, tzinfo=UTC)),
        ("2026-07-20", datetime(2026, 7, 20, tzinfo=UTC)),
    ],
)
async def test_since_is_understood_and_echoed(words: str, meant: datetime) -> None:
    async with house(listings=1) as home:
        answer = await since(home, since=words)
        assert answer.understood == {"since": f"{meant:%Y-%m-%dT%H:%M:%SZ}"}


async def test_a_day_begins_where_the_listings_are(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=1) as home:
        zone = next(iter(home.sandbox.world.listings.items()))[1]["timeZoneName"]
        answer = await since(home, since="today")
        moment = datetime.fromisoformat(answer.understood["since"])
        assert f"{moment.astimezone(ZoneInfo(zone)):%H:%M}" == "00:00"


@pytest.mark.parametrize("words", ["tomorrow", "2026-07-24T00:00:00Z", "whenever", "2026-13-40T10:00"])
async def test_a_moment_that_is_none_or_ahead_is_refused(words: str) -> None:
    async with house(listings=1) as home:
        with pytest.raises(InputError):
            await since(home, since=words)
