"""The account's listings: which there are, which one a name means, what day it is there."""

from __future__ import annotations

import asyncio
import difflib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache, partial
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import Page
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import AmbiguousNameError, BrokenAnswerError, NotFoundError, UnknownNameError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.answers import Missing, Record
from hostaway_mcp.services.copy import LISTINGS, Copy, copied_or_live
from hostaway_mcp.services.facts import Facts, Gathering, Known, Load
from hostaway_mcp.services.untrusted import clean, clean_name, fence, word

ListingRef = int | str | Sequence[int | str]
"""An id, a name, a nickname, or a list of them."""

FRESH_SECONDS = 300.0
PAGE = 100
MAX_SUGGESTIONS = 20
MAX_NAME_CHARS = 80
_MAX_ID_DIGITS = 15


class ListingRow(Record):
    """A listing as every list shows it."""

    listing_id: int
    name: str
    city: str | None = None
    country_code: str | None = None
    bedrooms: int | None = None
    max_guests: int | None = None
    status: str
    """`active` or `archived`."""
    currency: str | None = None
    time_zone: str | None = None
    units: int | None = None
    """How many like units it has; absent if not known yet."""


@dataclass(frozen=True)
class Chosen:
    """The listings that a reference means, and how its words were understood."""

    listings: tuple[Listing, ...]
    known: Known[Listing]
    understood: dict[str, str]
    by_id: Mapping[int, Listing]
    """The listings that are meant, in the same order."""


@dataclass(frozen=True)
class _Ordered:
    """Listings as they were read, each once in the order of their names, and what is asked of all of them."""

    read: Known[Listing]
    known: Known[Listing]

    @cached_property
    def active(self) -> tuple[Listing, ...]:
        return tuple(one for one in self.known.rows if not one.is_archived)

    @cached_property
    def active_by_id(self) -> dict[int, Listing]:
        return {one.id: one for one in self.active}

    @cached_property
    def active_by_currency(self) -> dict[str | None, tuple[int, ...]]:
        found: dict[str | None, list[int]] = {}
        for one in self.active:
            found.setdefault(one.currency_code or None, []).append(one.id)
        return {currency: tuple(ids) for currency, ids in found.items()}

    @cached_property
    def by_id(self) -> dict[int, Listing]:
        return {one.id: one for one in self.known.rows}

    @cached_property
    def called(self) -> dict[str, tuple[Listing, ...]]:
        """By each name, folded."""
        found: dict[str, tuple[Listing, ...]] = {}
        for one in self.known.rows:
            for name in names(one):
                found[name] = (*found.get(name, ()), one)
        return found

    @cached_property
    def zones(self) -> tuple[str, ...]:
        return _zones(self.known.rows)

    @cached_property
    def active_zones(self) -> tuple[str, ...]:
        return _zones(self.active)


