"""Cancellation policies: the account's own, and those of channels."""

from __future__ import annotations

from collections.abc import Mapping

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    CREATE_CANCELLATION_POLICY,
    DELETE_CANCELLATION_POLICY,
    GET_CANCELLATION_POLICY,
    LIST_AIRBNB_CANCELLATION_POLICIES,
    LIST_BOOKING_CANCELLATION_POLICIES,
    LIST_CANCELLATION_POLICIES,
    LIST_MARRIOTT_CANCELLATION_POLICIES,
    LIST_VRBO_CANCELLATION_POLICIES,
    UPDATE_CANCELLATION_POLICY,
)
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.client.rows import Done, Noun, One, Page, Written
from hostaway_mcp.models.cancellation_policies import CancellationPolicy


class CancellationPolicies(Noun):
    """Source: Hostaway API reference, "Cancellation policies"."""

    async def find(self) -> Page[CancellationPolicy]:
        """The account's policies for direct bookings."""
        return await self._page(LIST_CANCELLATION_POLICIES, CancellationPolicy)

    async def find_airbnb(self, *, listing_id: int | None = None) -> Page[CancellationPolicy]:
        """Airbnb's policies, or those that one listing may use."""
        query = {"listingMapId": listing_id}
        return await self._page(LIST_AIRBNB_CANCELLATION_POLICIES, CancellationPolicy, query=query)

    async def find_bookingcom(self) -> Page[CancellationPolicy]:
        """Booking.com's policies."""
        return await self._page(LIST_BOOKING_CANCELLATION_POLICIES, CancellationPolicy)

    async def find_marriott(self) -> Page[CancellationPolicy]:
        """Marriott's policies."""
        return await self._page(LIST_MARRIOTT_CANCELLATION_POLICIES, CancellationPolicy)

    async def find_vrbo(self) -> Page[CancellationPolicy]:
        """Vrbo's policies."""
        return await self._page(LIST_VRBO_CANCELLATION_POLICIES, CancellationPolicy)

    async def get(self, cancellation_policy_id: int) -> One[CancellationPolicy]:
        """
        One policy.

        Raises:
            NotFoundError: no such policy in this account.
        """
        path = {"cancellationPolicyId": cancellation_policy_id}
        return await self._one(GET_CANCELLATION_POLICY, CancellationPolicy, path=path)

    async def create(self, body: Mapping[str, Json]) -> Written[CancellationPolicy]:
        """A new policy; the `timeDelta` of its items is in seconds, negative before the event."""
        return await self._write(
            CREATE_CANCELLATION_POLICY,
            CancellationPolicy,
            body=inputs.CANCELLATION_POLICY.wire(body),
        )

    async def update(
        self, cancellation_policy_id: int, body: Mapping[str, Json]
    ) -> Written[CancellationPolicy]:
        """Changes a policy."""
        return await self._write(
            UPDATE_CANCELLATION_POLICY,
            CancellationPolicy,
            path={"cancellationPolicyId": cancellation_policy_id},
            body=inputs.CANCELLATION_POLICY.wire(body),
        )

    async def delete(self, cancellation_policy_id: int) -> Done:
        """Deletes a policy."""
        path = {"cancellationPolicyId": cancellation_policy_id}
        return await self._do(DELETE_CANCELLATION_POLICY, path=path)
