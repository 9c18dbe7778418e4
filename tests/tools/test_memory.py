"""An answer is given again only while nothing it rests on has changed."""

from __future__ import annotations

import pytest

from hostaway_mcp.calls import Call
from hostaway_mcp.tools.memory import MAX_ANSWERS, AnswerMemory
from tests.support.clock import FakeClock
from tests.support.house import House, house


class Desk:
    """A memory with a clock and a version to turn."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.version = 1
        self.memory = AnswerMemory[str](clock=self.clock, version=lambda: self.version)

    def kept(self, answer: str = "yes", *, asked: str = "{}", fresh_seconds: float | None = 300.0,
             upstream_calls: int = 0) -> bool:  # fmt: skip
        """Whether an answer is given again at once."""
        key = self.memory.key("work", asked)
        self.memory.recall(key)
        call = Call("1", upstream_calls=upstream_calls)
        if fresh_seconds is not None:
            call.used_facts(self.clock.monotonic() + fresh_seconds)
        self.memory.keep(key, answer, call)
        return self.memory.recall(key) == answer


def test_only_what_rests_on_facts_alone_is_kept() -> None:
    assert Desk().kept()
    assert not Desk().kept(upstream_calls=1)
    assert not Desk().kept(fresh_seconds=None)


def test_it_is_forgotten_when_a_fact_changes() -> None:
    desk = Desk()
    assert desk.kept()
    desk.version += 1
    assert desk.memory.recall(desk.memory.key("work", "{}")) is None


def test_a_fact_that_came_in_while_the_answer_was_made_keeps_it_out() -> None:
    desk = Desk()
    key = desk.memory.key("work", "{}")
    desk.memory.recall(key)
    desk.version += 1
    call = Call("1")
    call.used_facts(desk.clock.monotonic() + 300)
    desk.memory.keep(key, "old", call)
    assert desk.memory.recall(key) is None


async def test_it_holds_until_the_first_fact_is_stale_and_never_into_the_next_minute() -> None:
    desk = Desk()
    second = desk.clock.now().second
    await desk.clock.sleep(60 - second)
    assert desk.kept(fresh_seconds=10)
    key = desk.memory.key("work", "{}")
    await desk.clock.sleep(11)
    assert desk.memory.recall(key) is None
    assert desk.kept()
    await desk.clock.sleep(60)
    assert desk.memory.recall(desk.memory.key("work", "{}")) is None


def test_at_most_so_many_are_kept_and_the_oldest_go_first() -> None:
    desk = Desk()
    for number in range(MAX_ANSWERS + 1):
        assert desk.kept(asked=str(number))
    assert desk.memory.recall(desk.memory.key("work", "0")) is None
    assert desk.memory.recall(desk.memory.key("work", "1")) == "yes"


@pytest.fixture
async def home() -> House:  # type: ignore[misc]
    async with house(listings=12) as held:
        yield held


async def test_the_same_question_is_the_same_answer_with_its_own_id(home: House) -> None:
    """Each call has its audit record, whether the answer was made or remembered."""
    told = [await home.ask("find_listings", limit=3) for _ in range(3)]
    assert told[1].answer is told[2].answer
    assert told[0].json == told[1].json == told[2].json
    assert len({one.correlation_id for one in told}) == 3
    assert [record.upstream_calls for record in home.audit.records] == [2, 0, 0], "with the token"
    assert (await home.ask("find_listings", limit=4)).answer is not told[2].answer


async def test_units_that_were_learned_are_in_the_next_answer(home: House) -> None:
    first = (await home.ask("find_listings")).json["listings"][0]
    await home.ask("find_listings")
    home.app.services.portfolio.learn_units(first["listing_id"], 7)
    assert (await home.ask("find_listings")).json["listings"][0]["units"] == 7
    home.app.services.facts.forget()
    await home.ask("find_listings")
    assert len([path for path in home.upstream if path.endswith("/listings")]) == 2
