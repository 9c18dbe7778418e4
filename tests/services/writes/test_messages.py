"""Writing to guests, from the proposal to the thread in the sandbox."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import (
    BusyError,
    DeclinedError,
    DriftError,
    ExpiredError,
    HostawayMcpError,
    PolicyError,
    UsedError,
)
from hostaway_mcp.models.conversations import CommunicationType
from hostaway_mcp.services.writes.applying import PACE
from hostaway_mcp.services.writes.message_text import warnings_of
from tests.hostile.payloads import ORDERS, WRAPPERS
from tests.services.writes.house import Person, WritingHouse, writing
from tests.support.replica import REPLICA, synced

TEXT = "Hello Ana & family, the key box is left of the door. See you <3"
AS_HTML = "<div>Hello Ana &amp; family, the key box is left of the door.<br>See you &lt;3</div>"


def thread_of(home: WritingHouse, *, channel: int = 2018, status: str = "new") -> int:
    """The newest conversation about such a stay."""
    world = home.home.sandbox.world
    for number in sorted(world.conversations, reverse=True):
        stay = world.reservations.peek(number - 30_000_000)
        if (stay["channelId"], stay["status"]) == (channel, status):
            return number
    raise AssertionError("no such conversation")


def bodies(home: WritingHouse, thread: int) -> list[str]:
    return [one["body"] for one in home.home.sandbox.world.messages_of(thread)]


async def refusal(home: WritingHouse, tool: str, **arguments: Any) -> HostawayMcpError:
    with pytest.raises(HostawayMcpError) as refused:
        await home.call(tool, **arguments)
    return refused.value


async def test_exactly_the_text_that_was_shown_is_sent_once(tmp_path: Path) -> None:
    """By the way that was shown, which the request names. Source: Hostaway's default is e-mail."""
    async with writing(tmp_path) as home:
        thread = thread_of(home)
        before = bodies(home, thread)
        proposal = await home.propose("send_message", conversation=thread, text=TEXT, via="channel")
        assert proposal["items"][0]["after"] == {"by": "channel (airbnb)", "text": f"⟦{TEXT}⟧"}
        assert bodies(home, thread) == before

        applied = await home.apply(proposal)

        assert applied["outcome"] == "done"
        sent = home.home.sandbox.world.messages_of(thread)[-1]
        assert (sent["body"], sent["communicationType"], sent["isIncoming"]) == (TEXT, "channel", 0)
        assert applied["items"][0]["result"] == {"message_id": sent["id"], "status": "sent"}
        assert home.home.sandbox.effects.tally() == {"message sent": 1}
        assert TEXT in home.person.asked[0][1]


async def test_default_way_is_that_of_the_guest(tmp_path: Path) -> None:
    """The last incoming message's, also where it is not the booking channel's."""
    async with writing(tmp_path) as home:
        thread, world = thread_of(home), home.home.sandbox.world
        world.receive_message(thread - 30_000_000, "May I reach you here?")
        world.messages_of(thread)[-1]["communicationType"] = "whatsapp"
        proposal = await home.propose("send_message", conversation=thread, text=TEXT)
        assert proposal["items"][0]["after"]["by"] == "whatsapp"
        assert proposal["understood"]["via"] == "whatsapp, as the guest wrote last"


async def test_codes_of_a_filled_template_are_for_person_and_guest_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not for the model that proposes, nor for audit and logs."""
    caplog.set_level(logging.DEBUG, "hostaway_mcp")
    async with writing(tmp_path) as home:
        thread, world = thread_of(home), home.home.sandbox.world
        world.touch_reservation(thread - 30_000_000, doorCode="739154#")
        proposal = await home.propose("send_message", conversation=thread, template="check-in")
        applied = await home.apply(proposal)

        assert applied["outcome"] == "done"
        assert "739154#" in home.person.asked[0][1]
        assert "739154#" in bodies(home, thread)[-1]
        journal = await home.home.app.services.writes.ledger.journal()
        audited = json.dumps(await journal.trail.last(50))
        assert "text of" in audited
        for told in (proposal, applied, await home.propose("find_changes"), audited, caplog.text):
            assert "739154" not in str(told)


async def test_a_message_that_came_meanwhile_is_read_first(tmp_path: Path) -> None:
    """What a person agreed to may be the wrong answer by now."""
    async with writing(tmp_path) as home:
        thread = thread_of(home)
        proposal = await home.propose("send_message", conversation=thread, text=TEXT)
        home.home.sandbox.world.receive_message(thread - 30_000_000, "We have cancelled the flight.")
        refused = await refusal(home, "apply_change", change_id=proposal["change_id"])
        assert isinstance(refused, DriftError)
        assert "last message" in refused.message
        assert "flight" not in refused.sentence
        assert not home.home.sandbox.effects


async def test_names_of_what_has_changed_are_not_audited(tmp_path: Path) -> None:
    """The audit holds nothing that people wrote; a refusal's words name the guest."""
    async with writing(tmp_path) as home:
        thread, world = thread_of(home), home.home.sandbox.world
        world.touch_reservation(thread - 30_000_000, guestName="Marzipania Quux")
        proposal = await home.propose("send_message", conversation=thread, text=TEXT)
        world.receive_message(thread - 30_000_000, "Hello?")
        assert "Marzipania" in (await refusal(home, "apply_change", change_id=proposal["change_id"])).message
        journal = await home.home.app.services.writes.ledger.journal()
        assert "Marzipania" not in json.dumps(await journal.trail.last(50))


