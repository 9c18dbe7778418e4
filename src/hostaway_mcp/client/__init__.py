"""Hostaway over HTTP: a typed, asynchronous client that can be used alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hostaway_mcp.client.client import Hostaway

__all__ = ["Hostaway"]


def __getattr__(name: str) -> object:
    # Late, so that importing a part (the protocol, the governor) does not import the whole client.
    if name == "Hostaway":
        from hostaway_mcp.client.client import Hostaway

        return Hostaway
    raise AttributeError(name)
