"""Differences of money put into words: a stay or a statement, and what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from hostaway_mcp.analytics.bridges import bridge, unlike
from hostaway_mcp.analytics.statements import ON_STATEMENT, TODAY, TOTAL_PRICE, Sheet, compare
from hostaway_mcp.analytics.statements import waterfall_of as statement_steps
from hostaway_mcp.analytics.stay_waterfall import GUEST_PRICE, NOT_EXPLAINED, StayMoney
from hostaway_mcp.analytics.waterfall import ZERO, Item, Step, rest_of
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.answers import Missing, Money
from hostaway_mcp.services.explained import MOST_ALSO, Compared, Explanation, StepRow, capped, money, shown
from hostaway_mcp.services.owner_statements import Book
from hostaway_mcp.services.reservations.resolve import place
from hostaway_mcp.services.untrusted import clean_name, fence


@dataclass(slots=True)
class Stay:
    """A stay with its money, as far as it could be read."""

    stay: Reservation
    money: StayMoney | None
    steps: tuple[Step, ...]
    paid: Decimal | None = None

    @property
    def currency(self) -> str:
        return self.stay.currency or ""

    @property
    def price(self) -> int:
        """Where the guest price stands among the steps."""
        return next(place for place, step in enumerate(self.steps) if step.label == GUEST_PRICE)


@dataclass(slots=True)
class Pad:
    """What is put together for one answer."""

    listings: Mapping[int, Listing]
    ages: list[datetime]
    understood: dict[str, str] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def bridged(
    subject: str,
    other: str,
    this: Decimal,
    that: Decimal,
    steps: Sequence[Step],
    currency: str,
    pad: Pad,
) -> Explanation:
    """From the other figure to this one."""
    known = [step for step in steps if step.label != NOT_EXPLAINED]
    whole = [Step(other, that, is_figure=True), *capped(steps), Step(subject, this, is_figure=True)]
    return _answer(
        pad,
        subject=subject,
        against=other,
        steps=shown(whole, currency),
        difference=money(this - that, currency),
        unexplained=money(rest_of(this - that, known), currency),
    )


def _answer(pad: Pad, **parts: Any) -> Explanation:
    missing = tuple(pad.missing)
    return Explanation(
        as_of=min(pad.ages),
        complete=not missing,
        missing=missing,
        warnings=tuple(dict.fromkeys(pad.warnings)),
        understood=pad.understood,
        **parts,
    )


def of_stay(this: Stay, other: Decimal | Stay | None, pad: Pad) -> Explanation:
    subject = place(this.stay, pad.listings)
    if this.money is None or (isinstance(other, Stay) and other.money is None):
        bare = this if this.money is None else other
        number = bare.stay.id if isinstance(bare, Stay) else this.stay.id
        pad.warnings.append(f"Reservation {number} has no price: an owner stay, or a calendar import.")
        return _answer(pad, subject=subject, steps=())
    currency, total = this.currency, this.money.total
    balance = total - this.paid if this.paid is not None else None
    if other is None:
        unexplained = sum((step.amount for step in this.steps if step.label == NOT_EXPLAINED), ZERO)
        last = this.steps[-1].amount
        answer = _answer(
            pad,
            subject=subject,
            steps=shown(this.steps, currency),
            difference=money(total - last, currency),
            unexplained=money(unexplained, currency),
        )
    elif isinstance(other, Stay):
        _same_currency(currency, other.currency)
        steps = unlike(this.steps[: this.price], other.steps[: other.price])
        that = other.money.total if other.money else ZERO
        answer = bridged(
            f"{GUEST_PRICE} of {this.stay.id}",
            f"{GUEST_PRICE} of {other.stay.id}",
            total,
            that,
            steps,
            currency,
            pad,
        )
    else:
        items = [Item(step.label, step.amount, step.why) for step in this.steps if not step.is_figure]
        if balance:
            items.insert(0, Item("Not paid yet", balance, "the guest price less paid charges plus refunds"))
        steps = bridge(other, this.steps, this.price, items)
        answer = bridged(GUEST_PRICE, f"The amount of {other:f}", total, other, steps, currency, pad)
    update = {
        "paid": Money.of(this.paid, currency),
        "balance": Money.of(balance, currency),
        "subject": subject,
    }
    return answer.model_copy(update=update)


def _same_currency(one: str, other: str) -> None:
    if one != other:
        raise InputError(
            f"One is in {one} and the other in {other}; amounts of two currencies have no difference.",
            hint="Compare figures of one currency.",
        )


def of_statement(this: Book, other: Decimal | Book | None, pad: Pad) -> Explanation:
    pad.ages += this.ages
    pad.missing += this.missing
    pad.warnings += this.warnings
    subject = f"{this.label}: {fence(clean_name(this.statement.statement_name))}"
    if other is None:
        return _against_today(this, subject, pad)
    mine = _single(this)
    if isinstance(other, Book):
        pad.ages += other.ages
        theirs = _single(other)
        _same_currency(mine[0], theirs[0])
        steps = unlike(statement_steps(mine[1]), statement_steps(theirs[1]))
        total, that = mine[1].total, theirs[1].total
        return bridged(this.label, other.label, total, that, steps, mine[0], pad)
    currency, own = mine
    steps = statement_steps(own)
    items = [Item(step.label, step.amount, step.why) for step in steps if not step.is_figure]
    items += [
        Item(f"Reservation {row.id}", row.sum(own.payable), "only on the statement") for row in own.rows
    ]
    items += [
        Item(f"Guest price of {row.id}", row.sum((TOTAL_PRICE,)), "only on the statement") for row in own.rows
    ]
    items += [Item(f"Expense {one.id}", one.amount, "only on the statement") for one in own.spent]
    found = bridge(other, steps, len(steps) - 1, items)
    return bridged(this.label, f"The amount of {other:f}", own.total, other, found, currency, pad)


def _single(book: Book) -> tuple[str, Sheet]:
    if len(book.sheets) != 1:
        listed = " and ".join(book.sheets) or "no currency"
        raise InputError(
            f"The {book.label} is in {listed}; it has no one figure that could be compared.",
            hint="Ask for the statement without `against`: each currency is explained by itself.",
        )
    return next(iter(book.sheets.items()))


def _against_today(this: Book, subject: str, pad: Pad) -> Explanation:
    """The waterfall of each currency, then what makes it another than today's figures."""
    steps, also, compared = list[StepRow](), list[StepRow](), list[Compared]()
    for currency in sorted(this.sheets.keys() | this.today.keys()):
        own = this.sheets.get(currency) or Sheet(())
        steps += shown(statement_steps(own), currency)
        now = this.today.get(currency)
        if now is None:
            continue
        changes = compare(own, now, this.why)
        that = now.added
        if changes.steps:
            whole = [Step(TODAY, that, is_figure=True), *capped(changes.steps)]
            steps += shown([*whole, Step(ON_STATEMENT, own.total, is_figure=True)], currency)
        also += shown(changes.also, currency)
        known = [step for step in changes.steps if step.label != NOT_EXPLAINED]
        compared.append(
            Compared(
                this=money(own.total, currency),
                against=money(that, currency),
                difference=money(own.total - that, currency),
                unexplained=money(rest_of(own.total - that, known), currency),
            )
        )
    if len(also) > MOST_ALSO:
        pad.warnings.append(f"{len(also) - MOST_ALSO} more changes leave the sum as it is.")
    one = compared[0] if len(compared) == 1 else None
    return _answer(
        pad,
        subject=subject,
        against="today's figures" if compared else None,
        steps=tuple(steps),
        also=tuple(also[:MOST_ALSO]),
        difference=one.difference if one else None,
        unexplained=one.unexplained if one else None,
        by_currency=tuple(compared) if len(compared) > 1 else (),
    )
