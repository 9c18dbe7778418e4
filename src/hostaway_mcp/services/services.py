"""The services of one account, one attribute a noun."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.services.account_owners import AccountOwners
from hostaway_mcp.services.availability.availability import Availability
from hostaway_mcp.services.balances import BalanceBook
from hostaway_mcp.services.brief_reads import CopiedDaysOnly, CopiedTasksOnly
from hostaway_mcp.services.calendar import Calendar
from hostaway_mcp.services.calendar_days import CalendarDays
from hostaway_mcp.services.changes import Changes
from hostaway_mcp.services.charges import Charges
from hostaway_mcp.services.conflicts import Conflicts
from hostaway_mcp.services.connection import ConnectionCheck
from hostaway_mcp.services.conversations import Conversations
from hostaway_mcp.services.copied_calendars import CopiedCalendars
from hostaway_mcp.services.copied_inbox import CopiedInbox
from hostaway_mcp.services.copied_ledgers import CopiedLedgers
from hostaway_mcp.services.copied_listings import CopiedListings
from hostaway_mcp.services.copied_money import CopiedMoney
from hostaway_mcp.services.copied_stays import CopiedStays
from hostaway_mcp.services.copied_tasks import CopiedTasks
from hostaway_mcp.services.copied_threads import CopiedThreads
from hostaway_mcp.services.copy import Copy
from hostaway_mcp.services.daily_brief import DailyBrief, Sources
from hostaway_mcp.services.dictionaries import Dictionaries
from hostaway_mcp.services.expenses import Expenses
from hostaway_mcp.services.explainer import Explainer
from hostaway_mcp.services.facts import Facts
from hostaway_mcp.services.finance import Finance
from hostaway_mcp.services.financial_summary import FinancialSummary
from hostaway_mcp.services.finder import Finder
from hostaway_mcp.services.gaps import Gaps
from hostaway_mcp.services.guests import Guests
from hostaway_mcp.services.listing_audit import ListingAudit
from hostaway_mcp.services.listings.listings import Listings
from hostaway_mcp.services.messages import MessageSearch
from hostaway_mcp.services.news import Watch
from hostaway_mcp.services.owner_statements import OwnerStatements
from hostaway_mcp.services.pacing import Pace
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.prices import Prices
from hostaway_mcp.services.quote import Quotes
from hostaway_mcp.services.replica_state import ReplicaState
from hostaway_mcp.services.reply_context import ReplyContexts
from hostaway_mcp.services.reservations.reservations import Copies, Reservations
from hostaway_mcp.services.review_book import CopiedReviews, ReviewBook
from hostaway_mcp.services.review_insights import ReviewInsight
from hostaway_mcp.services.review_queue import ReviewQueues
from hostaway_mcp.services.stay_board import StayBoard
from hostaway_mcp.services.stay_money import StayMoney
from hostaway_mcp.services.stays import Stays
from hostaway_mcp.services.task_book import TaskBook
from hostaway_mcp.services.tasks import TaskFinder
from hostaway_mcp.services.triage import InboxTriage
from hostaway_mcp.services.turnovers import TurnoverPlan
from hostaway_mcp.services.upsells import Upsells
from hostaway_mcp.services.writes import Writes
from hostaway_mcp.services.writes.calendar import CalendarKind, CalendarPlanner
from hostaway_mcp.services.writes.learning import Learner
from hostaway_mcp.services.writes.message_planner import MessagePlanner
from hostaway_mcp.services.writes.messages import MessageKind
from hostaway_mcp.sync.replica import Replica
from hostaway_mcp.sync.webhooks import WebhookFile


class Services:
    """Answers questions about one Hostaway account."""

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
    ) -> None:
        self.reveal = frozenset(reveal)
        self.replica = replica
        self.clock = clock
        self.facts = Facts(clock=clock)
        self.news = Watch(replica, facts=self.facts, clock=clock)
        copy, ledgers = Copy(replica, clock=clock), CopiedLedgers(replica, clock=clock)
        threads = CopiedThreads(replica, clock=clock)
        self.portfolio = Portfolio(hostaway, facts=self.facts, copy=copy, clock=clock)
        self.stays = Stays(hostaway, facts=self.facts, copy=CopiedStays(replica, clock=clock))
        self.listings = Listings(
            hostaway,
            facts=self.facts,
            copy=CopiedListings(replica, clock=clock),
            portfolio=self.portfolio,
        )
        calendars = CopiedCalendars(replica, clock=clock)
        self.calendar = Calendar(hostaway, facts=self.facts, copy=calendars, portfolio=self.portfolio)
        calendar_days = CalendarDays(replica, calendar=self.calendar, portfolio=self.portfolio, clock=clock)
        self.gaps = Gaps(days=calendar_days, portfolio=self.portfolio)
        self.conflicts = Conflicts(stays=self.stays, days=calendar_days, portfolio=self.portfolio)
        self.prices = Prices(stays=self.stays, days=calendar_days, portfolio=self.portfolio)
        self.availability = Availability(
            hostaway,
            facts=self.facts,
            copy=calendars,
            portfolio=self.portfolio,
            calendar=self.calendar,
            stays=self.stays,
        )
        self.reservations = Reservations(
            hostaway,
            stays=self.stays,
            portfolio=self.portfolio,
            facts=self.facts,
            copies=Copies(copy, ledgers, threads),
            clock=clock,
        )
        self.guests = Guests(
            hostaway,
            stays=self.stays,
            portfolio=self.portfolio,
            resolver=self.reservations.resolver,
            ledgers=ledgers,
            reveal=self.reveal,
        )

        self.replica_state = ReplicaState(replica, clock=clock)
        self.connection = ConnectionCheck(
            hostaway,
            facts=self.facts,
            replica=self.replica_state,
            webhook=webhook,
            clock=clock,
            account_id=account_id,
            has_credentials=has_credentials,
        )
        self.finder = Finder(
            hostaway, stays=self.stays, portfolio=self.portfolio, copy=copy, threads=threads, clock=clock
        )
        self.conversations = Conversations(
            hostaway,
            resolver=self.reservations.resolver,
            portfolio=self.portfolio,
            facts=self.facts,
            copy=threads,
            clock=clock,
        )
        self.replies = ReplyContexts(
            hostaway,
            conversations=self.conversations,
            resolver=self.reservations.resolver,
            portfolio=self.portfolio,
            listings=self.listings,
            calendar=self.calendar,
            stays=self.stays,
            clock=clock,
            reveal=self.reveal,
        )
        reviews = ReviewBook(hostaway, facts=self.facts, copy=CopiedReviews(replica, clock=clock))
        self.review_insight = ReviewInsight(book=reviews, portfolio=self.portfolio)
        self.review_queues = ReviewQueues(book=reviews, portfolio=self.portfolio, clock=clock)
        inbox = CopiedInbox(replica, clock=clock)
        self.triage = InboxTriage(
            hostaway, copy=inbox, portfolio=self.portfolio, facts=self.facts, clock=clock
        )
        self.dictionaries = Dictionaries(hostaway, replica=replica, clock=clock)
        self.stay_board = StayBoard(stays=self.stays, portfolio=self.portfolio)
        book = TaskBook(hostaway, facts=self.facts, copy=CopiedTasks(replica, clock=clock))
        self.upsells = Upsells(
            stays=self.stays,
            portfolio=self.portfolio,
            calendar=self.calendar,
            resolver=self.reservations.resolver,
            clock=clock,
        )
        self.audit = ListingAudit(portfolio=self.portfolio)
        self.tasks = TaskFinder(portfolio=self.portfolio, tasks=book, clock=clock)
        self.turnovers = TurnoverPlan(stays=self.stays, portfolio=self.portfolio, tasks=book)
        self.messages = MessageSearch(replica, portfolio=self.portfolio, clock=clock)
        self.changes = Changes(replica, portfolio=self.portfolio, clock=clock)
        self.finance = Finance(hostaway, facts=self.facts, portfolio=self.portfolio)
        money = StayMoney(
            copy=CopiedMoney(replica, clock=clock),
            stays=self.stays,
            portfolio=self.portfolio,
            calendar=self.calendar,
        )
        self.financial_summary = FinancialSummary(
            hostaway, money=money, portfolio=self.portfolio, finance=self.finance, facts=self.facts
        )
        self.pacing = Pace(money=money, portfolio=self.portfolio)
        self.quotes = Quotes(hostaway, facts=self.facts, portfolio=self.portfolio, calendar=self.calendar)
        charges = Charges(hostaway, facts=self.facts, ledgers=ledgers)
        self.expenses = Expenses(
            hostaway,
            facts=self.facts,
            ledgers=ledgers,
            portfolio=self.portfolio,
            owners=AccountOwners(hostaway, facts=self.facts),
        )
        self.explainer = Explainer(
            hostaway,
            portfolio=self.portfolio,
            resolver=self.reservations.resolver,
            charges=charges,
            statements=OwnerStatements(hostaway, facts=self.facts, expenses=self.expenses),
        )
        self.balances = BalanceBook(stays=self.stays, portfolio=self.portfolio, charges=charges)
        copied_tasks = CopiedTasksOnly(hostaway, facts=self.facts, copy=CopiedTasks(replica, clock=clock))
        copied_days = CopiedDaysOnly(replica, calendar=self.calendar, portfolio=self.portfolio, clock=clock)
        self.brief = DailyBrief(
            Sources(
                stays=self.stays,
                portfolio=self.portfolio,
                charges=charges,
                tasks=book,
                triage=self.triage,
                copied_tasks=copied_tasks,
                copied_days=copied_days,
                clock=clock,
            )
        )

        learner = Learner(replica, facts=self.facts, clock=clock)
        calendar_kind = CalendarKind(hostaway, learner)
        self.calendar_planner = CalendarPlanner(calendar_kind, portfolio=self.portfolio)
        message_kind = MessageKind(hostaway, learner)
        self.message_planner = MessagePlanner(
            message_kind,
            hostaway=hostaway,
            conversations=self.conversations,
            portfolio=self.portfolio,
        )
        self.writes = Writes(
            hostaway,
            (calendar_kind, message_kind),
            journal_url=journal_url,
            account_id=account_id,
            directory=directory,
            clock=clock,
            changed=self._changed,
        )

    def _changed(self) -> None:
        """Answers that were kept may be other ones now."""
        self.facts.version += 1

    async def aclose(self) -> None:
        """Lets what is being sent end, and ends reads that nobody waits for."""
        await self.writes.aclose()
        self.facts.forget()
