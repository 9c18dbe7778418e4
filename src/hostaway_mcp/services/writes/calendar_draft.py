"""The draft of one listing's changed days: what each day becomes, what is left out, what to warn of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from hostaway_mcp.analytics.conflicts import days_in_runs
from hostaway_mcp.client.inputs import as_json
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.dates import ONE_DAY, Span
from hostaway_mcp.services.nights import status_of, written_period
from hostaway_mcp.services.portfolio import label
from hostaway_mcp.services.writes.calendar import TAKEN, UNITS, request_of, state_of
from hostaway_mcp.services.writes.calendar_words import shown, written_spans
from hostaway_mcp.services.writes.plans import PriceMove, Touch, places_of
from hostaway_mcp.store.journal.records import Step, StepBody

MOST_NAMED = 8
"""Stays or periods that a warning names; of more it gives the number."""

FAR_OFF = Decimal("0.3")
"""A price that moves by more than this share is warned of."""

_BLOCKING = frozenset({StatusClass.CONFIRMED, StatusClass.OWNER_STAY, StatusClass.NEEDS_ACTION})

_RULES = {
    "min_stay": "minimumStay",
    "max_stay": "maximumStay",
    "closed_to_arrival": "closedOnArrival",
    "closed_to_departure": "closedOnDeparture",
    "note": "note",
}
"""Our words for Hostaway's."""


@dataclass(frozen=True, slots=True)
class DayChange:
    """What becomes of each day; None leaves it. `price` is for a night, in the listing's currency."""

    block: bool | None = None
    units_to_sell: int | None = None
    price: Decimal | None = None
    price_percent: Decimal | None = None
    min_stay: int | None = None
    max_stay: int | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None
    note: str | None = None

    @property
    def of_nights(self) -> bool:
        """Whether nights are blocked or opened."""
        return self.block is not None or self.units_to_sell is not None

    @property
    def of_prices(self) -> bool:
        """Whether prices change."""
        return self.price is not None or self.price_percent is not None


@dataclass(slots=True)
class Draft:
    """What would become of one listing's days, gathered day by day; both by date, under Hostaway's keys."""

    listing: Listing
    units: int
    usual: Decimal | None
    rests_on: dict[str, dict[str, Any]] = field(default_factory=dict)
    wanted: dict[str, dict[str, Any]] = field(default_factory=dict)
    prices: list[tuple[date, PriceMove]] = field(default_factory=list)
    left_out: list[tuple[date, str]] = field(default_factory=list)
    """Nights that cannot be blocked or opened, and what is there."""
    crossed: list[date] = field(default_factory=list)
    """Days whose minimum stay would be longer than their maximum."""

    def add(self, day: CalendarDay, change: DayChange) -> None:
        """Takes up one day, as far as it would change."""
        asked = self._nights(day, change) | self._price(day, change)
        for ours, theirs in _RULES.items():
            value = getattr(change, ours)
            if value is not None:
                asked[theirs] = as_json(value)
        was = state_of(day, asked)
        wanted = {key: value for key, value in asked.items() if value != was[key]}
        if not wanted:
            return
        name = day.date.isoformat()
        guards = _GUARDS.get(next(iter(wanted)), ())
        self.wanted[name], self.rests_on[name] = wanted, state_of(day, (*wanted, *guards))
        if "price" in wanted:
            before = day.price or self.usual
            price = Decimal(str(wanted["price"]))
            self.prices.append((day.date, PriceMove(before, price, self.listing.currency_code)))
        least = wanted.get("minimumStay", day.minimum_stay) or 1
        if least > (wanted.get("maximumStay", day.maximum_stay) or least):
            self.crossed.append(day.date)

    def _nights(self, day: CalendarDay, change: DayChange) -> dict[str, Any]:
        """What becomes of the night itself; a stay that is there is not touched."""
        if not change.of_nights:
            return {}
        if self.units > 1:
            return self._units_to_sell(day, change)
        if change.units_to_sell is not None:
            raise InputError("`units_to_sell` is for listings with several units.", hint="Use `block` here.")
        there = _stays(day)
        if there or status_of(day) in TAKEN:
            self.left_out.append((day.date, " and ".join(there) or "a stay"))
            return {}
        return {"isAvailable": int(not change.block)}

    def _units_to_sell(self, day: CalendarDay, change: DayChange) -> dict[str, Any]:
        free = _free(day, self.units)
        units = change.units_to_sell
        if units is not None and units > free:
            raise InputError(
                f"On {day.date} {free} of its {self.units} units are without a stay; {units} cannot be sold."
            )
        if units is None:
            units = 0 if change.block else free
            if not free or (change.block and _stays(day)):
                stays = _stays(day) or ["a stay in every unit"]
                self.left_out += [(day.date, who) for who in stays]
        return {UNITS: units}

    def _price(self, day: CalendarDay, change: DayChange) -> dict[str, Any]:
        """The price in the currency's smallest unit."""
        price = change.price
        if change.price_percent is not None:
            if not day.price:
                raise InputError(
                    f"{day.date} has no price that a share of could be taken.", hint="Give `price`."
                )
            price = day.price * (100 + change.price_percent) / 100
        if price is None:
            return {}
        money = Money.of(price, self.listing.currency_code or "?")
        assert money is not None  # both are given
        return {"price": as_json(money.amount)}

    def check(self) -> None:
        """
        Whether it can be sent.

        Raises:
            InputError: it would take more than 200 intervals.
        """
        if self.wanted:
            request_of(self.listing.id, self.wanted)

    def warnings(self) -> list[str]:
        """What a person should know, a sentence for each kind."""
        where, found = label(self.listing), []
        if self.left_out and self.units > 1:
            stays = dict.fromkeys(who for _, who in self.left_out)
            found.append(f"{where}: these stays are there and are not touched: {_listed(stays)}.")
        elif self.left_out:
            runs = [f"{written_period(first, last)} ({who})" for who, first, last in _runs(self.left_out)]
            found.append(f"{where}: left as they are, for a stay is there: {_listed(runs)}.")
        far = [(day, one) for day, one in self.prices if one.before and _is_far(one.before, one.after)]
        if far:
            day, one = max(far, key=lambda pair: _factor(pair[1]))
            nights = "1 price moves" if len(far) == 1 else f"{len(far)} prices move"
            said = f"from {_money(one.before, one)} to {_money(one.after, one)} on {day}"
            found.append(f"{where}: {nights} by more than {FAR_OFF:.0%}, at most {said}.")
        if self.crossed:
            found.append(f"{where}: the minimum stay is longer than the maximum on {self.crossed[0]}.")
        return found

    def step(self, n: int, kind: str) -> Step:
        """The one request of this listing."""
        days = [date.fromisoformat(day) for day in sorted(self.wanted)]
        runs = [Span(first, last) for first, last in days_in_runs(days)]
        before = {day: {key: self.rests_on[day][key] for key in keys} for day, keys in self.wanted.items()}
        body = StepBody(
            what=f"{label(self.listing)}: {written_spans(runs)}",
            before=shown(before, self.listing.currency_code),
            after=shown(self.wanted, self.listing.currency_code),
            **request_of(self.listing.id, self.wanted),
            rests_on=self.rests_on,
            wanted=self.wanted,
        )
        return Step(n=n, kind=kind, body=body, listing_id=self.listing.id)

    def touch(self) -> Touch:
        """What the policy looks at."""
        return Touch(
            toolset="calendar",
            kind="calendar",
            listing_id=self.listing.id,
            listing=label(self.listing),
            places=places_of(self.listing),
            days=len(self.wanted),
            prices=tuple(move for _, move in self.prices),
        )


