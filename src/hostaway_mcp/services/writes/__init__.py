"""The write path: one way for every tool that changes something, from a proposal to what became of it."""

from hostaway_mcp.services.writes.answers import Applied, Proposal
from hostaway_mcp.services.writes.plans import Plan, Touch
from hostaway_mcp.services.writes.writes import Writes

__all__ = ["Applied", "Plan", "Proposal", "Touch", "Writes"]
