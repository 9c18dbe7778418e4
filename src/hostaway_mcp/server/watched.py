"""Resources that change with the replica, and their updates while anybody wants to hear of any."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from mcp.shared.subscriptions import ResourceUpdated

from hostaway_mcp.errors import HostawayMcpError

if TYPE_CHECKING:
    from hostaway_mcp.app import App
    from hostaway_mcp.store.changes import Change

URIS = {
    "listings": "hostaway://listing/{id}",
    "reservations": "hostaway://reservation/{id}",
    "conversations": "hostaway://conversation/{id}",
}
"""By noun of the store, the resource that a change of a row is a change of; `{id}` is the row's."""

AT_ONCE = 500
"""Changes that are read together."""
AGAIN_SECONDS = 5.0
"""After which it is tried again where the replica could not be read."""

_ID = r"[1-9]\d{0,17}"
_WATCHABLE = re.compile("|".join(re.escape(uri).replace(r"\{id\}", _ID) for uri in URIS.values()))

_log = logging.getLogger("hostaway_mcp.server")


def can_be_watched(uri: str) -> bool:
    """Whether updates of this URI can ever come; a listing that is named in words has another by its id."""
    return _WATCHABLE.fullmatch(uri) is not None


def updated(changes: Iterable[Change]) -> list[str]:
    """The URIs of what has changed, each once."""
    return list(dict.fromkeys(URIS[change.noun].format(id=change.row_id) for change in changes))


class Watch:
    """Follows the replica's changes while somebody is counted, and publishes what they update."""

    def __init__(self, app: App, publish: Callable[[ResourceUpdated], Awaitable[None]]) -> None:
        self._app = app
        self._publish = publish
        self._count = 0
        self._seq = 0
        self._following: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def join(self) -> None:
        """
        Counts one more wish to hear of what changes from now on.

        Raises:
            StorageError: the replica cannot be read.
        """
        async with self._starting:
            if self._following is None:
                self._seq = await self._app.feed.last()
                self._following = asyncio.create_task(self._follow())
            self._count += 1

    def leave(self) -> None:
        """One less; with the last one, the following ends."""
        self._count -= 1
        if not self._count and self._following is not None:
            self._following.cancel()
            self._following = None

    async def _follow(self) -> None:
        while True:
            try:
                await self._tell()
            except HostawayMcpError:
                await self._app.clock.sleep(AGAIN_SECONDS)
            except Exception:
                _log.exception("feed_broke")
                await self._app.clock.sleep(AGAIN_SECONDS)

    async def _tell(self) -> None:
        last = await self._app.feed.moved(self._seq)
        store = await self._app.replica.store()
        changes = await store.changes.since(self._seq, nouns=URIS, limit=AT_ONCE)
        for uri in updated(changes):
            await self._publish(ResourceUpdated(uri))
        # Lower than before, if the log was begun anew.
        self._seq = changes[-1].seq if len(changes) == AT_ONCE else last
