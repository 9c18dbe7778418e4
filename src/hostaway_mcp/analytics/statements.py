"""Owner statements: their waterfall, their own sums, and what has changed since they were made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from hostaway_mcp.analytics.stay_waterfall import (
    GUEST_PRICE,
    MANAGER_SHARE,
    NOT_EXPLAINED,
    OWNER,
    OWNER_PAYOUT,
)
from hostaway_mcp.analytics.waterfall import ZERO, Item, Step, matching


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


TAXES = _names(
    "vat salesTax cityTax otherTaxes roomTax transientOccupancyTax lodgingTax hotelTax guestNightlyTax "
    "guestStayTax guestPerPersonPerNightTax propertyRentTax"
)
COMMISSIONS = _names(
    "hostChannelFee paymentServiceProcessingFees otaPaymentProcessingFee cancellationHostFee"
)
DISCOUNTS = _names(
    "weeklyDiscount monthlyDiscount couponDiscount shareholderDiscount lastMinuteDiscount "
    "employeeDiscount otherSpecialDiscount"
)
ACCOMMODATION = frozenset({"baseRate", "priceForExtraPerson"})
FEES = _names(
    "cleaningFeeValue additionalCleaningFee parkingFee towelChangeFee midstayCleaningFee roomRequestFee "
    "reservationChangeFee checkinFee lateCheckoutFee otherFees creditCardFee kitchenLinenFee "
    "linenPackageFee transferFee wristbandFee extraBedsFee serviceFee bedLinenFee bookingFee petFee "
    "skiPassFee tourismFee childrenExtraFee resortFee resortFeeAirbnb communityFeeAirbnb "
    "managementFeeAirbnb linenFeeAirbnb insuranceFee"
)
DEPOSITS = frozenset({"damageDeposit"})
"""Columns that are amounts of their own, by kind. Source: Hostaway API reference, "Standard fields"."""

TOTAL_PRICE, ALL_TAXES, ALL_FEES = "totalPrice", "totalTax", "totalGuestFees"
ON_STATEMENT, TODAY = "On the statement", "By today's figures"


@dataclass(frozen=True, slots=True)
class Row:
    """A stay on a statement or in a report: its money by column name."""

    id: int
    amounts: Mapping[str, Decimal]
    status: str | None = None
    channel: str | None = None
    listing: str | None = None
    arrival: str | None = None
    departure: str | None = None

    def sum(self, names: Iterable[str]) -> Decimal:
        """The sum of some columns; a column that is not there is worth nothing."""
        return sum((self.amounts.get(name, ZERO) for name in names), ZERO)


@dataclass(frozen=True, slots=True)
class Spent:
    """An expense (below zero) or extra (above)."""

    id: int
    amount: Decimal
    concept: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A statement, or today's figures for the same question, in one currency."""

    rows: tuple[Row, ...]
    spent: tuple[Spent, ...] = ()
    payable: tuple[str, ...] = (OWNER_PAYOUT,)
    """The columns whose sum the owner gets."""
    titles: Mapping[str, str] = field(default_factory=dict)
    lines_total: Decimal | None = None
    """What the statement itself says that its lines come to; likewise the next two."""
    spent_total: Decimal | None = None
    grand_total: Decimal | None = None

    @property
    def added(self) -> Decimal:
        """What its lines, expenses and extras add up to."""
        return sum((row.sum(self.payable) for row in self.rows), ZERO) + self._spent

    @property
    def _spent(self) -> Decimal:
        return sum((one.amount for one in self.spent), ZERO)

    @property
    def total(self) -> Decimal:
        """What it says that it comes to; without such a word what it adds up to."""
        return self.added if self.grand_total is None else self.grand_total

    def title(self, name: str) -> str:
        """What a column is called."""
        return self.titles.get(name) or name


