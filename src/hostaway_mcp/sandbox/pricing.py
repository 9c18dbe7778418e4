"""The price of a stay, part by part, to the cent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from hostaway_mcp.sandbox.documented import Json

CENT = Decimal("0.01")
DISCOUNTABLE = ("baseRate",)

_TITLES = {
    "baseRate": "Base rate",
    "pricePerExtraPerson": "Price per extra person",
    "weeklyDiscount": "Weekly discount",
    "monthlyDiscount": "Monthly discount",
    "couponDiscount": "Coupon discount",
    "cleaningFee": "Cleaning fee",
    "damageDeposit": "Damage deposit",
    "cityTax": "City / Tourism tax",
    "salesTax": "Sales tax",
    "lodgingTax": "Lodging tax",
    "vat": "VAT / GST",
    "petFee": "Pet fee",
    "lateCheckoutFee": "Late checkout fee",
    "parkingFee": "Parking fee",
}


def cents(amount: Decimal | float | str) -> Decimal:
    """The amount rounded to the cent."""
    return Decimal(str(amount)).quantize(CENT, ROUND_HALF_UP)


def plain(amount: Decimal) -> float | int:
    """The amount as JSON carries it: a whole number without a point."""
    value = float(amount)
    return int(value) if value.is_integer() else value


@dataclass(frozen=True, slots=True)
class Terms:
    """What a listing charges beside its nights."""

    cleaning_fee: Decimal
    extra_person: Decimal
    guests_included: int
    weekly: Decimal | None
    monthly: Decimal | None
    deposit: Decimal
    taxes: tuple[Json, ...]
    fees: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the guest wants priced."""

    nights: Sequence[Decimal]
    guests: int
    markup: Decimal = Decimal(1)
    extras: tuple[Json, ...] = ()
    coupon: Json | None = None


def terms_of(listing: Json, taxes: Iterable[Json], fees: Iterable[Json]) -> Terms:
    """The terms that a listing, its tax settings and its fee settings state."""
    return Terms(
        cleaning_fee=cents(listing.get("cleaningFee") or 0),
        extra_person=cents(listing.get("priceForExtraPerson") or 0),
        guests_included=listing.get("guestsIncluded") or 1,
        weekly=_factor(listing.get("weeklyDiscount")),
        monthly=_factor(listing.get("monthlyDiscount")),
        deposit=cents(listing.get("refundableDamageDeposit") or 0),
        taxes=tuple(taxes),
        fees=tuple(fees),
    )


