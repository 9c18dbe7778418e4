"""A false Hostaway: documented JSON over HTTP, from a seeded world."""

from hostaway_mcp.sandbox.clock import SteppedClock
from hostaway_mcp.sandbox.effects import Effect
from hostaway_mcp.sandbox.faults import Cut, Refused
from hostaway_mcp.sandbox.sandbox import Sandbox
from hostaway_mcp.sandbox.tokens import Credentials

__all__ = ["Credentials", "Cut", "Effect", "Refused", "Sandbox", "SteppedClock"]
