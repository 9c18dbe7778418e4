"""Walking lists, also when they change under one's feet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hostaway_mcp.client.operations import LIST_RESERVATIONS, UPDATE_RESERVATION
from hostaway_mcp.client.paging import Resume, Walk, collect, walk_changes, walk_offsets
from hostaway_mcp.client.protocol import JsonObject, Request
from hostaway_mcp.errors import BrokenAnswerError, NotFoundError, UnavailableError
from tests.client.rig import transport_for
from tests.support.clock import FakeClock
from tests.support.worlds import new_sandbox

BEGIN = datetime(2026, 7, 23, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    id: int
    updated: datetime | None
    version: Any = 0


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row]
    received: int
    count: int | None = None


def key(row: Row) -> int:
    return row.id


def updated(row: Row) -> datetime | None:
    return row.updated


@dataclass
class Upstream:
    """A list as documented: newest change first, `afterId` is a place in the order as it is now."""

    rows: dict[int, Row] = field(default_factory=dict)
    now: datetime = BEGIN
    fetches: int = 0

    @classmethod
    def of(cls, count: int) -> Upstream:
        return cls({n: Row(n, BEGIN - timedelta(minutes=n)) for n in range(1, count + 1)})

    def order(self) -> list[Row]:
        return sorted(self.rows.values(), key=lambda row: (row.updated or BEGIN, row.id), reverse=True)

    async def after(self, after_id: int | None, limit: int) -> Page:
        self.fetches += 1
        rows, start = self.order(), 0
        if after_id is not None:
            ids = [row.id for row in rows]
            start = ids.index(after_id) + 1 if after_id in ids else len(rows)
        return Page(rows[start : start + limit], len(rows[start : start + limit]), len(rows))

    async def at(self, offset: int, limit: int) -> Page:
        self.fetches += 1
        rows = self.order()[offset : offset + limit]
        return Page(rows, len(rows), len(self.rows))

    def touch(self, number: int) -> None:
        if number in self.rows:
            self.rows[number] = Row(number, self.now, int(str(self.rows[number].version)) + 1)

    def add(self) -> None:
        number = max(self.rows, default=0) + 1
        self.rows[number] = Row(number, self.now)


async def changes(upstream: Upstream, *, limit: int = 3, start: Resume | None = None) -> Walk[Row]:
    steps = walk_changes(upstream.after, key=key, updated=updated, limit=limit, start=start)
    return await collect(steps, key=key)


# By offset.


@pytest.mark.parametrize(("count", "fetches"), [(0, 1), (2, 1), (3, 2), (7, 3), (9, 4)])
async def test_offsets_end_at_a_short_page(count: int, fetches: int) -> None:
    """Source: NOTES 4; stop when a page is shorter than `limit`."""
    upstream = Upstream.of(count)
    walk = await collect(walk_offsets(upstream.at, key=key, limit=3), key=key)
    assert walk.complete
    assert walk.rows == tuple(upstream.order())
    assert (walk.total, upstream.fetches) == (count, fetches)


async def test_an_id_comes_once_although_rows_shift_between_pages() -> None:
    upstream = Upstream.of(6)

    async def shifting(offset: int, limit: int) -> Page:
        page = await upstream.at(offset, limit)
        upstream.add()
        return page

    walk = await collect(walk_offsets(shifting, key=key, limit=3, max_pages=6), key=key)
    assert sorted(row.id for row in walk.rows)[:6] == [1, 2, 3, 4, 5, 6]
    assert len({row.id for row in walk.rows}) == len(walk.rows)


async def test_rows_that_were_set_aside_do_not_end_the_walk() -> None:
    upstream = Upstream.of(7)

    async def one_unreadable(offset: int, limit: int) -> Page:
        page = await upstream.at(offset, limit)
        return Page(page.rows[1:], page.received)

    walk = await collect(walk_offsets(one_unreadable, key=key, limit=3), key=key)
    assert [row.id for row in walk.rows] == [2, 3, 5, 6]
    assert walk.complete


async def test_a_failure_on_the_way_keeps_what_was_had() -> None:
    """FR-013: what was had is returned, with what is missing and where to go on."""
    upstream = Upstream.of(7)

    async def failing(offset: int, limit: int) -> Page:
        if offset == 3:
            raise UnavailableError("down")
        return await upstream.at(offset, limit)

    walk = await collect(walk_offsets(failing, key=key, limit=3), key=key)
    assert not walk.complete
    assert ([row.id for row in walk.rows], walk.total) == ([1, 2, 3], 7)
    assert isinstance(walk.error, UnavailableError)
    assert walk.resume == Resume(offset=3)
    rest = await collect(walk_offsets(upstream.at, key=key, limit=3, start=walk.resume.offset), key=key)
    assert [row.id for row in rest.rows] == [4, 5, 6, 7]


async def test_a_failure_at_once_is_raised() -> None:
    async def failing(offset: int, limit: int) -> Page:
        raise UnavailableError("down")

    with pytest.raises(UnavailableError):
        await collect(walk_offsets(failing, key=key), key=key)


async def test_a_list_without_end_is_ended() -> None:
    async def same(offset: int, limit: int) -> Page:
        return Page([Row(1, None)] * limit, limit)

    walk = await collect(walk_offsets(same, key=key, limit=3, max_pages=5), key=key)
    assert (len(walk.rows), walk.complete) == (1, False)
    assert isinstance(walk.error, BrokenAnswerError)


async def test_a_caller_may_stop_early() -> None:
    upstream = Upstream.of(50)
    walk = await collect(walk_offsets(upstream.at, key=key, limit=3), key=key, max_rows=4)
    assert [row.id for row in walk.rows] == [1, 2, 3, 4]
    assert (walk.complete, walk.error, walk.resume, upstream.fetches) == (False, None, Resume(offset=6), 2)


async def test_progress_is_told_page_by_page() -> None:
    upstream = Upstream.of(7)
    told = [(step.done, step.total) async for step in walk_offsets(upstream.at, key=key, limit=3)]
    assert told == [(3, 7), (6, 7), (7, 7)]


# By afterId.


@pytest.mark.parametrize(("count", "fetches"), [(0, 1), (2, 1), (3, 4), (7, 4), (8, 4)])
async def test_a_quiet_list_costs_its_pages_and_one_look_at_the_front(count: int, fetches: int) -> None:
    """One page is one moment and needs no second look; an empty page after a full one is probed once."""
    upstream = Upstream.of(count)
    walk = await changes(upstream)
    assert walk.complete
    assert walk.rows == tuple(upstream.order())
    assert upstream.fetches == fetches


async def test_the_order_is_no_order_of_ids() -> None:
    """Source: "Retrieve reservations list"; afterId is a position, a cursor that falls is not the end."""
    upstream = Upstream({n: Row(n, BEGIN - timedelta(hours=(n * 7) % 11)) for n in range(1, 11)})
    assert len((await changes(upstream)).rows) == 10


async def test_a_row_that_moves_to_the_front_is_not_lost() -> None:
    upstream = Upstream.of(9)

    async def moving(after_id: int | None, limit: int) -> Page:
        page = await upstream.after(after_id, limit)
        if upstream.fetches == 1:
            upstream.now += timedelta(minutes=1)
            upstream.touch(8)
        return page

    walk = await collect(walk_changes(moving, key=key, updated=updated, limit=3), key=key)
    assert {row.id: row.version for row in walk.rows} == {n: int(n == 8) for n in range(1, 10)}
    assert walk.complete


@pytest.mark.parametrize("gone", [1, 2, 4])
async def test_the_cursor_row_may_leave_the_list(gone: int) -> None:
    """An empty page after a full one is checked with the rows before the cursor."""
    upstream = Upstream.of(9)

    async def leaving(after_id: int | None, limit: int) -> Page:
        page = await upstream.after(after_id, limit)
        if upstream.fetches == 2:
            for number in range(6, 6 - gone, -1):
                del upstream.rows[number]
        return page

    walk = await collect(walk_changes(leaving, key=key, updated=updated, limit=3), key=key)
    assert {7, 8, 9} <= {row.id for row in walk.rows}
    assert walk.complete


async def test_the_cursor_row_may_move_to_the_front() -> None:
    upstream = Upstream.of(30)

    async def moving(after_id: int | None, limit: int) -> Page:
        if upstream.fetches == 5:
            upstream.now += timedelta(minutes=1)
            upstream.touch(after_id or 0)
        return await upstream.after(after_id, limit)

    walk = await collect(walk_changes(moving, key=key, updated=updated, limit=3), key=key)
    assert len(walk.rows) == 30
    assert upstream.fetches < 15, "the walk does not begin again"


async def test_a_refused_cursor_is_a_lost_one() -> None:
    upstream = Upstream.of(9)

    async def refusing(after_id: int | None, limit: int) -> Page:
        if after_id == 3:
            raise NotFoundError("no such row")
        return await upstream.after(after_id, limit)

    walk = await collect(walk_changes(refusing, key=key, updated=updated, limit=3), key=key)
    assert len(walk.rows) == 9
    assert walk.complete


async def test_when_every_mark_is_gone_the_walk_begins_again_once() -> None:
    upstream = Upstream.of(20)

    async def swept(after_id: int | None, limit: int) -> Page:
        if upstream.fetches == 2:
            for number in range(1, 7):
                upstream.rows.pop(number, None)
        return await upstream.after(after_id, limit)

    walk = await collect(walk_changes(swept, key=key, updated=updated, limit=3), key=key)
    assert set(upstream.rows) <= {row.id for row in walk.rows}
    assert walk.complete


async def test_a_walk_of_changes_without_end_is_ended() -> None:
    upstream = Upstream.of(20)
    walk = await collect(
        walk_changes(upstream.after, key=key, updated=updated, limit=3, max_pages=4), key=key
    )
    assert isinstance(walk.error, BrokenAnswerError)
    assert len(walk.rows) == 12


async def test_a_list_that_refuses_every_cursor_says_why() -> None:
    upstream = Upstream.of(9)

    async def refusing(after_id: int | None, limit: int) -> Page:
        if after_id is not None:
            raise NotFoundError("no such row")
        return await upstream.after(after_id, limit)

    walk = await collect(walk_changes(refusing, key=key, updated=updated, limit=3), key=key)
    assert isinstance(walk.error, NotFoundError)
    assert [row.id for row in walk.rows] == [1, 2, 3]


async def test_a_broken_walk_can_go_on_and_still_sees_what_changed_meanwhile() -> None:
    upstream = Upstream.of(9)

    async def failing(after_id: int | None, limit: int) -> Page:
        if upstream.fetches == 2:
            raise UnavailableError("down")
        return await upstream.after(after_id, limit)

    first = await collect(walk_changes(failing, key=key, updated=updated, limit=3), key=key)
    assert [row.id for row in first.rows] == [1, 2, 3, 4, 5, 6]
    assert first.resume == Resume(after_id=6, since=BEGIN - timedelta(minutes=1))
    upstream.now += timedelta(minutes=1)
    upstream.touch(2)
    second = await changes(upstream, start=first.resume)
    assert second.complete
    newest = {row.id: row for row in (*first.rows, *second.rows)}
    assert newest == upstream.rows


async def test_a_list_that_changes_faster_than_it_is_read_is_said_so() -> None:
    upstream = Upstream.of(12)

    async def racing(after_id: int | None, limit: int) -> Page:
        for number in range(1, 13):
            upstream.now += timedelta(minutes=1)
            upstream.touch(number)
        return await upstream.after(after_id, limit)

    walk = await collect(walk_changes(racing, key=key, updated=updated, limit=3, max_pages=500), key=key)
    assert not walk.complete
    assert len(walk.rows) == 12


async def test_a_page_without_a_readable_row_ends_the_walk() -> None:
    async def unreadable(after_id: int | None, limit: int) -> Page:
        return Page([], limit)

    with pytest.raises(BrokenAnswerError):
        await collect(walk_changes(unreadable, key=key, updated=updated), key=key)


async def test_rows_without_a_moment_are_walked_as_well() -> None:
    rows = [Row(n, None) for n in range(1, 8)]

    async def fixed(after_id: int | None, limit: int) -> Page:
        found = rows[after_id or 0 :][:limit]
        return Page(found, len(found))

    assert (await collect(walk_changes(fixed, key=key, updated=updated, limit=3), key=key)).rows == tuple(
        rows
    )


CHANGE = st.tuples(st.sampled_from(["touch", "touch", "add", "leave", "wait"]), st.integers(0, 60))


@settings(max_examples=400, deadline=None)
@given(
    count=st.integers(0, 40),
    limit=st.integers(2, 7),
    script=st.lists(st.lists(CHANGE, max_size=4), max_size=30),
)
async def test_each_present_row_once_and_none_lost(
    count: int, limit: int, script: list[list[tuple[str, int]]]
) -> None:
    """F38: rows change, come and leave between any two pages; what the last reading began with was had."""
    upstream = Upstream.of(count)
    late = iter(script)
    at_front: dict[int, Row] = {}

    async def changing(after_id: int | None, size: int) -> Page:
        nonlocal at_front
        for what, number in next(late, []):
            if what == "touch":
                upstream.touch(number)
            elif what == "add":
                upstream.add()
            elif what == "leave":
                upstream.rows.pop(number, None)
            else:
                upstream.now += timedelta(seconds=number)
        if after_id is None:
            at_front = dict(upstream.rows)
        return await upstream.after(after_id, size)

    walk = await collect(walk_changes(changing, key=key, updated=updated, limit=limit), key=key)
    ids = [row.id for row in walk.rows]
    assert len(ids) == len(set(ids))
    if walk.complete:
        newest = {row.id: row for row in walk.rows}
        for row in (at_front[number] for number in at_front.keys() & upstream.rows.keys()):
            assert row.id in newest, "a present row was lost"
            assert newest[row.id].version >= row.version, "a row is old"


# Against the sandbox.


def row_of(document: JsonObject) -> Row:
    moment = datetime.strptime(document["updatedOn"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return Row(document["id"], moment, document["hostNote"])


@settings(max_examples=20, deadline=None)
@given(changed=st.lists(st.lists(st.integers(0, 10_000), max_size=3), max_size=12), wait=st.integers(0, 90))
@example(changed=[[0, 9, 10], [2, 3, 5], [6, 7, 8], [11, 12, 13], [1, 4]], wait=0)
async def test_reservations_that_change_during_the_walk(changed: list[list[int]], wait: int) -> None:
    """F38 over HTTP: each reservation that is there comes once, in its newest form, and none is lost."""
    clock = FakeClock()
    sandbox = new_sandbox(listings=2, clock=clock, limits=None)
    ids = list(sandbox.world.reservations)
    open_ids = [number for number, stay in sandbox.world.stays.items() if stay.status in ("new", "modified")]
    late = iter(changed)
    async with transport_for(sandbox, clock) as transport:

        async def fetch(after_id: int | None, limit: int) -> Page:
            for number in next(late, []):
                await clock.sleep(wait)
                path = {"reservationId": open_ids[number % len(open_ids)]}
                body = {"hostNote": f"changed at {clock.monotonic()}"}
                await transport.call(Request(UPDATE_RESERVATION, path=path, body=body))
            query = {"limit": limit, "afterId": after_id}
            reply = await transport.call(Request(LIST_RESERVATIONS, query=query))
            return Page([row_of(one) for one in reply.result], len(reply.result), reply.count)

        limit = max(2, len(ids) // 7)
        walk = await collect(walk_changes(fetch, key=key, updated=updated, limit=limit), key=key)
        present = {number: row_of(sandbox.world.reservations[number]) for number in ids}
    assert walk.complete
    assert len(walk.rows) == len(present)
    assert {row.id: row for row in walk.rows} == present
