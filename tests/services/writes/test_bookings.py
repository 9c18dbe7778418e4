"""Making stays, from the proposal to the sandbox's own reservations."""

from __future__ import annotations

import json
import logging
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import ChangeError, DeclinedError, DriftError, HostawayMcpError, PolicyError
from tests.hostile.payloads import ORDERS, WRAPPERS
from tests.services.writes.examples import free_days
from tests.services.writes.house import Person, WritingHouse, writing
from tests.support.replica import synced

Json = dict[str, Any]
GUEST = {"name": "Ana Maria Silva", "email": "ana@example.org", "phone": "+351911222333"}


def two_nights(home: WritingHouse) -> Json:
    """A listing and two nights of it that are free."""
    listing, days = free_days(home, 3)
    return {"listing": listing, "from": days[0], "to": days[2]}


async def book(home: WritingHouse, **arguments: Any) -> Json:
    return await home.propose("create_reservation", **({"guest": GUEST, "guests": 2} | arguments))


async def refusal(home: WritingHouse, tool: str, **arguments: Any) -> HostawayMcpError:
    with pytest.raises(HostawayMcpError) as refused:
        await home.call(tool, **arguments)
    return refused.value


def made(home: WritingHouse) -> list[Json]:
    world = home.home.sandbox.world
    return [dict(world.reservations.peek(one.id)) for one in home.home.sandbox.effects.of("reservation")]


async def test_a_booking_has_hostaways_price_with_its_parts(tmp_path: Path) -> None:
    """The components are sent with the same total. Source: "Create a reservation with finance fields"."""
    async with writing(tmp_path) as home:
        asked = two_nights(home)
        quote = (await home.call("quote_stay", **asked, guests=2)).json
        proposal = await book(home, **asked)
        after = proposal["items"][0]["after"]
        assert after["total"] == f"{quote['total']['amount']} {quote['total']['currency']}"
        assert proposal["cost"]["money"] == quote["total"]
        assert not home.home.sandbox.effects

        applied = await home.apply(proposal)

        assert applied["outcome"] == "done"
        (stay,) = made(home)
        assert applied["items"][0]["result"] == {"reservation_id": stay["id"], "status": "new"}
        assert f"reservation {stay['id']}" in applied["items"][0]["says"]
        dates = (stay["listingMapId"], stay["arrivalDate"], stay["departureDate"])
        assert dates == (asked["listing"], asked["from"], asked["to"])
        assert (stay["channelId"], stay["status"], stay["guestFirstName"]) == (2000, "new", "Ana Maria")
        parts = [row["total"] for row in stay["financeField"] if row["isIncludedInTotalPrice"]]
        assert sum(map(Decimal, map(str, parts))) == Decimal(str(stay["totalPrice"]))
        assert stay["source"] == after["source"]
        assert len(stay["source"]) <= 50
        assert "forceOverbooking" not in str(home.home.sandbox.requests[-2:])


async def test_an_owners_stay_carries_no_money(tmp_path: Path) -> None:
    """Source: "Reservation statuses"."""
    async with writing(tmp_path) as home:
        asked = two_nights(home) | {"status": "ownerStay"}
        refused = await refusal(home, "create_reservation", **asked, price=100)
        assert "no money" in refused.message
        proposal = await home.propose("create_reservation", **asked)
        assert "money" not in proposal["cost"]
        assert (await home.apply(proposal))["outcome"] == "done"
        (stay,) = made(home)
        assert (stay["status"], stay["totalPrice"]) == ("ownerStay", None)


async def test_another_price_is_shown_against_hostaways(tmp_path: Path) -> None:
    """It is booked without parts; the policy keeps it near Hostaway's own and never lets a stay be free."""
    async with writing(tmp_path) as home:
        asked = two_nights(home)
        own = Decimal((await home.call("quote_stay", **asked, guests=2)).json["total"]["amount"])
        proposal = await book(home, **asked, price=float(own - 50))
        assert any("50.00" in one and "less" in one for one in proposal["warnings"])
        assert (await home.apply(proposal))["outcome"] == "done"
        assert made(home)[0]["totalPrice"] == float(own - 50)
        other = two_nights(home) | {"guest": GUEST, "guests": 2}
        for price in (0, float(own * 10)):
            refused = await refusal(home, "create_reservation", **other, price=price)
            assert isinstance(refused, PolicyError)


async def test_a_night_that_is_taken_is_never_overbooked(tmp_path: Path) -> None:
    """Neither at the proposal nor when it was sold meanwhile."""
    async with writing(tmp_path) as home:
        asked = two_nights(home)
        proposal = await book(home, **asked)
        night = date.fromisoformat(asked["from"])
        home.home.sandbox.world.add_reservation(
            asked["listing"], night, night + timedelta(days=1), channelId=2018, status="new"
        )
        refused = await refusal(home, "apply_change", change_id=proposal["change_id"])
        assert isinstance(refused, DriftError)
        refused = await refusal(home, "create_reservation", **asked, guest=GUEST)
        assert isinstance(refused, ChangeError)
        assert f"booked the night {night}" in refused.message
        assert not home.home.sandbox.effects


