"""Reads one thing of each of many listings for a plan, side by side, within the call's time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from hostaway_mcp import calls
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.calendar import Failures

T = TypeVar("T")

AT_ONCE = 14
"""Reads side by side; about what ten seconds of the documented limit allow."""

SECONDS_LEFT = 5.0
"""With less time than this no more is read: what was had must become a proposal."""

NO_TIME = "It could not be read in the time of one call."


async def read_each(
    listings: Sequence[Listing], read: Callable[[Listing], Awaitable[T]], *, clock: Clock
) -> tuple[dict[int, T], Failures]:
    """What `read` gives for each listing, by its id, and those for which it failed or there was no time."""
    found: dict[int, T] = {}
    failures = Failures()
    call, rest = calls.current(), list(listings)
    while rest and _has_time(call, clock):
        batch, rest = rest[:AT_ONCE], rest[AT_ONCE:]
        for listing, had in zip(
            batch, await asyncio.gather(*(_had(read, one) for one in batch)), strict=True
        ):
            if isinstance(had, HostawayMcpError):
                failures.add(listing, had)
            else:
                found[listing.id] = had
        if call is not None and rest:
            done = len(listings) - len(rest)
            await call.tell(f"{done} of {len(listings)} listings read", done=done, total=len(listings))
    for listing in rest:
        failures.add(listing, NO_TIME)
    return found, failures


async def _had(read: Callable[[Listing], Awaitable[T]], listing: Listing) -> T | HostawayMcpError:
    try:
        return await read(listing)
    except HostawayMcpError as error:
        return error


def _has_time(call: calls.Call | None, clock: Clock) -> bool:
    if call is None or call.deadline is None:
        return True
    return call.deadline - clock.monotonic() > SECONDS_LEFT
