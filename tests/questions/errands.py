"""What people ask to have done: the words, the calls, and what the documents must say afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from tests.questions.account import BOOKED, DAY, Account, Json, arrival, departure, span
from tests.questions.record import Call, Took, call

State = Any
"""What is looked at in the documents: numbers, words, lists of them."""


@dataclass(frozen=True)
class Errand:
    """
    Something to be done, made out for one account.

    The last of `calls` proposes it; applying is one call more, and all together are at most three. `seen`
    reads the documents, independent of the code under test, and gives `wanted` once it is done; before that
    it gives something else.
    """

    calls: tuple[Call, ...]
    seen: Callable[[], State]
    wanted: State


@dataclass(frozen=True)
class Asked:
    """An errand in the words of whoever asks."""

    words: str
    make: Callable[[Account], Errand]


# Nights and prices.


def home_with_free(account: Account, nights: int, *, ahead: int = 12) -> tuple[Json, list[date]]:
    """A home with one unit, and that many free nights on end, priced."""
    for number, one in account.active.items():
        if account.units(number) > 1:
            continue
        days = account.world.calendar(number, account.day(ahead), account.day(ahead + 80))
        for start in range(len(days) - nights):
            run = days[start : start + nights]
            if all(day["status"] == "available" and (day["price"] or 0) >= 50 for day in run):
                return one, [date.fromisoformat(day["date"]) for day in run]
    raise AssertionError("every home is full")


def of_days(account: Account, listing: Json, days: list[date], key: str) -> Callable[[], list[Any]]:
    """Reads a value of these days, as they are now."""

    def seen() -> list[Any]:
        return [day[key] for day in account.world.calendar(listing["id"], days[0], days[-1])]

    return seen


def change_nights(nights: int, key: str, wanted: Any, **changes: Any) -> Callable[[Account], Errand]:
    """Changes of free nights of a home, named by its name."""

    def make(account: Account) -> Errand:
        listing, days = home_with_free(account, nights)
        one = call(
            "update_calendar",
            listing=listing["name"],
            ranges=[{"from": str(days[0]), "to": str(days[-1])}],
            changes=changes,
        )
        return Errand((one,), of_days(account, listing, days, key), [wanted] * nights)

    return make


def lower_prices(account: Account) -> Errand:
    listing, days = home_with_free(account, 4)
    before = of_days(account, listing, days, "price")()
    one = call(
        "update_calendar",
        listing=listing["id"],
        ranges=[{"from": str(days[0]), "to": str(days[-1])}],
        changes={"price_percent": -15},
    )
    wanted = [round(price * 0.85, 2) for price in before]
    return Errand((one,), of_days(account, listing, days, "price"), wanted)


def open_again(account: Account) -> Errand:
    listing, days = home_with_free(account, 2)
    account.world.calendar_changes |= {(listing["id"], day): {"isAvailable": 0} for day in days}
    account.world.version += 1
    one = call(
        "update_calendar",
        listing=listing["name"],
        ranges=[{"from": str(days[0]), "to": str(days[1])}],
        changes={"block": False},
    )
    return Errand((one,), of_days(account, listing, days, "status"), ["available"] * 2)


def price_of_several(account: Account) -> Errand:
    night = account.day(60)
    some = [
        one
        for number, one in account.active.items()
        if account.units(number) == 1
        and account.days(number, night, night)[0]["status"] == "available"
        and 150 <= account.days(number, night, night)[0]["price"] <= 900
    ][:3]
    one = call(
        "update_calendar",
        listing=[listing["id"] for listing in some],
        ranges=[{"from": str(night)}],
        changes={"price": 300},
    )
    seen = [of_days(account, listing, [night], "price") for listing in some]
    return Errand((one,), lambda: [look()[0] for look in seen], [300.0] * len(some))


def fill_a_gap(account: Account) -> Errand:
    """The first gap with a fix: what would mend it is what is proposed."""
    fix = "gaps[rule=minimum_stay].fix"
    calls = (
        call("find_gaps", from_=str(account.today), to=str(account.day(60))),
        call(
            "update_calendar",
            listing=Took(f"{fix}.listing"),
            ranges=Took(f"{fix}.ranges"),
            changes=Took(f"{fix}.changes"),
        ),
    )
    before = len(account.world.calendar_changes)
    return Errand(calls, lambda: len(account.world.calendar_changes) > before, True)


CALENDAR = (
    Asked("Block the next three free nights.", change_nights(3, "status", "blocked", block=True)),
    Asked("Open those two nights again.", open_again),
    Asked("Make these nights 210 each.", change_nights(3, "price", 210.0, price=210)),
    Asked("Lower these four nights by 15 %.", lower_prices),
    Asked("At least four nights for that week.", change_nights(5, "minimumStay", 4, min_stay=4)),
    Asked("At most a fortnight there.", change_nights(3, "maximumStay", 14, max_stay=14)),
    Asked("No arrivals on that day.", change_nights(1, "closedOnArrival", 1, closed_to_arrival=True)),
    Asked(
        "Nobody may leave on those days.", change_nights(2, "closedOnDeparture", 1, closed_to_departure=True)
    ),
    Asked(
        "Note that the plumber comes.", change_nights(1, "note", "Plumber at nine", note="Plumber at nine")
    ),
    Asked("300 for that night in three homes.", price_of_several),
    Asked("Mend the first gap that can be mended.", fill_a_gap),
)


# Words to guests.


def talking(account: Account, *, skip: int = 0, named: bool = False) -> Json:
    """A stay to come about which something was written; with `named` of a guest with a name of their own."""
    names = [stay["guestName"] for stay in account.stays]
    found = [
        stay
        for stay in account.arriving(account.today, account.day(90), {"new", "modified"})
        if account.world.messages_about(stay["id"]) and (not named or names.count(stay["guestName"]) == 1)
    ]
    return found[skip]


def sent_to(account: Account, stay: Json) -> Callable[[], list[tuple[str, str]]]:
    """What the host has sent about a stay, and by which way."""

    def seen() -> list[tuple[str, str]]:
        return [
            (one["body"], one["communicationType"])
            for one in account.world.messages_about(stay["id"])
            if not one["isIncoming"]
        ][-1:]

    return seen


def write(text: str, *, skip: int, by: str, via: str | None = None) -> Callable[[Account], Errand]:
    """A message to a guest, who is meant by their name or by their stay."""

    def make(account: Account) -> Errand:
        stay = talking(account, skip=skip, named=by == "name")
        ways = {"via": via} if via else {}
        one = call("send_message", reservation=stay["guestName" if by == "name" else "id"], text=text, **ways)
        heard = [m for m in account.world.messages_about(stay["id"]) if m["isIncoming"]]
        way = via or (heard[-1]["communicationType"] if heard else None)
        if way is None:
            direct = stay["channelId"] not in (2018, 2002, 2005, 2007, 2019)
            way = "email" if direct else "channel"
        return Errand((one,), sent_to(account, stay), [(text, way)])

    return make


def write_to_who_waits(account: Account) -> Errand:
    text = "Thank you for writing. We have it, and answer within the hour."
    calls = (
        call("triage_inbox", limit=1),
        call("send_message", conversation=Took("waiting[0].conversation_id"), text=text),
    )
    world = account.world

    def seen() -> int:
        threads = (world.messages_about(stay["id"]) for stay in account.stays)
        return sum(one["body"] == text for thread in threads for one in thread)

    return Errand(calls, seen, 1)


INBOX = (
    Asked("Tell the guest where to park.", write("You can park in the yard, number 4.", skip=0, by="name")),
    Asked("Answer them: yes, the cot is there.", write("Yes, the cot is in the room.", skip=1, by="id")),
    Asked("Write them by e-mail instead.", write("Your invoice follows.", skip=2, by="id", via="email")),
    Asked(
        "Text them that the key box was moved.",
        write("The key box is by the gate now.", skip=3, by="id", via="sms"),
    ),
    Asked("Tell whoever waits longest that we have seen it.", write_to_who_waits),
)


# Stays.


def coming(account: Account, *, skip: int = 0) -> Json:
    """A booked stay to come, in the order of arrivals."""
    return account.arriving(account.day(3), account.day(120), {"new", "modified"})[skip]


def called(account: Account, stay: Json) -> int | str:
    """The guest's name where nobody else has it, else the stay's number."""
    names = [one["guestName"] for one in account.stays]
    name, number = str(stay["guestName"]), int(stay["id"])
    return name if names.count(name) == 1 else number


def of_stay(account: Account, stay: Json, *keys: str) -> Callable[[], list[Any]]:
    """Reads values of a stay, as they are now."""
    return lambda: [account.world.reservations[stay["id"]][key] for key in keys]


def change_stay(key: str, wanted: Any, *, skip: int = 0, **changes: Any) -> Callable[[Account], Errand]:
    """A change of a stay, named by its guest where that is enough."""

    def make(account: Account) -> Errand:
        stay = coming(account, skip=skip)
        one = call("update_reservation", reservation=called(account, stay), changes=changes)
        return Errand((one,), of_stay(account, stay, key), [wanted])

    return make


def one_more(account: Account) -> Errand:
    stay = coming(account, skip=1)
    guests = stay["numberOfGuests"] + 1
    one = call("update_reservation", reservation=called(account, stay), changes={"guests": guests})
    return Errand((one,), of_stay(account, stay, "numberOfGuests"), [guests])


def stay_longer(account: Account) -> Errand:
    """A stay after which the next night is free."""
    for stay in account.arriving(account.day(3), account.day(80), {"new"}):
        number, last = stay["listingMapId"], departure(stay)
        if account.units(number) > 1 or number not in account.active:
            continue
        day = account.days(number, last, last)[0]
        if day["status"] == "available":
            later = str(last + DAY)
            one = call("update_reservation", reservation=stay["id"], changes={"to": later})
            return Errand((one,), of_stay(account, stay, "departureDate"), [later])
    raise AssertionError("every home is full")


def cancel(by: str, skip: int) -> Callable[[Account], Errand]:
    """A stay that is called off; its nights are free again."""

    def make(account: Account) -> Errand:
        stay = coming(account, skip=skip)
        one = call("cancel_reservation", reservation=stay["id"], by=by, reason="Asked for it by phone")
        return Errand((one,), of_stay(account, stay, "status", "cancelledBy"), ["cancelled", by])

    return make


def book(account: Account, *, status: str) -> Errand:
    listing, days = home_with_free(account, 3, ahead=20)
    guest = {"guest": {"name": "Ines Duarte", "email": "ines@example.com"}, "guests": 2}
    one = call(
        "create_reservation",
        listing=listing["name"],
        from_=str(days[0]),
        to=str(days[-1] + DAY),
        status=status,
        **(guest if status == "new" else {}),
    )

    def seen() -> list[tuple[Any, ...]]:
        return [
            (stay["status"], stay["arrivalDate"], stay["departureDate"])
            for number in account.world.stays
            if (stay := account.world.reservations[number])["listingMapId"] == listing["id"]
            and stay["status"] in BOOKED
            and set(span(arrival(stay), departure(stay) - DAY)) & set(days)
        ]

    return Errand((one,), seen, [(status, str(days[0]), str(days[-1] + DAY))])


STAYS = (
    Asked(
        "Note on the stay that they bring a dog.",
        change_stay("hostNote", "Brings a dog", host_note="Brings a dog"),
    ),
    Asked("They are one more now.", one_more),
    Asked("Give the stay the code 4711.", change_stay("doorCode", "4711", skip=2, door_code="4711")),
    Asked("Their number has changed.", change_stay("phone", "+15550100123", skip=3, phone="+15550100123")),
    Asked("They stay a night longer.", stay_longer),
    Asked("Cancel it, they asked us to.", cancel("guest", 4)),
    Asked("We have to cancel this one.", cancel("host", 5)),
    Asked("Book Ines in for three nights.", lambda account: book(account, status="new")),
    Asked("The owner comes for three nights.", lambda account: book(account, status="ownerStay")),
)


# Homes.


def change_home(key: str, wanted: Any, **changes: Any) -> Callable[[Account], Errand]:
    """A change of the first two homes."""

    def make(account: Account) -> Errand:
        some = list(account.active.values())[:2]
        one = call("update_listings", listing=[listing["name"] for listing in some], changes=changes)
        return Errand(
            (one,), lambda: [account.world.listings[listing["id"]][key] for listing in some], [wanted] * 2
        )

    return make


HOMES = (
    Asked("Check-in is from six there.", change_home("checkInTimeStart", 18, check_in_from_hour=18)),
    Asked(
        "The house rules are to be these.",
        change_home("houseRules", "No shoes inside.", house_rules="No shoes inside."),
    ),
    Asked("Cleaning costs 85 from now on.", change_home("cleaningFee", 85, cleaning_fee=85)),
)


# Work and money.


def open_task(account: Account, *, skip: int = 0) -> Json:
    """A task that is not done yet."""
    tasks = (account.world.tasks[number] for number in account.world.tasks)
    return [one for one in tasks if one["status"] in ("pending", "confirmed") and one["listingMapId"]][skip]


def of_task(account: Account, task: Json, key: str) -> Callable[[], Any]:
    """Reads a value of a task, as it is now."""
    return lambda: account.world.tasks[task["id"]][key]


def move_to_noon(account: Account) -> Errand:
    """Noon is the listing's; Hostaway is sent UTC."""
    task = open_task(account)
    day = account.day(4)
    noon = datetime.combine(day, time(12), account.zone(task["listingMapId"])).astimezone(UTC)
    one = call("save_task", action="update", tasks=[{"task_id": task["id"], "due_at": f"{day} 12:00"}])
    return Errand((one,), of_task(account, task, "shouldEndBy"), f"{noon:%Y-%m-%d %H:%M:%S}")


