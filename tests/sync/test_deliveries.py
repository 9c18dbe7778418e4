"""Whatever deliveries come, how often and in which order: the store ends as Hostaway is."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hostaway_mcp.errors import CredentialsError, RateLimitedError, UnreachableError
from hostaway_mcp.models.conversations import Conversation
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.store.deliveries import ATTEMPTS
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.deliveries import FRONT_ROWS, KEPT, PAUSE_SECONDS, DeliveryWorker, keep_delivery
from tests.sync.conftest import Copies, Copy

OFFSET = 30_000_000
"""A conversation of the sandbox has its reservation's number and this."""


def worker(copy: Copy, store: Store | None = None) -> DeliveryWorker:
    return DeliveryWorker(copy.home.app.hostaway, store or copy.store, clock=copy.home.clock)


async def listen(copy: Copy) -> None:
    """Has the sandbox write down what it would send."""
    await copy.home.app.hostaway.webhooks.create({"url": "https://mcp.example.com/webhooks/hostaway/x"})
    copy.home.sandbox.deliveries.clear()


def sent(copy: Copy) -> list[dict[str, Any]]:
    """The bodies so far."""
    return [delivery.body for delivery in copy.home.sandbox.deliveries]


async def come(copy: Copy, *bodies: dict[str, Any]) -> list[bool]:
    """They arrive."""
    return [await keep_delivery(copy.store, body, at=copy.home.clock.now()) for body in bodies]


async def until_quiet(copy: Copy) -> None:
    """Works off everything, however often it has to be tried."""
    while await copy.store.deliveries.waiting(1):
        await worker(copy).run_once()
        copy.home.clock.advance(PAUSE_SECONDS)


def talkative(copy: Copy, count: int = 3) -> list[int]:
    """Reservations with a conversation."""
    world = copy.home.sandbox.world
    return [number for number in sorted(world.stays) if number + OFFSET in world.conversations][:count]


async def stays_here(copy: Copy) -> dict[int, Reservation]:
    return {kept.row.id: kept.row for kept in await copy.store.reservations.all()}


async def stays_there(copy: Copy) -> dict[int, Reservation]:
    """Every reservation as a list has it now."""
    found: dict[int, Reservation] = {}
    after: int | None = None
    while True:
        page = await copy.home.app.hostaway.reservations.find(
            after_id=after, include_resources=True, include_payments=True
        )
        if not page.rows:
            return found
        found |= {row.id: row for row in page.rows}
        after = page.rows[-1].id


def without_activity(stay: Reservation) -> Reservation:
    """A message moves the activity of its stay, and is no change of the stay."""
    return stay.model_copy(update={"latest_activity_on": None})


async def assert_same(copy: Copy, stays: set[int]) -> None:
    """These stays, their conversations and messages are here what they are there."""
    here, there = await stays_here(copy), await stays_there(copy)
    for number in stays:
        assert (number in here) == (number in there)
        if number in there:
            assert without_activity(here[number]) == without_activity(there[number])
    for thread in await copy.store.conversations.all():
        page = await copy.home.app.hostaway.conversations.find(
            reservation_id=thread.row.reservation_id, include_resources=True
        )
        assert plain(thread.row) == plain(page.rows[0])
        messages = await copy.home.app.hostaway.conversations.find_messages(thread.row.id)
        kept = {one.row.id: one.row for one in await copy.store.messages.of(thread.row.id)}
        assert kept == {row.id: row for row in messages.rows}


def plain(thread: Conversation) -> Conversation:
    """Without the stay that is sent with it, which changes on its own."""
    return thread.model_copy(update={"reservation": None})


CHANGES = st.one_of(
    st.tuples(st.just("touch"), st.integers(0, 2), st.sampled_from(["a", "b", "c"])),
    st.tuples(st.just("write"), st.integers(0, 2), st.sampled_from(["hello", "and?"])),
    st.tuples(st.just("book"), st.integers(1, 200), st.just("")),
    st.tuples(st.just("wait"), st.integers(0, 3), st.just("")),
    st.tuples(st.just("deliver"), st.integers(0, 30), st.just("")),
    st.tuples(st.just("work"), st.just(0), st.just("")),
)


