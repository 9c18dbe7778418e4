"""Dictionaries: the lists that other nouns point into, each kept as Hostaway sends it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import One, Page
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.pieces import Piece, Progress

WEEK = 7 * 86_400.0

Find = Callable[[], Awaitable[Page[Any] | One[Any]]]


def dictionaries(hostaway: Hostaway, store: Store) -> list[Piece]:
    """One call each; they change when Hostaway or the account adds a word."""
    return [
        Piece("dictionaries", name, partial(_read, find, store, name), WEEK)
        for name, find in readers(hostaway).items()
    ]


def readers(hostaway: Hostaway) -> dict[str, Find]:
    """By the name of a dictionary, the call that reads it."""
    common, policies = hostaway.dictionaries, hostaway.cancellation_policies
    return {
        "amenities": common.find_amenities,
        "bed_types": common.find_bed_types,
        "property_types": common.find_property_types,
        "countries": common.find_countries,
        "currencies": common.find_currencies,
        "languages": common.find_languages,
        "timezones": common.find_timezones,
        "payment_methods": hostaway.payment_cards.find_methods,
        "cancellation_policies": policies.find,
        "cancellation_policies_airbnb": policies.find_airbnb,
        "cancellation_policies_bookingcom": policies.find_bookingcom,
        "cancellation_policies_marriott": policies.find_marriott,
        "cancellation_policies_vrbo": policies.find_vrbo,
    }


async def _read(find: Find, store: Store, name: str, progress: Progress) -> AsyncGenerator[Progress, None]:
    sent = await find()
    content = list(sent.raw) if isinstance(sent, Page) else sent.raw
    await store.dictionaries.put(name, content, seen_at=sent.as_of)
    yield replace(progress, rows=len(content) if isinstance(content, list | dict) else 1)
