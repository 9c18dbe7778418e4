"""Expenses and extras."""

from __future__ import annotations

from collections.abc import Mapping

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    CREATE_EXPENSE,
    DELETE_EXPENSE,
    GET_EXPENSE,
    LIST_EXPENSES,
    UPDATE_EXPENSE,
)
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.client.rows import PAGE_LIMIT, Done, Noun, One, Page, Written
from hostaway_mcp.models.expenses import Expense


class Expenses(Noun):
    """Source: Hostaway API reference, "Expenses and extras". A negative amount is an expense."""

    async def find(self, *, limit: int = PAGE_LIMIT, offset: int | None = None) -> Page[Expense]:
        """Expenses and extras; no filter exists. At most 500 a page."""
        return await self._page(LIST_EXPENSES, Expense, query={"limit": limit, "offset": offset})

    async def export_csv(self, *, limit: int = PAGE_LIMIT, offset: int | None = None) -> One[str]:
        """The same as CSV text."""
        reply = await self._call(LIST_EXPENSES, query={"limit": limit, "offset": offset, "format": "csv"})
        return One(reply.text or "", reply.text, reply.received_at)

    async def get(self, expense_id: int) -> One[Expense]:
        """
        One expense or extra.

        Raises:
            NotFoundError: no such expense in this account.
        """
        return await self._one(GET_EXPENSE, Expense, path={"expenseId": expense_id})

    async def create(self, body: Mapping[str, Json]) -> Written[Expense]:
        """A new expense or extra; unknown `categoriesNames` become new categories."""
        return await self._write(CREATE_EXPENSE, Expense, body=inputs.EXPENSE.wire(body))

    async def update(self, expense_id: int, body: Mapping[str, Json]) -> Written[Expense]:
        """Changes an expense or extra."""
        return await self._write(
            UPDATE_EXPENSE, Expense, path={"expenseId": expense_id}, body=inputs.EXPENSE.wire(body)
        )

    async def delete(self, expense_id: int) -> Done:
        """Deletes an expense or extra."""
        return await self._do(DELETE_EXPENSE, path={"expenseId": expense_id})
