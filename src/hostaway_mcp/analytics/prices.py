"""Prices that are surely a slip: missing, out of pattern, below a floor, far from last year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from math import exp, log

from hostaway_mcp.analytics.calendar_days import ONE_DAY, Day

SIDE_DAYS = 7
"""Days before and after, to which a day is compared: a week has every weekday once."""
FEWEST = 3
"""With fewer prices on a side nothing is said from it."""
SPREADS = 4.0
"""So many times what prices usually stray is out of pattern, where they stray much."""
_SIGMA = 1.4826
"""Makes a median absolute deviation comparable to a standard deviation."""
_HUNDREDTHS = Decimal("0.01")


class PriceRule(StrEnum):
    """What may be wrong with a price, the surest first; a night is named by the first that it breaks."""

    MISSING = "missing"
    FLOOR = "floor"
    PATTERN = "pattern"
    LAST_YEAR = "last_year"


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How far a price may go; None switches a rule off.

    `floor` is an amount in the listing's currency. `pattern` and `last_year` are shares: with 0.5 a price
    may be 1.5 times what is usual, or that divided by 1.5.
    """

    missing: bool = True
    floor: Decimal | None = None
    pattern: float | None = 0.35
    last_year: float | None = 0.6


@dataclass(frozen=True, slots=True)
class Repair:
    """A price that would be usual, and the nights for which it would be."""

    price: Decimal
    nights: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class OddPrice:
    """
    Nights on end, from `first` to `last` included, that break the same rule in the same direction.

    `lowest` and `highest` are their prices, None where there is none; `usual` is what would be expected, on
    average. `worth` is what the nights would bring more at the usual prices; None for prices that are too
    high, where what is lost is not known.
    """

    rule: PriceRule
    first: date
    last: date
    low: bool
    lowest: Decimal | None
    highest: Decimal | None
    usual: Decimal | None
    repairs: tuple[Repair, ...]
    worth: Decimal | None

    @property
    def nights(self) -> int:
        """How many nights."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class OddNight:
    """One night whose price breaks a rule, too low or too high, and what it should cost, if that is known."""

    day: Day
    rule: PriceRule
    low: bool
    wanted: Decimal | None


@dataclass(frozen=True, slots=True)
class _Level:
    """What the days around one are at, as logarithms without the weekday's part; None where not known."""

    before: float | None
    after: float | None
    own: float | None
    weekday: float

    def usual(self) -> float | None:
        """The middle of both sides, or the one that is known, with the weekday's part again."""
        known = [side for side in (self.before, self.after) if side is not None]
        return exp(sum(known) / len(known) + self.weekday) if known else None

    def strays(self) -> float | None:
        """
        How far from the nearer side, with its sign; zero between the two.

        Where one side is not known, a season may have begun, so that half of the distance counts.
        """
        sides = [side for side in (self.before, self.after) if side is not None]
        if self.own is None or not sides:
            return None
        gaps = [self.own - side for side in sides]
        if min(gaps) <= 0 <= max(gaps):
            return 0.0
        return min(gaps, key=abs) / (3 - len(sides))


def find_odd_prices(
    days: Sequence[Day],
    *,
    first: date,
    last: date,
    limits: Limits,
    last_year: Mapping[date, Decimal] | None = None,
) -> tuple[OddPrice, ...]:
    """
    The nights from `first` to `last` that can be sold and whose price breaks a rule, as runs.

    `days` are in order and may begin before and end behind, for comparison. `last_year` is what a night
    brought 364 days earlier, by the night of this year.

    A price is out of pattern if it is further than the limit from what it was in the week before and from
    what it is in the week after, both in the same direction, each weekday's usual part taken out. So a
    season may begin, and weekends may cost more. Where prices stray anyway, the limit is five times what
    they usually stray (median absolute deviation).

    Worked example: nights at 100, weekends at 120, and one Wednesday at 40: the weeks before and after are
    at 100, and 40 × 1.35 = 54 < 100. It is out of pattern, 100 would be usual, worth 60.
    """
    asked = [day for day in days if first <= day.date <= last]
    found = odd_nights(days, first=first, last=last, limits=limits)
    return odd_runs([*found, *nights_unlike_last_year(asked, found, limits, last_year or {})])


