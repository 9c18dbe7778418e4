"""What a stay would cost, part by part, by Hostaway's own sum; and whether it can be booked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from hostaway_mcp.analytics.waterfall import amount_of, besides, inside
from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import One
from hostaway_mcp.errors import HostawayMcpError, InputError, NotFoundError, UpstreamError
from hostaway_mcp.models.calendar import CalendarDay, PriceDetails
from hostaway_mcp.models.coupons import Coupon, CouponType
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.answers import Answer, Missing, Money, Record
from hostaway_mcp.services.availability.wish import covers, read_dates, sleeps
from hostaway_mcp.services.calendar import Calendar
from hostaway_mcp.services.copy import note_live
from hostaway_mcp.services.dates import Span
from hostaway_mcp.services.facts import Facts, Gathering
from hostaway_mcp.services.nights import obstacle
from hostaway_mcp.services.portfolio import ListingRow, Portfolio, label
from hostaway_mcp.services.reservations.money import Component, check_sum, components_of
from hostaway_mcp.services.untrusted import clean_name, word

COUPONS_FRESH_SECONDS = 300.0
UNLIMITED = -1
_ARCHIVED = "the listing is archived; nothing on it can be booked"
_NOT_INSIDE = (
    "The coupon is not inside the total: Hostaway prices with a coupon only once it is taken, "
    "and a question takes nothing."
)


class CouponCheck(Record):
    """Whether a coupon could be used for the stay, and what it takes off."""

    name: str
    usable: bool
    because: str | None = None
    percent: str | None = None
    """The share that it takes off."""
    amount: Money | None = None
    """What it takes off; of a share about so much, by the base rate."""


class Quote(Answer):
    """
    A price for dates and guests. `components` add up to `total`; `besides` are not part of it.

    Booked nothing; without `total` Hostaway gave no price.
    """

    listing: ListingRow
    available: bool | None = None
    """Absent where the calendar could not be read."""
    because: str | None = None
    """Why it cannot be booked."""
    nights: int
    total: Money | None = None
    components: tuple[Component, ...] = ()
    besides: tuple[Component, ...] = ()
    coupon: CouponCheck | None = None


@dataclass(slots=True)
class _Sheet:
    """What is put together for one quote."""

    ages: list[datetime]
    missing: list[Missing] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error: HostawayMcpError | None = None

    def lacks(self, what: str, why: str | HostawayMcpError) -> None:
        if isinstance(why, HostawayMcpError):
            self.error = self.error or why
            why = why.message
        self.missing.append(Missing(what=what, why=why, resume="Ask the same again in a minute."))


class Quotes:
    """
    Prices stays.

    Costs one call for the price, one for the calendar unless the replica has it, one for the coupons.
    """

    def __init__(self, hostaway: Hostaway, *, facts: Facts, portfolio: Portfolio, calendar: Calendar) -> None:
        self._hostaway = hostaway
        self._facts = facts
        self._portfolio = portfolio
        self._calendar = calendar

    async def quote(
        self,
        *,
        listing: int | str,
        first: str,
        last: str | None = None,
        guests: int | None = None,
        coupon: str | None = None,
    ) -> Quote:
        """
        The price of a stay; `last` is the day of departure, by default the day after.

        Raises:
            InputError: unknown listing, unreadable or past dates, more than 180 nights, no such coupon.
            HostawayMcpError: neither price nor calendar could be had.
        """
        home = await self._portfolio.one(listing)
        known = await self._portfolio.listings()
        arrival, departure = read_dates(first, last, self._portfolio.today([home]))
        sheet = _Sheet([known.as_of])
        asked = await self._coupon(coupon, sheet) if coupon else None
        because: str | None
        if home.is_archived:
            price, because = None, _ARCHIVED
        else:
            because = await self._obstacle(home, arrival, departure, guests, sheet)
            price = await self._price(home, arrival, departure, guests or 1, sheet)
        if price is None and sheet.error and because is None:
            raise sheet.error
        understood = {
            "listing": label(home),
            "from": f"{arrival}",
            "to": f"{departure} (departure, not slept)",
            "guests": f"{guests}" if guests else "1, since none were named",
        }
        details = price.row if price else None
        nights = (departure - arrival).days
        quote = _quote(home, self._portfolio.row(home), nights, details, because, sheet, understood)
        if asked is None:
            return quote
        checked = check_coupon(
            asked,
            (arrival, departure),
            self._portfolio.today([home]),
            base=_base_rate(details),
            currency=home.currency_code,
        )
        return quote.model_copy(update={"coupon": checked, "warnings": (*quote.warnings, _NOT_INSIDE)})

    async def _obstacle(
        self, home: Listing, arrival: date, departure: date, guests: int | None, sheet: _Sheet
    ) -> str | None:
        """Why it cannot be booked; an empty text where it can, None where the calendar was not to be had."""
        if not sleeps(home, guests):
            return f"too small: sleeps {home.person_capacity}"
        (known,) = await self._calendar.many([home], Span(arrival, departure))
        if isinstance(known, HostawayMcpError):
            sheet.lacks("Whether it is free: the calendar.", known)
            return None
        days: dict[date, CalendarDay] = {day.date: day for day in known.rows}
        if not covers(days, (arrival, departure)):
            sheet.lacks("Whether it is free: some days of the calendar.", known.why or "They did not come.")
            return None
        sheet.ages.append(known.as_of)
        return obstacle(days, arrival, departure) or ""

    async def _price(
        self, home: Listing, arrival: date, departure: date, guests: int, sheet: _Sheet
    ) -> One[PriceDetails] | None:
        try:
            found = await self._hostaway.calendar.calculate_price(
                home.id, starting_date=arrival, ending_date=departure, number_of_guests=guests
            )
        except NotFoundError as error:
            raise InputError(f"Hostaway no longer has {label(home)}.") from error
        except UpstreamError as error:
            sheet.lacks("The price.", error)
            return None
        note_live()
        sheet.ages.append(found.received_at)
        return found

    async def _coupon(self, name: str, sheet: _Sheet) -> Coupon | None:
        async def load(gathering: Gathering[Coupon]) -> None:
            page = await self._hostaway.coupons.find()
            gathering.add(page.rows, page.received_at, set_aside=page.set_aside)

        try:
            known = await self._facts.get("coupons", load, fresh_seconds=COUPONS_FRESH_SECONDS)
        except UpstreamError as error:
            sheet.lacks("The coupon.", error.message)
            return None
        sheet.ages.append(known.as_of)
        found = next((one for one in known.rows if one.name.casefold() == name.casefold()), None)
        if found is None:
            usable = sorted(
                word(clean_name(one.name)) for one in known.rows if one.is_active and not one.is_expired
            )
            hint = f"In force: {', '.join(usable[:8])}." if usable else "The account has none in force."
            raise InputError(f'There is no coupon "{quoted(name)}" in this account.', hint=hint)
        return found


def check_coupon(
    coupon: Coupon, window: tuple[date, date], today: date, *, base: Decimal | None, currency: str | None
) -> CouponCheck:
    """
    Whether a coupon's own terms allow the stay, and what it takes off.

    Hostaway does not say what a share is taken on; the base rate is what it calls the price before it.
    Source: Hostaway API reference, "Coupon object" and "Reservation coupon object".
    """
    because, amount, percent = _refusal(coupon, window, today), coupon.amount, None
    if coupon.type is CouponType.PERCENTAGE and amount is not None:
        percent = f"{amount:f} %"
        amount = base * amount / 100 if base is not None else None
    return CouponCheck(
        name=coupon.name,
        usable=because is None,
        because=because,
        percent=percent,
        amount=Money.of(amount, currency),
    )


def _refusal(coupon: Coupon, window: tuple[date, date], today: date) -> str | None:
    arrival, departure = window
    uses = coupon.number_of_uses_initial
    if not coupon.is_active:
        return "it is switched off"
    if coupon.is_expired or (coupon.validity_date_end and today > coupon.validity_date_end):
        return "it has expired"
    if coupon.validity_date_start and today < coupon.validity_date_start:
        return f"it holds from {coupon.validity_date_start} on"
    if uses not in (None, UNLIMITED) and (coupon.number_of_uses_used or 0) >= (uses or 0):
        return "it has no uses left"
    if coupon.minimum_nights and (departure - arrival).days < coupon.minimum_nights:
        return f"it needs at least {coupon.minimum_nights} nights"
    if coupon.check_in_date_start and arrival < coupon.check_in_date_start:
        return f"it is for arrivals from {coupon.check_in_date_start} on"
    if coupon.check_in_date_end and arrival > coupon.check_in_date_end:
        return f"it is for arrivals up to {coupon.check_in_date_end}"
    return None


def _quote(
    home: Listing,
    row: ListingRow,
    nights: int,
    price: PriceDetails | None,
    because: str | None,
    sheet: _Sheet,
    understood: dict[str, str],
) -> Quote:
    currency = home.currency_code
    lines = price.components if price else ()
    total = Money.of(price.total_price, currency) if price else None
    parts = components_of(inside(lines), currency)
    warnings = [*sheet.warnings, *check_sum(parts, total)]
    if price and not parts:
        warnings.append("Hostaway sent no parts of this price.")
    return Quote(
        as_of=min(sheet.ages),
        complete=not sheet.missing,
        missing=tuple(sheet.missing),
        warnings=tuple(warnings),
        understood=understood,
        listing=row,
        available=None if because is None else because == "",
        because=because or None,
        nights=nights,
        total=total,
        components=parts,
        besides=components_of(besides(lines), currency),
    )


def _base_rate(price: PriceDetails | None) -> Decimal | None:
    amounts = (
        [amount_of(line) for line in inside(price.components) if line.name == "baseRate"] if price else []
    )
    return sum((one for one in amounts if one is not None), Decimal(0)) if amounts else None
