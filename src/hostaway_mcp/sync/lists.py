"""Lists that are read whole: listings, users, tasks, reviews, money that guests owe or paid."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT, Page
from hostaway_mcp.errors import BrokenAnswerError
from hostaway_mcp.store.rows import Rows
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.pieces import Bring, Piece, Progress

HOUR, DAY = 3_600.0, 86_400.0
MAX_STEPS_BACK = 20
"""How often the pages of a list that moves while it is read may fail to meet."""

Fetch = Callable[[int, int], Awaitable[Page[Any]]]
"""A page by (limit, offset)."""


def listings(hostaway: Hostaway, store: Store) -> Piece:
    """Every listing with its amenities, pictures and custom values."""
    find = partial(hostaway.listings.find, include_resources=True)
    return Piece("listings", "all", _paged(find, store.listings), HOUR)


def names(hostaway: Hostaway, store: Store) -> list[Piece]:
    """The account's own words that other rows are named with."""
    return [
        Piece("users", "all", partial(_at_once, hostaway.users.find, store.users), DAY),
        Piece("groups", "all", partial(_at_once, hostaway.users.find_groups, store.groups), DAY),
        Piece("custom_fields", "all", _paged(hostaway.custom_fields.find, store.custom_fields), DAY),
    ]


def ledgers(hostaway: Hostaway, store: Store) -> list[Piece]:
    """What people work through, and money beside the stays."""
    return [
        Piece("tasks", "all", _paged(hostaway.tasks.find, store.tasks), HOUR / 4),
        Piece("charges", "all", _paged(hostaway.guest_payments.find_charges, store.charges), HOUR),
        Piece("expenses", "all", _paged(hostaway.expenses.find, store.expenses), HOUR),
        Piece("reviews", "all", _paged(hostaway.reviews.find, store.reviews), HOUR),
    ]


def _paged(find: Callable[..., Awaitable[Page[Any]]], noun: Rows[Any]) -> Bring:
    async def fetch(limit: int, offset: int) -> Page[Any]:
        return await find(limit=limit, offset=offset)

    return partial(_by_offset, fetch, noun)


async def _by_offset(fetch: Fetch, noun: Rows[Any], progress: Progress) -> AsyncGenerator[Progress, None]:
    """
    The whole list; what was not on any page is gone.

    Where fewer rows came than the list says that it has, one may have changed places with another, so it
    is read once more.

    Raises:
        BrokenAnswerError: it moved faster than it could be read.
    """
    for last in (False, True):
        pages = _Pages(fetch, progress)
        async for page in pages.steps():
            await noun.put(page.rows, page.raw, seen_at=page.as_of)
            yield pages.progress
        progress = replace(pages.progress, offset=0, after_id=None, rows=0)
        unseen = await noun.unseen(progress.began)
        if last or pages.total is None or await noun.count() - len(unseen) >= pages.total:
            break
    if pages.set_aside == 0:
        await noun.gone(unseen, at=progress.began - timedelta(microseconds=1))


class _Pages:
    """
    Page after page by offset, which is a place in a list that others add to and take from.

    Each page begins with the last row of the one before. Where it has none of that one's rows, some before
    it were removed, and others slipped to pages already read: so it goes back until the pages meet.
    """

    def __init__(self, fetch: Fetch, progress: Progress) -> None:
        self._fetch = fetch
        self.progress = progress
        self.total: int | None = None
        self.set_aside = 0
        self._before = {progress.after_id} if progress.after_id is not None else set()
        self._steps_back = 0

    async def steps(self) -> AsyncGenerator[Page[Any], None]:
        """Gives each page, and has noted in `progress` how far it is with it."""
        while True:
            page = await self._fetch(PAGE_LIMIT, self.progress.offset)
            meets = self._meets(page)
            if meets:
                self._note(page)
            else:
                self._go_back()
            yield page
            if meets and page.received < PAGE_LIMIT:
                return

    def _meets(self, page: Page[Any]) -> bool:
        """Whether nothing was missed before it; a row that could not be read marks no place."""
        if self.progress.offset == 0 or not self._before or page.set_aside:
            return True
        return any(row.id in self._before for row in page.rows)

    def _note(self, page: Page[Any]) -> None:
        self.total, self.set_aside = page.count, self.set_aside + page.set_aside
        ids = {row.id for row in page.rows}
        more = page.received == PAGE_LIMIT
        self.progress = replace(
            self.progress,
            offset=self.progress.offset + page.received - more,
            after_id=page.rows[-1].id if more and page.rows else None,
            rows=self.progress.rows + len(ids - self._before),
        )
        self._before = ids

    def _go_back(self) -> None:
        self._steps_back += 1
        if self._steps_back > MAX_STEPS_BACK:
            raise BrokenAnswerError("The list changed faster than it could be read.")
        self.progress = replace(self.progress, offset=max(0, self.progress.offset - PAGE_LIMIT + 1))


async def _at_once(
    find: Callable[[], Awaitable[Page[Any]]], noun: Rows[Any], progress: Progress
) -> AsyncGenerator[Progress, None]:
    page = await find()
    await noun.put(page.rows, page.raw, seen_at=page.as_of)
    if page.set_aside == 0:
        unseen = await noun.unseen(progress.began)
        await noun.gone(unseen, at=progress.began - timedelta(microseconds=1))
    yield replace(progress, rows=len(page.rows))
