"""Reservations found and read over the sandbox; what is right is counted in its world, not by our code."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hostaway_mcp.errors import (
    AmbiguousNameError,
    CursorError,
    InputError,
    UnavailableError,
    UnknownNameError,
)
from tests.support.house import House, house

Json = dict[str, Any]
TODAY = date(2026, 7, 23)
USUAL = {"new", "modified", "confirmed", "ownerStay", "pending", "unconfirmed"} | {
    "awaitingPayment",
    "awaitingGuestVerification",
}


def truth(home: House) -> list[Json]:
    """Every reservation as Hostaway holds it."""
    return [home.sandbox.world.reservations.peek(number) for number in home.sandbox.world.reservations]


def ids(rows: list[Json]) -> set[int]:
    """Which they are."""
    return {row["id"] for row in rows}


def found(outcome: Any) -> set[int]:
    """Which were answered."""
    return {row["reservation_id"] for row in outcome.json["reservations"]}


async def everything(home: House, **asked: Any) -> list[Json]:
    """All rows of a question, page after page."""
    rows: list[Json] = []
    cursor = None
    while True:
        more: Json = {"cursor": cursor} if cursor else {}
        outcome = await home.ask("find_reservations", limit=40, **asked, **more)
        rows += outcome.json["reservations"]
        cursor = outcome.json.get("next_cursor")
        if cursor is None:
            return rows


def dated(row: Json) -> bool:
    return not row["isDatesUnspecified"]


def local_day(home: House, row: Json, moment: str) -> date:
    zone = home.sandbox.world.homes[row["listingMapId"]].place.time_zone
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return at.astimezone(ZoneInfo(zone)).date()


async def test_a_stay_is_found_by_the_nights_it_has_in_the_window() -> None:
    """`to` is excluded: who arrives on it, or leaves on `from`, has no night in between."""
    async with house() as home:
        rows = await everything(home, from_="2026-08-01", to="2026-08-10", by="stay")
        right = [
            row
            for row in truth(home)
            if dated(row)
            and row["arrivalDate"] < "2026-08-10"
            and row["departureDate"] > "2026-08-01"
            and row["status"] in USUAL
        ]
        assert {row["reservation_id"] for row in rows} == ids(right)
        assert len(rows) == len(right) > 10


@pytest.mark.parametrize(("by", "field"), [("arrival", "arrivalDate"), ("departure", "departureDate")])
async def test_days_are_included_at_both_ends(by: str, field: str) -> None:
    """Arrivals and departures from a day to a day."""
    async with house() as home:
        rows = await everything(home, from_="2026-07-20", to="2026-07-27", by=by)
        right = [
            row
            for row in truth(home)
            if dated(row) and "2026-07-20" <= row[field] <= "2026-07-27" and row["status"] in USUAL
        ]
        assert {row["reservation_id"] for row in rows} == ids(right)


@pytest.mark.parametrize(("by", "field"), [("booked", "reservationDate"), ("updated", "latestActivityOn")])
async def test_moments_are_days_where_the_listing_is(by: str, field: str) -> None:
    """Hostaway writes moments in UTC; a manager's Tuesday is the listing's."""
    async with house() as home:
        rows = await everything(
            home, from_="2026-07-10", to="2026-07-15", by=by, status_class="confirmed,dead"
        )
        right = [
            row
            for row in truth(home)
            if date(2026, 7, 10) <= local_day(home, row, row[field]) <= date(2026, 7, 15)
            and row["status"]
            in {"new", "modified", "cancelled", "declined", "expired"}
            | {"inquiryDenied", "inquiryTimedout", "inquiryNotPossible"}
        ]
        assert {row["reservation_id"] for row in rows} == ids(right)
        assert right


async def test_without_dates_the_next_thirty_days_are_meant() -> None:
    """The echo says so, and that `to` is excluded."""
    async with house() as home:
        outcome = await home.ask("find_reservations")
        assert outcome.json["understood"]["dates"] == "nights from 2026-07-23, `to` 2026-08-22 excluded"
        assert outcome.json["understood"]["status_class"].startswith("confirmed, owner_stay")


async def test_modified_counts_as_confirmed() -> None:
    """D9: an earlier system dropped every modified stay."""
    async with house() as home:
        rows = await everything(home, from_="2026-07-01", to="2026-08-01", status_class="confirmed")
        right = [
            row
            for row in truth(home)
            if row["arrivalDate"] < "2026-08-01"
            and row["departureDate"] > "2026-07-01"
            and row["status"] in {"new", "modified"}
        ]
        assert {row["reservation_id"] for row in rows} == ids(right)
        assert "modified" in {row["status"] for row in rows}


async def test_counts_are_of_all_statuses_in_the_window() -> None:
    """What the status filter leaves out is still counted."""
    classes = {"new": "confirmed", "modified": "confirmed", "ownerStay": "owner_stay", "inquiry": "inquiry"}
    classes |= {"inquiryPreapproved": "inquiry", "pending": "needs_action", "unconfirmed": "needs_action"}
    classes |= {"awaitingPayment": "needs_action", "awaitingGuestVerification": "needs_action"}
    async with house() as home:
        outcome = await home.ask("find_reservations", from_="2026-07-23", to="2026-08-22", limit=1)
        inside = [
            row
            for row in truth(home)
            if dated(row) and row["arrivalDate"] < "2026-08-22" and row["departureDate"] > "2026-07-23"
        ]
        right = Counter(classes.get(row["status"], "dead") for row in inside)
        assert outcome.json["counts"] == dict(right)
        assert outcome.json["total"] == sum(
            count for name, count in right.items() if name not in {"dead", "inquiry"}
        )


async def test_a_row_says_what_hostaway_holds() -> None:
    """Money with its currency; a balance only where guests pay the host."""
    async with house() as home:
        for row in await everything(home, from_="2026-06-01", to="2026-09-01"):
            right = home.sandbox.world.reservations[row["reservation_id"]]
            assert row["arrival"] == right["arrivalDate"]
            assert (
                row["nights"]
                == (
                    date.fromisoformat(right["departureDate"]) - date.fromisoformat(right["arrivalDate"])
                ).days
            )
            assert row["listing_id"] == right["listingMapId"]
            assert row["listing"] == home.sandbox.world.listings[right["listingMapId"]]["name"]
            if right["totalPrice"] is None or right["status"] == "ownerStay":
                assert "total" not in row
            else:
                assert row["total"]["currency"] == right["currency"]
                assert float(row["total"]["amount"]) == right["totalPrice"]
            if right["channelId"] == 2018:
                assert "balance" not in row


async def test_balance_is_total_less_paid_charges() -> None:
    """For stays whose money the host collects."""
    async with house() as home:
        seen = 0
        for row in await everything(home, from_="2026-06-01", to="2027-03-01", channel="direct"):
            if "balance" not in row:
                assert row["status_class"] == "owner_stay"
                continue
            charges = home.sandbox.world.charges_of(row["reservation_id"])
            paid = sum(one["amount"] for one in charges if one["status"] == "paid")
            assert float(row["balance"]["amount"]) == pytest.approx(float(row["total"]["amount"]) - paid)
            seen += 1
        assert seen > 3


async def test_an_undated_question_has_no_dates() -> None:
    """isDatesUnspecified: the dates are placeholders set to yesterday, and no window holds them."""
    async with house() as home:
        undated = next(row for row in truth(home) if row["isDatesUnspecified"])
        guest = undated["guestName"]
        rows = await everything(home, guest=guest, status_class="inquiry")
        row = next(row for row in rows if row["reservation_id"] == undated["id"])
        assert not {"arrival", "departure", "nights"} & row.keys()
        yesterday = (TODAY - timedelta(days=1)).isoformat()
        near = await everything(home, from_=yesterday, to=yesterday, by="arrival", status_class="inquiry")
        assert undated["id"] not in {row["reservation_id"] for row in near}


async def test_channels_listings_and_cities_narrow_the_list() -> None:
    """Several of each, by the names people use."""
    async with house() as home:
        listing = next(one for one in home.sandbox.world.homes.values() if not one.archived)
        rows = await everything(
            home, from_="2026-01-01", to="2026-12-01", listing=listing.name, channel="Booking.com, airbnb"
        )
        right = [
            row
            for row in truth(home)
            if row["listingMapId"] == listing.id
            and row["channelId"] in {2005, 2018}
            and row["arrivalDate"] < "2026-12-01"
            and row["departureDate"] > "2026-01-01"
            and row["status"] in USUAL
        ]
        assert {row["reservation_id"] for row in rows} == ids(right)
        city = listing.place.city
        rows = await everything(home, group=city.upper())
        inside = {one.id for one in home.sandbox.world.homes.values() if one.place.city == city}
        assert {row["listing_id"] for row in rows} <= inside


async def test_a_name_is_found_whatever_its_accents() -> None:
    """In a window names are compared here: accents, case and order are forgiven."""
    async with house() as home:
        rows = truth(home)
        right = [
            row
            for row in rows
            if row["guestName"] in {"João Silva", "Joao Silva"} or "Müller" in (row["guestName"] or "")
        ]
        accented = next(row for row in right if "Müller" in row["guestName"] and dated(row))
        first = accented["guestName"].split()[0]
        words = f"mueller {first.upper()}"
        day = accented["arrivalDate"]
        outcome = await home.ask("find_reservations", from_=day, to=day, by="arrival", guest=words)
        assert accented["id"] in found(outcome)


async def test_a_name_without_dates_costs_one_search() -> None:
    """All dates and all statuses: whoever asks for a person wants to see the cancelled booking too."""
    async with house() as home:
        rows = await everything(home, guest="emma smith")
        right = [row for row in truth(home) if (row["guestName"] or "") == "Emma Smith"]
        assert {row["reservation_id"] for row in rows} == ids(right)
        assert home.upstream.count("/v1/reservations") == 1


async def test_a_misspelt_name_is_looked_for_near_today() -> None:
    """And the answer says that only there it could be."""
    async with house() as home:
        rows = [
            row
            for row in truth(home)
            if dated(row)
            and "2026-07-20" < row["arrivalDate"] < "2026-08-20"
            and " " in (row["guestName"] or "")
        ]
        asked = " ".join(reversed(rows[0]["guestName"].split()))
        outcome = await home.ask("find_reservations", guest=asked)
        assert rows[0]["id"] in found(outcome)
        assert "2026-07-09 to 2026-09-21" in outcome.json["warnings"][0]


async def test_an_address_is_compared_whole() -> None:
    """Given as `guest_email`, or as `guest` with an @."""
    async with house() as home:
        row = next(row for row in truth(home) if row["guestEmail"])
        right = [one for one in truth(home) if one["guestEmail"] == row["guestEmail"]]
        for asked in ({"guest_email": row["guestEmail"].upper()}, {"guest": row["guestEmail"]}):
            assert found(await home.ask("find_reservations", **asked)) == ids(right)


async def test_unread_means_every_date_and_status() -> None:
    """An inquiry for next year waits as much as a guest at the door."""
    async with house() as home:
        rows = await everything(home, unread=True)
        right = {stay.id for stay in home.sandbox.world.stays.values() if stay.unread}
        assert {row["reservation_id"] for row in rows} == right


async def test_a_cursor_walks_over_every_row_once() -> None:
    """In the order that was asked for, and only for the question it came from."""
    async with house() as home:
        rows = await everything(home, from_="2026-01-01", to="2026-12-31", sort="-booked")
        numbers = [row["reservation_id"] for row in rows]
        assert len(numbers) == len(set(numbers)) > 100
        booked = [home.sandbox.world.reservations[number]["reservationDate"] for number in numbers]
        assert booked == sorted(booked, reverse=True)
        first = await home.ask("find_reservations", limit=2)
        with pytest.raises(CursorError, match="another question"):
            await home.ask("find_reservations", by="arrival", cursor=first.json["next_cursor"])


async def test_the_same_question_is_answered_from_memory() -> None:
    """For 45 seconds; then Hostaway is asked again."""
    async with house() as home:
        await home.ask("find_reservations", limit=2)
        before = len(home.upstream)
        await home.ask("find_reservations", limit=9, status_class="dead")
        assert len(home.upstream) == before
        home.clock.advance(60)
        await home.ask("find_reservations", limit=2)
        assert len(home.upstream) == before + 1


async def test_a_failing_page_leaves_what_was_had() -> None:
    """FR-013: nothing is counted or summed over the part that came."""
    async with house(listings=40) as home:
        home.sandbox.faults.add("status", path="/v1/reservations", after=2, times=None, status=500)
        outcome = await home.ask("find_reservations", from_="2026-01-01", to="2026-12-31")
        assert outcome.json["complete"] is False
        assert outcome.json["missing"][0]["why"]
        assert "total" not in outcome.json
        assert "counts" not in outcome.json
        assert len(outcome.json["reservations"]) == 25
        home.sandbox.faults.clear()
        again = await home.ask("find_reservations", from_="2026-01-01", to="2026-12-31")
        assert again.json["complete"] is True
        assert again.json["total"] > 200


async def test_when_nothing_can_be_had_the_error_comes_out() -> None:
    """There is no answer without a single fact."""
    async with house() as home:
        home.sandbox.faults.add("status", path="/v1/reservations", times=None, status=503)
        with pytest.raises(UnavailableError):
            await home.ask("find_reservations")


async def test_without_listings_stays_are_still_shown() -> None:
    """By the listing's id, or the name that the reservation carries."""
    async with house() as home:
        home.sandbox.faults.add("status", path="/v1/listings", times=None, status=500)
        outcome = await home.ask("find_reservations", limit=3)
        assert len(outcome.json["reservations"]) == 3
        assert "listings could not be read" in outcome.json["warnings"][0]


