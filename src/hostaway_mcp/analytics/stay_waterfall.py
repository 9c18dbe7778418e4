"""The money of one stay from the guest's price over the payout to what the owner gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hostaway_mcp.analytics.waterfall import (
    ZERO,
    Item,
    PriceLine,
    Step,
    amount_of,
    besides,
    inside,
    matching,
    standing,
    sum_of,
)
from hostaway_mcp.models.finance import FinanceFieldType

OWNER_PAYOUT, MANAGER_SHARE = "ownerPayout", "pmCommission"
"""Formulas that every account has. Source: Hostaway API reference, "Owner statement" example."""

GUEST_PRICE, PAYOUT, CANCELLATION, OWNER = "Guest price", "Payout", "Cancellation payout", "Owner payout"
NOT_EXPLAINED = "Not explained"
_PAID_BY_GUEST = frozenset({"guestChannelFee"})
"""A commission that the guest pays the channel on top; it takes nothing from the host."""
_REPORTED = "airbnbPayoutSum"
_KINDS = {FinanceFieldType.TAX: "tax", FinanceFieldType.FEE: "fee"}


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of the account with its result for the stay."""

    name: str
    result: Decimal
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class StayMoney:
    """What is known of a stay's money, in its currency. `kept` and `payout` where no line says it."""

    total: Decimal
    lines: Sequence[PriceLine]
    is_dead: bool = False
    kept: Decimal | None = None
    """The channel's commission as the reservation states it."""
    payout: Decimal | None = None
    """The payout that the channel announced."""
    cancellation: Decimal | None = None
    formulas: Mapping[str, Formula] | None = None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Steps, and what of them has no explanation."""

    steps: tuple[Step, ...]

    @property
    def figures(self) -> tuple[Step, ...]:
        """The figures in between."""
        return tuple(step for step in self.steps if step.is_figure)

    @property
    def unexplained(self) -> Decimal:
        """What the steps cannot explain."""
        return sum((step.amount for step in self.steps if step.label == NOT_EXPLAINED), ZERO)


def waterfall_of(money: StayMoney) -> Waterfall:
    """
    The steps of a stay: parts of the price, guest price, commissions and deposit, payout, owner.

    - Guest price: the total price; its parts are the finance fields that are part of it.
    - Payout: Airbnb's own sum where it is told, else guest price less commission and deposits.
    - Owner: the account's formula `ownerPayout`; what lies between is its `pmCommission`, and those taxes,
      fees and deposits that make up the rest to the cent.
    What does not fit is a step "Not explained". Of a cancelled stay the payout is the cancellation payout.

    Example: base rate 400, cleaning 60, city tax 14: guest price 474. Host channel fee -66: payout 408.
    Owner payout 254 with pmCommission 80: -80, and -60 cleaning, -14 tax make the rest.
    """
    steps = [*_price(money)]
    if money.is_dead:
        return Waterfall((*steps, *_cancelled(money)))
    to_payout, payout = _to_payout(money)
    deducted = frozenset(step.label for step in to_payout)
    steps += to_payout
    return Waterfall((*steps, *_to_owner(money, payout, deducted)))


def _price(money: StayMoney) -> list[Step]:
    parts = inside(money.lines)
    steps = [_step(line, amount_of(line) or ZERO, "part of the price") for line in parts]
    gap = money.total - sum_of(parts)
    if parts and gap:
        steps.append(Step(NOT_EXPLAINED, gap, "the parts of the price do not add up to its total"))
    why = "what the guest pays in all" if parts else "Hostaway has no parts of this price"
    return [*steps, Step(GUEST_PRICE, money.total, why, is_figure=True)]


def _cancelled(money: StayMoney) -> list[Step]:
    kept = next((amount_of(one) for one in standing(money.lines) if one.name == "cancellationPayout"), None)
    payout = (kept if kept is not None else money.cancellation) or ZERO
    lost = Step("Cancelled", payout - money.total, "the stay did not take place; this was not kept")
    return [lost, Step(CANCELLATION, payout, "what the host keeps of the stay", is_figure=True)]


def _to_payout(money: StayMoney) -> tuple[list[Step], Decimal]:
    steps = [
        _step(line, -abs(amount_of(line) or ZERO), "kept by the channel")
        for line in besides(money.lines)
        if line.type is FinanceFieldType.COMMISSIONS and line.name not in _PAID_BY_GUEST
    ]
    if not steps and money.kept:
        steps.append(Step("Channel commission", -abs(money.kept), "kept by the channel"))
    reported = next((amount_of(one) for one in standing(money.lines) if one.name == _REPORTED), money.payout)
    left = money.total + sum((step.amount for step in steps), ZERO)
    deposits = [_item(line) for line in inside(money.lines) if _is_deposit(line)]
    if reported is None:
        steps += [Step(one.label, one.amount, "goes back to the guest") for one in deposits]
        left += sum((one.amount for one in deposits), ZERO)
        why = "worked out: guest price less commission and deposit"
        return [*steps, Step(PAYOUT, left, why, is_figure=True)], left
    items = [*deposits, *(_item(line) for line in inside(money.lines) if line.type is FinanceFieldType.TAX)]
    found = matching(reported - left, items)
    if found is None:
        steps.append(Step(NOT_EXPLAINED, reported - left, "between the price less commission and the payout"))
    else:
        steps += [Step(one.label, one.amount, "kept by the channel, as the payout shows") for one in found]
    return [*steps, Step(PAYOUT, reported, "as the channel reports it", is_figure=True)], reported


def _to_owner(money: StayMoney, payout: Decimal, deducted: frozenset[str]) -> list[Step]:
    formulas = money.formulas or {}
    owner, manager = formulas.get(OWNER_PAYOUT), formulas.get(MANAGER_SHARE)
    if owner is None:
        return []
    steps = []
    if manager is not None and manager.result:
        steps.append(Step("PM commission", -manager.result, _by(manager, "the manager's share")))
    gap = owner.result - payout - sum((step.amount for step in steps), ZERO)
    items = [_item(line) for line in inside(money.lines) if line.type in _KINDS or _is_deposit(line)]
    found = matching(gap, [one for one in items if one.label not in deducted], most=True)
    if found is None:
        steps.append(Step(NOT_EXPLAINED, gap, "no choice of taxes and fees makes up the formula's result"))
    else:
        steps += [Step(one.label, one.amount, "not the owner's by the formula") for one in found]
    return [*steps, Step(OWNER, owner.result, _by(owner, "by the account's formula"), is_figure=True)]


def label_of(line: PriceLine) -> str:
    """What a line is called: the account's own word for it, its title, or its name on the wire."""
    return getattr(line, "alias", None) or getattr(line, "title", None) or line.name


def _step(line: PriceLine, amount: Decimal, why: str) -> Step:
    return Step(label_of(line), amount, why)


def _item(line: PriceLine) -> Item:
    """A line as something that is taken away again."""
    kind = "deposit" if _is_deposit(line) else _KINDS.get(line.type or FinanceFieldType.UNKNOWN, "")
    return Item(label_of(line), -(amount_of(line) or ZERO), kind=kind)


def _is_deposit(line: PriceLine) -> bool:
    return "deposit" in line.name.lower()


def _by(formula: Formula, otherwise: str) -> str:
    return f"formula: {formula.expression}" if formula.expression else otherwise
