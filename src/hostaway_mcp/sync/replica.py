"""The local copy of one account: its store, opened when it is first needed, and what keeps it true."""

from __future__ import annotations

import asyncio
import logging
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from hostaway_mcp.calls import Call, Lane, answering, new_correlation_id
from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import HostawayMcpError, StorageError

if TYPE_CHECKING:
    from hostaway_mcp.store.store import Store
    from hostaway_mcp.sync.deliveries import DeliveryWorker
    from hostaway_mcp.sync.sync import Sync
    from hostaway_mcp.sync.watch import WebhookWatch
    from hostaway_mcp.sync.webhooks import WebhookFile


AGAIN_SECONDS = 60.0
"""Between two attempts to open a store that cannot be opened."""

_log = logging.getLogger("hostaway_mcp.sync")


class Replica:
    """
    Opens the store once, whoever asks first.

    Loading a database's library takes as long as a third of the start, so nothing is imported before.
    """

    def __init__(
        self,
        url: str,
        *,
        account_id: str,
        hostaway: Hostaway,
        clock: Clock,
        keep_messages_days: int | None = None,
        keep_contacts_days: int | None = None,
        webhook: WebhookFile | None = None,
    ) -> None:
        self._url = url
        self._kept_days = (keep_messages_days, keep_contacts_days)
        self._account_id = account_id
        self._webhook = webhook
        self._hostaway = hostaway
        self._clock = clock
        self._opening = asyncio.Lock()
        self._store: Store | None = None
        self._refreshing: dict[tuple[str, str], asyncio.Task[None]] = {}

    @property
    def is_open(self) -> bool:
        """Whether this process has it open."""
        return self._store is not None

    @property
    def is_there(self) -> bool:
        """Whether it was made; a question does not make it, since filling it takes its time."""
        if self._store is not None or not self._url.startswith("sqlite:///"):
            return True
        return Path(self._url.removeprefix("sqlite:///")).is_file()

    async def store(self) -> Store:
        """
        The store, brought to the present schema.

        Raises:
            StorageError: it cannot be opened, in words that say what to do.
        """
        async with self._opening:
            if self._store is None:
                # Questions that come meanwhile are answered: loading takes some tenths of a second.
                await asyncio.to_thread(import_module, "hostaway_mcp.store.store")
                from hostaway_mcp.store.retention import Retention
                from hostaway_mcp.store.store import Store

                self._store = await Store.open(
                    self._url,
                    account_id=self._account_id,
                    clock=self._clock,
                    retention=Retention(*self._kept_days),
                )
            return self._store

    async def sync(self) -> Sync:
        """What brings the store up to date."""
        from hostaway_mcp.sync.sync import Sync

        return Sync(self._hostaway, await self.store(), clock=self._clock)

    async def deliveries(self) -> DeliveryWorker:
        """What works off webhook deliveries."""
        from hostaway_mcp.sync.deliveries import DeliveryWorker

        return DeliveryWorker(self._hostaway, await self.store(), clock=self._clock)

    async def watch(self) -> WebhookWatch | None:
        """What watches our webhook; None where none can be registered."""
        from hostaway_mcp.sync.watch import WebhookWatch

        if self._webhook is None:
            return None
        return WebhookWatch(self._hostaway, await self.store(), self._webhook, clock=self._clock)

    async def keep(self) -> None:
        """
        Makes the replica if there is none, and keeps it true for as long as it is let.

        It goes on where it was stopped, takes its turns at Hostaway behind everybody who asks, and shares
        the work with other processes on the same database.
        """
        await self._opened()
        async with asyncio.TaskGroup() as group:
            group.create_task((await self.sync()).keep())
            group.create_task((await self.deliveries()).keep())
            if watch := await self.watch():
                group.create_task(watch.keep())

    async def _opened(self) -> None:
        """Waits until the store can be opened; what stands in the way is said once."""
        said = ""
        while True:
            try:
                await self.store()
                return
            except StorageError as error:
                if error.message != said:
                    said = error.message
                    _log.warning("replica_not_opened", extra={"says": error.sentence})
            await self._clock.sleep(AGAIN_SECONDS)

    def refresh(self, noun: str, part: str) -> None:
        """Begins to bring a part anew, behind an answer that does not wait for it; once at a time."""
        key = (noun, part)
        if key not in self._refreshing:
            task = asyncio.create_task(self._refresh(noun, part))
            self._refreshing[key] = task
            task.add_done_callback(lambda _: self._refreshing.pop(key, None))

    async def _refresh(self, noun: str, part: str) -> None:
        call = Call(new_correlation_id(), tool="sync", lane=Lane.BACKGROUND)
        with answering(call):
            try:
                await (await self.sync()).refresh(noun, part)
            except HostawayMcpError as error:
                _log.warning("sync_stopped", extra={"code": error.code})
            except Exception:
                _log.exception("sync_broke")

    async def aclose(self) -> None:
        """Ends what runs behind answers, and lets go of the database."""
        tasks = list(self._refreshing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._store is not None:
            await self._store.aclose()
            self._store = None