_GUARDS = {"isAvailable": ("status",), UNITS: ("countBlockedUnits",)}
"""What a change of nights rests on besides: a stay that came or went."""


def usual_price(listing: Listing, days: Any) -> Decimal | None:
    """What a night there costs usually, for nights without a price."""
    return median(prices) if (prices := [day.price for day in days if day.price]) else listing.price


def _free(day: CalendarDay, units: int) -> int:
    """Units without a stay that night: those to sell and those blocked by hand."""
    if day.available_units_to_sell is None:
        raise InputError(f"Hostaway does not say how many units can be sold on {day.date}.")
    if day.count_blocked_units is not None:
        return day.available_units_to_sell + day.count_blocked_units
    reserved = day.count_reserved_units
    taken = day.count_blocking_reservations if reserved is None else reserved
    return max(0, units - (taken or 0) - (day.count_pending_units or 0))


def _stays(day: CalendarDay) -> list[str]:
    """The reservations that take a unit that night."""
    ids = sorted(stay.id for stay in day.reservations if _blocks(stay))
    return [f"reservation {number}" for number in ids]


def _blocks(stay: Reservation) -> bool:
    return stay.status is not None and stay.status.status_class in _BLOCKING


def _is_far(before: Decimal, after: Decimal) -> bool:
    return abs(after - before) > FAR_OFF * before


def _factor(move: PriceMove) -> Decimal:
    before = move.before or Decimal(1)
    return max(move.after / before, before / move.after if move.after else Decimal("Infinity"))


def _money(amount: Decimal | None, move: PriceMove) -> str:
    return str(Money.of(amount, move.currency) or amount)


def _listed(said: Iterable[str]) -> str:
    parts = list(said)
    more = f" and {len(parts) - MOST_NAMED} more" if len(parts) > MOST_NAMED else ""
    return f"{', '.join(parts[:MOST_NAMED])}{more}"


def _runs(nights: Sequence[tuple[date, str]]) -> list[tuple[str, date, date]]:
    """Nights on end that the same stays take."""
    runs: list[tuple[str, date, date]] = []
    for night, who in nights:
        if runs and runs[-1][0] == who and runs[-1][2] + ONE_DAY == night:
            runs[-1] = (who, runs[-1][1], night)
        else:
            runs.append((who, night, night))
    return runs
