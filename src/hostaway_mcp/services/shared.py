"""What several services rest on: how the account is read, and from which copies."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.services.facts import Facts
from hostaway_mcp.sync.replica import Replica

if TYPE_CHECKING:
    from hostaway_mcp.services.calendar import Calendar
    from hostaway_mcp.services.calendar_days import CalendarDays
    from hostaway_mcp.services.charges import Charges
    from hostaway_mcp.services.conversations import Conversations
    from hostaway_mcp.services.copied_calendars import CopiedCalendars
    from hostaway_mcp.services.copied_ledgers import CopiedLedgers
    from hostaway_mcp.services.copied_threads import CopiedThreads
    from hostaway_mcp.services.copy import Copy
    from hostaway_mcp.services.dictionaries import Dictionaries
    from hostaway_mcp.services.listings.listings import Listings
    from hostaway_mcp.services.portfolio import Portfolio
    from hostaway_mcp.services.reservations.reservations import Reservations
    from hostaway_mcp.services.review_book import ReviewBook
    from hostaway_mcp.services.stay_money import StayMoney
    from hostaway_mcp.services.stays import Stays
    from hostaway_mcp.services.task_book import TaskBook


class Shared:
    """Each is loaded and made when it is first asked for."""

    def __init__(self, hostaway: Hostaway, *, replica: Replica, clock: Clock) -> None:
        self._hostaway = hostaway
        self.replica = replica
        self.clock = clock
        self.facts = Facts(clock=clock)

    @cached_property
    def _copy(self) -> Copy:
        from hostaway_mcp.services.copy import Copy

        return Copy(self.replica, clock=self.clock)

    @cached_property
    def _ledgers(self) -> CopiedLedgers:
        from hostaway_mcp.services.copied_ledgers import CopiedLedgers

        return CopiedLedgers(self.replica, clock=self.clock)

    @cached_property
    def _threads(self) -> CopiedThreads:
        from hostaway_mcp.services.copied_threads import CopiedThreads

        return CopiedThreads(self.replica, clock=self.clock)

    @cached_property
    def _calendars(self) -> CopiedCalendars:
        from hostaway_mcp.services.copied_calendars import CopiedCalendars

        return CopiedCalendars(self.replica, clock=self.clock)

    @cached_property
    def portfolio(self) -> Portfolio:
        from hostaway_mcp.services.portfolio import Portfolio

        return Portfolio(self._hostaway, facts=self.facts, copy=self._copy, clock=self.clock)

    @cached_property
    def stays(self) -> Stays:
        from hostaway_mcp.services.copied_stays import CopiedStays
        from hostaway_mcp.services.stays import Stays

        return Stays(self._hostaway, facts=self.facts, copy=CopiedStays(self.replica, clock=self.clock))

    @cached_property
    def calendar(self) -> Calendar:
        from hostaway_mcp.services.calendar import Calendar

        return Calendar(self._hostaway, facts=self.facts, copy=self._calendars, portfolio=self.portfolio)

    @cached_property
    def _days(self) -> CalendarDays:
        from hostaway_mcp.services.calendar_days import CalendarDays

        return CalendarDays(self.replica, calendar=self.calendar, portfolio=self.portfolio, clock=self.clock)

    @cached_property
    def reservations(self) -> Reservations:
        from hostaway_mcp.services.reservations.reservations import Copies, Reservations

        return Reservations(
            self._hostaway,
            stays=self.stays,
            portfolio=self.portfolio,
            facts=self.facts,
            copies=Copies(self._copy, self._ledgers, self._threads),
            clock=self.clock,
        )

    @cached_property
    def _reviews(self) -> ReviewBook:
        from hostaway_mcp.services.review_book import CopiedReviews, ReviewBook

        return ReviewBook(
            self._hostaway, facts=self.facts, copy=CopiedReviews(self.replica, clock=self.clock)
        )

    @cached_property
    def _task_book(self) -> TaskBook:
        from hostaway_mcp.services.copied_tasks import CopiedTasks
        from hostaway_mcp.services.task_book import TaskBook

        return TaskBook(self._hostaway, facts=self.facts, copy=CopiedTasks(self.replica, clock=self.clock))

    @cached_property
    def _charges(self) -> Charges:
        from hostaway_mcp.services.charges import Charges

        return Charges(self._hostaway, facts=self.facts, ledgers=self._ledgers)

    @cached_property
    def _money(self) -> StayMoney:
        from hostaway_mcp.services.copied_money import CopiedMoney
        from hostaway_mcp.services.stay_money import StayMoney

        return StayMoney(
            copy=CopiedMoney(self.replica, clock=self.clock),
            stays=self.stays,
            portfolio=self.portfolio,
            calendar=self.calendar,
        )

    @cached_property
    def conversations(self) -> Conversations:
        from hostaway_mcp.services.conversations import Conversations

        return Conversations(
            self._hostaway,
            resolver=self.reservations.resolver,
            portfolio=self.portfolio,
            facts=self.facts,
            copy=self._threads,
            clock=self.clock,
        )

    @cached_property
    def listings(self) -> Listings:
        from hostaway_mcp.services.copied_listings import CopiedListings
        from hostaway_mcp.services.listings.listings import Listings

        return Listings(
            self._hostaway,
            facts=self.facts,
            copy=CopiedListings(self.replica, clock=self.clock),
            portfolio=self.portfolio,
        )

    @cached_property
    def dictionaries(self) -> Dictionaries:
        from hostaway_mcp.services.dictionaries import Dictionaries

        return Dictionaries(self._hostaway, replica=self.replica, clock=self.clock)