async def test_a_status_that_nobody_knows_is_shown_and_warned_of() -> None:
    """Also to whoever is answered from memory."""
    async with house() as home:
        home.sandbox.faults.add("unknown_value", path="/v1/reservations", field="status", value="levitating")
        for _ in range(2):
            outcome = await home.ask("find_reservations", limit=100)
            assert any("levitating" in warning for warning in outcome.json["warnings"])
            assert "unknown" in {row["status_class"] for row in outcome.json["reservations"]}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"from_": "2026-08-10", "to": "2026-08-01"}, "before `from`"),
        ({"from_": "2026-08-01", "to": "2026-08-01"}, "there is no night"),
        ({"from_": "2026-02-30"}, "does not exist"),
        ({"from_": "2062-08-01"}, "surely a slip"),
        ({"from_": "2026-09-01", "by": "booked"}, "Nobody has booked after today"),
        ({"status": ["sleeping"]}, '"sleeping" is not a status'),
        ({"channel": ["facebook"]}, '"facebook" is not a channel'),
        ({"guest": "x"}, "at least 2 letters"),
        ({"limit": 0}, "at least 1"),
        ({"by": "moon"}, "must be one of"),
        ({"checkInFrom": "2026-01-01"}, "has no parameter"),
        ({"group": "Atlantis"}, "No listing is in"),
        ({"listing": "Nowhere House"}, "no listing"),
        ({"guest": "a" * 300}, "at most 200"),
    ],
)
async def test_bad_questions_get_a_sentence(asked: dict[str, Any], words: str) -> None:
    """Plain, and with what would be right."""
    async with house() as home:
        with pytest.raises(InputError, match=words):
            await home.ask("find_reservations", **asked)