STEPS = st.lists(CHANGES, min_size=4, max_size=16)
DICE = st.randoms(use_true_random=False)
BOUNDS: dict[str, Any] = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    # The file of the store is the same for each, and emptied at its beginning.
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@settings(max_examples=10, **BOUNDS)
@given(steps=STEPS, dice=DICE)
async def test_any_order_and_number_of_deliveries_ends_the_same(
    copies: Copies, steps: list[tuple[str, int, str]], dice: Any
) -> None:
    """Order is not guaranteed, and one change may be delivered more than once (reference, introduction)."""
    await _ends_the_same(copies, steps, dice)


@pytest.mark.long
@settings(max_examples=200, **BOUNDS)
@given(steps=STEPS, dice=DICE)
async def test_many_orders_end_the_same(copies: Copies, steps: list[tuple[str, int, str]], dice: Any) -> None:
    """The same, for as long as it takes."""
    await _ends_the_same(copies, steps, dice)


async def _ends_the_same(copies: Copies, steps: list[tuple[str, int, str]], dice: Any) -> None:
    async with copies(listings=3) as copy:
        await copy.store.forget_account()
        await listen(copy)
        for step in steps:
            await _step(copy, *step)
        # In the end each came at least once, some more often, none in its order.
        bodies = sent(copy) + [body for body in sent(copy) if dice.random() < 0.5]
        dice.shuffle(bodies)
        for body in bodies:
            await come(copy, body)
            if dice.random() < 0.3:
                await worker(copy).run_once()
        await until_quiet(copy)
        assert (await copy.store.deliveries.count()).get("failed", 0) == 0
        named = {_stay_of(body) for body in bodies}
        assert named <= set(await stays_here(copy))
        await assert_same(copy, named)


def _stay_of(body: dict[str, Any]) -> int:
    # `reservationId` of a reservation is the channel's name for it.
    number: int = body["data"]["id" if body["object"] == "reservation" else "reservationId"]
    return number


async def _step(copy: Copy, what: str, number: int, text: str) -> None:
    world = copy.home.sandbox.world
    if what == "touch":
        world.touch_reservation(talkative(copy)[number], hostNote=text)
    elif what == "write":
        world.receive_message(talkative(copy)[number], text)
    elif what == "book":
        day = copy.home.clock.now().date().replace(year=2027)
        world.add_reservation(next(iter(world.listings)), day, day.replace(year=2028), adults=number)
    elif what == "wait":
        copy.home.clock.advance(number)
    elif what == "deliver" and sent(copy):
        await come(copy, sent(copy)[number % len(sent(copy))])
    elif what == "work":
        await worker(copy).run_once()


async def test_a_change_costs_one_call_and_is_in_the_log(copies: Copies) -> None:
    """Ten deliveries of one stay are one reading, in the form in which sync reads it."""
    async with copies(listings=3) as copy:
        await copy.sync().run()
        await listen(copy)
        number = talkative(copy)[0]
        for note in "abcdefghij":
            copy.home.clock.advance(1)
            copy.home.sandbox.world.touch_reservation(number, hostNote=note)
        await come(copy, *sent(copy))
        before, asked = await copy.store.changes.last(), len(copy.home.upstream)
        worked = await worker(copy).run_once()
        assert (worked.done, worked.failed, len(copy.home.upstream) - asked) == (10, 0, 1)
        changes = await copy.store.changes.since(before)
        assert [(one.noun, one.row_id) for one in changes] == [("reservations", number)]
        assert (await stays_here(copy))[number].host_note == "j"
        # The next sync reads the same form, and finds nothing new.
        copy.home.clock.advance(600)
        await copy.sync().run()
        again = await copy.store.changes.since(changes[-1].seq, nouns=["reservations"])
        assert not [one for one in again if one.row_id == number]


async def test_a_stay_that_is_not_at_the_front_is_read_in_the_same_form(copies: Copies) -> None:
    """A late delivery: many others have changed since."""
    async with copies(listings=3) as copy:
        await listen(copy)
        world = copy.home.sandbox.world
        first, *others = talkative(copy, FRONT_ROWS + 5)
        world.touch_reservation(first, hostNote="old")
        (body,) = sent(copy)
        for number in others:
            copy.home.clock.advance(1)
            world.touch_reservation(number, hostNote="new")
        await come(copy, body)
        assert (await worker(copy).run_once()).done == 1
        await assert_same(copy, {first})


