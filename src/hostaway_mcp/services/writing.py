"""What changes something at Hostaway: each kind of change, who plans it, and the one way it goes."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.services.shared import Shared
from hostaway_mcp.sync.replica import Replica
from hostaway_mcp.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from hostaway_mcp.services.writes import Writes
    from hostaway_mcp.services.writes.booking_planner import BookingPlanner
    from hostaway_mcp.services.writes.calendar import CalendarKind
    from hostaway_mcp.services.writes.calendar_planner import CalendarPlanner
    from hostaway_mcp.services.writes.cancellations import CancellationPlanner
    from hostaway_mcp.services.writes.expense_planner import ExpensePlanner
    from hostaway_mcp.services.writes.expenses import ExpenseKind
    from hostaway_mcp.services.writes.kinds import Kind
    from hostaway_mcp.services.writes.learning import Learner
    from hostaway_mcp.services.writes.listing_planner import ListingPlanner
    from hostaway_mcp.services.writes.listings import ListingKind
    from hostaway_mcp.services.writes.message_planner import MessagePlanner
    from hostaway_mcp.services.writes.messages import MessageKind
    from hostaway_mcp.services.writes.new_listing_planner import NewListingPlanner
    from hostaway_mcp.services.writes.new_listings import NewListingKind
    from hostaway_mcp.services.writes.stay_planner import StayPlanner
    from hostaway_mcp.services.writes.stays import StayFinder, StayReader
    from hostaway_mcp.services.writes.task_planner import TaskPlanner
    from hostaway_mcp.services.writes.tasks import TaskKind


class Writing(Shared):
    """Each is loaded and made when it is first asked for."""

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        replica: Replica,
        clock: Clock,
        account_id: str,
        journal_url: str,
        directory: Path,
        writes_on: bool,
        metrics: Metrics,
    ) -> None:
        super().__init__(hostaway, replica=replica, clock=clock)
        self._account_id = account_id
        self._journal_url = journal_url
        self._directory = directory
        self.writes_on = writes_on
        self._metrics = metrics

    @cached_property
    def _learner(self) -> Learner:
        from hostaway_mcp.services.writes.learning import Learner

        return Learner(self.replica, facts=self.facts, clock=self.clock)

    @cached_property
    def _calendar_kind(self) -> CalendarKind:
        from hostaway_mcp.services.writes.calendar import CalendarKind

        return CalendarKind(self._hostaway, self._learner)

    @cached_property
    def calendar_planner(self) -> CalendarPlanner:
        from hostaway_mcp.services.writes.calendar_planner import CalendarPlanner

        return CalendarPlanner(self._calendar_kind, portfolio=self.portfolio, clock=self.clock)

    @cached_property
    def _listing_kind(self) -> ListingKind:
        from hostaway_mcp.services.writes.listings import ListingKind

        return ListingKind(self._hostaway, self._learner)

    @cached_property
    def listing_planner(self) -> ListingPlanner:
        from hostaway_mcp.services.writes.listing_planner import ListingPlanner

        return ListingPlanner(
            self._listing_kind,
            portfolio=self.portfolio,
            listings=self.listings,
            dictionaries=self.dictionaries,
            clock=self.clock,
        )

    @cached_property
    def _message_kind(self) -> MessageKind:
        from hostaway_mcp.services.writes.messages import MessageKind

        return MessageKind(self._hostaway, self._learner)

    @cached_property
    def message_planner(self) -> MessagePlanner:
        from hostaway_mcp.services.writes.message_planner import MessagePlanner

        return MessagePlanner(
            self._message_kind,
            hostaway=self._hostaway,
            conversations=self.conversations,
            portfolio=self.portfolio,
        )

    @cached_property
    def _stay_reader(self) -> StayReader:
        from hostaway_mcp.services.writes.stays import StayReader

        return StayReader(self._hostaway, self._learner)

    @cached_property
    def _stay_finder(self) -> StayFinder:
        from hostaway_mcp.services.writes.stays import StayFinder

        return StayFinder(self.reservations.resolver, self.portfolio)

    @cached_property
    def _stay_kinds(self) -> tuple[Kind, ...]:
        from hostaway_mcp.services.writes.bookings import BookingKind
        from hostaway_mcp.services.writes.cancellations import CancellationKind, NoShowKind
        from hostaway_mcp.services.writes.stay_changes import StayKind

        reader = self._stay_reader
        return BookingKind(reader), StayKind(reader), CancellationKind(reader), NoShowKind(reader)

    @cached_property
    def booking_planner(self) -> BookingPlanner:
        from hostaway_mcp.services.writes.booking_planner import BookingPlanner

        return BookingPlanner(self._stay_reader, hostaway=self._hostaway, portfolio=self.portfolio)

    @cached_property
    def stay_planner(self) -> StayPlanner:
        from hostaway_mcp.services.writes.stay_planner import StayPlanner

        return StayPlanner(
            self._stay_finder, self._stay_reader, hostaway=self._hostaway, reservations=self.reservations
        )

    @cached_property
    def cancellation_planner(self) -> CancellationPlanner:
        from hostaway_mcp.services.writes.cancellations import CancellationPlanner

        return CancellationPlanner(self._stay_finder, self._charges)

    @cached_property
    def _task_kind(self) -> TaskKind:
        from hostaway_mcp.services.writes.tasks import TaskKind

        return TaskKind(self._hostaway, self._learner, clock=self.clock)

    @cached_property
    def task_planner(self) -> TaskPlanner:
        from hostaway_mcp.services.writes.task_planner import TaskPlanner

        return TaskPlanner(
            self._task_kind,
            hostaway=self._hostaway,
            portfolio=self.portfolio,
            tasks=self._task_book,
            clock=self.clock,
        )

    @cached_property
    def _expense_kind(self) -> ExpenseKind:
        from hostaway_mcp.services.writes.expenses import ExpenseKind

        return ExpenseKind(self._hostaway, self._learner, clock=self.clock)

    @cached_property
    def expense_planner(self) -> ExpensePlanner:
        from hostaway_mcp.services.writes.expense_planner import ExpensePlanner

        return ExpensePlanner(
            self._expense_kind, hostaway=self._hostaway, portfolio=self.portfolio, clock=self.clock
        )

    @cached_property
    def _new_listing_kind(self) -> NewListingKind:
        from hostaway_mcp.services.writes.new_listings import NewListingKind

        return NewListingKind(self._hostaway, self._listing_kind)

    @cached_property
    def new_listing_planner(self) -> NewListingPlanner:
        from hostaway_mcp.services.writes.new_listing_planner import NewListingPlanner

        return NewListingPlanner(
            self._new_listing_kind,
            fields=self.listing_planner,
            listings=self._listing_kind,
            portfolio=self.portfolio,
            clock=self.clock,
        )

    @cached_property
    def writes(self) -> Writes:
        from hostaway_mcp.services.writes import Writes

        return Writes(
            self._hostaway,
            (
                self._calendar_kind,
                self._listing_kind,
                self._new_listing_kind,
                self._message_kind,
                self._task_kind,
                self._expense_kind,
                *self._stay_kinds,
            ),
            portfolio=self.portfolio,
            journal_url=self._journal_url,
            account_id=self._account_id,
            directory=self._directory,
            clock=self.clock,
            changed=self._changed,
            metrics=self._metrics,
        )

    async def open_changes(self) -> int | None:
        """
        How many changes were sent of which it is not known yet what became of them; None with writes off.

        Raises:
            StorageError: the journal cannot be read.
        """
        if not self.writes_on:
            return None
        ledger = self.writes.ledger
        return await (await ledger.journal()).count_open() if ledger.is_there else 0

    def _changed(self) -> None:
        """Answers that were kept may be other ones now."""
        self.facts.version += 1

    async def end_writes(self) -> None:
        """Lets what is being sent end; where nothing was ever written, nothing is loaded for it."""
        if "writes" in vars(self):
            await self.writes.aclose()