def cleaned(home: House) -> Json:
    """A stay with a cleaning task and a thread."""
    tasks = home.sandbox.world.tasks.values()
    stays = {task["reservationId"] for task in tasks}
    return next(row for row in truth(home) if row["id"] in stays and row["channelId"] == 2018)


def priced(home: House, *channels: int) -> Json:
    """A coming stay of one of these channels."""
    return next(
        row
        for row in truth(home)
        if row["channelId"] in channels and row["status"] == "new" and row["arrivalDate"] > "2026-07-25"
    )


async def test_one_reservation_by_its_id_costs_what_its_parts_need() -> None:
    """Guest, policy and listing come along; money of the host asks for the charges."""
    async with house() as home:
        await home.ask("find_listings")
        for row, include, paths in (
            (priced(home, 2018), ["guest", "money", "policy", "listing"], []),
            (priced(home, 2000), ["guest"], []),
            (priced(home, 2000), ["money"], ["/v1/guestPayments/charges"]),
            (cleaned(home), ["tasks", "conversation"], ["/v1/conversations", "/v1/tasks"]),
        ):
            before = len(home.upstream)
            outcome = await home.ask("get_reservation", reservation=row["id"], include=include)
            assert sorted(home.upstream[before:]) == sorted([f"/v1/reservations/{row['id']}", *paths])
            assert set(include) <= outcome.json.keys()


