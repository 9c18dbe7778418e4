"""Conversations as documents: who wrote what, when, about a stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.world.dice import dice
from hostaway_mcp.sandbox.world.homes import Home
from hostaway_mcp.sandbox.world.reservations import COLLECTED_BY_HOST, moment
from hostaway_mcp.sandbox.world.stays import QUESTIONS as QUESTION_STATUSES
from hostaway_mcp.sandbox.world.stays import Stay
from hostaway_mcp.sandbox.world.words import (
    ANSWERS,
    CLOSINGS,
    CONFIRMATION,
    INQUIRIES,
    INSTRUCTIONS,
    QUESTIONS,
)

CONVERSATION_OFFSET = 30_000_000
# Ids of the automations that write the automated messages.
CONFIRMATION_RULE, INSTRUCTIONS_RULE = 501, 502


def has_conversation(stay: Stay) -> bool:
    """Owner stays and imported calendars have nobody to talk to."""
    return stay.status != "ownerStay" and stay.channel != 2015


def conversation_id(reservation_id: int) -> int:
    """The conversation of a reservation."""
    return reservation_id + CONVERSATION_OFFSET


def write_conversation(stay: Stay, messages: list[Json], account_id: int) -> Json:
    """One conversation; the caller adds messages and the reservation where they are asked for."""
    sent = [
        message["date"] for message in messages if not message["isIncoming"] and message["status"] == "sent"
    ]
    received = [message["date"] for message in messages if message["isIncoming"]]
    unread = any(message["isIncoming"] and not message["isSeen"] for message in messages)
    return blank("Conversation") | {
        "id": conversation_id(stay.id),
        "accountId": account_id,
        "listingMapId": stay.listing_id,
        "reservationId": stay.id,
        "type": "host-guest-email",
        "recipientEmail": stay.guest.relay,
        "recipientName": stay.guest.name,
        "hostEmail": f"c-{stay.guest.number:08x}@host.example",
        "guestEmail": stay.guest.relay,
        "hasUnreadMessages": int(unread),
        "messageSentOn": max(sent, default=None),
        "messageReceivedOn": max(received, default=None),
    }


def write_messages(stay: Stay, home: Home, address: str, *, now: int, account_id: int) -> list[Json]:
    """Every message of a stay in the order of time, scheduled ones too."""
    return _Thread(stay, home, address, now, account_id).written()


class _Thread:
    """Writes one thread from the stay's own chance."""

    def __init__(self, stay: Stay, home: Home, address: str, now: int, account_id: int) -> None:
        self.stay = stay
        self.home = home
        self.now = now
        self.account_id = account_id
        self.random = dice("messages", stay.chance)
        self.language = stay.guest.locale
        self.words = {
            "first": stay.guest.first,
            "listing": home.name,
            "nights": stay.nights or 3,
            "check_in": home.check_in,
            "address": address,
        }
        self.messages: list[Json] = []
        self.latest = 0

    def written(self) -> list[Json]:
        if self.stay.status in QUESTION_STATUSES:
            self._write_question()
        else:
            self._write_stay()
        self.messages.sort(key=lambda message: (message["date"], message["id"]))
        return self.messages

    def _write_question(self) -> None:
        asked = self.stay.booked
        unread = self.stay.unread
        body = INQUIRIES[self.language].format(**self.words)
        self._add(asked, body, incoming=True, seen=not unread)
        if not unread:
            self._add(min(self.now - 60, asked + 3_000), ANSWERS[self.language].format(**self.words))

    def _write_stay(self) -> None:
        stay, random = self.stay, self.random
        self._add(stay.booked + 120, CONFIRMATION.format(**self.words), rule=CONFIRMATION_RULE)
        if random.random() < 0.45:
            self._exchange(stay.booked + random.randint(3_600, 200_000))
        if stay.status in ("new", "modified"):
            self._instruct()
            if random.random() < 0.25:
                self._exchange(_noon(stay) + random.randint(7_200, 86_400))
        if stay.unread:
            at = max(stay.booked + 300, stay.updated - 5, self.latest + 120)
            self._ask(min(self.now - 10, at), seen=False)

    def _exchange(self, at: int) -> None:
        """A question, an answer, and now and then a last word."""
        if at + 20_000 >= self.now:
            return
        self._ask(at, seen=True)
        self._add(at + self.random.randint(600, 9_000), ANSWERS[self.language].format(**self.words))
        if self.random.random() < 0.5:
            body = self.random.choice(CLOSINGS[self.language])
            self._add(at + 12_000, body, incoming=True)

    def _ask(self, at: int, *, seen: bool) -> None:
        phase = ("parking", "early", "other", "refund") if at < _noon(self.stay) else tuple(QUESTIONS["en"])
        body = QUESTIONS[self.language][self.random.choice(phase)]
        self._add(at, body, incoming=True, seen=seen)

    def _instruct(self) -> None:
        at = _noon(self.stay) - 2 * 86_400
        if at < self.stay.booked:
            at = self.stay.booked + 600
        failed = self.random.random() < 0.03
        status = "awaiting" if at > self.now else "failed" if failed else "sent"
        self._add(at, INSTRUCTIONS.format(**self.words), rule=INSTRUCTIONS_RULE, status=status)

    def _add(
        self,
        at: int,
        body: str,
        *,
        incoming: bool = False,
        seen: bool = True,
        rule: int | None = None,
        status: str = "sent",
    ) -> None:
        written = moment(at)
        self.latest = max(self.latest, at) if at <= self.now else self.latest
        message = new_message(
            number=len(self.messages) + 1,
            stay_id=self.stay.id,
            listing_id=self.stay.listing_id,
            account_id=self.account_id,
            body=body,
            at=written,
        )
        own = self.stay.channel in COLLECTED_BY_HOST
        message |= {
            "communicationType": "email" if own else "channel",
            "communicationId": rule,
            "communicationEvent": {CONFIRMATION_RULE: "reservation", INSTRUCTIONS_RULE: "arrival"}.get(
                rule or 0
            ),
            "communicationTimeDelta": -172_800 if rule == INSTRUCTIONS_RULE else 0 if rule else None,
            "status": status,
            "isIncoming": int(incoming),
            "isSeen": int(seen),
            "sentUsingHostaway": int(not incoming),
            "sentChannelDate": written if status == "sent" else None,
            "listingTimeZoneName": self.home.place.time_zone,
        }
        if at > self.now:
            message |= {"insertedOn": moment(self.stay.booked), "updatedOn": moment(self.stay.booked)}
        self.messages.append(message)


def new_message(*, number: int, stay_id: int, listing_id: int, account_id: int, body: str, at: str) -> Json:
    """A message with every documented field; `number` counts within the conversation."""
    return blank("ConversationMessage") | {
        "id": stay_id * 100 + number,
        "accountId": account_id,
        "listingMapId": listing_id,
        "reservationId": stay_id,
        "conversationId": conversation_id(stay_id),
        "channelThreadMessageId": None,
        "body": body,
        "hash": f"{stay_id * 7919 + number:032x}",
        "date": at,
        "attachments": [],
        "insertedOn": at,
        "updatedOn": at,
    }


def _noon(stay: Stay) -> int:
    arrival = datetime(stay.arrival.year, stay.arrival.month, stay.arrival.day, tzinfo=UTC)
    return int((arrival + timedelta(hours=12)).timestamp())