def kind_of(name: str) -> str | None:
    """What a column's amounts are: tax, fee, commission, accommodation, manager or deposit; else None."""
    kinds = {
        "tax": TAXES,
        "fee": FEES,
        "commission": COMMISSIONS,
        "accommodation": ACCOMMODATION | DISCOUNTS,
        "manager": frozenset({MANAGER_SHARE}),
        "deposit": DEPOSITS,
    }
    return next((kind for kind, names in kinds.items() if name in names), None)


def waterfall_of(sheet: Sheet) -> tuple[Step, ...]:
    """
    From what the guests of a statement paid to what its owner gets.

    Guest price, less commissions and the manager's share, less those taxes, fees and deposits that make up
    the rest to the cent; then expenses and extras; then where the statement's own sums are others than its
    lines. Example: two stays of 474 and 600, host channel fees -66, PM commission -160, taxes -34, cleaning
    -120: owner payout 694; a plumber -94: 600 on the statement.
    """
    owner = sum((row.sum(sheet.payable) for row in sheet.rows), ZERO)
    steps = [*_to_owner(sheet, owner)]
    lines = sheet.lines_total
    if lines is not None and lines != owner:
        why = f"the lines add up to {owner:f}, the statement says {lines:f}"
        steps.append(Step("Sum of the lines", lines - owner, why))
    for label, some in (
        ("Expenses", [one for one in sheet.spent if one.amount < 0]),
        ("Extras", [one for one in sheet.spent if one.amount > 0]),
    ):
        if some:
            why = f"{len(some)} of them"
            steps.append(Step(label, sum((one.amount for one in some), ZERO), why))
    added = sum((one.amount for one in sheet.spent), ZERO)
    said = sheet.spent_total
    if said is not None and said != added:
        why = f"the expenses and extras add up to {added:f}, the statement says {said:f}"
        steps.append(Step("Sum of the expenses", said - added, why))
    rest = sheet.total - (lines if lines is not None else owner) - (said if said is not None else added)
    if rest:
        why = "the grand total is not the sum of lines, expenses and extras"
        steps.append(Step("Grand total", rest, why))
    return (*steps, Step(ON_STATEMENT, sheet.total, "what the owner gets", is_figure=True))


def _to_owner(sheet: Sheet, owner: Decimal) -> Iterator[Step]:
    names = {name for row in sheet.rows for name in row.amounts}
    sums = {name: sum((row.amounts.get(name, ZERO) for row in sheet.rows), ZERO) for name in sorted(names)}
    count = f"{len(sheet.rows)} stay{'s' if len(sheet.rows) != 1 else ''}"
    if TOTAL_PRICE in sums:
        yield Step(GUEST_PRICE, sums[TOTAL_PRICE], f"what the guests of {count} pay", is_figure=True)
        left = sums[TOTAL_PRICE]
        for name in sorted(COMMISSIONS & names) + ([MANAGER_SHARE] if MANAGER_SHARE in names else []):
            if sums[name]:
                why = "the manager's share" if name == MANAGER_SHARE else "kept by the channel"
                yield Step(sheet.title(name), -sums[name], why)
                left -= sums[name]
        found = matching(owner - left, _taken(sheet, sums), most=True)
        if found is None:
            why = "no choice of taxes and fees makes up what the owner gets"
            yield Step(NOT_EXPLAINED, owner - left, why)
        else:
            yield from (Step(one.label, one.amount, "not the owner's by the formula") for one in found)
    words = ", ".join(sheet.title(name) for name in sheet.payable)
    yield Step(OWNER, owner, f"{words} of {count}", is_figure=True)


def _taken(sheet: Sheet, sums: Mapping[str, Decimal]) -> list[Item]:
    """Taxes, fees and deposits as what is taken away; sums of all fees where single ones may be hidden."""
    items = []
    for whole, names, kind in ((ALL_TAXES, TAXES, "tax"), (ALL_FEES, FEES, "fee")):
        single = [name for name in sums if name in names and sums[name]]
        if whole in sums and sum((sums[name] for name in single), ZERO) != sums[whole]:
            single = [whole]
        items += [Item(sheet.title(name), -sums[name], kind=kind) for name in single]
    deposits = [name for name in sums if name in DEPOSITS]
    return items + [Item(sheet.title(name), -sums[name], kind="deposit") for name in deposits]


