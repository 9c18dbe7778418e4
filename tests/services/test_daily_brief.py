"""The day on one page says what the tools say that it is made of, and no more than fits on a page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.errors import HostawayMcpError, InputError, UnknownNameError
from hostaway_mcp.models.reservations import By
from hostaway_mcp.services.answers import Record, to_json
from hostaway_mcp.services.brief_page import SECTIONS
from hostaway_mcp.services.brief_reads import StaysOfWindow, window_around
from hostaway_mcp.services.brief_rows import Brief, BriefStay, fitting, short
from hostaway_mcp.services.dates import Span
from hostaway_mcp.services.stays import Wanted
from tests.support.house import House, house
from tests.support.replica import synced

TODAY = date(2026, 7, 23)
FAR = date(2027, 5, 3)
"""A day that the sandbox has no stays on."""
LIVE_CALLS = 12


async def brief(home: House, **asked: Any) -> Brief:
    return await home.app.services.brief.brief(**asked)


def add(home: House, arrival: date, nights: int = 2, *, listing: int = 0, **fields: Any) -> int:
    number = list(home.sandbox.world.listings)[listing]
    stay = home.sandbox.world.add_reservation(number, arrival, arrival + timedelta(days=nights), **fields)
    return int(stay["id"])


def size(answer: Brief) -> float:
    """In tokens."""
    said = json.dumps(to_json(answer), ensure_ascii=False, separators=(",", ":"))
    return len(said.encode()) / 3.5


@pytest.mark.parametrize("copied", [False, True])
async def test_it_says_what_the_other_tools_say(tmp_path: Path, copied: bool) -> None:
    async with synced(tmp_path, listings=8) if copied else house(listings=8) as home:
        services, asked = home.app.services, len(home.upstream)
        page = await brief(home)
        if copied:
            assert len(home.upstream) == asked
        (day,) = (await services.stay_board.board()).days
        unpaid = await services.balances.find(arriving_within=3)
        tasks = await services.tasks.find(first="today", last="today")
        plan = await services.turnovers.plan()
        counts = page.counts
        assert (counts.arrivals, counts.departures, counts.in_house) == (
            day.counts.arrivals,
            day.counts.departures,
            day.counts.in_house,
        )
        assert (counts.unpaid, page.unpaid_totals) == (unpaid.total, unpaid.totals)
        assert counts.tasks == tasks.total
        assert counts.same_day_turnovers == plan.same_day
        same_day = [one for one in plan.turnovers if one.guests.arriving][: len(page.same_day_turnovers)]
        assert [(one.leaving, one.slack_hours, one.cleaning) for one in page.same_day_turnovers] == [
            (one.guests.leaving.reservation_id, one.slack_hours, one.task.state if one.task else None)
            for one in same_day
        ]
        assert [one.reservation_id for one in page.unpaid] == [one.reservation_id for one in unpaid.balances][
            : len(page.unpaid)
        ]
        if not copied:
            return
        triage, gaps = await services.triage.triage(), await services.gaps.find(last="+14d")
        conflicts = await services.conflicts.check(last="+13d")
        overdue = await services.tasks.find(last="yesterday")
        assert counts.waiting == triage.total
        assert (counts.conflicts, counts.gaps) == (conflicts.total, gaps.total)
        assert counts.overdue_tasks == (overdue.total or None)
        assert [one.conversation_id for one in page.waiting] == [
            one.conversation_id for one in triage.waiting
        ][: len(page.waiting)]
        assert [(one.listing_id, one.first) for one in page.gaps] == [
            (one.listing_id, one.first) for one in gaps.gaps
        ][: len(page.gaps)]


@pytest.mark.parametrize("seed", [1, 2, 7])
async def test_live_it_costs_few_calls_on_150_listings(seed: int) -> None:
    async with house(listings=150, seed=seed) as home:
        page = await brief(home)
        asked = Counter(path.split("/")[2] for path in home.upstream)
        assert sum(asked.values()) <= LIVE_CALLS, asked
        assert size(page) <= 1_500
        assert not page.complete
        missing = {one.what: one.resume for one in page.missing}
        assert missing["gaps"] == "find_gaps(from=2026-07-23, to=2026-08-06)"
        assert missing["conflicts"] == "check_conflicts(from=2026-07-23, to=2026-08-05)"
        assert missing["overdue tasks"] == "find_tasks(to=2026-07-22)"
        assert page.counts.gaps is None
        assert page.arrivals
        assert page.departures


@pytest.mark.long
async def test_from_the_replica_150_listings_cost_no_call_and_fit_on_a_page(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=150) as home:
        asked = len(home.upstream)
        for day in ("today", "tomorrow", "+30d", "-30d"):
            page = await brief(home, day=day)
            assert size(page) <= 1_500
            assert page.arrivals or page.counts.arrivals == 0
        assert len(home.upstream) == asked


async def test_what_is_not_shown_is_counted_and_a_tool_named() -> None:
    async with house(listings=40) as home:
        page = await brief(home)
        counts = page.counts.model_dump()
        (line,) = (one for one in page.more if one.endswith("stay_board(date=2026-07-23)"))
        told = (one.partition(" ") for one in line.split(": ")[0].split(", "))
        left = {name: int(count) for count, _, name in told}
        for name in ("arrivals", "departures"):
            assert left.get(name, 0) + len(getattr(page, name)) == counts[name]
        assert left["in house"] == counts["in_house"]
        assert page.in_house == ()


async def test_chosen_sections_come_alone_with_more_rows() -> None:
    async with house(listings=60) as home:
        page = await brief(home, sections=["departures", "in_house"])
        counts = page.counts.model_dump(exclude_none=True)
        assert set(counts) <= {"departures", "in_house", "requests"}
        assert len(page.in_house) > 8
        assert page.departures
        assert page.complete
        assert page.arrivals == ()
        assert size(page) <= 1_500


@pytest.mark.parametrize(
    ("path", "lacks", "there"),
    [
        ("/v1/tasks", {"tasks", "overdue tasks"}, {"arrivals", "departures", "unpaid"}),
        ("/v1/conversations", {"waiting"}, {"arrivals", "tasks", "unpaid"}),
        ("/v1/reservations", {"same day turnovers", "unpaid", "arrivals", "in house"}, {"tasks"}),
    ],
)
async def test_a_part_that_fails_is_named_and_hides_no_other(
    path: str, lacks: set[str], there: set[str]
) -> None:
    async with house(listings=12) as home:
        home.sandbox.faults.add("status", path=path, status=503, times=None)
        page = await brief(home)
        assert not page.complete
        assert {name for one in page.missing for name in one.what.split(", ")} >= lacks
        counts = page.counts.model_dump(exclude_none=True)
        assert set(counts) >= there
        failed = {name.replace(" ", "_") for name in lacks}
        assert not failed & set(counts)
        assert not failed & set(page.quiet)


async def test_where_no_part_can_be_had_it_is_an_error() -> None:
    async with house(listings=3) as home:
        home.sandbox.faults.add("status", path="/v1/reservations", status=503, times=None)
        with pytest.raises(HostawayMcpError):
            await brief(home, sections=["arrivals", "unpaid"])


async def test_a_group_narrows_every_part(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=8) as home:
        world = home.sandbox.world
        city = next(iter(world.listings.values()))["city"]
        there = {one["internalListingName"] for one in world.listings.values() if one["city"] == city}
        there |= {one["name"] for one in world.listings.values() if one["city"] == city}
        page = await brief(home, group=city, sections=list(SECTIONS))
        shown = [row for name in SECTIONS for row in getattr(page, name)]
        assert shown
        assert {row.listing for row in shown if row.listing} <= {short(name) for name in there}
        assert all(f"group={city})" in line for line in page.more)
        with pytest.raises(UnknownNameError):
            await brief(home, group="Atlantis")


async def test_a_quiet_day_is_said() -> None:
    async with house(listings=2) as home:
        page = await brief(home, day=str(FAR))
        assert {"arrivals", "departures", "in_house", "same_day_turnovers", "tasks"} <= set(page.quiet)
        assert page.counts.arrivals == 0


async def test_each_listing_has_its_own_day() -> None:
    """At 22:30 in UTC it is tomorrow east of London; the day is that of most listings."""
    async with house(listings=40) as home:
        await home.clock.sleep(10.5 * 3600)
        world = home.sandbox.world
        days = Counter(world.today_at(number) for number in world.listings)
        assert len(days) == 2, "the world has both"
        page = await brief(home)
        ((most, _), (other, count)) = days.most_common()
        assert page.date == most
        assert page.understood["elsewhere"] == f"it is {other} at {count} listings"
        elsewhere = [number for number, _ in world.listings.items() if world.today_at(number) == other]
        place = list(world.listings).index(elsewhere[0])
        owes = add(home, min(days), listing=place, totalPrice=700, channelId=2000)
        home.app.services.facts.forget()
        owing = (await brief(home, sections=["unpaid"])).unpaid
        assert (owes in {one.reservation_id for one in owing}) == (min(days) == other)


async def test_slack_is_told_in_the_listings_own_hours() -> None:
    async with house(listings=12) as home:
        world = home.sandbox.world
        zones = {one["timeZoneName"]: n for n, one in enumerate(world.listings.values())}
        assert len(zones) > 1
        made = {}
        for place in zones.values():
            hours = {"checkInTime": 16, "checkOutTime": 10}
            out = add(home, FAR, 1, listing=place, **hours)
            made[out] = add(home, FAR + timedelta(days=1), 2, listing=place, **hours)
        page = await brief(home, day=str(FAR + timedelta(days=1)), sections=["same_day_turnovers"])
        assert page.counts.same_day_turnovers == len(made)
        assert {one.leaving: one.arriving for one in page.same_day_turnovers} == made
        assert {(one.out, one.into, one.slack_hours) for one in page.same_day_turnovers} == {
            ("10:00", "16:00", 6.0)
        }


async def test_only_arrivals_of_that_day_make_a_same_day_turnover() -> None:
    async with house(listings=2) as home:
        add(home, FAR, 1)
        add(home, FAR + timedelta(days=2), 1)
        page = await brief(home, day=str(FAR + timedelta(days=1)), sections=["same_day_turnovers"])
        assert page.same_day_turnovers == ()
        assert page.quiet == ("same_day_turnovers",)


async def test_what_is_unpaid_is_never_added_across_currencies() -> None:
    async with house(listings=3) as home:
        for number in list(home.sandbox.world.stays):
            home.sandbox.world.remove_reservation(number)
        for days, currency, price in ((0, "EUR", 500), (1, "EUR", 250.5), (3, "USD", 80), (4, "EUR", 900)):
            add(home, TODAY + timedelta(days=days), totalPrice=price, currency=currency, channelId=2000)
        page = await brief(home, sections=["unpaid"])
        assert [(one.stays, str(one.balance)) for one in page.unpaid_totals] == [
            (2, "750.50 EUR"),
            (1, "80.00 USD"),
        ]
        assert page.counts.unpaid == 3


@pytest.mark.parametrize(
    ("day", "off"),
    [
        ("today", set()),
        ("tomorrow", set()),
        ("+30d", {"waiting", "unpaid"}),
        ("yesterday", {"waiting", "unpaid", "conflicts", "gaps"}),
        ("2025-02-03", {"waiting", "unpaid", "conflicts", "gaps"}),
    ],
)
async def test_another_day_leaves_out_what_is_about_now(day: str, off: set[str]) -> None:
    async with house(listings=3) as home:
        page = await brief(home, day=day)
        told = set(page.understood.get("left out", "").split(", which")[0].split(", ")) - {""}
        assert told == off
        assert page.counts.arrivals is not None
        missed = {one.what for one in page.missing}
        assert missed & off == set()
        asked = await brief(home, day=day, sections=["waiting"])
        assert asked.counts.waiting is not None or asked.missing


async def test_beyond_the_calendars_of_the_replica_gaps_are_missing(tmp_path: Path) -> None:
    async with synced(tmp_path, listings=3) as home:
        asked = len(home.upstream)
        page = await brief(home, day="2028-01-01")
        assert len(home.upstream) == asked
        assert page.counts.gaps is None
        assert "gaps" in {one.what for one in page.missing}
        assert "arrivals" in page.quiet


@pytest.mark.parametrize("day", ["next week", "2026-08", "someday", "1926-07-23"])
async def test_a_date_that_is_not_one_day_is_refused(day: str) -> None:
    async with house(listings=1) as home:
        with pytest.raises(InputError):
            await brief(home, day=day)


@given(
    st.dictionaries(st.sampled_from(SECTIONS), st.lists(st.text(max_size=60), max_size=25)),
    st.integers(0, 5_000),
)
def test_what_is_shown_is_a_beginning_and_fits(words: dict[str, list[str]], used: int) -> None:
    rows = {name: [BriefStay(reservation_id=1, guest=one) for one in some] for name, some in words.items()}
    shown = fitting(rows, used_bytes=used)

    def cost(row: Record) -> int:
        return len(row.model_dump_json(exclude_none=True).encode()) + 1

    assert all(list(some) == rows[name][: len(some)] for name, some in shown.items())
    assert used > 4_900 or used + sum(map(cost, (row for some in shown.values() for row in some))) <= 4_900


def test_a_section_gives_its_room_to_the_others() -> None:
    """A row is {"reservation_id":1}, with its comma 21 bytes; a section's name costs 6 more than it has."""
    rows = {name: [BriefStay(reservation_id=1)] * 3 for name in ("ab", "cd")}
    assert {name: len(some) for name, some in fitting(rows, used_bytes=0, room_bytes=58).items()} == {
        "ab": 1,
        "cd": 1,
    }
    assert {name: len(some) for name, some in fitting(rows, used_bytes=0, room_bytes=79).items()} == {
        "ab": 2,
        "cd": 1,
    }


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        (Wanted(by=By.STAY, first=date(2026, 7, 22), last=date(2026, 7, 23)), True),
        (Wanted(by=By.STAY, first=date(2026, 7, 21), last=date(2026, 7, 23)), False),
        (Wanted(by=By.ARRIVAL, first=date(2026, 7, 23), last=date(2026, 7, 27)), True),
        (Wanted(by=By.ARRIVAL, first=date(2026, 7, 22), last=date(2026, 7, 27)), False),
        (Wanted(by=By.DEPARTURE, first=date(2026, 7, 23), last=date(2026, 7, 28)), False),
        (Wanted(by=By.BOOKED, first=date(2026, 7, 23), last=date(2026, 7, 23)), False),
        (Wanted(by=By.STAY, first=date(2026, 7, 23), last=date(2026, 7, 23), listing_id=1), False),
    ],
)
async def test_one_reading_answers_only_what_it_holds(
    wanted: Wanted, held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(listings=12) as home:
        stays, by_id = home.app.services.stays, await home.app.services.portfolio.by_id()
        right = await stays.read(wanted, by_id)
        asked: list[Wanted] = []
        read: Callable[..., Any] = stays.read

        async def noted(one: Wanted, listings: Any) -> Any:
            asked.append(one)
            return await read(one, listings)

        monkeypatch.setattr(stays, "read", noted)
        window = window_around(Span(TODAY, TODAY), Span(TODAY, TODAY + timedelta(days=4)))
        assert window == Span(date(2026, 7, 22), date(2026, 7, 27))
        found = await StaysOfWindow(stays, window).read(wanted, by_id)
        assert sorted(one.id for one in found.rows) == sorted(one.id for one in right.rows)
        assert (asked != [wanted]) == held