def task_is_done(account: Account) -> Errand:
    task = open_task(account, skip=1)
    one = call("save_task", action="complete", tasks=[{"task_id": task["id"]}])
    return Errand((one,), of_task(account, task, "status"), "completed")


def have_fixed(account: Account) -> Errand:
    listing, _ = home_with_free(account, 1)
    task = {"title": "Mend the tap", "listing": listing["name"], "categories": ["maintenance"]}
    one = call("save_task", action="create", tasks=[task])

    def seen() -> list[tuple[Any, ...]]:
        tasks = (account.world.tasks[number] for number in account.world.tasks)
        return [(one["listingMapId"], one["status"]) for one in tasks if one["title"] == "Mend the tap"]

    return Errand((one,), seen, [(listing["id"], "pending")])


def delete_task(account: Account) -> Errand:
    task = open_task(account, skip=2)
    one = call("save_task", action="delete", tasks=[{"task_id": task["id"]}])
    return Errand((one,), lambda: task["id"] in account.world.tasks, False)


def spend(account: Account, *, amount: str, concept: str) -> Errand:
    listing, _ = home_with_free(account, 1)
    item = {"concept": concept, "amount": amount, "listing": listing["id"], "date": str(account.today)}
    one = call("save_expense", action="add", items=[item])

    def seen() -> list[tuple[Any, ...]]:
        expenses = (account.world.expenses[number] for number in account.world.expenses)
        return [(one["amount"], one["listingMapId"]) for one in expenses if one["concept"] == concept]

    return Errand((one,), seen, [(float(amount), listing["id"])])


def mend_amount(account: Account) -> Errand:
    number = next(iter(account.world.expenses))
    one = call("save_expense", action="change", items=[{"expense_id": number, "amount": "-77.50"}])
    return Errand((one,), lambda: account.world.expenses[number]["amount"], -77.5)


WORK = (
    Asked("Move that cleaning to noon.", move_to_noon),
    Asked("The task is done.", task_is_done),
    Asked("Have somebody mend the tap.", have_fixed),
    Asked("That task is not needed any more.", delete_task),
    Asked("We paid 64.90 for a kettle.", lambda a: spend(a, amount="-64.90", concept="Kettle")),
    Asked("The guest paid 30 for a late check-out.", lambda a: spend(a, amount="30.00", concept="Late")),
    Asked("That expense was 77.50.", mend_amount),
)
