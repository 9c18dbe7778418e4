"""Changes of listings: how the fields of one are looked at, sent, and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import BrokenAnswerError, ChangeError
from hostaway_mcp.models.lenient import JsonObject
from hostaway_mcp.services.writes import listing_parts
from hostaway_mcp.services.writes.kinds import AbsoluteKind, Back, State, check_as_left
from hostaway_mcp.services.writes.learning import Learner
from hostaway_mcp.services.writes.listing_fields import BY_KEY, Takes, state_of
from hostaway_mcp.store.journal.records import Step

STATUS = "specialStatus"
IDS = " ids"
"""Behind the name of a list: the numbers of its rows, which Hostaway gives."""

_PARTS = {key: part for part, key in listing_parts.KEYS.items()}


class ListingKind(AbsoluteKind):
    """Some fields of one listing. Repeating such a request changes nothing more."""

    name = "listing"

    def __init__(self, hostaway: Hostaway, learner: Learner) -> None:
        self._hostaway = hostaway
        self._learner = learner

    async def present(self, step: Step) -> State:
        """The fields in question as they are now; lists as what they hold, secrets as digests."""
        assert step.body is not None  # who has none is not asked
        assert step.listing_id is not None  # steps of this kind have one
        raw = await self.read(step.listing_id, changed=True)
        return values_of(raw, step.body.rests_on)

    async def read(self, listing_id: int, *, changed: bool = False) -> JsonObject:
        """
        A listing as Hostaway has it now, with its lists; the replica learns it.

        What is remembered of all listings is dropped only where this one may have `changed`.

        Raises:
            HostawayMcpError: it cannot be read.
        """
        one = await self._hostaway.listings.get(listing_id, include_resources=True)
        raw = one.raw
        if not isinstance(raw, dict):
            raise BrokenAnswerError("Hostaway sent something else than a listing.")
        await self._learner.learn(
            "listings",
            lambda store: store.listings.put([one.row], [raw], seen_at=one.as_of),
            changed=changed,
        )
        return raw

    def reverse(self, step: Step, present: State) -> Back | None:
        """The fields as they were, unless somebody changed them since."""
        body = step.body
        assert body is not None  # who has none is not asked
        check_as_left(body, present)
        was = {key: body.rests_on[key] for key in body.wanted}
        for key, state in was.items():
            if (one := BY_KEY.get(key)) is None:
                continue
            if one.takes is Takes.SECRET:
                raise ChangeError(f"{body.what}: the {one.words} from before was not kept.")
            if state is None:
                raise ChangeError(f"{body.what}: there was no {one.words}, and Hostaway takes none back.")
        back = replace(
            body,
            before=body.after,
            after=body.before,
            body=body_of(was, present),
            rests_on=dict(present),
            wanted=was,
        )
        return Back(back)


def values_of(raw: JsonObject, keys: Iterable[str]) -> dict[str, Any]:
    """What a listing holds under these keys, in a form that can be compared."""
    return {key: _value(raw, key) for key in keys}


def _value(raw: JsonObject, key: str) -> Any:
    if key == STATUS:
        return raw.get(key) or "active"
    if key.endswith(IDS):
        key = key.removesuffix(IDS)
        return listing_parts.ids_of(_PARTS[key], raw.get(key))
    if key in _PARTS:
        return listing_parts.state_of(_PARTS[key], raw.get(key))
    return state_of(BY_KEY[key], raw.get(key))


def body_of(wanted: State, ids: State) -> dict[str, Any]:
    """What is sent to bring these values about; lists go whole."""
    return {
        key: listing_parts.rows_of(_PARTS[key], value, ids.get(key + IDS, {})) if key in _PARTS else value
        for key, value in wanted.items()
    }
