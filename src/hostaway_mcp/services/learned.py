"""What the replica knows, how old each noun of it is, and from when on it has followed changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Missing

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store
    from hostaway_mcp.store.sync import State

GET_A_REPLICA = "Somebody runs `hostaway-mcp sync`, which fills the replica; then ask again."
BRING_UP_TO_DATE = "Somebody runs `hostaway-mcp sync`, which brings the replica up to date; then ask again."
ONLY_UNREAD = (
    "The replica reads conversations that have something unread, each with its latest messages; older ones, "
    "other conversations, and later replies of the host may be missing"
)

NOUNS = {
    "reservation": "reservations",
    "message": "messages",
    "conversation": "conversations",
    "listing": "listings",
    "calendar": "calendar",
    "review": "reviews",
    "task": "tasks",
    "expense": "expenses",
    "charge": "charges",
}
"""What changes are about, and what the store calls it; users and other dictionaries are read once a day."""

_BROUGHT_WITH = {"messages": "conversations"}
"""Nouns that are read with another one."""


@dataclass(frozen=True, slots=True)
class Learned:
    """How old the nouns of the replica are (UTC), and which of them it has not read, whole or in part."""

    ages: Mapping[str, datetime]
    """By noun, as of when it was last whole; the oldest part counts."""
    calendars_missing: int = 0

    def as_of(self, nouns: Iterable[str]) -> datetime | None:
        """The age of the oldest of these that was read; None if none was."""
        return min((self.ages[noun] for noun in nouns if noun in self.ages), default=None)

    def missing(self, nouns: Collection[str], *, since: datetime | None = None) -> tuple[Missing, ...]:
        """What of these nouns the replica cannot tell, wholly or about the time after `since`."""
        never = [noun for noun in nouns if noun not in self.ages]
        found = [_never_read(never)] if never else []
        stale = [noun for noun in nouns if since and noun in self.ages and self.ages[noun] < since]
        if stale:
            oldest = min(self.ages[noun] for noun in stale)
            found.append(
                Missing(
                    what=f"Changes of {_listed(stale)} after {oldest:%Y-%m-%d %H:%M}Z",
                    why="The replica was not brought up to date since.",
                    resume=BRING_UP_TO_DATE,
                )
            )
        if "calendar" in nouns and self.calendars_missing and "calendar" in self.ages:
            found.append(
                Missing(
                    what=f"The calendars of {self.calendars_missing} listings",
                    why="The replica has not read them yet.",
                    resume=BRING_UP_TO_DATE,
                )
            )
        return tuple(found)


async def learned(store: Store, listings: Mapping[int, Listing]) -> Learned:
    """How old the nouns of this replica are; calendars of archived listings are left out."""
    states = await store.sync.states()
    active = {str(one.id) for one in listings.values() if not one.is_archived}
    ages: dict[str, datetime] = {}
    calendars = 0
    for state in states:
        as_of = _followed(state, active)
        if as_of is not None:
            calendars += state.noun == "calendar"
            ages[state.noun] = min(as_of, ages.get(state.noun, as_of))
    ages |= {noun: ages[other] for noun, other in _BROUGHT_WITH.items() if other in ages}
    return Learned(ages, max(0, len(active) - calendars))


def _followed(state: State, active: Collection[str]) -> datetime | None:
    """As of when a part is true; None where it is not whole, or where another part keeps it true."""
    if state.as_of is None or state.state.get("unfinished"):
        return None
    if state.noun == "reservations" and state.part != "changes":
        # The windows are read once; whatever changes in them comes with the changes.
        return None
    return state.as_of if state.noun != "calendar" or state.part in active else None


def never_synced(what: str) -> Missing:
    """Says that there is no replica, and how to get one."""
    return Missing(what=what, why="There is no replica of this account yet.", resume=GET_A_REPLICA)


def _never_read(nouns: Collection[str]) -> Missing:
    return Missing(
        what=_listed(nouns),
        why="The replica has not read them yet.",
        resume=BRING_UP_TO_DATE,
    )


def _listed(nouns: Iterable[str]) -> str:
    return ", ".join(noun.replace("_", " ") for noun in nouns)
