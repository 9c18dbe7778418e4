"""Cancelling stays and reporting no-shows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import DeclinedError, DriftError, HostawayMcpError, PolicyError
from tests.services.writes.examples import booked
from tests.services.writes.house import WritingHouse, writing

Json = dict[str, Any]


def stay_of(home: WritingHouse, number: int) -> Json:
    return dict(home.home.sandbox.world.reservations.peek(number))


def stay_with(home: WritingHouse, **wanted: Any) -> int:
    """Some stay with these values."""
    world = home.home.sandbox.world
    for number in world.reservations:
        stay = world.reservations.peek(number)
        if all(stay[name] == value for name, value in wanted.items()):
            return number
    raise AssertionError("no such stay")


async def cancel(home: WritingHouse, number: int, *, by: str = "host", **more: Any) -> Json:
    return await home.propose("cancel_reservation", reservation=number, by=by, **more)


async def refusal(home: WritingHouse, tool: str, **arguments: Any) -> HostawayMcpError:
    with pytest.raises(HostawayMcpError) as refused:
        await home.call(tool, **arguments)
    return refused.value


async def test_a_stay_is_cancelled_and_its_nights_are_free(tmp_path: Path) -> None:
    """By a change of its status, never by deleting the record."""
    async with writing(tmp_path) as home:
        number, world = booked(home), home.home.sandbox.world
        stay = stay_of(home, number)
        proposal = await cancel(home, number, reason="Water damage")
        assert proposal["items"][0]["after"] == {
            "status": "cancelled by the host",
            "nights": f"{stay['arrivalDate']} to {stay['departureDate']} can be sold again",
            "reason, kept here only": "⟦Water damage⟧",
        }
        assert "This cannot be taken back." in proposal["warnings"]
        assert (await home.apply(proposal))["outcome"] == "done"
        after = stay_of(home, number)
        assert (after["status"], after["cancelledBy"]) == ("cancelled", "host")
        assert world.day(stay["listingMapId"], stay["arrivalDate"])["status"] == "available"
        assert home.home.sandbox.effects.tally() == {"reservation cancelled": 1}
        refused = await refusal(home, "undo_change", change_id=proposal["change_id"])
        assert "cannot be taken back" in refused.message


async def test_money_and_terms_are_shown(tmp_path: Path) -> None:
    """What was paid, and what the policy that was booked gives back now: a worked example."""
    async with writing(tmp_path) as home:
        number, world = booked(home), home.home.sandbox.world
        today = home.home.clock.today("UTC")
        arrival = today + timedelta(days=10)
        listing = stay_of(home, number)["listingMapId"]
        items = [
            {"refundAmount": share, "refundType": "percentage", "refundField": "totalPrice",
             "timeDelta": -days * 86_400, "event": "arrival"}
            for share, days in ((100, 14), (50, 7))
        ]  # fmt: skip
        details = {"name": "Ours", "channelId": 2000, "cancellationPolicyItem": items}
        made = world.add_reservation(
            listing,
            arrival,
            arrival + timedelta(days=2),
            channelId=2000,
            status="new",
            totalPrice=301.5,
            currency="EUR",
            cancellationPolicyDetails=details,
        )
        told = (await cancel(home, made["id"], by="guest"))["warnings"]
        assert "Paid so far: 0.00 EUR of 301.50 EUR." in told
        assert "By it a guest who cancels now gets back 50 %, 150.75 EUR of the total." in told
        assert any("100 % back if cancelled until 14 days before arrival" in one for one in told)
        by_channel = (await cancel(home, booked(home, channel=2018)))["warnings"]
        assert any("airbnb is told, and tells the guest" in one for one in by_channel)


async def test_a_stay_that_moved_meanwhile_is_looked_at_again(tmp_path: Path) -> None:
    """What a person agreed to cancel was another stay."""
    async with writing(tmp_path) as home:
        number = booked(home)
        proposal = await cancel(home, number)
        home.home.sandbox.world.touch_reservation(number, totalPrice=1)
        refused = await refusal(home, "apply_change", change_id=proposal["change_id"])
        assert isinstance(refused, DriftError)
        assert not home.home.sandbox.effects


async def test_no_means_no(tmp_path: Path) -> None:
    """The person's, and the policy's before anybody is asked."""
    async with writing(tmp_path, agrees=False) as home:
        number = booked(home)
        proposal = await cancel(home, number)
        refused = await refusal(home, "apply_change", change_id=proposal["change_id"])
        assert isinstance(refused, DeclinedError)
        (tmp_path / "policy.toml").write_text('[allow]\nkinds = ["reservation", "no_show"]\n')
        refused = await refusal(home, "cancel_reservation", reservation=number, by="host")
        assert isinstance(refused, PolicyError)
        assert not home.home.sandbox.effects


async def test_dead_stays_and_questions_are_not_cancelled(tmp_path: Path) -> None:
    """Cancelled, declined, expired; and an inquiry is no booking."""
    async with writing(tmp_path) as home:
        for status in ("cancelled", "declined"):
            number = stay_with(home, status=status)
            refused = await refusal(home, "cancel_reservation", reservation=number, by="host")
            assert f"is {status}" in refused.message
        number = stay_with(home, status="inquiry")
        refused = await refusal(home, "cancel_reservation", reservation=number, by="host")
        assert "is an inquiry" in refused.message


async def test_a_no_show_is_booking_coms(tmp_path: Path) -> None:
    """Once the stay has begun; the fee is not waived. Source: "Report no-show"."""
    async with writing(tmp_path) as home:
        world, today = home.home.sandbox.world, home.home.clock.today("UTC")
        coming = booked(home, channel=2005)
        refused = await refusal(home, "cancel_reservation", reservation=coming, by="no_show")
        assert "has not begun" in refused.message
        refused = await refusal(home, "cancel_reservation", reservation=booked(home), by="no_show")
        assert "Booking.com only" in refused.message

        listing = stay_of(home, coming)["listingMapId"]
        made = world.add_reservation(
            listing, today - timedelta(days=1), today + timedelta(days=1), channelId=2005, status="new"
        )
        proposal = await cancel(home, made["id"], by="no_show")
        assert (await home.apply(proposal))["outcome"] == "done"
        stay = stay_of(home, made["id"])
        assert (stay["status"], stay["bookingcomNoShowFeeWaived"]) == ("new", False)
        refused = await refusal(home, "cancel_reservation", reservation=made["id"], by="no_show")
        assert "reported already" in refused.message


async def test_a_lost_answer_is_found_by_the_status(tmp_path: Path) -> None:
    """It was done, and is not done again."""
    async with writing(tmp_path) as home:
        proposal = await cancel(home, booked(home))
        home.home.sandbox.faults.add("close", operation="cancelReservation", committed=True)
        assert (await home.apply(proposal))["outcome"] == "done"
        assert home.home.sandbox.effects.tally() == {"reservation cancelled": 1}
