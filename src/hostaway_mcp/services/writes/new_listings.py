"""New listings: made from given fields and those of another, and found again by their name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT
from hostaway_mcp.errors import BrokenAnswerError, NotFoundError
from hostaway_mcp.services.writes.kinds import Back, Landed, State, Verdict
from hostaway_mcp.services.writes.listing_fields import BY_KEY, snake
from hostaway_mcp.services.writes.listing_fields import state_of as field_state
from hostaway_mcp.services.writes.listing_parts import KEYS as PARTS
from hostaway_mcp.services.writes.listing_parts import state_of as part_state
from hostaway_mcp.services.writes.listings import ListingKind
from hostaway_mcp.services.writes.things import ThingKind
from hostaway_mcp.store.journal.records import Step

MOST_PAGES = 5


class NewListingKind(ThingKind):
    """One listing that is made. Hostaway can delete it, and all that hangs on it: that is not done here."""

    name = "new_listing"
    noun = "Listing"
    keys = tuple(BY_KEY)

    def __init__(self, hostaway: Hostaway, listings: ListingKind) -> None:
        self._hostaway = hostaway
        self._listings = listings

    @property
    def result_key(self) -> str:
        """As answers have it."""
        return "listing_id"

    async def there(self, number: int) -> dict[str, Any]:
        """Its values under Hostaway's keys, and that it is there; the replica learns it."""
        try:
            raw = await self._listings.read(number, changed=True)
        except NotFoundError:
            return {"there": False}
        return {"there": True, **values_of(raw, (*BY_KEY, *PARTS.values(), "currencyCode"))}

    async def like(self, body: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
        """The listings of the same name, by their numbers."""
        found: dict[int, dict[str, Any]] = {}
        for number in range(MOST_PAGES):
            page = await self._hostaway.listings.find(
                match=body["name"], limit=PAGE_LIMIT, offset=number * PAGE_LIMIT
            )
            for row, raw in zip(page.rows, page.raw, strict=True):
                if row.name.strip() == body["name"]:
                    found[row.id] = {"there": True, **values_of(raw, BY_KEY)}
            if page.received < PAGE_LIMIT:
                return found
        raise BrokenAnswerError("There are too many listings to see whether this one is among them.")

    def verdict(self, step: Step, present: State) -> Verdict:
        """Made if one of its name is there that was not before; what Hostaway keeps otherwise is named."""
        verdict = super().verdict(step, present)
        assert step.body is not None  # who has nothing to compare is not asked
        if verdict.landed is not Landed.APPLIED:
            return verdict
        number = verdict.result[self.result_key]
        now, body = present["made"].get(str(number), {}), step.body.body
        others = [key for key, value in values_of(body, body).items() if key in now and now[key] != value]
        says = f"It is listing {number}."
        if others:
            says += f" Hostaway keeps otherwise: {', '.join(snake(key) for key in others)}."
        return Verdict(Landed.APPLIED, says, verdict.result)

    def reverse(self, _step: Step, _present: State) -> Back | None:
        """Not possible."""
        return None


def values_of(raw: Mapping[str, Any], keys: Any) -> dict[str, Any]:
    """What a listing holds under these keys, in a form that can be compared."""
    parts = {key: part for part, key in PARTS.items()}
    found: dict[str, Any] = {}
    for key in keys:
        if key in parts:
            found[key] = part_state(parts[key], raw.get(key))
        else:
            found[key] = field_state(BY_KEY[key], raw.get(key)) if key in BY_KEY else raw.get(key)
    return found
