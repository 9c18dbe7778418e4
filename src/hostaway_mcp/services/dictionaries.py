"""The lists that other objects point into: amenities, countries, cancellation policies and so on."""

from __future__ import annotations

import difflib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import One, Page
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import StorageError, UnknownNameError
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.answers import Answer
from hostaway_mcp.sync.replica import Replica

if TYPE_CHECKING:
    from hostaway_mcp.store.dictionaries import Dictionary

NAMES = (
    "amenities",
    "bed_types",
    "cancellation_policies",
    "cancellation_policies_airbnb",
    "cancellation_policies_bookingcom",
    "cancellation_policies_marriott",
    "cancellation_policies_vrbo",
    "countries",
    "currencies",
    "languages",
    "payment_methods",
    "property_types",
    "timezones",
)


class DictionaryAnswer(Answer):
    """One list, its entries as Hostaway has them."""

    name: str
    entries: Any
    """A list of objects, or an object by code."""


class Dictionaries:
    """Reads dictionaries: from the replica without a call, else with one."""

    def __init__(self, hostaway: Hostaway, *, replica: Replica, clock: Clock) -> None:
        self._hostaway = hostaway
        self._replica = replica
        self._clock = clock

    async def read(self, name: str) -> DictionaryAnswer:
        """
        A dictionary by its name.

        Raises:
            UnknownNameError: there is none of this name, with those that there are.
            UpstreamError: it is not kept, and Hostaway does not give it.
        """
        if name not in NAMES:
            near = difflib.get_close_matches(name[:80], NAMES, n=3)
            raise UnknownNameError(
                f'There is no dictionary "{quoted(name)}".',
                nearest=near,
                hint=f"There are: {', '.join(NAMES)}.",
            )
        kept = await self._kept(name)
        if kept is not None:
            return _answer(name, kept.content, kept.seen_at, source="replica")
        from hostaway_mcp.sync.dictionaries import readers

        sent: Page[Any] | One[Any] = await readers(self._hostaway)[name]()
        content = list(sent.raw) if isinstance(sent, Page) else sent.raw
        return _answer(name, content, sent.received_at, source="live")

    async def _kept(self, name: str) -> Dictionary | None:
        if not self._replica.is_there:
            return None
        try:
            return await (await self._replica.store()).dictionaries.get(name)
        except StorageError:
            return None


def _answer(name: str, content: object, as_of: datetime, *, source: Any) -> DictionaryAnswer:
    return DictionaryAnswer(as_of=as_of, source=source, name=name, entries=content)
