"""The replica becomes what Hostaway has, and goes on where it was stopped."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest

from hostaway_mcp.errors import CredentialsError
from hostaway_mcp.sandbox.world.conversations import conversation_id
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync import lists, stays
from hostaway_mcp.sync.calendar import AHEAD_DAYS, BEHIND_DAYS
from hostaway_mcp.sync.conversations import UNDECIDED_DAYS, _is_undecided
from hostaway_mcp.sync.reservations import HISTORY_DAYS
from tests.sync.conftest import Copies, Copy


async def assert_same(copy: Copy) -> None:
    """What the store has of stays, listings and calendars is what the sandbox has."""
    world, store = copy.home.sandbox.world, copy.store
    assert await store.listings.ids() == set(world.listings)
    today = copy.home.clock.now().date()
    kept = {one.row.id: one.row for one in await store.reservations.all()}
    for number, document in world.reservations.items():
        if document["arrivalDate"] >= (today - timedelta(days=HISTORY_DAYS - 1)).isoformat():
            assert number in kept, document["arrivalDate"]
    for number, row in kept.items():
        document = world.reservations[number]
        assert row.status.value == document["status"]
        assert row.arrival_date is not None
        assert row.arrival_date.isoformat() == document["arrivalDate"]
        assert row.host_note == document["hostNote"]
    first, last = today - timedelta(days=BEHIND_DAYS), today + timedelta(days=AHEAD_DAYS)
    active = [number for number, one in world.listings.items() if not one["specialStatus"]]
    ages = await store.calendar.ages(active, first, last)
    assert all(ages.values())


async def test_a_first_sync_brings_everything_that_questions_need(copies: Copies) -> None:
    async with copies(listings=5) as copy:
        summary = await copy.sync().run()
        assert summary.complete, summary.failed
        await assert_same(copy)
        assert summary.rows["reservations"] >= await copy.store.reservations.count() > 100
        assert summary.upstream_calls == len(copy.home.sandbox.requests)


async def test_what_is_fresh_is_not_brought_again(copies: Copies) -> None:
    async with copies(listings=3) as copy:
        sync = copy.sync()
        await sync.run()
        asked = len(copy.home.upstream)
        again = await sync.run()
        assert (again.brought, again.upstream_calls) == (0, 0)
        assert len(copy.home.upstream) == asked


async def test_changes_come_with_few_calls(copies: Copies) -> None:
    """A stay that changed is read again without reading its window again."""
    async with copies(listings=5) as copy:
        sync = copy.sync()
        await sync.run()
        await copy.home.clock.sleep(600)
        number = next(n for n, stay in copy.home.sandbox.world.stays.items() if stay.status == "new")
        await copy.home.app.hostaway.reservations.update(number, {"hostNote": "Late arrival"})
        asked = len(copy.home.upstream)
        await sync.run()
        (kept,) = await copy.store.reservations.get([number])
        assert kept.row.host_note == "Late arrival"
        reads = [path for path in copy.home.upstream[asked:] if path.endswith("/reservations")]
        assert len(reads) <= 3, "the changes, and those with unread messages"


async def test_a_sync_that_is_killed_anywhere_goes_on_and_ends_the_same(copies: Copies) -> None:
    """At 12 random requests the process is gone; the next one brings only what is lacking."""
    dice = random.Random(7)
    async with copies(listings=4) as copy:
        for _ in range(12):
            stop_at = len(copy.home.sandbox.requests) + dice.randint(1, 6)
            async with await Store.open(copy.url, account_id=copy.store.account_id,
                                        clock=copy.home.clock) as store:  # fmt: skip
                running = asyncio.ensure_future(copy.sync(store).run())
                while not running.done() and len(copy.home.sandbox.requests) < stop_at:
                    await copy.home.clock.sleep(0.01)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            await copy.home.clock.sleep(130)
        summary = await copy.sync().run()
        assert summary.complete, (summary.failed, summary.elsewhere)
        await assert_same(copy)


async def test_two_processes_share_the_work(copies: Copies) -> None:
    """No calendar is read twice, and both end with the same store."""
    async with copies(listings=6) as copy:
        async with await Store.open(copy.url, account_id=copy.store.account_id,
                                    clock=copy.home.clock) as other:  # fmt: skip
            await asyncio.gather(copy.sync().run(), copy.sync(other).run())
        await copy.home.clock.sleep(130)
        await copy.sync().run()
        await assert_same(copy)
        requests = copy.home.sandbox.requests
        calendars = [(one.path, str(one.query)) for one in requests if one.path.endswith("/calendar")]
        assert len(calendars) == len(set(calendars))


async def test_one_piece_that_fails_does_not_stop_the_rest(copies: Copies) -> None:
    """The summary names it, and the next run brings it."""
    async with copies(listings=3) as copy:
        copy.home.sandbox.faults.add("html", path="/v1/tasks", status=502, times=None)
        summary = await copy.sync().run()
        assert list(summary.failed) == ["tasks all"]
        await assert_same(copy)
        copy.home.sandbox.faults.clear()
        await copy.home.clock.sleep(130)
        again = await copy.sync().run()
        assert again.complete
        assert await copy.store.tasks.count() > 0


async def test_wrong_credentials_end_it_at_once(copies: Copies) -> None:
    async with copies(listings=3, hostaway_client_secret="wrong-secret-wrong-secret-1234567") as copy:
        with pytest.raises(CredentialsError):
            await copy.sync().run()


async def test_dictionaries_and_units_come_too(copies: Copies) -> None:
    """What listings point into, and the like homes of those that have several."""
    async with copies(listings=6) as copy:
        world = copy.home.sandbox.world
        await copy.sync().run()
        kept = await copy.store.dictionaries.all()
        assert len(kept) == 13
        assert kept["currencies"].content["EUR"]
        assert {one["id"] for one in kept["amenities"].content} > {1}
        several = {number for number, units in world.units.items() if units}
        assert several
        for number, units in world.units.items():
            assert {one.row.id for one in await copy.store.units.of(number)} == {one["id"] for one in units}
        asked = [path for path in copy.home.upstream if path.startswith("/v1/listingUnits/")]
        assert {int(path.rpartition("/")[2]) for path in asked} == several


async def test_near_stays_answer_before_the_rest_is_there(copies: Copies) -> None:
    """Listings, the stays of the next thirty days and a look at the changes; then everything else."""
    async with copies(listings=6) as copy:
        await copy.sync().run()
        paths = [one.path for one in copy.home.sandbox.requests if not one.path.endswith("/accessTokens")]
        first_else = next(place for place, path in enumerate(paths) if path not in FIRST)
        assert paths[:first_else].count("/v1/listings") == 1
        assert paths[:first_else].count("/v1/reservations") == 3
        assert not {"/v1/listings"} & set(paths[first_else:])


FIRST = {"/v1/listings", "/v1/reservations"}


async def test_a_stay_that_was_deleted_goes_within_a_day(copies: Copies) -> None:
    """No list of changes has it and no webhook tells; with what was said about it."""
    async with copies(listings=4) as copy:
        sync = copy.sync()
        await sync.run()
        world = copy.home.sandbox.world
        kept = {one.row.reservation_id for one in await copy.store.conversations.all()}
        today = world.clock.today()
        near = [n for n, stay in world.stays.items() if n in kept and stay.arrival > today]
        old = min(world.stays.values(), key=lambda stay: stay.arrival).id
        for number in (near[0], old):
            world.remove_reservation(number)
        await copy.home.clock.sleep(86_460)
        asked = len(copy.home.upstream)
        assert (await sync.run()).complete
        left = {one.row.id for one in await copy.store.reservations.all()}
        assert not {near[0], old} & left
        assert not await copy.store.conversations.where(reservation_id=near[0])
        assert [
            one.row_id for one in await copy.store.changes.since(0, kinds=["gone"], nouns=["reservations"])
        ]
        looked = [path for path in copy.home.upstream[asked:] if path.startswith("/v1/reservations")]
        assert len(looked) < 40


async def test_a_conversation_that_came_back_after_its_stay_goes_with_the_next_lists(copies: Copies) -> None:
    """A page that was on its way brings it; one in which nothing was ever said has no age to go by."""
    async with copies(listings=2) as copy:
        world, hostaway = copy.home.sandbox.world, copy.home.app.hostaway
        number = world.add_reservation(next(iter(world.listings)), "2026-11-01", "2026-11-05")["id"]
        page = await hostaway.conversations.find(reservation_id=number, include_resources=True)
        assert (page.rows[0].message_sent_on, page.rows[0].message_received_on) == (None, None)
        sync = copy.sync()
        world.remove_reservation(number)
        await sync.run()
        await copy.store.conversations.put(page.rows, page.raw, seen_at=page.as_of)
        for _ in range(2):
            await copy.home.clock.sleep(86_460)
            assert (await sync.run()).complete
        assert not await copy.store.conversations.where(reservation_id=number)


async def test_calendars_are_brought_by_what_they_are_worth(copies: Copies) -> None:
    """First of the listings whose stays changed, then of those that somebody asks about."""
    async with copies(listings=6) as copy:
        sync = copy.sync()
        await sync.run()
        world = copy.home.sandbox.world
        active = [number for number, one in world.listings.items() if not one["specialStatus"]]
        changed, wanted = active[-1], active[-2]
        await copy.home.clock.sleep(1_000)
        await sync.refresh("calendar", str(wanted))
        world.add_reservation(changed, "2026-11-01", "2026-11-05")
        asked = len(copy.home.upstream)
        await sync.run()
        assert _calendars(copy, asked) == [changed], "a new stay takes nights"
        await sync.run()
        asked = len(copy.home.upstream)
        await copy.home.clock.sleep(3_700)
        await sync.run()
        assert _calendars(copy, asked) == [wanted], "kept fresher, for a day"
        world.touch_reservation(world.stays_of[changed][-1].id, status="cancelled")
        await copy.home.clock.sleep(6 * 3_600)
        await sync.refresh("reservations", "changes")
        pieces = await sync._calendars()
        assert [int(one.part) for one in pieces][:2] == [changed, wanted]
        assert len(pieces) == len(active)


def _calendars(copy: Copy, since: int) -> list[int]:
    paths = [path for path in copy.home.upstream[since:] if path.endswith("/calendar")]
    return [int(path.split("/")[3]) for path in paths]


async def test_a_list_that_moves_while_it_is_read_loses_nothing(
    copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is removed from a page already read and one is added at the end: the number stays the same."""
    monkeypatch.setattr(lists, "PAGE_LIMIT", 5)
    async with copies(listings=8) as copy:
        await copy.sync().run()
        world = copy.home.sandbox.world
        await copy.home.clock.sleep(1_000)
        find = copy.home.app.hostaway.tasks.find
        moved: list[int] = []

        async def moving(**wanted: object) -> object:
            page = await find(**wanted)  # type: ignore[arg-type]
            if not moved:
                # Two, so that a row slips over the overlap of two pages.
                for _ in range(2):
                    moved.append(next(iter(world.tasks)))
                    task = world.tasks.pop(moved[-1])
                    world.tasks[task["id"] + 10_000] = task | {"id": task["id"] + 10_000}
            return page

        monkeypatch.setattr(copy.home.app.hostaway.tasks, "find", moving)
        assert (await copy.sync().run()).complete
        assert len(moved) == 2
        # Those that were removed while it was read are there until the next time.
        assert await copy.store.tasks.ids() - set(moved) == set(world.tasks)
        await copy.home.clock.sleep(1_000)
        await copy.sync().run()
        assert await copy.store.tasks.ids() == set(world.tasks)


