"""Users and their groups as documents."""

from __future__ import annotations

from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.world.homes import Home
from hostaway_mcp.sandbox.world.tasks import CLEANERS

GROUPS = ((1, "Managers"), (2, "Owners"), (3, "Cleaners"))
_TEAM = (
    (1_001, 1, "Nora", "Vale"),
    (1_002, 1, "Owen", "Marsh"),
    (1_003, 2, "Iris", "Holm"),
    (1_004, 2, "Paul", "Stern"),
    (1_005, 2, "Rita", "Campos"),
    (1_006, 2, "Ewan", "Blair"),
    (1_007, 2, "Mona", "Keller"),
    (1_008, 2, "Theo", "Lang"),
    (1_010, 3, "Anna", "Prado"),
    (1_011, 3, "Ben", "Okafor"),
    (1_012, 3, "Clara", "Nunes"),
    (1_013, 3, "Dina", "Weiss"),
)


def write_groups(account_id: int) -> list[Json]:
    """The groups; managers may do everything, owners and cleaners read."""
    return [
        _rights("UserGroup", manager=group == 1)
        | {"id": group, "accountId": account_id, "name": name, "description": f"{name} of the portfolio"}
        for group, name in GROUPS
    ]


def write_users(homes: list[Home], account_id: int) -> list[Json]:
    """The team: managers see all listings, owners theirs, cleaners those they clean."""
    names = dict(GROUPS)
    return [
        _rights("User", manager=group == 1)
        | {
            "id": user,
            "accountId": account_id,
            "userGroupId": group,
            "userGroupName": names[group],
            "email": f"{first}.{last}@example.com".lower(),
            "firstName": first,
            "lastName": last,
            "phone": f"+120255501{user % 100:02d}",
            "preferredContactMethod": "email",
            "timezone": "UTC",
            "listingMapIds": _listings_of(user, group, homes),
        }
        for user, group, first, last in _TEAM
    ]


def _rights(name: str, *, manager: bool) -> Json:
    document = blank(name)
    for field, value in document.items():
        if (
            value == 0
            and field not in ("id", "accountId", "userGroupId")
            and not field.startswith("isDisabled")
        ):
            document[field] = int(manager or field in ("readListing", "readCalendar", "readTask"))
    return document


def _listings_of(user: int, group: int, homes: list[Home]) -> list[int]:
    if group == 1:
        return [home.id for home in homes]
    if group == 2:
        return [home.id for home in homes if home.owner_id == user]
    return [home.id for home in homes if CLEANERS[home.index % len(CLEANERS)] == user]
