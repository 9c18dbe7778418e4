"""
The lease book against Hostaway as its documentation may be meant, for hours of virtual time.

The decisions are those of `LeaseGovernor`: both ask `Book.look`, sleep until its `next_look`, and report to
`Book.end` and `Book.refuse`. Only the waiting is replaced.
"""

from __future__ import annotations

import json
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor.book import Book
from hostaway_mcp.client.governor.document import from_json, to_json
from hostaway_mcp.client.governor.records import Limits, Look
from tests.client.governor.simulation import PROFILES, Limiter, Machine, Profile, UsualLimiter, VirtualLine
from tests.client.governor.upstreams import LITERAL, Model, Neighbour, SlidingCounter, SlidingLog, Upstream

LIMITS = Limits(ip=15, account=20, window_seconds=10.0)
PROCESSES = 4
HOUR = 3_600.0


class RereadBook:
    """The book as processes see it: read from its JSON text before each question, written after it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._text = json.dumps(to_json(Book(limits)))

    def _open(self, now: float) -> Book:
        return from_json(json.loads(self._text), limits=self._limits, now=now)

    def look(self, key: str, *, account: str, lane: Lane, count: int, place: int, now: float) -> Look:
        book = self._open(now)
        look = book.look(key, account=account, lane=lane, count=count, place=place, now=now)
        self._text = json.dumps(to_json(book))
        return look

    def end(self, serial: int, *, account: str, answered: bool, now: float) -> None:
        book = self._open(now)
        book.end(serial, account=account, answered=answered, now=now)
        self._text = json.dumps(to_json(book))

    def refuse(
        self, *, account: str, retry_after_seconds: float | None, applied: str | None, now: float
    ) -> bool:
        book = self._open(now)
        began = book.refuse(
            account=account, retry_after_seconds=retry_after_seconds, applied=applied, now=now
        )
        self._text = json.dumps(to_json(book))
        return began


def backlogged(
    limiter: Limiter, upstream: Upstream, profile: Profile, *, hours: float, lane: Lane, seed: int
) -> Machine:
    """Four processes that always have five requests waiting, after so many hours."""
    machine = Machine(limiter, upstream, profile, Random(seed))
    for number in range(PROCESSES):
        machine.add(VirtualLine(f"process-{number}", lane, backlog=5))
    machine.run(hours * HOUR)
    return machine


def share_of_bound(machine: Machine, profile: Profile, *, hours: float) -> float:
    """What was sent, as a share of the most that a lease limiter can send: W/(W+R) of the limit."""
    window = LIMITS.window_seconds
    allowed = LIMITS.ip / window * hours * HOUR
    return machine.sent / allowed / (window / (window + profile.response))


def check_always_backlogged(model: str, name: str, *, hours: float, lane: Lane, seed: int) -> None:
    profile = PROFILES[name]
    upstream = LITERAL[model](LIMITS.ip, LIMITS.window_seconds)
    machine = backlogged(Book(LIMITS), upstream, profile, hours=hours, lane=lane, seed=seed)
    share = share_of_bound(machine, profile, hours=hours)
    print(f"{model:12} {name:8} {lane.name:11} {hours:g} h: {machine.refused} 429s, {share:.4f}")  # noqa: T201
    assert machine.refused == 0
    assert share >= 0.98
    assert {line.sent > 0.95 * machine.sent / PROCESSES for line in machine.lines} == {True}


@pytest.mark.parametrize(("model", "name"), list(product(LITERAL, PROFILES)))
def test_no_429_and_98_percent_of_what_can_be_reached(model: str, name: str) -> None:
    """Four hours each of three literal models and three response times: 36 of the 1,000 hours."""
    check_always_backlogged(model, name, hours=4, lane=Lane.INTERACTIVE, seed=1)


@pytest.mark.parametrize("name", list(PROFILES))
def test_background_alone_reaches_98_percent_too(name: str) -> None:
    """Even spacing costs nothing when nobody else is there."""
    check_always_backlogged("sliding log", name, hours=1, lane=Lane.BACKGROUND, seed=2)


@pytest.mark.long
@pytest.mark.parametrize(("model", "name", "lane"), list(product(LITERAL, PROFILES, Lane)))
def test_a_thousand_hours_without_a_429(model: str, name: str, lane: Lane) -> None:
    """1,026 simulated hours in all: three literal models, three response times, each of the three lanes."""
    check_always_backlogged(model, name, hours=38, lane=lane, seed=3)


def test_the_usual_token_bucket_is_refused_hundreds_of_times() -> None:
    """The control: the same simulation notices a limiter that overshoots."""
    upstream = SlidingLog(LIMITS.ip, LIMITS.window_seconds)
    machine = backlogged(
        UsualLimiter(LIMITS), upstream, PROFILES["R=390ms"], hours=1, lane=Lane.INTERACTIVE, seed=1
    )
    assert machine.refused > 100


networks = st.builds(
    Profile,
    one_way=st.floats(0.001, 0.5),
    jitter=st.floats(0.001, 2.0),
    service=st.floats(0.001, 5.0),
)


@settings(max_examples=25, deadline=None)
@given(
    model=st.sampled_from(list(LITERAL)),
    profile=networks,
    seed=st.integers(0, 2**32),
    ip=st.integers(1, 40),
    account=st.integers(1, 40),
    lines=st.lists(st.tuples(st.sampled_from(Lane), st.sampled_from("ab"), st.integers(1, 30)), max_size=6),
    reread=st.booleans(),
)
def test_no_network_and_no_mixture_of_work_causes_a_429(
    model: str,
    profile: Profile,
    seed: int,
    ip: int,
    account: int,
    lines: list[tuple[Lane, str, int]],
    reread: bool,
) -> None:
    """Any limits, delays without bound, two accounts, both lanes, a process that dies: three minutes each."""
    limits = Limits(ip=ip, account=account, window_seconds=10.0, longest_call_seconds=60.0)
    upstream = PerIpAndAccount(LITERAL[model], limits)
    machine = Machine(RereadBook(limits) if reread else Book(limits), upstream, profile, Random(seed))
    for number, (lane, name, backlog) in enumerate(lines):
        line = machine.add(VirtualLine(f"process-{number}", lane, account=name, backlog=backlog))
        if number == 1:
            machine.at(30.0, machine.kill, line)
    machine.run(180.0)
    assert machine.refused == 0
    assert machine.sent or not lines


class PerIpAndAccount:
    """One literal limit for the address and one for each account, as documented."""

    def __init__(self, model: Model, limits: Limits) -> None:
        self._ip: Upstream = model(limits.ip, limits.window_seconds)
        self._accounts: dict[str, Upstream] = {
            name: model(limits.account, limits.window_seconds) for name in "ab"
        }

    def lets_through(self, arrival: float, account: str) -> bool:
        by_ip, by_account = self._ip, self._accounts[account]
        return by_ip.lets_through(arrival, account) and by_account.lets_through(arrival, account)


def test_a_stricter_hostaway_is_met_with_even_steps_and_seldom_refuses() -> None:
    """A sliding counter refuses bursts; after a refusal there are none, and the limit is one lower."""
    profile = PROFILES["R=390ms"]
    book = Book(LIMITS)
    upstream = SlidingCounter(LIMITS.ip, LIMITS.window_seconds)
    machine = backlogged(book, upstream, profile, hours=4, lane=Lane.INTERACTIVE, seed=1)
    assert machine.refused / machine.sent < 0.005
    assert share_of_bound(machine, profile, hours=4) > 0.8


def test_a_noisy_neighbour_is_noticed_and_left_its_part() -> None:
    """F13: somebody else takes 10 of 20 per window; we come down to 10, and say why."""
    profile = PROFILES["R=390ms"]
    book = Book(LIMITS)
    machine = backlogged(book, Neighbour(20, 10.0, taken=10), profile, hours=1, lane=Lane.BACKGROUND, seed=1)
    budget = book.budget(account="40100", now=machine.now)
    assert budget.ip_limit in (10, 11)
    assert budget.shared_by_others
    assert machine.refused / machine.sent < 0.01