@dataclass(frozen=True, slots=True)
class Changes:
    """What makes a statement another than today's figures: `also` are changes that do not touch its sum."""

    steps: tuple[Step, ...]
    also: tuple[Step, ...] = ()


def compare(then: Sheet, now: Sheet, why: Mapping[int, str] | None = None) -> Changes:
    """
    The steps from `now` to `then`: each is what the statement has more (above zero) or less than today.

    Stays that are on one side only count with all that the owner gets for them; `why` says what became of
    them. Where a stay is on both, the columns whose changes make up the owner's change to the cent are
    named; a change of the owner's sum that they do not make up is "Not explained".

    Example: cleaning was 60 and is 80 now, and the owner gets it: "Cleaning fee" -20.
    """
    reasons, steps, also = why or {}, list[Step](), list[Step]()
    before, after = {row.id: row for row in then.rows}, {row.id: row for row in now.rows}
    for number in sorted(before.keys() | after.keys()):
        old, new = before.get(number), after.get(number)
        if old is not None and new is not None:
            changed, silent = _changed(then, old, new)
            steps += changed
            also += silent
            continue
        row = old or new
        amount = row.sum(then.payable) if row else ZERO
        amount = amount if old is not None else -amount
        where = "on the statement only" if old is not None else "not on the statement"
        step = Step(f"Reservation {number}", amount, reasons.get(number, where))
        (steps if amount else also).append(step)
    steps += _spent(then, now)
    return Changes((*steps, *_own_sums(then)), tuple(also))


def _changed(sheet: Sheet, old: Row, new: Row) -> tuple[list[Step], list[Step]]:
    difference = old.sum(sheet.payable) - new.sum(sheet.payable)
    items = []
    for name in sorted(old.amounts.keys() | new.amounts.keys()):
        kind = kind_of(name)
        was, is_now = old.amounts.get(name, ZERO), new.amounts.get(name, ZERO)
        if kind is None or was == is_now or name in sheet.payable:
            continue
        sign = -1 if kind in ("commission", "manager") else 1
        says = f"{was:f} on the statement, {is_now:f} now"
        label = f"{sheet.title(name)} of reservation {old.id}"
        items.append(Item(label, sign * (was - is_now), says, kind))
    found = matching(difference, items)
    if found is None:
        steps = [Step(f"Owner payout of reservation {old.id}", difference, _words(items))]
        return [Step(NOT_EXPLAINED, one.amount, f"{one.label}: {one.why}") for one in steps], []
    rest = [item for item in items if item not in found]
    silent = [Step(item.label, item.amount, f"{item.why}; not the owner's") for item in rest]
    return [item.step() for item in found], silent


def _words(items: Sequence[Item]) -> str:
    changed = "; ".join(f"{item.label} {item.why}" for item in items[:4])
    return f"what changed does not make it up: {changed}" if changed else "nothing else of it changed"


def _spent(then: Sheet, now: Sheet) -> Iterator[Step]:
    before, after = {one.id: one for one in then.spent}, {one.id: one for one in now.spent}
    for number in sorted(before.keys() | after.keys()):
        old, new = before.get(number), after.get(number)
        one = old or new
        amount = (old.amount if old else ZERO) - (new.amount if new else ZERO)
        if one is None or not amount:
            continue
        if old and new:
            why = f"{old.amount:f} on the statement, {new.amount:f} now"
        else:
            why = "deleted or moved since" if old else "not on the statement; added or moved since"
        what = "Extra" if one.amount > 0 else "Expense"
        yield Step(f"{what} {number}" + (f" ({one.concept})" if one.concept else ""), amount, why)


def _own_sums(sheet: Sheet) -> Iterator[Step]:
    """Where the statement's total is another than what it adds up to."""
    yield from (
        step
        for step in waterfall_of(sheet)
        if step.label in ("Sum of the lines", "Sum of the expenses", "Grand total") and not step.is_figure
    )