async def test_the_parts_of_the_price_add_up() -> None:
    """Discounts are negative; what is not in the total stands beside it."""
    async with house() as home:
        long = next(
            row
            for row in truth(home)
            if row["channelId"] == 2018
            and any(field["type"] == "discount" for field in row["financeField"])
            and row["status"] == "new"
        )
        money = (await home.ask("get_reservation", reservation=long["id"])).json["money"]
        amounts = [float(line["amount"]["amount"]) for line in money["components"]]
        assert sum(amounts) == pytest.approx(long["totalPrice"])
        assert min(amounts) < 0
        assert float(money["payout"]["amount"]) == long["airbnbExpectedPayoutAmount"]
        assert not {"charges", "balance", "paid"} & money.keys()


async def test_paid_due_and_balance_come_from_the_charges() -> None:
    """Balance = total less paid charges plus refunds."""
    async with house() as home:
        row = priced(home, 2000)
        world = home.sandbox.world
        charges = world.charges_of(row["id"])
        paid = sum(one["amount"] for one in charges if one["status"] == "paid")
        outcome = await home.ask("get_reservation", reservation=row["id"], include=["money"])
        money = outcome.json["money"]
        assert float(money["paid"]["amount"]) == pytest.approx(paid)
        assert float(money["balance"]["amount"]) == pytest.approx(row["totalPrice"] - paid)
        assert outcome.json["reservation"]["balance"] == money["balance"]


