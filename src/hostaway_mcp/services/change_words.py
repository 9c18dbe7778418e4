"""What a change was, in words: each field with what it was and what it is, `total 120.00 -> 140.00 EUR`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.untrusted import clean_name

MAX_RUNS = 6
"""Runs of calendar days that one change spells out."""
NOT_SHOWN = "details that are not followed one by one"

_SILENT = frozenset(
    {"status_class", "nights", "booked_on", "inserted_on", "latest_activity_on", "currency"}
    | {"active_on", "unit_ids"}
    | {"guest_folded", "units", "listing_unit_id"}
)
"""Columns that only follow from others, or that say nothing to a person."""
_LABELS = {
    "total_price": "total",
    "remaining_balance": "balance",
    "listing_id": "listing",
    "reservation_id": "reservation",
    "conversation_id": "conversation",
    "channel_id": "channel",
    "assignee_id": "assignee",
    "last_message_at": "last message",
    "starts_at": "start",
    "scheduled_on": "due",
    "charged_on": "charged",
    "closed_on_arrival": "closed to arrival",
    "closed_on_departure": "closed to departure",
    "time_zone": "time zone",
    "country_code": "country",
    "max_guests": "guests at most",
}
_PRIVATE = {"guest_name": "the guest's name", "guest_email": "the guest's e-mail", "words": "the text"}
_AMOUNTS = frozenset({"total_price", "remaining_balance", "price", "amount"})
_MOMENTS = frozenset({"last_message_at", "starts_at", "due", "scheduled_on", "charged_on"})

Fields = Mapping[str, Mapping[str, Any]]
"""By column, what was `before` and what is `after`."""


def fields_in_words(what: Mapping[str, Any], listings: Mapping[int, Listing], currency: str | None) -> str:
    """
    What is different about a row; contact data and guests' names are named, their values are not.

    `what` as `store.changes.Change` has it; amounts are in `currency`.
    """
    parts = list(_pairs(what.get("fields", {}), listings, currency))
    hidden = [_PRIVATE.get(name, name) for name in what.get("private", ()) if name not in _SILENT]
    parts += [f"{name} changed" for name in hidden]
    return ", ".join(parts) or f"changed: {NOT_SHOWN}"


def calendar_in_words(what: Mapping[str, Any], currency: str | None) -> str:
    """What is different on which days, like days in a row together."""
    parts = []
    rest = 0
    for number, (first, last, words) in enumerate(_runs(what.get("days", {}), currency)):
        if number < MAX_RUNS:
            parts.append(f"{first}: {words}" if first == last else f"{first} to {last}: {words}")
        else:
            rest += (last - first).days + 1
    if rest:
        parts.append(f"and {_days(rest)} more")
    if gone := len(what.get("gone", ())):
        parts.append(f"{_days(gone)} no longer given")
    return "; ".join(parts)


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _runs(days: Mapping[str, Fields], currency: str | None) -> Iterator[tuple[date, date, str]]:
    run: tuple[date, date, str] | None = None
    for name, fields in sorted(days.items()):
        day = date.fromisoformat(name)
        words = ", ".join(_pairs(_of_day(fields), {}, currency)) or NOT_SHOWN
        if run and run[2] == words and day - run[1] == timedelta(days=1):
            run = (run[0], day, words)
            continue
        if run:
            yield run
        run = (day, day, words)
    if run:
        yield run


def _of_day(fields: Fields) -> Fields:
    """A status says whether the day is available; the counters of units say it for listings of several."""
    said = {"available"} if "status" in fields else set()
    return {name.replace("units_", "units "): pair for name, pair in fields.items() if name not in said}


def _pairs(fields: Fields, listings: Mapping[int, Listing], currency: str | None) -> Iterator[str]:
    for name, pair in fields.items():
        if name in _SILENT:
            continue
        label = _LABELS.get(name, name.replace("_", " "))
        before, after = (_shown(name, pair.get(side), listings, currency) for side in ("before", "after"))
        unit = f" {currency}" if name in _AMOUNTS and currency else ""
        yield f"{label} {before} -> {after}{unit}"


def _shown(name: str, value: Any, listings: Mapping[int, Listing], currency: str | None) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "listing_id" and value in listings:
        return clean_name(listings[value].name) or str(value)
    if name == "channel_id":
        return Channel(value).label if value in {int(one) for one in Channel} else str(value)
    if name in _AMOUNTS:
        money = Money.of(Decimal(value), currency or "XXX")
        return f"{money.amount:f}" if money else str(value)
    if name in _MOMENTS:
        return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M}Z"
    return clean_name(str(value)) or "none"
