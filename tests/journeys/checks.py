"""Whether an answer says what is true in the sandbox's account; one check for each kind of answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from tests.journeys.facts import BOOKED, CONFIRMED, DAY, Facts, arrival, departure, money
from tests.services import truth

Json = dict[str, Any]
Check = Callable[[Facts, list[Json]], None]
"""Fails unless the last of these answers, in the light of those before, is true."""
Expected = Callable[[Facts], Collection[int]]


def these(rows: str, key: str, expected: Expected) -> Check:
    """The rows are these and no others; on a first page some of them, with the true total."""

    def check(facts: Facts, said: list[Json]) -> None:
        answer, wanted = said[-1], set(expected(facts))
        ids = {row[key] for row in answer[rows]}
        assert ids <= wanted, ids - wanted
        assert answer.get("total", len(wanted)) == len(wanted)
        assert ids == wanted or "next_cursor" in answer, wanted - ids

    return check


def stays(by: str, first: int, last: int, **narrowed: Any) -> Check:
    """Stays by days from today; `city` and `listing` narrow by name."""
    city, listing = narrowed.pop("city", None), narrowed.pop("listing", None)

    def expected(facts: Facts) -> set[int]:
        some = facts.city(city) if city else {facts.named(listing)["id"]} if listing else None
        return facts.staying(by, facts.day(first), facts.day(last), listings=some, **narrowed)

    return these("reservations", "reservation_id", expected)


def listings(fits: Callable[[Json], bool]) -> Check:
    """The active listings whose document fits."""
    return these(
        "listings", "listing_id", lambda facts: {n for n, one in facts.listings.items() if fits(one)}
    )


def archived(facts: Facts, said: list[Json]) -> None:
    """Those that are not in use, and no others."""
    told = {row["listing_id"] for row in said[-1]["listings"]}
    assert told == set(facts.world.listings) - set(facts.listings)


def section(listing: str, name: str, **fields: str) -> Check:
    """Fields of a section are those of the listing's document."""

    def check(facts: Facts, said: list[Json]) -> None:
        document, told = facts.named(listing), said[-1]["listing"]
        assert told["listing_id"] == document["id"]
        assert name in told or not fields
        for ours, theirs in fields.items():
            assert str(told[name][ours]) == str(document[theirs]), ours

    return check


def free(first: int, last: int, *, guests: int = 1, city: str | None = None) -> Check:
    """Free is what the calendars let be booked, and its nights cost what they say."""

    def check(facts: Facts, said: list[Json]) -> None:
        begin, end = facts.day(first), facts.day(last)
        wanted = facts.free(begin, end, guests=guests)
        some = facts.city(city) if city else set(facts.listings)
        assert {row["listing_id"] for row in said[-1]["free"]} == wanted & some
        assert {row["listing_id"] for row in said[-1]["taken"]} == some - wanted
        for row in said[-1]["free"]:
            nights = truth.price_of_nights(facts.world, row["listing_id"], begin, end)
            assert abs(Decimal(row["nightly"]["amount"]) * (end - begin).days - nights) < 1

    return check


def board(offset: int = 0, days: int = 1, city: str | None = None) -> Check:
    """Who comes, goes and stays on these days."""

    def check(facts: Facts, said: list[Json]) -> None:
        assert len(said[-1]["days"]) == days
        some = facts.city(city) if city else set(facts.listings)
        for place, told in enumerate(said[-1]["days"]):
            day = facts.day(offset + place)
            assert told["date"] == str(day)
            here = [stay for stay in facts.stays if stay["status"] in BOOKED and stay["listingMapId"] in some]
            wanted = {
                "arrivals": {stay["id"] for stay in here if arrival(stay) == day},
                "departures": {stay["id"] for stay in here if departure(stay) == day},
                "in_house": {stay["id"] for stay in here if arrival(stay) < day < departure(stay)},
            }
            for part, ids in wanted.items():
                assert told["counts"][part] == len(ids)
                assert {row["reservation_id"] for row in told.get(part, [])} <= ids

    return check


def calendar(*, prices: bool = True) -> Check:
    """Every day of every run is as the calendar's document says."""

    def check(facts: Facts, said: list[Json]) -> None:
        assert said[-1]["calendars"]
        for one in said[-1]["calendars"]:
            for run in one["runs"]:
                first, last = date.fromisoformat(run["from"]), date.fromisoformat(run["to"])
                for document in truth.days(facts.world, one["listing_id"], first, last).values():
                    if "status" in run:
                        assert (run["status"] == "available") == bool(document["isAvailable"]), run
                    if prices and "price" in run:
                        assert money(run["price"]["amount"]) == money(document["price"])

    return check


