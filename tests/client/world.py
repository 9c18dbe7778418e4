"""A `Hostaway` in front of the sandbox: the real client, and only the network is false."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2

from hostaway_mcp import calls
from hostaway_mcp.client import Hostaway
from hostaway_mcp.sandbox import Sandbox
from tests.client.rig import OpenGovernor
from tests.support.clock import FakeClock
from tests.support.worlds import new_sandbox

BASE_URL = "http://sandbox/v1"


@dataclass(frozen=True)
class World:
    """The client, the sandbox behind it, their clock, and the call that collects warnings."""

    hostaway: Hostaway
    sandbox: Sandbox
    clock: FakeClock
    call: calls.Call
    listing_id: int = 40160
    """The first listing of every seeded world."""


@contextlib.asynccontextmanager
async def world(*, listings: int = 4) -> AsyncIterator[World]:
    """
    A strict sandbox without limits, in virtual time.

    Nothing undocumented may have been sent, nothing unreadable met: checked at the end.
    """
    clock = FakeClock()
    sandbox = new_sandbox(seed=1, listings=listings, limits=None, clock=clock)
    hostaway = Hostaway(
        account_id=sandbox.account_id,
        client_secret=sandbox.client_secret,
        base_url=BASE_URL,
        governor=OpenGovernor(),
        clock=clock,
        http=httpx2.ASGITransport(app=sandbox.app),
    )
    with calls.answering(calls.Call("test")) as call:
        async with hostaway:
            yield World(hostaway, sandbox, clock, call)
    assert sandbox.violations == []
    assert call.warnings == []
