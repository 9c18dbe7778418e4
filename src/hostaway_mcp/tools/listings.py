"""Tools about listings: which there are, one closely, and which are free."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.availability.availability import LIMIT as AVAILABILITY_LIMIT
from hostaway_mcp.services.availability.rows import AvailabilityAnswer
from hostaway_mcp.services.listings.listings import (
    LIMIT,
    ListingAnswer,
    ListingsAnswer,
    ListingSummary,
    Sort,
    Status,
)
from hostaway_mcp.services.listings.sections import DEFAULT_SECTIONS, Charge, ListingDetail, Section
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence, word
from hostaway_mcp.tools.catalogue import (
    Cursor,
    Day,
    DetailLevel,
    Listed,
    ListingRef,
    Question,
    Text,
    Toolset,
    tool,
)
from hostaway_mcp.tools.text import fields, long_table, paragraphs, table

_FENCED = frozenset({"description", "house_rules", "key_pickup", "instructions", "wifi_name", "address"})
"""Free texts: in the text form they stand between marks, so that nobody takes them for our words."""


class FindListings(Question):
    """The parameters of find_listings."""

    city: Text | None = None
    country_code: Text | None = Field(None, description="PT or Portugal")
    status: Status | None = Field(None, description="default: active")
    min_guests: int | None = Field(None, ge=1)
    min_bedrooms: int | None = Field(None, ge=0)
    tag: Text | None = Field(None, description="an amenity or custom field says so (no tags in Hostaway)")
    sort: Sort = Field("name", description="sizes: largest first")
    listing: ListingRef | None = None
    detail: DetailLevel = "brief"
    limit: int = Field(LIMIT, ge=1, le=100)
    cursor: Cursor = None


class GetListing(Question):
    """The parameters of get_listing."""

    listing: int | Text = Field(description="id, name or nickname")
    sections: Listed[Section] = Field(list(DEFAULT_SECTIONS), min_length=1)


class CheckAvailability(Question):
    """The parameters of check_availability."""

    from_: Day | None = Field(None, alias="from", description="arrival; default today")
    to: Day | None = Field(None, description="departure (exclusive); default one night")
    guests: int | None = Field(None, ge=1, le=100)
    city: Text | None = None
    max_price: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="average night, in each listing's currency"
    )
    flex_days: int = Field(0, ge=0, le=7, description="shift arrival by up to")
    price: Literal["estimate", "exact"] = Field("estimate", description="exact: Hostaway's own, slower")
    listing: ListingRef | None = None
    limit: int = Field(AVAILABILITY_LIMIT, ge=1, le=100)
    cursor: Cursor = None


def _listings_text(answer: ListingsAnswer) -> str:
    columns = (
        "id", "name", "city", "country", "bedrooms", "guests", "status", "units", "currency", "nickname",
        "in from", "out until", "base price", "cleaning", "min nights", "rating /10", "channels", "baths",
        "beds", "guests incl.", "extra guest", "pets", "area", "amenities", "custom fields", "zone",
    )  # fmt: skip
    rows = [_listing_cells(row) for row in answer.listings]
    return long_table(columns, rows) if rows else "No listing fits."


def _listing_cells(row: ListingSummary) -> tuple[object, ...]:
    return (
        row.listing_id,
        fence(row.name),
        word(row.city),
        word(row.country_code),
        row.bedrooms,
        row.max_guests,
        row.status if row.status != "active" else None,
        row.units if row.units != 1 else None,
        row.currency,
        word(row.nickname),
        hour(row.check_in_hour),
        hour(row.check_out_hour),
        _amount(row.base_price, row.currency),
        _amount(row.cleaning_fee, row.currency),
        row.min_nights,
        row.rating,
        row.channels,
        row.bathrooms,
        row.beds,
        row.guests_included,
        _amount(row.extra_person_fee, row.currency),
        row.max_pets,
        fence(_beyond_city(row)),
        fence(", ".join(row.amenities or ())),
        "; ".join(f"{fence(name)}: {fence(value)}" for name, value in (row.custom_fields or {}).items()),
        row.time_zone,
    )


@tool(title="Find listings", toolset=Toolset.LISTINGS, text=_listings_text)
async def find_listings(services: Services, question: FindListings) -> ListingsAnswer:
    """
    Which properties there are: id, name, city, size, currency. Start here when a listing is not known.
    detail=standard adds hours, base price, fee, rating, channels; full amenities. Then get_listing for one,
    check_availability for what is free.
    """
    return await services.listings.find(
        city=question.city,
        country_code=question.country_code,
        status=question.status,
        min_guests=question.min_guests,
        min_bedrooms=question.min_bedrooms,
        tag=question.tag,
        sort=question.sort,
        listing=question.listing,
        detail=question.detail,
        limit=question.limit,
        cursor=question.cursor,
    )


def _listing_text(answer: ListingAnswer) -> str:
    one = answer.listing
    return paragraphs(_title(one), *_sections_text(one))


def _title(one: ListingDetail) -> str:
    says = (
        word(one.city),
        word(one.country_code),
        f"{one.bedrooms} bedrooms" if one.bedrooms is not None else None,
        f"{one.max_guests} guests" if one.max_guests is not None else None,
        f"{one.units} units" if one.units and one.units > 1 else None,
        one.currency,
        one.time_zone,
        one.status,
    )
    return f"{fence(one.name)} ({one.listing_id}): {', '.join(said for said in says if said)}"


def _sections_text(one: ListingDetail) -> Iterable[str]:
    for name in ("facts", "rules", "access", "pricing"):
        section = getattr(one, name)
        if section is not None:
            yield f"{name.upper()}\n{_record_text(section)}"
    for name in ("fees", "taxes"):
        charges = getattr(one, name)
        if charges:
            yield f"{name.upper()}\n{_charges_text(charges)}"
    if one.amenities:
        yield f"AMENITIES: {fence(', '.join(one.amenities))}"
    for name in ("channels", "custom_fields"):
        pairs = getattr(one, name)
        if pairs:
            yield f"{name.upper().replace('_', ' ')}\n{fields((word(k), fence(v)) for k, v in pairs.items())}"
    if one.images:
        count = one.images_total or len(one.images)
        yield f"IMAGES ({count})\n" + table(
            ("url", "caption"), ((fence(image.url), fence(image.caption)) for image in one.images)
        )
    if one.empty_sections:
        yield f"Nothing in Hostaway for: {', '.join(one.empty_sections)}"


def _record_text(section: BaseModel) -> str:
    pairs = []
    for name, value in section:
        said = value
        if isinstance(value, str) and type(value) is str:
            said = fence(value) if name in _FENCED else word(value)
        elif isinstance(value, tuple | list):
            said = [word(one) if type(one) is str else one for one in value]
        if name.endswith("_hour"):
            name, said = name.removesuffix("_hour"), hour(value)
        pairs.append((name.replace("_", " "), said))
    return fields(pairs)


def _charges_text(charges: Iterable[Charge]) -> str:
    columns = ("name", "amount", "per", "on", "optional")
    return table(
        columns,
        (
            (
                word(charge.name),
                charge.amount or (f"{charge.percent.normalize():f} %" if charge.percent is not None else ""),
                (charge.per or "").replace("_", " "),
                charge.applies_to,
                "optional" if charge.mandatory is False else "",
            )
            for charge in charges
        ),
    )


@tool(title="Get a listing", toolset=Toolset.LISTINGS, text=_listing_text)
async def get_listing(services: Services, question: GetListing) -> ListingAnswer:
    """
    One property closely, in chosen sections; by default facts and rules (hours, minimum stay, house rules).
    Ask only for sections you need. Door codes and Wi-Fi passwords show only as being set. Nightly prices:
    get_calendar.
    """
    return await services.listings.get(listing=question.listing, sections=question.sections)


def _availability_text(answer: AvailabilityAnswer) -> str:
    columns = (
        "id", "name", "city", "sleeps", "arrival", "departure", "a night", "total", "min nights",
        "units free",
    )  # fmt: skip
    free = table(
        columns,
        (
            (
                row.listing_id,
                fence(row.name),
                word(row.city),
                row.max_guests,
                row.first,
                row.last,
                row.nightly,
                row.total,
                row.min_stay,
                row.units_free,
            )
            for row in answer.free
        ),
    )
    taken = table(
        ("id", "name", "city", "because"),
        ((row.listing_id, fence(row.name), word(row.city), row.because) for row in answer.taken),
    )
    here = " on this page" if answer.next_cursor else ""
    return paragraphs(
        f"FREE: {len(answer.free)}{here}\n{free}" if answer.free else f"FREE: none{here}",
        f"Total: {answer.price_basis}." if answer.price_basis else None,
        f"TAKEN: {len(answer.taken)}{here}\n{taken}" if answer.taken else None,
    )


@tool(title="Check availability", toolset=Toolset.LISTINGS, text=_availability_text)
async def check_availability(services: Services, question: CheckAvailability) -> AvailabilityAnswer:
    """
    What can be booked for these dates and guests, at what price; and what cannot, with the reason (which
    reservation, blocked, minimum stay, too small). Checked against the live calendars; free listings come
    first. Then quote_stay for one stay's price, get_calendar for its days.
    """
    price = question.max_price
    return await services.availability.check(
        first=question.from_,
        last=question.to,
        guests=question.guests,
        city=question.city,
        max_price=None if price is None else Decimal(str(price)),
        flex_days=question.flex_days,
        price=question.price,
        listing=question.listing,
        limit=question.limit,
        cursor=question.cursor,
    )


def hour(value: int | None) -> str:
    """An hour of the day as `15:00`."""
    return "" if value is None else f"{value}:00"


def _amount(money: Money | None, currency: str | None) -> object:
    """An amount alone where the row's currency column says the rest."""
    if money is None or money.currency != currency:
        return money
    return f"{money.amount:f}".removesuffix(".00")


def _beyond_city(row: ListingSummary) -> str | None:
    """The area, without the city that stands in another column."""
    return row.area.removeprefix(f"{row.city}, ") if row.area else None
