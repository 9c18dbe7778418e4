"""What the journal forgets, and what of others it leaves alone."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hostaway_mcp.store.journal import trail
from hostaway_mcp.store.journal.journal import Journal
from hostaway_mcp.store.journal.records import Entry, ProposalState, StepState
from tests.store.journal.conftest import Opener
from tests.store.journal.test_journal import MINUTE, entry, kept, step
from tests.support.clock import FakeClock


def about(clock: FakeClock, name: str, **place: Any) -> Entry:
    """A proposal of one step with a place, a kind or a state of its own."""
    return replace(entry(clock, name, arguments_hash=name), steps=(step(**place),))


async def two(open_journal: Opener) -> tuple[Journal, Journal]:
    """Of two accounts that no other test has."""
    own = secrets.token_hex(4)
    return await open_journal(f"{own}-1"), await open_journal(f"{own}-2")


async def forgotten(journal: Journal) -> set[str]:
    """The names of those that were emptied."""
    found = await journal.find()
    for one in found:
        emptied = one.summary == "forgotten"
        assert emptied == (one.steps[0].body is None) == (one.question == ""), one
    return {one.change_id for one in found if one.summary == "forgotten"}


async def test_only_what_is_about_a_guest_is_emptied(journal: Journal, clock: FakeClock) -> None:
    """By the stay, by the thread, by words; each is counted once."""
    await journal.propose(about(clock, "stay", reservation_id=1, conversation_id=None))
    await journal.propose(about(clock, "thread", reservation_id=None, conversation_id=2))
    await journal.propose(replace(about(clock, "words", reservation_id=8), summary="Book for Zoë"))
    await journal.propose(about(clock, "other", reservation_id=8, conversation_id=9))
    count = await journal.forgetting.guest(
        reservation_ids=[1], conversation_ids=[2], named_in=lambda words: "Zoë" in words
    )
    assert (count, await forgotten(journal)) == (3, {"stay", "thread", "words"})
    assert await journal.forgetting.guest(reservation_ids=[1], conversation_ids=[2]) == 0


async def test_what_is_written_of_a_proposal_is_its_row_and_the_requests_of_its_steps(
    journal: Journal, clock: FakeClock
) -> None:
    await journal.propose(entry(clock, steps=2))
    words = [one async for one in journal.forgetting.words()]
    assert [name for name, _ in words] == ["chg_1"] * 3
    assert "Write to Anna\nShall this be done?\n" in words[0][1]
    assert all("The code is 4711." in said and "None" not in said for _, said in words[1:])


async def test_words_of_old_messages_go_once_it_is_known_what_became_of_them(
    journal: Journal, clock: FakeClock
) -> None:
    """Not those that may be on their way, not calendars, not what is newer."""
    for name, kind in (("old", "message"), ("open", "message"), ("calendar", "calendar")):
        await journal.propose(about(clock, name, kind=kind, conversation_id=len(name)))
    sent = await kept(journal, "open")
    assert await journal.sending(sent, sent.steps[0], until=clock.now() + MINUTE, sent_before=0)
    clock.advance(60)
    await journal.propose(about(clock, "new"))
    assert await journal.forgetting.messages(clock.now()) == 1
    assert await forgotten(journal) == {"old"}
    assert await journal.forgetting.messages(clock.now()) == 0


async def test_nothing_of_another_account_is_forgotten(open_journal: Opener, clock: FakeClock) -> None:
    """Proposals of the same name, of which one account's is on its way."""
    mine, others = await two(open_journal)
    for one in (mine, others):
        await one.propose(entry(clock))
    theirs = await kept(others)
    await others.sending(theirs, theirs.steps[0], until=clock.now() + MINUTE, sent_before=0)
    clock.advance(60)
    assert await mine.forgetting.messages(clock.now()) == 1
    assert await mine.forgetting.older(clock.now()) == 1
    assert await mine.find() == []
    assert (await kept(others)).steps[0].body is not None
    assert await others.count_open() == 1


async def test_alone_is_who_has_all_the_rows(
    open_journal: Opener, clock: FakeClock, journal_url: str
) -> None:
    mine, others = await two(open_journal)
    await mine.propose(entry(clock))
    if journal_url.startswith("sqlite"):
        assert await mine.forgetting.is_alone()
    await others.propose(entry(clock))
    assert not await mine.forgetting.is_alone()
    await others.forgetting.account()
    if journal_url.startswith("sqlite"):
        assert await mine.forgetting.is_alone()


async def test_the_database_is_written_anew_and_keeps_the_rest(journal: Journal, clock: FakeClock) -> None:
    made = entry(clock)
    await journal.propose(made)
    assert await journal.forgetting.compact()
    assert await kept(journal) == made


# -- the audit beside it --


async def test_a_record_says_who_did_what_when(journal: Journal, clock: FakeClock) -> None:
    made = entry(clock)
    assert await journal.trail.count() == 0
    await journal.propose(made)
    await journal.claim(made, by="person", until=clock.now() + MINUTE)
    proposed, applying = await journal.trail.last(9)
    common = {
        "at": clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "change": "chg_1",
        "tool": "send_message",
        "door": "stdio",
        "caller": "client",
    }
    added = ("account", "key", "seq")
    assert {k: v for k, v in proposed.items() if k not in added} == common | {"event": "proposed", "steps": 1}
    assert {k: v for k, v in applying.items() if k not in added} == (
        common | {"event": "applying", "approved_by": "person"}
    )
    assert [await journal.trail.last(most) for most in (1, 2)] == [[applying], [proposed, applying]]


async def test_an_account_s_links_come_in_order_however_many_there_are(
    open_journal: Opener, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some at a time, here two; the other account's are its own."""
    monkeypatch.setattr(trail, "AT_ONCE", 2)
    mine, others = await two(open_journal)
    for number in range(4):
        for one in (mine, others):
            await one.propose(entry(clock, f"chg_{number}"))
    portions = [[link.seq for link in some] async for some in mine.trail.links()]
    assert portions == [[1, 2], [3, 4], []]
    verified = await mine.trail.verify()
    assert (verified.records, verified.breaks) == (4, ())
    links = [link async for some in mine.trail.links() for link in some]
    assert (await mine.trail.verify(links[:3])).breaks != ()


async def test_the_newest_proposal_comes_first_whatever_its_name(journal: Journal, clock: FakeClock) -> None:
    for name in ("chg_b", "chg_c", "chg_a"):
        await journal.propose(entry(clock, name))
        clock.advance(1)
    assert [one.change_id for one in await journal.find()] == ["chg_a", "chg_c", "chg_b"]
    assert [one.change_id for one in await journal.find(limit=1)] == ["chg_a"]
    since = clock.now() - timedelta(seconds=2)
    assert [one.change_id for one in await journal.find(since=since)] == ["chg_a", "chg_c"]
    assert await journal.find(states=[ProposalState.APPLYING]) == []


async def test_the_earliest_of_those_sent_is_found(journal: Journal, clock: FakeClock) -> None:
    began = clock.now()
    for name in ("chg_1", "chg_2"):
        await journal.propose(about(clock, name, conversation_id=int(name[-1])))
        one = await kept(journal, name)
        await journal.sending(one, one.steps[0], until=clock.now() + MINUTE, sent_before=0)
        clock.advance(1)
    first = await journal.first_sent("message", began)
    assert first == began
    assert await journal.first_sent("message", began + timedelta(seconds=1)) == began + timedelta(seconds=1)
    assert await journal.first_sent("calendar", began) is None
    assert (await kept(journal, "chg_2")).steps[0].state is StepState.SENDING
