"""The card of get_financial_report: whole answers, refusals, schema, size, pages."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import CursorError, HostawayMcpError, InputError
from hostaway_mcp.tools.catalogue import Toolset
from hostaway_mcp.tools.finance import get_financial_report
from tests.support.house import house
from tests.tools.golden import MOST_TOKENS, assert_card, tokens

KINDS = ["standard", "calculated", "consolidated", "listing_financials"]


def test_the_card(pytestconfig: pytest.Config) -> None:
    assert get_financial_report.toolset is Toolset.FINANCE
    assert_card("get_financial_report", pytestconfig)


@pytest.mark.parametrize(
    "asked",
    [
        {"from_": "2026-06", "limit": 5},
        {"from_": "2026-06", "kind": "listing_financials", "listing": [40160, 40167]},
        {"from_": "2026-06", "kind": "standard", "listing": "Alfama Loft", "limit": 4},
    ],
    ids=["consolidated", "listing_financials", "standard"],
)
async def test_a_whole_answer(asked: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    async with house() as home:
        outcome = await home.ask("get_financial_report", **asked)
        assert outcome.json == snapshot
        assert outcome.text == snapshot(name="text")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("more", [{}, {"columns": "all", "from_": "2026-01", "to": "2026-06", "limit": 100}])
async def test_answers_are_small_and_fit_their_schema(kind: str, more: dict[str, Any]) -> None:
    async with house(listings=40) as home:
        outcome = await home.ask("get_financial_report", kind=kind, **more)
        assert tokens(outcome.json) <= MOST_TOKENS
        assert tokens(outcome.text) <= MOST_TOKENS
        Draft202012Validator(get_financial_report.output_schema).validate(outcome.json)


async def test_the_pages_hold_every_row_once_and_know_their_question() -> None:
    async with house() as home:
        asked: dict[str, Any] = {"from_": "2026-06", "columns": "id", "limit": 9}
        whole = await home.ask("get_financial_report", **(asked | {"limit": 100}))
        part = await home.ask("get_financial_report", **asked)
        cursor, rows = part.json["next_cursor"], part.json["rows"]
        while "next_cursor" in part.json:
            part = await home.ask("get_financial_report", **asked, cursor=part.json["next_cursor"])
            rows += part.json["rows"]
        assert rows == whole.json["rows"]
        assert len(rows) == whole.json["total"]
        with pytest.raises(CursorError, match="another question"):
            await home.ask("get_financial_report", **(asked | {"from_": "2026-05"}), cursor=cursor)


async def test_one_currency_stands_in_the_heads_several_in_a_column() -> None:
    async with house() as home:
        one = await home.ask("get_financial_report", from_="2026-06", listing=40160)
        assert "⟦Owner payout⟧ EUR" in one.text
        assert "Hostaway's totals EUR: " in one.text
        several = await home.ask("get_financial_report", from_="2026-06")
        assert "| ⟦Owner payout⟧ |" in several.text
        assert several.text.count("Hostaway's totals ") == 3


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"kind": "profit"}, "`kind` must be one of"),
        ({"status_class": "booked"}, "`status_class`"),
        ({"status_class": []}, "`status_class` must not be empty"),
        ({"date_type": "checkin"}, "`date_type` must be one of"),
        ({"limit": 0}, "`limit` must be at least 1"),
        ({"from_": "soon"}, '"soon" is not a date'),
        ({"listing": {"id": 5}}, "`listing` must be a number or a text or a list"),
        ({"columns": "nonsense of the first order"}, "The report has no column"),
        ({"cursor": "abc"}, "cursor"),
        ({"owner": "Rita"}, "get_financial_report has no parameter `owner`"),
    ],
)
async def test_bad_input_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    async with house() as home:
        with pytest.raises(InputError) as caught:
            await home.ask("get_financial_report", **asked)
        assert says in caught.value.sentence


async def test_an_account_without_reports_is_refused_in_one_sentence() -> None:
    async with house() as home:
        home.sandbox.faults.add(
            "status", path="/v1/finance/*", times=None, status=403, body={"status": "fail", "message": "No"}
        )
        with pytest.raises(HostawayMcpError) as caught:
            await home.ask("get_financial_report")
        assert caught.value.sentence == (
            "Hostaway gives this account no financial reports. They need the financial reporting feature, "
            "and the right to it for this API key. get_reservation with include=money shows the money of a "
            "single stay."
        )
        assert caught.value.facts() == {"code": "forbidden", "move": "operator", "retryable": False}