def gaps(facts: Facts, said: list[Json]) -> None:
    """Each is free, its neighbours are not, and it is bookable if its days' rules let it be."""
    assert said[-1]["gaps"]
    for gap in said[-1]["gaps"]:
        first, end = date.fromisoformat(gap["from"]), date.fromisoformat(gap["to"])
        days = truth.days(facts.world, gap["listing_id"], first - DAY, end + DAY)
        assert all(days[night]["isAvailable"] for night in truth.nights(first, end))
        assert not days[end]["isAvailable"]
        assert not days[first - DAY]["isAvailable"] or first == facts.today
        bookable = any(
            truth.can_be_booked(facts.world, gap["listing_id"], come, go)
            for come in truth.nights(first, end)
            for go in truth.nights(come + DAY, end + DAY)
        )
        assert gap["bookable"] == bookable


def no_overlaps(facts: Facts, said: list[Json]) -> None:
    """As many overlaps as there are nights that two stays hold in one home."""
    held = Counter(
        (stay["listingMapId"], night)
        for stay, night in facts.nights(facts.today, facts.day(90), BOOKED)
        if len(facts.world.units[stay["listingMapId"]]) <= 1
    )
    wanted = any(count > 1 for count in held.values())
    assert wanted == any(one["kind"] == "overlap" for one in said[-1]["conflicts"])


def below(floor: int) -> Check:
    """Exactly the listings with an open night below the floor are named."""

    def check(facts: Facts, said: list[Json]) -> None:
        wanted = {
            number
            for number in facts.listings
            for day in truth.days(facts.world, number, facts.today, facts.day(59)).values()
            if day["isAvailable"] and day["price"] < floor
        }
        assert {row["listing_id"] for row in said[-1]["findings"]} <= wanted
        assert bool(said[-1]["findings"]) == bool(wanted)
        for row in said[-1]["findings"]:
            assert Decimal(row["price"]["amount"]) < floor

    return check


def waiting(facts: Facts, said: list[Json]) -> None:
    """Nobody waits who was answered, and all who wait are there or named as not known."""
    told = {row["conversation_id"] for row in said[-1]["waiting"]}
    wanted = facts.waiting()
    assert told <= wanted
    unsure = " ".join(one["what"] for one in said[-1].get("missing", []))
    assert told == wanted or all(str(one) in unsure for one in wanted - told) or "next_cursor" in said[-1]


def some_waiting(facts: Facts, said: list[Json]) -> None:
    """Some of those who wait."""
    assert {row["conversation_id"] for row in said[-1]["waiting"]} <= facts.waiting()


def thread(facts: Facts, said: list[Json]) -> None:
    """The thread's last messages, each of which was written; none that is scheduled."""
    number = said[-1]["conversation"]["conversation_id"]
    written = [one["id"] for one in facts.world.messages_of(number) if one["status"] != "scheduled"]
    told = [one["message_id"] for one in said[-1]["messages"]]
    assert told == written[-len(told) :]


def messages(word: str | None = None, *, incoming: bool | None = None) -> Check:
    """Each was written in its thread by that side, and says the word."""

    def check(facts: Facts, said: list[Json]) -> None:
        for row in said[-1]["messages"]:
            thread = {one["id"]: one for one in facts.world.messages_of(row["conversation_id"])}
            one = thread[row["message_id"]]
            assert incoming is None or bool(one["isIncoming"]) == incoming
            assert word is None or word.casefold() in one["body"].casefold()

    return check


def ratings(first: int, last: int, *, city: str | None = None, low: int = 6) -> Check:
    """How many reviews there are, their mean and how many are low."""

    def check(facts: Facts, said: list[Json]) -> None:
        some = facts.city(city) if city else set(facts.world.listings)
        wanted = [
            one["rating"]
            for one in facts.reviews(facts.day(first), facts.day(last))
            if one["listingMapId"] in some
        ]
        told = said[-1]["overall"]
        assert told["reviews"] == len(wanted)
        assert abs(told["mean"] - sum(wanted) / len(wanted)) < 0.06
        assert told.get("low", 0) == sum(one <= low for one in wanted)

    return check


def unanswered(facts: Facts, said: list[Json]) -> None:
    """What waits for a reply has none."""
    assert said[-1]["queue"]
    for row in said[-1]["queue"]:
        review = facts.world.reviews.peek(row["review_id"])
        assert review["reservationId"] == row["reservation_id"]
        assert row["what"] != "reply" or not review["revieweeResponse"]


