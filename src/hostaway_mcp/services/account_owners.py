"""Who owns which listing, as far as Hostaway's users tell: those of a group of owners, and what they see."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import AmbiguousNameError, HostawayMcpError, UnknownNameError
from hostaway_mcp.models.users import User
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.facts import Facts, Gathering, Known
from hostaway_mcp.services.names import fits
from hostaway_mcp.services.untrusted import clean_name, word

FRESH_SECONDS = 300.0
MOST_OWNERS = 100
NOBODY = "no owner known"


@dataclass(frozen=True, slots=True)
class Owner:
    """A user who owns listings, as far as Hostaway knows: those that the user may see."""

    user_id: int
    says: str
    listing_ids: frozenset[int]
    as_of: datetime

    def has(self, listing_id: int | None, owner_user_id: int | None) -> bool:
        """Whether an entry is this owner's: it says so itself, or it is of one of the owner's listings."""
        if owner_user_id is not None:
            return owner_user_id == self.user_id
        return listing_id in self.listing_ids


@dataclass(frozen=True, slots=True)
class OwnedListings:
    """The owners' names by listing; several who share one are named together."""

    by_listing: Mapping[int, str]
    warning: str | None = None

    def owner_of(self, listing_id: int | None) -> str:
        """Whose listing it is."""
        return self.by_listing.get(listing_id or 0, NOBODY)


class AccountOwners:
    """Finds owners; costs one call for the users and one for the listings of each who is meant."""

    def __init__(self, hostaway: Hostaway, *, facts: Facts) -> None:
        self._hostaway = hostaway
        self._facts = facts

    async def find(self, reference: int | str) -> Owner:
        """
        The owner that an id or words of a name mean.

        Raises:
            UnknownNameError: none. AmbiguousNameError: the words fit several.
            UpstreamError: Hostaway does not give its users.
        """
        known = await self._users()
        user = _meant(str(reference).strip(), known.rows)
        whole = await self._whole(user)
        ids = frozenset(whole.rows[0].listing_ids)
        count = f"{len(ids)} listing{'s' if len(ids) != 1 else ''}"
        says = (
            f"{word(_name(user))}, user {user.id}: what is noted as theirs, and of the {count} that they see"
        )
        return Owner(user.id, says, ids, min(known.as_of, whole.as_of))

    async def of_listings(self) -> OwnedListings:
        """
        Whose every listing is. Hostaway's listings do not name an owner.

        Raises:
            HostawayMcpError: the users could not be read.
        """
        owners = [user for user in (await self._users()).rows if _is_owner(user)]
        lacking = [user for user in owners if not user.listing_ids]
        had = [user for user in await asyncio.gather(*map(self._read, lacking[:MOST_OWNERS])) if user]
        names: dict[int, list[str]] = {}
        for user in (*owners, *had):
            for listing_id in user.listing_ids:
                names.setdefault(listing_id, []).append(_name(user))
        by_listing = {number: " and ".join(sorted(some)) for number, some in names.items()}
        return OwnedListings(by_listing, _lacks(owners, len(lacking) - len(had)))

    async def _read(self, user: User) -> User | None:
        try:
            return (await self._whole(user)).rows[0]
        except HostawayMcpError:
            return None

    async def _users(self) -> Known[User]:
        async def load(gathering: Gathering[User]) -> None:
            page = await self._hostaway.users.find()
            gathering.add(page.rows, page.received_at, set_aside=page.set_aside)

        return await self._facts.get("owners", load, fresh_seconds=FRESH_SECONDS)

    async def _whole(self, user: User) -> Known[User]:
        async def load(gathering: Gathering[User]) -> None:
            one = await self._hostaway.users.get(user.id, include_resources=True)
            gathering.add([one.row], one.received_at)

        return await self._facts.get(("owner", user.id), load, fresh_seconds=FRESH_SECONDS)


def _lacks(owners: Sequence[User], unread: int) -> str | None:
    if not owners:
        return "No user belongs to a group of owners, so Hostaway does not tell who owns which listing."
    if unread:
        return f"The listings of {unread} of {len(owners)} owners could not be read: see `{NOBODY}`."
    return None


def _is_owner(user: User) -> bool:
    return "owner" in (user.user_group_name or "").casefold()


def _meant(text: str, users: Sequence[User]) -> User:
    if text.isascii() and text.isdecimal():
        found = [user for user in users if user.id == int(text)]
    else:
        found = [user for user in users if fits(text, _name(user))]
    if len(found) == 1:
        return found[0]
    if found:
        choices = [f"{word(_name(user))} ({user.id})" for user in found]
        raise AmbiguousNameError(
            f'"{quoted(text)}" fits {len(found)} users.',
            choices=choices,
            hint=f"Which one? {', '.join(choices[:8])}.",
        )
    named = ", ".join(f"{word(_name(user))} ({user.id})" for user in list(filter(_is_owner, users))[:8])
    hint = f"Owners: {named}." if named else "Use the id or name of a user of the account."
    raise UnknownNameError(f'No user "{quoted(text)}" is in this account.', hint=hint)


def _name(user: User) -> str:
    return clean_name(" ".join(filter(None, (user.first_name, user.last_name)))) or f"user {user.id}"
