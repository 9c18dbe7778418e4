"""The listings of the portfolio as lists and one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.models.custom_fields import CustomField, CustomFieldObject
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Answer, Detail, ListAnswer, Money
from hostaway_mcp.services.copied_listings import CopiedListings
from hostaway_mcp.services.copy import LISTINGS, copied_or_live
from hostaway_mcp.services.cursors import SortKey, cut
from hostaway_mcp.services.facts import Facts, Gathering, Known
from hostaway_mcp.services.listings.reader import Sections
from hostaway_mcp.services.listings.sections import (
    DEFAULT_SECTIONS,
    ListingDetail,
    Section,
    amenities_of,
    channels_of,
    custom_values,
    rating_of,
)
from hostaway_mcp.services.portfolio import (
    PAGE,
    Chosen,
    ListingRef,
    ListingRow,
    Portfolio,
    fold,
    in_city,
    in_country,
    incomplete,
    listing_key,
    meant_city,
    no_such_place,
)
from hostaway_mcp.services.untrusted import clean, clean_name

FRESH_SECONDS = 300.0
LIMIT = 40

Status = Literal["active", "archived", "all"]
Sort = Literal["name", "city", "bedrooms", "guests"]


class ListingSummary(ListingRow):
    """A listing in a list, with what `detail` adds."""

    nickname: str | None = None
    area: str | None = None
    """The address as guests may know it: no street."""
    check_in_hour: int | None = None
    """0 to 23, in the listing's zone."""
    check_out_hour: int | None = None
    base_price: Money | None = None
    """For one night, where the calendar says nothing else."""
    cleaning_fee: Money | None = None
    min_nights: int | None = None
    rating: Decimal | None = None
    """Mean of the reviews, 0 to 10."""
    channels: tuple[str, ...] = ()
    bathrooms: Decimal | None = None
    beds: int | None = None
    guests_included: int | None = None
    extra_person_fee: Money | None = None
    """For one night."""
    max_pets: int | None = None
    amenities: tuple[str, ...] = ()
    custom_fields: dict[str, str] | None = None


class ListingsAnswer(ListAnswer):
    """Listings in an order."""

    listings: tuple[ListingSummary, ...]


class ListingAnswer(Answer):
    """One listing."""

    listing: ListingDetail


class Listings:
    """
    Finds and describes listings.

    `find` costs nothing while the portfolio is in memory (five minutes; one call for each 100 listings).
    With `tag` or full detail it reads the portfolio with its resources instead, at the same price, and the
    account's custom fields (one call). `get` costs one call each for fees and taxes, and where the replica
    does not have them for units (with facts, once), and together for amenities, images and custom fields.
    """

    def __init__(
        self, hostaway: Hostaway, *, facts: Facts, copy: CopiedListings, portfolio: Portfolio
    ) -> None:
        self._copy = copy
        self._hostaway = hostaway
        self._facts = facts
        self._portfolio = portfolio
        self._sections = Sections(hostaway, portfolio=portfolio, copy=copy, custom_fields=self.custom_fields)

    async def find(
        self,
        *,
        city: str | None = None,
        country_code: str | None = None,
        status: Status | None = None,
        min_guests: int | None = None,
        min_bedrooms: int | None = None,
        tag: str | None = None,
        sort: Sort = "name",
        listing: ListingRef | None = None,
        detail: Detail = "brief",
        limit: int = LIMIT,
        cursor: str | None = None,
    ) -> ListingsAnswer:
        """
        The listings that fit all that is asked; active ones, unless `status` or a name says otherwise.

        Raises:
            UnknownNameError, AmbiguousNameError: `listing` means none, or several.
            CursorError: the cursor belongs to another question.
        """
        wide = detail == "full" or tag is not None
        chosen = await self._portfolio.choose(listing)
        known = await self._portfolio.detailed() if wide else chosen.known
        fields = await self._field_names() if wide else {}
        rows = _meant(chosen, known, status or ("active" if listing is None else "all"), listing)
        rows, warnings = _placed(rows, city, country_code)
        understood = chosen.understood | meant_city(city, rows)
        if min_guests is not None or min_bedrooms is not None:
            rows = [one for one in rows if _has_room(one, min_guests, min_bedrooms)]
        if tag is not None:
            rows = [one for one in rows if _is_tagged(one, tag, fields)]
        question: dict[str, Any] = {
            "city": city,
            "country_code": country_code,
            "status": status,
            "min_guests": min_guests,
        }
        question |= {"min_bedrooms": min_bedrooms, "tag": tag, "sort": sort, "detail": detail}
        question |= {"listing": listing}
        page = cut(
            rows,
            key=_KEYS[sort],
            show=lambda one: self._summary(one, detail, fields),
            question=question,
            cursor=cursor,
            limit=limit,
            in_order=sort == "name",
        )
        missing = incomplete(known, listing)
        return ListingsAnswer(
            as_of=min(known.as_of, chosen.known.as_of),
            complete=not missing,
            missing=missing,
            warnings=warnings,
            understood=understood,
            listings=page.rows,
            total=None if missing else page.total,
            next_cursor=page.next_cursor,
        )

    async def get(
        self, *, listing: int | str, sections: Sequence[Section] = DEFAULT_SECTIONS
    ) -> ListingAnswer:
        """
        Chosen sections of one listing. What a section needs and cannot be had is named in `missing`.

        Raises:
            UnknownNameError, AmbiguousNameError: the name means none, or several.
        """
        chosen = await self._portfolio.choose(listing)
        read = await self._sections.read(chosen.listings[0], tuple(dict.fromkeys(sections)))
        return ListingAnswer(
            as_of=min(read.as_of or chosen.known.as_of, chosen.known.as_of),
            complete=not read.missing,
            missing=tuple(read.missing),
            understood=chosen.understood,
            listing=read.detail,
        )

    async def custom_fields(self) -> Known[CustomField]:
        """The custom fields that listings may have, kept for five minutes."""

        async def load(gathering: Gathering[CustomField]) -> None:
            await copied_or_live(gathering, self._copy.custom_fields, live, ages=LISTINGS)

        async def live(gathering: Gathering[CustomField]) -> None:
            offset = 0
            while True:
                page = await self._hostaway.custom_fields.find(
                    limit=PAGE, offset=offset, object_type=CustomFieldObject.LISTING
                )
                gathering.add(page.rows, page.received_at, set_aside=page.set_aside)
                offset += page.received
                if page.received < PAGE:
                    return

        return await self._facts.get("listing custom fields", load, fresh_seconds=FRESH_SECONDS)

    async def _field_names(self) -> Mapping[int, str]:
        try:
            known = await self.custom_fields()
        except HostawayMcpError:
            # Values are shown and searched under their numbers then.
            return {}
        return {field.id: field.name for field in known.rows if field.name}

    def _summary(self, listing: Listing, detail: Detail, fields: Mapping[int, str]) -> ListingSummary:
        values = self._portfolio.row_values(listing)
        if detail != "brief":
            values |= _standard(listing)
        if detail == "full":
            values |= _full(listing, fields)
        return ListingSummary(**values)


