"""The lease book as a document: whoever reads it knows what its writer knew."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor.book import Book
from hostaway_mcp.client.governor.document import CLAIM_SECONDS, from_json, to_json
from hostaway_mcp.client.governor.records import Lease, Limits, Line
from hostaway_mcp.client.governor.scope import Scope

LIMITS = Limits(ip=15, account=20, window_seconds=10.0)
CLAIM = "15:20:10.0"


def reread(book: Book, *, now: float, limits: Limits = LIMITS) -> Book:
    return from_json(json.loads(json.dumps(to_json(book))), limits=limits, now=now)


def test_everything_comes_back() -> None:
    book = Book(
        LIMITS,
        leases=[Lease(3, "1", 90.0, 91.5), Lease(4, "2", 99.0)],
        lines={
            "a": Line("1", Lane.BACKGROUND, 5, 2, 80.0, 101.0),
            "b": Line("2", Lane.INTERACTIVE, 1, 4, 99.5, 102.0),
        },
        ip=Scope(paused_until=104.0, paced_at=101.5, lowered_to=13, clean=77),
        accounts={"2": Scope(paused_until=103.0, paced_at=7.0, lowered_to=None, clean=1)},
        claims={"20:20:12.0": 300.0},
        serial=4,
        person_at=95.0,
        response_seconds=0.75,
        refused=6,
        others_until=900.0,
        touched=99.5,
    )
    read = reread(book, now=100.0)
    assert read.claims == {"20:20:12.0": 300.0, CLAIM: 100.0 + CLAIM_SECONDS}
    assert read.limits == replace(LIMITS, window_seconds=12.0)
    assert replace(read, claims=book.claims, limits=LIMITS) == book


@pytest.mark.parametrize(("until", "binds"), [(99.0, False), (100.0, False), (100.1, True), (700.1, False)])
def test_another_process_binds_for_its_time(until: float, binds: bool) -> None:
    """Not when it is over, nor when it ends later than any claim of this life of the machine could."""
    read = reread(Book(LIMITS, claims={"4:3:60.0": until}), now=100.0)
    bound = (read.limits.ip, read.limits.account, read.limits.window_seconds)
    assert bound == ((4, 3, 60.0) if binds else (15, 20, 10.0))


def test_the_settings_of_this_process_stay_where_they_are_stricter() -> None:
    limits = Limits(ip=2, account=1, window_seconds=90.0, longest_call_seconds=7.0, guard_seconds=3.0)
    read = reread(Book(LIMITS, claims={"4:3:60.0": 200.0}), now=100.0, limits=limits)
    assert read.limits == limits


def test_no_document_is_an_empty_book() -> None:
    assert from_json(None, limits=LIMITS, now=5.0) == Book(LIMITS, claims={CLAIM: 5.0 + CLAIM_SECONDS})