async def test_a_deleted_finance_field_is_no_part_of_the_price() -> None:
    """Deleted rows stay in the list, at 0. Source: "Finance field"."""
    async with house() as home:
        row = priced(home, 2018)
        kept = home.sandbox.world.reservations[row["id"]]
        kept["financeField"][0] |= {"isDeleted": 1, "total": 0, "title": "Ghost fee"}
        outcome = await home.ask("get_reservation", reservation=row["id"], include=["money"])
        assert "Ghost fee" not in outcome.text
        assert any("add up to" in warning for warning in outcome.json["warnings"])


async def test_a_code_or_a_name_means_the_reservation() -> None:
    """The channel's reference, the guest's confirmation code, or a name that only one carries."""
    async with house() as home:
        row = priced(home, 2018)
        names = Counter(one["guestName"] for one in truth(home))
        single = next(one for one in truth(home) if names[one["guestName"]] == 1 and one["channelId"] != 2015)
        for asked, right in (
            (row["channelReservationId"], row["id"]),
            (row["confirmationCode"].lower(), row["id"]),
            (str(row["id"]), row["id"]),
            (single["guestName"].lower(), single["id"]),
        ):
            outcome = await home.ask("get_reservation", reservation=asked)
            assert outcome.json["reservation"]["reservation_id"] == right


