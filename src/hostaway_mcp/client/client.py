"""The client's front door: one Hostaway account, one attribute a noun."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx2

from hostaway_mcp.client.access_tokens import AccessTokens
from hostaway_mcp.client.calendar import Calendar
from hostaway_mcp.client.cancellation_policies import CancellationPolicies
from hostaway_mcp.client.conversations import Conversations
from hostaway_mcp.client.coupons import Coupons
from hostaway_mcp.client.custom_fields import CustomFields
from hostaway_mcp.client.dictionaries import Dictionaries
from hostaway_mcp.client.expenses import Expenses
from hostaway_mcp.client.finance import Finance
from hostaway_mcp.client.governor import Governor
from hostaway_mcp.client.governor.governor import LeaseGovernor
from hostaway_mcp.client.guest_payments import GuestPayments
from hostaway_mcp.client.legacy_webhooks import LegacyWebhooks
from hostaway_mcp.client.listing_settings import ListingSettings
from hostaway_mcp.client.listings import Listings
from hostaway_mcp.client.owner_statements import OwnerStatements
from hostaway_mcp.client.payment_cards import PaymentCards
from hostaway_mcp.client.reservations import Reservations
from hostaway_mcp.client.reviews import Reviews
from hostaway_mcp.client.rows import Caller
from hostaway_mcp.client.shared import MemoryState, SharedState
from hostaway_mcp.client.tasks import Tasks
from hostaway_mcp.client.templates import Templates
from hostaway_mcp.client.transport import Transport
from hostaway_mcp.client.users import Users
from hostaway_mcp.client.webhooks import Webhooks
from hostaway_mcp.clock import Clock, SystemClock

BASE_URL = "https://api.hostaway.com/v1"


class Nouns:
    """All of Hostaway's nouns, spoken to through one transport."""

    def __init__(self, transport: Caller) -> None:
        self.access_tokens = AccessTokens(transport)
        self.calendar = Calendar(transport)
        self.cancellation_policies = CancellationPolicies(transport)
        self.conversations = Conversations(transport)
        self.coupons = Coupons(transport)
        self.custom_fields = CustomFields(transport)
        self.dictionaries = Dictionaries(transport)
        self.expenses = Expenses(transport)
        self.finance = Finance(transport)
        self.guest_payments = GuestPayments(transport)
        self.listing_settings = ListingSettings(transport)
        self.listings = Listings(transport)
        self.message_webhooks = LegacyWebhooks.of_messages(transport)
        self.owner_statements = OwnerStatements(transport)
        self.payment_cards = PaymentCards(transport)
        self.reservation_webhooks = LegacyWebhooks.of_reservations(transport)
        self.reservations = Reservations(transport)
        self.reviews = Reviews(transport)
        self.tasks = Tasks(transport)
        self.templates = Templates(transport)
        self.users = Users(transport)
        self.webhooks = Webhooks(transport)


class Hostaway(Nouns):
    """
    One Hostaway account: `async with Hostaway(account_id=..., client_secret=...) as hostaway: ...`

    Without a governor it keeps to the limits of the documentation's snapshot, 15 requests in 10 seconds
    per IP and 20 per account, for this client alone; give clients that run beside each other the same
    `state` (and a governor on it), so that they share one budget and one token.
    """

    def __init__(
        self,
        *,
        account_id: str,
        client_secret: str,
        base_url: str = BASE_URL,
        governor: Governor | None = None,
        state: SharedState | None = None,
        clock: Clock | None = None,
        http: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        clock = clock or SystemClock()
        state = state or MemoryState()
        self.transport = Transport(
            base_url=base_url,
            account_id=account_id,
            client_secret=client_secret,
            governor=governor or LeaseGovernor(state, clock=clock),
            state=state,
            clock=clock,
            http=http,
        )
        super().__init__(self.transport)

    async def aclose(self) -> None:
        """Closes its connections."""
        await self.transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
