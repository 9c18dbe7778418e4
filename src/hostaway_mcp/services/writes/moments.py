"""Moments to come, as people say them where a listing is: `tomorrow noon`, `2026-08-03 14:30`, `friday`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hostaway_mcp.errors import InputError
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.dates import read_day

_HOURS = {"midnight": time(0), "morning": time(9), "noon": time(12), "midday": time(12), "evening": time(18)}
_TIME = re.compile(r"(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2}))?(?::\d{2})?\s?(?P<half>am|pm)?")
_EXAMPLES = "Use 2026-08-03 14:30, tomorrow noon, friday 9:00 or an instant such as 2026-08-03T12:30:00Z."


def read_moment(words: str, zone: ZoneInfo, today: date, *, end: bool = False) -> datetime:
    """
    The instant (UTC) that is meant in the zone; a day alone begins at midnight, or ends before the next.

    Raises:
        InputError: it cannot be read.
    """
    text = " ".join(words.strip().lower().replace(" at ", " ").split())
    if re.match(r"\d{4}-\d\d-\d\dt\d", text):
        return _instant(words.strip(), zone)
    day, hour = _parted(text)
    if hour is None:
        hour = time(23, 59) if end else time(0)
    local = datetime.combine(read_day(day, today), hour, zone)
    return local.astimezone(UTC)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(f'"{quoted(text, 40)}" is not a moment.', hint=_EXAMPLES) from None


def _parted(text: str) -> tuple[str, time | None]:
    """The day in words and the time of day, where there is one."""
    head, _, last = text.rpartition(" ")
    if last in ("am", "pm"):
        head, _, number = head.rpartition(" ")
        last = number + last
    if last in _HOURS:
        return head or "today", _HOURS[last]
    match = _TIME.fullmatch(last)
    # A number alone is a day, as in `june 3`.
    if not match or not (match["m"] or match["half"]):
        return text, None
    hour, minute = int(match["h"]), int(match["m"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise InputError(f'"{quoted(last, 20)}" is no time of day.', hint=_EXAMPLES)
        hour = hour % 12 + (12 if match["half"] == "pm" else 0)
    if hour > 23 or minute > 59:
        raise InputError(f'"{quoted(last, 20)}" is no time of day.', hint=_EXAMPLES)
    return head or "today", time(hour, minute)
