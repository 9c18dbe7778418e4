"""A person with a value of their own in every personal field that Hostaway's objects have."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FIELDS: Mapping[str, str] = {
    "reservations": (
        "guestName guestFirstName guestLastName guestExternalAccountId guestZipCode guestAddress"
        " guestCity guestCountry guestEmail guestPicture guestWork guestLocale phone hostNote"
        " guestNote comment doorCode doorCodeVendor doorCodeInstruction confirmationCode"
        " reservationId channelReservationId source stripeGuestId stripeMessage braintreeGuestId"
        " braintreeMessage guestAuthHash guestPortalUrl guestPortalRevampUrl customerUserId"
        " customerIcalId customerIcalName manualIcalId manualIcalName rentalAgreementFileUrl"
        " insurancePolicyId hostProxyEmail bookingcomBookerName bookingcomBookerCompany externalRuid"
        " externalPropertyId externalRatePlanId externalUnitId localeForMessaging"
        " localeForMessagingSource ccName ccNumber ccNumberEndingDigits ccExpirationMonth"
        " ccExpirationYear cvc originalChannel aFieldThatHostawayAddsOneDay"
    ),
    "conversations": "recipientName recipientEmail recipientPicture guestEmail hostEmail",
    "messages": (
        "body subject ccEmail1 ccEmail2 bodyTemplate airbnbThreadMessageId channelThreadMessageId"
        " inReplyTo hash imagesUrls reasonFailed readableReasonFailed bookingcomSubthreadId"
        " objectKey communicationName isSeenBy twilioMessageIdConversationMessageId attachment"
    ),
    "reviews": (
        "publicReview privateFeedback revieweeResponse guestName reviewerName title"
        " externalReviewId externalReservationId channelReservationId"
    ),
    "tasks": "title description resolutionNote feedbackNote costDescription",
    "charges": ("title description paymentProviderMessage paymentProviderInvoiceId paymentProviderChargeId"),
    "expenses": "concept guestName",
}
"""Source: Hostaway API reference, the objects of each noun."""


@dataclass
class Person:
    """Draws values that no other text holds, and remembers them."""

    prefix: str
    values: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        """A new one; addresses and numbers look like such."""
        number = len(self.values)
        text = f"{self.prefix}{number:04d} {name}"
        if "mail" in name.lower():
            text = f"{self.prefix}{number:04d}.{name}@canary.example"
        elif name == "phone":
            text = f"+49 30 77{number:04d}{sum(map(ord, self.prefix)):04d}"
        self.values.append(text)
        return text

    def plain(self, noun: str) -> dict[str, Any]:
        """Every plain field of a noun."""
        return {name: self.value(name) for name in FIELDS[noun].split()}

    def reservation(self) -> dict[str, Any]:
        """What a stay has of its guest."""
        return self.plain("reservations") | {
            "bookingcomSpecialRequests": {
                "remarks": self.value("remarks"),
                "geniusFreebies": [self.value("freebie")],
            },
            "customFieldValues": [
                {"customFieldId": n, "value": self.value(f"passport{n}")} for n in range(1, 4)
            ],
            "listingCustomFields": [{"name": "wifi", "value": self.value("listingCustomFields")}],
            "reservationUnit": [
                {
                    "id": 1,
                    "listingUnitId": 7,
                    "guestName": self.value("unitGuest"),
                    "guestFirstName": self.value("unitFirst"),
                    "guestLastName": self.value("unitLast"),
                    "externalReservationId": self.value("unitReference"),
                    "externalReservationUnitId": self.value("unitUnitReference"),
                    "numberOfGuests": 2,
                    "totalPrice": 100,
                }
            ],
        }

    def message(self) -> dict[str, Any]:
        """What a message says."""
        return self.plain("messages") | {
            "attachments": [{"id": 1, "name": self.value("file"), "url": self.value("url")}],
            "conversationMessageNote": [{"note": self.value("note")}],
            "conversationSnooze": [{"note": self.value("snooze")}],
            "bookingcomReplyOptions": [{"text": self.value("option")}],
            "bookingcomSelectedOptions": [self.value("selected")],
            "ListingMap": {"name": self.value("messageListing")},
            "Reservation": {"guestName": self.value("messageReservation")},
            "Conversation": {"recipientName": self.value("messageConversation")},
        }

    def conversation(self) -> dict[str, Any]:
        """What a thread has of the guest, with its stay and its latest message."""
        return self.plain("conversations")

    def review(self) -> dict[str, Any]:
        """What a review says."""
        return self.plain("reviews")

    def task(self) -> dict[str, Any]:
        """What people write into a task."""
        return self.plain("tasks") | {
            "expense": [{"concept": self.value("taskExpense")}],
            "checklistItems": [{"title": self.value("checklist")}],
            "customFieldValue": [{"customFieldId": 9, "value": self.value("taskField")}],
        }

    def charge(self) -> dict[str, Any]:
        """What a charge tells of who pays."""
        return self.plain("charges") | {
            "transactions": [
                {
                    "id": 1,
                    "amount": 10,
                    "paymentProviderMessage": self.value("transactionMessage"),
                    "paymentProviderInvoiceId": self.value("transactionInvoice"),
                    "balanceTransactionId": self.value("transactionBalance"),
                }
            ],
            "refundInfo": {"id": 1, "reason": self.value("refund")},
        }

    def expense(self) -> dict[str, Any]:
        """What an expense tells of a guest."""
        return self.plain("expenses") | {"attachments": [{"url": self.value("invoice")}]}


def found_in(hay: str, values: list[str]) -> set[str]:
    """Which values stand in a text, in whatever case, plain or as JSON."""
    hay = hay.casefold()
    prefixes = {one[:2].casefold() for one in values}
    if not any(prefix in hay for prefix in prefixes):
        return set()
    return {one for one in values if one.casefold() in hay or json.dumps(one)[1:-1].casefold() in hay}


def in_files(folder: Path, values: list[str]) -> set[str]:
    """Which values stand in any file below a folder: as bytes, or in what can be unpacked anywhere in it."""
    found: set[str] = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found |= found_in(content.decode("utf-8", "replace"), values)
            for opened in _unpacked(content):
                found |= found_in(opened, values)
    return found


def in_sqlite(path: Path, values: list[str]) -> set[str]:
    """Which values stand in any row of any table, those of the index of words too."""
    found: set[str] = set()
    with sqlite3.connect(path) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for name in names:
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                found |= found_in(written_out(row), values)
    connection.close()
    return found


def written_out(row: tuple[Any, ...]) -> str:
    """A row's values as text, what is packed unpacked."""
    return "\n".join(map(_opened, row))


def _opened(value: Any) -> str:
    if not isinstance(value, bytes):
        return json.dumps(value, ensure_ascii=False, default=str)
    with contextlib.suppress(zlib.error):
        value = zlib.decompress(value)
    return bytes(value).decode("utf-8", "replace")


def _unpacked(content: bytes) -> Iterator[str]:
    for at in range(len(content) - 1):
        if content[at] == 0x78 and content[at + 1] in (0x01, 0x5E, 0x9C, 0xDA):
            try:
                yield zlib.decompressobj().decompress(content[at : at + 65_536]).decode("utf-8", "replace")
            except zlib.error:
                continue
