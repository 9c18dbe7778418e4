"""The tool that shows who still has to pay."""

from __future__ import annotations

from pydantic import Field

from hostaway_mcp.services.balances import DEFAULT_DAYS, Balances, BalanceTotal, ChargeRow
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import Cursor, ListingRef, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table

_COLUMNS = ("id", "listing", "guest", "channel", "arrival", "in days", "total", "paid", "balance", "failed")


class FindBalances(Question):
    """Which arrivals."""

    arriving_within: int = Field(DEFAULT_DAYS, ge=0, le=90, description="days from today on")
    listing: ListingRef | None = None
    group: Text | None = Field(None, description="city or country")
    limit: int = Field(25, ge=1, le=100)
    cursor: Cursor = None


def _balances_text(answer: Balances) -> str:
    return paragraphs(
        _rows(answer) if answer.balances else "Nobody who arrives owes the host anything.",
        *map(_total, answer.totals),
        _charges("Failed charges", answer.failed_charges, answer, "failed_charges"),
        _charges("Deposits and holds on cards", answer.holds, answer, "holds"),
        _left_out(answer),
    )


def _rows(answer: Balances) -> str:
    return table(
        (*_COLUMNS, "not charged yet", "next charge"),
        (
            (
                row.reservation_id,
                fence(row.listing) or row.listing_id,
                fence(row.guest) or None,
                row.channel if row.status_class == "confirmed" else f"{row.channel}, {row.status_class}",
                row.arrival,
                row.days_to_arrival,
                row.total,
                row.paid,
                row.balance,
                row.failed,
                row.not_charged,
                row.next_due,
            )
            for row in answer.balances
        ),
    )


def _total(one: BalanceTotal) -> str:
    failed = f", of it failed charges {one.failed}" if one.failed else ""
    return f"Owed in all: {one.balance} by {one.stays} stays{failed}"


def _charges(title: str, rows: tuple[ChargeRow, ...], answer: Balances, name: str) -> str | None:
    if not rows:
        return None
    total = (answer.counts or {}).get(name, len(rows))
    shown = f" ({len(rows)} of {total})" if total > len(rows) else ""
    body = table(
        ("reservation", "charge", "title", "status", "amount", "date"),
        (
            (row.reservation_id, row.charge_id, fence(row.title) or None, row.status, row.amount, row.on)
            for row in rows
        ),
    )
    return f"{title}{shown}:\n{body}"


def _left_out(answer: Balances) -> str | None:
    if not answer.left_out:
        return None
    counts = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in answer.left_out.items())
    return f"Arrivals without a balance: {counts}"


@tool(title="Unpaid stays", toolset=Toolset.FINANCE, text=_balances_text)
async def find_balances(services: Services, question: FindBalances) -> Balances:
    """
    Who arrives soon and still owes the host money: total, paid, balance, failed charges, deposits held;
    one total a currency. Stays whose channel collects, and others without a balance, are counted by
    reason. Next: get_reservation with include=money for each charge.
    """
    return await services.balances.find(
        arriving_within=question.arriving_within,
        listing=question.listing,
        group=question.group,
        limit=question.limit,
        cursor=question.cursor,
        question=question.asked(),
    )
