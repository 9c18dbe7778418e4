"""Changes of calendars: nights blocked or opened, prices, rules about stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.calendar import INTERVALS_AT_MOST
from hostaway_mcp.client.inputs import as_json
from hostaway_mcp.errors import DriftError, InputError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Missing, Money
from hostaway_mcp.services.dates import ONE_DAY, Span, read_span
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, label
from hostaway_mcp.services.writes.kinds import AbsoluteKind, State, is_as
from hostaway_mcp.services.writes.learning import Learner
from hostaway_mcp.services.writes.plans import Plan, PriceMove, Touch
from hostaway_mcp.store.journal.records import Step, StepBody

MAX_DAYS = 366
"""Days of one listing that one proposal may change."""

FAR_OFF = Decimal("0.3")
"""A price that moves by more than this share is warned of."""


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


_RULES = {
    "min_stay": "minimumStay",
    "max_stay": "maximumStay",
    "closed_to_arrival": "closedOnArrival",
    "closed_to_departure": "closedOnDeparture",
    "note": "note",
}
"""Our words for Hostaway's."""


class CalendarKind(AbsoluteKind):
    """The days of one listing. Repeating such a request changes nothing more."""

    name = "calendar"

    def __init__(self, hostaway: Hostaway, learner: Learner) -> None:
        self._hostaway = hostaway
        self._learner = learner

    async def present(self, step: Step) -> State:
        """The days in question, by date, with Hostaway's values of what the step is about."""
        assert step.body is not None  # who has none is not asked
        assert step.listing_id is not None  # steps of this kind have one
        days = sorted(step.body.rests_on)
        found = await self.days(step.listing_id, date.fromisoformat(days[0]), date.fromisoformat(days[-1]))
        keys = {key for state in step.body.rests_on.values() for key in state}
        return {day: _state(found[day], keys) for day in days if day in found}

    async def days(self, listing_id: int, first: date, last: date) -> dict[str, CalendarDay]:
        """A listing's days as Hostaway has them now, by date; the replica learns them."""
        page = await self._hostaway.calendar.find_days(listing_id, start_date=first, end_date=last)
        await self._learner.learn(
            "calendar",
            lambda store: store.calendar.put(
                listing_id, page.rows, page.raw, first, last, seen_at=page.as_of
            ),
        )
        return {day.date.isoformat(): day for day in page.rows}

    def reverse(self, step: Step, present: State) -> Step | None:
        """The days as they were, unless somebody changed them since."""
        assert step.body is not None  # who has none is not asked
        if not is_as(step.body.wanted, present):
            raise DriftError(f"{step.body.what} was changed again since; that would be lost.")
        was = {day: state for day, state in step.body.rests_on.items() if state != step.body.wanted[day]}
        body = StepBody(
            what=step.body.what,
            before=step.body.after,
            after=step.body.before,
            **_request(step.body.path["listingId"], was),
            rests_on={day: dict(present[day]) for day in was},
            wanted=was,
        )
        return Step(n=1, kind=self.name, body=body, listing_id=step.listing_id)


class CalendarPlanner:
    """Makes plans from what a caller wants of calendars."""

    def __init__(self, kind: CalendarKind, *, portfolio: Portfolio) -> None:
        self._kind = kind
        self._portfolio = portfolio

    async def plan(
        self,
        *,
        listing: ListingRef,
        ranges: Sequence[Mapping[str, str]],
        change: DayChange,
        arguments: Mapping[str, Any],
        now: datetime,
    ) -> Plan:
        """
        What the change would do to each listing; days that are so already are left out.

        Raises:
            InputError: no change at all, days in the past, more than a year, more than 200 intervals.
            UnknownNameError, AmbiguousNameError: as to the listings.
            HostawayMcpError: a calendar cannot be read.
        """
        _check(change)
        chosen = await self._portfolio.choose(listing)
        spans = _spans(ranges, self._portfolio.today(chosen.listings))
        steps: list[Step] = []
        touches: list[Touch] = []
        warnings: list[str] = []
        missing: list[Missing] = []
        for one in chosen.listings:
            if one.is_archived:
                missing.append(
                    Missing(what=label(one), why="It is archived; Hostaway refuses changes of it.")
                )
                continue
            made = await self._of_listing(one, spans, change)
            warnings += made.warnings
            if made.days:
                steps.append(made.step(len(steps) + 1, self._kind.name))
                touches.append(made.touch(now))
        return Plan(
            tool="update_calendar",
            arguments=arguments,
            summary=_summary(steps, change, spans),
            steps=tuple(steps),
            touches=tuple(touches),
            as_of=now,
            warnings=tuple(dict.fromkeys(warnings)),
            missing=tuple(missing),
            understood=chosen.understood | {"days": ", ".join(f"{s.first} to {s.last}" for s in spans)},
        )

    async def _of_listing(self, one: Listing, spans: Sequence[Span], change: DayChange) -> _OfListing:
        found = await self._kind.days(one.id, min(s.first for s in spans), max(s.last for s in spans))
        made = _OfListing(one, {}, {}, [], [])
        for span in spans:
            for offset in range(span.days):
                day = (span.first + timedelta(days=offset)).isoformat()
                if day not in found:
                    raise InputError(f"Hostaway has no calendar day {day} for {label(one)}.")
                made.add(found[day], change)
        return made


