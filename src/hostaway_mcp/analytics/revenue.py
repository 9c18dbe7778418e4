"""Accommodation revenue, ADR and RevPAR of stays, on four bases, exact until the end."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import lcm
from typing import Protocol

from hostaway_mcp.analytics.waterfall import PriceLine
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.finance import FinanceFieldType
from hostaway_mcp.models.reservations import ReservationStatus, StatusClass

ONE_DAY = timedelta(days=1)
ZERO = Decimal(0)
SCALE = 4
"""Digits behind the point of amounts in whole numbers: no currency has more, and sums of them stay small."""

BASE = frozenset({"baseRate", "pricePerExtraPerson", "priceForExtraPerson"})
_ACCOMMODATION = frozenset({FinanceFieldType.ACCOMMODATION, FinanceFieldType.ACCOMODATION})
_PAID_BY_GUEST = frozenset({"guestChannelFee"})
"""A commission that the guest pays the channel on top; it takes nothing from the host."""


class Basis(StrEnum):
    """What makes a stay's money part of a period."""

    NIGHT = "night"
    """Each night's even share, for the nights that lie in it."""
    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    BOOKED = "booked"


class Priced(Protocol):
    """What of a reservation its money is read from."""

    @property
    def finance_field(self) -> Sequence[PriceLine]: ...
    @property
    def total_price(self) -> Decimal | None: ...
    @property
    def cleaning_fee(self) -> Decimal | None: ...
    @property
    def tax_amount(self) -> Decimal | None: ...
    @property
    def channel_commission_amount(self) -> Decimal | None: ...
    @property
    def airbnb_expected_payout_amount(self) -> Decimal | None: ...
    @property
    def airbnb_listing_cancellation_payout(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Amounts:
    """The money of one whole stay, in its currency; `accommodation` is None where it has no price at all."""

    accommodation: Decimal | None
    payout: Decimal = ZERO
    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    commission: Decimal = ZERO
    cancellation: Decimal = ZERO
    """What the host keeps of a stay that was cancelled."""
    estimated: bool = False
    """Whether the revenue is the total price less fee and tax, for want of finance fields."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay with its money. `booked` and `cancelled` are the listing's days."""

    id: int
    listing_id: int | None
    channel: Channel
    status: ReservationStatus
    arrival: date
    departure: date
    currency: str | None
    amounts: Amounts
    units: int = 1
    booked: date | None = None
    cancelled: date | None = None

    @property
    def nights(self) -> int:
        """Nights between the two dates."""
        return max(0, (self.departure - self.arrival).days)

    @property
    def status_class(self) -> StatusClass:
        """What the status counts as."""
        return self.status.status_class


def amounts_of(stay: Priced) -> Amounts:
    """
    What a stay brings, from its finance fields; deleted lines do not count.

    - Accommodation revenue: base rate, price per extra person and the discounts on them. No taxes, fees,
      deposits, commissions. Without such lines: total price less cleaning fee less tax (`estimated`);
      without a total price either there is no price.
    - Fees: lines of class fee that are part of the price, deposits left out. Taxes likewise.
    - Commission: what the channel keeps: lines of class commissions but those that the guest pays.
    - Payout: what reaches the host: Airbnb's own sum where it is told, else total price less commission
      and deposits.

    Example: base rate 400, extra person 20, weekly discount -40, cleaning 60, city tax 14, deposit 150,
    host channel fee 66, no Airbnb: revenue 400 + 20 - 40 = 380, fees 60, taxes 14, commission 66,
    total 604, payout 604 - 66 - 150 = 388. Without any finance field, of the total 604 with cleaning fee
    60 and tax 14: revenue 530, estimated.
    """
    lines = _lines_of(stay)
    total, base = stay.total_price, lines.base
    fees, taxes = lines.fees, lines.taxes
    estimated = base is None and bool(total)
    if estimated and total is not None:
        fees, taxes = fees or stay.cleaning_fee or ZERO, taxes or stay.tax_amount or ZERO
        base = total - (stay.cleaning_fee or ZERO) - (stay.tax_amount or ZERO)
    kept = lines.commission or stay.channel_commission_amount or ZERO
    payout = lines.payout if lines.payout is not None else stay.airbnb_expected_payout_amount
    if payout is None:
        payout = (total or ZERO) - kept - lines.deposits if base is not None else ZERO
    cancelled = lines.cancellation
    if cancelled is None:
        cancelled = stay.airbnb_listing_cancellation_payout or ZERO
    return Amounts(base, payout, fees, taxes, kept, cancelled, estimated)


@dataclass(slots=True)
class _Lines:
    """The sums of a stay's finance fields; None where there is no such line."""

    base: Decimal | None = None
    payout: Decimal | None = None
    cancellation: Decimal | None = None
    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    deposits: Decimal = ZERO
    commission: Decimal = ZERO

    def add(self, line: PriceLine, amount: Decimal) -> None:
        """Adds a line that is not deleted to the sum it belongs to."""
        if line.name in BASE or line.type in _ACCOMMODATION:
            self.base = (self.base or ZERO) + amount
        elif line.type is FinanceFieldType.DISCOUNT:
            self.base = (self.base or ZERO) - abs(amount)
        elif line.name == "airbnbPayoutSum":
            self.payout = amount
        elif line.name == "cancellationPayout":
            self.cancellation = amount
        elif line.type is FinanceFieldType.COMMISSIONS:
            self.commission += ZERO if line.name in _PAID_BY_GUEST else abs(amount)
        elif line.is_included_in_total_price is not False:
            self._add_part(line, amount)

    def _add_part(self, line: PriceLine, amount: Decimal) -> None:
        if "deposit" in line.name.lower():
            self.deposits += amount
        elif line.type is FinanceFieldType.FEE:
            self.fees += amount
        elif line.type is FinanceFieldType.TAX:
            self.taxes += amount


def _lines_of(stay: Priced) -> _Lines:
    lines = _Lines()
    for line in stay.finance_field:
        amount = line.total if line.total is not None else line.value
        if amount is not None and not line.is_deleted:
            lines.add(line, amount)
    return lines


def nights_in(stay: Stay, first: date, last: date) -> int:
    """
    How many nights of a stay lie in a period, both ends included.

    Example: of a stay from 30 June to 3 July the nights of the 30th, 1st and 2nd: one in June, two in July.
    """
    return max(0, (min(stay.departure, last + ONE_DAY) - max(stay.arrival, first)).days)


def day_of(stay: Stay, basis: Basis) -> date | None:
    """The day on which a basis other than night counts a whole stay."""
    return {Basis.DEPARTURE: stay.departure, Basis.BOOKED: stay.booked}.get(basis, stay.arrival)


def months_of(stay: Stay, first: date, last: date) -> Iterator[tuple[date, int]]:
    """Each month's first day with the nights of a stay that lie in it and in the period."""
    begin, end = max(stay.arrival, first), min(stay.departure - ONE_DAY, last)
    while begin <= end:
        month = begin.replace(day=1)
        after = (month + timedelta(days=32)).replace(day=1)
        yield month, (min(end, after - ONE_DAY) - begin).days + 1
        begin = after


class Sums:
    """
    The money of many shares of stays, in one currency.

    Even shares are kept as whole amounts times nights taken over nights of the stay, so nothing is rounded
    before the end. Example: 100.00 for three nights, one of them in June and two in July, is 33.33 and
    66.67 when rounded, and 100/3 + 200/3 = 100 exactly before.
    """

    __slots__ = ("_numerators", "_whole", "estimated", "nights", "stays")

    def __init__(self) -> None:
        self.stays = 0
        self.nights = 0
        """Nights of the stays themselves, in nights of a unit: what ADR divides by."""
        self.estimated = 0
        self._numerators: dict[int, list[Decimal]] = {}
        self._whole: dict[int, Sequence[int]] = {}
        """The same of what was added in whole numbers."""

    def add(self, stay: Stay, taken: int, *, of_stay: int | None = None) -> None:
        """`taken` of the stay's nights with their even share of its money; a stay without nights whole."""
        amounts, of = stay.amounts, of_stay or stay.nights or 1
        self.stays += 1
        self.nights += taken * stay.units
        self.estimated += amounts.estimated
        if taken == of or not stay.nights:
            taken = of = 1
        sums = self._numerators.setdefault(of, [ZERO] * len(MEASURES))
        sums[0] += (amounts.accommodation or ZERO) * taken
        sums[1] += amounts.payout * taken
        sums[2] += amounts.fees * taken
        sums[3] += amounts.taxes * taken
        sums[4] += amounts.commission * taken

    def add_share(self, of: int, stays: int, nights: int, estimated: int, sums: Sequence[int]) -> None:
        """
        What `stays` bring together of which the same part of `of` nights is taken; `sums` are their amounts
        times the nights taken, in the order of `MEASURES` and in units of 10 ** -SCALE.
        """
        self.stays += stays
        self.nights += nights
        self.estimated += estimated
        known = self._whole.get(of)
        self._whole[of] = tuple(map(operator.add, known, sums)) if known else sums

    @property
    def divisor(self) -> int:
        """A number of which every sum is a whole multiple of the part."""
        if not self._numerators:
            return int(lcm(*self._whole) * 10**SCALE)
        digits = max((_digits(one) for some in self._numerators.values() for one in some), default=0)
        return lcm(*self._numerators, *self._whole) * int(10 ** max(digits, SCALE))

    def over(self, divisor: int, measures: int) -> list[int]:
        """The first sums in the order of `MEASURES`, times `divisor`, which is a multiple of the own one."""
        found = [0] * measures
        for of, sums in self._whole.items():
            factor = divisor // (of * 10**SCALE)
            found = [one + added * factor for one, added in zip(found, sums, strict=False)]
        for of, numerators in self._numerators.items():
            for place in range(measures):
                found[place] += int(Fraction(numerators[place]) * divisor / of)
        return found

    def exact(self) -> tuple[Fraction, ...]:
        """The sums in the order of `MEASURES`."""
        divisor = self.divisor
        return tuple(Fraction(one, divisor) for one in self.over(divisor, len(MEASURES)))


def _digits(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


MEASURES = ("accommodation", "payout", "fees", "taxes", "commission")


def rounded(amount: Fraction, digits: int = 2) -> Decimal:
    """
    An exact amount to so many digits, halves to the even one.

    Example: 100/3 is 33.33, 5/200 is 0.02.
    """
    return Decimal(round(amount * 10**digits)).scaleb(-digits)


def apportion(parts: Sequence[Fraction], digits: int = 2) -> list[Decimal]:
    """
    The parts rounded so that they sum to their rounded total: those that lose most by it are rounded up.

    Example: three times 100/3 are 33.34, 33.33, 33.33, together 100.00.
    """
    divisor = lcm(*(part.denominator for part in parts))
    return apportion_whole(
        [part.numerator * (divisor // part.denominator) for part in parts], divisor, digits
    )


def apportion_whole(parts: Sequence[int], divisor: int, digits: int = 2) -> list[Decimal]:
    """The same of parts that are whole numbers over one divisor: hundreds of times as fast."""
    scale = 10**digits
    split = [divmod(part * scale, divisor) for part in parts]
    floors = [floor for floor, _ in split]
    lacking = round(Fraction(sum(parts) * scale, divisor)) - sum(floors)
    order = sorted(range(len(parts)), key=lambda place: -split[place][1]) if lacking else ()
    for place in order[:lacking]:
        floors[place] += 1
    return [Decimal(one).scaleb(-digits) for one in floors]


def adr(revenue: Fraction, nights: int) -> Fraction | None:
    """
    Average daily rate: accommodation revenue of the nights / those nights; None without nights.

    Example: 1,200.00 over 8 nights is 150.00.
    """
    return revenue / nights if nights > 0 else None


def revpar(revenue: Fraction, available: int) -> Fraction | None:
    """
    Revenue per available night: the same revenue / nights available; None where there was none.

    Example: 1,200.00 over 10 available nights is 120.00, which is the ADR of 150.00 times an occupancy of
    8 / 10.
    """
    return revenue / available if available > 0 else None
