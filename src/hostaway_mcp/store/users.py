"""Users of the account."""

from __future__ import annotations

from hostaway_mcp.models.users import User
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Rows
from hostaway_mcp.store.schema import users


class Users(Rows[User]):
    """The users of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, users, User, columns, private=("name", "email"))


def columns(user: User) -> Columns:
    """What questions about users are answered from."""
    return {
        "name": " ".join(filter(None, (user.first_name, user.last_name))) or None,
        "email": (user.email or "").strip().casefold() or None,
        "group_id": user.user_group_id,
    }
