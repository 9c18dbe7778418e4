"""The text form: short lines and tables for models and people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from hostaway_mcp.services.answers import Answer, ListAnswer, Missing, Money
from hostaway_mcp.tools.text import cell, fields, long_table, paragraphs, table, with_envelope

NOW = datetime(2026, 7, 23, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ((), ""),
        ([], ""),
        ({}, ""),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (Decimal("12.50"), "12.50"),
        (Money(amount=Decimal("12.50"), currency="EUR"), "12.50 EUR"),
        (date(2026, 7, 23), "2026-07-23"),
        (["a", 1, None], "a, 1, "),
        ("a | b\nc\t d", "a / b c d"),
    ],
)
def test_a_cell_is_one_line(value: Any, text: str) -> None:
    assert cell(value) == text


def test_a_table_leaves_out_columns_without_any_value() -> None:
    said = table(("id", "city", "price EUR"), [(1, None, Decimal("9.00")), (2, "", None)])
    assert said == "id | price EUR\n1 | 9.00\n2 | "


def test_no_cell_looks_like_two() -> None:
    assert table(("a", "b"), [("x | y", "z")]).splitlines()[1] == "x / y | z"


def test_what_all_of_many_rows_have_is_said_once() -> None:
    rows = [(number, "EUR", None, ("airbnb", "vrbo")) for number in range(1, 6)]
    columns = ("id", "currency", "status", "channels")
    assert (
        long_table(columns, rows)
        == "In every row: currency = EUR; channels = airbnb, vrbo\nid\n1\n2\n3\n4\n5"
    )
    assert long_table(columns, rows[:4]) == table(columns, rows[:4]), "few rows say it themselves"
    other = [*rows[:4], (5, "USD", "archived", ("airbnb",))]
    assert long_table(columns, other) == table(columns, other)


def test_fields_say_what_there_is() -> None:
    assert fields([("city", "Lisbon"), ("floor", None), ("lift", False)]) == "city: Lisbon\nlift: no"


def test_paragraphs_skip_nothing_said() -> None:
    assert paragraphs("a", None, "", "b") == "a\nb"


def test_the_envelope_begins_with_what_is_missing() -> None:
    answer = ListAnswer(
        as_of=NOW,
        complete=False,
        missing=(
            Missing(what="page 3", why="Hostaway failed.", resume="ask again"),
            Missing(what="x", why="y"),
        ),
        warnings=("A status is new.",),
        understood={"dates": "tonight"},
        total=7,
        next_cursor="abc",
    )
    assert with_envelope("BODY", answer) == (
        "NOT COMPLETE:\n"
        "- page 3: Hostaway failed. To get it: ask again\n"
        "- x: y.\n"
        "Note: A status is new.\n"
        "Understood: dates = tonight\n"
        "BODY\n"
        "There is more: next_cursor=abc\n"
        "total: 7\n"
        "as of 2026-07-23 12:00:05Z, live"
    )


def test_a_plain_answer_has_its_age_alone() -> None:
    assert with_envelope("BODY", Answer(as_of=NOW)) == "BODY\nas of 2026-07-23 12:00:05Z, live"