def odd_nights(days: Sequence[Day], *, first: date, last: date, limits: Limits) -> tuple[OddNight, ...]:
    """The nights that break a rule, by the days alone: last year is left out. As `find_odd_prices`."""
    logs = [log(day.price) if day.price else None for day in days]
    surroundings = _Surroundings(days, logs)
    slips = _slips(surroundings, limits.pattern)
    whole = _are_whole(days)
    found = []
    for place, day in enumerate(days):
        if first <= day.date <= last and day.sellable:
            broken = _broken(day, limits, slips.get(place))
            if broken:
                wanted = _wanted(surroundings.level(place).usual(), limits.floor, whole=whole)
                found.append(OddNight(day, *broken, wanted))
    return tuple(found)


def nights_unlike_last_year(
    days: Iterable[Day], found: Iterable[OddNight], limits: Limits, last_year: Mapping[date, Decimal]
) -> Iterator[OddNight]:
    """The nights that are further from last year than the limit, of those that break no other rule."""
    if limits.last_year is None or not last_year:
        return
    others, most = {night.day.date for night in found}, 1 + limits.last_year
    days = list(days)
    whole = _are_whole(days)
    for day in days:
        before = last_year.get(day.date)
        if not day.sellable or not day.price or not before or day.date in others:
            continue
        ratio = float(day.price / before)
        if ratio > most or ratio < 1 / most:
            wanted = _wanted(float(before), limits.floor, whole=whole)
            yield OddNight(day, PriceRule.LAST_YEAR, ratio < 1, wanted)


def odd_runs(nights: Iterable[OddNight]) -> tuple[OddPrice, ...]:
    """Nights on end that break the same rule in the same direction, each run as one."""
    runs: list[list[OddNight]] = []
    for night in sorted(nights, key=lambda one: one.day.date):
        last = runs[-1][-1] if runs else None
        if last and (last.rule, last.low, last.day.date + ONE_DAY) == (night.rule, night.low, night.day.date):
            runs[-1].append(night)
        else:
            runs.append([night])
    return tuple(_odd(run) for run in runs)


def weekday_parts(priced: Sequence[tuple[int, float]]) -> dict[int, float]:
    """
    How much above or below its surroundings each weekday (0 is Monday) usually is, as a logarithm.

    Takes the weekday and the price's logarithm of each priced day, in the order of the days. It is the median
    of a weekday's prices, each divided by the median of the fortnight around it. Worked example: 100 from
    Sunday to Thursday and 120 on Fridays and Saturdays: log 1.2 = 0.182 for those, 0 for the rest.
    """
    values = [value for _, value in priced]
    parts: dict[int, list[float]] = defaultdict(list)
    for index, (weekday, own) in enumerate(priced):
        around = values[max(0, index - SIDE_DAYS) : index + SIDE_DAYS + 1]
        if len(around) > FEWEST:
            parts[weekday].append(own - _median(around))
    return {weekday: _median(some) for weekday, some in parts.items() if len(some) > 1}


