"""Reads the sections of one listing, side by side, with no call that is not needed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Missing, Money
from hostaway_mcp.services.copied_listings import CopiedListings
from hostaway_mcp.services.copy import note_live
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.listings.sections import (
    Charge,
    ListingDetail,
    Section,
    access_of,
    amenities_of,
    channels_of,
    custom_values,
    facts_of,
    fee_of,
    images_of,
    own_taxes_of,
    pricing_of,
    rules_of,
    tax_of,
)
from hostaway_mcp.services.portfolio import ListingRow, Portfolio
from hostaway_mcp.services.untrusted import clean_name

MAX_IMAGES = 30
_NESTED: tuple[Section, ...] = ("amenities", "images", "custom_fields")


@dataclass
class Read:
    """The sections in the making."""

    values: dict[str, Any] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)
    as_of: datetime | None = None
    row: ListingRow | None = None

    def age(self, at: datetime) -> None:
        """Notes when a fact was read."""
        self.as_of = min(self.as_of or at, at)

    @property
    def detail(self) -> ListingDetail:
        """The listing with what could be had."""
        assert self.row is not None  # set by Sections.read, which alone makes this
        empty = tuple(name for name, value in self.values.items() if value in ((), {}, None))
        return ListingDetail(**self.row.model_dump(), **self.values, empty_sections=empty)


class Sections:
    """Reads sections side by side; a section that fails leaves the others whole."""

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        portfolio: Portfolio,
        copy: CopiedListings,
        custom_fields: Callable[[], Awaitable[Known[CustomField]]],
    ) -> None:
        self._hostaway = hostaway
        self._portfolio = portfolio
        self._copy = copy
        self._custom_fields = custom_fields

    async def read(self, listing: Listing, sections: Sequence[Section]) -> Read:
        """
        The sections of one listing.

        Raises:
            HostawayMcpError: every section that was asked for needs a call, and all of them failed.
        """
        read = Read()
        own = {"rules": rules_of, "access": access_of, "pricing": pricing_of, "channels": channels_of}
        jobs: list[tuple[str, Awaitable[None]]] = []
        for section in sections:
            if section in own:
                read.values[section] = own[section](listing)
        if "facts" in sections:
            read.values["facts"] = facts_of(listing, ())
            jobs += [("units", self._read_units(read, listing))]
        if "fees" in sections:
            jobs += [("fees", self._read_fees(read, listing))]
        if "taxes" in sections:
            jobs += [("taxes", self._read_taxes(read, listing))]
        nested = [section for section in sections if section in _NESTED]
        if nested:
            jobs += [(", ".join(nested), self._read_nested(read, listing, nested))]
        done = await asyncio.gather(*(job for _, job in jobs), return_exceptions=True)
        errors = [(name, one) for (name, _), one in zip(jobs, done, strict=True) if one is not None]
        for name, error in errors:
            if not isinstance(error, HostawayMcpError):
                raise error
            said = f"get_listing with listing={listing.id}, sections=[{name}]"
            resume = "Ask again in a moment." if name == "units" else said
            read.missing.append(Missing(what=name, why=error.message, resume=resume))
        if errors and not read.values:
            raise errors[0][1]
        read.row = self._portfolio.row(listing)
        read.values = {section: read.values[section] for section in sections if section in read.values} | {
            name: value for name, value in read.values.items() if name not in sections
        }
        return read

    async def _read_units(self, read: Read, listing: Listing) -> None:
        if self._portfolio.units(listing.id) == 1:
            return
        if kept := await self._copy.units(listing.id):
            rows = kept.rows
            read.age(kept.as_of)
        else:
            page = await self._hostaway.listings.find_units(listing.id)
            rows = page.rows
            read.age(page.received_at)
            note_live()
        self._portfolio.learn_units(listing.id, max(1, len(rows)))
        names = tuple(clean_name(unit.name or unit.unit_number) or f"unit {unit.id}" for unit in rows)
        read.values["facts"] = facts_of(listing, names)

    async def _read_fees(self, read: Read, listing: Listing) -> None:
        page = await self._hostaway.listing_settings.find_fees(listing.id)
        note_live()
        read.age(page.received_at)
        currency = listing.currency_code
        cleaning = Money.of(listing.cleaning_fee or None, currency)
        own = (Charge(name="cleaning fee", amount=cleaning, per="reservation", mandatory=True),)
        fees = [fee_of(fee, currency) for fee in page.rows]
        read.values["fees"] = (*(own if cleaning else ()), *fees)
        self._count_unread(read, "fees", page.set_aside)

    async def _read_taxes(self, read: Read, listing: Listing) -> None:
        page = await self._hostaway.finance.find_listing_taxes(listing.id)
        note_live()
        read.age(page.received_at)
        taxes = [tax_of(tax, listing.currency_code) for tax in page.rows]
        read.values["taxes"] = (*own_taxes_of(listing), *taxes)
        self._count_unread(read, "taxes", page.set_aside)

    async def _read_nested(self, read: Read, listing: Listing, sections: Sequence[Section]) -> None:
        if kept := await self._copy.listing(listing.id):
            whole = kept.rows[0]
            read.age(kept.as_of)
        else:
            one = await self._hostaway.listings.get(listing.id, include_resources=True)
            whole = one.row
            read.age(one.received_at)
            note_live()
        if "amenities" in sections:
            read.values["amenities"] = tuple(amenities_of(whole))
        if "images" in sections:
            images = images_of(whole)
            read.values |= {"images": images[:MAX_IMAGES]}
            read.values |= {"images_total": len(images)} if len(images) > MAX_IMAGES else {}
        if "custom_fields" in sections:
            known = await self._custom_fields() if whole.custom_field_values else None
            names = {one.id: one.name for one in known.rows if one.name} if known else {}
            read.values["custom_fields"] = custom_values(whole, names)

    def _count_unread(self, read: Read, what: str, unread: int) -> None:
        if unread:
            read.missing.append(Missing(what=what, why=f"{unread} of Hostaway's rows could not be read."))
