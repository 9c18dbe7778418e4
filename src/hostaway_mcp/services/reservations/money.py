"""The money of one stay: its price in parts, what was paid, what is due, what the channel pays out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from hostaway_mcp.analytics.balances import due_of, paid_of, strange_currencies
from hostaway_mcp.analytics.waterfall import amount_of, besides, inside
from hostaway_mcp.models.calendar import PriceComponent
from hostaway_mcp.models.finance import FinanceField
from hostaway_mcp.models.guest_payments import ChargeStatus, ChargeType, GuestCharge
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.answers import Money, Record
from hostaway_mcp.services.reservations.rows import balance_of, payment_status_of, total_of
from hostaway_mcp.services.untrusted import clean_name

_PAYOUTS = ("airbnbPayoutSum",)


class Component(Record):
    """A line of the price; discounts are negative."""

    label: str
    kind: str | None = None
    amount: Money


class Charge(Record):
    """Money asked of the guest, or given back."""

    title: str | None = None
    type: str
    status: str
    amount: Money | None = None
    due: date | None = None
    method: str | None = None


class StayMoney(Record):
    """
    What the guest pays and what becomes of it.

    `components` add up to `total`. `besides` are not part of it: commissions, payouts and other figures.
    """

    total: Money | None = None
    components: tuple[Component, ...] = ()
    besides: tuple[Component, ...] = ()
    payout: Money | None = None
    """What the channel pays the host, where Hostaway knows it."""
    charges: tuple[Charge, ...] | None = None
    """Absent where the channel collects, or where they could not be read."""
    paid: Money | None = None
    """Paid charges less refunds."""
    due: Money | None = None
    """Charges that are raised and not yet paid, failed ones too."""
    balance: Money | None = None
    """The total less what was paid; absent where the channel collects."""
    payment_status: str | None = None


def money_of(
    stay: Reservation, fields: Sequence[FinanceField], charges: Sequence[GuestCharge] | None
) -> tuple[StayMoney, list[str]]:
    """The money of a stay, and what about it does not fit together. `charges` None: not known."""
    total = total_of(stay)
    parts = components_of(inside(fields), stay.currency)
    warnings = check_sum(parts, total)
    paid = due = None
    balance = balance_of(stay, stay.remaining_balance)
    if charges is not None:
        strange = strange_currencies(stay, charges)
        if strange:
            balance = None
            warnings.append(
                f"Charges are in {', '.join(sorted(strange))} and the stay in {stay.currency}; "
                "currencies are not added, so paid, due and balance are left out."
            )
        else:
            paid_amount = paid_of(charges)
            paid, due = Money.of(paid_amount, stay.currency), Money.of(due_of(charges), stay.currency)
            balance = balance_of(stay, (stay.total_price or Decimal(0)) - paid_amount)
    money = StayMoney(
        total=total,
        components=parts,
        besides=components_of(besides(fields), stay.currency),
        payout=_payout(stay, fields),
        charges=None if charges is None else tuple(_charge(charge, stay.currency) for charge in charges),
        paid=paid,
        due=due if due and due.amount else None,
        balance=balance,
        payment_status=payment_status_of(stay),
    )
    return money, warnings


def component_of(line: FinanceField | PriceComponent, currency: str | None) -> Component | None:
    """A line of a price as answers show it; None where it is worth nothing."""
    money = Money.of(amount_of(line), currency)
    if money is None or not money.amount:
        return None
    label = clean_name(line.alias) or clean_name(line.title) or line.name
    return Component(label=label, kind=str(line.type) if line.type else None, amount=money)


def components_of(
    lines: Iterable[FinanceField | PriceComponent], currency: str | None
) -> tuple[Component, ...]:
    """The lines that are worth something."""
    return tuple(one for line in lines if (one := component_of(line, currency)))


def _payout(stay: Reservation, fields: Sequence[FinanceField]) -> Money | None:
    named = {field.name: field.total for field in fields if not field.is_deleted}
    known = next((named[name] for name in _PAYOUTS if named.get(name) is not None), None)
    return Money.of(known if known is not None else stay.airbnb_expected_payout_amount, stay.currency)


def _charge(charge: GuestCharge, currency: str | None) -> Charge:
    due = charge.scheduled_date
    return Charge(
        title=clean_name(charge.title),
        type=str(charge.type or ChargeType.CHARGE),
        status=str(charge.status or ChargeStatus.UNKNOWN),
        amount=Money.of(charge.amount, charge.currency or currency),
        due=due.date() if due else None,
        method=clean_name(charge.payment_method),
    )


def check_sum(parts: Sequence[Component], total: Money | None) -> list[str]:
    """A warning where the parts of a price do not add up to its total."""
    if not parts or total is None:
        return []
    added = sum((line.amount.amount for line in parts), Decimal(0))
    if added == total.amount:
        return []
    return [f"The parts of the price add up to {added} {total.currency}, its total says {total}."]
