"""Whatever happens, the replica becomes what Hostaway has; and no answer claims to be younger than it is."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Coroutine
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from hostaway_mcp.store.deliveries import ATTEMPTS
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync import lists, reservations
from hostaway_mcp.sync.deliveries import PAUSE_SECONDS, keep_delivery
from hostaway_mcp.sync.run import LEASE_SECONDS, Summary
from tests.support.database import sqlite_at_once
from tests.sync.conftest import Copy, copied
from tests.sync.same import assert_same
from tests.sync.upstream import AROUND_DAYS, Upstream

T = TypeVar("T")
DICE = st.integers(0, 2**32)
CLASSES = ["confirmed", "owner_stay", "needs_action", "inquiry", "dead"]
SMALL_PAGE = 7
"""So that the lists of a small account have many pages."""
A_DAY = 86_400.0
PAUSES = (0.4, 1.0, 1.0, 7.0, 30.0, 61.0, 301.0, 301.0, 302.0, 1_000.0, 3_700.0, A_DAY + 60)


class Truth(RuleBasedStateMachine):
    """Upstream writes, deliveries lost, doubled and out of order, restarts, syncs and questions."""

    url = ""
    tally: ClassVar[Counter[str]] = Counter()
    """Steps taken, and answers by where they were from."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = contextlib.AsyncExitStack()
        self.folder = self.stack.enter_context(TemporaryDirectory())
        self.copy: Copy = self.run(self.stack.enter_async_context(self._opened()))
        self.upstream = Upstream(self.copy.home.sandbox, self.copy.home.clock)
        self.delivered = 0

    @contextlib.asynccontextmanager
    async def _opened(self) -> Any:
        url = type(self).url or f"sqlite:///{self.folder}/replica.db"
        async with copied(url, Path(self.folder), listings=2, seed=3) as copy:
            hooks = copy.home.app.hostaway.webhooks
            await hooks.create({"url": "https://mcp.example.com/webhooks/hostaway/x"})
            copy.home.sandbox.deliveries.clear()
            yield copy

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @property
    def clock(self) -> Any:
        return self.copy.home.clock

    async def store(self) -> Store:
        """That of the process, which is another one after a restart."""
        return await self.copy.home.app.replica.store()

    @initialize(filled=st.sampled_from((True, True, True, False)))
    def there_may_be_a_replica(self, filled: bool) -> None:
        """Most begin with a whole one, or few answers would be from it."""
        if filled:
            self.run(self._sync())

    # Upstream.

    @rule(seed=DICE)
    def something_happens(self, seed: int) -> None:
        self.upstream.happen(Random(seed))

    @rule(seed=DICE)
    def something_more_happens(self, seed: int) -> None:
        self.upstream.happen(Random(seed))

    @rule(seconds=st.sampled_from(PAUSES))
    def time_passes(self, seconds: float) -> None:
        self.run(self.clock.sleep(seconds))

    # Deliveries.

    @rule(seed=DICE)
    def a_delivery_comes(self, seed: int) -> None:
        """Any of those sent so far, the latest rather: so some come twice, late or never."""
        sent = self.copy.home.sandbox.deliveries
        if sent:
            dice = Random(seed)
            body = dice.choice(sent[-5:] if dice.random() < 0.8 else sent).body
            self.run(self._deliver(body))

    @rule()
    def deliveries_are_worked_off(self) -> None:
        self.run(self._work())

    async def _deliver(self, body: dict[str, Any]) -> None:
        await keep_delivery(await self.store(), body, at=self.clock.now())

    async def _work(self) -> None:
        await (await self.copy.home.app.replica.deliveries()).run_once()

    # Reconciling, whole or stopped.

    @rule()
    def a_sync_runs(self) -> None:
        self.run(self._sync())

    @rule(seed=DICE)
    def a_sync_runs_while_things_happen(self, seed: int) -> None:
        self.run(self._sync_amid(Random(seed)))

    @rule(seed=DICE)
    def a_sync_is_stopped_in_the_middle(self, seed: int) -> None:
        self.run(self._stop(Random(seed)))
        if seed % 2:
            self.run(self.clock.sleep(LEASE_SECONDS + 1))

    @rule()
    def the_process_starts_again(self) -> None:
        self.run(self.copy.home.app.replica.aclose())

    async def _sync(self) -> Summary:
        return await (await self.copy.home.app.replica.sync()).run()

    async def _sync_amid(self, dice: Random) -> None:
        running = asyncio.ensure_future(self._sync())
        requests = self.copy.home.sandbox.requests
        next_at = len(requests) + dice.randint(1, 4)
        while not running.done():
            if len(requests) >= next_at:
                self.upstream.happen(dice)
                next_at = len(requests) + dice.randint(1, 12)
            await self.clock.sleep(0.01)
        await running

    async def _stop(self, dice: Random) -> None:
        running = asyncio.ensure_future(self._sync())
        requests = self.copy.home.sandbox.requests
        stop_at = len(requests) + dice.randint(1, 20)
        while not running.done() and len(requests) < stop_at:
            await self.clock.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    # Questions.

    @rule(days=st.sampled_from((1, 7, 30)))
    def who_comes_is_asked(self, days: int) -> None:
        self.run(self._ask_for_stays(days))

    @rule(seed=DICE)
    def a_calendar_is_asked_for(self, seed: int) -> None:
        self.run(self._ask_for_days(Random(seed)))

    async def _ask_for_stays(self, days: int) -> None:
        first, last = self.upstream.first_day, self.upstream.first_day + timedelta(days=days)
        await self.clock.sleep(0.01)
        answer = await self._ask(
            "find_reservations", by="arrival", from_=str(first), to=str(last), status_class=CLASSES, limit=100
        )
        if answer.get("next_cursor"):
            return
        shown = {
            row["reservation_id"]: (row["status"], row["arrival"], row["departure"])
            for row in answer["reservations"]
        }
        past = [
            {number: _written(stay) for number, stay in moment.stays.items()}
            for moment in self.upstream.since(datetime.fromisoformat(answer["as_of"]))
        ]
        for number in {number for moment in past for number in moment} | set(shown):
            versions = [moment.get(number) for moment in past]
            allowed = {stay if stay and str(first) <= stay[1] <= str(last) else None for stay in versions}
            # What is deleted is found within a day.
            deleted = None in versions
            assert shown.get(number) in allowed or deleted, (number, shown.get(number), versions)

    async def _ask_for_days(self, dice: Random) -> None:
        listing_id = dice.choice(list(self.upstream.world.listings))
        first = self.upstream.first_day + timedelta(days=dice.randint(1, 20))
        last = min(first + timedelta(days=10), self.upstream.first_day + timedelta(days=AROUND_DAYS))
        await self.clock.sleep(0.01)
        answer = await self._ask("get_calendar", listing=listing_id, from_=str(first), to=str(last))
        past = list(self.upstream.since(datetime.fromisoformat(answer["as_of"])))
        for run in answer["calendars"][0]["runs"]:
            day = date.fromisoformat(run["from"])
            while day <= date.fromisoformat(run["to"]):
                versions = {m.days.get((listing_id, day), ("", 0, None))[0] for m in past}
                assert run["status"] in versions, (day, run, versions)
                day += timedelta(days=1)

    async def _ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.copy.home.ask(tool, **arguments)).json
        self.tally[answer["source"]] += 1
        return answer

    @invariant()
    def count(self) -> None:
        self.tally["steps"] += 1

    # The end.

    def teardown(self) -> None:
        try:
            self.run(self._end())
        finally:
            self.run(self.stack.aclose())
            self.run(self.loop.shutdown_default_executor())
            self.loop.close()

    async def _end(self) -> None:
        """Everything comes to rest; a day later the replica is what Hostaway has."""
        for _ in range(2 * ATTEMPTS):
            await self._work()
            await self.clock.sleep(PAUSE_SECONDS * 2**ATTEMPTS)
        for _ in range(2):
            await self.clock.sleep(A_DAY + 60)
            summary = await self._sync()
            assert summary.complete, (summary.failed, summary.elsewhere)
        home = self.copy.home
        await assert_same(home.app.hostaway, self.copy.store, home.sandbox.world)