def turnovers(offset: int = 0, days: int = 1, city: str | None = None) -> Check:
    """Each booked departure of these days once."""

    def expected(facts: Facts) -> set[int]:
        some = facts.city(city) if city else set(facts.listings)
        last = facts.day(offset + days - 1)
        return facts.staying("departure", facts.day(offset), last, statuses=BOOKED, listings=some)

    def check(facts: Facts, said: list[Json]) -> None:
        told = {row["guests"]["leaving"]["reservation_id"] for row in said[-1]["turnovers"]}
        assert told <= expected(facts)
        assert said[-1]["total"] == len(expected(facts))

    return check


def offers(facts: Facts, said: list[Json]) -> None:
    """An extension that is possible has a free night behind it; a guest of the offer has such a stay."""
    for offer in said[-1]["offers"]:
        stay = facts.by_id[offer["reservation_id"]]
        assert offer["departure"] == stay["departureDate"]
        if offer["kind"] == "extension" and offer["possible"]:
            day = departure(stay)
            assert truth.days(facts.world, stay["listingMapId"], day, day)[day]["isAvailable"]


def tasks(fits: Callable[[Json], bool] = lambda _: True, *, closed: bool = False) -> Check:
    """The open tasks (or all) that fit."""

    def expected(facts: Facts) -> set[int]:
        some = facts.world.tasks.values() if closed else facts.open_tasks()
        return {one["id"] for one in some if fits(one)}

    return these("tasks", "task_id", expected)


def expenses(first: int, last: int, fits: Callable[[Json], bool] = lambda _: True) -> Check:
    """Those of these days that fit."""
    return these(
        "expenses",
        "expense_id",
        lambda facts: {one["id"] for one in facts.expenses(facts.day(first), facts.day(last)) if fits(one)},
    )


def nights_sold(first: int, last: int, city: str | None = None) -> Check:
    """As many nights as the confirmed stays have in these days, currency by currency."""

    def check(facts: Facts, said: list[Json]) -> None:
        some = facts.city(city) if city else set(facts.listings)
        wanted = Counter(
            stay["currency"]
            for stay, _ in facts.nights(facts.day(first), facts.day(last), CONFIRMED)
            if stay["listingMapId"] in some
        )
        assert {one["currency"]: one["nights_sold"] for one in said[-1]["totals"]} == dict(wanted)

    return check


def report_totals(first: int, last: int) -> Check:
    """The totals are the sums of the guests' prices of the confirmed stays that arrive in these days."""

    def check(facts: Facts, said: list[Json]) -> None:
        wanted: dict[str, Decimal] = {}
        for number in facts.staying("arrival", facts.day(first), facts.day(last), statuses=CONFIRMED):
            stay = facts.by_id[number]
            wanted[stay["currency"]] = wanted.get(stay["currency"], Decimal(0)) + money(stay["totalPrice"])
        for one in said[-1]["totals"]:
            assert Decimal(one["values"]["totalPrice"]) == wanted.pop(one["currency"])
        assert not wanted

    return check


def pace(days: int, city: str | None = None) -> Check:
    """The nights on the books are those of the confirmed stays."""

    def check(facts: Facts, said: list[Json]) -> None:
        some = facts.city(city) if city else set(facts.listings)
        nights = facts.nights(facts.today, facts.day(days - 1), CONFIRMED)
        assert said[-1]["whole"]["nights"] == sum(stay["listingMapId"] in some for stay, _ in nights)

    return check


def balances(within: int, city: str | None = None) -> Check:
    """Each arrives in time, and owes what is not paid of its price."""

    def check(facts: Facts, said: list[Json]) -> None:
        assert said[-1]["balances"]
        for row in said[-1]["balances"]:
            stay = facts.by_id[row["reservation_id"]]
            assert facts.today <= arrival(stay) <= facts.day(within)
            assert city is None or stay["listingMapId"] in facts.city(city)
            assert Decimal(row["total"]["amount"]) == money(stay["totalPrice"])
            owed = Decimal(row["total"]["amount"]) - Decimal(row["paid"]["amount"])
            assert Decimal(row["balance"]["amount"]) == owed

    return check


