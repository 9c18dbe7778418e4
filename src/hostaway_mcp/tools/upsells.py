"""The tool that finds what guests can be offered."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import Field

from hostaway_mcp.errors import InputError
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.services.upsell_rows import OfferRow
from hostaway_mcp.services.upsells import UpsellAnswer
from hostaway_mcp.tools.catalogue import Cursor, ListingRef, Question, Text, Toolset, tool
from hostaway_mcp.tools.reservations import ReservationRef
from hostaway_mcp.tools.text import paragraphs, table


class FindUpsellsQuestion(Question):
    """Which stay, or which days."""

    reservation: ReservationRef | None = None
    days: int | None = Field(
        None, ge=1, le=30, description="arrivals and departures from today on; default 3"
    )
    listing: ListingRef | None = None
    group: Text | None = Field(None, description="city or country")
    limit: int = Field(25, ge=1, le=50, description="stays looked at")
    cursor: Cursor = None


def _offers_text(answer: UpsellAnswer) -> str:
    columns = (
        "reservation", "listing", "guest", "kind", "possible", "new time (local)", "from", "to incl.",
        "worth", "agree until (local)", "because",
    )  # fmt: skip
    body = table(columns, map(_cells, answer.offers)) if answer.offers else "Nothing can be offered."
    left_out = answer.not_possible
    return paragraphs(body, f"{left_out} that are not possible are left out" if left_out else None)


def _cells(row: OfferRow) -> tuple[object, ...]:
    return (
        row.reservation_id,
        fence(row.listing) or row.listing_id,
        fence(row.guest) or None,
        row.kind,
        "yes" if row.possible else "no",
        _local(row.at, row.time_zone),
        row.first,
        row.last,
        row.worth,
        _local(row.until, row.time_zone),
        row.because,
    )


def _local(moment: datetime | None, zone: str | None) -> str | None:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if moment and zone else None


@tool(title="Find upsells", toolset=Toolset.OPS, text=_offers_text)
async def find_upsells(services: Services, question: FindUpsellsQuestion) -> UpsellAnswer:
    """
    What guests can really be offered: early check-in, late check-out, more nights, the rest of a short
    gap; each with its reason, the last moment to agree and what it is worth. For one `reservation`
    (also what is not possible), or for all who arrive or leave in the next `days`.
    """
    if question.reservation is None:
        return await services.upsells.of_days(
            days=question.days,
            listing=question.listing,
            group=question.group,
            limit=question.limit,
            cursor=question.cursor,
            question=question.asked(),
        )
    if question.days is not None or question.listing is not None or question.group is not None:
        raise InputError(
            "find_upsells takes either `reservation`, or `days` with `listing` or `group`.",
            hint="Leave the others out for one reservation.",
        )
    return await services.upsells.of_stay(question.reservation)
