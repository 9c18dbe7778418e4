"""Watches our webhook: whether Hostaway still delivers, and whether what it delivered has come here."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hostaway_mcp import calls
from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.rows import PAGE_LIMIT
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import ForbiddenError, HostawayMcpError, NotFoundError
from hostaway_mcp.models.webhooks import UnifiedWebhookLog
from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.webhooks import AGAIN, WebhookFile, WebhookState, check_webhook

NOUN = "webhooks"
PART = "watch"
CHECK_SECONDS = 3_600.0
"""Between two looks whether Hostaway has disabled the webhook: one call, if one is registered here."""
COMPARE_SECONDS = 86_400.0
LEASE_SECONDS = 120.0
MAX_PAGES = 20
"""Of the log that are read a day; an account with more deliveries is compared by the newest of them."""

_log = logging.getLogger("hostaway_mcp.sync")


@dataclass(frozen=True, slots=True)
class Watched:
    """How the webhook was at the last look; `refused` and `lost` are of the last comparison, a day's."""

    at: datetime
    registered: WebhookState
    compared_at: datetime | None = None
    newest: int = 0
    """The highest number of the log's that was compared."""
    delivered: int = 0
    refused: int = 0
    """Deliveries that were answered otherwise than with success."""
    lost: int = 0
    """Deliveries that were answered with success, but not by us."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong, in plain sentences."""
        return tuple(self._warnings())

    def _warnings(self) -> Iterator[str]:
        if self.registered is WebhookState.DISABLED:
            yield f"Hostaway has disabled this server's webhook, so changes come 5 minutes late. {AGAIN}."
        if self.registered is WebhookState.GONE:
            yield f"This server's webhook was deleted at Hostaway. {AGAIN}."
        if self.refused:
            yield (
                f"{self.refused} of {self.delivered} deliveries were not accepted within a day, by "
                "Hostaway's log: look whether the public address leads to this server."
            )
        if self.lost:
            yield (
                f"{self.lost} of {self.delivered} deliveries were accepted within a day, but not by this "
                "server: another program answers at its public address."
            )

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "registered": self.registered.value,
            "compared_at": self.compared_at.isoformat() if self.compared_at else None,
            "newest": self.newest,
            "delivered": self.delivered,
            "refused": self.refused,
            "lost": self.lost,
        }

    @classmethod
    def read(cls, document: Mapping[str, Any], at: datetime) -> Watched:
        """From JSON."""
        compared_at = document.get("compared_at")
        return cls(
            at=at,
            registered=WebhookState(document["registered"]),
            compared_at=datetime.fromisoformat(compared_at) if compared_at else None,
            **{name: int(document.get(name, 0)) for name in ("newest", "delivered", "refused", "lost")},
        )


async def watched(store: Store) -> Watched | None:
    """
    What was found at the last look; None before the first.

    Raises:
        StorageError: the store cannot be read.
    """
    state = await store.sync.state(NOUN, PART)
    return Watched.read(state.state, state.as_of) if state and state.as_of else None


class WebhookWatch:
    """Looks in the background. Several processes may run one; a lease lets one of them look."""

    def __init__(self, hostaway: Hostaway, store: Store, file: WebhookFile, *, clock: Clock) -> None:
        self._hostaway = hostaway
        self._store = store
        self._file = file
        self._clock = clock
        self._owner = secrets.token_hex(8)

    async def run_once(self) -> Watched | None:
        """
        Looks, if it is time; gives what is known by now.

        Raises:
            UpstreamError: Hostaway did not say.
            StorageError: the store or what is kept of the webhook cannot be used.
        """
        before = await watched(self._store)
        if before and 0 <= (self._clock.now() - before.at).total_seconds() < CHECK_SECONDS:
            return before
        if self._file.read() is None or not await self._store.sync.claim(NOUN, self._owner, LEASE_SECONDS):
            return before
        try:
            call = calls.Call(calls.new_correlation_id(), tool=NOUN, lane=calls.Lane.BACKGROUND)
            with calls.answering(call):
                found = await self._look(before)
            await self._store.sync.save(NOUN, PART, found.document(), as_of=found.at)
        finally:
            await self._store.sync.release(NOUN, self._owner)
        for sentence in found.warnings if before is None or found.warnings != before.warnings else ():
            _log.warning("webhook_trouble", extra={"says": sentence})
        return found

    async def keep(self) -> None:
        """Looks for as long as it is let."""
        while True:
            try:
                await self.run_once()
            except HostawayMcpError as error:
                _log.warning("webhook_not_checked", extra={"code": error.code})
            except Exception:
                _log.exception("webhook_watch_broke")
            await self._clock.sleep(CHECK_SECONDS)

    async def _look(self, before: Watched | None) -> Watched:
        now = self._clock.now()
        registered = await check_webhook(self._hostaway, self._file)
        if before is None:
            before = Watched(now, registered)
        compared_at = before.compared_at
        if compared_at and (now - compared_at).total_seconds() < COMPARE_SECONDS:
            return Watched(
                now, registered, compared_at, before.newest, before.delivered, before.refused, before.lost
            )
        try:
            return await self._compare(before, registered, now)
        except (ForbiddenError, NotFoundError):
            # The log is documented under two paths, and a key may not be let to it.
            return Watched(now, registered, now, before.newest)

    async def _compare(self, before: Watched, registered: WebhookState, now: datetime) -> Watched:
        """The first time it only notes where the log stands: what came before may have been another's."""
        rows = await self._rows(before.newest)
        newest = max([before.newest, *(row.id for row in rows)])
        if before.compared_at is None:
            return Watched(now, registered, now, newest)
        here = await self._store.deliveries.about(now - timedelta(seconds=2 * COMPARE_SECONDS))
        accepted = [row for row in rows if row.response_status and 200 <= row.response_status < 300]
        lost = sum(row.object_id is not None and row.object_id not in here for row in accepted)
        return Watched(now, registered, now, newest, len(rows), len(rows) - len(accepted), lost)

    async def _rows(self, newest: int) -> list[UnifiedWebhookLog]:
        """What the log has beyond a number. Its order is not documented: only the newest first ends early."""
        ours = self._file.read()
        number = ours.webhook_id if ours else None
        found: dict[int, UnifiedWebhookLog] = {}
        offset = 0
        for _ in range(MAX_PAGES):
            page = await self._hostaway.webhooks.find_logs(
                webhook_id=number, limit=PAGE_LIMIT, offset=offset or None
            )
            fresh = {row.id: row for row in page.rows if row.id > newest}
            found |= fresh
            offset += page.received
            newest_first = bool(page.rows) and page.rows[0].id > page.rows[-1].id
            if page.received < PAGE_LIMIT or (newest_first and not fresh):
                break
        return list(found.values())
