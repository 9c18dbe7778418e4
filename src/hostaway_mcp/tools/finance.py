"""Tools about money."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hostaway_mcp.services.report_tables import SEVERAL, UNKNOWN, Report, Totals
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import word
from hostaway_mcp.tools.catalogue import Cursor, Day, Listed, ListingRef, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table

StatusClasses = Listed[Literal["confirmed", "owner_stay", "needs_action", "inquiry", "dead"]]


class GetFinancialReport(Question):
    """Which report over what."""

    kind: Literal["standard", "calculated", "consolidated", "listing_financials"] = Field(
        "consolidated", description="standard, calculated: a row a stay and field"
    )
    from_: Day | None = Field(None, alias="from", description="default this month")
    to: Day | None = Field(None, description="included")
    date_type: Literal["arrival", "departure", "booked"] = "arrival"
    status_class: StatusClasses = Field(default=["confirmed"], min_length=1)
    listing: ListingRef | None = None
    channel: Listed[Text] | None = Field(None, description="airbnb, bookingcom, …", max_length=20)
    columns: Listed[Text] | None = Field(None, description="names or titles, or all", max_length=80)
    limit: int = Field(50, ge=1, le=100)
    cursor: Cursor = None


def _report_text(answer: Report) -> str:
    heads = [_head(one.title, one.type, answer.currency) for one in answer.columns]
    body = table(heads, [[_own(value) for value in row.root] for row in answer.rows]) if answer.rows else None
    others = f"Other columns: {', '.join(answer.other_columns)}" if answer.other_columns else None
    return paragraphs(body, *(_totals(one) for one in answer.totals), others)


def _own(value: object) -> object:
    """Names that people gave are fenced; figures, dates and codes are not."""
    return word(value) if isinstance(value, str) else value


def _head(title: str, kind: str, currency: str) -> str:
    said = word(title)
    return f"{said} {currency}" if kind == "money" and currency not in (SEVERAL, UNKNOWN) else said


def _totals(totals: Totals) -> str:
    """By column name, so that a line stands for itself."""
    return f"Hostaway's totals {totals.currency}: " + ", ".join(
        f"{name} {value}" for name, value in totals.values.items()
    )


@tool(title="Hostaway's financial reports", toolset=Toolset.FINANCE, text=_report_text)
async def get_financial_report(services: Services, question: GetFinancialReport) -> Report:
    """
    Hostaway's own figures, as its dashboard reports them: stay by stay (consolidated), listing by listing
    (listing_financials), or field by field (standard; calculated shows the account's formulas). Totals are
    Hostaway's, one a currency. Cancelled stays: status_class=dead.
    """
    return await services.finance.report(
        kind=question.kind,
        from_=question.from_,
        to=question.to,
        date_type=question.date_type,
        status_class=question.status_class,
        listing=question.listing,
        channel=question.channel,
        columns=question.columns,
        limit=question.limit,
        cursor=question.cursor,
        question=question.asked(),
    )