def _standard(listing: Listing) -> dict[str, Any]:
    currency = listing.currency_code
    return {
        "nickname": clean_name(listing.internal_listing_name),
        "area": clean(listing.public_address, max_chars=120),
        "check_in_hour": listing.check_in_time_start,
        "check_out_hour": listing.check_out_time,
        "base_price": Money.of(listing.price, currency),
        "cleaning_fee": Money.of(listing.cleaning_fee, currency),
        "min_nights": listing.min_nights,
        "rating": rating_of(listing),
        "channels": tuple(channels_of(listing)),
    }


def _full(listing: Listing, fields: Mapping[int, str]) -> dict[str, Any]:
    return {
        "bathrooms": listing.bathrooms_number,
        "beds": listing.beds_number,
        "guests_included": listing.guests_included,
        "extra_person_fee": Money.of(listing.price_for_extra_person, listing.currency_code),
        "max_pets": listing.max_pets_allowed,
        "amenities": tuple(amenities_of(listing)),
        "custom_fields": custom_values(listing, fields) or None,
    }


def _meant(
    chosen: Chosen, known: Known[Listing], status: Status, reference: ListingRef | None
) -> Sequence[Listing]:
    """The listings of this status that are asked for, in the order of their names."""
    if reference is None:
        if status == "active" and known is chosen.known:
            return chosen.listings
        return [one for one in known.rows if _has_status(one, status)]
    rows = {one.id: one for one in chosen.listings}
    # As `known` has them: it may tell more of each.
    rows |= {one.id: one for one in known.rows if one.id in rows}
    return sorted((one for one in rows.values() if _has_status(one, status)), key=listing_key)


def _has_status(listing: Listing, status: Status) -> bool:
    return status == "all" or listing.is_archived == (status == "archived")


def _has_room(listing: Listing, min_guests: int | None, min_bedrooms: int | None) -> bool:
    """Whether it is known to be large enough."""
    return (min_guests is None or (listing.person_capacity or 0) >= min_guests) and (
        min_bedrooms is None or (listing.bedrooms_number or 0) >= min_bedrooms
    )


def _placed(
    listings: Sequence[Listing], city: str | None, country: str | None
) -> tuple[Sequence[Listing], tuple[str, ...]]:
    """The listings in a city and a country, and a warning where a place is not known."""
    for place, find in ((city, in_city), (country, in_country)):
        if place is None or not listings:
            continue
        found = find(listings, place)
        if not found:
            return [], (no_such_place(listings, place),)
        listings = found
    return listings, ()


def _is_tagged(listing: Listing, tag: str, fields: Mapping[int, str]) -> bool:
    """Whether an amenity or a custom value says so; Hostaway's API has no tags of listings."""
    wanted = fold(tag)
    words = [*amenities_of(listing), *custom_values(listing, fields).values()]
    return bool(wanted) and any(wanted in fold(word) for word in words)


def _descending(number: int | None) -> int:
    return -(number or 0)


_KEYS: Mapping[Sort, Callable[[Listing], SortKey]] = {
    "name": listing_key,
    "city": lambda one: (fold(one.city or "")[:60], *listing_key(one)),
    "bedrooms": lambda one: (_descending(one.bedrooms_number), *listing_key(one)),
    "guests": lambda one: (_descending(one.person_capacity), *listing_key(one)),
}
"""Largest first where a size is asked for."""