async def test_a_name_of_several_is_answered_with_the_choices() -> None:
    """Guest, listing, dates, id; the sentence itself holds no guest's words but the caller's own."""
    async with house() as home:
        right = [row for row in truth(home) if row["guestName"] == "Emma Smith"]
        with pytest.raises(AmbiguousNameError) as caught:
            await home.ask("get_reservation", reservation="emma smith")
        assert f"fits {len(right)} reservations" in caught.value.message
        assert len(caught.value.choices) == min(8, len(right))
        for choice in caught.value.choices:
            assert choice.startswith("⟦Emma Smith⟧, ")
            assert any(f"id {row['id']}" in choice for row in right)
        assert "Emma Smith" not in caught.value.sentence


@pytest.mark.parametrize("asked", [1, "999999999999", "No Such Person", "HMNOTACODE1", 10**30])
async def test_no_such_reservation_is_a_sentence(asked: int | str) -> None:
    """An id of another account, a wrong code, an unknown name."""
    async with house() as home:
        with pytest.raises(UnknownNameError, match="There is no reservation"):
            await home.ask("get_reservation", reservation=asked)


async def test_a_part_that_fails_is_named_and_the_rest_comes() -> None:
    """FR-013 for one reservation."""
    async with house() as home:
        row = priced(home, 2000)
        home.sandbox.faults.add("status", path="/v1/guestPayments/charges", times=None, status=500)
        home.sandbox.faults.add("status", path="/v1/tasks", times=None, status=500)
        outcome = await home.ask(
            "get_reservation", reservation=row["id"], include=["money", "tasks", "guest"]
        )
        assert outcome.json["complete"] is False
        assert {one["what"].split(",")[0] for one in outcome.json["missing"]} == {"charges", "tasks"}
        assert outcome.json["money"]["total"]
        assert "balance" not in outcome.json["money"]
        assert "tasks" not in outcome.json
        assert outcome.json["guest"]["name"]


async def test_secrets_and_contacts_stay_inside() -> None:
    """The door code, also where a note repeats it; address and number only masked."""
    async with house() as home:
        row = priced(home, 2000)
        kept = home.sandbox.world.reservations[row["id"]]
        kept |= {"guestNote": f"my code {kept['doorCode']} ok?", "hostNote": "call +351 912 345 678"}
        outcome = await home.ask(
            "get_reservation",
            reservation=row["id"],
            include=["guest", "money", "conversation", "tasks", "listing", "policy", "custom_fields"],
        )
        everything_said = outcome.text + str(outcome.json)
        for secret in (kept["doorCode"], kept["guestEmail"], kept["phone"], "912 345 678"):
            assert secret not in everything_said
        assert outcome.json["reservation"]["door_code"] == "[masked]"
        assert outcome.json["guest"]["contact"]["email"].endswith("@e…")


async def test_policy_and_custom_fields_are_put_in_words() -> None:
    """The terms booked, with the last day; values under the names of their fields."""
    async with house() as home:
        row = next(
            row
            for row in truth(home)
            if row["customFieldValues"] and row["status"] == "new" and row["arrivalDate"] > "2026-07-01"
        )
        outcome = await home.ask(
            "get_reservation", reservation=row["id"], include=["policy", "custom_fields"]
        )
        seconds = row["cancellationPolicyDetails"]["cancellationPolicyItem"][0]["timeDelta"]
        until = date.fromisoformat(row["arrivalDate"]) + timedelta(seconds=seconds)
        step = outcome.json["policy"]["steps"][0]
        assert step["until"] == until.isoformat()
        assert step["refund"] == "100 %"
        value = row["customFieldValues"][0]["value"]
        assert outcome.json["custom_fields"] == [{"name": "Travels by", "value": value}]


