"""Who waits how long: a person's questions beside background work without end, in virtual time."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import pytest

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor.book import ACTIVE_SECONDS, Book
from hostaway_mcp.client.governor.records import Lease, Limits
from tests.client.governor.simulation import Machine, Profile, VirtualLine
from tests.client.governor.upstreams import SlidingLog

LIMITS = Limits(ip=15, account=20, window_seconds=10.0)
PROFILE = Profile(one_way=0.030, jitter=0.020, service=0.150)
"""R = 250 ms."""
HOURS = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """Waits in seconds, and background sends as a share of what Hostaway allows."""

    median: float
    p99: float
    background: float
    refused: int


def beside_background(per_minute: float, *, hours: float = HOURS) -> Outcome:
    """Background work always full in two processes; groups of 1 to 3 questions come at random in a third."""
    random = Random(7)
    machine = Machine(Book(LIMITS), SlidingLog(LIMITS.ip, LIMITS.window_seconds), PROFILE, random)
    background = [
        machine.add(VirtualLine(f"sync-{number}", Lane.BACKGROUND, backlog=20)) for number in range(2)
    ]
    person = machine.add(VirtualLine("person", Lane.INTERACTIVE))

    def ask() -> None:
        for _ in range(random.randint(1, 3)):
            machine.ask(person)
        machine.at(machine.now + random.expovariate(per_minute / 2 / 60), ask)

    machine.at(0.0, ask)
    machine.run(hours * 3_600)
    waits = sorted(person.waits)
    allowed = LIMITS.ip / LIMITS.window_seconds * hours * 3_600
    return Outcome(
        median=waits[len(waits) // 2],
        p99=waits[int(len(waits) * 0.99)],
        background=sum(line.sent for line in background) / allowed,
        refused=machine.refused,
    )


@pytest.mark.parametrize(
    ("per_minute", "median", "p99", "background"),
    [(1, 0.0, 1.3, 0.80), (5, 0.0, 2.2, 0.77), (18, 0.3, 3.2, 0.64)],
)
def test_a_person_hardly_waits_and_background_keeps_going(
    per_minute: float, median: float, p99: float, background: float
) -> None:
    """
    Seconds of waiting, and the part of the limit that background work gets.

    One line for all, with 40 pages ahead of a question, would make a person wait 32 s.
    """
    outcome = beside_background(per_minute)
    print(f"{per_minute} questions a minute: {outcome}")  # noqa: T201
    assert outcome.refused == 0
    assert outcome.median <= median
    assert outcome.p99 <= p99
    assert outcome.background >= background


def book_with(*, person_at: float | None, in_use: int) -> Book:
    """A book at second 1,000 in which some leases are in use for long."""
    book = Book(LIMITS, person_at=person_at, touched=1_000.0)
    for number in range(in_use):
        book.leases.append(Lease(number, "1", taken=999.0, ended=1_000.0))
    return book


def goes(book: Book, lane: Lane) -> bool:
    return book.look("line", account="1", lane=lane, count=1, place=1, now=1_000.0).lease is not None


@pytest.mark.parametrize(
    ("lane", "person_at", "in_use", "sent"),
    [
        (Lane.BACKGROUND, None, 14, True),
        (Lane.BACKGROUND, 1_000.0 - ACTIVE_SECONDS - 1, 14, True),
        (Lane.BACKGROUND, 1_000.0 - ACTIVE_SECONDS, 13, False),
        (Lane.BACKGROUND, 1_000.0 - ACTIVE_SECONDS, 12, True),
        (Lane.INTERACTIVE, 1_000.0, 14, True),
        (Lane.INTERACTIVE, None, 15, False),
    ],
)
def test_two_leases_are_kept_for_a_person_of_the_last_ten_minutes(
    lane: Lane, person_at: float | None, in_use: int, sent: bool
) -> None:
    """Of 15 leases background work leaves two alone, and none when nobody asked for ten minutes."""
    assert goes(book_with(person_at=person_at, in_use=in_use), lane) is sent


def test_background_is_spaced_evenly_after_an_idle_time() -> None:
    """Fifteen free leases, and yet a send every 0.67 s: a burst would make the next question wait."""
    machine = Machine(Book(LIMITS), SlidingLog(15, 10.0), PROFILE, Random(1))
    machine.add(VirtualLine("sync", Lane.BACKGROUND, backlog=20))
    machine.run(5.0)
    assert machine.sent == 8


def test_background_never_stands_still() -> None:
    """Persons who take everything leave one request in three windows, whoever waits."""
    machine = Machine(Book(LIMITS), SlidingLog(15, 10.0), PROFILE, Random(1))
    persons = machine.add(VirtualLine("persons", Lane.INTERACTIVE, backlog=50))
    background = machine.add(VirtualLine("sync", Lane.BACKGROUND, backlog=5))
    machine.run(3_600.0)
    assert 85 <= background.sent <= 120
    assert persons.sent > 5_000


def test_processes_take_turns_however_much_each_wants() -> None:
    """One process with fifty requests waiting gets no more than one with two."""
    machine = Machine(Book(LIMITS), SlidingLog(15, 10.0), PROFILE, Random(1))
    greedy = machine.add(VirtualLine("greedy", Lane.INTERACTIVE, backlog=50))
    modest = machine.add(VirtualLine("modest", Lane.INTERACTIVE, backlog=2))
    machine.run(3_600.0)
    assert abs(greedy.sent - modest.sent) <= 30


def test_an_account_that_used_its_own_budget_does_not_hold_up_another() -> None:
    """Limits 15 for the IP and 5 for each account: the second account gets what the first may not use."""
    machine = Machine(Book(Limits(ip=15, account=5)), SlidingLog(15, 10.0), PROFILE, Random(1))
    first = machine.add(VirtualLine("first", Lane.INTERACTIVE, account="1", backlog=20))
    second = machine.add(VirtualLine("second", Lane.INTERACTIVE, account="2", backlog=20))
    machine.run(3_600.0)
    assert min(first.sent, second.sent) > 0.98 * 0.5 * 3_600 * 10 / (10 + PROFILE.response)


@pytest.mark.parametrize(
    ("lane", "person_at", "bursts"),
    [
        (Lane.BACKGROUND, None, False),
        (Lane.FILLING, None, True),
        (Lane.FILLING, 1_000.0 - ACTIVE_SECONDS - 1, True),
        (Lane.FILLING, 1_000.0 - ACTIVE_SECONDS, False),
    ],
)
def test_a_first_filling_goes_at_once_while_nobody_is_there(
    lane: Lane, person_at: float | None, bursts: bool
) -> None:
    book = book_with(person_at=person_at, in_use=0)
    assert goes(book, lane)
    assert goes(book, lane) is bursts
