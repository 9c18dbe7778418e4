"""What the questions once found to be told wrongly."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from tests.support.house import House, house

HOTEL = 40_160 + 5 * 7
"""The sixth listing has four units, and Hostaway does not say which of them a stay has."""


async def test_a_home_that_is_named_after_a_door_is_no_closed_door() -> None:
    """`Is Cellar Door free on these dates?` is not about getting in."""
    async with house(listings=8) as home:
        world = home.sandbox.world
        world.touch_listing(40_160, name="Cellar Door")
        today = home.clock.now().date()
        stay = world.add_reservation(
            40_160, today + timedelta(days=300), today + timedelta(days=302), guestName="Ann Ash"
        )
        world.receive_message(stay["id"], "Hello, is Cellar Door free on these dates?")
        told = (await home.ask("triage_inbox", listing=40_160)).json["waiting"]
        assert [one["intent"] for one in told if one["reservation_id"] == stay["id"]] == ["other"]


async def test_no_guest_follows_two_others() -> None:
    """Three leave a house whose units are not known and one comes: there is one turnover on the day."""
    async with house(listings=8) as home:
        _leave(home, 3)
        plan = (await home.ask("plan_turnovers", date="2026-12-20", group="Edinburgh")).json
        assert plan["same_day"] == 1
        arriving = [one["guests"].get("arriving", {}).get("reservation_id") for one in plan["turnovers"]]
        assert max(Counter(filter(None, arriving)).values()) == 1
        board = (await home.ask("stay_board", date="2026-12-20", group="Edinburgh")).json
        assert board["days"][0]["counts"]["same_day_turnovers"] == 1
        brief = (await home.ask("daily_brief", date="2026-12-20", group="Edinburgh")).json
        assert brief["counts"]["same_day_turnovers"] == 1


async def test_who_comes_takes_the_unit_that_is_free() -> None:
    """It is known that the house has four units: with three left and one free nobody has to follow."""
    async with house(listings=8) as home:
        _leave(home, 3)
        assert await _short_turnovers(home) == 0
        plan = (await home.ask("plan_turnovers", date="2026-12-20", group="Edinburgh")).json
        assert (plan["total"], plan["same_day"]) == (3, 0)


async def test_one_arrival_has_one_short_turnover() -> None:
    """All four units are left on the day: the guest comes into one of them only."""
    async with house(listings=8) as home:
        _leave(home, 4)
        assert await _short_turnovers(home) == 1
        plan = (await home.ask("plan_turnovers", date="2026-12-20", group="Edinburgh")).json
        assert (plan["total"], plan["same_day"]) == (4, 1)


async def _short_turnovers(home: House) -> int:
    found = await home.ask(
        "check_conflicts", kinds=["short_turnover"], cleaning_hours=24, from_="2026-12-20", to="2026-12-20",
        group="Edinburgh",
    )  # fmt: skip
    return int(found.json["total"])


def _leave(home: House, many: int) -> None:
    """So many leave the house on one day, and one guest comes."""
    world = home.sandbox.world
    for stay in list(world.stays_of[HOTEL]):
        world.remove_reservation(stay.id)
    for _ in range(many):
        world.add_reservation(HOTEL, "2026-12-17", "2026-12-20", guestName="Leaves")
    world.add_reservation(HOTEL, "2026-12-20", "2026-12-22", guestName="Comes")
