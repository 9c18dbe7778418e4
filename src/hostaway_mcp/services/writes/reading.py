"""Reads one thing of each of many for a plan, side by side, within the call's time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from hostaway_mcp import calls
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import BusyError, HostawayMcpError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.calendar import Failures

Item = TypeVar("Item")
T = TypeVar("T")

AT_ONCE = 14
"""Reads side by side; about what ten seconds of the documented limit allow."""

SECONDS_LEFT = 5.0
"""With less time than this no more is read: what was had must become a proposal."""

NO_TIME = "It could not be read in the time of one call."


async def read_many(
    items: Sequence[Item], read: Callable[[Item], Awaitable[T]], *, clock: Clock
) -> list[T | HostawayMcpError]:
    """What `read` gives for each, in their order; an error where it failed, or where there was no time."""
    found: list[T | HostawayMcpError] = []
    call, rest = calls.current(), list(items)
    while rest and _has_time(call, clock):
        batch, rest = rest[:AT_ONCE], rest[AT_ONCE:]
        found += await asyncio.gather(*(_had(read, one) for one in batch))
        if call is not None and rest:
            said = f"{len(found)} of {len(items)} read"
            await call.tell(said, done=len(found), total=len(items))
    return [*found, *(BusyError(NO_TIME) for _ in rest)]


async def read_each(
    listings: Sequence[Listing], read: Callable[[Listing], Awaitable[T]], *, clock: Clock
) -> tuple[dict[int, T], Failures]:
    """What `read` gives for each listing, by its id, and those for which there is nothing."""
    found: dict[int, T] = {}
    failures = Failures()
    for listing, had in zip(listings, await read_many(listings, read, clock=clock), strict=True):
        if isinstance(had, HostawayMcpError):
            failures.add(listing, had)
        else:
            found[listing.id] = had
    return found, failures


async def _had(read: Callable[[Item], Awaitable[T]], item: Item) -> T | HostawayMcpError:
    try:
        return await read(item)
    except HostawayMcpError as error:
        return error


def _has_time(call: calls.Call | None, clock: Clock) -> bool:
    if call is None or call.deadline is None:
        return True
    return call.deadline - clock.monotonic() > SECONDS_LEFT