async def test_what_is_read_anew_stays_true_as_of_before(copies: Copies) -> None:
    """While a list is read again the copy answers, with the age that it had."""
    async with copies(listings=3) as copy:
        await copy.sync().run()
        before = await copy.store.sync.state("listings", "all")
        await copy.home.clock.sleep(4_000)
        copy.home.sandbox.faults.add("hang", path="/v1/listings", times=1, seconds=3_600)
        task = asyncio.ensure_future(copy.sync().run())
        await copy.home.clock.sleep(5)
        outcome = await copy.home.ask("find_listings")
        assert outcome.json["source"] == "replica"
        during = await copy.store.sync.state("listings", "all")
        assert before is not None
        assert during is not None
        assert during.as_of == before.as_of
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_another_form_of_a_stay_is_no_change(copies: Copies) -> None:
    """A single stay carries its policy and no balance, a list the other way round."""
    async with copies(listings=3) as copy:
        await copy.sync().run()
        before = await copy.store.changes.last()
        number = next(iter(copy.home.sandbox.world.stays))
        one = await copy.home.app.hostaway.reservations.get(number, include_resources=True)
        await stays._keep_single(copy.store, one)
        assert await copy.store.changes.last() == before
        (kept,) = await copy.store.reservations.get([number])
        assert kept.row.remaining_balance is not None or one.row.total_price is None