async def test_a_declined_message_is_not_sent(tmp_path: Path) -> None:
    """No means no, also when it is applied again."""
    async with writing(tmp_path, agrees=False) as home:
        proposal = await home.propose("send_message", conversation=thread_of(home), text=TEXT)
        for _ in range(2):
            refused = await refusal(home, "apply_change", change_id=proposal["change_id"])
            assert isinstance(refused, DeclinedError)
        assert not home.home.sandbox.effects


def _thread_in(home: WritingHouse, zone: str) -> int:
    """A thread about a home that is in this time zone."""
    thread, world = thread_of(home), home.home.sandbox.world
    world.touch_listing(world.conversations.peek(thread)["listingMapId"], timeZoneName=zone)
    return thread


async def test_nobody_is_written_to_at_night(tmp_path: Path) -> None:
    """By the listing's clock: at 12:00 UTC it is morning in one home and evening in another."""
    (tmp_path / "policy.toml").write_text('[hours]\nmessages = "12:30-23:00"\n')
    async with writing(tmp_path) as home:
        thread = _thread_in(home, "America/New_York")
        refused = await refusal(home, "send_message", conversation=thread, text=TEXT)
        assert isinstance(refused, PolicyError)
        assert "08:00 where the listing is" in refused.message
    async with writing(tmp_path) as home:
        thread = _thread_in(home, "Europe/Lisbon")
        assert (await home.propose("send_message", conversation=thread, text=TEXT))["change_id"]


async def test_a_proposal_ends_with_the_hours_in_which_guests_are_written_to(tmp_path: Path) -> None:
    """Who agrees two minutes later, when it is night there, agrees to nothing any more."""
    (tmp_path / "policy.toml").write_text('[hours]\nmessages = "08:00-13:02"\n')
    async with writing(tmp_path) as home:
        thread = _thread_in(home, "Europe/Lisbon")
        proposal = await home.propose("send_message", conversation=thread, text=TEXT)
        assert proposal["expires_at"] == "2026-07-23T12:02:00Z"
        home.home.clock.advance(120)
        refused = await refusal(home, "apply_change", change_id=proposal["change_id"])
        assert isinstance(refused, ExpiredError)
        assert not home.home.sandbox.effects


async def test_the_same_text_is_not_sent_twice_within_a_day(tmp_path: Path) -> None:
    """Also as HTML and with other blanks; a day later, or after a failure, it may be."""
    async with writing(tmp_path) as home:
        thread, world = thread_of(home), home.home.sandbox.world
        await home.apply(await home.propose("send_message", conversation=thread, text=TEXT))
        world.messages_of(thread)[-1]["body"] = f"<p>{TEXT.replace('&', '&amp;').replace('<3', '&lt;3')}</p>"
        again = {"conversation": thread, "text": TEXT.replace(", ", ",  ")}
        refused = await refusal(home, "send_message", **again)
        assert isinstance(refused, UsedError)
        assert "2026-07-23 12:00 UTC" in refused.message
        world.messages_of(thread)[-1]["status"] = "failed"
        assert (await home.propose("send_message", **again))["change_id"]
        world.messages_of(thread)[-1]["status"] = "sent"
        home.home.clock.advance(86_400)
        assert (await home.propose("send_message", **again))["change_id"]


async def test_a_scheduled_twin_is_waited_for(tmp_path: Path) -> None:
    """What Hostaway will send by itself is not sent besides."""
    async with writing(tmp_path) as home:
        home.home.sandbox.world.sending_seconds = 3_600
        thread = thread_of(home)
        applied = await home.apply(await home.propose("send_message", conversation=thread, text=TEXT))
        assert (applied["outcome"], applied["items"][0]["result"]["status"]) == ("done", "awaiting")
        assert "waits to be sent" in applied["items"][0]["says"]
        assert isinstance(await refusal(home, "send_message", conversation=thread, text=TEXT), UsedError)