@dataclass(slots=True)
class _OfListing:
    """What would become of one listing's days, gathered day by day."""

    listing: Listing
    days: dict[str, dict[str, Any]]
    wanted: dict[str, dict[str, Any]]
    prices: list[PriceMove]
    warnings: list[str]

    def add(self, day: CalendarDay, change: DayChange) -> None:
        wanted = _wanted(day, change)
        was = _state(day, wanted)
        if was == wanted:
            return
        name = day.date.isoformat()
        self.days[name], self.wanted[name] = was, wanted
        if "price" in wanted:
            self._note_price(day, Decimal(str(wanted["price"])))
        if change.block and day.reservations:
            self.warnings.append(
                f"{label(self.listing)}: a stay is there on {name}; blocking does not move it."
            )

    def _note_price(self, day: CalendarDay, price: Decimal) -> None:
        self.prices.append(PriceMove(day.price, price, self.listing.currency_code))
        where = label(self.listing)
        if price <= 0:
            self.warnings.append(f"{where}: a price of {price} gives the night away.")
        elif day.price and abs(price - day.price) > FAR_OFF * day.price:
            self.warnings.append(f"{where}: {price} is far from the {day.price} of {day.date}.")

    def step(self, n: int, kind: str) -> Step:
        first, last = min(self.days), max(self.days)
        days = f"{first}" if first == last else f"{first} to {last}, {len(self.days)} days"
        body = StepBody(
            what=f"{label(self.listing)}: {days}",
            before=_shown(self.days, self.listing.currency_code),
            after=_shown(self.wanted, self.listing.currency_code),
            **_request(self.listing.id, self.wanted),
            rests_on=self.days,
            wanted=self.wanted,
        )
        return Step(n=n, kind=kind, body=body, listing_id=self.listing.id)

    def touch(self, now: datetime) -> Touch:
        one = self.listing
        return Touch(
            toolset="calendar",
            kind="calendar",
            listing_id=one.id,
            listing=label(one),
            places=tuple(filter(None, (one.city, one.country_code, one.country))),
            days=len(self.days),
            prices=tuple(self.prices),
            local_time=now,
        )


def _check(change: DayChange) -> None:
    given = [name for name in DayChange.__dataclass_fields__ if getattr(change, name) is not None]
    if not given:
        raise InputError(
            "`changes` changes nothing.", hint="Give block, price, price_percent, min_stay or the like."
        )
    if change.price is not None and change.price_percent is not None:
        raise InputError("`price` and `price_percent` say two things.", hint="Give one of them.")
    if change.block is not None and change.units_to_sell is not None:
        raise InputError("`block` and `units_to_sell` say two things.", hint="Give one of them.")


def _spans(ranges: Sequence[Mapping[str, str]], today: date) -> list[Span]:
    spans = []
    for one in ranges:
        first = read_span(one["from"], today)
        last = read_span(one["to"], today) if one.get("to") else first
        if last.last < first.first:
            raise InputError(
                f"`to` ({last.last}) is before `from` ({first.first}).", hint="Exchange the two dates."
            )
        spans.append(Span(first.first, last.last))
    spans.sort(key=lambda span: span.first)
    if spans[0].first < today:
        raise InputError(
            f"{spans[0].first} is in the past.", hint=f"The first day that can change is {today}."
        )
    for before, after in pairwise(spans):
        if after.first <= before.last:
            raise InputError(f"Two ranges hold {after.first}.", hint="Give each day once.")
    if sum(span.days for span in spans) > MAX_DAYS:
        raise InputError(f"One proposal changes at most {MAX_DAYS} days of a listing.", hint="Ask for fewer.")
    return spans


