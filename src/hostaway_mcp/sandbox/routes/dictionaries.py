"""Reference data over HTTP: lists and keyed objects."""

from __future__ import annotations

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.envelope import Reply, everything, success
from hostaway_mcp.sandbox.world import dictionaries

_NUMBERED = {
    "listAmenities": dictionaries.AMENITIES,
    "listBedTypes": dictionaries.BED_TYPES,
    "listPropertyTypes": dictionaries.PROPERTY_TYPES,
}
_KEYED: dict[str, dict[str, object]] = {
    "listCountries": dict(dictionaries.COUNTRIES),
    "listCurrencies": dict(dictionaries.CURRENCIES),
    "listLanguages": dict(dictionaries.LANGUAGES),
    "listTimezones": dict(dictionaries.TIMEZONES),
}


@serves(*_NUMBERED)
def list_numbered(call: Call) -> Reply:
    """A list of ids and names."""
    return everything([{"id": key, "name": name} for key, name in _NUMBERED[call.operation.id].items()])


@serves(*_KEYED)
def list_keyed(call: Call) -> Reply:
    """One object keyed by code ("Common information")."""
    return success(_KEYED[call.operation.id])
