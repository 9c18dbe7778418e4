"""The tool that checks listings."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hostaway_mcp.analytics.listing_checks import Severity
from hostaway_mcp.services.listing_audit import AuditAnswer, FindingRow
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import Cursor, Listed, ListingRef, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table


class AuditListingsQuestion(Question):
    """Which checks, of which listings."""

    checks: Listed[Text] | None = Field(
        None,
        max_length=20,
        description="content, prices, rules, place, channels, capacity, or a check's name; default all",
    )
    severity: Literal["high", "medium", "low"] | None = Field(None, description="at least so bad")
    listing: ListingRef | None = None
    group: Text | None = Field(None, description="city or country")
    limit: int = Field(40, ge=1, le=100)
    cursor: Cursor = None


def _audit_text(answer: AuditAnswer) -> str:
    if not answer.findings:
        return f"Nothing found in {answer.listings_checked} listings."
    counts = ", ".join(f"{name} {count}" for name, count in answer.counts.items())
    columns = ("listing_id", "listing", "severity", "check", "says", "repair", "field", "set to")
    return paragraphs(
        table(columns, map(_cells, answer.findings)), f"In {answer.listings_checked} listings: {counts}"
    )


def _cells(row: FindingRow) -> tuple[object, ...]:
    return (
        row.listing_id,
        fence(row.name),
        row.severity,
        row.check,
        row.says,
        row.repair,
        row.field,
        row.set_to,
    )


@tool(title="Audit listings", toolset=Toolset.LISTINGS, text=_audit_text)
async def audit_listings(services: Services, question: AuditListingsQuestion) -> AuditAnswer:
    """
    What is missing or does not fit together in listings: texts, pictures, amenities, prices and fees,
    stay rules, hours, time zone, coordinates, channel pages, beds for the guests; the worst first, each
    with its repair and Hostaway's field. One listing closely: get_listing; calendar prices:
    check_prices.
    """
    return await services.audit.audit(
        checks=question.checks,
        severity=Severity(question.severity) if question.severity else None,
        listing=question.listing,
        group=question.group,
        limit=question.limit,
        cursor=question.cursor,
        question=question.asked(),
    )
