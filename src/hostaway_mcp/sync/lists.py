"""Lists that are read whole: dictionaries, users, tasks, reviews, money that guests owe or paid."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT, Page
from hostaway_mcp.store.rows import Rows
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.pieces import Bring, Piece, Progress

HOUR, DAY = 3_600.0, 86_400.0

Fetch = Callable[[int, int], Awaitable[Page[Any]]]
"""A page by (limit, offset)."""


def dictionaries(hostaway: Hostaway, store: Store) -> list[Piece]:
    """What other rows are named with; one call each."""
    return [
        Piece("users", "all", partial(_at_once, hostaway.users.find, store.users), DAY),
        Piece("groups", "all", partial(_at_once, hostaway.users.find_groups, store.groups), DAY),
        Piece("custom_fields", "all", _paged(hostaway.custom_fields.find, store.custom_fields), DAY),
    ]


def listings(hostaway: Hostaway, store: Store) -> Piece:
    """Every listing with its amenities, pictures and custom values."""
    find = partial(hostaway.listings.find, include_resources=True)
    return Piece("listings", "all", _paged(find, store.listings), HOUR)


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
    Page after page; at the end, what was not seen on any page is gone.

    A row that moves to a page already read while another is removed could be missed: so a list whose
    length changed on the way is not taken to prove that anything is gone.
    """
    counts = set()
    while True:
        page = await fetch(PAGE_LIMIT, progress.offset)
        await noun.put(page.rows, page.raw, seen_at=page.received_at)
        counts.add(page.count)
        progress = replace(
            progress, offset=progress.offset + page.received, rows=progress.rows + len(page.rows)
        )
        yield progress
        if page.received < PAGE_LIMIT:
            break
    if len(counts) == 1 and page.set_aside == 0:
        await _remove_unseen(noun, progress)


async def _at_once(
    find: Callable[[], Awaitable[Page[Any]]], noun: Rows[Any], progress: Progress
) -> AsyncGenerator[Progress, None]:
    page = await find()
    await noun.put(page.rows, page.raw, seen_at=page.received_at)
    if page.set_aside == 0:
        await _remove_unseen(noun, progress)
    yield replace(progress, rows=len(page.rows))


async def _remove_unseen(noun: Rows[Any], progress: Progress) -> None:
    await noun.gone(await noun.ids(), at=progress.began - timedelta(microseconds=1))
