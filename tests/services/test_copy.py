"""The replica answers where it is good enough, says how old it is, and is never taken for more than it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.house import House, house
from tests.support.replica import synced


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    """A house with a replica that was filled a moment ago."""
    async with synced(tmp_path) as held:
        yield held


QUESTIONS: tuple[tuple[str, dict[str, object]], ...] = (
    ("find_listings", {}),
    ("find_listings", {"detail": "full"}),
    ("find_reservations", {"from_": "today", "to": "+14d"}),
    ("find_reservations", {"from_": "2026-05-01", "to": "2026-06-01", "by": "arrival"}),
    ("find_reservations", {"from_": "2026-03-01", "to": "2026-04-01", "by": "booked"}),
    ("find_reservations", {"from_": "today", "to": "+60d", "status_class": ["dead"], "sort": "-updated"}),
    (
        "find_reservations",
        {"from_": "-60d", "to": "+60d", "by": "departure", "channel": ["airbnb"], "limit": 5},
    ),
    ("find_reservations", {"from_": "-30d", "to": "+60d", "guest": "an", "sort": "booked", "detail": "full"}),
    ("stay_board", {}),
    ("stay_board", {"date": "-7d", "days": 14, "limit": 9}),
    ("check_availability", {"from_": "+10d", "to": "+13d", "guests": 2}),
    ("check_availability", {"from_": "+3d", "to": "+6d", "flex_days": 2}),
    ("get_calendar", {"from_": "today", "to": "+30d", "limit": 3}),
)


@pytest.mark.parametrize(("tool", "question"), QUESTIONS)
async def test_the_copy_says_what_hostaway_says_and_costs_nothing(
    home: House, tool: str, question: dict[str, object]
) -> None:
    """The same rows as over the network; only where they are from and their age differ."""
    asked = len(home.upstream)
    copied = await home.ask(tool, **question)
    assert len(home.upstream) == asked
    assert copied.json["source"] == "replica"
    async with house(listings=6) as live:
        from_hostaway = (await live.ask(tool, **question)).json
    assert from_hostaway["source"] == "live"
    for key in ("source", "as_of", "next_cursor"):
        from_hostaway.pop(key, None)
        copied.json.pop(key, None)
    assert copied.json == from_hostaway


@pytest.mark.parametrize(
    ("tool", "question", "rows"),
    [
        ("find_reservations", {"from_": "-90d", "to": "+90d", "sort": "-booked", "limit": 7}, "reservations"),
        ("find_reservations", {"from_": "-60d", "to": "+60d", "by": "arrival", "limit": 9}, "reservations"),
        ("stay_board", {"date": "-3d", "days": 10, "limit": 8}, "days"),
    ],
)
async def test_a_list_that_was_begun_in_the_copy_goes_on_at_hostaway(
    home: House, tool: str, question: dict[str, object], rows: str
) -> None:
    """Page by page it is the list that Hostaway gives, whichever of the two each page is from."""
    async with house(listings=6) as live:
        # The copy knows how many units a home has; alone, Hostaway's stays do not tell.
        for number in live.sandbox.world.listings:
            units = live.sandbox.world.units.get(number) or ()
            live.app.services.portfolio.learn_units(number, max(1, len(units)))
        cursors: list[str | None] = [None]
        while True:
            asked = {**question, "cursor": cursors[-1]} if cursors[-1] else dict(question)
            copied, from_hostaway = await home.ask(tool, **asked), await live.ask(tool, **asked)
            for key in (rows, "total", "counts", "next_cursor"):
                assert copied.json.get(key) == from_hostaway.json.get(key), (len(cursors), key)
            if "next_cursor" not in copied.json:
                break
            cursors.append(copied.json["next_cursor"])
    assert len(cursors) > 3


async def test_a_window_beyond_the_copy_is_asked_of_hostaway(home: House) -> None:
    # As if there had been too many stays before the two years of history to keep them all.
    await (await home.app.replica.store()).sync.forget("reservations", "older")
    answer = await home.ask("find_reservations", from_="2023-01-01", to="2023-02-01")
    assert answer.json["source"] == "mixed", "the listings are the copy's"
    assert any(path.endswith("/reservations") for path in home.upstream[-3:])


async def test_an_age_is_never_younger_than_the_truth(home: House) -> None:
    """What was booked after the last look at the changes is not in the answer, and `as_of` says so."""
    synced = (await home.ask("find_reservations", from_="today", to="+14d")).answer.as_of
    await home.clock.sleep(240)
    later = await home.ask("find_reservations", from_="today", to="+14d")
    assert later.answer.as_of == synced


async def test_stale_rows_are_given_at_once_and_brought_anew_behind_the_answer(home: House) -> None:
    await home.clock.sleep(900)
    asked = len(home.upstream)
    first = await home.ask("find_reservations", from_="today", to="+14d")
    assert first.json["source"] == "replica"
    await home.clock.sleep(60)
    assert len(home.upstream) > asked, "the changes were read behind the answer"
    changes = await (await home.app.replica.store()).sync.state("reservations", "changes")
    assert changes is not None
    assert changes.as_of is not None
    assert changes.as_of > first.answer.as_of


async def test_when_hostaway_is_down_an_old_copy_answers_with_its_age(home: House) -> None:
    await home.clock.sleep(3 * 86_400)
    home.sandbox.faults.add("status", path="/v1/*", status=503, times=None)
    answer = await home.ask("find_reservations", from_="today", to="+14d")
    assert answer.json["source"] == "replica"
    assert any("local copy" in warning for warning in answer.json["warnings"])
    age = home.clock.now() - answer.answer.as_of
    assert age.days == 3


async def test_a_copy_that_cannot_be_read_costs_a_call_and_no_answer(home: House, tmp_path: Path) -> None:
    await home.app.replica.aclose()
    (tmp_path / "replica.db").write_bytes(b"not a database at all" * 500)
    answer = await home.ask("find_listings")
    assert answer.json["source"] == "live"
    assert answer.answer.complete


async def test_without_a_replica_nothing_is_made(tmp_path: Path) -> None:
    async with house(listings=3, hostaway_mcp_data_dir=tmp_path) as held:
        assert (await held.ask("find_listings")).json["source"] == "live"
    assert not (tmp_path / "replica.db").exists()
