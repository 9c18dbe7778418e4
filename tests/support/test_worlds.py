"""What is remembered of worlds changes none of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hostaway_mcp.sandbox import Sandbox
from tests.support.worlds import new_sandbox

TODAY = date(2026, 7, 23)


def told(sandbox: Sandbox) -> list[Any]:
    """Every stay, block and document of the world."""
    world = sandbox.world
    tables = (world.listings, world.reservations, world.conversations, world.reviews, world.charges)
    return [
        list(world.stays.items()),
        world.blocks,
        world.tasks,
        *[{key: table.peek(key) for key in table} for table in tables],
    ]


@pytest.mark.parametrize("listings", [2, 6])
def test_a_world_from_memory_is_the_one_that_is_drawn(listings: int) -> None:
    """Also after somebody changed another, and when fewer or more homes were drawn before."""
    expected = told(Sandbox(listings=listings, today=TODAY))
    first = new_sandbox(listings=listings, today=TODAY)
    assert told(first) == expected
    first.world.add_reservation(next(iter(first.world.listings)), "2026-08-01", "2026-08-09")
    for number in list(first.world.reservations)[:50]:
        first.world.touch_reservation(number, arrivalDate="2026-09-01", departureDate="2026-09-02")
    assert told(new_sandbox(listings=listings, today=TODAY)) == expected
