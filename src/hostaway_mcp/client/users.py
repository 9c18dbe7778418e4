"""Users of the account, and their groups."""

from __future__ import annotations

from hostaway_mcp.client.operations import GET_USER, LIST_USER_GROUPS, LIST_USERS
from hostaway_mcp.client.rows import Noun, One, Page
from hostaway_mcp.models.users import User, UserGroup


class Users(Noun):
    """Source: Hostaway API reference, "Users"."""

    async def find(self) -> Page[User]:
        """All users."""
        return await self._page(LIST_USERS, User)

    async def get(self, user_id: int, *, include_resources: bool | None = None) -> One[User]:
        """
        One user; `include_resources` fills `listing_ids`.

        Raises:
            NotFoundError: no such user in this account.
        """
        query = {"includeResources": include_resources}
        return await self._one(GET_USER, User, path={"userId": user_id}, query=query)

    async def find_groups(self) -> Page[UserGroup]:
        """All groups of users."""
        return await self._page(LIST_USER_GROUPS, UserGroup)
