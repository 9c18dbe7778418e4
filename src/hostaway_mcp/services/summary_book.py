"""The stays of a period sorted into groups and currencies, and out of revenue, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Literal

from hostaway_mcp.analytics.exclusions import (
    ARCHIVED,
    CANCELLED,
    NO_LISTING,
    NO_PRICE,
    REASONS,
    Reason,
    reason_of,
    reason_of_status,
)
from hostaway_mcp.analytics.nights import NightCount
from hostaway_mcp.analytics.revenue import Basis, Stay, day_of, months_of, nights_in
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import ReservationStatus, StatusClass
from hostaway_mcp.services.account_owners import OwnedListings
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.dates import ONE_DAY, Span
from hostaway_mcp.services.portfolio import name_of
from hostaway_mcp.services.summary_rows import CancellationIncome, Cell, Excluded, Figures, figures
from hostaway_mcp.services.untrusted import clean_name

if TYPE_CHECKING:
    from hostaway_mcp.store.amount_rows import Idle, Share

Grouping = Literal["listing", "channel", "owner", "month", "city"]

MOST_NAMED = 40
"""Stays that are named for one reason, and of those with income after cancellation."""
_IN_ALL = 150
"""Stays that are named for all reasons together."""
_COUNTING = frozenset({StatusClass.CONFIRMED, StatusClass.OWNER_STAY})


@dataclass(slots=True)
class _LeftOut:
    """The stays without part in revenue for one reason."""

    nights: int = 0
    ids: list[int] = field(default_factory=list)

    def add(self, nights: int, ids: Iterable[int]) -> None:
        self.nights += nights
        self.ids += ids


class Book:
    """What a period comes to. Stays are added one by one, nights once."""

    def __init__(
        self,
        span: Span,
        basis: Basis,
        by: Grouping | None,
        inside: Mapping[int, Listing],
        by_id: Mapping[int, Listing],
        *,
        whole: bool,
        owners: OwnedListings | None,
    ) -> None:
        self.span, self.basis, self.by = span, basis, by
        self.spans = _months(span) if by == "month" else [span]
        self.has_stays = False
        self.counted: dict[int, Stay] = {}
        """Those whose revenue counts, by id, as far as they were added one by one."""
        self.listings_sold: set[int] = set()
        self.first_day: date | None = None
        self._inside = inside
        self._estimated = 0
        self._by_id, self._whole, self._owners = by_id, whole, owners
        self._totals: dict[str, Cell] = {}
        self._groups: dict[tuple[str, str | int], Cell] = {}
        self._out: dict[Reason, _LeftOut] = {}
        self._kept: dict[str, list[Stay]] = {}

    def add(self, stay: Stay) -> None:
        """Adds a stay of the window to revenue, or to what is left out of it."""
        if not self._whole and stay.listing_id not in self._inside:
            return
        if self.basis is Basis.NIGHT and not nights_in(stay, self.span.first, self.span.last) and stay.nights:
            return
        self.has_stays = True
        reason = self._reason(stay)
        if reason is CANCELLED:
            self._cancelled(stay)
        if reason is not None:
            self._left(reason).add(self._nights(stay), (stay.id,))
        if reason is None or reason is NO_PRICE:
            self._count(stay, priced=reason is None)

    def leave_out(self, idle: Iterable[Idle]) -> None:
        """Notes stays that bring nothing because of their status."""
        for status, nights, ids in idle:
            self.has_stays = True
            self._left(_reason_of(status)).add(nights, ids)

    def _left(self, reason: Reason) -> _LeftOut:
        return self._out.setdefault(reason, _LeftOut())

    def _reason(self, stay: Stay) -> Reason | None:
        if stay.status_class in _COUNTING and stay.listing_id not in self._inside:
            return ARCHIVED if stay.listing_id in self._by_id else NO_LISTING
        return reason_of(stay, self.basis)

    def _cancelled(self, stay: Stay) -> None:
        day = day_of(stay, self.basis)
        inside = day is not None and self.span.first <= day <= self.span.last
        if stay.amounts.cancellation and stay.currency and inside and stay.listing_id in self._inside:
            self._kept.setdefault(stay.currency, []).append(stay)

    def _count(self, stay: Stay, *, priced: bool) -> None:
        listing = self._inside[stay.listing_id or 0]
        currency = stay.currency or listing.currency_code
        if not currency:
            return
        if priced:
            self.counted[stay.id] = stay
            self._estimated += stay.amounts.estimated
        self.listings_sold.add(listing.id)
        day = day_of(stay, self.basis) or stay.arrival
        self.first_day = min(day, self.first_day or day)
        by_night = self.basis is Basis.NIGHT
        taken = nights_in(stay, self.span.first, self.span.last) if by_night else stay.nights
        _add(self._total(currency), stay, taken, priced=priced)
        if self.by == "month" and by_night:
            for month, nights in months_of(stay, self.span.first, self.span.last):
                _add(self._month(currency, month), stay, nights, priced=priced)
        elif self.by == "month":
            _add(self._month(currency, day.replace(day=1)), stay, taken, priced=priced)
        elif self.by == "channel":
            _add(self._group(currency, stay.channel.label), stay, taken, priced=priced)
        elif self.by is not None:
            _add(self._of_listing(currency, listing), stay, taken, priced=priced)

    def add_shares(self, shares: Sequence[Share], month: date | None = None) -> None:
        """
        Adds plain stays that were added up already, by what they are grouped by; with `month` only to the
        group of that month, for `shares` are the part of the stays that lies in it.
        """
        for one in shares:
            self.has_stays = True
            if month is None:
                self._estimated += one.estimated
                _add_share(self._total(one.currency), one)
            if month is not None:
                _add_share(self._month(one.currency, month), one)
            elif self.by == "channel":
                _add_share(self._group(one.currency, Channel(one.key).label), one)
            elif self.by not in (None, "month"):
                self.listings_sold.add(one.key)
                _add_share(self._of_listing(one.currency, self._inside[one.key]), one)

    def sold(self, first_days: Mapping[int, date]) -> None:
        """Notes which listings have plain stays, and from when on."""
        self.listings_sold |= first_days.keys()
        self.first_day = min((*first_days.values(), *filter(None, (self.first_day,))), default=None)

    def add_nights(self, counts: Sequence[Mapping[int, NightCount]]) -> None:
        """Adds counted nights, period by period of `spans`, to the currency of each listing."""
        for span, count in zip(self.spans, counts, strict=True):
            by_currency: dict[str, list[NightCount]] = {}
            for listing_id, nights in count.items():
                listing = self._inside.get(listing_id)
                if listing is None or not listing.currency_code:
                    continue
                by_currency.setdefault(listing.currency_code, []).append(nights)
                if self.by in ("listing", "owner", "city"):
                    cell = self._of_listing(listing.currency_code, listing)
                    cell.nights = cell.nights + nights if cell.nights else nights
            sums = {currency: NightCount.total(some) for currency, some in by_currency.items()}
            self._add_night_sums(span, sums)

    def add_night_sums(self, counts: Sequence[Mapping[str, NightCount]]) -> None:
        """Adds counted nights of all listings by currency, period by period of `spans`."""
        for span, sums in zip(self.spans, counts, strict=True):
            self._add_night_sums(span, sums)

    def _add_night_sums(self, span: Span, sums: Mapping[str, NightCount]) -> None:
        for currency, nights in sums.items():
            cells = [self._total(currency)]
            if self.by == "month":
                cells.append(self._month(currency, span.first.replace(day=1)))
            for cell in cells:
                cell.nights = cell.nights + nights if cell.nights else nights

    def _total(self, currency: str) -> Cell:
        cell = self._totals.get(currency)
        if cell is None:
            cell = self._totals[currency] = Cell(currency, currency)
        return cell

    def _month(self, currency: str, month: date) -> Cell:
        return self._group(currency, f"{month:%Y-%m}")

    def _group(self, currency: str, key: str) -> Cell:
        return self._groups.setdefault((currency, key), Cell(currency, key, key))

    def _of_listing(self, currency: str, listing: Listing) -> Cell:
        if self.by == "listing":
            cell = self._groups.get((currency, listing.id))
            if cell is None:
                name = name_of(listing)
                cell = self._groups[currency, listing.id] = Cell(currency, name, name, listing.id)
            return cell
        if self.by == "owner" and self._owners is not None:
            return self._group(currency, self._owners.owner_of(listing.id))
        return self._group(currency, clean_name(listing.city) or "no city")

    def totals(self) -> list[Figures]:
        """One for each currency; nothing is added across them."""
        return [figures([cell])[0] for _, cell in sorted(self._totals.items())]

    def groups(self) -> list[Cell]:
        """The groups, in no order."""
        return list(self._groups.values())

    def revenue_in_period(self, currency: str) -> Money | None:
        """The total's revenue in one currency."""
        return next((one.revenue for one in self.totals() if one.currency == currency), None)

    def excluded(self) -> tuple[Excluded, ...]:
        """The stays without part in revenue, the most telling reasons first."""
        found, room = [], _IN_ALL
        for reason in REASONS:
            left = self._out.get(reason)
            if left is None:
                continue
            named = tuple(sorted(left.ids)[: max(0, min(MOST_NAMED, room))])
            room -= len(named)
            found.append(
                Excluded(
                    reason=reason.code,
                    says=reason.says,
                    stays=len(left.ids),
                    nights=left.nights,
                    reservation_ids=named,
                    left_out=len(left.ids) - len(named) or None,
                )
            )
        return tuple(found)

    def cancellation_income(self) -> tuple[CancellationIncome, ...]:
        """What is kept of cancelled stays, whole on the day of arrival (or of the basis)."""
        found = []
        for currency, stays in sorted(self._kept.items()):
            amount = Money.of(sum((stay.amounts.cancellation for stay in stays), Decimal(0)), currency)
            if amount is not None:
                ids = tuple(sorted(stay.id for stay in stays)[:MOST_NAMED])
                found.append(CancellationIncome(amount=amount, stays=len(stays), reservation_ids=ids))
        return tuple(found)

    def warnings(self) -> tuple[str, ...]:
        """What a reader of the figures has to know."""
        said = []
        if not self.has_stays:
            said.append(f"No stay touches {self.span.first} to {self.span.last}: there is nothing to add up.")
        if self._estimated:
            said.append(
                f"{self._estimated} stays have no finance fields; their revenue is the total price less "
                "cleaning fee less tax."
            )
        if len(self._totals) > 1:
            listed = ", ".join(sorted(self._totals))
            said.append(f"There are stays in {listed}: a total for each, because currencies are not added.")
        strange = {cell.currency for cell in self._totals.values() if cell.nights is None}
        if strange and self.basis is Basis.NIGHT:
            said.append(
                f"Stays in {', '.join(sorted(strange))} are in listings of another currency, so their nights "
                "available stand with that one."
            )
        return tuple(said)

    def _nights(self, stay: Stay) -> int:
        if self.basis is Basis.NIGHT:
            return nights_in(stay, self.span.first, self.span.last)
        return stay.nights


@cache
def _reason_of(status: str) -> Reason:
    reason = reason_of_status(ReservationStatus(status))
    assert reason is not None
    return reason


def _add(cell: Cell, stay: Stay, taken: int, *, priced: bool) -> None:
    cell.stays += 1
    cell.own_nights += taken * stay.units
    if priced:
        cell.sums.add(stay, taken)


def _add_share(cell: Cell, one: Share) -> None:
    cell.stays += one.stays
    cell.own_nights += one.nights
    cell.sums.add_share(one.of, one.stays, one.nights, one.estimated, one.sums)


def _months(span: Span) -> list[Span]:
    found, first = [], span.first
    while first <= span.last:
        after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append(Span(first, min(after - ONE_DAY, span.last)))
        first = after
    return found
