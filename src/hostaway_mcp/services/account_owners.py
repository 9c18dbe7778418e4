"""Whose listings they are: users of the account, found by name, with the listings they see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import AmbiguousNameError, UnknownNameError
from hostaway_mcp.models.users import User
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.facts import Facts, Gathering
from hostaway_mcp.services.names import fits
from hostaway_mcp.services.untrusted import clean_name, word

FRESH_SECONDS = 300.0


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


class AccountOwners:
    """Finds owners; costs one call for the users and one for the listings of the one who is meant."""

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

        async def load(gathering: Gathering[User]) -> None:
            page = await self._hostaway.users.find()
            gathering.add(page.rows, page.received_at, set_aside=page.set_aside)

        known = await self._facts.get("owners", load, fresh_seconds=FRESH_SECONDS)
        user = _meant(str(reference).strip(), known.rows)

        async def load_one(gathering: Gathering[User]) -> None:
            one = await self._hostaway.users.get(user.id, include_resources=True)
            gathering.add([one.row], one.received_at)

        whole = await self._facts.get(("owner", user.id), load_one, fresh_seconds=FRESH_SECONDS)
        ids = frozenset(whole.rows[0].listing_ids)
        count = f"{len(ids)} listing{'s' if len(ids) != 1 else ''}"
        says = (
            f"{word(_name(user))}, user {user.id}: what is noted as theirs, and of the {count} that they see"
        )
        return Owner(user.id, says, ids, min(known.as_of, whole.as_of))


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
    owners = [user for user in users if "owner" in (user.user_group_name or "").casefold()]
    named = ", ".join(f"{word(_name(user))} ({user.id})" for user in owners[:8])
    hint = f"Owners: {named}." if named else "Use the id or name of a user of the account."
    raise UnknownNameError(f'No user "{quoted(text)}" is in this account.', hint=hint)


def _name(user: User) -> str:
    return clean_name(" ".join(filter(None, (user.first_name, user.last_name)))) or f"user {user.id}"
