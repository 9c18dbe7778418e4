"""Makes plans of expenses and extras to be added, changed or deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.inputs import as_json
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.dates import read_day
from hostaway_mcp.services.portfolio import Portfolio, fold, label
from hostaway_mcp.services.untrusted import clean, clean_name, fence
from hostaway_mcp.services.writes.expenses import ALWAYS, ExpenseKind, like
from hostaway_mcp.services.writes.plans import Plan
from hostaway_mcp.services.writes.thing_plans import Draft, check_open, check_twice, draft_each
from hostaway_mcp.services.writes.words import check_text, few
from hostaway_mcp.store.journal.records import StepBody

Action = Literal["add", "change", "delete"]

FAR_DAYS = timedelta(days=366)
"""A date further off than this is warned of."""

_NOUNS = "expenses"
_VERBS = {"add": "Add", "change": "Change", "delete": "Delete"}
_NAMES = {
    "amount": "amount",
    "concept": "concept",
    "expenseDate": "date",
    "listingMapId": "listing",
    "reservationId": "reservation",
    "categoriesNames": "categories",
    "ownerStatementIds": "owner statements",
}
"""What a reader is shown, in this order."""


@dataclass(frozen=True, slots=True)
class ExpenseWish:
    """
    What is wanted of one expense or extra; None leaves it.

    `amount` is in the listing's currency. With `kind` its sign does not matter; without, below zero is an
    expense and above an extra.
    """

    expense_id: int | None = None
    concept: str | None = None
    amount: Decimal | None = None
    kind: Literal["expense", "extra"] | None = None
    date: str | None = None
    listing: int | str | None = None
    reservation: int | None = None
    categories: Sequence[str] | None = None


@dataclass(slots=True)
class _Known:
    """All expenses there are, read where something is added, and the names of categories in them."""

    every: Mapping[int, dict[str, Any]] | None = None

    def new_names(self, names: Sequence[str]) -> list[str]:
        """The categories that no expense has; none where that is not known."""
        if self.every is None:
            return []
        there = {fold(name) for one in self.every.values() for name in one["categoriesNames"]}
        return [name for name in names if fold(name) not in there]


class ExpensePlanner:
    """
    Makes plans; costs one read for each expense that is changed or deleted, and where some are added or get
    categories one for each 500 there are, for Hostaway has no filter.
    """

    def __init__(self, kind: ExpenseKind, *, hostaway: Hostaway, portfolio: Portfolio, clock: Clock) -> None:
        self._kind = kind
        self._hostaway = hostaway
        self._portfolio = portfolio
        self._clock = clock

    async def plan(
        self, *, action: Action, wishes: Sequence[ExpenseWish], arguments: Mapping[str, Any]
    ) -> Plan:
        """
        What would become of each; those that are so already are left out.

        Raises:
            InputError: an item lacks what the action needs, or has what it does not take.
            UnknownNameError, AmbiguousNameError: as to listings.
            HostawayMcpError: none of them could be read.
        """
        for wish in wishes:
            _check(action, wish)
        check_twice(wishes, [one.expense_id for one in wishes], "expense")
        now = self._clock.now()
        listings = await self._portfolio.by_id()
        placed = [(wish, await self._place(wish)) for wish in wishes]
        looks = action == "add" or any(one.categories for one in wishes)
        known = _Known(await self._kind.every() if looks else None)

        async def draft(one: tuple[ExpenseWish, Listing | None]) -> Draft | None:
            wish, place = one
            if action == "add":
                return await self._add(wish, place, known)
            return await self._change(action, wish, place, listings, known)

        drafts = await draft_each(
            self._kind.name, placed, draft, called=lambda one: _called(one[0]), clock=self._clock
        )
        return Plan(
            tool="save_expense",
            arguments=arguments,
            summary=f"{_VERBS[action]} {_counted(drafts.each)}",
            steps=drafts.steps,
            touches=drafts.touches("finance"),
            as_of=now,
            warnings=few(drafts.warnings),
            missing=drafts.missing,
            money=_sum([one.amount for one in drafts.each]),
        )

    async def _place(self, wish: ExpenseWish) -> Listing | None:
        return None if wish.listing is None else await self._portfolio.one(wish.listing)

    async def _add(self, wish: ExpenseWish, place: Listing | None, known: _Known) -> Draft:
        if wish.reservation is not None:
            stay = (await self._hostaway.reservations.get(wish.reservation)).row
            if place is not None and stay.listing_id != place.id:
                raise InputError(f"Reservation {wish.reservation} is not at {label(place)}.")
            place = place or (await self._portfolio.one(stay.listing_id) if stay.listing_id else None)
        if place is None:
            raise InputError("An expense needs a `listing` or `reservation`: its currency is the listing's.")
        check_open(place, _NOUNS)
        body = {"listingMapId": place.id} | self._values(wish, place, before=None)
        body.setdefault("expenseDate", self._portfolio.today([place]).isoformat())
        what = f"new {_kind(body['amount'])} at {label(place)}"
        twins = sorted(like(body, known.every or {}))
        made = self._kind.to_make(what, _shown(body, place), body, like=twins)
        draft = Draft(made, place, _amount(body["amount"], place))
        if twins:
            draft.warnings.append(f"{what}: there is the very same already, expense {twins[0]}.")
        self._doubt(draft, what, body, known)
        return draft

    async def _change(
        self,
        action: Action,
        wish: ExpenseWish,
        place: Listing | None,
        listings: Mapping[int, Listing],
        known: _Known,
    ) -> Draft | None:
        number = wish.expense_id
        assert number is not None  # it was checked
        was = await self._kind.there(number)
        if not was["there"]:
            raise InputError(f"There is no expense {number} in this account.")
        home = listings.get(was["listingMapId"] or 0)
        what = f"expense {number} {fence(clean_name(was['concept']))}".strip()
        what += f" at {label(home)}" if home else ""
        if action == "delete":
            before = _shown({key: value for key, value in was.items() if value}, home)
            body = self._kind.to_delete(what, before, number, was)
            return self._on_statements(Draft(body, home, _amount(was["amount"], home)), what, was)
        check_open(home, _NOUNS)
        check_open(place, _NOUNS)
        asked = self._values(wish, place or home, before=Decimal(str(was["amount"])))
        if place is not None:
            asked["listingMapId"] = place.id
        changed = {key: value for key, value in asked.items() if was[key] != value}
        if not changed:
            return None
        wanted = {key: was[key] for key in ALWAYS} | changed
        step_body = StepBody(
            what=what,
            before=_shown({key: was[key] for key in changed}, home),
            after=_shown(changed, place or home),
            operation="updateExpense",
            path={"expenseId": number},
            body=wanted,
            rests_on={"there": True} | {key: was[key] for key in wanted},
            wanted=wanted,
        )
        draft = Draft(step_body, place or home, _amount(wanted["amount"], place or home))
        if _currency(home) != _currency(place or home):
            draft.warnings.append(f"{what}: the amount is taken in another currency then.")
        self._doubt(draft, what, changed, known)
        return self._on_statements(draft, what, was)

    def _values(self, wish: ExpenseWish, place: Listing | None, *, before: Decimal | None) -> dict[str, Any]:
        """The documented body of what is wished."""
        values: dict[str, Any] = {}
        if wish.amount is not None or wish.kind is not None:
            amount = wish.amount if wish.amount is not None else before
            assert amount is not None  # it was checked
            money = Money.of(_signed(amount, wish.kind), _currency(place))
            if money is None:
                raise InputError("It belongs to no listing, so the currency of its amount is not known.")
            if not money.amount:
                raise InputError("`amount` must not be 0.")
            values["amount"] = as_json(money.amount)
        if wish.concept is not None:
            values["concept"] = check_text(wish.concept, "`concept`")
        if wish.date is not None:
            values["expenseDate"] = read_day(wish.date, self._today(place)).isoformat()
        if wish.reservation is not None:
            values["reservationId"] = wish.reservation
        if wish.categories is not None:
            names = [check_text(name, "`categories`") for name in wish.categories]
            values["categoriesNames"] = sorted(set(names))
        return values

    def _today(self, place: Listing | None) -> Any:
        return self._portfolio.today([place] if place else [])

    def _doubt(self, draft: Draft, what: str, body: Mapping[str, Any], known: _Known) -> None:
        if new := known.new_names(body.get("categoriesNames", ())):
            named = ", ".join(fence(clean_name(name)) for name in new)
            draft.warnings.append(f"{what}: Hostaway makes a new category of {named}, which no expense has.")
        if day := body.get("expenseDate"):
            today = self._today(draft.listing)
            if abs(read_day(day, today) - today) > FAR_DAYS:
                draft.warnings.append(f"{what}: {day} is more than a year away.")

    def _on_statements(self, draft: Draft, what: str, was: Mapping[str, Any]) -> Draft:
        if ids := was["ownerStatementIds"]:
            named = ", ".join(str(one) for one in ids)
            draft.warnings.append(f"{what}: it is on owner statement {named}, which will differ then.")
        return draft


def _signed(amount: Decimal, kind: str | None) -> Decimal:
    if kind is None:
        return amount
    return -abs(amount) if kind == "expense" else abs(amount)


def _kind(amount: Any) -> str:
    return "expense" if amount < 0 else "extra"


def _check(action: Action, wish: ExpenseWish) -> None:
    given = {name for name in ExpenseWish.__dataclass_fields__ if getattr(wish, name) is not None}
    needs = {"add": ("concept", "amount")}.get(action, ("expense_id",))
    if lacks := [name for name in needs if name not in given]:
        raise InputError(f"To {action} an expense, `{lacks[0]}` is needed.")
    if action == "add" and "expense_id" in given:
        raise InputError(
            "An expense that is added has no `expense_id` yet.", hint="To change: action=change."
        )
    if action == "change" and given == {"expense_id"}:
        raise InputError(
            f"Nothing is said of expense {wish.expense_id}.", hint="Give what shall be otherwise."
        )
    if action == "delete" and len(given) > 1:
        raise InputError("To delete an expense takes its `expense_id` alone.")


def _currency(place: Listing | None) -> str | None:
    return place.currency_code if place else None


def _shown(values: Mapping[str, Any], place: Listing | None) -> dict[str, str]:
    return {name: _said(key, values[key], place) for key, name in _NAMES.items() if key in values}


def _said(key: str, value: Any, place: Listing | None) -> str:
    if value in (None, "", []):
        return "none"
    match key:
        case "amount":
            amount = abs(Decimal(str(value)))
            return f"{_kind(value)} of {Money.of(amount, _currency(place)) or amount}"
        case "concept":
            return fence(clean(value, max_chars=255))
        case "listingMapId":
            return label(place) if place and place.id == value else f"{value}"
        case "categoriesNames":
            return ", ".join(fence(clean_name(one)) for one in value)
        case "ownerStatementIds":
            return ", ".join(map(str, value))
    return f"{value}"


def _amount(amount: Any, place: Listing | None) -> Money | None:
    return Money.of(Decimal(str(amount)), _currency(place))


def _sum(amounts: Sequence[Money | None]) -> Money | None:
    """What they come to, where all are in one currency."""
    known = [one for one in amounts if one is not None]
    if len(known) < len(amounts) or len({one.currency for one in known}) != 1:
        return None
    return Money.of(sum((one.amount for one in known), Decimal(0)), known[0].currency)


def _counted(drafts: Sequence[Draft]) -> str:
    """`2 expenses and 1 extra`."""
    if not drafts:
        return "expenses"
    extras = sum(one.amount is not None and one.amount.amount > 0 for one in drafts)
    counts = [(len(drafts) - extras, "expense"), (extras, "extra")]
    return " and ".join(f"{many} {noun}{'s' if many > 1 else ''}" for many, noun in counts if many)


def _called(wish: ExpenseWish) -> str:
    if wish.expense_id is not None:
        return f"expense {wish.expense_id}"
    return f"expense {fence(clean_name(wish.concept))}"