def _factor(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def components_of(terms: Terms, wish: Wish) -> list[Json]:
    """
    The price components of a stay: base rate, extra persons, discounts, fees, taxes, deposit.

    A discount is a factor on the base rate (0.9 leaves 90 %), the monthly one replaces the weekly one.
    Source: Hostaway API reference, "Calculate reservation price" and the listing fields.
    """
    nights = len(wish.nights)
    base = cents(sum(wish.nights, Decimal(0)) * wish.markup)
    rows = [component("baseRate", "accommodation", base)]
    extra = max(0, wish.guests - terms.guests_included) * terms.extra_person * nights
    if extra:
        rows.append(component("pricePerExtraPerson", "accommodation", extra))
    rows += _discounts(terms, base, nights)
    if wish.coupon:
        rows.append(component("couponDiscount", "discount", -_coupon_amount(wish.coupon, rows)))
    if terms.cleaning_fee:
        rows.append(component("cleaningFee", "fee", terms.cleaning_fee))
    rows += _fees(terms, wish, base)
    rows = _overridden(rows, wish.extras)
    rows += _taxes(terms, wish, rows)
    if terms.deposit:
        rows.append(component("damageDeposit", "fee", terms.deposit))
    return rows


def component(
    name: str,
    kind: str,
    total: Decimal,
    *,
    included: int = 1,
    title: str | None = None,
    fee: Json | None = None,
    quantity: int | None = None,
) -> Json:
    """One row of a price breakdown, as price details and finance fields show it."""
    return {
        "id": None,
        "listingFeeSettingId": fee["id"] if fee else None,
        "type": kind,
        "name": name,
        "title": title or _TITLES.get(name, name),
        "alias": None,
        "quantity": quantity,
        "value": plain(cents(total)),
        "total": plain(cents(total)),
        "isIncludedInTotalPrice": included,
        "isOverriddenByUser": 0,
        "isQuantitySelectable": fee["isQuantitySelectable"] if fee else 0,
        "isMandatory": fee["isMandatory"] if fee else None,
        "isDeleted": 0,
    }


def total_of(rows: Iterable[Json]) -> Decimal:
    """The total price: every row that counts into it and is not deleted."""
    counted = (row for row in rows if row["isIncludedInTotalPrice"] and not row["isDeleted"])
    return sum((cents(row["total"]) for row in counted), Decimal(0))


def sum_of_kind(rows: Iterable[Json], *kinds: str) -> Decimal:
    """The sum of the counted rows of some types."""
    return total_of(row for row in rows if row["type"] in kinds)


def _discounts(terms: Terms, base: Decimal, nights: int) -> list[Json]:
    if nights >= 28 and terms.monthly is not None and terms.monthly < 1:
        return [component("monthlyDiscount", "discount", -cents(base * (1 - terms.monthly)))]
    if nights >= 7 and terms.weekly is not None and terms.weekly < 1:
        return [component("weeklyDiscount", "discount", -cents(base * (1 - terms.weekly)))]
    return []


def _coupon_amount(coupon: Json, rows: Sequence[Json]) -> Decimal:
    accommodation = sum_of_kind(rows, "accommodation", "discount")
    if coupon["type"] == "percentage":
        return cents(accommodation * Decimal(str(coupon["amount"])) / 100)
    return min(accommodation, cents(coupon["amount"]))


def _fees(terms: Terms, wish: Wish, base: Decimal) -> list[Json]:
    """Mandatory fees always, optional ones when they are asked for."""
    rows = []
    for fee in terms.fees:
        asked = next((extra for extra in wish.extras if extra.get("listingFeeSettingId") == fee["id"]), None)
        if fee["isMandatory"] == 1 or (asked and not asked.get("isDeleted")):
            quantity = int(asked.get("quantity") or 1) if asked and fee["isQuantitySelectable"] else 1
            total = _applied(fee["amount"], fee["amountType"], fee["feeAppliedPer"], wish, base) * quantity
            title = fee["feeTitle"] or _TITLES.get(fee["feeType"])
            row = component(fee["feeType"], "fee", total, fee=fee, title=title)
            row["quantity"] = quantity if fee["isQuantitySelectable"] else None
            rows.append(row)
    return rows


def _applied(amount: float, kind: str, per: str, wish: Wish, base: Decimal) -> Decimal:
    if kind == "percent":
        return cents(base * Decimal(str(amount)) / 100)
    nights, guests = len(wish.nights), wish.guests
    times = {"person": guests, "night": nights, "person_per_night": nights * guests}.get(per, 1)
    return cents(amount) * times


def _taxes(terms: Terms, wish: Wish, rows: Sequence[Json]) -> list[Json]:
    """Taxes on the discounted parts they apply to; all taxes of one kind are one row."""
    amounts: dict[str, Decimal] = {}
    for tax in terms.taxes:
        parts = _applies_to(tax)
        base = total_of(row for row in rows if row["name"] in parts or row["type"] == "discount")
        amount = _applied(tax["amount"], tax["amountType"], tax["taxAppliedPer"], wish, max(base, Decimal(0)))
        amounts[tax["taxType"]] = amounts.get(tax["taxType"], Decimal(0)) + amount
    return [component(name, "tax", amount) for name, amount in amounts.items() if amount]


def _applies_to(tax: Json) -> set[str]:
    """The names in `applyTo`, which is a JSON list in a string ("Tax settings")."""
    parts = set(json.loads(tax["applyTo"]))
    return parts | {"pricePerExtraPerson"} if "baseRate" in parts else parts


def _overridden(rows: list[Json], extras: Iterable[Json]) -> list[Json]:
    """Rows with the values a caller insists on, and without those it removes."""
    for extra in extras:
        for row in rows:
            same = extra.get("listingFeeSettingId") == row["listingFeeSettingId"]
            if row["name"] != extra.get("name") or not same:
                continue
            if extra.get("isDeleted"):
                row |= {"isDeleted": 1, "total": 0}
            elif extra.get("isOverriddenByUser") and "value" in extra:
                amount = plain(cents(extra["value"]))
                row |= {"isOverriddenByUser": 1, "value": amount, "total": amount}
    return rows
