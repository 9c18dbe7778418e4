"""Makes plans from one change that one to fifty listings shall get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.models.lenient import JsonObject
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.dictionaries import Dictionaries
from hostaway_mcp.services.listings.listings import Listings
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, label
from hostaway_mcp.services.reservations.parts import is_secret
from hostaway_mcp.services.untrusted import clean, clean_name, fence
from hostaway_mcp.services.writes import listing_parts
from hostaway_mcp.services.writes.listing_fields import (
    SET,
    SHOWN_CHARS,
    Field,
    Takes,
    digest,
    field_named,
    fitting,
    in_currency,
    shown,
)
from hostaway_mcp.services.writes.listings import IDS, STATUS, ListingKind, body_of, values_of
from hostaway_mcp.services.writes.plans import Plan, PriceMove, Touch, archived, places_of
from hostaway_mcp.services.writes.reading import read_each
from hostaway_mcp.services.writes.words import few
from hostaway_mcp.store.journal.records import Step, StepBody

FAR_OFF = Decimal("0.3")
"""An amount that moves by more than this share is warned of."""

_ORDERED = (
    ("minNights", "maxNights", "the minimum stay is longer than the maximum."),
    ("guestsIncluded", "personCapacity", "more guests are included in the price than it sleeps."),
    ("checkInTimeStart", "checkInTimeEnd", "check-in ends before it begins."),
)

_DICTIONARIES = {"amenities": "amenities", "bed_types": "bed_types"}


@dataclass(frozen=True, slots=True)
class ListingChange:
    """A change as it was understood: values by field, changes of lists, and what the lists' numbers mean."""

    values: Mapping[str, tuple[Field, Any]]
    parts: Mapping[str, Any]
    names: Mapping[str, Any]
    """By list: the dictionary's names by id, or the custom fields."""

    @property
    def words(self) -> list[str]:
        """The names of what changes."""
        lists = [part.replace("_", " ") for part in self.parts]
        return [one.words for one, _ in self.values.values()] + lists


class ListingPlanner:
    """Makes plans; costs one read for each listing, and the dictionaries that names are looked up in."""

    def __init__(
        self,
        kind: ListingKind,
        *,
        portfolio: Portfolio,
        listings: Listings,
        dictionaries: Dictionaries,
        clock: Clock,
    ) -> None:
        self._kind = kind
        self._portfolio = portfolio
        self._listings = listings
        self._dictionaries = dictionaries
        self._clock = clock

    async def plan(
        self, *, listing: ListingRef, changes: Mapping[str, Any], arguments: Mapping[str, Any]
    ) -> Plan:
        """
        What the change would do to each listing; what is so already is left out.

        Raises:
            InputError: an unknown field, a value that does not fit, or one that Hostaway would not keep; or
                no listing can change, and why.
            UnknownNameError, AmbiguousNameError: as to listings and names.
            HostawayMcpError: no listing could be read.
        """
        change = await self.understood(changes)
        now = self._clock.now()
        chosen = await self._portfolio.choose(listing)
        alive = [one for one in chosen.listings if not one.is_archived]

        async def read(one: Listing) -> _Draft:
            draft = _Draft(one, await self._kind.read(one.id))
            draft.fill(change)
            return draft

        found, failures = await read_each(alive, read, clock=self._clock)
        drafts = [found[one.id] for one in alive if one.id in found and found[one.id].wanted]
        missing = (*archived(chosen.listings), *failures.missing("update_listings"))
        if not drafts and failures.error:
            raise failures.error
        if not drafts and missing:
            raise InputError(
                f"Nothing can be changed: {' '.join(f'{one.what}: {one.why}' for one in missing)}"
            )
        where = "1 listing" if len(drafts) == 1 else f"{len(drafts)} listings"
        return Plan(
            tool="update_listings",
            arguments=arguments,
            summary=f"Change {', '.join(change.words)} of {where}",
            steps=tuple(one.step(n) for n, one in enumerate(drafts, start=1)),
            touches=tuple(one.touch() for one in drafts),
            as_of=now,
            warnings=few([*_currencies(change, drafts), *(said for one in drafts for said in one.warnings)]),
            privately=whole_texts(change),
            missing=missing,
            understood=chosen.understood,
        )

    async def understood(self, changes: Mapping[str, Any]) -> ListingChange:
        """
        The fields that are meant, with values that fit.

        Raises:
            InputError, UnknownNameError: see `plan`.
        """
        values: dict[str, tuple[Field, Any]] = {}
        parts: dict[str, Any] = {}
        for name, value in changes.items():
            one = field_named(name)
            key = one if isinstance(one, str) else one.key
            if key in values or key in parts:
                raise InputError(f"`{name}` is given twice.")
            if isinstance(one, str):
                parts[one] = value
            else:
                values[key] = one, fitting(one, value)
        return ListingChange(values, parts, {part: await self._names(part) for part in parts})

    async def _names(self, part: str) -> Any:
        if part == "custom_fields":
            return (await self._listings.custom_fields()).rows
        if part not in _DICTIONARIES:
            return {}
        entries = (await self._dictionaries.read(_DICTIONARIES[part])).entries
        return {one["id"]: one["name"] for one in entries if isinstance(one, dict)}


