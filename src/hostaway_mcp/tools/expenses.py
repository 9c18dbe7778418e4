"""The tool that shows expenses and extras."""

from __future__ import annotations

from pydantic import Field

from hostaway_mcp.services.expenses import ExpenseList, ExpenseSum
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import Cursor, Day, ListingRef, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table


class FindExpenses(Question):
    """Which expenses."""

    from_: Day | None = Field(None, alias="from", description="default this month")
    to: Day | None = Field(None, description="included")
    category: Text | None = Field(None, description="part of its name")
    owner: int | Text | None = Field(None, description="user id or name")
    listing: ListingRef | None = None
    group: Text | None = Field(None, description="city or country")
    limit: int = Field(25, ge=1, le=100)
    cursor: Cursor = None


def _expenses_text(answer: ExpenseList) -> str:
    return paragraphs(
        _rows(answer) if answer.expenses else None,
        *(f"In all: {_says(one)}" for one in answer.totals),
        _groups("By category", answer.by_category),
        _groups("By owner", answer.by_owner),
        _groups("By month", answer.by_month),
    )


def _rows(answer: ExpenseList) -> str:
    return table(
        ("id", "date", "listing", "reservation", "what", "category", "amount", "owner", "on statements"),
        (
            (
                row.expense_id,
                row.on,
                fence(row.listing) or row.listing_id,
                row.reservation_id,
                fence(row.concept) or None,
                fence(", ".join(row.categories)) or None,
                row.amount,
                fence(row.owner) or None,
                list(row.statement_ids) or None,
            )
            for row in answer.expenses
        ),
    )


def _says(one: ExpenseSum) -> str:
    return f"expenses {one.expenses}, extras {one.extras}, net {one.net} ({one.count})"


def _groups(title: str, sums: tuple[ExpenseSum, ...]) -> str | None:
    if not sums:
        return None
    return f"{title}: " + "; ".join(f"{fence(one.group)} {one.net} ({one.count})" for one in sums)


@tool(title="Expenses and extras", toolset=Toolset.FINANCE, text=_expenses_text)
async def find_expenses(services: Services, question: FindExpenses) -> ExpenseList:
    """
    Expenses (below zero) and extras (above) noted for listings, by date, category, owner or listing, with
    one total a currency and sums by category, owner and month. An entry with several categories counts in
    each. Next: explain_money for an owner statement.
    """
    return await services.expenses.find(
        first=question.from_,
        last=question.to,
        category=question.category,
        owner=question.owner,
        listing=question.listing,
        group=question.group,
        limit=question.limit,
        cursor=question.cursor,
        question=question.asked(),
    )
