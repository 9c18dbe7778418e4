"""Explained money as answers show it: steps, a difference, the lines of a statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from hostaway_mcp.analytics.statements import Sheet
from hostaway_mcp.analytics.waterfall import ZERO, Step
from hostaway_mcp.services.answers import ListAnswer, Money, Record
from hostaway_mcp.services.untrusted import clean

MOST_STEPS = 40
MOST_ALSO = 12
LABEL_CHARS = 100


class StepRow(Record):
    """What is added (above zero) or taken away (below); a `figure` is what the steps come to."""

    label: str
    amount: Money
    why: str | None = None
    figure: bool | None = None


class StatementLine(Record):
    """A stay, expense or extra on a statement."""

    reservation_id: int | None = None
    expense_id: int | None = None
    what: str | None = None
    """The stay's listing, or what the expense was for."""
    channel: str | None = None
    first: date | str | None = None
    """Arrival, or the expense's day."""
    last: date | str | None = None
    """Departure."""
    total: Money | None = None
    """The guest price."""
    owner: Money
    """What the owner gets; of an expense below zero."""


class Compared(Record):
    """How much two figures in one currency differ, and what of it has no explanation."""

    this: Money
    against: Money
    difference: Money
    unexplained: Money


class Explanation(ListAnswer):
    """
    Steps in their order. `difference` is this figure less the one that it is compared with; without such a
    figure the first less the last. `unexplained` is what of it no step explains.
    """

    subject: str
    against: str | None = None
    steps: tuple[StepRow, ...]
    difference: Money | None = None
    """Absent where there is no price, or where several currencies would have to be added."""
    unexplained: Money | None = None
    by_currency: tuple[Compared, ...] = ()
    """Instead of `difference` where a statement has several currencies."""
    also: tuple[StepRow, ...] = ()
    """Changes since a statement was made that leave its sum as it is."""
    paid: Money | None = None
    balance: Money | None = None
    lines: tuple[StatementLine, ...] = ()


def money(amount: Decimal, currency: str) -> Money:
    """An amount whose currency is known."""
    found = Money.of(amount, currency)
    assert found is not None
    return found


def shown(steps: Iterable[Step], currency: str) -> tuple[StepRow, ...]:
    """Steps as answers show them; their labels may be an account's own words."""
    return tuple(
        StepRow(
            label=clean(step.label, max_chars=LABEL_CHARS) or "no name",
            amount=money(step.amount, currency),
            why=clean(step.why, max_chars=3 * LABEL_CHARS, mask=False),
            figure=True if step.is_figure else None,
        )
        for step in steps
    )


def capped(steps: Sequence[Step]) -> list[Step]:
    """The largest steps in their order, the others as one."""
    if len(steps) <= MOST_STEPS:
        return list(steps)
    largest = sorted(range(len(steps)), key=lambda place: -abs(steps[place].amount))[: MOST_STEPS - 1]
    kept = [steps[place] for place in sorted(largest)]
    rest = [step for place, step in enumerate(steps) if place not in set(largest)]
    amount = sum((step.amount for step in rest), ZERO)
    return [*kept, Step(f"{len(rest)} smaller changes", amount, "each explained, but not shown")]


def lines_of(sheet: Sheet, currency: str) -> list[StatementLine]:
    """A statement line by line: its stays by departure, then expenses and extras by day."""
    stays = sorted(sheet.rows, key=lambda row: (row.departure or "", row.id))
    spent = sorted(sheet.spent, key=lambda one: (one.day or date.min, one.id))
    return [
        *(
            StatementLine(
                reservation_id=row.id,
                what=row.listing,
                channel=row.channel,
                first=row.arrival,
                last=row.departure,
                total=Money.of(row.amounts.get("totalPrice"), currency),
                owner=money(row.sum(sheet.payable), currency),
            )
            for row in stays
        ),
        *(
            StatementLine(
                expense_id=one.id, what=one.concept, first=one.day, owner=money(one.amount, currency)
            )
            for one in spent
        ),
    ]
