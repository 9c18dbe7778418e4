"""Finance figures: standard fields, formulas, and the tables made of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.pricing import cents, plain
from hostaway_mcp.sandbox.world.world import World

# Finance field names whose standard field is called differently.
_STANDARD_NAMES = {"pricePerExtraPerson": "priceForExtraPerson", "cleaningFee": "cleaningFeeValue"}

_TAXES = (
    "vat",
    "hotelTax",
    "lodgingTax",
    "salesTax",
    "transientOccupancyTax",
    "cityTax",
    "roomTax",
    "otherTaxes",
)
_FEES = ("cleaningFeeValue", "parkingFee", "lateCheckoutFee", "petFee")
_ACCOMMODATION = ("baseRate", "priceForExtraPerson", "weeklyDiscount", "monthlyDiscount", "couponDiscount")
MANAGER_SHARE = Decimal("0.2")

FORMULAS: dict[str, str] = {
    "totalTax": " + ".join(_TAXES),
    "totalGuestFees": " + ".join(_FEES),
    "accommodationFee": " + ".join(_ACCOMMODATION),
    "rentalRevenue": " + ".join((*_ACCOMMODATION, "cleaningFeeValue")),
    "pmCommission": "accommodationFee * 0.2",
    "ownerPayout": "accommodationFee - hostChannelFee - pmCommission",
    "subTotalPrice": "accommodationFee + totalGuestFees",
}

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("id", "Reservation ID", "number"),
    ("channelName", "Channel name", "string"),
    ("status", "Reservation status", "string"),
    ("arrivalDate", "Arrival date", "string"),
    ("departureDate", "Departure date", "string"),
    ("listingName", "Listing name", "string"),
    ("totalGuestFees", "Total guest fees", "money"),
    ("totalTax", "Total tax", "money"),
    ("accommodationFee", "Accommodation fee", "money"),
    ("pmCommission", "PM Commission", "money"),
    ("ownerPayout", "Owner payout", "money"),
    ("baseRate", "Base rate", "money"),
    ("priceForExtraPerson", "Price for extra person", "money"),
    ("cleaningFeeValue", "Cleaning fee value", "money"),
    ("cityTax", "City / Tourism tax", "money"),
    ("lodgingTax", "Lodging tax", "money"),
    ("salesTax", "Sales tax", "money"),
    ("vat", "VAT / GST", "money"),
    ("otherTaxes", "Other taxes", "money"),
    ("hostChannelFee", "Host channel fee", "money"),
    ("monthlyDiscount", "Monthly discount", "money"),
    ("weeklyDiscount", "Weekly discount", "money"),
    ("damageDeposit", "Damage deposit", "money"),
    ("cancellationPayout", "Cancellation payout", "money"),
    ("subTotalPrice", "Sub total price", "money"),
    ("totalPrice", "Total price", "money"),
)
_LISTING_COLUMNS = (("listingId", "Listing ID", "number"), ("listingName", "Listing name", "string"))
_TEXTS = ("string", "number")


def standard_fields(world: World, reservation: Json) -> Json:
    """The flat amounts of one reservation; null where it has no such row ("Standard fields")."""
    document = blank("FinanceStandardFields")
    for row in reservation["financeField"]:
        name = _STANDARD_NAMES.get(row["name"], row["name"])
        if name in document and not row["isDeleted"]:
            document[name] = row["total"]
    return document | {
        "id": reservation["id"],
        "accountId": world.account_id,
        "listingMapId": reservation["listingMapId"],
        "channelId": reservation["channelId"],
        "reservationId": reservation["id"],
        "manuallySetFields": "[]",
        "customFeeValuesJson": "[]",
        "insertedOn": reservation["insertedOn"] or reservation["reservationDate"],
        "updatedOn": reservation["updatedOn"],
    }


def amounts_of(world: World, reservation: Json) -> dict[str, Decimal]:
    """Every standard field and formula of one reservation, nulls as zero."""
    fields = standard_fields(world, reservation)
    amounts = {
        name: cents(value or 0)
        for name, value in fields.items()
        if value is None or (isinstance(value, (int, float)) and not name.endswith(("id", "Id")))
    }
    amounts["totalTax"] = _sum(amounts, _TAXES)
    amounts["totalGuestFees"] = _sum(amounts, _FEES)
    amounts["accommodationFee"] = _sum(amounts, _ACCOMMODATION)
    amounts["rentalRevenue"] = amounts["accommodationFee"] + amounts["cleaningFeeValue"]
    amounts["pmCommission"] = cents(amounts["accommodationFee"] * MANAGER_SHARE)
    amounts["ownerPayout"] = amounts["accommodationFee"] - amounts["hostChannelFee"] - amounts["pmCommission"]
    amounts["subTotalPrice"] = amounts["accommodationFee"] + amounts["totalGuestFees"]
    amounts["totalPrice"] = cents(reservation["totalPrice"] or 0)
    return amounts


def _sum(amounts: dict[str, Decimal], names: Iterable[str]) -> Decimal:
    return sum((amounts[name] for name in names), Decimal(0))


def calculated_fields(world: World, reservation: Json) -> list[Json]:
    """The formulas of one reservation with their numbers filled in."""
    amounts = amounts_of(world, reservation)
    return [
        {
            "id": reservation["id"] * 100 + index,
            "accountId": world.account_id,
            "listingMapId": reservation["listingMapId"],
            "financeCustomFormulaId": None,
            "channelId": reservation["channelId"],
            "reservationId": reservation["id"],
            "formulaName": name,
            "formulaValue": formula,
            "formulaFilled": " ".join(_filled(word, amounts) for word in formula.split()),
            "formulaResult": plain(amounts[name]),
            "insertedOn": reservation["reservationDate"] or reservation["updatedOn"],
            "updatedOn": reservation["updatedOn"],
        }
        for index, (name, formula) in enumerate(FORMULAS.items())
    ]


def _filled(word: str, amounts: dict[str, Decimal]) -> str:
    return str(plain(amounts[word])) if word in amounts else word


def consolidated(world: World, reservations: Sequence[Json]) -> Json:
    """One row a reservation, one column a field; reservation ids are strings in rows."""
    rows = [_row(world, reservation) for reservation in reservations]
    return _table(COLUMNS, rows, _currency(reservations))


def _row(world: World, reservation: Json) -> list[Any]:
    amounts = amounts_of(world, reservation)
    listing_id = reservation["listingMapId"]
    texts = {
        "id": str(reservation["id"]),
        "channelName": reservation["channelName"],
        "status": reservation["status"],
        "arrivalDate": reservation["arrivalDate"],
        "departureDate": reservation["departureDate"],
        "listingName": listing_label(world, listing_id),
    }
    return [texts[name] if name in texts else plain(amounts[name]) for name, _, _ in COLUMNS]


def listing_label(world: World, listing_id: int) -> str:
    """A listing as reports write it: "(123) name"."""
    name = world.listings.peek(listing_id)["name"] if listing_id in world.listings else "?"
    return f"({listing_id}) {name}"


def listing_financials(world: World, reservations: Sequence[Json]) -> Json:
    """One row a listing: the sums of its reservations."""
    money = [column for column in COLUMNS if column[2] == "money"]
    sums: dict[int, dict[str, Decimal]] = {}
    for reservation in reservations:
        row = sums.setdefault(reservation["listingMapId"], {name: Decimal(0) for name, _, _ in money})
        amounts = amounts_of(world, reservation)
        for name in row:
            row[name] += amounts[name]
    rows = [
        [str(listing_id), listing_label(world, listing_id), *(plain(amount) for amount in row.values())]
        for listing_id, row in sorted(sums.items())
    ]
    return _table((*_LISTING_COLUMNS, *money), rows, _currency(reservations))


def _currency(reservations: Sequence[Json]) -> str | None:
    """The one currency of a report; null when its rows have several, which are added all the same."""
    currencies = {reservation["currency"] for reservation in reservations}
    return currencies.pop() if len(currencies) == 1 else None


def _table(columns: Sequence[tuple[str, str, str]], rows: list[list[Any]], currency: str | None) -> Json:
    totals: list[Any] = ["Totals"]
    for index, (_, _, kind) in enumerate(columns[1:], start=1):
        total = Decimal(0) if kind in _TEXTS else sum((cents(row[index]) for row in rows), Decimal(0))
        totals.append(plain(total))
    return {
        "columns": [{"name": name, "title": title, "valueType": kind} for name, title, kind in columns],
        "rows": rows,
        "totals": totals,
        "currency": currency,
    }


def table_text(table: Json, delimiter: str) -> str:
    """A report as CSV: display titles, rows, totals."""
    lines = [[column["title"] for column in table["columns"]], *table["rows"], table["totals"]]
    return lines_text(lines, delimiter)


def lines_text(lines: Iterable[Sequence[Any]], delimiter: str) -> str:
    """Lines of cells as delimited text."""
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(lines)
    return written.getvalue()


def field_lines(world: World, reservations: Sequence[Json], *, calculated: bool) -> list[list[Any]]:
    """One line a reservation and field, or formula with its filled expression."""
    head = ["Reservation ID", "Channel", "Status", "Arrival", "Departure", "Listing", "Owner", "Description"]
    lines: list[list[Any]] = [[*head, "Formula", "Amount"] if calculated else [*head, "Amount"]]
    titles = {name: title for name, title, _ in COLUMNS}
    for one in reservations:
        start = [one["id"], one["channelName"], one["status"], one["arrivalDate"], one["departureDate"]]
        start += [listing_label(world, one["listingMapId"]), _owner(world, one["listingMapId"])]
        if calculated:
            lines += [
                [
                    *start,
                    titles.get(row["formulaName"], row["formulaName"]),
                    row["formulaFilled"],
                    row["formulaResult"],
                ]
                for row in calculated_fields(world, one)
            ]
        else:
            lines += [
                [*start, row["title"], row["total"]] for row in one["financeField"] if not row["isDeleted"]
            ]
    return lines


def _owner(world: World, listing_id: int) -> str:
    home = world.homes.get(listing_id)
    owner = world.users.get(home.owner_id) if home else None
    return f"{owner['firstName']} {owner['lastName']}" if owner else ""
