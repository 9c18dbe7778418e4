"""What a tool wants to change: the exact requests, and what the policy looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Missing, Money
from hostaway_mcp.services.portfolio import label
from hostaway_mcp.store.journal.records import Step


@dataclass(frozen=True, slots=True)
class PriceMove:
    """
    The price of a night before and after, in the listing's currency; before, where the night has none, what
    is usual there.
    """

    before: Decimal | None
    after: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class Touch:
    """What one step would touch, for the policy: where, how much, at what hour there."""

    toolset: str
    kind: str
    listing_id: int | None = None
    listing: str = ""
    places: tuple[str, ...] = ()
    """The listing's city and country, as Hostaway spells them."""
    days: int = 0
    prices: tuple[PriceMove, ...] = ()
    amount: Money | None = None
    """Money that would be booked, such as an expense or the total of a stay."""
    reaches_guest: bool = False
    local_time: datetime | None = None
    """Now, where the listing is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole proposal before it is kept; `arguments` are the caller's, for recognizing the same again."""

    tool: str
    arguments: Mapping[str, Any]
    summary: str
    steps: tuple[Step, ...]
    touches: tuple[Touch, ...]
    as_of: datetime
    warnings: tuple[str, ...] = ()
    privately: tuple[str, ...] = ()
    """What only the person who is asked sees, such as a text with a door code in it."""
    missing: tuple[Missing, ...] = ()
    """What was asked for and cannot be proposed, with the reason."""
    money: Money | None = None
    understood: dict[str, str] = field(default_factory=dict)
    undo_of: str | None = None


def places_of(listing: Listing) -> tuple[str, ...]:
    """Where a listing is, in the words that a policy may use."""
    return tuple(filter(None, (listing.city, listing.country_code, listing.country)))


def archived(listings: Sequence[Listing]) -> tuple[Missing, ...]:
    """What a proposal says of listings that Hostaway lets nobody change."""
    return tuple(
        Missing(what=label(one), why="It is archived; Hostaway refuses changes of it.")
        for one in listings
        if one.is_archived
    )