async def test_a_message_brings_its_conversation_and_its_unknown_stay(copies: Copies) -> None:
    async with copies(listings=3) as copy:
        await listen(copy)
        number = talkative(copy)[0]
        for text in ("one", "two", "three"):
            copy.home.sandbox.world.receive_message(number, text)
        await come(copy, *sent(copy))
        assert (await worker(copy).run_once()).done == 3
        bodies = [kept.row.body for kept in await copy.store.messages.of(number + OFFSET)]
        assert bodies[-3:] == ["one", "two", "three"]
        assert number in await stays_here(copy)
        await assert_same(copy, {number})


@pytest.mark.parametrize("named", [{"conversationId"}, {"reservationId"}])
async def test_a_message_may_name_either_parent(copies: Copies, named: set[str]) -> None:
    """Some fields may be missing at first (the vendor's help, article 360009022653)."""
    async with copies(listings=3) as copy:
        await listen(copy)
        number = talkative(copy)[0]
        copy.home.sandbox.world.receive_message(number, "hello")
        (body,) = sent(copy)
        bare = {key: value for key, value in body["data"].items() if key in named | {"id"}}
        await come(copy, {"event": "message.received", "data": bare})
        assert (await worker(copy).run_once()).done == 1
        assert len(await copy.store.messages.of(number + OFFSET)) > 0


async def test_a_deleted_stay_goes(copies: Copies) -> None:
    async with copies(listings=3) as copy:
        await copy.sync().run()
        await listen(copy)
        number = talkative(copy)[0]
        copy.home.sandbox.world.touch_reservation(number, hostNote="x")
        copy.home.sandbox.world.remove_reservation(number)
        await come(copy, *sent(copy))
        assert (await worker(copy).run_once()).done == 1
        assert number not in await stays_here(copy)


@pytest.mark.parametrize(
    "body",
    [
        {"event": "listing.updated", "object": "listing", "data": {"id": 1}},
        {"event": "reservation.updated", "data": "gone"},
        {"event": "reservation.updated", "object": "reservation", "data": {"id": "x" * 50}},
        {"event": "message.received", "object": "conversationMessage", "data": {"id": 1}},
        {"object": {"a": 1}, "event": 5, "data": [1]},
        {},
    ],
)
async def test_what_says_nothing_that_we_know_is_done(copies: Copies, body: dict[str, Any]) -> None:
    """No call, no error, and nothing waits for ever."""
    async with copies(listings=3) as copy:
        await come(copy, body)
        assert (await worker(copy).run_once()).done == 1
        assert copy.home.upstream == []
        assert await copy.store.deliveries.count() == {"done": 1}


async def test_a_new_event_about_a_stay_is_understood(copies: Copies) -> None:
    """More may come (reference, "Unified webhooks")."""
    async with copies(listings=3) as copy:
        number = talkative(copy)[0]
        await come(copy, {"event": "stay.moved", "object": "reservation", "data": {"id": str(number)}})
        assert (await worker(copy).run_once()).done == 1
        assert number in await stays_here(copy)


