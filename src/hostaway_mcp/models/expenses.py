"""Expenses (negative) and extras (positive)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from hostaway_mcp.models.lenient import MANY, Day, Moment, OpenEnum, Wire


class ExpenseType(OpenEnum):
    """Which of the two; the sign of the amount decides it."""

    UNKNOWN = "unknown"
    EXPENSE = "expense"
    EXTRA = "extra"


class Expense(Wire):
    """
    An expense or extra; a negative `amount` is an expense. No currency is sent: it is the listing's.

    Source: Hostaway API reference, "Expenses and extras".
    """

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    reservation_id: int | None = None
    expense_date: Day | None = None
    concept: str = ""
    amount: Decimal | None = None
    type: ExpenseType | None = None
    is_deleted: bool | None = None
    owner_user_id: int | None = None
    owner_user_name: str | None = None
    owner_statement_id: int | None = None
    owner_statement_ids: Annotated[tuple[int, ...], MANY] = ()
    owner_statement_names: Annotated[tuple[str, ...], MANY] = ()
    categories: Annotated[tuple[int, ...], MANY] = ()
    categories_names: Annotated[tuple[str, ...], MANY] = ()
    attachments: Annotated[tuple[object, ...], MANY] = ()
    listing_name: str | None = None
    guest_name: str | None = None
    inserted_on: Moment | None = None
    updated_on: Moment | None = None
