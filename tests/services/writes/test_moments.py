"""Moments to come in words: where the listing is, a day alone from its beginning or to its end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.clock import zone_or_utc
from hostaway_mcp.services.writes.moments import read_moment
from tests.services.writes.house import told

TODAY = date(2026, 7, 23)


@pytest.mark.parametrize(
    ("words", "zone", "end", "instant"),
    [
        ("2026-08-03 14:30", "Europe/Lisbon", False, "2026-08-03T13:30Z"),
        ("tomorrow noon", "Europe/Lisbon", False, "2026-07-24T11:00Z"),
        ("tomorrow at 9:05 am", "America/Denver", False, "2026-07-24T15:05Z"),
        ("12:30am", "UTC", False, "2026-07-23T00:30Z"),
        ("today 12pm", "UTC", False, "2026-07-23T12:00Z"),
        ("friday", "UTC", False, "2026-07-24T00:00Z"),
        ("friday", "UTC", True, "2026-07-24T23:59Z"),
        ("friday noon", "UTC", True, "2026-07-24T12:00Z"),
        ("august 3", "UTC", False, "2026-08-03T00:00Z"),
        ("2026-08-03T14:30:00Z", "America/Denver", False, "2026-08-03T14:30Z"),
        ("2026-08-03T14:30", "America/Denver", False, "2026-08-03T20:30Z"),
        (" 2026-08-03t14:30+02:00 ", "America/Denver", True, "2026-08-03T12:30Z"),
        # The clock is turned on this night: half past two is not there, and is taken as the hour before it.
        ("2027-03-28 02:30", "Europe/Berlin", False, "2027-03-28T01:30Z"),
        # Words for hours, alone and behind a day.
        ("midnight", "UTC", False, "2026-07-23T00:00Z"),
        ("Tomorrow  MORNING", "UTC", False, "2026-07-24T09:00Z"),
        ("midday", "UTC", False, "2026-07-23T12:00Z"),
        ("2026-08-03 at evening", "UTC", False, "2026-08-03T18:00Z"),
        # Numbers for hours, in several spellings and up to the last minute.
        ("0:00", "UTC", True, "2026-07-23T00:00Z"),
        ("today 23:59", "UTC", False, "2026-07-23T23:59Z"),
        ("tomorrow 9.30", "UTC", False, "2026-07-24T09:30Z"),
        ("tomorrow 9h05", "UTC", False, "2026-07-24T09:05Z"),
        ("tomorrow 14:30:45", "UTC", False, "2026-07-24T14:30Z"),
        ("tomorrow 1am", "UTC", False, "2026-07-24T01:00Z"),
        ("tomorrow 1 pm", "UTC", False, "2026-07-24T13:00Z"),
        ("tomorrow 12 am", "UTC", False, "2026-07-24T00:00Z"),
        ("2:30 pm", "UTC", False, "2026-07-23T14:30Z"),
        ("11:59pm", "UTC", False, "2026-07-23T23:59Z"),
    ],
)
def test_moments_in_words(words: str, zone: str, end: bool, instant: str) -> None:
    found = read_moment(words, zone_or_utc(zone), TODAY, end=end)
    assert found == datetime.fromisoformat(instant)
    assert found.tzinfo in (UTC, ZoneInfo("UTC"))


def test_what_is_no_moment(snapshot: SnapshotAssertion) -> None:
    """Hours and minutes that there are not, days that cannot be read, and long words cut."""
    words = (
        "24:00", "tomorrow 12:60", "0am", "13 pm", "tomorrow 13:30pm", "tomorrow 99:99", "2026-08-03T25:00",
        "2026-13-03T12:00", "2026-08-03T12:00 in the old town, by the bridge", "soonish", "soonish noon", "",
        "0001-01-01T00:00+23:00",
    )  # fmt: skip
    assert {one: told(read_moment, one, zone_or_utc("UTC"), TODAY) for one in words} == snapshot
