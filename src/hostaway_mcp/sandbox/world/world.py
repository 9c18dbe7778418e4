"""The state of the account: everything the API reads and changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from hostaway_mcp.sandbox.clock import MOMENT, WorldClock
from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.world import calendar, paperwork
from hostaway_mcp.sandbox.world.charges import charge_ids, write_charge
from hostaway_mcp.sandbox.world.conversations import (
    CONVERSATION_OFFSET,
    conversation_id,
    has_conversation,
    new_message,
    write_conversation,
    write_messages,
)
from hostaway_mcp.sandbox.world.homes import Home, draw_homes
from hostaway_mcp.sandbox.world.listings import write_listing, write_units
from hostaway_mcp.sandbox.world.newcomers import new_reservation, seconds, stay_of
from hostaway_mcp.sandbox.world.rates import tax_settings
from hostaway_mcp.sandbox.world.reservations import COLLECTED_BY_HOST, number_rows, write_reservation
from hostaway_mcp.sandbox.world.reviews import review_ids, write_review
from hostaway_mcp.sandbox.world.statements import list_statements
from hostaway_mcp.sandbox.world.stays import (
    Block,
    Stay,
    add_undated_question,
    draw_happenings,
    number_stays,
)
from hostaway_mcp.sandbox.world.table import LazyTable
from hostaway_mcp.sandbox.world.tasks import needs_cleaning, write_cleaning, write_repair
from hostaway_mcp.sandbox.world.users import write_groups, write_users

FIRST_TASK = 9_000_001
Listener = Callable[[str, Json], None]


class World:
    """
    The account's objects as documented JSON, by id.

    Read it as the truth; change it through the methods, which keep the orders and the calendar right.
    The same seed, size and date give the same world, byte for byte.
    """

    def __init__(self, *, seed: int, listings: int, clock: WorldClock, account_id: str) -> None:
        self.seed = seed
        self.clock = clock
        self.account_id = int(account_id)
        self.first_day = clock.today()
        self.version = 0
        self.live_counters = False
        self.sending_seconds = 0.0
        self.on_change: Listener = _nobody
        self.homes = {home.id: home for home in draw_homes(seed, listings, self.first_day)}
        self.stays: dict[int, Stay] = {}
        self.blocks: dict[int, list[Block]] = {}
        self.stays_of: dict[int, list[Stay]] = {listing_id: [] for listing_id in self.homes}
        self.added_fees: dict[int, list[int]] = {}
        self._added_charges: dict[int, list[int]] = {}
        self.calendar_changes: dict[tuple[int, date], Json] = {}
        self._threads: dict[int, list[Json]] = {}
        self._outbox: list[tuple[datetime, str, Json]] = []
        self._remembered: dict[str, Any] = {}
        self._remembered_at = 0
        self._numbers = count(1)
        self._draw()
        self._file()

    # The drawing of the world

    def _draw(self) -> None:
        drawn: list[Stay] = []
        for home in self.homes.values():
            happened = draw_happenings(self.seed, home, self.first_day)
            drawn += happened.stays
            self.blocks[home.id] = happened.blocks
        number_stays(drawn)
        if drawn:
            add_undated_question(self.seed, drawn, self.first_day)
        for stay in drawn:
            self._index(stay)
        midnight = datetime(self.first_day.year, self.first_day.month, self.first_day.day, tzinfo=UTC)
        self.drawn_at = int(midnight.timestamp())
        self.drawn_stamp = midnight.strftime(MOMENT)
        self.listings = LazyTable(self.homes, self._write_listing)
        self.reservations = LazyTable(self.stays, self._write_reservation)
        talks = (conversation_id(stay.id) for stay in drawn if has_conversation(stay))
        self.conversations = LazyTable(talks, self._write_conversation)
        reviews = (number for stay in drawn for number in review_ids(stay, self.first_day))
        self.reviews = LazyTable(reviews, self._write_review)
        charges = (number for stay in drawn for number in charge_ids(stay))
        self.charges = LazyTable(charges, self._write_charge)

    def _file(self) -> None:
        """The smaller tables, which are written at once."""
        account, stamp, homes = self.account_id, self.drawn_stamp, list(self.homes.values())
        self.units = {home.id: write_units(home) for home in homes}
        self.users = {user["id"]: user for user in write_users(homes, account)}
        self.groups = write_groups(account)
        self.fees = LazyTable((home.id * 10 + index for home in homes for index in range(3)), self._write_fee)
        self.taxes = {home.id: tax_settings(home, account_id=account, stamp=stamp) for home in homes}
        self.policies = paperwork.write_policies(account)
        self.channel_policies = paperwork.write_channel_policies(account)
        self.templates = paperwork.write_templates(account)
        self.custom_fields = paperwork.write_custom_fields(account)
        self.coupons = paperwork.write_coupons(account, self.first_day)
        self.expenses = paperwork.write_expenses(homes, self.first_day, seed=self.seed, account_id=account)
        self.expense_categories = dict(paperwork.EXPENSE_CATEGORIES)
        self.seasonal_rules = paperwork.write_seasonal_rules()
        self.auto_payments = paperwork.write_auto_payments(account, stamp)
        self.statements = list_statements(homes, self.first_day)
        self.statement_details: dict[int, Json] = {}
        self.tasks = self._write_tasks(homes)
        self.agreements = {home.id: f"Agreement for {home.name}" for home in homes if home.index % 5 == 0}
        self.pricing_settings: dict[int, Json] = {}
        self.reservation_coupons: dict[int, Json] = {}
        self.webhooks: dict[str, dict[int, Json]] = {"unified": {}, "reservation": {}, "message": {}}
        self.webhook_logs: dict[str, list[Json]] = {"unified": [], "reservation": [], "message": []}
        self.reservation_logs: dict[int, list[Json]] = {}
        self.cards: dict[int, list[Json]] = {}
        self.los: dict[int, Json] = {}

    def _write_tasks(self, homes: list[Home]) -> dict[int, Json]:
        today = self.first_day
        near = sorted(
            (stay for stay in self.stays.values() if needs_cleaning(stay, today)),
            key=lambda stay: (stay.departure, stay.id),
        )
        numbers = count(FIRST_TASK)
        tasks = {}
        for stay in near:
            number = next(numbers)
            tasks[number] = write_cleaning(number, stay, self.homes[stay.listing_id], today)
        for home in homes:
            if home.index % 7 == 3 and not home.archived:
                number = next(numbers)
                tasks[number] = write_repair(number, home, today)
        return tasks

    def _write_listing(self, listing_id: int) -> Json:
        field = paperwork.LICENSE_FIELD
        return write_listing(self.homes[listing_id], updated=self.drawn_stamp, license_field=field)

    def _write_reservation(self, reservation_id: int) -> Json:
        stay = self.stays[reservation_id]
        return write_reservation(stay, self.homes[stay.listing_id], str(self.account_id))

    def _write_conversation(self, number: int) -> Json:
        stay = self.stays[number - CONVERSATION_OFFSET]
        return write_conversation(stay, self.messages_of(number), self.account_id)

    def _write_review(self, number: int) -> Json:
        stay = self.stays[number // 10]
        home = self.homes[stay.listing_id]
        return write_review(number, stay, home, today=self.first_day, account_id=self.account_id)

    def _write_charge(self, number: int) -> Json:
        reservation = self.reservations.peek(number // 10)
        return write_charge(number, self.stays[number // 10], reservation, now=self.drawn_at)

    def _write_fee(self, number: int) -> Json:
        home = self.homes[number // 10]
        fees = paperwork.write_fees(home, account_id=self.account_id, stamp=self.drawn_stamp)
        return fees[number % 10]

    # Reading

    @property
    def calendars(self) -> Mapping[int, dict[str, Json]]:
        """Every listing's calendar from two years back to eighteen months ahead: days by date."""
        return calendar.Calendars(self)

    def calendar(self, listing_id: int, first: date, last: date) -> list[Json]:
        """The calendar days of one listing, first and last included."""
        return calendar.days_of(self, listing_id, first, last)

    def day(self, listing_id: int, day: date | str) -> Json:
        """One calendar day of one listing."""
        return self.calendar(listing_id, *[date.fromisoformat(str(day))] * 2)[0]

    def messages_about(self, reservation_id: int) -> list[Json]:
        """Every message between host and guest of a reservation, in the order of time. Not to be changed."""
        return self.messages_of(conversation_id(reservation_id))

    def today_at(self, listing_id: int) -> date:
        """The date it is at a listing now."""
        zone = calendar.zone_of(self, listing_id)
        return self.clock.now().astimezone(zone).date()

    def messages_of(self, number: int) -> list[Json]:
        """Every message of a conversation in the order of time, scheduled ones too. Not to be changed."""
        if self._outbox:
            self._post()
        kept = self._threads.get(number)
        if kept is not None:
            return kept
        stay = self.stays.get(number - CONVERSATION_OFFSET)
        home = self.homes.get(stay.listing_id) if stay else None
        if stay is None or home is None:
            return []
        address = f"{home.place.city}, {home.place.country}"
        return write_messages(stay, home, address, now=self.drawn_at, account_id=self.account_id)

    def charges_of(self, reservation_id: int) -> list[Json]:
        """The guest charges of one reservation."""
        drawn = [reservation_id * 10 + step for step in (1, 2)]
        written = self._added_charges.get(reservation_id, [])
        return [self.charges.peek(number) for number in [*drawn, *written] if number in self.charges]

    def fees_of(self, listing_id: int) -> list[int]:
        """The ids of a listing's fee settings."""
        drawn = [listing_id * 10 + index for index in range(3)]
        numbers = [*drawn, *self.added_fees.get(listing_id, [])]
        return [number for number in numbers if number in self.fees]

    def reservation_order(self, name: str, key: Callable[[Stay], Any]) -> tuple[list[int], dict[int, int]]:
        """The ids of all reservations in an order, and where each stands; kept until something changes."""

        def make() -> tuple[list[int], dict[int, int]]:
            ids = [stay.id for stay in sorted(self.stays.values(), key=key)]
            return ids, {number: index for index, number in enumerate(ids)}

        order: tuple[list[int], dict[int, int]] = self.remember(name, make)
        return order

    def remember(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made again only when something has changed."""
        if self._remembered_at != self.version:
            self._remembered.clear()
            self._remembered_at = self.version
        if name not in self._remembered:
            self._remembered[name] = make()
        return self._remembered[name]

    # Changing

    def next_number(self) -> int:
        """A number nobody has used."""
        return 95_000_000 + next(self._numbers)

    def touch_reservation(
        self, reservation_id: int, *, event: str = "reservation.updated", **fields: Any
    ) -> Json:
        """Changes fields of a reservation as if somebody had: its moments move, its webhooks fire."""
        document = self.reservations[reservation_id]
        now = self.clock.stamp()
        document |= {"updatedOn": now, "latestActivityOn": now} | fields
        self._follow(self.stays[reservation_id], document)
        self.on_change(event, document)
        return document

    def add_reservation(
        self, listing_id: int, arrival: date | str, departure: date | str, **fields: Any
    ) -> Json:
        """Adds a reservation without asking whether the nights are free; the way to seed a conflict."""
        number = max(self.stays, default=20_000_000) + 11
        document = new_reservation(
            number, self.listings.peek(listing_id), account_id=self.account_id, now=self.clock.stamp()
        )
        document |= fields
        document |= {"arrivalDate": str(arrival), "departureDate": str(departure)}
        nights = (date.fromisoformat(str(departure)) - date.fromisoformat(str(arrival))).days
        document["nights"] = nights
        document["financeField"] = number_rows(number, document["financeField"])
        stay = stay_of(document)
        self.stays[number] = stay
        self.stays_of.setdefault(listing_id, []).append(stay)
        self.reservations[number] = document
        if has_conversation(stay):
            self._open_conversation(stay, document)
        self._follow(stay, document)
        self.on_change("reservation.created", document)
        return document

    def remove_reservation(self, reservation_id: int) -> None:
        """Deletes a reservation with its conversation, reviews and charges."""
        for step in (1, 2):
            self.reviews.drop(reservation_id * 10 + step)
            self.charges.drop(reservation_id * 10 + step)
        for number in self._added_charges.pop(reservation_id, []):
            self.charges.drop(number)
        stay = self.stays.pop(reservation_id)
        self.stays_of[stay.listing_id].remove(stay)
        del self.reservations[reservation_id]
        self.conversations.drop(conversation_id(reservation_id))
        self.version += 1

    def add_message(self, conversation: int, message: Json) -> Json:
        """Appends a message to a conversation and moves the reservation's activity."""
        thread = self.keep_thread(conversation)
        thread.append(message)
        document = self.conversations[conversation]
        field = "messageReceivedOn" if message["isIncoming"] else "messageSentOn"
        document[field] = message["date"]
        reservation_id = conversation - CONVERSATION_OFFSET
        stay = self.stays[reservation_id]
        if message["isIncoming"]:
            document["hasUnreadMessages"] = 1
            stay.unread = True
        reservation = self.reservations[reservation_id]
        reservation["latestActivityOn"] = self.clock.stamp()
        self._follow(stay, reservation)
        if message["isIncoming"]:
            self.on_change("message.received", message)
        return message

    def send_message(self, conversation: int, message: Json, *, ends: str) -> Json:
        """Appends a message to the guest: `awaiting` for `sending_seconds`, then as it `ends`."""
        due = self.clock.now() + timedelta(seconds=self.sending_seconds)
        message["status"] = "awaiting"
        self._outbox.append((due, ends, message))
        self._post()
        return self.add_message(conversation, message)

    def _post(self) -> None:
        """Settles what has waited long enough in the outbox."""
        now = self.clock.now()
        for due, ends, message in self._outbox:
            if due <= now:
                moment = due.strftime(MOMENT)
                message |= {"status": ends, "sentChannelDate": moment if ends == "sent" else None}
                message["updatedOn"] = moment
        self._outbox = [one for one in self._outbox if one[0] > now]

    def receive_message(self, reservation_id: int, body: str) -> Json:
        """A guest writes about a reservation."""
        number = conversation_id(reservation_id)
        stay, now = self.stays[reservation_id], self.clock.stamp()
        zone = self.listings.peek(stay.listing_id)["timeZoneName"]
        message = new_message(
            number=len(self.keep_thread(number)) + 1,
            stay_id=reservation_id,
            listing_id=stay.listing_id,
            account_id=self.account_id,
            body=body,
            at=now,
        )
        kind = "email" if stay.channel in COLLECTED_BY_HOST else "channel"
        message |= {"communicationType": kind, "status": "sent", "isIncoming": 1, "isSeen": 0}
        message |= {"sentUsingHostaway": 0, "sentChannelDate": now, "listingTimeZoneName": zone}
        return self.add_message(number, message)

    def keep_thread(self, conversation: int) -> list[Json]:
        """The messages of a conversation as a list that stays, for changing."""
        if conversation not in self._threads:
            self._threads[conversation] = self.messages_of(conversation)
        return self._threads[conversation]

    def add_charge(self, reservation_id: int, charge: Json) -> Json:
        """Adds a charge to a reservation."""
        self.charges[charge["id"]] = charge
        self._added_charges.setdefault(reservation_id, []).append(charge["id"])
        return charge

    def touch_listing(self, listing_id: int, **fields: Any) -> Json:
        """Changes fields of a listing; its activity moves."""
        document = self.listings[listing_id]
        document |= {"latestActivityOn": self.clock.stamp()} | fields
        return document

    def remove_listing(self, listing_id: int) -> None:
        """Deletes a listing with its reservations."""
        for stay in list(self.stays_of[listing_id]):
            self.remove_reservation(stay.id)
        del self.listings[listing_id]
        self.version += 1

    def add_listing(self, fields: Json) -> Json:
        """Adds a listing made from documented fields."""
        number = self.listings.next_id(7)
        document = blank("Listing") | fields | {"id": number, "latestActivityOn": self.clock.stamp()}
        for name in ("listingAmenities", "listingBedTypes", "listingImages", "customFieldValues"):
            document[name] = document[name] or []
        document["bookingEngineUrls"] = []
        self.listings[number] = document
        self.stays_of[number] = []
        self.blocks[number] = []
        self.units[number] = []
        self.taxes[number] = []
        return document

    # Keeping the orders right

    def _index(self, stay: Stay) -> None:
        self.stays[stay.id] = stay
        self.stays_of[stay.listing_id].append(stay)

    def _follow(self, stay: Stay, document: Json) -> None:
        """Brings the short record of a stay in line with its document."""
        if document["listingMapId"] != stay.listing_id:
            self.stays_of[stay.listing_id].remove(stay)
            self.stays_of.setdefault(document["listingMapId"], []).append(stay)
            stay.listing_id = document["listingMapId"]
        stay.channel = document["channelId"]
        stay.status = document["status"]
        stay.arrival = date.fromisoformat(document["arrivalDate"])
        stay.departure = date.fromisoformat(document["departureDate"])
        stay.unspecified = bool(document.get("isDatesUnspecified"))
        stay.updated = seconds(document["updatedOn"])
        stay.activity = seconds(document["latestActivityOn"])
        self.version += 1

    def _open_conversation(self, stay: Stay, document: Json) -> None:
        number = conversation_id(stay.id)
        self._threads[number] = []
        talk = write_conversation(stay, [], self.account_id)
        self.conversations[number] = talk | {"recipientName": document.get("guestName") or "Guest"}


def _nobody(_event: str, _document: Json) -> None:
    """What happens before a sandbox listens."""


def span(first: date, last: date) -> list[date]:
    """Every date from first to last, both included."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
