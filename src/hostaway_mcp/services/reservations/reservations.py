"""The front door to questions about reservations."""

from __future__ import annotations

from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.services.facts import Facts
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.reservations.find import Finder
from hostaway_mcp.services.reservations.one import Copies, Reader
from hostaway_mcp.services.reservations.resolve import Resolver
from hostaway_mcp.services.stays import Stays

__all__ = ["Copies", "Reservations"]


class Reservations:
    """Finds reservations, looks at one, and tells which one words mean."""

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        stays: Stays,
        portfolio: Portfolio,
        facts: Facts,
        copies: Copies,
        clock: Clock,
    ) -> None:
        self.resolver = Resolver(hostaway, stays=stays, copy=copies.stays, clock=clock)
        self.find = Finder(stays=stays, portfolio=portfolio).find
        reader = Reader(hostaway, portfolio=portfolio, facts=facts, resolver=self.resolver, copies=copies)
        self.get, self.custom_fields = reader.get, reader.custom_fields
