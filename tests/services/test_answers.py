"""The envelope and money as every answer carries them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.services.answers import Answer, ListAnswer, Missing, Money, Record, to_json

NOW = datetime(2026, 7, 23, 12, 0, 0, 999, tzinfo=UTC)


class Part(Record):
    note: str | None = None
    names: tuple[str, ...] = ()


class Sample(ListAnswer):
    rows: tuple[Part, ...]
    extra: Part | None = None


@pytest.mark.parametrize(
    ("amount", "currency", "right"),
    [
        ("267", "USD", "267.00"),
        ("0.125", "USD", "0.12"),
        ("0.135", "USD", "0.14"),
        ("1234.6", "JPY", "1235"),
        ("1.2345", "KWD", "1.234"),
        ("-5", "EUR", "-5.00"),
        ("1E+3", "EUR", "1000.00"),
    ],
)
def test_money_is_rounded_to_the_smallest_unit(amount: str, currency: str, right: str) -> None:
    """Half to even, written without an exponent. Source: ISO 4217 for the digits."""
    money = Money.of(Decimal(amount), currency)
    assert money is not None
    assert money.model_dump(mode="json") == {"amount": right, "currency": currency}


def test_money_without_amount_or_currency_is_none() -> None:
    """Never a zero that nobody said, never a currency that was guessed."""
    assert Money.of(None, "EUR") is None
    assert Money.of(Decimal(1), None) is None
    assert Money.of(Decimal(1), "") is None


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_rounding_moves_money_by_less_than_its_smallest_unit(amount: Decimal, currency: str) -> None:
    """And never into another sign or an exponent."""
    money = Money.of(amount, currency)
    assert money is not None
    digits = {"EUR": 2, "JPY": 0, "KWD": 3}[currency]
    assert abs(money.amount - amount) <= Decimal(1).scaleb(-digits) / 2
    assert "E" not in str(money).split()[0]


def test_what_says_nothing_is_left_out() -> None:
    """Required keys stay even when empty; as_of, source and complete always."""
    answer = Sample(as_of=NOW, rows=())
    assert to_json(answer) == {
        "as_of": "2026-07-23T12:00:00Z",
        "source": "live",
        "complete": True,
        "rows": [],
    }


def test_rows_carry_no_nulls_and_no_empty_lists() -> None:
    """At any depth."""
    answer = Sample(
        as_of=NOW,
        rows=(Part(note="x"), Part(names=("a",))),
        extra=Part(),
        complete=False,
        missing=(Missing(what="w", why="y"),),
        total=0,
    )
    got = to_json(answer)
    assert got["rows"] == [{"note": "x"}, {"names": ["a"]}]
    assert "extra" not in got
    assert got["missing"] == [{"what": "w", "why": "y"}]
    assert got["total"] == 0


ZONES = st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-7))])
FIRST, LAST = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2100-01-01")


@given(st.datetimes(min_value=FIRST, max_value=LAST, timezones=ZONES))
def test_instants_are_utc_with_a_z(at: datetime) -> None:
    """Whatever zone they came in."""
    text = to_json(Answer(as_of=at))["as_of"]
    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == at.replace(microsecond=0)
