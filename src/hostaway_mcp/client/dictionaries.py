"""The lists that other nouns point into."""

from __future__ import annotations

from collections.abc import Mapping

from hostaway_mcp.client.operations import (
    LIST_AMENITIES,
    LIST_BED_TYPES,
    LIST_COUNTRIES,
    LIST_CURRENCIES,
    LIST_LANGUAGES,
    LIST_PROPERTY_TYPES,
    LIST_TIMEZONES,
)
from hostaway_mcp.client.protocol import Operation
from hostaway_mcp.client.rows import Noun, One, Page
from hostaway_mcp.models.dictionaries import Amenity, BedType, PropertyType, Timezone, read_words
from hostaway_mcp.models.lenient import read_rows


class Dictionaries(Noun):
    """Source: Hostaway API reference, "Common information". They change rarely: keep them for a day."""

    async def find_amenities(self) -> Page[Amenity]:
        """All amenities."""
        return await self._page(LIST_AMENITIES, Amenity)

    async def find_bed_types(self) -> Page[BedType]:
        """All types of bed."""
        return await self._page(LIST_BED_TYPES, BedType)

    async def find_property_types(self) -> Page[PropertyType]:
        """All types of property."""
        return await self._page(LIST_PROPERTY_TYPES, PropertyType)

    async def find_countries(self) -> One[Mapping[str, str]]:
        """Names of countries by their two letters."""
        return await self._words(LIST_COUNTRIES)

    async def find_currencies(self) -> One[Mapping[str, str]]:
        """Names of currencies by their three letters."""
        return await self._words(LIST_CURRENCIES)

    async def find_languages(self) -> One[Mapping[str, str]]:
        """Names of languages by their two letters."""
        return await self._words(LIST_LANGUAGES)

    async def find_timezones(self) -> One[Mapping[str, Timezone]]:
        """Time zones by key."""
        reply = await self._call(LIST_TIMEZONES)
        sent = reply.result if isinstance(reply.result, dict) else {}
        zones = {key: rows[0] for key, value in sent.items() if (rows := read_rows(Timezone, value)[0])}
        return One(zones, reply.result, reply.received_at, reply.sent_at)

    async def _words(self, operation: Operation) -> One[Mapping[str, str]]:
        reply = await self._call(operation)
        return One(read_words(reply.result), reply.result, reply.received_at, reply.sent_at)