class Portfolio:
    """The listings of one account, read once and kept for five minutes."""

    def __init__(self, hostaway: Hostaway, *, facts: Facts, copy: Copy, clock: Clock) -> None:
        self._copy = copy
        self._hostaway = hostaway
        self._facts = facts
        self._clock = clock
        self._units: dict[int, int] = {}
        self._last: dict[str, _Ordered] = {}

    async def listings(self) -> Known[Listing]:
        """Every listing, archived ones too, in the order of their names."""
        return (await self._in_order("listings", self._load)).known

    async def detailed(self) -> Known[Listing]:
        """The same with amenities, pictures and custom values; a read of its own, kept as long."""
        return (await self._in_order("listings with resources", self._load_detailed)).known

    async def choose(self, reference: ListingRef | None) -> Chosen:
        """
        The listings that `reference` means; without one all active listings.

        Raises:
            UnknownNameError: no such listing, with the nearest names.
            AmbiguousNameError: a name fits several, with the choices.
        """
        ordered = await self._in_order("listings", self._load)
        known = ordered.known
        if reference is None:
            return Chosen(ordered.active, known, {}, ordered.active_by_id)
        parts = [reference] if isinstance(reference, int | str) else list(reference)
        found = [(part, await self._find(part, ordered)) for part in parts]
        meant = [f'"{part}" = {label(one)}' for part, one in found if not _is_called(one, part)]
        understood = {"listing": "; ".join(dict.fromkeys(meant))} if meant else {}
        unique = {listing.id: listing for _, listing in found}
        return Chosen(tuple(unique.values()), known, understood, unique)

    async def one(self, reference: int | str) -> Listing:
        """
        The one listing that `reference` means.

        Raises:
            UnknownNameError, AmbiguousNameError: as `choose`.
        """
        return await self._find(reference, await self._in_order("listings", self._load))

    async def by_id(self) -> Mapping[int, Listing]:
        """The listings by their ids, for naming them in other answers."""
        return (await self._in_order("listings", self._load)).by_id

    async def by_currency(self) -> Mapping[str | None, tuple[int, ...]]:
        """The ids of all active listings by currency; None where a listing has none."""
        return (await self._in_order("listings", self._load)).active_by_currency

    async def suggest(self, prefix: str) -> list[str]:
        """Names that begin with or contain these letters, for completion."""
        wanted = fold(prefix)
        called = {name_of(listing) for listing in (await self.listings()).rows}
        found = [name for name in called if wanted in fold(name)]
        return sorted(found, key=lambda name: (not fold(name).startswith(wanted), name))[:MAX_SUGGESTIONS]

    def learn_units(self, listing_id: int, units: int) -> None:
        """Remembers how many like units a listing has, as seen in its calendar or unit list."""
        if self._units.get(listing_id) != units:
            self._units[listing_id] = units
            self._facts.version += 1

    def units(self, listing_id: int) -> int | None:
        """How many like units a listing has; None if that was not seen yet."""
        return self._units.get(listing_id)

    def several(self) -> dict[int, int]:
        """The listings of which several units were seen, and how many."""
        return {number: many for number, many in self._units.items() if many > 1}

    def row(self, listing: Listing) -> ListingRow:
        """The listing as every list shows it."""
        return ListingRow(**self.row_values(listing))

    def row_values(self, listing: Listing) -> dict[str, Any]:
        """The values of a `ListingRow`, for records that begin with them."""
        return {
            "listing_id": listing.id,
            "name": name_of(listing),
            "city": clean_name(listing.city),
            "country_code": clean_name(listing.country_code),
            "bedrooms": listing.bedrooms_number,
            "max_guests": listing.person_capacity,
            "status": "archived" if listing.is_archived else "active",
            "currency": clean_name(listing.currency_code),
            "time_zone": clean_name(listing.time_zone_name),
            "units": self._units.get(listing.id),
        }

    def today(self, listings: Sequence[Listing]) -> date:
        """The day it is where most of these listings are; where no zone can be read, in UTC."""
        for zone in self._zones(listings):
            try:
                return self._clock.today(zone)
            except (KeyError, ValueError, OSError):
                # Not an IANA name: zoneinfo says so in three ways.
                continue
        return self._clock.today("UTC")

    def _zones(self, listings: Sequence[Listing]) -> tuple[str, ...]:
        """The most frequent first; of all and of all active listings they are known."""
        last = self._last.get("listings")
        if last is not None and len(listings) == len(last.known.rows):
            return last.zones
        return last.active_zones if last is not None and listings is last.active else _zones(listings)

    async def _in_order(self, key: str, load: Load[Listing]) -> _Ordered:
        known = await self._facts.get(key, load, fresh_seconds=FRESH_SECONDS)
        # The same rows come at every question until they are read anew.
        last = self._last.get(key)
        if last is None or last.read is not known:
            last = self._last[key] = _ordered(known)
        return last

    async def _find(self, reference: int | str, ordered: _Ordered) -> Listing:
        text = str(reference).strip()
        wanted = fold(text)
        fitting = list(ordered.called.get(wanted, ()))
        if text.isdecimal() and (not fitting or _is_id(text, ordered)):
            return await self._by_number(text, ordered)
        if not fitting:
            words = wanted.split()
            found = (some for name, some in ordered.called.items() if words and _has(words, name))
            fitting = sorted({one.id: one for some in found for one in some}.values(), key=listing_key)
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise AmbiguousNameError(
                f'"{text}" fits {len(fitting)} listings.',
                choices=[label(one) for one in fitting],
                hint="Which one? " + ", ".join(label(one) for one in fitting[:8]) + ".",
            )
        raise self._unknown(text, ordered.known)

    async def _by_number(self, text: str, ordered: _Ordered) -> Listing:
        # A listing made in the last minutes, or one that an incomplete read did not reach, is not there.
        if len(text) > _MAX_ID_DIGITS:
            raise self._unknown(text, ordered.known)
        if _is_id(text, ordered):
            return ordered.by_id[int(text)]
        try:
            return (await self._hostaway.listings.get(int(text))).row
        except NotFoundError:
            raise self._unknown(text, ordered.known) from None

    def _unknown(self, text: str, known: Known[Listing]) -> UnknownNameError:
        nearest = _nearest(text, known.rows)
        hint = f"The nearest: {', '.join(nearest)}." if nearest else "find_listings shows the ones there are."
        what = f"listing {text}" if text.isdecimal() else f'listing "{quoted(text)}"'
        return UnknownNameError(f"There is no {what} in this account.", nearest=nearest, hint=hint)

    async def _load(self, gathering: Gathering[Listing]) -> None:
        live = partial(self._load_pages, detailed=False)
        await copied_or_live(gathering, self._copy.listings, live, ages=LISTINGS)

    async def _load_detailed(self, gathering: Gathering[Listing]) -> None:
        live = partial(self._load_pages, detailed=True)
        await copied_or_live(gathering, self._copy.listings, live, ages=LISTINGS)

    async def _load_pages(self, gathering: Gathering[Listing], *, detailed: bool) -> None:
        first = await self._load_page(gathering, 0, detailed=detailed)
        if not first.received:
            return
        # How long a page may be at most is not documented, so what came is trusted, not what was asked for;
        # and a count that only counts this page would be no end either.
        if first.count is None or first.count <= first.received:
            if first.received >= PAGE:
                await self._load_on(gathering, first.received, detailed=detailed)
            return
        offsets = range(first.received, first.count, first.received)
        pages = [self._load_page(gathering, offset, detailed=detailed) for offset in offsets]
        done = await asyncio.gather(*pages, return_exceptions=True)
        counts = [first.count]
        for one in done:
            if isinstance(one, BaseException):
                raise one
            counts.append(one.count if one.count is not None else first.count)
        lacking = min(counts) - gathering.set_aside - len({listing.id for listing in gathering.rows})
        if lacking > 0:
            # Rows that change places between two pages come twice or not at all.
            raise BrokenAnswerError(f"The list changed while it was read; {lacking} listings did not come.")

    async def _load_page(
        self, gathering: Gathering[Listing], offset: int, *, detailed: bool
    ) -> Page[Listing]:
        page = await self._hostaway.listings.find(
            limit=PAGE, offset=offset, include_resources=detailed or None
        )
        gathering.add(page.rows, page.received_at, set_aside=page.set_aside)
        return page

    async def _load_on(self, gathering: Gathering[Listing], offset: int, *, detailed: bool) -> None:
        """Page after page where Hostaway does not say how many there are."""
        while True:
            page = await self._load_page(gathering, offset, detailed=detailed)
            if page.received < PAGE:
                return
            offset += page.received


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Small letters without accents and doubled blanks, for comparing what people type."""
    if text.isascii():
        return " ".join(text.casefold().split())
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(ch for ch in plain if not unicodedata.combining(ch)).casefold().split())


def name_of(listing: Listing) -> str:
    """What a listing is called in answers; never empty."""
    return _shown_name(listing.name) or f"Listing {listing.id}"


@lru_cache(maxsize=20_000)
def _shown_name(name: str | None) -> str | None:
    shown = clean(name, max_chars=MAX_NAME_CHARS)
    return " ".join(shown.split()) if shown else None


def label(listing: Listing) -> str:
    """A listing in a sentence: name, id and city."""
    where = ", ".join(filter(None, (str(listing.id), word(clean_name(listing.city)))))
    return f"{fence(name_of(listing))} ({where})"


def names(listing: Listing) -> set[str]:
    """What a listing is called, folded."""
    called = (listing.name, listing.internal_listing_name, listing.external_listing_name)
    return {fold(name) for name in called if name}


def in_city(listings: Iterable[Listing], city: str) -> list[Listing]:
    """
    The listings in a city, as people write its name: case, accents and a slip of the pen do not matter.

    A part of the name is enough where no city has it whole.
    """
    wanted = fold(city)
    rows = [(fold(listing.city), listing) for listing in listings if listing.city]
    if not wanted:
        return []
    found = [listing for name, listing in rows if name == wanted]
    if not found:
        found = [listing for name, listing in rows if wanted in name]
    if not found:
        near = difflib.get_close_matches(wanted[:60], {name for name, _ in rows}, n=1, cutoff=0.8)
        found = [listing for name, listing in rows if name in near]
    return found


def in_place(listings: Sequence[Listing], place: str) -> tuple[list[Listing], tuple[str, ...]]:
    """
    The listings in a city, or else in a country by name or two letters; a warning where there are none.

    Hostaway knows no groups of listings, so a place is what groups them.
    """
    found = in_city(listings, place) or in_country(listings, place)
    return found, () if found else (no_such_place(listings, place),)


def in_country(listings: Iterable[Listing], country: str) -> list[Listing]:
    """The listings in a country, by its two letters or its name."""
    wanted = fold(country)
    if not wanted:
        return []
    return [one for one in listings if wanted in (fold(one.country_code or ""), fold(one.country or ""))]


def meant_city(words: str | None, found: Iterable[Listing]) -> dict[str, str]:
    """What the name of a city was taken to mean, where it was not the name itself."""
    meant = sorted({one.city for one in found if one.city}) if words is not None else []
    if words is None or not meant or [fold(city) for city in meant] == [fold(words)]:
        return {}
    return {"city": ", ".join(word(clean_name(city)) for city in meant[:MAX_SUGGESTIONS])}


def no_such_place(listings: Iterable[Listing], place: str) -> str:
    """A warning that no listing is there, with the places where there are some."""
    there = cities(listings)
    return f'No listing is in "{quoted(place)}".' + (f" There are: {there}." if there else "")


def listing_key(listing: Listing) -> tuple[str, int]:
    """Where a listing stands among the others: by name, then id; short enough for a cursor."""
    return fold(listing.name)[:60], listing.id


def incomplete(known: Known[Listing], reference: ListingRef | None = None) -> tuple[Missing, ...]:
    """What an answer over the whole portfolio says when not all listings could be read."""
    if known.complete or reference is not None:
        return ()
    return (Missing(what="some listings", why=known.why or "", resume="Ask again in a moment."),)


def cities(listings: Iterable[Listing]) -> str:
    """The cities there are, with how many listings each has, most first: `Lisbon 5, Porto 4`."""
    counted = Counter(listing.city for listing in listings if listing.city)
    most = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    more = f" and {len(most) - MAX_SUGGESTIONS} more" if len(most) > MAX_SUGGESTIONS else ""
    return ", ".join(f"{word(clean_name(city))} {count}" for city, count in most[:MAX_SUGGESTIONS]) + more


def _ordered(read: Known[Listing]) -> _Ordered:
    unique = {listing.id: listing for listing in read.rows}
    rows = tuple(sorted(unique.values(), key=listing_key))
    return _Ordered(read, Known(rows, read.as_of, read.complete, read.why))


def _zones(listings: Iterable[Listing]) -> tuple[str, ...]:
    zones = Counter(one.time_zone_name for one in listings if one.time_zone_name)
    return tuple(zone for zone, _ in zones.most_common())


def _is_id(text: str, ordered: _Ordered) -> bool:
    return len(text) <= _MAX_ID_DIGITS and str(int(text)) == text and int(text) in ordered.by_id


def _is_called(listing: Listing, part: int | str) -> bool:
    """Whether the words are this listing's id or a name of it, so that there is nothing to explain."""
    return str(part).strip() == str(listing.id) or fold(str(part)) in names(listing)


def _has(words: Sequence[str], name: str) -> bool:
    return all(word in name for word in words)


def _nearest(text: str, listings: Sequence[Listing]) -> list[str]:
    called = {name: listing for listing in listings for name in names(listing)}
    close = difflib.get_close_matches(fold(text)[:60], called, n=5, cutoff=0.5)
    return list(dict.fromkeys(label(called[name]) for name in close))[:3]