async def test_a_failed_delivery_is_a_persons_to_look_at(tmp_path: Path) -> None:
    """Hostaway took it, and could not deliver it."""
    async with writing(tmp_path) as home:
        home.home.sandbox.faults.add("message_fails", operation="sendConversationMessage")
        applied = await home.apply(
            await home.propose("send_message", conversation=thread_of(home), text=TEXT)
        )
        assert applied["outcome"] == "needs_you"
        assert applied["items"][0]["result"]["status"] == "failed"
        assert home.home.sandbox.effects.tally() == {"message sent": 1}


@pytest.mark.parametrize(
    "body", [TEXT, "<div>Hello Ana &amp; family, the key box is left of the door.<br>See you &lt;3</div>"]
)
async def test_a_lost_answer_is_found_in_the_thread(tmp_path: Path, body: str) -> None:
    """Whatever markup Hostaway shows it with; nothing is sent again."""
    async with writing(tmp_path) as home:
        thread = thread_of(home)
        proposal = await home.propose("send_message", conversation=thread, text=TEXT)
        world = home.home.sandbox.world
        send = world.send_message

        def shown(conversation: int, message: dict[str, Any], *, ends: str) -> dict[str, Any]:
            return send(conversation, message | {"body": body}, ends=ends)

        world.send_message = shown  # type: ignore[method-assign]
        home.home.sandbox.faults.add("close", operation="sendConversationMessage", committed=True)
        applied = await home.apply(proposal)
        assert applied["outcome"] == "done"
        assert home.home.sandbox.effects.tally() == {"message sent": 1}


async def test_a_lost_request_is_told_as_not_done(tmp_path: Path) -> None:
    """Once a minute has passed without it in the thread, it may be proposed again."""
    async with writing(tmp_path) as home:
        home.home.sandbox.faults.add("close", operation="sendConversationMessage")
        thread = thread_of(home)
        asked = {"conversation": thread, "text": TEXT}
        proposal = await home.propose("send_message", **asked)
        assert (await home.apply(proposal))["outcome"] == "checking"
        stay = thread - 30_000_000
        refused = await refusal(home, "send_message", reservation=stay, text=TEXT)
        assert isinstance(refused, UsedError)
        await home.home.clock.sleep(61)
        (row,) = (await home.propose("find_changes"))["changes"]
        assert row["outcome"] == "not_done"
        assert (await home.apply(await home.propose("send_message", **asked)))["outcome"] == "done"
        assert home.home.sandbox.effects.tally() == {"message sent": 1}


