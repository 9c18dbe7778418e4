"""What an answer about revenue is made of: figures in one currency, rounded so that parts sum to totals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm

from pydantic import Field

from hostaway_mcp.analytics.nights import NightCount
from hostaway_mcp.analytics.revenue import MEASURES, Sums, adr, apportion_whole, revpar, rounded
from hostaway_mcp.services.answers import ListAnswer, Money, Record

BRIEF = 2
"""Of the measures revenue and payout stand in a short answer."""


class Figures(Record):
    """
    Money and nights in one currency; what is not known is absent.

    Revenue is accommodation revenue: base rate, extra persons and discounts, no fees, taxes, deposits.
    """

    currency: str
    stays: int
    revenue: Money | None = None
    payout: Money | None = None
    """What reaches the host: Airbnb's own sum where it is told, else price less commission and deposit."""
    fees: Money | None = None
    taxes: Money | None = None
    commission: Money | None = None
    nights_sold: int
    nights_priced: int | None = None
    """What ADR divides by, where that is not `nights_sold`."""
    nights_available: int | None = None
    occupancy: float | None = None
    """0 to 1."""
    adr: Money | None = None
    revpar: Money | None = None


class Group(Figures):
    """The figures of one listing, channel, owner, month or city."""

    key: str
    listing_id: int | None = None


class Excluded(Record):
    """Stays that have no part in revenue, for one reason."""

    reason: str
    says: str
    stays: int
    nights: int
    reservation_ids: tuple[int, ...] = ()
    left_out: int | None = None
    """How many more there are than are named; find_reservations lists them."""


class CancellationIncome(Record):
    """What is kept of cancelled stays, apart from revenue."""

    amount: Money
    stays: int
    reservation_ids: tuple[int, ...] = ()


class Change(Record):
    """The later period against the earlier one, in one currency."""

    currency: str
    revenue_percent: float | None = None
    adr_percent: float | None = None
    revpar_percent: float | None = None
    nights_sold: int | None = None
    """More nights, or fewer."""
    occupancy_points: float | None = None


class Compared(Record):
    """The period that is compared with."""

    first: date = Field(serialization_alias="from")
    last: date
    totals: tuple[Figures, ...]
    change: tuple[Change, ...]
    listings_then: int
    """Listings with a stay in that period, of `listings_now` in this one."""
    listings_now: int


class Difference(Record):
    """A stay of which Hostaway's report says something else."""

    reservation_id: int
    ours: Money | None = None
    hostaway: Money | None = None
    says: str


class Checked(Record):
    """Whole stays' revenue here and in Hostaway's report, in one currency."""

    currency: str
    stays: int
    ours: Money
    hostaway: Money
    difference: Money
    in_period: Money
    """What of `ours` is this period's revenue; the rest is for nights outside."""


class Reconciled(Record):
    """Whether Hostaway's consolidated report says the same of the same stays."""

    state: str
    """agrees, differs, not_checked or not_had."""
    says: str
    checked: tuple[Checked, ...] = ()
    differences: tuple[Difference, ...] = ()
    left_out: int | None = None


class Summary(ListAnswer):
    """The figures of a period; `total` counts groups."""

    totals: tuple[Figures, ...]
    groups: tuple[Group, ...]
    excluded: tuple[Excluded, ...]
    cancellation_income: tuple[CancellationIncome, ...]
    reconciled: Reconciled
    compared: Compared | None = None


@dataclass(slots=True)
class Cell:
    """What is added up for one group, in one currency."""

    currency: str
    key: str
    order: str | int = ""
    listing_id: int | None = None
    sums: Sums = field(default_factory=Sums)
    nights: NightCount | None = None
    """Counted by listing; None where nights do not belong to the group, as with channels."""
    stays: int = 0
    own_nights: int = 0
    """Nights of the stays themselves; both also of those without a price."""


class Rounded:
    """Cells of one currency, rounded so that they sum to their rounded sum; each is shown when asked for."""

    def __init__(self, cells: Sequence[Cell], *, brief: bool = False) -> None:
        measures = BRIEF if brief else len(MEASURES)
        self._digits = digits_of(cells[0].currency) if cells else 2
        self._divisor = lcm(*{cell.sums.divisor for cell in cells})
        self._sums = [cell.sums.over(self._divisor, measures) for cell in cells]
        self._columns = [
            apportion_whole([sums[place] for sums in self._sums], self._divisor, self._digits)
            for place in range(measures)
        ]

        self._places = {id(cell): place for place, cell in enumerate(cells)}

    def __getitem__(self, cell: Cell) -> Figures:
        """The figures of one of the cells."""
        place = self._places[id(cell)]
        names = ("revenue", *MEASURES[1:])
        money = {name: column[place] for name, column in zip(names, self._columns, strict=False)}
        revenue = Fraction(self._sums[place][0], self._divisor)
        return _figures(cell, revenue, money, self._digits)


def figures(cells: Sequence[Cell], *, brief: bool = False) -> list[Figures]:
    """Cells of one currency, rounded so that they sum to their rounded sum."""
    found = Rounded(cells, brief=brief)
    return [found[cell] for cell in cells]


def group_of(cell: Cell, found: Figures) -> Group:
    """The row of a group."""
    return Group(**dict(found), key=cell.key, listing_id=cell.listing_id)


def digits_of(currency: str) -> int:
    """Digits of the smallest unit of a currency."""
    one = Money.of(Decimal(1), currency)
    return -int(one.amount.as_tuple().exponent) if one else 2


def _figures(cell: Cell, revenue: Fraction, money: dict[str, Decimal], digits: int) -> Figures:
    nights, sums = cell.nights, cell.sums
    sold = nights.sold if nights else cell.own_nights
    share = nights.occupancy if nights else None
    daily = adr(revenue, sums.nights)
    per_night = revpar(revenue, nights.available) if nights else None
    return Figures(
        currency=cell.currency,
        stays=cell.stays,
        **{name: Money.of(amount, cell.currency) for name, amount in money.items()},
        nights_sold=sold,
        nights_priced=sums.nights if sums.nights != sold else None,
        nights_available=nights.available if nights else None,
        occupancy=round(float(share), 4) if share is not None else None,
        adr=_money(daily, cell.currency, digits),
        revpar=_money(per_night, cell.currency, digits),
    )


def _money(amount: Fraction | None, currency: str, digits: int) -> Money | None:
    return Money.of(rounded(amount, digits), currency) if amount is not None else None


def changes(now: Iterable[Figures], then: Iterable[Figures]) -> tuple[Change, ...]:
    """How far apart two periods are, currency by currency; a share of nothing is not told."""
    before = {one.currency: one for one in then}
    return tuple(_change(one, before[one.currency]) for one in now if one.currency in before)


def _change(now: Figures, then: Figures) -> Change:
    points = None
    if now.occupancy is not None and then.occupancy is not None:
        points = round((now.occupancy - then.occupancy) * 100, 1)
    return Change(
        currency=now.currency,
        revenue_percent=percent(now.revenue, then.revenue),
        adr_percent=percent(now.adr, then.adr),
        revpar_percent=percent(now.revpar, then.revpar),
        nights_sold=now.nights_sold - then.nights_sold,
        occupancy_points=points,
    )


def percent(now: Money | None, then: Money | None) -> float | None:
    """By how much the first is more than the second."""
    if now is None or then is None or not then.amount:
        return None
    return round(float((now.amount - then.amount) / then.amount * 100), 1)
