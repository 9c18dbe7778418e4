"""Users and user groups over HTTP."""

from __future__ import annotations

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json
from hostaway_mcp.sandbox.envelope import Reply, everything, missing, success


@serves("listUsers")
def list_users(call: Call) -> Reply:
    """Every user; their listings are left out of the list ("Users", changelog 2025-02-24)."""
    return everything([_shown(call, user) for user in call.world.users.values()])


@serves("getUser")
def get_user(call: Call) -> Reply:
    """One user, in an array of one as the example shows."""
    user = call.world.users.get(call.id("userId"))
    if user is None:
        raise missing("User")
    return success([_shown(call, user)])


def _shown(call: Call, user: Json) -> Json:
    return user if call.flag("includeResources") else user | {"listingMapIds": None}


@serves("listUserGroups")
def list_user_groups(call: Call) -> Reply:
    """Every group."""
    return everything(call.world.groups)