def explained(facts: Facts, said: list[Json]) -> None:
    """Nothing is left unexplained, and the guest's price is among the steps."""
    assert Decimal(said[-1]["unexplained"]["amount"]) == 0
    stay = facts.by_id[_stay_of(said)]
    assert money(stay["totalPrice"]) in {Decimal(one["amount"]["amount"]) for one in said[-1]["steps"]}


def _stay_of(said: list[Json]) -> int:
    """The stay that the first answer of a chain named first."""
    return int(next(_rows(said[0]))["reservation_id"])


def _rows(answer: Json) -> Iterator[Json]:
    for value in answer.values():
        if isinstance(value, list) and value and isinstance(value[0], dict) and "reservation_id" in value[0]:
            yield from value


def stay_told(facts: Facts, said: list[Json]) -> None:
    """The stay's dates, guest and price are those of its document."""
    told = said[-1]["reservation"]
    stay = facts.by_id[told["reservation_id"]]
    assert (told["arrival"], told["departure"]) == (stay["arrivalDate"], stay["departureDate"])
    assert told["guest"] == stay["guestName"]
    if "total" in told:
        assert Decimal(told["total"]["amount"]) == money(stay["totalPrice"])


def guest_told(facts: Facts, said: list[Json]) -> None:
    """The guest's stays are theirs, and their nights are counted."""
    guest = said[-1]["guest"]
    rows = guest["stays"]
    assert {row["guest"] for row in rows} <= {facts.by_id[row["reservation_id"]]["guestName"] for row in rows}
    booked = {
        row["reservation_id"] for row in rows if facts.by_id[row["reservation_id"]]["status"] in CONFIRMED
    }
    assert guest["nights"] >= sum(facts.by_id[one]["nights"] for one in booked)


def found(kind: str, words: str) -> Check:
    """The best match is of this kind and says these words."""

    def check(facts: Facts, said: list[Json]) -> None:
        best = said[-1]["matches"][0]
        assert (best["kind"], words in best["label"]) == (kind, True), best

    return check


def quoted(listing: str, first: int, last: int) -> Check:
    """Its nights cost what the calendar says, and it can be booked if the calendar lets it be."""

    def check(facts: Facts, said: list[Json]) -> None:
        number, begin, end = facts.named(listing)["id"], facts.day(first), facts.day(last)
        assert said[-1]["nights"] == (end - begin).days
        assert said[-1]["available"] == truth.can_be_booked(facts.world, number, begin, end)
        base = next(one for one in said[-1]["components"] if one["label"] == "Base rate")
        nights = truth.price_of_nights(facts.world, number, begin, end)
        assert abs(Decimal(base["amount"]["amount"]) - nights) < 1

    return check


def connected(facts: Facts, said: list[Json]) -> None:
    """The account is the sandbox's and can be reached."""
    assert said[-1]["connected"] is True
    assert said[-1]["account_id"] == str(facts.world.account_id)


def reply_facts(facts: Facts, said: list[Json]) -> None:
    """The stay and its hours are those of the documents, and no code is told."""
    told = said[-1]
    stay = facts.by_id[told["stay"]["reservation_id"]]
    document = facts.world.listings.peek(stay["listingMapId"])
    assert told["stay"]["arrival"] == stay["arrivalDate"]
    assert told["facts"]["check_out_hour"] == document["checkOutTime"]
    assert document["doorSecurityCode"] not in str(told)


def audited(facts: Facts, said: list[Json]) -> None:
    """What it says of names is so: each that two listings share is found."""
    names = Counter(one["name"] for one in facts.listings.values())
    told = {row["name"] for row in said[-1]["findings"] if row["check"] == "same_name"}
    assert told <= {name for name, count in names.items() if count > 1}
    assert all(row["listing_id"] in facts.listings for row in said[-1]["findings"])


def brief(city: str | None = None) -> Check:
    """The day's counts are those of the board."""

    def check(facts: Facts, said: list[Json]) -> None:
        counts, some = said[-1]["counts"], facts.city(city) if city else None
        for part, by in (("arrivals", "arrival"), ("departures", "departure")):
            wanted = facts.staying(by, facts.today, facts.today, statuses=BOOKED, listings=some)
            assert counts.get(part, 0) == len(wanted)

    return check


def nothing_new(_: Facts, said: list[Json]) -> None:
    """Since the replica was filled nothing happened, and there is a cursor for later."""
    assert said[-1]["changes"] == []
    assert said[-1]["next_cursor"]
    assert said[-1]["more"] is False


def complete(_: Facts, said: list[Json]) -> None:
    """Where no document says what is true: that nothing is missing."""
    assert said[-1]["complete"] is True