async def test_a_price_that_changed_meanwhile_is_looked_at_again(tmp_path: Path) -> None:
    """The total that a person agreed to was made of these nights."""
    async with writing(tmp_path) as home:
        asked = two_nights(home)
        proposal = await book(home, **asked)
        night = (asked["listing"], date.fromisoformat(asked["from"]))
        home.home.sandbox.world.calendar_changes[night] = {"price": 9_999}
        refused = await refusal(home, "apply_change", change_id=proposal["change_id"])
        assert isinstance(refused, DriftError)


async def test_rules_of_the_calendar_are_told(tmp_path: Path) -> None:
    """A host may overrule their own shortest stay and capacity; they are told that they do."""
    async with writing(tmp_path) as home:
        asked = two_nights(home)
        proposal = await book(home, **asked, guests=60)
        assert any(one.startswith("The listing sleeps") for one in proposal["warnings"])


async def test_no_means_no(tmp_path: Path) -> None:
    """The person's, and the policy's bound for amounts before anybody is asked."""
    async with writing(tmp_path, agrees=False) as home:
        asked = two_nights(home)
        proposal = await book(home, **asked)
        refused = await refusal(home, "apply_change", change_id=proposal["change_id"])
        assert isinstance(refused, DeclinedError)
        currency = proposal["cost"]["money"]["currency"]
        (tmp_path / "policy.toml").write_text(f"[limits.amount]\n{currency} = 1\n")
        refused = await refusal(home, "create_reservation", **asked, guest=GUEST)
        assert isinstance(refused, PolicyError)
        assert not home.home.sandbox.effects


@pytest.mark.parametrize("keeps_source", [True, False])
async def test_a_lost_answer_is_found_among_the_stays(tmp_path: Path, keeps_source: bool) -> None:
    """By its mark, or by guest and dates among those made since."""
    async with writing(tmp_path) as home:
        proposal = await book(home, **two_nights(home))
        world = home.home.sandbox.world
        add = world.add_reservation

        def nameless(*where: Any, **fields: Any) -> Json:
            return dict(add(*where, **fields | ({} if keeps_source else {"source": "direct"})))

        world.add_reservation = nameless  # type: ignore[method-assign]
        home.home.sandbox.faults.add("close", operation="createReservation", committed=True)
        applied = await home.apply(proposal)
        assert applied["outcome"] == "done"
        assert applied["items"][0]["result"]["reservation_id"] == made(home)[0]["id"]
        assert home.home.sandbox.effects.tally() == {"reservation created": 1}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"guest": None}, "needs `guest`"),
        ({"guest": {"name": "Ana", "email": "nobody"}}, "not a mail address"),
        ({"from": "2026-07-01", "to": "2026-07-03"}, "in the past"),
        ({"listing": "No such place"}, "no listing"),
        ({"status": "inquiry"}, "must be one of"),
        ({"price": -5}, "at least 0"),
    ],
)
async def test_what_cannot_be_is_said_in_a_sentence(
    tmp_path: Path, arguments: Json, says: str, snapshot: SnapshotAssertion
) -> None:
    """Nothing is proposed."""
    async with writing(tmp_path) as home:
        asked = {"guest": GUEST} | two_nights(home) | arguments
        refused = await refusal(
            home, "create_reservation", **{k: v for k, v in asked.items() if v is not None}
        )
        assert says in refused.sentence
        assert refused.sentence == snapshot


async def test_archived_homes_are_not_booked(tmp_path: Path) -> None:
    """Source: changelog of 2025-11-15."""
    async with writing(tmp_path) as home:
        asked = two_nights(home)
        home.home.sandbox.world.touch_listing(asked["listing"], specialStatus="archived")
        assert "archived" in (await refusal(home, "create_reservation", **asked, guest=GUEST)).message


async def test_a_guests_contact_is_neither_audited_nor_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Their words cannot pose as ours, either."""
    caplog.set_level(logging.DEBUG, "hostaway_mcp")
    async with writing(tmp_path) as home:
        name = WRAPPERS[1].format(ORDERS[0].replace("@@", "mark"))
        await home.apply(await book(home, **two_nights(home)))
        proposal = await book(home, **two_nights(home), guest={"name": name[:200]})
        shown = proposal["items"][0]["after"]["guest"]
        assert shown.count("⟦") == shown.count("⟧") == 1
        assert shown.endswith("⟧")
        journal = await home.home.app.services.writes.ledger.journal()
        for told in (json.dumps(await journal.trail.last(50)), caplog.text):
            assert "Silva" not in told
            assert "ana@example.org" not in told
            assert "911222333" not in told


async def test_a_guest_of_a_new_stay_can_be_forgotten(tmp_path: Path) -> None:
    """The journal knows to which stay its words belong, once there is one."""
    async with writing(tmp_path) as home:
        proposal = await book(home, **two_nights(home))
        await home.apply(proposal)
        journal = await home.home.app.services.writes.ledger.journal()
        assert await journal.forgetting.guest(reservation_ids=[made(home)[0]["id"]]) == 1
        entry = await journal.get(proposal["change_id"])
        assert entry is not None
        assert entry.steps[0].body is None


async def test_replica_learns_the_stay(tmp_path: Path) -> None:
    """The next question is answered with it, without a call."""
    async with synced(tmp_path, listings=2, hostaway_mcp_writes="propose") as built:
        home = WritingHouse(built, Person())
        await home.apply(await book(home, **two_nights(home)))
        asked = len(built.upstream)
        number = made(home)[0]["id"]
        assert "Ana Maria Silva" in (await home.call("get_reservation", reservation=number)).text
        assert len(built.upstream) == asked
