"""Users of the account, and their groups."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field, model_validator

from hostaway_mcp.models.lenient import MANY, Moment, Wire

_RIGHT = re.compile(r"(?:create|read|update|delete|access)[A-Z]\w*")


class _Holder(Wire):
    """Somebody with rights: the flags that are 1, by their names on the wire, such as `readReservation`."""

    rights: frozenset[str] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        held = [name for name, value in row.items() if value in (1, "1") and _RIGHT.fullmatch(name)]
        return {**row, "rights": held}


class User(_Holder):
    """
    A user. Verification codes and keys are never read.

    Source: Hostaway API reference, "Users".
    """

    id: int
    user_group_id: int | None = None
    user_group_name: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    phone: str | None = None
    country: str | None = None
    city: str | None = None
    timezone: str | None = None
    is_admin: bool | None = None
    is_disabled_by_hostaway: bool | None = None
    is_disabled_by_account: bool | None = None
    has_access_to_new_listings: bool | None = None
    listing_ids: Annotated[tuple[int, ...], MANY] = Field(default=(), alias="listingMapIds")
    last_login_on: Moment | None = None


class UserGroup(_Holder):
    """A group of users, with the rights it gives."""

    id: int
    name: str = ""
    description: str | None = None
    is_admin: bool | None = None
    has_access_to_new_listings: bool | None = None
