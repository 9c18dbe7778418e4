"""What a replica has beside listings, stays and calendars: threads, reviews, tasks, charges, expenses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import httpx2

from hostaway_mcp.client import Hostaway
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.expenses import Expense
from hostaway_mcp.models.guest_payments import GuestCharge
from hostaway_mcp.models.lenient import JsonObject, Wire, read_rows
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.models.reviews import Review
from hostaway_mcp.models.tasks import Task
from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.store.rows import Rows
from hostaway_mcp.store.store import Store

THREAD_DAYS = (-20, 15)
"""Stays that arrive in these days from today have a thread."""
REVIEW_DAYS = 200
"""Stays that ended so lately have a review, two of three."""
TASK_DAYS = 30
CHARGE_DAYS = 45
EXPENSES_EACH = 2

GUEST_ASKS = (
    "Hello, is there a parking space near the house?",
    "Guten Tag, das WLAN funktioniert leider nicht.",
    "¿A qué hora podemos entrar en el apartamento?",
    "Bonjour, où pouvons-nous trouver les clés ?",
    "Buongiorno, possiamo lasciare le valigie prima?",
    "The heating in the bedroom is broken and it is cold.",
)
GUEST_THANKS = ("Thanks, see you soon!", "Vielen Dank!", "Perfecto, gracias.", "Merci beaucoup !")
HOST_ANSWERS = ("Yes, it is behind the house.", "We will take care of it at once.", "The code is on its way.")
MACHINE = "Hello, your booking is confirmed. We look forward to hosting you!"
REVIEWS = (
    "Spotless and quiet, the host answered at once.",
    "The bed was uncomfortable and the street is loud at night.",
    "Sehr sauber, gute Lage, aber das WLAN war langsam.",
    "La cocina estaba bien equipada y la ubicación es céntrica.",
    "The shower had no hot water and nobody replied for a day.",
)


@dataclass(frozen=True)
class PaperTemplates:
    """An object of each kind with everything that Hostaway sends."""

    conversation: JsonObject
    message: JsonObject
    review: JsonObject
    task: JsonObject
    charge: JsonObject
    expense: JsonObject


async def paper_templates(sandbox: Sandbox) -> PaperTemplates:
    """From a small sandbox."""
    async with Hostaway(
        account_id=sandbox.account_id,
        client_secret=sandbox.client_secret,
        base_url="http://localhost/v1",
        http=httpx2.ASGITransport(app=sandbox.app),
    ) as hostaway:
        conversations = await hostaway.conversations.find(limit=1, include_resources=True)
        reviews = await hostaway.reviews.find(limit=1)
        tasks = await hostaway.tasks.find(limit=1)
        charges = await hostaway.guest_payments.find_charges(limit=1)
        expenses = await hostaway.expenses.find(limit=1)
    conversation = conversations.raw[0]
    message = conversation["conversationMessages"][0]
    return PaperTemplates(
        conversation, message, reviews.raw[0], tasks.raw[0], charges.raw[0], expenses.raw[0]
    )


@dataclass(frozen=True)
class Papers:
    """What is made of the templates; `seed` decides about everything."""

    of: PaperTemplates
    now: datetime
    seed: int = 1

    async def fill(self, store: Store, stays: Sequence[Reservation], seen_at: datetime) -> dict[str, int]:
        """Keeps what belongs to these stays; gives how many rows of each."""
        count = {"conversations": 0}
        for stay in stays:
            if self._days_to(stay.arrival, *THREAD_DAYS) and stay.status_class != "owner_stay":
                await self._put_thread(store, stay, seen_at)
                count["conversations"] += 1
        dice = Random(f"{self.seed} papers {stays[0].id}")  # noqa: S311 - the same world each time
        parts: dict[str, tuple[Rows[Any], type[Wire], list[JsonObject]]] = {
            "reviews": (store.reviews, Review, list(self._reviews(dice, stays))),
            "tasks": (store.tasks, Task, list(self._tasks(dice, stays))),
            "charges": (store.charges, GuestCharge, list(self._charges(dice, stays))),
            "expenses": (store.expenses, Expense, list(self._expenses(dice, stays))),
        }
        for noun, (kept, model, sent) in parts.items():
            rows, raw, _ = read_rows(model, sent)
            await kept.put(rows, raw, seen_at=seen_at)
            count[noun] = len(rows)
        return count

    def _days_to(self, day: date | None, first: int, last: int) -> bool:
        return day is not None and first <= (day - self.now.date()).days <= last

    async def _put_thread(self, store: Store, stay: Reservation, seen_at: datetime) -> None:
        """A thread; half of those that a person did not answer last are kept whole."""
        dice = Random(f"{self.seed} thread {stay.id}")  # noqa: S311 - the same world each time
        kind = dice.choices(("answered", "asks", "thanks", "machine"), (40, 25, 20, 15))[0]
        end = (self.now - timedelta(hours=dice.randint(1, 480))).replace(microsecond=0)
        said = [("guest", dice.choice(GUEST_ASKS)), ("host", dice.choice(HOST_ANSWERS))] * dice.randint(1, 3)
        said = [("machine", MACHINE), *said]
        said += {
            "answered": [],
            "asks": [("guest", dice.choice(GUEST_ASKS))],
            "thanks": [("guest", dice.choice(GUEST_THANKS))],
            "machine": [("guest", dice.choice(GUEST_ASKS)), ("machine", MACHINE)],
        }[kind]
        sent = [
            self._message(stay, place, by, text, end - timedelta(minutes=50 * (len(said) - 1 - place)))
            for place, (by, text) in enumerate(said)
        ]
        rows, raw, _ = read_rows(Conversation, [self._conversation(stay, sent, unread=kind == "asks")])
        await store.conversations.put(rows, raw, seen_at=seen_at)
        if kind != "answered" and dice.random() < 0.5:
            messages, raw, _ = read_rows(ConversationMessage, sent)
            await store.messages.put(messages, raw, seen_at=seen_at)
            await store.threads.keep(rows[0].id, messages=len(sent), as_of=self.now)

    def _conversation(self, stay: Reservation, sent: Sequence[JsonObject], *, unread: bool) -> JsonObject:
        received = [one["date"] for one in sent if one["isIncoming"]]
        answered = [one["date"] for one in sent if not one["isIncoming"]]
        return {
            **self.of.conversation,
            "id": stay.id,
            "listingMapId": stay.listing_id,
            "reservationId": stay.id,
            "hasUnreadMessages": int(unread),
            "messageSentOn": max(answered, default=None),
            "messageReceivedOn": max(received, default=None),
            # Newest first, and only the last of them, as the list has it.
            "conversationMessages": [sent[-1]],
            "Reservation": {"id": stay.id, "channelId": int(stay.channel)},
        }

    def _message(self, stay: Reservation, place: int, by: str, text: str, at: datetime) -> JsonObject:
        machine = {"communicationId": 501, "communicationEvent": "reservation"}
        nobody = {"communicationId": None, "communicationEvent": None}
        return {
            **self.of.message,
            **(machine if by == "machine" else nobody),
            "id": 10_000_000_000 + stay.id * 10 + place,
            "listingMapId": stay.listing_id,
            "reservationId": stay.id,
            "conversationId": stay.id,
            "isIncoming": int(by == "guest"),
            "body": text,
            "date": _written(at),
            "sentChannelDate": _written(at),
            "insertedOn": _written(at),
            "updatedOn": _written(at),
        }

    def _reviews(self, dice: Random, stays: Sequence[Reservation]) -> Iterator[JsonObject]:
        for stay in stays:
            if not self._days_to(stay.departure, -REVIEW_DAYS, -1) or dice.random() > 2 / 3:
                continue
            rating = dice.choice((10, 10, 9, 8, 6, 4))
            yield {
                **self.of.review,
                "id": stay.id,
                "listingMapId": stay.listing_id,
                "reservationId": stay.id,
                "channelId": int(stay.channel),
                "type": "guest-to-host",
                "status": "published",
                "rating": rating,
                "publicReview": dice.choice(REVIEWS),
                "privateFeedback": dice.choice((None, None, "The hall smelled of smoke.")),
                "revieweeResponse": dice.choice((None, "Thank you for staying with us.")),
                "arrivalDate": f"{stay.arrival} 16:00:00",
                "departureDate": f"{stay.departure} 11:00:00",
                "reviewCategory": [
                    {"category": name, "rating": max(2, rating - dice.randint(0, 2))}
                    for name in ("cleanliness", "communication", "location", "value")
                ],
            }

    def _tasks(self, dice: Random, stays: Sequence[Reservation]) -> Iterator[JsonObject]:
        for stay in stays:
            if stay.departure is None or not self._days_to(stay.departure, -TASK_DAYS, TASK_DAYS):
                continue
            begin = datetime.combine(stay.departure, time(11))
            yield {
                **self.of.task,
                "id": stay.id,
                "listingMapId": stay.listing_id,
                "reservationId": stay.id,
                "assigneeUserId": None,
                "supervisorUserId": None,
                "canStartFrom": _written(begin),
                "shouldEndBy": _written(begin + timedelta(hours=dice.randint(2, 5))),
                "status": "completed" if begin.date() < self.now.date() else "pending",
            }

    def _charges(self, dice: Random, stays: Sequence[Reservation]) -> Iterator[JsonObject]:
        for stay in stays:
            if not self._days_to(stay.arrival, -CHARGE_DAYS, CHARGE_DAYS) or not stay.total_price:
                continue
            for place, status in enumerate(("paid", dice.choice(("awaiting", "paid", "failed")))):
                yield {
                    **self.of.charge,
                    "id": stay.id * 10 + place,
                    "listingMapId": stay.listing_id,
                    "reservationId": stay.id,
                    "currency": stay.currency,
                    "amount": float(round(stay.total_price / 2, 2)),
                    "status": status,
                }

    def _expenses(self, dice: Random, stays: Sequence[Reservation]) -> Iterator[JsonObject]:
        for listing_id in sorted({stay.listing_id or 0 for stay in stays}):
            for place in range(EXPENSES_EACH):
                day = self.now.date() - timedelta(days=dice.randint(0, 360))
                yield {
                    **self.of.expense,
                    "id": listing_id * 10 + place,
                    "listingMapId": listing_id,
                    "expenseDate": str(day),
                    "amount": -dice.randint(10, 200),
                }


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC) if at.tzinfo else at:%Y-%m-%d %H:%M:%S}"
