"""Groups of users."""

from __future__ import annotations

from hostaway_mcp.models.users import UserGroup
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Rows
from hostaway_mcp.store.schema import groups


class Groups(Rows[UserGroup]):
    """The groups of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, groups, UserGroup, columns)


def columns(group: UserGroup) -> Columns:
    """What questions about groups are answered from."""
    return {
        "name": group.name,
    }