async def test_hostaways_own_limit_is_kept_before_a_person_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proposal can be applied as soon as there is room. Source: changelog of 2026-08-20, 30 a minute."""
    assert PACE["message"] == (30, timedelta(minutes=1))
    monkeypatch.setitem(PACE, "message", (2, timedelta(minutes=1)))
    async with writing(tmp_path) as home:
        thread = thread_of(home)
        for number in range(2):
            await home.apply(await home.propose("send_message", conversation=thread, text=f"Part {number}"))
        proposal = await home.propose("send_message", conversation=thread, text="Part 2")
        refused = await refusal(home, "apply_change", change_id=proposal["change_id"])
        assert isinstance(refused, BusyError)
        assert refused.retry_after_seconds is not None
        assert 50 < refused.retry_after_seconds <= 60
        assert len(home.person.asked) == 2
        await home.home.clock.sleep(refused.retry_after_seconds + 1)
        assert (await home.apply(proposal))["outcome"] == "done"
        assert home.home.sandbox.effects.tally() == {"message sent": 3}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "either `text` or `template`"),
        ({"text": "   "}, "either `text` or `template`"),
        ({"text": "Hi", "template": "Greeting"}, "either `text` or `template`"),
        ({"text": "Dear {{guest_first_name}}, welcome"}, "{{guest_first_name}}"),
        ({"text": "Dear [Guest Name], welcome"}, "[Guest Name]"),
        ({"text": "Dear guest,\u202e welcome"}, "invisible or control"),
        ({"text": "See ⟧ there"}, "mark texts here"),
        ({"template": "Chek-in"}, "Check-in"),
        ({"text": "x" * 5_001}, "at most 5000 characters"),
        ({"text": "Hi", "via": "pigeon"}, "must be one of"),
    ],
)
async def test_what_cannot_be_sent_is_said_in_a_sentence(
    tmp_path: Path, arguments: dict[str, Any], says: str, snapshot: SnapshotAssertion
) -> None:
    """Nothing is proposed, and nothing kept."""
    async with writing(tmp_path) as home:
        refused = await refusal(home, "send_message", conversation=thread_of(home), **arguments)
        assert says in refused.sentence
        assert refused.sentence == snapshot
        assert not (await home.propose("find_changes"))["changes"]


async def test_who_has_nobody_to_write_to_is_told(tmp_path: Path) -> None:
    """Owner stays have no conversation, and about archived homes Hostaway sends nothing."""
    async with writing(tmp_path) as home:
        world = home.home.sandbox.world
        owner = next(n for n in world.reservations if world.reservations.peek(n)["status"] == "ownerStay")
        refused = await refusal(home, "send_message", reservation=owner, text=TEXT)
        assert "has no conversation" in refused.message
    async with writing(tmp_path) as home:
        thread, world = thread_of(home), home.home.sandbox.world
        world.touch_listing(world.conversations.peek(thread)["listingMapId"], specialStatus="archived")
        refused = await refusal(home, "send_message", conversation=thread, text=TEXT)
        assert "archived" in refused.message


async def test_what_a_person_should_know_is_said(tmp_path: Path) -> None:
    """A cancelled stay, what channels hold back, and another language than the guest's."""
    async with writing(tmp_path) as home:
        thread = thread_of(home, status="cancelled")
        world = home.home.sandbox.world
        world.receive_message(thread - 30_000_000, "Guten Tag, wann können wir ankommen? Vielen Dank!")
        text = "Please write to me at ana@example.com, and thank you for your patience with us."
        told = (await home.propose("send_message", conversation=thread, text=text))["warnings"]
        assert "The stay is cancelled." in told
        assert any("mail address or a phone number" in one for one in told)
        assert any('"de"' in one and '"en"' in one for one in told)
        by_mail = await home.propose("send_message", conversation=thread, text="Bis bald!", via="email")
        assert any("leaves the thread" in one for one in by_mail["warnings"])


@pytest.mark.parametrize(
    "text", ["https://pay.example/x", "www.example.org/x", "our-homes.com", "+49 151 23456789"]
)
def test_links_and_numbers_are_warned_of(text: str) -> None:
    """In a channel's thread only; dates and prices are neither."""
    assert warnings_of(f"See {text} now", CommunicationType.CHANNEL, None, ())
    assert not warnings_of(f"See {text} now", CommunicationType.EMAIL, None, ())
    assert not warnings_of(
        "From 2026-07-30 to 2026-08-02 it is 1,250.00 EUR.", CommunicationType.CHANNEL, None, ()
    )


async def test_words_of_guests_cannot_pose_as_ours(tmp_path: Path) -> None:
    """A guest's name stands fenced, in the proposal and in the question."""
    async with writing(tmp_path) as home:
        thread, world = thread_of(home), home.home.sandbox.world
        for wrapper in WRAPPERS[:6]:
            name = wrapper.format(ORDERS[0].replace("@@", "mark"))
            world.touch_reservation(thread - 30_000_000, guestName=name, guestFirstName=name)
            proposal = await home.propose("send_message", conversation=thread, text="Hello there")
            what = proposal["items"][0]["what"]
            inside = what[what.index("⟦") + 1 : what.index("⟧")]
            assert "previous instructions" not in what.replace(inside, "")
            assert what.count("⟦") == what.count("⟧") == 2


async def test_replica_learns_the_message(tmp_path: Path) -> None:
    """The next question about the thread is answered with it, without a call."""
    async with synced(tmp_path, listings=2, hostaway_mcp_writes="propose") as built:
        assert (tmp_path / REPLICA).exists()
        home = WritingHouse(built, Person())
        thread = thread_of(home)
        await home.apply(await home.propose("send_message", conversation=thread, text=TEXT))
        asked = len(built.upstream)
        shown = (await home.call("get_conversation", conversation=thread, last=1)).json
        assert shown["messages"][0]["text"] == TEXT
        assert len(built.upstream) == asked


async def test_a_proposal_costs_one_call_where_the_stay_is_known(tmp_path: Path) -> None:
    """The thread itself, which is always read live."""
    async with synced(tmp_path, listings=2, hostaway_mcp_writes="propose") as built:
        home = WritingHouse(built, Person())
        thread = thread_of(home)
        await home.propose("send_message", reservation=thread - 30_000_000, text=TEXT)
        assert built.upstream == [f"/v1/conversations/{thread}/messages"]
