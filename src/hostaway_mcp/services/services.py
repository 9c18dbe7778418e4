"""The services of one account, one attribute a noun."""

from __future__ import annotations

from collections.abc import Sequence

from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.services.availability.availability import Availability
from hostaway_mcp.services.calendar import Calendar
from hostaway_mcp.services.changes import Changes
from hostaway_mcp.services.connection import ConnectionCheck
from hostaway_mcp.services.conversations import Conversations
from hostaway_mcp.services.copied_calendars import CopiedCalendars
from hostaway_mcp.services.copied_ledgers import CopiedLedgers
from hostaway_mcp.services.copied_listings import CopiedListings
from hostaway_mcp.services.copied_stays import CopiedStays
from hostaway_mcp.services.copied_threads import CopiedThreads
from hostaway_mcp.services.copy import Copy
from hostaway_mcp.services.facts import Facts
from hostaway_mcp.services.finance import Finance
from hostaway_mcp.services.finder import Finder
from hostaway_mcp.services.guests import Guests
from hostaway_mcp.services.listings.listings import Listings
from hostaway_mcp.services.messages import MessageSearch
from hostaway_mcp.services.news import Watch
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.replica_state import ReplicaState
from hostaway_mcp.services.reservations.reservations import Copies, Reservations
from hostaway_mcp.services.stay_board import StayBoard
from hostaway_mcp.services.stays import Stays
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
    ) -> None:
        self.reveal = frozenset(reveal)
        self.replica = replica
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
        self.stay_board = StayBoard(stays=self.stays, portfolio=self.portfolio)
        self.messages = MessageSearch(replica, portfolio=self.portfolio, clock=clock)
        self.changes = Changes(replica, portfolio=self.portfolio, clock=clock)
        self.finance = Finance(hostaway, facts=self.facts, portfolio=self.portfolio)

    async def aclose(self) -> None:
        """Ends reads that nobody waits for."""
        self.facts.forget()
