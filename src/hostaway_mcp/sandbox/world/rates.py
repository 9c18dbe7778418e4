"""The price of a night before anybody changes it: season, weekday, a little noise."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from zlib import crc32

from hostaway_mcp.sandbox.pricing import Terms, cents
from hostaway_mcp.sandbox.world.homes import Home

_WEEKEND = (4, 5)


def night_price(home: Home, day: date) -> int:
    """The price of one night, in whole units of the home's currency."""
    season = home.place.season[day.month - 1]
    weekend = 1.18 if day.weekday() in _WEEKEND else 1.0
    noise = 0.97 + (crc32(f"{home.id}/{day.toordinal()}".encode()) % 61) / 1000
    return max(20, round(home.price * season * weekend * noise))


def night_prices(home: Home, first: date, nights: int) -> list[Decimal]:
    """The prices of a stay's nights as they were set up."""
    return [Decimal(night_price(home, first + timedelta(days=offset))) for offset in range(nights)]


def rules_of_night(home: Home, day: date) -> tuple[int, int | None, int | None]:
    """Minimum stay, closed on arrival and closed on departure of one day."""
    chance = crc32(f"{home.id}:{day.toordinal()}".encode()) % 1000
    minimum = home.min_nights
    if day.month in (7, 8) and home.units == 1:
        minimum = max(minimum, 3)
    return minimum, 1 if chance < 6 else None, 1 if chance > 995 else None


def terms_of_home(home: Home) -> Terms:
    """What the home charged beside its nights when it was set up; optional fees are left out."""
    return Terms(
        cleaning_fee=cents(home.cleaning_fee),
        extra_person=cents(home.extra_person),
        guests_included=home.guests_included,
        weekly=None if home.weekly is None else Decimal(str(home.weekly)),
        monthly=None if home.monthly is None else Decimal(str(home.monthly)),
        deposit=cents(home.deposit),
        taxes=tuple(tax_settings(home)),
        fees=(),
    )


def tax_settings(home: Home, *, account_id: int = 0, stamp: str = "") -> list[dict[str, object]]:
    """The tax settings of a home as documents."""
    return [
        {
            "id": home.id * 10 + index,
            "accountId": account_id,
            "listingMapId": home.id,
            "taxType": tax.kind,
            "taxAppliedPer": tax.applied_per,
            "amount": tax.amount,
            "amountType": tax.amount_type,
            "applyTo": '["' + '","'.join(tax.applies_to) + '"]',
            "insertedOn": stamp,
            "updatedOn": stamp,
        }
        for index, tax in enumerate(home.place.taxes)
    ]
