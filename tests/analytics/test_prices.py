"""Odd prices: labelled calendars with seasons, weekends, noise and holidays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import exp, log
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.calendar_days import Day
from hostaway_mcp.analytics.prices import Limits, OddPrice, PriceRule, find_odd_prices, weekday_parts

FIRST = date(2027, 1, 4)
"""A Monday."""
DAY = timedelta(days=1)
SEASONS = (0.75, 0.75, 0.85, 1.0, 1.0, 1.2, 1.45, 1.5, 1.15, 1.0, 0.8, 1.1)
"""The price of each month against the base; from one to the next by up to two fifths."""


def calendar(
    nights: int, base: float = 100, *, weekend: float = 1.2, noise: float = 0.05, seed: int = 1
) -> list[Day]:
    """Prices as people set them: months, weekends, a little noise, in whole units."""
    random = Random(seed)
    days = []
    for offset in range(nights):
        day = FIRST + DAY * offset
        price = base * SEASONS[day.month - 1] * (weekend if day.weekday() in (4, 5) else 1)
        days.append(Day(day, True, Decimal(round(price * random.uniform(1 - noise, 1 + noise)))))
    return days


def flat(prices: dict[int, int | None], nights: int = 42) -> list[Day]:
    """100 a night and 120 on Fridays and Saturdays, but for some."""
    days = []
    for offset in range(nights):
        day = FIRST + DAY * offset
        price = prices.get(offset, 120 if day.weekday() in (4, 5) else 100)
        days.append(Day(day, True, None if price is None else Decimal(price)))
    return days


def odd(days: list[Day], **asked: Any) -> tuple[OddPrice, ...]:
    return find_odd_prices(
        days, **{"first": days[0].date, "last": days[-1].date, "limits": Limits(), **asked}
    )


def nights_of(found: tuple[OddPrice, ...]) -> set[tuple[date, PriceRule]]:
    return {(one.first + DAY * n, one.rule) for one in found for n in range(one.nights)}


def test_the_worked_example() -> None:
    """A Wednesday at 40 among 100: out of pattern, 100 would be usual, worth 60."""
    (one,) = odd(flat({23: 40}))
    assert (one.rule, one.first, one.last, one.low) == (
        PriceRule.PATTERN,
        FIRST + 23 * DAY,
        FIRST + 23 * DAY,
        True,
    )
    assert (one.lowest, one.usual, one.worth) == (Decimal(40), Decimal(100), Decimal(60))
    assert [(fix.price, fix.nights) for fix in one.repairs] == [(Decimal(100), (FIRST + 23 * DAY,))]


def test_weekday_parts_are_what_weekdays_usually_are() -> None:
    priced = [(day.date.weekday(), log(day.price)) for day in flat({}) if day.price]
    parts = {weekday: round(exp(part), 2) for weekday, part in weekday_parts(priced).items()}
    assert parts == {0: 1, 1: 1, 2: 1, 3: 1, 4: 1.2, 5: 1.2, 6: 1}


@pytest.mark.parametrize(
    ("prices", "rule", "low", "usual", "worth"),
    [
        ({25: 200}, PriceRule.PATTERN, False, 120, None),
        ({25: 12}, PriceRule.PATTERN, True, 120, 108),
        ({22: 1_000, 23: 1_000}, PriceRule.PATTERN, False, 100, None),
        ({22: None, 23: None}, PriceRule.MISSING, True, 100, 200),
        ({25: 0}, PriceRule.MISSING, True, 120, 120),
    ],
)
def test_each_kind_of_slip(
    prices: dict[int, int | None], rule: PriceRule, low: bool, usual: int, worth: int | None
) -> None:
    """A Friday is compared with Fridays; nights on end are one finding."""
    (one,) = odd(flat(prices))
    assert (one.rule, one.low) == (rule, low)
    assert one.usual == usual
    assert one.worth == worth
    assert one.nights == len(prices)


def test_a_season_may_begin_and_end() -> None:
    """Six weeks, the third and fourth at twice the price."""
    days = flat({})
    doubled = [
        replace(day, price=(day.price or Decimal(0)) * 2) if 14 <= n < 28 else day
        for n, day in enumerate(days)
    ]
    assert odd(doubled) == ()


@pytest.mark.parametrize(
    ("nights", "slip"), [(1, True), (3, True), (4, True), (5, False), (7, False), (9, False)]
)
def test_some_nights_on_end_are_a_holiday(nights: int, slip: bool) -> None:
    """At 180 instead of 100; up to four nights it may be a slip."""
    days = flat({})
    dear = [
        replace(day, price=(day.price or 0) * Decimal("1.8")) if 16 <= n < 16 + nights else day
        for n, day in enumerate(days)
    ]
    assert sum(one.nights for one in odd(dear)) == (nights if slip else 0)


def test_prices_that_stray_anyway_need_to_stray_further() -> None:
    random = Random(3)
    wild = [replace(day, price=Decimal(round(100 * random.uniform(0.55, 1.6)))) for day in flat({})]
    assert odd(wild) == ()
    assert len(odd([*wild[:20], replace(wild[20], price=Decimal(2_000)), *wild[21:]])) == 1


def test_a_floor_is_asked_for() -> None:
    days = flat({})
    assert odd(days, limits=Limits(floor=Decimal(90))) == ()
    found = odd(days, limits=Limits(floor=Decimal(110)))
    assert {one.rule for one in found} == {PriceRule.FLOOR}
    assert sum(one.nights for one in found) == 30
    assert found[0].repairs[0].price == 110
    assert found[0].worth == 4 * 10


def test_far_from_last_year() -> None:
    days = flat({})
    before = {day.date: Decimal(100) for day in days}
    assert odd(days, last_year=before) == ()
    assert odd(days, last_year=before, limits=Limits(last_year=0.1))[0].rule is PriceRule.LAST_YEAR
    half = [replace(day, price=(day.price or Decimal(0)) / 2) for day in days]
    (one,) = odd(half[:7] + half[7:], last_year={days[8].date: Decimal(100)})
    assert (one.rule, one.low) == (PriceRule.LAST_YEAR, True)
    assert (one.usual, one.worth) == (Decimal(100), Decimal(50))


def test_only_open_nights_in_question_matter() -> None:
    days = flat({10: 5, 20: 5})
    taken = [replace(day, sellable=False) if n == 10 else day for n, day in enumerate(days)]
    assert nights_of(odd(taken)) == {(days[20].date, PriceRule.PATTERN)}
    assert odd(taken, first=days[21].date) == ()


def test_a_rule_may_be_switched_off() -> None:
    days = flat({10: 5, 20: None})
    assert odd(days, limits=Limits(missing=False, pattern=None)) == ()


def test_no_price_at_all_has_nothing_to_go_by() -> None:
    (one,) = odd(flat(dict.fromkeys(range(42))))
    assert (one.rule, one.nights, one.usual, one.repairs, one.worth) == (
        PriceRule.MISSING,
        42,
        None,
        (),
        None,
    )
    assert find_odd_prices([], first=FIRST, last=FIRST, limits=Limits()) == ()


def seeded(seed: int) -> tuple[list[list[Day]], set[tuple[int, date, PriceRule]]]:
    """Twenty listings over a year, and 25 slips in them: every kind, on all weekdays, one to three nights."""
    random = Random(seed)
    listings = [
        calendar(
            365,
            random.uniform(60, 400),
            weekend=random.choice((1.0, 1.15, 1.3)),
            noise=random.choice((0.0, 0.03, 0.08)),
            seed=seed * 100 + number,
        )
        for number in range(20)
    ]
    slips: list[tuple[float | None, int]] = [
        (None, 1), (None, 2), (0.0, 1), (None, 3), (0.0, 2),
        (10.0, 1), (0.1, 1), (10.0, 2), (0.1, 3), (0.01, 1),
        (2.0, 1), (2.0, 2), (2.0, 3), (2.2, 1), (1.8, 1),
        (0.5, 1), (0.5, 2), (0.5, 3), (0.45, 1), (0.55, 1),
        (3.0, 1), (3.0, 3), (0.33, 2), (5.0, 1), (0.2, 1),
    ]  # fmt: skip
    labels = set()
    for turn, (factor, nights) in enumerate(slips):
        days = listings[turn % 20]
        begin = random.randint(30, 150) if turn < 20 else random.randint(190, 330)
        for place in range(begin, begin + nights):
            price = None if factor is None else Decimal(round((days[place].price or 0) * Decimal(factor)))
            days[place] = replace(days[place], price=price)
            rule = PriceRule.PATTERN if price else PriceRule.MISSING
            labels.add((turn % 20, days[place].date, rule))
    return listings, labels


@pytest.mark.parametrize("seed", range(1, 9))
def test_25_slips_are_found_and_hardly_anything_else(seed: int) -> None:
    """All of them, with at most two false among 1,000 nights."""
    listings, labels = seeded(seed)
    found = {(number, *night) for number, days in enumerate(listings) for night in nights_of(odd(days))}
    assert labels <= found
    nights = sum(len(days) for days in listings)
    assert len(found - labels) <= 2 * nights / 1_000


@given(st.lists(st.one_of(st.none(), st.integers(0, 3_000)), max_size=60), st.integers(0, 59))
def test_whatever_the_prices_repairs_are_prices_for_the_nights_found(
    prices: list[int | None], place: int
) -> None:
    days = [
        Day(FIRST + DAY * n, n != place, None if price is None else Decimal(price))
        for n, price in enumerate(prices)
    ]
    found = find_odd_prices(days, first=FIRST, last=FIRST + DAY * 60, limits=Limits())
    missing = {day.date for day in days if day.sellable and not day.price}
    assert missing == {night for night, rule in nights_of(found) if rule is PriceRule.MISSING}
    for one in found:
        nights = {one.first + DAY * n for n in range(one.nights)}
        assert {night for fix in one.repairs for night in fix.nights} <= nights
        assert all(fix.price >= 0 for fix in one.repairs)
        assert one.worth is None or one.worth > 0