async def test_threads_where_a_machine_wrote_last_are_read_whole(copies: Copies) -> None:
    """Only those in which the guest wrote lately, and once until something new is said."""
    async with copies(listings=4) as copy:
        world = copy.home.sandbox.world
        stay = next(one for one in world.stays if conversation_id(one) in world.conversations)
        asks = world.receive_message(stay, "Where is the key?")
        await copy.home.clock.sleep(300)
        answer = {
            **asks,
            "id": asks["id"] + 1,
            "isIncoming": 0,
            "isSeen": 1,
            "communicationId": 1,
            "body": "Thanks for writing!",
        }
        stamp = copy.home.sandbox.world.clock.stamp()
        world.add_message(conversation_id(stay), answer | {"date": stamp, "sentChannelDate": stamp})
        world.conversations[conversation_id(stay)]["hasUnreadMessages"] = 0
        await copy.sync().run()
        (thread,) = await copy.store.conversations.where(reservation_id=stay)
        assert _is_undecided(thread.row, copy.home.clock.now() - timedelta(days=UNDECIDED_DAYS))
        assert thread.row.id in await copy.store.threads.get([thread.row.id])
        asked = len(copy.home.upstream)
        await copy.home.clock.sleep(310)
        await copy.sync().run()
        assert not [path for path in copy.home.upstream[asked:] if path.endswith("/messages")]
