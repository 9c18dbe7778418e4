"""Moments that have passed, in words: an instant, `-24h`, `now`, or a day, which means its midnight."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hostaway_mcp.clock import Clock, known_zone
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.dates import read_day

_AGO = re.compile(r"(?:-\s?(\d{1,5})\s?([a-z]+)|(\d{1,5})\s?([a-z]+) ago)")
_MINUTES = {"m": 1, "min": 1, "minute": 1, "h": 60, "hour": 60}
_EXAMPLES = "Use an instant such as 2026-07-23T08:00:00Z, -24h, -90min, yesterday or another past date."


def read_moment(words: str, listings: Iterable[Listing], *, clock: Clock) -> datetime:
    """
    The past instant (UTC) that is meant; a day begins at midnight where most of the listings are.

    Raises:
        InputError: it cannot be read, or is still to come.
    """
    text = " ".join(words.strip().lower().split())
    now = clock.now()
    moment = (
        now if text == "now" else _instant(words.strip()) or _ago(text, now) or _day(text, listings, clock)
    )
    if moment > now:
        raise InputError(
            f'"{quoted(words, 40)}" is {moment:%Y-%m-%d %H:%M}Z, which is still to come.', hint=_EXAMPLES
        )
    return moment


def _instant(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(f'"{quoted(text, 40)}" is not an instant.', hint=_EXAMPLES) from None


def _ago(text: str, now: datetime) -> datetime | None:
    match = _AGO.fullmatch(text)
    unit = (match[2] or match[4]) if match else ""
    minutes = _MINUTES.get(unit) or _MINUTES.get(unit.removesuffix("s"))
    return now - timedelta(minutes=minutes * int(match[1] or match[3])) if match and minutes else None


def _day(text: str, listings: Iterable[Listing], clock: Clock) -> datetime:
    zone = _zone(listings)
    day = read_day(text, clock.today(zone.key))
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _zone(listings: Iterable[Listing]) -> ZoneInfo:
    zones = Counter(one.time_zone_name for one in listings if one.time_zone_name)
    known = (known_zone(name) for name, _ in zones.most_common())
    return next(filter(None, known), ZoneInfo("UTC"))
