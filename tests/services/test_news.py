"""What is remembered is dropped as soon as the replica knows better, whoever brought it."""

from __future__ import annotations

from pathlib import Path

from hostaway_mcp.services.facts import Facts, Gathering, News
from tests.support.clock import FakeClock
from tests.support.house import House, house
from tests.support.replica import sync, synced

WEEK = {"from_": "today", "to": "+7d"}


async def total(home: House) -> int:
    """How many bookings were changed today."""
    outcome = await home.ask("find_reservations", by="updated", from_="today", limit=1)
    return int(outcome.json["total"])


async def test_what_sync_brings_is_in_the_next_answer(tmp_path: Path) -> None:
    """Remembered for 45 seconds otherwise."""
    async with synced(tmp_path) as home:
        await home.clock.sleep(300)
        before = await total(home)
        world = home.sandbox.world
        stay = next(one for one in world.stays if world.reservations.peek(one)["status"] == "new")
        world.touch_reservation(stay, hostNote="moved")
        await sync(home)
        await home.clock.sleep(3)
        assert await total(home) == before + 1


async def test_what_another_process_brings_is_too(tmp_path: Path) -> None:
    """Two houses on one file; only one of them syncs."""
    async with (
        synced(tmp_path) as home,
        house(listings=6, clock=home.clock, hostaway_mcp_data_dir=tmp_path) as other,
    ):
        assert len((await other.ask("find_listings")).json["listings"]) == 6
        home.sandbox.world.touch_listing(40160, name="A new name")
        await sync(home, after_seconds=3_700)
        await other.ask("find_listings", limit=1)
        await home.clock.sleep(3)
        names = [row["name"] for row in (await other.ask("find_listings")).json["listings"]]
        assert "A new name" in names
        assert other.upstream == []


async def test_a_first_fill_costs_no_live_read_twice(tmp_path: Path) -> None:
    """Rows that are new to the replica are nothing new to who read them live a moment ago."""
    async with house(listings=6, hostaway_mcp_data_dir=tmp_path) as home:
        await home.ask("find_listings")
        await sync(home)
        asked = len(home.upstream)
        assert (await home.ask("find_listings")).json["source"] == "live"
        assert len(home.upstream) == asked


async def test_only_what_rests_on_the_noun_goes() -> None:
    clock = FakeClock()
    facts, loads = Facts(clock=clock), list[str]()

    async def read(key: str, *, copied: bool) -> None:
        async def load(gathering: Gathering[int]) -> None:
            loads.append(key)
            gathering.add([1], clock.now())
            gathering.copied = copied

        await facts.get(key, load, fresh_seconds=300)

    async def loaded_anew(*news: News) -> list[str]:
        loads.clear()
        facts.outdate(news)
        await read("listings", copied=True)
        await read("stays", copied=False)
        return list(loads)

    assert await loaded_anew() == ["listings", "stays"]
    await clock.sleep(1)
    assert await loaded_anew(News("reviews", clock.now())) == []
    assert await loaded_anew(News("listings", clock.now(), known=False)) == ["listings"]
    assert await loaded_anew(News("reservations", clock.now(), known=False)) == []
    await clock.sleep(1)
    assert await loaded_anew(News("reservations", clock.now())) == ["stays"]
