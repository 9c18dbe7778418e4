"""Plans of things: each wish becomes a step, or a reason why it cannot, or nothing where it is so already."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError, InputError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Missing, Money
from hostaway_mcp.services.portfolio import label
from hostaway_mcp.services.writes.plans import Touch, places_of
from hostaway_mcp.services.writes.reading import read_many
from hostaway_mcp.store.journal.records import Step, StepBody

Wish = TypeVar("Wish")


@dataclass(slots=True)
class Draft:
    """What would become of one thing, and what the policy and a reader should know."""

    body: StepBody
    listing: Listing | None
    amount: Money | None = None
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Drafts:
    """What would become of all of them."""

    kind: str
    each: tuple[Draft, ...]
    missing: tuple[Missing, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """One a draft, numbered."""
        return tuple(
            Step(n=n, kind=self.kind, body=one.body, listing_id=one.listing.id if one.listing else None)
            for n, one in enumerate(self.each, start=1)
        )

    @property
    def warnings(self) -> list[str]:
        """Those of every draft."""
        return [said for one in self.each for said in one.warnings]

    def touches(self, toolset: str) -> tuple[Touch, ...]:
        """What the policy looks at."""
        return tuple(
            Touch(
                toolset=toolset,
                kind=self.kind,
                listing_id=one.listing.id if one.listing else None,
                listing=label(one.listing) if one.listing else "",
                places=places_of(one.listing) if one.listing else (),
                amount=one.amount,
            )
            for one in self.each
        )


async def draft_each(
    kind: str,
    wishes: Sequence[Wish],
    draft: Callable[[Wish], Awaitable[Draft | None]],
    *,
    called: Callable[[Wish], str],
    clock: Clock,
) -> Drafts:
    """
    What `draft` makes of each wish.

    Raises:
        HostawayMcpError: it could make something of none.
    """
    drafts: list[Draft] = []
    errors: list[HostawayMcpError] = []
    missing: list[Missing] = []
    for wish, had in zip(wishes, await read_many(wishes, draft, clock=clock), strict=True):
        if isinstance(had, HostawayMcpError):
            errors.append(had)
            missing.append(Missing(what=called(wish), why=had.message))
        elif had is not None:
            drafts.append(had)
    if errors and not drafts:
        raise errors[0]
    return Drafts(kind, tuple(drafts), tuple(missing))


def check_twice(wishes: Sequence[object], numbers: Sequence[int | None], noun: str) -> None:
    """
    Refuses two wishes for one thing.

    Raises:
        InputError: there are such.
    """
    known = [one for one in numbers if one is not None]
    if len(known) > len(set(known)) or any(one in wishes[:n] for n, one in enumerate(wishes)):
        raise InputError(f"The same {noun} is there twice.", hint="Give each once.")


def check_open(place: Listing | None, nouns: str) -> None:
    """
    Refuses a listing whose things Hostaway lets nobody change.

    Raises:
        InputError: it is archived.
    """
    if place is not None and place.is_archived:
        raise InputError(f"{label(place)} is archived; Hostaway refuses changes of its {nouns}.")