def _median(values: Sequence[float]) -> float:
    """As `statistics.median`, which takes several times as long for a few numbers."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


class _Surroundings:
    """What the days around each day are at, by its place among the days."""

    def __init__(self, days: Sequence[Day], logs: Sequence[float | None]) -> None:
        begin = days[0].date.weekday() if days else 0
        on_end = not days or (days[-1].date - days[0].date).days + 1 == len(days)
        weekdays = [(begin + place) % 7 for place in range(len(days))]
        if not on_end:
            weekdays = [day.date.weekday() for day in days]
        pairs = zip(weekdays, logs, strict=True)
        parts = weekday_parts([(weekday, value) for weekday, value in pairs if value is not None])
        self.days = days
        self._weekly = [parts.get(weekday, 0.0) for weekday in weekdays]
        self._own = [
            None if value is None else value - part for value, part in zip(logs, self._weekly, strict=True)
        ]
        # The week after a day is the week before the eighth day from it.
        self._sides = [self._side(place) for place in range(len(days) + SIDE_DAYS + 1)]

    def __len__(self) -> int:
        return len(self.days)

    def level(self, place: int) -> _Level:
        after = self._sides[place + SIDE_DAYS + 1]
        return _Level(self._sides[place], after, self._own[place], self._weekly[place])

    def strays(self) -> Iterator[tuple[int, _Level]]:
        """The days that are outside of both sides, and what they are at."""
        for place, own in enumerate(self._own):
            before, after = self._sides[place], self._sides[place + SIDE_DAYS + 1]
            if own is None or (before is None and after is None):
                continue
            low = before if after is None or (before is not None and before < after) else after
            high = before if after is None or (before is not None and before > after) else after
            if low is not None and high is not None and not low <= own <= high:
                yield place, self.level(place)

    def spreads(self) -> list[float]:
        """How far each day is from the middle of both sides, where both are known."""
        after = self._sides[SIDE_DAYS + 1 :]
        sides = zip(self._own, self._sides, after, strict=False)
        return [
            abs(own - (before + behind) / 2)
            for own, before, behind in sides
            if own is not None and before is not None and behind is not None
        ]

    def _side(self, place: int) -> float | None:
        """The median of the week before a place."""
        known = [value for value in self._own[max(0, place - SIDE_DAYS) : place] if value is not None]
        return _median(known) if len(known) >= FEWEST else None


def _slips(around: _Surroundings, share: float | None) -> dict[int, bool]:
    """The places of days that are out of pattern, and whether too low."""
    if share is None or not len(around):
        return {}
    bound, straying = log(1 + share), list(around.strays())
    if straying and (spreads := around.spreads()):
        bound = max(bound, SPREADS * _SIGMA * _median(spreads))
    strays = ((place, level.strays()) for place, level in straying)
    found = {place: far < 0 for place, far in strays if far is not None and abs(far) > bound}
    return {place: low for place, low in found.items() if not _is_of_season(place, low, found, around, bound)}


def _is_of_season(
    place: int, low: bool, found: Mapping[int, bool], around: _Surroundings, bound: float
) -> bool:
    """Whether the days that stray with this one go on, at the same level, with days that do not."""
    own = around.level(place).own
    for step in (-1, 1):
        beside = place + step
        while found.get(beside) is low:
            beside += step
        level = around.level(beside) if 0 <= beside < len(around) else None
        if own is not None and level and level.own is not None and abs(level.own - own) < bound / 2:
            return True
    return False


def _broken(day: Day, limits: Limits, slip: bool | None) -> tuple[PriceRule, bool] | None:
    """The first rule that a price breaks, and whether it is too low."""
    if not day.price:
        return (PriceRule.MISSING, True) if limits.missing else None
    if limits.floor is not None and day.price < limits.floor:
        return PriceRule.FLOOR, True
    return None if slip is None else (PriceRule.PATTERN, slip)


def _are_whole(days: Iterable[Day]) -> bool:
    """Whether a listing has no prices with cents."""
    return all(day.price is None or day.price == int(day.price) for day in days)


def _odd(run: Sequence[OddNight]) -> OddPrice:
    by_price: dict[Decimal, list[date]] = defaultdict(list)
    for night in run:
        if night.wanted is not None:
            by_price[night.wanted].append(night.day.date)
    known = [night.wanted for night in run if night.wanted is not None]
    prices = [night.day.price for night in run if night.day.price]
    low, complete = run[0].low, len(known) == len(run)
    return OddPrice(
        rule=run[0].rule,
        first=run[0].day.date,
        last=run[-1].day.date,
        low=low,
        lowest=min(prices, default=None),
        highest=max(prices, default=None),
        usual=(sum(known, Decimal(0)) / len(known)).quantize(_HUNDREDTHS, ROUND_HALF_EVEN) if known else None,
        repairs=tuple(Repair(price, tuple(nights)) for price, nights in by_price.items()),
        worth=sum(known, Decimal(0)) - sum(prices, Decimal(0)) if low and complete else None,
    )


def _wanted(usual: float | None, floor: Decimal | None, *, whole: bool) -> Decimal | None:
    """What the night should cost: as its surroundings, never below the floor; or as last year."""
    price = None
    if usual is not None:
        price = Decimal(usual).quantize(Decimal(1) if whole else _HUNDREDTHS, ROUND_HALF_EVEN)
    if floor is not None and (price is None or price < floor):
        return floor
    return price
