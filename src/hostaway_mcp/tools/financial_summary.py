"""The tool that adds up what the stays of a period brought."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field

from hostaway_mcp.analytics.revenue import Basis
from hostaway_mcp.services.financial_summary import Compare
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.summary_book import Grouping
from hostaway_mcp.services.summary_rows import Compared, Excluded, Figures, Reconciled, Summary
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import Cursor, Day, ListingRef, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table

_OWN_WORD = re.compile(r"[0-9]{4}-[0-9]{2}|[a-z_0-9]{1,30}")
_COLUMNS = (
    *("stays", "revenue", "payout", "fees", "taxes", "commission", "nights sold", "of them priced"),
    *("available", "occupancy", "ADR", "RevPAR"),
)


class GetFinancialSummary(Question):
    """Which period, how counted, by what."""

    from_: Day | None = Field(None, alias="from", description="default this month")
    to: Day | None = Field(None, description="excluded by night, else included")
    basis: Literal["night", "arrival", "departure", "booked"] = Field(
        "night", description="what puts a stay's money into the period"
    )
    by: Grouping | None = None
    compare: Compare | None = None
    listing: ListingRef | None = None
    group: Text | None = Field(None, description="city or country")
    reconcile: bool | None = Field(None, description="check against Hostaway's report")
    detail: Literal["brief", "standard"] = Field("brief", description="of groups")
    limit: int = Field(50, ge=1, le=200)
    cursor: Cursor = None


def _summary_text(answer: Summary) -> str:
    return paragraphs(
        _figures_table("currency", [(one.currency, one) for one in answer.totals]),
        *_compared(answer.compared),
        _figures_table("by", [(_key(one.key), one) for one in answer.groups], currency=True),
        *(
            f"Cancellation income, not in revenue: {one.amount} of {one.stays} stays"
            for one in answer.cancellation_income
        ),
        _excluded(answer.excluded),
        *_reconciled(answer.reconciled),
    )


def _key(key: str) -> str:
    """Names that people gave are fenced; months and channels are our own words."""
    return key if _OWN_WORD.fullmatch(key) else fence(key)


def _figures_table(head: str, rows: list[tuple[str, Figures]], *, currency: bool = False) -> str | None:
    if not rows:
        return None
    columns = (head, "currency", *_COLUMNS) if currency else (head, *_COLUMNS)
    return table(columns, [_cells(name, one, currency=currency) for name, one in rows])


def _cells(name: str, one: Figures, *, currency: bool) -> list[object]:
    money = (one.revenue, one.payout, one.fees, one.taxes, one.commission)
    return [
        name,
        *([one.currency] if currency else []),
        one.stays,
        *(amount.amount if amount else None for amount in money),
        one.nights_sold,
        one.nights_priced,
        one.nights_available,
        f"{one.occupancy:.1%}" if one.occupancy is not None else None,
        one.adr.amount if one.adr else None,
        one.revpar.amount if one.revpar else None,
    ]


def _compared(compared: Compared | None) -> list[str | None]:
    if compared is None:
        return []
    rows = [
        (
            one.currency,
            _signed(one.revenue_percent, " %"),
            _signed(one.adr_percent, " %"),
            _signed(one.revpar_percent, " %"),
            _signed(one.nights_sold, ""),
            _signed(one.occupancy_points, " points"),
        )
        for one in compared.change
    ]
    heads = ("currency", "revenue", "ADR", "RevPAR", "nights sold", "occupancy")
    return [
        f"Against {compared.first} to {compared.last} ({compared.listings_then} listings with stays then, "
        f"{compared.listings_now} now):",
        _figures_table("currency", [(one.currency, one) for one in compared.totals]),
        "Change:",
        table(heads, rows) if rows else None,
    ]


def _signed(value: float | None, unit: str) -> str | None:
    return None if value is None else f"{value:+}{unit}"


def _excluded(excluded: tuple[Excluded, ...]) -> str | None:
    lines = [
        f"- {one.reason} ({one.says}): {one.stays} stays, {one.nights} nights"
        + (f": {', '.join(map(str, one.reservation_ids))}" if one.reservation_ids else "")
        + (f" and {one.left_out} more" if one.left_out else "")
        for one in excluded
    ]
    return "\n".join(["Not in revenue:", *lines]) if lines else None


def _reconciled(found: Reconciled) -> list[str | None]:
    lines: list[str | None] = [f"Reconciled: {found.state}. {found.says}"]
    lines += [
        f"- {one.currency}: {one.stays} whole stays, ours {one.ours.amount}, Hostaway's "
        f"{one.hostaway.amount}, difference {one.difference.amount}; in this period {one.in_period.amount}"
        for one in found.checked
    ]
    lines += [
        f"- {one.reservation_id}: ours {one.ours}, Hostaway's {one.hostaway or 'none'}. {one.says}"
        for one in found.differences
    ]
    return lines


@tool(title="Financial summary", toolset=Toolset.FINANCE, text=_summary_text)
async def get_financial_summary(services: Services, question: GetFinancialSummary) -> Summary:
    """
    Accommodation revenue, payout, fees, taxes, commission, occupancy, ADR and RevPAR of a period, one total
    a currency; by listing, channel, owner, month or city; compared. Every stay left out has its reason.
    basis=night shares a stay evenly over its nights. Hostaway's own figures: get_financial_report.
    """
    return await services.financial_summary.summarize(
        from_=question.from_,
        to=question.to,
        basis=Basis(question.basis),
        by=question.by,
        compare=question.compare,
        listing=question.listing,
        group=question.group,
        reconcile=question.reconcile,
        detail=question.detail,
        limit=question.limit,
        cursor=question.cursor,
        question=question.asked(),
    )
