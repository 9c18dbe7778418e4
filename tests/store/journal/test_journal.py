"""What the journal promises: nothing is taken twice, nothing decided twice, nothing seen by others."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hostaway_mcp.errors import StorageError
from hostaway_mcp.store.journal.chain import KEY_FILE
from hostaway_mcp.store.journal.journal import Journal
from hostaway_mcp.store.journal.records import Entry, ProposalState, Step, StepBody, StepState
from tests.store.journal.conftest import Opener
from tests.support.clock import FakeClock

MINUTE = timedelta(minutes=1)


def step(n: int = 1, **values: object) -> Step:
    """A step that writes to a guest."""
    body = StepBody(
        what="Blue Cottage",
        before={},
        after={"text": "The code is 4711."},
        operation="sendConversationMessage",
        path={"conversationId": 9},
        body={"body": "The code is 4711.", "communicationType": "channel"},
        rests_on={"last": 5},
        wanted={"last": 6},
    )
    return replace(Step(n=n, kind="message", body=body, reservation_id=7, conversation_id=9), **values)  # type: ignore[arg-type]


def entry(clock: FakeClock, name: str = "chg_1", *, steps: int = 1, arguments_hash: str = "same") -> Entry:
    """A proposal of some steps."""
    return Entry(
        change_id=name,
        tool="send_message",
        door="stdio",
        caller="client",
        arguments_hash=arguments_hash,
        summary="Write to Anna",
        question="Shall this be done?",
        created_at=clock.now(),
        expires_at=clock.now() + 5 * MINUTE,
        steps=tuple(step(n) for n in range(1, steps + 1)),
    )


async def kept(journal: Journal, name: str = "chg_1") -> Entry:
    found = await journal.get(name)
    assert found is not None
    return found


async def test_a_proposal_comes_back_as_it_was_kept(journal: Journal, clock: FakeClock) -> None:
    made = entry(clock, steps=3)
    made = replace(made, steps=(*made.steps, step(4, listing_id=4, reservation_id=None)))
    await journal.propose(made)
    assert await journal.get("chg_1") == made
    assert await journal.get("chg_2") is None


async def test_another_account_sees_nothing(open_journal: Opener, clock: FakeClock) -> None:
    mine, others = await open_journal("1"), await open_journal("2")
    await mine.propose(entry(clock))
    assert await others.get("chg_1") is None
    assert await others.find() == []
    assert not await others.claim(entry(clock), by="person", until=clock.now() + MINUTE)
    assert await others.forgetting.guest(reservation_ids=[7]) == 0
    await others.forgetting.account()
    assert (await kept(mine)).state is ProposalState.PENDING
    assert await mine.trail.count() == 1


async def test_of_many_who_claim_one_gets_it(open_journal: Opener, clock: FakeClock) -> None:
    """Ten callers in two processes."""
    first, second = await open_journal(), await open_journal()
    made = entry(clock)
    await first.propose(made)
    until = clock.now() + MINUTE
    claims = [one.claim(made, by=f"person {n}", until=until) for n in range(5) for one in (first, second)]
    assert sum(await asyncio.gather(*claims)) == 1
    assert (await kept(first)).state is ProposalState.APPLYING


async def test_what_is_older_than_five_minutes_is_not_claimed(journal: Journal, clock: FakeClock) -> None:
    made = entry(clock)
    await journal.propose(made)
    clock.advance(300)
    assert not await journal.claim(made, by="person", until=clock.now() + MINUTE)


async def test_a_step_is_sent_once_and_decided_once(journal: Journal, clock: FakeClock) -> None:
    made = entry(clock)
    await journal.propose(made)
    until = clock.now() + MINUTE
    assert await journal.sending(made, made.steps[0], until=until, sent_before=0)
    assert not await journal.sending(made, made.steps[0], until=until, sent_before=0)
    sent = (await kept(journal)).steps[0]
    assert (sent.state, sent.sent_at) == (StepState.SENDING, clock.now())
    assert await journal.settle(made, sent, StepState.CHECKING, "not known yet")
    assert await journal.settle(made, sent, StepState.DONE, "", result={"message_id": 6})
    assert not await journal.settle(made, sent, StepState.NOT_DONE, "too late")
    done = (await kept(journal)).steps[0]
    assert (done.state, done.result) == (StepState.DONE, {"message_id": 6})


@pytest.mark.parametrize(
    ("ends", "undone"),
    [
        ((StepState.DONE, StepState.DONE), True),
        ((StepState.DONE, StepState.NOT_DONE), False),
        ((StepState.DONE,), False),
        ((StepState.NEEDS_YOU, StepState.DONE), False),
    ],
)
async def test_what_was_taken_back_is_known_once_all_of_that_was_done(
    journal: Journal, clock: FakeClock, ends: tuple[StepState, ...], undone: bool
) -> None:
    """Of the one that it takes back, and of no other."""
    for name in ("chg_1", "chg_2"):
        await journal.propose(entry(clock, name, arguments_hash=name))
    back = replace(entry(clock, "chg_3", steps=2), undo_of="chg_1")
    await journal.propose(back)
    await journal.claim(back, by="person", until=clock.now() + MINUTE)
    for one, state in zip(back.steps, ends, strict=False):
        assert await journal.settle(back, one, state, "")
    assert (await kept(journal, "chg_1")).undone_by == ("chg_3" if undone else None)
    assert [(await kept(journal, name)).undone_by for name in ("chg_2", "chg_3")] == [None, None]


async def test_what_is_left_pauses_it_and_nothing_left_ends_it(journal: Journal, clock: FakeClock) -> None:
    made = entry(clock, steps=2)
    await journal.propose(made)
    assert await journal.claim(made, by="person", until=clock.now() + MINUTE)
    await journal.settle(made, made.steps[0], StepState.NOT_DONE, "it had changed")
    await journal.pause(made)
    paused = await kept(journal)
    assert paused.state is ProposalState.PAUSED
    assert [one.n for one in paused.left] == [2]
    assert paused.approved_at == clock.now()
    clock.advance(1)
    # Who agreed stays, and when, whoever goes on.
    assert await journal.claim(paused, by="somebody else", until=clock.now() + MINUTE)
    await journal.settle(made, made.steps[1], StepState.NOT_DONE, "it had changed")
    finished = await kept(journal)
    assert (finished.state, finished.lease_until) == (ProposalState.FINISHED, None)
    assert (finished.approved_by, finished.approved_at) == ("person", paused.approved_at)


async def test_what_is_on_its_way_is_not_let_go_of(journal: Journal, clock: FakeClock) -> None:
    """Whoever sends it will tell what became of it; that ends it, also if it is not known yet."""
    made = entry(clock)
    await journal.propose(made)
    await journal.claim(made, by="person", until=clock.now() + MINUTE)
    await journal.sending(made, made.steps[0], until=clock.now() + MINUTE, sent_before=0)
    await journal.pause(made)
    sent = await kept(journal)
    assert sent.state is ProposalState.APPLYING
    await journal.settle(sent, sent.steps[0], StepState.CHECKING, "not known yet")
    assert (await kept(journal)).state is ProposalState.FINISHED


async def test_open_are_those_that_may_have_happened_and_those_cut_off(
    journal: Journal, clock: FakeClock
) -> None:
    for name in ("chg_1", "chg_2", "chg_3"):
        await journal.propose(entry(clock, name, arguments_hash=name))
    sent, claimed = await kept(journal, "chg_1"), await kept(journal, "chg_2")
    await journal.claim(sent, by="person", until=clock.now() + MINUTE)
    await journal.sending(sent, sent.steps[0], until=clock.now() + MINUTE, sent_before=0)
    await journal.claim(claimed, by="person", until=clock.now() + MINUTE)
    assert [one.change_id for one in await journal.open_entries()] == ["chg_1"]
    clock.advance(61)
    assert {one.change_id for one in await journal.open_entries()} == {"chg_1", "chg_2"}
    under_way = await journal.under_way("chg_1")
    assert under_way is not None
    assert under_way.change_id == "chg_1"
    assert await journal.under_way("chg_2") is None
    assert await journal.count_sent("message", clock.now() - 2 * MINUTE) == 1
    assert await journal.count_sent("message", clock.now()) == 0


async def test_lists_go_on_where_they_ended(journal: Journal, clock: FakeClock) -> None:
    """Also over proposals of one instant."""
    for n in range(7):
        await journal.propose(entry(clock, f"chg_{n}"))
        if n % 2:
            clock.advance(1)
    seen: list[str] = []
    place = None
    while found := await journal.find(before=place, limit=2):
        seen += [one.change_id for one in found]
        place = (found[-1].created_at, found[-1].change_id)
    assert seen == [f"chg_{n}" for n in (6, 5, 4, 3, 2, 1, 0)]


async def test_a_guest_is_forgotten_and_the_chain_still_holds(journal: Journal, clock: FakeClock) -> None:
    """What the audit holds of a message is its length and a keyed name."""
    await journal.propose(entry(clock))
    made = await kept(journal)
    await journal.claim(made, by="person", until=clock.now() + MINUTE)
    await journal.sending(made, made.steps[0], until=clock.now() + MINUTE, sent_before=0)
    assert await journal.forgetting.guest(reservation_ids=[7]) == 1
    left = await kept(journal)
    assert (left.steps[0].body, left.summary, left.question) == (None, "forgotten", "")
    records = await journal.trail.last(10)
    assert [one["event"] for one in records] == ["proposed", "applying", "sending"]
    assert records[2]["body"]["communicationType"] == "channel"
    assert "4711" not in json.dumps(records)
    assert (await journal.trail.verify()).breaks == ()


async def test_old_proposals_go_and_open_ones_stay(journal: Journal, clock: FakeClock) -> None:
    await journal.propose(entry(clock, "chg_old"))
    await journal.propose(entry(clock, "chg_open"))
    sent = await kept(journal, "chg_open")
    await journal.sending(sent, sent.steps[0], until=clock.now() + MINUTE, sent_before=0)
    clock.advance(60)
    await journal.propose(entry(clock, "chg_new"))
    assert await journal.forgetting.older(clock.now()) == 1
    assert {one.change_id for one in await journal.find()} == {"chg_open", "chg_new"}
    assert (await journal.trail.verify()).records == 4


async def test_what_cannot_be_audited_does_not_happen(journal: Journal, clock: FakeClock) -> None:
    """The record is part of the same transaction."""
    made = entry(clock)
    await journal.propose(made)

    def broken(*_: object, **__: object) -> None:
        raise StorageError("The disk of the store is full.")

    journal.trail.append = broken  # type: ignore[method-assign, assignment]
    with pytest.raises(StorageError):
        await journal.claim(made, by="person", until=clock.now() + MINUTE)
    assert (await kept(journal)).state is ProposalState.PENDING


async def test_nothing_is_sent_on_what_another_has_changed_since(journal: Journal, clock: FakeClock) -> None:
    """Two proposals about one thread, both looked at before either was sent: the second looks again."""
    for name in ("chg_1", "chg_2"):
        await journal.propose(entry(clock, name))
    first, second = await kept(journal, "chg_1"), await kept(journal, "chg_2")
    before, until = await journal.sent_there(second.steps[0]), clock.now() + MINUTE
    assert await journal.sending(first, first.steps[0], until=until, sent_before=before)
    # On its way; and done, which the second has not seen.
    assert not await journal.sending(second, second.steps[0], until=until, sent_before=before)
    await journal.settle(first, (await kept(journal)).steps[0], StepState.DONE, "")
    assert not await journal.sending(second, second.steps[0], until=until, sent_before=before)
    assert (await kept(journal, "chg_2")).steps[0].state is StepState.WAITING
    again = await journal.sent_there(second.steps[0])
    assert await journal.sending(second, second.steps[0], until=until, sent_before=again)


async def test_a_single_step_is_claimed_as_it_is_sent_or_not_at_all(
    journal: Journal, clock: FakeClock
) -> None:
    """Both are in the audit, one behind the other; what is refused leaves the proposal as it was."""
    made, until = entry(clock), clock.now() + MINUTE
    await journal.propose(made)
    sent = {"until": until, "by": "person"}
    assert not await journal.sending(made, made.steps[0], sent_before=1, **sent)  # type: ignore[arg-type]
    assert (await kept(journal)) == made
    assert await journal.sending(made, made.steps[0], sent_before=0, **sent)  # type: ignore[arg-type]
    now = await kept(journal)
    assert (now.state, now.approved_by, now.lease_until) == (ProposalState.APPLYING, "person", until)
    assert now.steps[0].state is StepState.SENDING
    assert [one["event"] for one in await journal.trail.last(9)] == ["proposed", "applying", "sending"]
    assert (await journal.trail.verify()).breaks == ()
    clock.advance(600)
    late = replace(entry(clock, "chg_2"), expires_at=clock.now())
    await journal.propose(late)
    assert not await journal.sending(late, step(reservation_id=8), sent_before=0, **sent)  # type: ignore[arg-type]
    assert (await kept(journal, "chg_2")).state is ProposalState.PENDING


async def test_records_without_the_key_that_proves_them_are_not_added_to(
    open_journal: Opener, journal_url: str, clock: FakeClock, tmp_path: Path
) -> None:
    """A file is one machine's, and so is its key; a database has records of several, each with its own."""
    journal = await open_journal()
    (tmp_path / KEY_FILE).unlink()
    await open_journal()
    await journal.propose(entry(clock))
    (tmp_path / KEY_FILE).unlink()
    if journal_url.startswith("sqlite"):
        with pytest.raises(StorageError, match=r"The audit's key in audit\.key cannot be used"):
            await open_journal()
        assert not (tmp_path / KEY_FILE).exists()
    else:
        await open_journal()
        assert (tmp_path / KEY_FILE).exists()