def _written(stay: tuple[str, date, date]) -> tuple[str, str, str]:
    return stay[0], str(stay[1]), str(stay[2])


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE_LIMIT", SMALL_PAGE)
    for name in ("walk_changes", "walk_recent"):
        walk = getattr(reservations, name)
        monkeypatch.setattr(reservations, name, _with_pages(walk))


def _with_pages(walk: Any) -> Any:
    def small(*args: Any, **named: Any) -> Any:
        return walk(*args, **named, limit=SMALL_PAGE)

    return small


BOUNDS: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "report_multiple_bugs": False,
    "suppress_health_check": list(HealthCheck),
}


def _run(url: str, *, number: int, examples: int, steps: int) -> Counter[str]:
    """Runs the machine with a seed of this number; gives what it did."""
    tally: Counter[str] = Counter()
    machine = type("Truth", (Truth,), {"url": "" if url.startswith("sqlite") else url, "tally": tally})
    bounds = settings(max_examples=examples, stateful_step_count=steps, **BOUNDS)
    with sqlite_at_once():
        run_state_machine_as_test(seed(number)(machine), settings=bounds)
    return tally


def test_the_replica_follows_hostaway(url: str) -> None:
    """A hundred steps."""
    tally = _run(url, number=0, examples=2, steps=50)
    assert tally["steps"] >= 100


@pytest.mark.long
@pytest.mark.parametrize("number", range(1, 8))
def test_the_replica_follows_hostaway_for_20_000_steps(
    url: str, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    3,000 steps with each of seven seeds; most answers are from the replica, or nothing would be shown of it.
    """
    began = time.process_time()
    tally = _run(url, number=number, examples=15, steps=300)
    with capsys.disabled():
        print(f"\nseed {number}: {time.process_time() - began:.0f} s of work, {dict(tally)}")  # noqa: T201
    assert tally["steps"] >= 3_000
    assert tally["replica"] > tally["live"]