async def test_what_is_asked_for_and_not_there_is_said() -> None:
    """An empty section would be left out, so a sentence tells it from a forgotten one."""
    async with house() as home:
        row = next(one for one in truth(home) if one["arrivalDate"] > "2026-09-01" and one["status"] == "new")
        outcome = await home.ask("get_reservation", reservation=row["id"], include=["tasks"])
        assert outcome.json["complete"] is True
        assert outcome.json["warnings"] == ["This reservation has no tasks."]


async def test_rows_that_move_during_the_walk_come_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each present reservation once, none lost, though after every page some change and move to the front."""
    async with house(listings=40) as home:
        world, reservations = home.sandbox.world, home.app.hostaway.reservations
        numbers = sorted(world.reservations)
        read, pages = reservations.find, 0

        async def find(**asked: Any) -> Any:
            nonlocal pages
            page = await read(**asked)
            pages += 1
            home.clock.advance(1)
            for number in numbers[pages * 31 % 97 :: 997] if pages < 12 else []:
                world.touch_reservation(number, hostNote=f"touched {pages}")
            return page

        monkeypatch.setattr(reservations, "find", find)
        rows = await everything(home, from_="2026-01-01", to="2026-12-31")
        right = [
            row
            for row in truth(home)
            if dated(row)
            and row["arrivalDate"] < "2026-12-31"
            and row["departureDate"] > "2026-01-01"
            and row["status"] in USUAL
        ]
        assert pages > 5
        assert Counter(row["reservation_id"] for row in rows) == Counter(ids(right))


@pytest.mark.parametrize(
    ("asked", "dates"),
    [
        ({"by": "booked"}, "booked from 2026-07-17 to 2026-07-23, both included"),
        ({"by": "updated", "to": "yesterday"}, "last activity from 2026-07-16 to 2026-07-22, both included"),
        ({"by": "booked", "from_": "2026-07-01"}, "booked from 2026-07-01 to 2026-07-23, both included"),
        ({"by": "booked", "from_": "last month"}, "booked from 2026-06-01 to 2026-06-30, both included"),
        ({"by": "arrival", "from_": "today", "to": "today"}, "arrivals from 2026-07-23 to 2026-07-23"),
        ({"from_": "2026-08"}, "nights from 2026-08-01, `to` 2026-09-01 excluded"),
        ({"guest": "anna"}, "all dates"),
    ],
)
async def test_what_dates_were_taken_to_be_is_said(asked: dict[str, Any], dates: str) -> None:
    """Bookings and changes lie behind us, stays ahead."""
    async with house() as home:
        outcome = await home.ask("find_reservations", limit=1, **asked)
        assert outcome.json["understood"]["dates"].startswith(dates)


async def test_refunds_lower_what_was_paid_and_failed_charges_stay_due() -> None:
    """A hold on the card is no payment."""
    async with house() as home:
        row = priced(home, 2000)
        world = home.sandbox.world
        first = world.charges_of(row["id"])[0]
        paid = sum(one["amount"] for one in world.charges_of(row["id"]) if one["status"] == "paid")
        due = sum(one["amount"] for one in world.charges_of(row["id"]) if one["status"] != "paid")
        for number, changes in (
            (1, {"type": "refund", "status": "paid", "amount": 20}),
            (2, {"type": "preAuth", "status": "holdSuccess", "amount": 300}),
            (3, {"type": "charge", "status": "failed", "amount": 11}),
            (4, {"type": "charge", "status": "cancelled", "amount": 70}),
        ):
            world.add_charge(row["id"], first | {"id": 990_000_000 + number} | changes)
        outcome = await home.ask("get_reservation", reservation=row["id"])
        money = outcome.json["money"]
        assert float(money["paid"]["amount"]) == pytest.approx(paid - 20)
        assert float(money["due"]["amount"]) == pytest.approx(due + 11)
        assert float(money["balance"]["amount"]) == pytest.approx(row["totalPrice"] - paid + 20)
        assert len(money["charges"]) == 6


async def test_currencies_are_never_added() -> None:
    """A charge in another currency: no paid, no balance, and a sentence why (D9)."""
    async with house() as home:
        row = priced(home, 2000)
        world = home.sandbox.world
        first = world.charges_of(row["id"])[0]
        world.add_charge(row["id"], first | {"id": 990_000_001, "currency": "CHF"})
        outcome = await home.ask("get_reservation", reservation=row["id"])
        assert not {"paid", "due", "balance"} & outcome.json["money"].keys()
        assert "balance" not in outcome.json["reservation"]
        assert any("currencies are not added" in warning for warning in outcome.json["warnings"])


async def test_a_breakdown_that_the_stay_lacks_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """From its own endpoint; without it the total still comes."""
    async with house() as home:
        row = priced(home, 2018)
        read = home.app.hostaway.reservations.get

        async def bare(number: int, **asked: Any) -> Any:
            one = await read(number, **asked)
            stay = one.row.model_copy(update={"finance_field": ()})
            return type(one)(stay, one.raw, one.received_at)

        monkeypatch.setattr(home.app.hostaway.reservations, "get", bare)
        outcome = await home.ask("get_reservation", reservation=row["id"], include=["money"])
        assert home.upstream[-1] == f"/v1/financeField/{row['id']}"
        assert outcome.json["money"]["components"]
        home.sandbox.faults.add("status", path="/v1/financeField/*", times=None, status=500)
        outcome = await home.ask("get_reservation", reservation=row["id"], include=["money"])
        assert outcome.json["money"]["total"]
        assert outcome.json["missing"][0]["what"] == "the parts of the price"


async def test_a_custom_field_that_opens_something_is_masked() -> None:
    """By its name; and one without a known name is shown by number, and said."""
    async with house() as home:
        row = priced(home, 2000)
        world = home.sandbox.world
        field = next(iter(world.custom_fields.values()))
        world.custom_fields[7] = field | {"id": 7, "name": "Lockbox code", "objectType": "reservation"}
        world.reservations[row["id"]]["customFieldValues"] = [
            {"customFieldId": 7, "value": "4711"},
            {"customFieldId": 8, "value": "blue"},
        ]
        outcome = await home.ask("get_reservation", reservation=row["id"], include=["custom_fields"])
        assert outcome.json["custom_fields"] == [
            {"name": "Lockbox code", "value": "[redacted]"},
            {"name": "field 8", "value": "blue"},
        ]
        assert "4711" not in outcome.text
        assert outcome.json["warnings"] == ["1 of the custom fields have no name that could be read."]


async def test_an_owner_stay_carries_no_money() -> None:
    """Whatever zero Hostaway sends for it."""
    async with house() as home:
        row = next(row for row in truth(home) if row["status"] == "ownerStay")
        outcome = await home.ask("get_reservation", reservation=row["id"])
        assert not {"total", "balance"} & outcome.json["reservation"].keys()
        assert outcome.json["reservation"]["status_class"] == "owner_stay"


async def test_status_confirmed_means_booked() -> None:
    """Hostaway stopped using the word in 2020; `new` and `modified` are what people mean by it."""
    async with house() as home:
        outcome = await home.ask("find_reservations", status="confirmed", limit=100)
        assert outcome.json["total"] > 0
        assert {row["status"] for row in outcome.json["reservations"]} <= {"new", "modified", "confirmed"}
        assert outcome.json["understood"]["status"] == "confirmed = new, modified, confirmed"
