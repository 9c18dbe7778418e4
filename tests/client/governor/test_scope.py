"""One limit at Hostaway by hand: its pauses, its level, its pace."""

from __future__ import annotations

import math

import pytest

from hostaway_mcp.client.governor.scope import LONGEST_PAUSE_SECONDS, RECOVERY_ANSWERS, Scope


@pytest.mark.parametrize(
    ("seconds", "until"),
    [
        (3.0, 103.0),
        (0.5, 100.5),
        (None, 110.0),
        (0.0, 110.0),
        (-1.0, 110.0),
        (math.inf, 110.0),
        (math.nan, 110.0),
        (1e9, 100.0 + LONGEST_PAUSE_SECONDS),
    ],
)
def test_a_pause_lasts_as_long_as_was_said_if_that_makes_sense(seconds: float | None, until: float) -> None:
    scope = Scope()
    scope.pause(seconds, window=10.0, now=100.0)
    assert scope.paused_until == until


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    scope = Scope()
    scope.pause(30.0, window=10.0, now=100.0)
    scope.pause(1.0, window=10.0, now=101.0)
    assert scope.paused_until == 130.0


def test_a_lowered_limit_is_one_less_each_time_down_to_its_floor() -> None:
    scope = Scope(clean=5)
    levels = []
    for _ in range(4):
        scope.lower(configured=4, floor=2)
        levels.append(scope.limit(4))
    assert (levels, scope.clean) == ([3, 2, 2, 2], 0)


def test_a_floor_above_what_is_configured_is_no_reason_to_send_more() -> None:
    scope = Scope()
    scope.lower(configured=4, floor=10)
    assert scope.lowered_to == 4
    assert scope.limit(3) == 3


def test_clean_answers_raise_a_lowered_limit_by_one_and_then_let_it_go() -> None:
    scope = Scope(lowered_to=14, clean=RECOVERY_ANSWERS - 2)
    scope.note_clean(configured=15)
    assert (scope.lowered_to, scope.clean) == (14, RECOVERY_ANSWERS - 1)
    scope.note_clean(configured=15)
    assert (scope.lowered_to, scope.clean) == (15, 0)
    scope.clean = RECOVERY_ANSWERS - 1
    scope.note_clean(configured=15)
    assert (scope.lowered_to, scope.clean) == (None, 0)
    scope.note_clean(configured=15)
    assert scope.clean == 0


def test_a_pace_makes_up_for_half_a_step_of_lateness() -> None:
    """On time, a little late, and after an idle time."""
    scope = Scope(paced_at=100.0)
    scope.pace(2.0, now=100.0)
    assert scope.paced_at == 102.0
    scope.pace(2.0, now=102.5)
    assert scope.paced_at == 104.0
    scope.pace(2.0, now=200.0)
    assert scope.paced_at == 201.0


@pytest.mark.parametrize(
    ("scope", "plain"),
    [
        (Scope(), True),
        (Scope(paused_until=100.0, paced_at=100.0), True),
        (Scope(paused_until=100.1), False),
        (Scope(paced_at=100.1), False),
        (Scope(lowered_to=15), False),
    ],
)
def test_a_scope_is_plain_when_nothing_of_it_matters_any_more(scope: Scope, plain: bool) -> None:
    assert scope.is_plain(100.0) is plain
