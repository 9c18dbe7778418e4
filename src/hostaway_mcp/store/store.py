"""The front door of the store: one account's replica, one attribute a noun."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Self

from sqlalchemy import delete

from hostaway_mcp.clock import Clock, SystemClock
from hostaway_mcp.errors import DamagedError
from hostaway_mcp.store.calendar import Calendar
from hostaway_mcp.store.changes import Changes
from hostaway_mcp.store.charges import Charges
from hostaway_mcp.store.conversations import Conversations
from hostaway_mcp.store.custom_fields import CustomFields
from hostaway_mcp.store.deliveries import Deliveries
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.dictionaries import Dictionaries
from hostaway_mcp.store.engine import BUSY_SECONDS, open_database
from hostaway_mcp.store.expenses import Expenses
from hostaway_mcp.store.groups import Groups
from hostaway_mcp.store.listings import Listings
from hostaway_mcp.store.messages import Messages
from hostaway_mcp.store.migrate import migrate
from hostaway_mcp.store.nights import Nights
from hostaway_mcp.store.privacy import TIED, Privacy
from hostaway_mcp.store.rebuild import rebuild
from hostaway_mcp.store.remains import Remains
from hostaway_mcp.store.reservations import Reservations
from hostaway_mcp.store.retention import Retention
from hostaway_mcp.store.reviews import Reviews
from hostaway_mcp.store.schema import metadata
from hostaway_mcp.store.sync import Sync
from hostaway_mcp.store.tasks import Tasks
from hostaway_mcp.store.threads import Threads
from hostaway_mcp.store.units import Units
from hostaway_mcp.store.users import Users
from hostaway_mcp.store.waits import Waits


class Store:
    """
    What is kept of one Hostaway account. Others may be in the same database; nothing here reaches them.

    Several processes may have the same account open, also on the same file.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.calendar = Calendar(desk)
        self.changes = Changes(desk)
        self.charges = Charges(desk)
        self.conversations = Conversations(desk)
        self.custom_fields = CustomFields(desk)
        self.deliveries = Deliveries(desk)
        self.dictionaries = Dictionaries(desk)
        self.expenses = Expenses(desk)
        self.groups = Groups(desk)
        self.listings = Listings(desk)
        self.messages = Messages(desk)
        self.nights = Nights(desk)
        self.remains = Remains(desk)
        self.reservations = Reservations(desk)
        self.reviews = Reviews(desk)
        self.stay_amounts = self.reservations.amounts
        self.sync = Sync(desk)
        self.tasks = Tasks(desk)
        self.threads = Threads(desk)
        self.units = Units(desk)
        self.users = Users(desk)
        self.waits = Waits(desk)
        self.privacy = Privacy(desk, {noun: getattr(self, noun) for noun in TIED})

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        account_id: str,
        clock: Clock | None = None,
        retention: Retention | None = None,
        busy_seconds: float = BUSY_SECONDS,
    ) -> Self:
        """
        Opens `sqlite:///path` or `postgresql://user@host/name`, and brings its tables up to date.

        Raises:
            StorageError: it cannot be reached, read or written, or a newer hostaway-mcp made it.
        """
        database = open_database(url, busy_seconds=busy_seconds)
        try:
            try:
                await migrate(database)
            except DamagedError:
                await rebuild(database)
            database.mend = partial(rebuild, database)
        except BaseException:
            await database.aclose()
            raise
        return cls(Desk(database, account_id, clock or SystemClock(), retention or Retention()))

    @property
    def account_id(self) -> str:
        """Whose rows these are."""
        return self._desk.account_id

    def now(self) -> datetime:
        """The instant by the clock that leases and times of reading follow."""
        return self._desk.clock.now()

    async def forget_account(self) -> None:
        """Removes everything that is kept of this account."""
        async with self._desk.write() as connection:
            for table in metadata.sorted_tables:
                await connection.execute(delete(table).where(self._desk.mine(table)))

    async def aclose(self) -> None:
        """Closes its connections."""
        await self._desk.database.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