async def test_what_hostaway_does_not_have_is_given_up_after_some_attempts(copies: Copies) -> None:
    """It may come a little later than its delivery; each pause is twice as long."""
    async with copies(listings=3) as copy:
        await come(copy, {"event": "reservation.created", "object": "reservation", "data": {"id": 4}})
        attempts = []
        for second in range(1_200):
            if (await worker(copy).run_once()).failed:
                attempts.append(second)
            copy.home.clock.advance(1)
        pauses = [later - earlier for earlier, later in itertools.pairwise(attempts)]
        assert len(attempts) == ATTEMPTS
        assert [round(pause / PAUSE_SECONDS) for pause in pauses] == [1, 2, 4, 8]
        assert await copy.store.deliveries.count() == {"failed": 1}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "rate_limited"}, RateLimitedError),
        ({"kind": "status", "status": 403}, None),
        ({"kind": "status", "status": 500}, None),
        ({"kind": "html"}, None),
    ],
    ids=["429", "403", "500", "html"],
)
async def test_a_failure_at_hostaway_leaves_it_waiting(
    copies: Copies, fault: dict[str, Any], error: type[Exception] | None
) -> None:
    """A limit is nobody's fault and counts as no attempt; the rest is tried again later."""
    async with copies(listings=3) as copy:
        await listen(copy)
        number = talkative(copy)[0]
        copy.home.sandbox.world.touch_reservation(number, hostNote="x")
        await come(copy, *sent(copy))
        kind = fault["kind"]
        about = {name: value for name, value in fault.items() if name != "kind"}
        copy.home.sandbox.faults.add(kind, path="/v1/reservations*", times=None, **about)
        if error:
            with pytest.raises(error):
                await worker(copy).run_once()
        else:
            assert (await worker(copy).run_once()).failed == 1
        (waiting,) = await copy.store.deliveries.waiting()
        assert waiting.attempts == (0 if error else 1)
        copy.home.sandbox.faults.clear()
        await until_quiet(copy)
        assert (await stays_here(copy))[number].host_note == "x"


async def test_wrong_credentials_leave_everything_waiting(copies: Copies) -> None:
    async with copies(listings=3) as copy:
        await come(copy, {"object": "reservation", "data": {"id": 4}})
        copy.home.sandbox.delete_credentials()
        with pytest.raises(CredentialsError):
            await worker(copy).run_once()
        assert [one.attempts for one in await copy.store.deliveries.waiting()] == [0]


async def test_only_one_of_two_processes_works(copies: Copies) -> None:
    """The other finds nothing left; nothing is read twice."""
    async with copies(listings=3) as copy:
        await listen(copy)
        for number in talkative(copy, 8):
            copy.home.sandbox.world.touch_reservation(number, hostNote="x")
        await come(copy, *sent(copy))
        account = copy.store.account_id
        async with await Store.open(copy.url, account_id=account, clock=copy.home.clock) as store:
            worked = await asyncio.gather(worker(copy).run_once(), worker(copy, store).run_once())
        assert sum(one.done for one in worked) == 8
        assert sum(path.startswith("/v1/reservations") for path in copy.home.upstream) == 1


async def test_it_goes_on_after_whatever_happens(copies: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop that must not die: no way to Hostaway, then a defect, then all is well."""
    async with copies(listings=3) as copy:
        await listen(copy)
        number = talkative(copy)[0]
        copy.home.sandbox.world.touch_reservation(number, hostNote="x")
        await come(copy, *sent(copy))
        errors: list[Exception] = [UnreachableError("No."), ZeroDivisionError()]
        reservations = copy.home.app.hostaway.reservations
        find = reservations.find

        async def failing(**wanted: Any) -> Any:
            if errors:
                raise errors.pop(0)
            return await find(**wanted)

        monkeypatch.setattr(reservations, "find", failing)
        task = asyncio.create_task(worker(copy).keep())
        while await copy.store.deliveries.waiting(1):
            await copy.home.clock.sleep(1)
        copy.home.clock.advance(KEPT.total_seconds() + 4_000)
        await copy.home.clock.sleep(60)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not errors
        assert (await stays_here(copy))[number].host_note == "x"


async def test_a_kill_in_the_middle_loses_nothing(copies: Copies) -> None:
    """What was not marked as done is read again by whoever comes next, when the lease is over."""
    async with copies(listings=3) as copy:
        await listen(copy)
        number = talkative(copy)[0]
        copy.home.sandbox.world.touch_reservation(number, hostNote="x")
        await come(copy, *sent(copy))
        copy.home.sandbox.faults.add("hang", path="/v1/reservations*", times=1, seconds=3_600)
        task = asyncio.create_task(worker(copy).run_once())
        while not copy.home.upstream:
            await copy.home.clock.sleep(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(await copy.store.deliveries.waiting()) == 1
        copy.home.sandbox.faults.clear()
        await until_quiet(copy)
        assert (await stays_here(copy))[number].host_note == "x"
