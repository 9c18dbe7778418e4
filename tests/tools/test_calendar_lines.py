"""Calendars of several listings in a line each say of every night what it is, and never guess."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.calendar import CalendarRow, Run
from hostaway_mcp.tools.calendar_lines import in_short, is_plain

JULY = date(2026, 7, 29)


def row(number: int, *runs: Run) -> CalendarRow:
    return CalendarRow(listing_id=number, name="Loft", status="active", currency="EUR", runs=runs)


def run(day: int, nights: int = 1, status: str = "available", price: str | None = None) -> Run:
    """From a number of days after 29 July."""
    first = JULY + timedelta(days=day)
    money = Money(amount=Decimal(price), currency="EUR") if price else None
    return Run(first=first, last=first + timedelta(days=nights - 1), status=status, price=money)


def lines(*rows: CalendarRow) -> list[str]:
    return [line.partition(" EUR: ")[2] for line in in_short(rows)]


def test_the_worked_example() -> None:
    """Free over the end of a month; two bookings on end; one night blocked; free again."""
    whole = row(
        1,
        run(0, 2, price="95.00"),
        run(2, 2, price="140.50"),
        run(4, 3, "reserved"),
        run(7, 2, "reserved"),
        run(9, 1, "blocked"),
        run(10, 1, "reserved"),
        run(11, 1, price="99.00"),
    )
    assert lines(whole, whole)[0] == "free Jul 29-Aug 1 95-140.50, 9 99; blocked Aug 7; else booked"
    assert next(iter(in_short([whole]))).startswith("⟦Loft⟧ (1) EUR: free")


def test_nights_that_are_not_known_are_not_said_to_be_something_else() -> None:
    """A listing that is cut off, and one with a night that did not come."""
    cut, gap = row(1, run(0, 2, "reserved"), run(2)), row(2, run(0, 2, "reserved"), run(3, 5))
    whole = row(3, run(0, 8, "reserved"))
    expected = ["free Jul 31; booked Jul 29-30", "free Aug 1-5; booked Jul 29-30", "all booked"]
    assert lines(cut, gap, whole) == expected
    assert lines(row(4, run(0, 8)), whole)[0] == "free Jul 29-Aug 5"


def test_another_year_is_named() -> None:
    ahead = row(1, run(0, 150, "reserved"), run(150, 10, price="80"), run(160, 10, "reserved"))
    assert lines(ahead, ahead)[0] == "free Dec 26-Jan 2027 4 80; else booked"


def test_rules_units_and_notes_are_shown_whole() -> None:
    assert is_plain(row(1, run(0)))
    assert not is_plain(row(1))
    assert not is_plain(row(1, run(0).model_copy(update={"min_stay": 2})))
    assert not is_plain(row(1, run(0).model_copy(update={"status": None})))
    assert not is_plain(row(1, run(0).model_copy(update={"note": "x"})))
