"""Sandboxes whose worlds are drawn and written once: most tests begin with the same homes."""

from __future__ import annotations

import pickle
from dataclasses import fields
from datetime import date
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, cast

import pytest

from hostaway_mcp.sandbox import Sandbox, sandbox
from hostaway_mcp.sandbox.documented import Json
from hostaway_mcp.sandbox.world import world
from hostaway_mcp.sandbox.world.homes import Home
from hostaway_mcp.sandbox.world.reservations import write_reservation
from hostaway_mcp.sandbox.world.stays import Happenings, Stay, draw_happenings

DOCUMENTS = 10_000
"""How many reservations are remembered, of some kilobytes each: those of 150 listings."""
Parts = tuple[Any, ...]
_parts = attrgetter(*(field.name for field in fields(Stay)))


def new_sandbox(**about: Any) -> Sandbox:
    """A sandbox as `Sandbox` makes it, in a fraction of the time from the second of a seed and day on."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sandbox, "World", RememberedWorld)
        patched.setattr(world, "draw_happenings", _happenings)
        return Sandbox(**about)


class RememberedWorld(world.World):
    """A world that copies reservations which another has written."""

    def _write_reservation(self, reservation_id: int) -> Json:
        stay = self.stays[reservation_id]
        written = _reservation(_parts(stay), self.homes[stay.listing_id], str(self.account_id))
        return cast("Json", pickle.loads(written))


@lru_cache(maxsize=DOCUMENTS)
def _reservation(parts: Parts, home: Home, account_id: str) -> bytes:
    return pickle.dumps(write_reservation(Stay(*parts), home, account_id))


def _happenings(seed: int, home: Home, today: date) -> Happenings:
    """As it was drawn, in copies: whoever gets stays numbers and changes them."""
    drawn = _drawn(seed, home, today)
    return Happenings([Stay(*_parts(stay)) for stay in drawn.stays], list(drawn.blocks))


@cache
def _drawn(seed: int, home: Home, today: date) -> Happenings:
    return draw_happenings(seed, home, today)
