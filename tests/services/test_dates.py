"""Dates in words: tables to be checked by hand, and what must hold for any day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.errors import InputError
from hostaway_mcp.services.dates import Span, read_day, read_period, read_span

THURSDAY = date(2026, 7, 23)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def _span(first: str, last: str | None = None) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last or first))


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("2026-08-01", _span("2026-08-01")),
        ("2026-8-1", _span("2026-08-01")),
        ("today", _span("2026-07-23")),
        (" Today ", _span("2026-07-23")),
        ("tonight", _span("2026-07-23")),
        ("tomorrow", _span("2026-07-24")),
        ("yesterday", _span("2026-07-22")),
        ("+7d", _span("2026-07-30")),
        ("+2 weeks", _span("2026-08-06")),
        ("-3d", _span("2026-07-20")),
        ("in 10 days", _span("2026-08-02")),
        ("10 days ago", _span("2026-07-13")),
        ("this week", _span("2026-07-20", "2026-07-26")),
        ("next week", _span("2026-07-27", "2026-08-02")),
        ("last week", _span("2026-07-13", "2026-07-19")),
        ("this weekend", _span("2026-07-24", "2026-07-25")),
        ("next weekend", _span("2026-07-24", "2026-07-25")),
        ("this month", _span("2026-07-01", "2026-07-31")),
        ("next month", _span("2026-08-01", "2026-08-31")),
        ("last month", _span("2026-06-01", "2026-06-30")),
        ("last year", _span("2025-01-01", "2025-12-31")),
        ("2026-02", _span("2026-02-01", "2026-02-28")),
        ("2028-02", _span("2028-02-01", "2028-02-29")),
        ("june", _span("2027-06-01", "2027-06-30")),
        ("july", _span("2026-07-01", "2026-07-31")),
        ("june 2026", _span("2026-06-01", "2026-06-30")),
        ("next january", _span("2027-01-01", "2027-01-31")),
        ("thursday", _span("2026-07-23")),
        ("next thursday", _span("2026-07-30")),
        ("friday", _span("2026-07-24")),
        ("wed", _span("2026-07-29")),
        ("07-23", _span("2026-07-23")),
        ("07-22", _span("2027-07-22")),
        ("02-29", _span("2028-02-29")),
        ("august 3", _span("2026-08-03")),
        ("3 august", _span("2026-08-03")),
        ("Aug 3, 2026", _span("2026-08-03")),
        ("3 sept 2026", _span("2026-09-03")),
        ("june 26", _span("2027-06-26")),
    ],
)
def test_words_mean_days(words: str, meant: Span) -> None:
    """Seen from Thursday, 2026-07-23."""
    assert read_span(words, THURSDAY) == meant


@pytest.mark.parametrize(
    ("today", "this", "following"),
    [
        ("2026-07-23", "2026-07-24", "2026-07-24"),
        ("2026-07-24", "2026-07-24", "2026-07-31"),
        ("2026-07-25", "2026-07-24", "2026-07-31"),
        ("2026-07-26", "2026-07-31", "2026-07-31"),
        ("2026-07-27", "2026-07-31", "2026-07-31"),
    ],
)
def test_a_weekend_is_friday_and_saturday_night(today: str, this: str, following: str) -> None:
    """From Sunday on `this weekend` is the one to come; from Friday on `next weekend` is the one after."""
    day = date.fromisoformat(today)
    assert read_day("this weekend", day) == date.fromisoformat(this)
    assert read_day("next weekend", day) == date.fromisoformat(following)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("2026-02-30", "2026-02-30 does not exist. February 2026 has 28 days."),
        ("2026-13-01", "2026-13-01 does not exist. Use YYYY-MM-DD"),
        ("2026-00", "2026-00-01 does not exist."),
        ("0000-01-01", "0-01-01 does not exist."),
        ("soon", '"soon" is not a date. Use YYYY-MM-DD'),
        ("03/06/2026", '"03/06/2026" is not a date.'),
        ("", '"" is not a date.'),
        ("2062-07-01", "The year 2062 is surely a slip. Did you mean 2027-07-01?"),
        ("2096-02-29", "The year 2096 is surely a slip. Did you mean 2027-02-28?"),
        ("1026-08-01", "The year 1026 is surely a slip. Did you mean 2026-08-01?"),
        ("+9999w", "is surely a slip."),
        ("june 99", "does not exist. June 2026 has 30 days."),
        ("x" * 500, "is not a date."),
    ],
)
def test_what_is_no_date_is_refused_in_a_sentence(words: str, sentence: str) -> None:
    """Impossible days, slips of the year, and words that mean no day."""
    with pytest.raises(InputError) as refused:
        read_span(words, THURSDAY)
    assert sentence in refused.value.sentence
    assert len(refused.value.sentence) < 300


@pytest.mark.parametrize(
    ("first", "last", "exclusive", "meant"),
    [
        ("2026-08-01", "2026-08-04", True, _span("2026-08-01", "2026-08-03")),
        ("2026-08-01", "2026-08-04", False, _span("2026-08-01", "2026-08-04")),
        ("2026-08-01", "2026-08-01", False, _span("2026-08-01")),
        ("2026-08", None, True, _span("2026-08-01", "2026-08-31")),
        ("2026-06", "2026-08", True, _span("2026-06-01", "2026-08-31")),
        (None, None, False, _span("2026-07-23", "2026-08-21")),
        (None, "+3d", True, _span("2026-07-23", "2026-07-25")),
        ("next weekend", None, True, _span("2026-07-24", "2026-07-25")),
        ("next wednesday", "sunday", True, _span("2026-07-29", "2026-08-01")),
        ("wednesday", "fri", False, _span("2026-07-29", "2026-07-31")),
        ("07-20", "07-26", False, _span("2027-07-20", "2027-07-26")),
        ("december 20", "january 5", True, _span("2026-12-20", "2027-01-04")),
    ],
)
def test_from_and_to_make_a_period(first: str | None, last: str | None, exclusive: bool, meant: Span) -> None:
    """With `exclusive` the last word is the day of departure; a month or weekend is taken whole."""
    assert read_period(first, last, THURSDAY, exclusive=exclusive) == meant


@pytest.mark.parametrize(
    ("first", "last", "exclusive", "sentence"),
    [
        ("2026-08-04", "2026-08-01", True, "`to` (2026-08-01) is before `from` (2026-08-04). Exchange"),
        ("2026-08-04", "2026-08-01", False, "`to` (2026-08-01) is before `from` (2026-08-04). Exchange"),
        ("2026-08-04", "2026-08-04", True, "there is no night. `to` is the day of departure: use 2026-08-05"),
        ("2026-08-04", "2028-09-01", False, "at most 731"),
    ],
)
def test_periods_that_cannot_be_are_refused(first: str, last: str, exclusive: bool, sentence: str) -> None:
    """Reversed, empty or too long."""
    with pytest.raises(InputError) as refused:
        read_period(first, last, THURSDAY, exclusive=exclusive)
    assert sentence in refused.value.sentence


@given(day=DAYS, today=DAYS)
def test_a_written_date_is_itself_or_a_slip(day: date, today: date) -> None:
    """Whatever day it is today."""
    if day.year <= today.year + 3:
        assert read_day(day.isoformat(), today) == day
        return
    with pytest.raises(InputError, match="slip"):
        read_day(day.isoformat(), today)


@given(words=st.text(max_size=30), today=DAYS)
def test_any_text_is_a_span_or_a_refusal(words: str, today: date) -> None:
    """Nothing else comes out, whatever goes in."""
    try:
        span = read_span(words, today)
    except InputError:
        return
    assert span.first <= span.last


@given(
    month=st.integers(0, 14),
    day=st.integers(0, 33),
    today=DAYS,
    form=st.sampled_from(("{:02d}-{:02d}", "{}-{}")),
)
def test_a_day_without_a_year_is_the_next_one(month: int, day: int, today: date, form: str) -> None:
    """It exists, is not past, and is less than a year away, but for a 29th of February."""
    try:
        found = read_day(form.format(month, day), today)
    except InputError:
        return
    assert (found.month, found.day) == (month, day)
    assert found >= today
    assert (found - today).days <= 366 or (month, day) == (2, 29)


@given(today=DAYS, word=st.sampled_from(("monday", "tue", "friday", "next sunday")))
def test_a_weekday_lies_within_a_week(today: date, word: str) -> None:
    """From today on; with `next` never today."""
    ahead = (read_day(word, today) - today).days
    assert (1 if word.startswith("next") else 0) <= ahead <= 7


@given(first=DAYS, nights=st.integers(1, 700))
def test_nights_of_an_exclusive_period_are_the_days_between(first: date, nights: int) -> None:
    """`from` and `to` of a stay."""
    last = first + timedelta(days=nights)
    span = read_period(first.isoformat(), last.isoformat(), first, exclusive=True)
    assert (span.first, span.days) == (first, nights)
