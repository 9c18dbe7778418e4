"""Calendar days and their values in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.dates import Span
from hostaway_mcp.services.nights import written_period
from hostaway_mcp.services.untrusted import clean, fence

MOST_SPANS = 8

_NAMES = {
    "isAvailable": "nights",
    "availableUnitsToSell": "units to sell",
    "price": "price a night",
    "minimumStay": "minimum stay",
    "maximumStay": "maximum stay",
    "closedOnArrival": "closed to arrival",
    "closedOnDeparture": "closed to departure",
    "note": "note",
}


def shown(days: Mapping[str, Mapping[str, Any]], currency: str | None) -> dict[str, str]:
    """Values of many days for a reader: one where they are the same, else the lowest and the highest."""
    found: dict[str, str] = {}
    for key, name in _NAMES.items():
        values = list(dict.fromkeys(state[key] for state in days.values() if key in state))
        if len(values) > 1:
            # Words that differ are not ordered; a lacking value is lower than any.
            values.sort(key=lambda value: (value is not None, value))
            values = [values[0], values[-1]]
        if values:
            several = sum(key in state for state in days.values())
            name += f" ({several} of {len(days)} days)" if several < len(days) else ""
            found[name] = " … ".join(_said(key, value, currency) for value in values)
    return found


def written_spans(spans: Sequence[Span]) -> str:
    """`2026-08-01 to 2026-08-03, 2026-08-07`; the last days are included."""
    said = ", ".join(written_period(span.first, span.last) for span in spans[:MOST_SPANS])
    more = f" and {len(spans) - MOST_SPANS} more" if len(spans) > MOST_SPANS else ""
    return f"{said}{more}"


def summary_of(listings: int, block: bool | None, prices: bool, spans: Sequence[Span]) -> str:
    """A proposal in one line."""
    what = "Change the calendar"
    if block is not None:
        what = "Block nights" if block else "Open nights"
    elif prices:
        what = "Change prices"
    where = "1 listing" if listings == 1 else f"{listings} listings"
    return f"{what} of {where}, {written_period(spans[0].first, spans[-1].last)}"


def _said(key: str, value: Any, currency: str | None) -> str:
    if value is None or value == "":
        return "none"
    if key == "isAvailable":
        return "open" if value else "not available"
    if key == "price":
        return str(Money.of(Decimal(str(value)), currency) or value)
    if key in ("closedOnArrival", "closedOnDeparture"):
        return "yes" if value else "no"
    return fence(clean(value, max_chars=200)) if key == "note" else str(value)
