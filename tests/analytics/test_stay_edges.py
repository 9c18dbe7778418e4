"""What is possible around a stay."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.stay_edges import Edge, Neighbour, chances_of

JUNE = date(2026, 6, 1)


def day(number: int) -> date:
    return date(2026, 6, number)


def test_the_worked_example() -> None:
    free = {day(2): False, day(6): True, day(7): True, day(8): False}
    found = chances_of(day(3), day(6), free=free, others=[Neighbour(9, day(1), day(3))], today=day(1))
    assert [(one.edge, one.possible, one.nights) for one in found] == [
        (Edge.EARLY_CHECK_IN, False, 0),
        (Edge.LATE_CHECK_OUT, True, 0),
        (Edge.EXTENSION, True, 2),
    ]
    assert found[0].because == "reservation 9 leaves on 2026-06-03"
    assert found[2].because == "the nights 2026-06-06 to 2026-06-07 are free"


def test_a_block_is_no_chance_and_is_said() -> None:
    found = chances_of(day(3), day(6), free={day(6): False}, others=[], today=day(4))
    assert [(one.edge, one.possible) for one in found] == [
        (Edge.LATE_CHECK_OUT, False),
        (Edge.EXTENSION, False),
    ]
    assert found[0].because == "the night 2026-06-06 is taken or blocked"


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.integers(-20, 20))
def test_an_extension_is_never_longer_than_what_is_free(nights: list[bool], offset: int) -> None:
    free = {JUNE + timedelta(days=n): is_free for n, is_free in enumerate(nights)}
    found = chances_of(
        JUNE - timedelta(days=2), JUNE, free=free, others=[], today=JUNE + timedelta(days=offset)
    )
    for one in found:
        if one.edge is Edge.EXTENSION:
            assert all(nights[: one.nights])
            assert one.possible == nights[0]
    assert bool(found) == (offset <= 0)
