"""The lists that other nouns point into: amenities, bed types, property types, countries and the like."""

from __future__ import annotations

from collections.abc import Mapping

from hostaway_mcp.models.lenient import Wire


class Amenity(Wire):
    """An amenity."""

    id: int
    name: str = ""


class BedType(Wire):
    """A type of bed."""

    id: int
    name: str = ""


class PropertyType(Wire):
    """A type of property."""

    id: int
    name: str = ""


class Timezone(Wire):
    """An IANA time zone with its offset in words."""

    value: str
    diff: str | None = None


def read_words(result: object) -> Mapping[str, str]:
    """A keyed object of names, such as countries by code; what is not a name is left out."""
    if not isinstance(result, dict):
        return {}
    return {str(key): name for key, name in result.items() if isinstance(name, str)}
