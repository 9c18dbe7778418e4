"""The only place that knows what time it is."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Instants for people, seconds for waiting."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only go forward and are the same in every process of this machine."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        ...

    def today(self, zone: str) -> date:
        """The day it is in an IANA time zone."""
        ...


class SystemClock:
    """
    The machine's clock.

    `fixed_today` (the setting HOSTAWAY_MCP_TODAY) pins the day in every zone, for demos and checks;
    instants and waits stay real.
    """

    def __init__(self, *, fixed_today: date | None = None) -> None:
        self._fixed_today = fixed_today

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def today(self, zone: str) -> date:
        return self._fixed_today or self.now().astimezone(ZoneInfo(zone)).date()


def known_zone(name: str | None) -> ZoneInfo | None:
    """The IANA time zone of this name; None if there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        # zoneinfo says in three ways that a name is none of its own.
        return None


def zone_or_utc(name: str | None) -> ZoneInfo:
    """The same, and UTC where there is none."""
    return known_zone(name) or ZoneInfo("UTC")
