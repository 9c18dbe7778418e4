"""Sandboxes whose worlds are drawn once: most tests begin with the same homes."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any

import pytest

from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.sandbox.world import world
from hostaway_mcp.sandbox.world.homes import Home
from hostaway_mcp.sandbox.world.stays import Happenings, Stay, draw_happenings

_parts = attrgetter(*(field.name for field in fields(Stay)))


def new_sandbox(**about: Any) -> Sandbox:
    """A sandbox as `Sandbox` makes it, in a fraction of the time from the second of a seed and day on."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world, "draw_happenings", _happenings)
        return Sandbox(**about)


def _happenings(seed: int, home: Home, today: date) -> Happenings:
    """As it was drawn, in copies: whoever gets stays numbers and changes them."""
    drawn = _drawn(seed, home, today)
    return Happenings([Stay(*_parts(stay)) for stay in drawn.stays], list(drawn.blocks))


@cache
def _drawn(seed: int, home: Home, today: date) -> Happenings:
    return draw_happenings(seed, home, today)
