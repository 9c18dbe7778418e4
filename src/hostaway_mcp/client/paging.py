"""Walking lists page by page, also when they change under one's feet; knows no nouns."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from hostaway_mcp.errors import BrokenAnswerError, NotFoundError, RefusedError, UpstreamError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

PAGE_LIMIT = 100
MAX_PAGES = 2_000
"""200,000 rows: more than the largest portfolio has; ends a walk that would go round in circles."""

OVERLAP = timedelta(seconds=5)
"""Read again beyond the last known change: `updatedOn` has whole seconds, and writes may be seen late."""

MAX_CATCH_UPS = 10
LOST_CURSOR_TRIES = 5


class PageLike(Protocol[T_co]):
    """What a list call gives: the readable rows, and how many Hostaway sent, readable or not."""

    @property
    def rows(self) -> Sequence[T_co]: ...
    @property
    def received(self) -> int: ...
    @property
    def count(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Resume:
    """Where a walk that stopped can go on: at an offset, or after an id (with the walk's first moment)."""

    offset: int = 0
    after_id: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """
    One page of a walk: the rows that are new, or not older than the version yielded before.

    `done` counts distinct rows so far; `total` is Hostaway's count where it gives one.
    """

    rows: tuple[T, ...]
    done: int
    total: int | None
    resume: Resume
    settled: bool = True
    """False while changes that came during the walk may still be missing."""


@dataclass(frozen=True, slots=True)
class Walk(Generic[T]):
    """
    What a walk gave, each id once in its newest version, in the order of first sight.

    Not `complete`: `error` says why (None: stopped at `max_rows`, or the list changed faster than it could
    be read), and `resume` where to go on.
    """

    rows: tuple[T, ...]
    complete: bool
    total: int | None
    resume: Resume | None = None
    error: UpstreamError | None = None


async def collect(
    steps: AsyncGenerator[Step[T], None], *, key: Callable[[T], int], max_rows: int | None = None
) -> Walk[T]:
    """
    Walks to the end, or to `max_rows`, and keeps what was had when Hostaway fails on the way.

    Raises:
        UpstreamError: before the first page was there.
    """
    found: dict[int, T] = {}
    last: Step[T] | None = None
    try:
        async with contextlib.aclosing(steps):
            async for step in steps:
                last = step
                found.update((key(row), row) for row in step.rows)
                if max_rows is not None and len(found) > max_rows:
                    return Walk(tuple(found.values())[:max_rows], False, step.total, step.resume)
    except UpstreamError as error:
        if last is None:
            raise
        return Walk(tuple(found.values()), False, last.total, last.resume, error)
    if last is None or last.settled:
        return Walk(tuple(found.values()), True, last.total if last else 0)
    return Walk(tuple(found.values()), False, last.total, last.resume)


async def walk_offsets(
    fetch: Callable[[int, int], Awaitable[PageLike[T]]],
    *,
    key: Callable[[T], int],
    start: int = 0,
    limit: int = PAGE_LIMIT,
    max_pages: int = MAX_PAGES,
) -> AsyncGenerator[Step[T], None]:
    """
    Pages by `fetch(offset, limit)` until one is shorter than `limit`; every id comes once.

    Source: NOTES 4; `limit` and `offset` on most lists.
    """
    seen: set[int] = set()
    offset, total = start, None
    for _ in range(max_pages):
        page = await fetch(offset, limit)
        offset += page.received
        total = page.count if page.count is not None else total
        fresh = {key(row): row for row in page.rows if key(row) not in seen}
        seen.update(fresh)
        yield Step(tuple(fresh.values()), len(seen), total, Resume(offset=offset))
        if page.received < limit:
            return
    raise _endless(max_pages)


def walk_changes(
    fetch: Callable[[int | None, int], Awaitable[PageLike[T]]],
    *,
    key: Callable[[T], int],
    updated: Callable[[T], datetime | None],
    start: Resume | None = None,
    limit: int = PAGE_LIMIT,
    max_pages: int = MAX_PAGES,
) -> AsyncGenerator[Step[T], None]:
    """
    Pages by `fetch(after_id, limit)` in the default order (`updatedOn` descending, then `id`).

    `after_id` is a place in the order as it is now, and a row that changes moves to the front. So after
    the walk the front is read again down to the walk's first moment, until one such reading fits on one
    page (a page is one moment, and what was missed changed after the reading before it) or is the same as
    the one before it (so nothing changed in between; many rows may carry the same second). Every row that
    was there when the last reading began, and was not removed since, has been yielded at least as new as it
    was then; the last step's `since` finds what changed later.

    Source: "Retrieve reservations list"; NOTES 4.
    """
    return _ChangesWalk(fetch, key, updated, start or Resume(), limit, max_pages).steps()


def walk_recent(
    fetch: Callable[[int | None, int], Awaitable[PageLike[T]]],
    *,
    key: Callable[[T], int],
    updated: Callable[[T], datetime | None],
    since: datetime,
    limit: int = PAGE_LIMIT,
    max_pages: int = MAX_PAGES,
) -> AsyncGenerator[Step[T], None]:
    """
    Only what changed since a moment (and a little before it), in the way and with the promise of
    `walk_changes`; the last step's `resume.since` is the moment to go on from.
    """
    return _ChangesWalk(fetch, key, updated, Resume(), limit, max_pages).catch_up(since)


@dataclass(slots=True)
class _ChangesWalk(Generic[T]):
    fetch: Callable[[int | None, int], Awaitable[PageLike[T]]]
    key: Callable[[T], int]
    updated: Callable[[T], datetime | None]
    start: Resume
    limit: int
    max_pages: int
    fetches: int = 0
    restarted: bool = False
    total: int | None = None
    known: dict[int, datetime | None] = field(default_factory=dict)
    """The newest `updatedOn` met, by id."""
    trail: list[int] = field(default_factory=list)
    """The ids of this pass in the order of the list; the last one is the cursor."""
    head: datetime | None = None
    """When the newest change was, as of this pass's first page."""

    async def steps(self) -> AsyncGenerator[Step[T], None]:
        resumed = self.start.after_id is not None
        since = self.start.since
        async for page in self._pass(None, after=self.start.after_id):
            since = since or self.head
            yield self._step(page, since)
        if self.fetches == 1 and not resumed:
            yield self._last_step(since, settled=True)
            return
        async for step in self.catch_up(since):
            yield step

    async def catch_up(self, since: datetime | None) -> AsyncGenerator[Step[T], None]:
        """Reads the front of the list down to `since` until it holds still."""
        earlier: list[T] | None = None
        for _ in range(MAX_CATCH_UPS):
            before, front = self.fetches, list[T]()
            async for page in self._pass(since - OVERLAP if since else None):
                front += page.rows
                yield self._step(page, since)
            since = self.head or since
            if self.fetches - before == 1 or front == earlier:
                yield self._last_step(since, settled=True)
                return
            earlier = front
        yield self._last_step(since, settled=False)

    async def _pass(
        self, until: datetime | None, *, after: int | None = None
    ) -> AsyncGenerator[PageLike[T], None]:
        """Pages down to the end of the list, or to the first row older than `until`."""
        self.trail = [] if after is None else [after]
        self.head = None
        while True:
            page = await self._next_page()
            self.head = self.head or self._first_moment(page)
            self.trail.extend(self.key(row) for row in page.rows)
            yield page
            if page.received < self.limit or (until and any(self._is_older(row, until) for row in page.rows)):
                return

    async def _next_page(self) -> PageLike[T]:
        """
        The page after the cursor.

        The row at the cursor may have left the list (then nothing comes after it, or a refusal) or have
        moved to the front (then newer rows come). The rows before it mark the place as well; when they have
        gone too, the walk begins again, once.
        """
        if not self.trail:
            return await self._fetch(None)
        page: PageLike[T] | None = None
        for cursor in reversed(self.trail[-LOST_CURSOR_TRIES:]):
            page = await self._fetch_after(cursor)
            if page and page.received and not self._is_ahead(page, cursor):
                return page
        if page and (page.received or self.restarted):
            return page
        self.restarted = True
        return await self._fetch(None)

    async def _fetch_after(self, cursor: int) -> PageLike[T] | None:
        try:
            return await self._fetch(cursor)
        except (NotFoundError, RefusedError):
            if self.restarted:
                raise
            return None

    async def _fetch(self, cursor: int | None) -> PageLike[T]:
        if self.fetches == self.max_pages:
            raise _endless(self.max_pages)
        self.fetches += 1
        page = await self.fetch(cursor, self.limit)
        if page.received and not page.rows:
            raise BrokenAnswerError("Hostaway sent a page in which no row can be read.")
        self.total = page.count if page.count is not None else self.total
        return page

    def _is_ahead(self, page: PageLike[T], cursor: int) -> bool:
        """Whether the page comes from before the place where the cursor was."""
        first, place = self._first_moment(page), self.known.get(cursor)
        return first is not None and place is not None and first > place

    def _first_moment(self, page: PageLike[T]) -> datetime | None:
        return self.updated(page.rows[0]) if page.rows else None

    def _is_older(self, row: T, until: datetime) -> bool:
        moment = self.updated(row)
        return moment is not None and moment < until

    def _step(self, page: PageLike[T], since: datetime | None) -> Step[T]:
        fresh = {self.key(row): row for row in page.rows if self._is_news(row)}
        self.known.update((number, self.updated(row)) for number, row in fresh.items())
        resume = Resume(after_id=self.trail[-1] if self.trail else None, since=since)
        return Step(tuple(fresh.values()), len(self.known), self.total, resume, settled=False)

    def _is_news(self, row: T) -> bool:
        number, moment = self.key(row), self.updated(row)
        if number not in self.known:
            return True
        before = self.known[number]
        # The same second is news as well: `updatedOn` cannot tell two changes within it apart.
        return moment is not None and (before is None or moment >= before)

    def _last_step(self, since: datetime | None, *, settled: bool) -> Step[T]:
        return Step((), len(self.known), self.total, Resume(since=since), settled=settled)


def _endless(max_pages: int) -> BrokenAnswerError:
    return BrokenAnswerError(f"Hostaway's list did not end within {max_pages} pages.")
