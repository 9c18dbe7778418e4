"""The services of one account, one attribute a noun."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.services.news import Watch
from hostaway_mcp.services.writing import Writing
from hostaway_mcp.sync.replica import Replica
from hostaway_mcp.sync.webhooks import WebhookFile
from hostaway_mcp.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from hostaway_mcp.services.availability.availability import Availability
    from hostaway_mcp.services.balances import BalanceBook
    from hostaway_mcp.services.changes import Changes
    from hostaway_mcp.services.conflicts import Conflicts
    from hostaway_mcp.services.connection import ConnectionCheck
    from hostaway_mcp.services.daily_brief import DailyBrief
    from hostaway_mcp.services.expenses import Expenses
    from hostaway_mcp.services.explainer import Explainer
    from hostaway_mcp.services.finance import Finance
    from hostaway_mcp.services.financial_summary import FinancialSummary
    from hostaway_mcp.services.finder import Finder
    from hostaway_mcp.services.gaps import Gaps
    from hostaway_mcp.services.guests import Guests
    from hostaway_mcp.services.listing_audit import ListingAudit
    from hostaway_mcp.services.messages import MessageSearch
    from hostaway_mcp.services.pacing import Pace
    from hostaway_mcp.services.prices import Prices
    from hostaway_mcp.services.quote import Quotes
    from hostaway_mcp.services.replica_state import ReplicaState
    from hostaway_mcp.services.reply_context import ReplyContexts
    from hostaway_mcp.services.review_insights import ReviewInsight
    from hostaway_mcp.services.review_queue import ReviewQueues
    from hostaway_mcp.services.stay_board import StayBoard
    from hostaway_mcp.services.tasks import TaskFinder
    from hostaway_mcp.services.triage import InboxTriage
    from hostaway_mcp.services.turnovers import TurnoverPlan
    from hostaway_mcp.services.upsells import Upsells


class Services(Writing):
    """
    Answers questions about one Hostaway account.

    A service is loaded and made when it is first asked for: all of them would double the time to start.
    """

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        replica: Replica,
        clock: Clock,
        reveal: Sequence[str] = (),
        account_id: str = "",
        has_credentials: bool = True,
        webhook: WebhookFile | None = None,
        journal_url: str = "",
        directory: Path = Path(),
        writes_on: bool = False,
        metrics: Metrics | None = None,
    ) -> None:
        super().__init__(
            hostaway,
            replica=replica,
            clock=clock,
            account_id=account_id,
            journal_url=journal_url,
            directory=directory,
            writes_on=writes_on,
            metrics=metrics or Metrics(),
        )
        self.reveal = frozenset(reveal)
        self._has_credentials = has_credentials
        self._webhook = webhook
        self.news = Watch(replica, facts=self.facts, clock=clock)

    @cached_property
    def gaps(self) -> Gaps:
        from hostaway_mcp.services.gaps import Gaps

        return Gaps(days=self._days, portfolio=self.portfolio)

    @cached_property
    def conflicts(self) -> Conflicts:
        from hostaway_mcp.services.conflicts import Conflicts

        return Conflicts(stays=self.stays, days=self._days, portfolio=self.portfolio)

    @cached_property
    def prices(self) -> Prices:
        from hostaway_mcp.services.prices import Prices

        return Prices(stays=self.stays, days=self._days, portfolio=self.portfolio)

    @cached_property
    def availability(self) -> Availability:
        from hostaway_mcp.services.availability.availability import Availability

        return Availability(
            self._hostaway,
            facts=self.facts,
            copy=self._calendars,
            portfolio=self.portfolio,
            calendar=self.calendar,
            stays=self.stays,
        )

    @cached_property
    def guests(self) -> Guests:
        from hostaway_mcp.services.guests import Guests

        return Guests(
            self._hostaway,
            stays=self.stays,
            portfolio=self.portfolio,
            resolver=self.reservations.resolver,
            ledgers=self._ledgers,
            reveal=self.reveal,
        )

    @cached_property
    def replica_state(self) -> ReplicaState:
        from hostaway_mcp.services.replica_state import ReplicaState

        return ReplicaState(self.replica, clock=self.clock)

    @cached_property
    def connection(self) -> ConnectionCheck:
        from hostaway_mcp.services.connection import ConnectionCheck

        return ConnectionCheck(
            self._hostaway,
            facts=self.facts,
            replica=self.replica_state,
            webhook=self._webhook,
            clock=self.clock,
            account_id=self._account_id,
            has_credentials=self._has_credentials,
            writes_on=self.writes_on,
            open_changes=self.open_changes,
        )

    @cached_property
    def finder(self) -> Finder:
        from hostaway_mcp.services.finder import Finder

        return Finder(
            self._hostaway,
            stays=self.stays,
            portfolio=self.portfolio,
            copy=self._copy,
            threads=self._threads,
            clock=self.clock,
        )

    @cached_property
    def replies(self) -> ReplyContexts:
        from hostaway_mcp.services.reply_context import ReplyContexts

        return ReplyContexts(
            self._hostaway,
            conversations=self.conversations,
            resolver=self.reservations.resolver,
            portfolio=self.portfolio,
            listings=self.listings,
            calendar=self.calendar,
            stays=self.stays,
            clock=self.clock,
            reveal=self.reveal,
        )

    @cached_property
    def review_insight(self) -> ReviewInsight:
        from hostaway_mcp.services.review_insights import ReviewInsight

        return ReviewInsight(book=self._reviews, portfolio=self.portfolio)

    @cached_property
    def review_queues(self) -> ReviewQueues:
        from hostaway_mcp.services.review_queue import ReviewQueues

        return ReviewQueues(book=self._reviews, portfolio=self.portfolio, clock=self.clock)

    @cached_property
    def triage(self) -> InboxTriage:
        from hostaway_mcp.services.copied_inbox import CopiedInbox
        from hostaway_mcp.services.triage import InboxTriage

        return InboxTriage(
            self._hostaway,
            copy=CopiedInbox(self.replica, clock=self.clock),
            portfolio=self.portfolio,
            facts=self.facts,
            clock=self.clock,
        )

    @cached_property
    def stay_board(self) -> StayBoard:
        from hostaway_mcp.services.stay_board import StayBoard

        return StayBoard(stays=self.stays, portfolio=self.portfolio)

    @cached_property
    def upsells(self) -> Upsells:
        from hostaway_mcp.services.upsells import Upsells

        return Upsells(
            stays=self.stays,
            portfolio=self.portfolio,
            calendar=self.calendar,
            resolver=self.reservations.resolver,
            clock=self.clock,
        )

    @cached_property
    def audit(self) -> ListingAudit:
        from hostaway_mcp.services.listing_audit import ListingAudit

        return ListingAudit(portfolio=self.portfolio)

    @cached_property
    def tasks(self) -> TaskFinder:
        from hostaway_mcp.services.tasks import TaskFinder

        return TaskFinder(portfolio=self.portfolio, tasks=self._task_book, clock=self.clock)

    @cached_property
    def turnovers(self) -> TurnoverPlan:
        from hostaway_mcp.services.turnovers import TurnoverPlan

        return TurnoverPlan(stays=self.stays, portfolio=self.portfolio, tasks=self._task_book)

    @cached_property
    def messages(self) -> MessageSearch:
        from hostaway_mcp.services.messages import MessageSearch

        return MessageSearch(self.replica, portfolio=self.portfolio, clock=self.clock)

    @cached_property
    def changes(self) -> Changes:
        from hostaway_mcp.services.changes import Changes

        return Changes(self.replica, portfolio=self.portfolio, clock=self.clock)

    @cached_property
    def finance(self) -> Finance:
        from hostaway_mcp.services.finance import Finance

        return Finance(self._hostaway, facts=self.facts, portfolio=self.portfolio)

    @cached_property
    def financial_summary(self) -> FinancialSummary:
        from hostaway_mcp.services.financial_summary import FinancialSummary

        return FinancialSummary(
            self._hostaway,
            money=self._money,
            portfolio=self.portfolio,
            finance=self.finance,
            facts=self.facts,
        )

    @cached_property
    def pacing(self) -> Pace:
        from hostaway_mcp.services.pacing import Pace

        return Pace(money=self._money, portfolio=self.portfolio)

    @cached_property
    def quotes(self) -> Quotes:
        from hostaway_mcp.services.quote import Quotes

        return Quotes(self._hostaway, facts=self.facts, portfolio=self.portfolio, calendar=self.calendar)

    @cached_property
    def expenses(self) -> Expenses:
        from hostaway_mcp.services.account_owners import AccountOwners
        from hostaway_mcp.services.expenses import Expenses

        return Expenses(
            self._hostaway,
            facts=self.facts,
            ledgers=self._ledgers,
            portfolio=self.portfolio,
            owners=AccountOwners(self._hostaway, facts=self.facts),
        )

    @cached_property
    def explainer(self) -> Explainer:
        from hostaway_mcp.services.explainer import Explainer
        from hostaway_mcp.services.owner_statements import OwnerStatements

        return Explainer(
            self._hostaway,
            portfolio=self.portfolio,
            resolver=self.reservations.resolver,
            charges=self._charges,
            statements=OwnerStatements(self._hostaway, facts=self.facts, expenses=self.expenses),
        )

    @cached_property
    def balances(self) -> BalanceBook:
        from hostaway_mcp.services.balances import BalanceBook

        return BalanceBook(stays=self.stays, portfolio=self.portfolio, charges=self._charges)

    @cached_property
    def brief(self) -> DailyBrief:
        from hostaway_mcp.services.brief_reads import CopiedDaysOnly, CopiedTasksOnly
        from hostaway_mcp.services.copied_tasks import CopiedTasks
        from hostaway_mcp.services.daily_brief import DailyBrief, Sources

        return DailyBrief(
            Sources(
                stays=self.stays,
                portfolio=self.portfolio,
                charges=self._charges,
                tasks=self._task_book,
                triage=self.triage,
                copied_tasks=CopiedTasksOnly(
                    self._hostaway, facts=self.facts, copy=CopiedTasks(self.replica, clock=self.clock)
                ),
                copied_days=CopiedDaysOnly(
                    self.replica, calendar=self.calendar, portfolio=self.portfolio, clock=self.clock
                ),
                clock=self.clock,
            )
        )

    async def aclose(self) -> None:
        """Lets what is being sent end, and ends reads that nobody waits for."""
        await self.end_writes()
        self.facts.forget()
