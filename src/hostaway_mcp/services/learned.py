"""What the replica knows, how old each noun of it is, and from when on it has followed changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from hostaway_mcp.errors import NoReplicaError
from hostaway_mcp.services.answers import Missing

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store
    from hostaway_mcp.store.sync import State

GET_A_REPLICA = "A server that runs fills one by itself; `hostaway-mcp sync` does it now."
BRING_UP_TO_DATE = "A server that runs brings it up to date by itself; `hostaway-mcp sync` does it now."
THREADS_ON_DEMAND = (
    "A thread costs a call, so the replica reads one when somebody asks for it, while it has something "
    "unread, and when a webhook tells of it"
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

_KEPT_BY = {"reservations": ("changes",), "conversations": ("recent", "unread")}
"""Parts that keep a noun true, where others are read once or seldom: whatever changes comes with these."""

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


async def learned(store: Store, *, calendars: bool = True) -> Learned:
    """
    How old the nouns of this replica are; of calendars those of active listings. To look at each of these
    takes longer than the rest, so who does not ask about them says so.
    """
    ages: dict[str, datetime] = {}
    for state in await store.sync.states(but=("calendar", "thread")):
        as_of = _followed(state)
        if as_of is not None:
            ages[state.noun] = min(as_of, ages.get(state.noun, as_of))
    ages |= {noun: ages[other] for noun, other in _BROUGHT_WITH.items() if other in ages}
    if not calendars:
        return Learned(ages)
    found = await store.sync.calendars()
    ages |= {"calendar": found.oldest} if found.oldest else {}
    return Learned(ages, found.listings - found.read)


def _followed(state: State) -> datetime | None:
    """As of when a part is true; None where it is not whole, or where another part keeps it true."""
    if state.as_of is None or state.part not in _KEPT_BY.get(state.noun, (state.part,)):
        return None
    return state.as_of


def never_synced(what: str) -> Missing:
    """Says that there is no replica, and how to get one."""
    return Missing(what=what, why="There is no replica of this account yet.", resume=GET_A_REPLICA)


def no_replica() -> NoReplicaError:
    """The same where no answer can be given at all."""
    return NoReplicaError("There is no replica of this account yet.", hint=GET_A_REPLICA)


def _never_read(nouns: Collection[str]) -> Missing:
    return Missing(
        what=_listed(nouns),
        why="The replica has not read them yet.",
        resume=BRING_UP_TO_DATE,
    )


def _listed(nouns: Iterable[str]) -> str:
    return ", ".join(noun.replace("_", " ") for noun in nouns)