def _wanted(day: CalendarDay, change: DayChange) -> dict[str, Any]:
    """Hostaway's values of one day as they shall be, of what the change is about."""
    wanted: dict[str, Any] = {}
    several = (day.count_available_units or 0) > 1 or day.desired_units_to_sell is not None
    if change.units_to_sell is not None and not several:
        raise InputError("`units_to_sell` is for listings with several units.", hint="Use `block` here.")
    if several and (change.block is not None or change.units_to_sell is not None):
        units = change.units_to_sell
        wanted["desiredUnitsToSell"] = (
            units if units is not None else 0 if change.block else day.count_available_units
        )
    elif change.block is not None:
        wanted["isAvailable"] = int(not change.block)
    price = _price(day, change)
    if price is not None:
        wanted["price"] = as_json(price)
    for ours, theirs in _RULES.items():
        value = getattr(change, ours)
        if value is not None:
            wanted[theirs] = as_json(value)
    return wanted


def _price(day: CalendarDay, change: DayChange) -> Decimal | None:
    if change.price_percent is None:
        return change.price
    if day.price is None:
        raise InputError(f"{day.date} has no price that a share of could be taken.", hint="Give `price`.")
    return (day.price * (100 + change.price_percent) / 100).quantize(Decimal(1))


def _state(day: CalendarDay, keys: Any) -> dict[str, Any]:
    """A day's values under Hostaway's keys, in the form in which they are sent."""
    values = {
        "isAvailable": day.is_available,
        "desiredUnitsToSell": day.desired_units_to_sell,
        "price": day.price,
        "minimumStay": day.minimum_stay,
        "maximumStay": day.maximum_stay,
        "closedOnArrival": day.closed_on_arrival,
        "closedOnDeparture": day.closed_on_departure,
        "note": day.note,
    }
    return {key: as_json(values[key]) for key in keys}


def _request(listing_id: int, wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The operation, path and body that bring these days about: one interval, or up to 200."""
    intervals = _intervals(wanted)
    if len(intervals) > INTERVALS_AT_MOST:
        raise InputError(
            f"This would be {len(intervals)} intervals; Hostaway takes {INTERVALS_AT_MOST} at once.",
            hint="Ask for fewer days, or the same value on days on end.",
        )
    path = {"listingId": listing_id}
    if len(intervals) == 1:
        return {"operation": "updateCalendar", "path": path, "body": intervals[0]}
    return {"operation": "updateCalendarIntervals", "path": path, "body": intervals}


def _intervals(wanted: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Days on end that get the same values share an interval; both its dates are included."""
    found: list[dict[str, Any]] = []
    for name in sorted(wanted):
        day, values = date.fromisoformat(name), wanted[name]
        if found:
            last = found[-1]
            same = {
                key: value for key, value in last.items() if key not in ("startDate", "endDate")
            } == values
            if same and date.fromisoformat(last["endDate"]) + ONE_DAY == day:
                last["endDate"] = name
                continue
        found.append({"startDate": name, "endDate": name, **values})
    return found


def _shown(days: Mapping[str, Mapping[str, Any]], currency: str | None) -> dict[str, Any]:
    """Values of many days for a reader: one where they are the same, else the lowest and the highest."""
    names = {
        "isAvailable": "nights",
        "desiredUnitsToSell": "units to sell",
        "price": "price a night",
        "minimumStay": "minimum stay",
        "maximumStay": "maximum stay",
        "closedOnArrival": "closed to arrival",
        "closedOnDeparture": "closed to departure",
        "note": "note",
    }
    shown: dict[str, Any] = {}
    for key in next(iter(days.values())):
        values = list(dict.fromkeys(_said(key, state.get(key), currency) for state in days.values()))
        shown[names[key]] = values[0] if len(values) == 1 else f"{min(values)} … {max(values)}"
    return shown


def _said(key: str, value: Any, currency: str | None) -> str:
    if value is None:
        return "none"
    if key == "isAvailable":
        return "open" if value else "not available"
    if key == "price":
        return str(Money.of(Decimal(str(value)), currency) or value)
    if key in ("closedOnArrival", "closedOnDeparture"):
        return "yes" if value else "no"
    return str(value)


def _summary(steps: Sequence[Step], change: DayChange, spans: Sequence[Span]) -> str:
    what = "Change the calendar"
    if change.block is not None:
        what = "Block nights" if change.block else "Open nights"
    elif change.price is not None or change.price_percent is not None:
        what = "Change prices"
    where = "1 listing" if len(steps) == 1 else f"{len(steps)} listings"
    return f"{what} of {where}, {spans[0].first} to {spans[-1].last}"
