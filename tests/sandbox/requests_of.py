"""A documented request for every operation, with ids that exist in a sandbox."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hostaway_mcp.sandbox import Sandbox

from .description import Json, example_index, operations, read_example

FORMS = ("createAccessToken", "importLosCsv")
REPORTS = (
    "createFinanceStandardReport",
    "createFinanceCalculatedReport",
    "createFinanceConsolidatedReport",
    "createListingFinancialsReport",
)

# Bodies of operations that have no example.
BODIES: dict[str, Any] = {
    "createListingAgreement": {"text": "agreement"},
    "updateListingPricingSettings": {"isAirbnbLOSActive": 1},
    "updateFinanceField": {"value": 10, "isOverriddenByUser": 1},
    "createReservationCoupon": {
        "couponName": "AUTUMN10",
        "startingDate": "2027-03-01",
        "endingDate": "2027-03-05",
    },
    "importLosCsv": {"CSV": "2027-01-01,2,1,100,2,190\n"},
    "createFinanceCalculatedReport": {"format": "csv", "fromDate": "2026-06-01", "toDate": "2026-06-10"},
}

QUERIES: dict[str, Json] = {
    "listSeasonalRuleIntervals": {"startDate": "2026-05-20", "endDate": "2026-09-10"},
    "getCalendar": {"startDate": "2026-06-01", "endDate": "2026-07-01", "includeResources": 1},
    "listReservations": {
        "includeResources": 1,
        "includeCancellationPolicy": 1,
        "includePayments": 1,
        "limit": 300,
    },
    "listListings": {"includeResources": 1, "attachObjects[]": "bookingEngineUrls"},
    "listConversations": {"includeResources": 1, "limit": 40},
    "listConversationMessages": {"includeScheduledMessages": 1},
    "getUser": {"includeResources": 1},
}


@dataclass
class Request:
    """What goes over the wire."""

    method: str
    path: str
    query: Json = field(default_factory=dict)
    json: Any = None
    form: Json | None = None


def request_for(sandbox: Sandbox, operation_id: str, body: Any = None) -> Request:
    """The documented request of an operation; `body` replaces its example."""
    method, template, _ = operations()[operation_id]
    ids = Ids(sandbox)
    given = body if body is not None else _body_of(operation_id)
    path = re.sub(r"\{(\w+)\}", lambda match: str(ids.find(operation_id, match[1], given)), template)
    request = Request(method, path, dict(QUERIES.get(operation_id, {})))
    if operation_id == "listSeasonalRuleIntervals":
        request.query["listingMapId"] = ids.listing
    if operation_id == "revokeAccessToken":
        request.query["token"] = "gone"
    if given is None:
        return request
    given = ids.adapted(operation_id, given)
    if operation_id in FORMS or operation_id in REPORTS:
        request.form = _form(given)
    else:
        request.json = given
    return request


def _body_of(operation_id: str) -> Any:
    if operation_id in BODIES:
        return BODIES[operation_id]
    names = [
        name
        for name, entry in example_index().items()
        if entry["kind"] == "request"
        and entry["operationId"] == operation_id
        and not entry.get("known_extra")
    ]
    return read_example(names[0]) if names else None


def _form(fields: Json) -> Json:
    flat: Json = {}
    for name, value in fields.items():
        if isinstance(value, list):
            flat |= {f"{name}[{index}]": one for index, one in enumerate(value)}
        else:
            flat[name] = value
    return flat


class Ids:
    """Ids of things that exist, made where the world has none."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.world = sandbox.world
        self.sandbox = sandbox
        self.listing = next(number for number, home in self.world.homes.items() if home.units == 1)
        self.multi = next(number for number, home in self.world.homes.items() if home.units > 1)

    def find(self, operation_id: str, name: str, body: Any) -> int:
        """A number for one path parameter."""
        if operation_id == "deleteListingFeeSetting":
            return self.listing * 10
        if operation_id == "listListingUnits":
            return self.multi
        if name in ("listingId", "listingMapId") or operation_id.endswith("ListingFeeSettings"):
            return self.multi if isinstance(body, dict) and "desiredUnitsToSell" in body else self.listing
        if operation_id == "createListingFeeSetting":
            return self.listing
        finder = {
            "reservationId": self._reservation,
            "conversationId": lambda _: next(iter(self.world.conversations)),
            "webhookId": self._webhook,
            "chargeId": lambda _: self._offline(operation_id),
            "id": self._charge_path,
        }.get(name)
        return finder(operation_id) if finder else self._plain(name)

    def _plain(self, name: str) -> int:
        world = self.world
        tables: dict[str, Any] = {
            "conversationMessageId": lambda: world.messages_of(next(iter(world.conversations)))[0]["id"],
            "cancellationPolicyId": lambda: next(iter(world.policies)),
            "messageTemplateId": lambda: next(iter(world.templates)),
            "customFieldId": lambda: next(iter(world.custom_fields)),
            "expenseId": lambda: next(iter(world.expenses)),
            "taskId": lambda: next(iter(world.tasks)),
            "userId": lambda: next(iter(world.users)),
            "reviewId": lambda: next(iter(world.reviews)),
            "ownerStatementId": lambda: next(iter(world.statements)),
            "feeSettingId": lambda: self.listing * 10,
            "financeFieldId": lambda: world.reservations.peek(self._reservation(""))["financeField"][0]["id"],
        }
        number: int = tables[name]()
        return number

    def _reservation(self, operation_id: str) -> int:
        channel = 2005 if operation_id == "reportNoShow" else 2000
        today = self.world.first_day
        return next(
            stay.id
            for stay in self.world.stays.values()
            if stay.channel == channel
            and stay.status == "new"
            and stay.arrival > today + timedelta(days=-300)
            and not self.world.homes[stay.listing_id].archived
        )

    def _charge_path(self, operation_id: str) -> int:
        return next(iter(self.world.charges)) if operation_id == "getGuestCharge" else self._reservation("")

    def _offline(self, operation_id: str) -> int:
        status = "awaiting" if operation_id == "updateOfflineCharge" else "paid"
        reservation = self._reservation("")
        charge = dict(self.world.charges_of(reservation)[0])
        charge |= {"id": self.world.next_number(), "status": status, "amount": 500}
        charge |= {"paymentMethod": "cash", "paymentProvider": "offline"}
        number: int = self.world.add_charge(reservation, charge)["id"]
        return number

    def _webhook(self, operation_id: str) -> int:
        kind = (
            "unified"
            if "Unified" in operation_id
            else "message"
            if "Message" in operation_id
            else "reservation"
        )
        stamp = "2026-01-01 00:00:00"
        row = {"id": 5, "isEnabled": 1, "url": "https://example.com/hook", "login": None, "password": None}
        if kind == "unified":
            row |= {"alertingEmailAddress": None}
        else:
            row |= {"accountId": 1, "type": kind, "insertedOn": stamp, "updatedOn": stamp}
        self.world.webhooks[kind][5] = row
        return 5

    def adapted(self, operation_id: str, body: Any) -> Any:
        """The body with ids and dates that exist in this world."""
        if not isinstance(body, dict):
            return body
        body = dict(body)
        if operation_id == "createAccessToken":
            body |= {"client_id": self.sandbox.account_id, "client_secret": self.sandbox.client_secret}
        if body.get("listingMapId") is not None or operation_id == "createReservationCoupon":
            body["listingMapId"] = self.listing
        if "listingMapIds" in body:
            body["listingMapIds"] = [self.listing]
        if operation_id == "duplicateListingAgreement":
            self.world.agreements[self.listing] = "agreement"
            body |= {"listingId": self.listing, "listingIds": [self.multi]}
        if operation_id == "updateListingAgreement":
            self.world.agreements[self.listing] = "agreement"
        if operation_id == "createReservation":
            body |= {"arrivalDate": "2027-05-03", "departureDate": "2027-05-05"}
        if operation_id == "updateReservation":
            body |= self._fitted(body)
        return body

    def _fitted(self, body: Json) -> Json:
        """Dates and finance rows of the reservation that is changed."""
        fitted: Json = {}
        row = self.world.reservations.peek(self._reservation(""))
        if "arrivalDate" in body:
            fitted |= {"arrivalDate": row["arrivalDate"], "departureDate": row["departureDate"]}
        if "financeField" in body:
            first = row["financeField"][0]["id"]
            fitted["financeField"] = [one | {"id": first} for one in body["financeField"]]
        return fitted
