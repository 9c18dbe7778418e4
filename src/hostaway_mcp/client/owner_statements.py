"""Owner statements, as they were stored."""

from __future__ import annotations

from hostaway_mcp.client.operations import GET_OWNER_STATEMENT, LIST_OWNER_STATEMENTS
from hostaway_mcp.client.rows import Noun, One, Page
from hostaway_mcp.models.reports import OwnerStatement, OwnerStatementSummary


class OwnerStatements(Noun):
    """Source: Hostaway API reference, "Owner statements"."""

    async def find(self) -> Page[OwnerStatementSummary]:
        """The names of all owner statements."""
        return await self._page(LIST_OWNER_STATEMENTS, OwnerStatementSummary)

    async def get(self, owner_statement_id: int) -> One[OwnerStatement]:
        """
        One statement, line by line.

        Raises:
            NotFoundError: no such statement in this account.
        """
        path = {"ownerStatementId": owner_statement_id}
        return await self._one(GET_OWNER_STATEMENT, OwnerStatement, path=path)
