"""Changing stays, from the proposal to the sandbox's own reservations."""

from __future__ import annotations

import json
import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import ChangeError, DeclinedError, DriftError, HostawayMcpError, PolicyError
from tests.hostile.payloads import ORDERS, WRAPPERS
from tests.services.writes.examples import booked
from tests.services.writes.house import Person, WritingHouse, writing
from tests.support.replica import synced

Json = dict[str, Any]
ONE_DAY = timedelta(days=1)


def stay_of(home: WritingHouse, number: int) -> Json:
    return dict(home.home.sandbox.world.reservations.peek(number))


async def change(home: WritingHouse, reservation: int | str, **changes: Any) -> Json:
    return await home.propose("update_reservation", reservation=reservation, changes=changes)


async def refusal(home: WritingHouse, tool: str, **arguments: Any) -> HostawayMcpError:
    with pytest.raises(HostawayMcpError) as refused:
        await home.call(tool, **arguments)
    return refused.value


async def test_only_what_was_shown_is_changed(tmp_path: Path) -> None:
    """A partial body; everything else of the stay is as it was."""
    async with writing(tmp_path) as home:
        number = booked(home)
        before = stay_of(home, number)
        proposal = await change(home, number, host_note="Comes late | 22:00", adults=before["adults"], pets=1)
        assert proposal["items"][0]["after"] == {"host note": "⟦Comes late / 22:00⟧", "pets": 1}
        assert (await home.apply(proposal))["outcome"] == "done"
        (effect,) = home.home.sandbox.effects
        assert effect.changes == {"hostNote": (None, "Comes late | 22:00"), "pets": (before["pets"], 1)}


async def test_custom_fields_are_merged_and_written_whole(tmp_path: Path) -> None:
    """Source: Hostaway replaces arrays whole, so what is not named would be lost."""
    async with writing(tmp_path) as home:
        number, world = booked(home), home.home.sandbox.world
        world.touch_reservation(number, customFieldValues=[{"customFieldId": 167, "value": "Car"}])
        await home.apply(await change(home, number, custom_fields={"special request": "A cot"}))
        both = [{"customFieldId": 167, "value": "Car"}, {"customFieldId": 243, "value": "A cot"}]
        assert stay_of(home, number)["customFieldValues"] == both

        proposal = await change(home, number, custom_fields={"reservation_travel": "Train"})
        world.touch_reservation(number, customFieldValues=[*both[:1], both[1] | {"value": "Two cots"}])
        assert isinstance(await refusal(home, "apply_change", change_id=proposal["change_id"]), DriftError)


async def test_a_value_that_hostaway_did_not_keep_is_a_persons_to_look_at(tmp_path: Path) -> None:
    """Source: seen in the wild; success is answered, and the custom field is as before."""
    async with writing(tmp_path) as home:
        number, world = booked(home), home.home.sandbox.world
        proposal = await change(home, number, custom_fields={"special request": "A cot"})
        touch = world.touch_reservation

        def forgetful(reservation_id: int, **fields: Any) -> Json:
            return dict(touch(reservation_id, **fields | {"customFieldValues": []}))

        world.touch_reservation = forgetful  # type: ignore[method-assign]
        assert (await home.apply(proposal))["outcome"] == "needs_you"


async def test_notes_and_fields_can_be_taken_back(tmp_path: Path) -> None:
    """From what they were, unless somebody wrote there since; dates cannot."""
    async with writing(tmp_path) as home:
        number, world = booked(home), home.home.sandbox.world
        world.touch_reservation(number, hostNote="As it was")
        done = await change(home, number, host_note="New", custom_fields={"special request": "A cot"})
        await home.apply(done)
        back = await home.propose("undo_change", change_id=done["change_id"])
        assert (await home.apply(back))["outcome"] == "done"
        stay = stay_of(home, number)
        assert (stay["hostNote"], stay["customFieldValues"]) == ("As it was", [])

        again = await change(home, number, host_note="Newer")
        await home.apply(again)
        world.touch_reservation(number, hostNote="By a colleague")
        assert isinstance(await refusal(home, "undo_change", change_id=again["change_id"]), DriftError)

        longer = await change(home, number, pets=2)
        await home.apply(longer)
        assert isinstance(await refusal(home, "undo_change", change_id=longer["change_id"]), ChangeError)


async def test_dates_move_onto_free_nights_and_leave_the_money(tmp_path: Path) -> None:
    """Whether Hostaway recalculates is not documented: the difference is shown, and nothing of it sent."""
    async with writing(tmp_path) as home:
        number = booked(home)
        before = stay_of(home, number)
        later = f"{date.fromisoformat(before['departureDate']) + ONE_DAY}"
        proposal = await change(home, number, to=later)
        assert proposal["items"][0]["before"] == {"departure": before["departureDate"]}
        (warning,) = proposal["warnings"]
        assert f"{before['totalPrice']:.2f} {before['currency']}" in warning
        assert " more." in warning
        assert (await home.apply(proposal))["outcome"] == "done"
        after = stay_of(home, number)
        assert (after["departureDate"], after["totalPrice"]) == (later, before["totalPrice"])
        assert after["financeField"] == before["financeField"]