@dataclass(slots=True)
class _Draft:
    """What would become of one listing; values are in the form in which they are compared."""

    listing: Listing
    raw: JsonObject
    wanted: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    prices: list[PriceMove] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def fill(self, change: ListingChange) -> None:
        """Takes up what is not so already."""
        for key, (one, value) in change.values.items():
            self._value(key, one, in_currency(one, value, self.listing.currency_code))
        for part, asked in change.parts.items():
            self._part(part, asked, change.names[part])
        self._check()

    def _value(self, key: str, one: Field, value: Any) -> None:
        was = values_of(self.raw, [key])[key]
        then = digest(value) if one.takes is Takes.SECRET else value
        if was == then:
            return
        self.wanted[key], self.sent[key] = then, value
        currency, secrets = self.listing.currency_code, self._secrets()
        self.before[one.words] = shown(one, was, currency, secrets=secrets)
        self.after[one.words] = shown(one, then, currency, secrets=secrets)
        if one.takes is Takes.SECRET and was and then:
            self.after[one.words] = f"another {SET}"
        if key == "price":
            before = Decimal(str(was)) if was else None
            self.prices.append(PriceMove(before, Decimal(str(value)), currency))
        if one.takes is Takes.MONEY and was and abs(Decimal(str(value)) / Decimal(str(was)) - 1) > FAR_OFF:
            self._warn(f"{one.words} moves by more than {FAR_OFF:.0%}.")

    def _part(self, part: str, asked: Any, names: Any) -> None:
        key = listing_parts.KEYS[part]
        was = values_of(self.raw, [key])[key]
        then = listing_parts.merged(part, was, asked, names)
        if was == then:
            return
        self.wanted[key] = then
        if part == "custom_fields":
            self._show_custom(was, then, names)
            return
        title = part.replace("_", " ")
        self.before[title] = listing_parts.shown(part, was, then, names)
        self.after[title] = listing_parts.shown(part, then, was, names)
        if part == "images" and len(then) < len(was):
            self._warn("a picture that is taken out may be gone for good, whatever is undone later.")

    def _show_custom(self, was: Sequence[Any], then: Sequence[Any], known: Sequence[CustomField]) -> None:
        before, after = dict(map(tuple, was)), dict(map(tuple, then))
        by_id = {one.id: one for one in known}
        for number in {**before, **after}:
            if before.get(number) == after.get(number):
                continue
            one = by_id.get(number)
            title = (fence(clean_name(one.name)) if one else "") or f"field {number}"
            hidden = one is not None and is_secret(one)
            for side, values in ((self.before, before), (self.after, after)):
                text = fence(clean(values.get(number), secrets=self._secrets(), max_chars=SHOWN_CHARS))
                side[title] = (SET if hidden else text) if text else "none"
        # They come with the list alone: "Listing custom fields", changelog of 2025-04-25.
        if unseen := [one for one in known if one.is_public is False and one.id not in before]:
            named = ", ".join(fence(clean_name(one.name)) for one in unseen[:4])
            self._warn(
                f"if the hidden field {named} has a value that Hostaway did not show, it will be lost."
            )

    def _check(self) -> None:
        """What would contradict itself."""
        for less, more, says in _ORDERED:
            if self.sent.keys() & {less, more}:
                low, high = (self.sent.get(key, self.raw.get(key)) for key in (less, more))
                if low and high and low > high:
                    self._warn(says)

    def _warn(self, says: str) -> None:
        self.warnings.append(f"{label(self.listing)}: {says}")

    def _secrets(self) -> list[SecretStr]:
        values = (self.raw.get("doorSecurityCode"), self.raw.get("wifiPassword"))
        sent = (self.sent.get("doorSecurityCode"), self.sent.get("wifiPassword"))
        return [SecretStr(str(one)) for one in (*values, *sent) if one]

    def step(self, n: int) -> Step:
        """The one request of this listing."""
        lists = [key + IDS for key in self.wanted if key in listing_parts.KEYS.values()]
        rests_on = values_of(self.raw, (*self.wanted, *lists, STATUS))
        body = StepBody(
            what=label(self.listing),
            before=self.before,
            after=self.after,
            operation="updateListing",
            path={"listingId": self.listing.id},
            body=body_of(self.wanted, rests_on) | self.sent,
            rests_on=rests_on,
            wanted=self.wanted,
        )
        return Step(n=n, kind=ListingKind.name, body=body, listing_id=self.listing.id)

    def touch(self) -> Touch:
        """What the policy looks at."""
        return Touch(
            toolset="listings",
            kind=ListingKind.name,
            listing_id=self.listing.id,
            listing=label(self.listing),
            places=places_of(self.listing),
            prices=tuple(self.prices),
        )


def whole_texts(change: ListingChange) -> tuple[str, ...]:
    """What the person who agrees sees besides: codes, and texts that the proposal cuts."""
    return tuple(
        f"{one.words}, whole: ⟦{value}⟧"
        for one, value in change.values.values()
        if (one.takes is Takes.SECRET and value) or (one.takes is Takes.TEXT and len(value) > SHOWN_CHARS)
    )


def _currencies(change: ListingChange, drafts: Sequence[_Draft]) -> list[str]:
    currencies = sorted({one.listing.currency_code for one in drafts if one.listing.currency_code})
    if len(currencies) < 2 or all(one.takes is not Takes.MONEY for one, _ in change.values.values()):
        return []
    return [f"Amounts are taken in each listing's own currency: {', '.join(currencies)}."]
