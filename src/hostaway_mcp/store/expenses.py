"""Expenses and extras."""

from __future__ import annotations

from hostaway_mcp.models.expenses import Expense
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Rows
from hostaway_mcp.store.schema import expenses


class Expenses(Rows[Expense]):
    """The expenses of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, expenses, Expense, columns)


def columns(expense: Expense) -> Columns:
    """What questions about expenses are answered from."""
    return {
        "listing_id": expense.listing_id,
        "reservation_id": expense.reservation_id,
        "type": expense.type.value if expense.type else None,
        "day": expense.expense_date,
        "amount": expense.amount,
    }
