"""What the audit may hold of a request to Hostaway."""

from __future__ import annotations

from typing import Any

import pytest

from hostaway_mcp.store.journal.redacted import redacted


def digest(text: str) -> str:
    return f"#{text}#"


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("price", 120.5, 120.5),
        ("isAvailable", True, True),
        ("note", None, None),
        ("note", "", ""),
        ("note", "Call Anna", "text of 9 characters #Call Anna#"),
        ("arrivalDate", "2026-07-23", "2026-07-23"),
        ("canStartFrom", "2026-07-23 15:00:00", "2026-07-23 15:00:00"),
        ("note", "2026-07-23, Anna", "text of 16 characters #2026-07-23, Anna#"),
        ("status", "confirmed", "confirmed"),
        ("communicationType", "channel", "channel"),
        ("doorCode", 4821, "secret #4821#"),
        ("doorCodeVendor", "acme", "secret #acme#"),
        ("phone", "+43", "secret #+43#"),
        ("phone", "", ""),
        ("phone", None, None),
        ("ccNumber", 4, "secret #4#"),
        ("account", 4, 4),
    ],
)
def test_numbers_days_and_hostaways_own_words_stay(key: str, value: Any, kept: Any) -> None:
    assert redacted({key: value}, digest) == {key: kept}


def test_what_is_inside_is_kept_in_its_place() -> None:
    """Lists too, whose texts are judged by the key of the list."""
    body = {
        "guests": [{"name": "Anna", "age": 7}],
        "doorCode": ["4821"],
        "status": ("new", "paid"),
        "tags": ["a"],
    }
    assert redacted(body, digest) == {
        "guests": [{"name": "text of 4 characters #Anna#", "age": 7}],
        "doorCode": ["secret #4821#"],
        "status": ["new", "paid"],
        "tags": ["text of 1 characters #a#"],
    }
    assert redacted("Anna", digest) == "text of 4 characters #Anna#"