async def test_a_night_that_was_sold_meanwhile_is_not_taken(tmp_path: Path) -> None:
    """Neither at the proposal nor, without forcing, behind it."""
    async with writing(tmp_path) as home:
        number, world = booked(home), home.home.sandbox.world
        stay = stay_of(home, number)
        last = date.fromisoformat(stay["departureDate"])
        proposal = await change(home, number, to=f"{last + ONE_DAY}")
        world.add_reservation(stay["listingMapId"], last, last + ONE_DAY, status="new", channelId=2018)
        refused = await refusal(home, "apply_change", change_id=proposal["change_id"])
        assert isinstance(refused, DriftError)
        asked = {"reservation": number, "changes": {"to": f"{last + ONE_DAY}"}}
        refused = await refusal(home, "update_reservation", **asked)
        assert f"Not free: the night {last}" in refused.message
        assert not home.home.sandbox.effects


async def test_a_channels_booking_is_warned_of(tmp_path: Path) -> None:
    """Its dates are the channel's; Hostaway's documentation names no rule."""
    async with writing(tmp_path) as home:
        number = booked(home, channel=2018)
        last = date.fromisoformat(stay_of(home, number)["departureDate"])
        (warning,) = (await change(home, number, to=f"{last + ONE_DAY}"))["warnings"]
        assert "came by airbnb" in warning


async def test_a_door_code_is_changed_and_never_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the old nor the new one: in no answer, question, audit or log."""
    caplog.set_level(logging.DEBUG, "hostaway_mcp")
    async with writing(tmp_path) as home:
        number = booked(home)
        home.home.sandbox.world.touch_reservation(number, doorCode="606060#")
        contact = {"email": "ana@example.org", "phone": "+351911222333"}
        proposal = await change(home, number, door_code="919191#", **contact)
        assert proposal["items"][0]["after"]["door code"] == "another (hidden)"
        applied = await home.apply(proposal)
        assert applied["outcome"] == "done"
        assert stay_of(home, number)["doorCode"] == "919191#"
        journal = await home.home.app.services.writes.ledger.journal()
        audited = json.dumps(await journal.trail.last(50))
        listed = await home.propose("find_changes")
        for one in (proposal, applied, listed, home.person.asked, audited, caplog.text):
            assert "606060" not in str(one)
            assert "919191" not in str(one)
        for one in (audited, caplog.text):
            assert "ana@example.org" not in one
            assert "911222333" not in one


async def test_no_means_no(tmp_path: Path) -> None:
    """And a policy that leaves the kind out says so before anybody is asked."""
    async with writing(tmp_path, agrees=False) as home:
        number = booked(home)
        proposal = await change(home, number, host_note="New")
        refused = await refusal(home, "apply_change", change_id=proposal["change_id"])
        assert isinstance(refused, DeclinedError)
        (tmp_path / "policy.toml").write_text('[allow]\nkinds = ["calendar"]\n')
        asked = {"reservation": number, "changes": {"host_note": "New"}}
        refused = await refusal(home, "update_reservation", **asked)
        assert isinstance(refused, PolicyError)
        assert not home.home.sandbox.effects


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "nothing to change"),
        ({"listing": 40160}, "another listing"),
        ({"from": "2027-01-05", "to": "2027-01-05"}, "not after arrival"),
        ({"from": "2026-07-01"}, "in the past"),
        ({"custom_fields": {"speshal request": "x"}}, "Special request"),
        ({"custom_fields": {"travels by": "Boat"}}, "Train, Car, Plane"),
        ({"email": "nobody"}, "not a mail address"),
        ({"guests": 0}, "at least 1"),
        ({"host_note": "a\u202eb"}, "invisible characters"),
    ],
)
async def test_what_cannot_be_is_said_in_a_sentence(
    tmp_path: Path, changes: Json, says: str, snapshot: SnapshotAssertion
) -> None:
    """Nothing is proposed."""
    async with writing(tmp_path) as home:
        asked = {"reservation": booked(home), "changes": changes}
        sentence = (await refusal(home, "update_reservation", **asked)).sentence
        assert says in sentence
        assert sentence == snapshot


async def test_what_is_over_is_left_alone(tmp_path: Path) -> None:
    """Cancelled stays, and stays of archived listings."""
    async with writing(tmp_path) as home:
        world, number = home.home.sandbox.world, booked(home)
        asked = {"reservation": number, "changes": {"host_note": "x"}}
        world.touch_reservation(number, status="cancelled")
        assert "is cancelled" in (await refusal(home, "update_reservation", **asked)).message
    async with writing(tmp_path) as home:
        world, number = home.home.sandbox.world, booked(home)
        world.touch_listing(stay_of(home, number)["listingMapId"], specialStatus="archived")
        assert "archived" in (await refusal(home, "update_reservation", **asked)).message


async def test_words_of_guests_stay_fenced(tmp_path: Path) -> None:
    """Their name and their note, shown as they were before."""
    async with writing(tmp_path) as home:
        number = booked(home)
        for wrapper in WRAPPERS[:6]:
            said = wrapper.format(ORDERS[0].replace("@@", "mark"))
            home.home.sandbox.world.touch_reservation(number, guestName=said, guestNote=said)
            (item,) = (await change(home, number, guest_note="Nothing"))["items"]
            for text in (item["what"], item["before"]["guest note"]):
                assert text.count("⟦") == text.count("⟧")
                for part in text.replace("⟧", "⟦").split("⟦")[::2]:
                    assert "previous instructions" not in part


async def test_replica_learns_the_change(tmp_path: Path) -> None:
    """The next question is answered with it, without a call."""
    async with synced(tmp_path, listings=2, hostaway_mcp_writes="propose") as built:
        home = WritingHouse(built, Person())
        number = booked(home)
        await home.apply(await change(home, number, pets=3))
        asked = len(built.upstream)
        shown = (await home.call("get_reservation", reservation=number, include=["guest"])).json
        assert shown["guest"]["pets"] == 3
        assert len(built.upstream) == asked
