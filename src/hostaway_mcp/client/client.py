"""The client's front door: one Hostaway account, one attribute a noun."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpx2

from hostaway_mcp.client.governor import Governor
from hostaway_mcp.client.governor.governor import LeaseGovernor
from hostaway_mcp.client.rows import Caller
from hostaway_mcp.client.shared import MemoryState, SharedState
from hostaway_mcp.client.transport import Transport
from hostaway_mcp.clock import Clock, SystemClock

if TYPE_CHECKING:
    from hostaway_mcp.client.access_tokens import AccessTokens
    from hostaway_mcp.client.calendar import Calendar
    from hostaway_mcp.client.cancellation_policies import CancellationPolicies
    from hostaway_mcp.client.conversations import Conversations
    from hostaway_mcp.client.coupons import Coupons
    from hostaway_mcp.client.custom_fields import CustomFields
    from hostaway_mcp.client.dictionaries import Dictionaries
    from hostaway_mcp.client.expenses import Expenses
    from hostaway_mcp.client.finance import Finance
    from hostaway_mcp.client.guest_payments import GuestPayments
    from hostaway_mcp.client.legacy_webhooks import LegacyWebhooks
    from hostaway_mcp.client.listing_settings import ListingSettings
    from hostaway_mcp.client.listings import Listings
    from hostaway_mcp.client.owner_statements import OwnerStatements
    from hostaway_mcp.client.payment_cards import PaymentCards
    from hostaway_mcp.client.reservations import Reservations
    from hostaway_mcp.client.reviews import Reviews
    from hostaway_mcp.client.tasks import Tasks
    from hostaway_mcp.client.templates import Templates
    from hostaway_mcp.client.users import Users
    from hostaway_mcp.client.webhooks import Webhooks

BASE_URL = "https://api.hostaway.com/v1"


class Nouns:
    """All of Hostaway's nouns, spoken to through one transport; each is loaded when it is first spoken to."""

    def __init__(self, transport: Caller) -> None:
        self._caller = transport

    @cached_property
    def access_tokens(self) -> AccessTokens:
        from hostaway_mcp.client.access_tokens import AccessTokens

        return AccessTokens(self._caller)

    @cached_property
    def calendar(self) -> Calendar:
        from hostaway_mcp.client.calendar import Calendar

        return Calendar(self._caller)

    @cached_property
    def cancellation_policies(self) -> CancellationPolicies:
        from hostaway_mcp.client.cancellation_policies import CancellationPolicies

        return CancellationPolicies(self._caller)

    @cached_property
    def conversations(self) -> Conversations:
        from hostaway_mcp.client.conversations import Conversations

        return Conversations(self._caller)

    @cached_property
    def coupons(self) -> Coupons:
        from hostaway_mcp.client.coupons import Coupons

        return Coupons(self._caller)

    @cached_property
    def custom_fields(self) -> CustomFields:
        from hostaway_mcp.client.custom_fields import CustomFields

        return CustomFields(self._caller)

    @cached_property
    def dictionaries(self) -> Dictionaries:
        from hostaway_mcp.client.dictionaries import Dictionaries

        return Dictionaries(self._caller)

    @cached_property
    def expenses(self) -> Expenses:
        from hostaway_mcp.client.expenses import Expenses

        return Expenses(self._caller)

    @cached_property
    def finance(self) -> Finance:
        from hostaway_mcp.client.finance import Finance

        return Finance(self._caller)

    @cached_property
    def guest_payments(self) -> GuestPayments:
        from hostaway_mcp.client.guest_payments import GuestPayments

        return GuestPayments(self._caller)

    @cached_property
    def listing_settings(self) -> ListingSettings:
        from hostaway_mcp.client.listing_settings import ListingSettings

        return ListingSettings(self._caller)

    @cached_property
    def listings(self) -> Listings:
        from hostaway_mcp.client.listings import Listings

        return Listings(self._caller)

    @cached_property
    def message_webhooks(self) -> LegacyWebhooks:
        from hostaway_mcp.client.legacy_webhooks import LegacyWebhooks

        return LegacyWebhooks.of_messages(self._caller)

    @cached_property
    def owner_statements(self) -> OwnerStatements:
        from hostaway_mcp.client.owner_statements import OwnerStatements

        return OwnerStatements(self._caller)

    @cached_property
    def payment_cards(self) -> PaymentCards:
        from hostaway_mcp.client.payment_cards import PaymentCards

        return PaymentCards(self._caller)

    @cached_property
    def reservation_webhooks(self) -> LegacyWebhooks:
        from hostaway_mcp.client.legacy_webhooks import LegacyWebhooks

        return LegacyWebhooks.of_reservations(self._caller)

    @cached_property
    def reservations(self) -> Reservations:
        from hostaway_mcp.client.reservations import Reservations

        return Reservations(self._caller)

    @cached_property
    def reviews(self) -> Reviews:
        from hostaway_mcp.client.reviews import Reviews

        return Reviews(self._caller)

    @cached_property
    def tasks(self) -> Tasks:
        from hostaway_mcp.client.tasks import Tasks

        return Tasks(self._caller)

    @cached_property
    def templates(self) -> Templates:
        from hostaway_mcp.client.templates import Templates

        return Templates(self._caller)

    @cached_property
    def users(self) -> Users:
        from hostaway_mcp.client.users import Users

        return Users(self._caller)

    @cached_property
    def webhooks(self) -> Webhooks:
        from hostaway_mcp.client.webhooks import Webhooks

        return Webhooks(self._caller)


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
