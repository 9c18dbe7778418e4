"""Whether Hostaway's consolidated report says the same of the same stays, and where it does not, why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hostaway_mcp.analytics.revenue import Stay
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reports import Cell, FinanceReport
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.dates import Span
from hostaway_mcp.services.finance import Finance
from hostaway_mcp.services.summary_book import Book
from hostaway_mcp.services.summary_rows import Checked, Difference, Reconciled

REVENUE_COLUMNS = ("baseRate", "priceForExtraPerson", "weeklyDiscount", "monthlyDiscount", "couponDiscount")
"""Hostaway's names for what accommodation revenue is made of; the account's formulas are not used."""

MOST_NAMED = 10
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Pair:
    """One stay, and what Hostaway's report says of its revenue; None where the report has no such stay."""

    stay: Stay
    hostaway: Decimal | None

    @property
    def ours(self) -> Decimal:
        """The whole stay's accommodation revenue."""
        return self.stay.amounts.accommodation or ZERO

    @property
    def difference(self) -> Decimal:
        """Ours less theirs."""
        return self.ours - (self.hostaway or ZERO)

    @property
    def says(self) -> str:
        """Why they differ."""
        if self.hostaway is None:
            return "Hostaway's report does not have this stay: its dates or status have changed since."
        if self.stay.amounts.estimated:
            return "It has no finance fields, so ours is its total price less cleaning fee less tax."
        return "Hostaway's report has another price than the stay's finance fields: one of them is newer."


async def reconcile_with(
    finance: Finance, book: Book, listings: Sequence[Listing], *, wanted: bool
) -> Reconciled:
    """
    Compares the whole revenue of each stay that counts with Hostaway's report of the same stays.

    Costs a call for each currency of the listings.
    """
    if not wanted:
        says = "Not checked against Hostaway's report; reconcile=true does it, for a call a currency."
        return Reconciled(state="not_checked", says=says)
    stays = list(book.counted.values())
    if not stays:
        return Reconciled(state="not_checked", says="There is no revenue to check.")
    asked = Span(min(stay.arrival for stay in stays), max(stay.arrival for stay in stays))
    here = {stay.listing_id for stay in stays}
    try:
        reports, missing = await finance.consolidated([one for one in listings if one.id in here], asked)
    except HostawayMcpError as error:
        return Reconciled(state="not_had", says=f"Hostaway's report could not be had: {error.message}")
    found = revenue_by_stay(reports)
    if found is None:
        says = "Hostaway's report has no column baseRate, so it cannot be compared."
        return Reconciled(state="not_had", says=says)
    pairs = [Pair(stay, found.get(stay.id)) for stay in stays]
    # Stays in a currency whose report did not come are not told from those that it does not have.
    pairs = [pair for pair in pairs if pair.hostaway is not None] if missing else pairs
    return _reconciled(pairs, book, lacking=" ".join(f"Without {one.what}: {one.why}" for one in missing))


def revenue_by_stay(reports: Iterable[FinanceReport]) -> dict[int, Decimal] | None:
    """Hostaway's accommodation revenue by reservation id; None where a report does not tell it."""
    found: dict[int, Decimal] = {}
    for report in reports:
        if not any(column.name == REVENUE_COLUMNS[0] for column in report.columns):
            return None
        for row in report.records():
            number = str(row.get("id") or "")
            if number.isdecimal():
                found[int(number)] = sum((_amount(row, name) for name in REVENUE_COLUMNS), ZERO)
    return found


def _amount(row: Mapping[str, Cell], name: str) -> Decimal:
    value = row.get(name)
    amount = Decimal(value) if isinstance(value, Decimal | int) else ZERO
    return -abs(amount) if name.endswith("Discount") else amount


def _reconciled(pairs: Sequence[Pair], book: Book, *, lacking: str) -> Reconciled:
    checked = tuple(
        _checked(currency, [pair for pair in pairs if pair.stay.currency == currency], book)
        for currency in sorted({pair.stay.currency or "" for pair in pairs})
    )
    other = sorted((pair for pair in pairs if pair.difference), key=lambda pair: -abs(pair.difference))
    if other:
        says = f"{len(other)} of {len(pairs)} stays differ from Hostaway's consolidated report."
    else:
        says = f"Hostaway's consolidated report says the same of all {len(pairs)} stays."
    outside = [one.currency for one in checked if one.in_period != one.ours]
    if outside:
        says += " It counts whole stays; in_period is their share for nights of this period."
    return Reconciled(
        state="differs" if other else "agrees",
        says=f"{says} {lacking}".strip(),
        checked=checked,
        differences=tuple(_difference(pair) for pair in other[:MOST_NAMED]),
        left_out=len(other) - MOST_NAMED if len(other) > MOST_NAMED else None,
    )


def _checked(currency: str, pairs: Sequence[Pair], book: Book) -> Checked:
    ours = sum((pair.ours for pair in pairs), ZERO)
    theirs = sum((pair.hostaway or ZERO for pair in pairs), ZERO)
    return Checked(
        currency=currency,
        stays=len(pairs),
        ours=_money(ours, currency),
        hostaway=_money(theirs, currency),
        difference=_money(ours - theirs, currency),
        in_period=book.revenue_in_period(currency) or _money(ours, currency),
    )


def _money(amount: Decimal, currency: str) -> Money:
    """A stay that counts has a currency."""
    money = Money.of(amount, currency)
    assert money is not None
    return money


def _difference(pair: Pair) -> Difference:
    return Difference(
        reservation_id=pair.stay.id,
        ours=Money.of(pair.ours, pair.stay.currency),
        hostaway=Money.of(pair.hostaway, pair.stay.currency),
        says=pair.says,
    )
