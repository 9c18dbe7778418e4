"""What the operator's few lines allow."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import PolicyError, SettingsError
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.writes.plans import PriceMove, Touch
from hostaway_mcp.services.writes.policy import Policy, PolicyFile

EVENING = datetime(2026, 7, 23, 22, 30, tzinfo=UTC)


def touch(**values: Any) -> Touch:
    """A change of a calendar in Lisbon."""
    given: dict[str, Any] = {"toolset": "calendar", "kind": "calendar"}
    given |= {"listing_id": 1, "listing": "Blue Cottage"}
    return Touch(**(given | {"places": ("Lisbon", "PT"), "local_time": EVENING} | values))


def price(before: str | None, after: str) -> tuple[PriceMove, ...]:
    return (PriceMove(Decimal(before) if before else None, Decimal(after), "EUR"),)


def policy(folder: Path, text: str) -> Policy:
    (folder / "policy.toml").write_text(text)
    return PolicyFile(folder).now()


def test_without_a_file_bounds_hold_and_nothing_applies_alone(tmp_path: Path) -> None:
    """A price that is given away or ten times as high is refused by the defaults."""
    default = PolicyFile(tmp_path).now()
    default.check([touch(prices=price("100", "150"))])
    default.check([touch(prices=price(None, "150"))])
    assert not default.applies_alone(["calendar"])
    for move in (price("100", "0"), price("100", "1000"), price("100", "33"), price(None, "0")):
        with pytest.raises(PolicyError):
            default.check([touch(prices=move)])


@pytest.mark.parametrize(
    ("lines", "fits", "not_fits", "says"),
    [
        ('[allow]\ntoolsets = ["calendar"]', {}, {"toolset": "inbox", "kind": "message"}, "allow.toolsets"),
        ('[allow]\nkinds = ["calendar"]', {}, {"kind": "task"}, "allow.kinds"),
        ('[allow]\nplaces = ["LISBON"]', {}, {"places": ("Porto",)}, "allow.places"),
        ('[allow]\nplaces = ["pt"]', {}, {"places": ()}, "allow.places"),
        ("[allow]\nlistings = [1]", {"places": ()}, {"listing_id": 2}, "allow.listings"),
        ("[limits]\ndays = 10", {"days": 10}, {"days": 11}, "limits.days"),
        (
            "[limits]\nprice_factor = 1.3",
            {"prices": price("100", "130")},
            {"prices": price("100", "131")},
            "limits.price_factor",
        ),
        (
            "[limits.price_floor]\nEUR = 80",
            {"prices": price("100", "80")},
            {"prices": price("100", "79.99")},
            "limits.price_floor",
        ),
        (
            "[limits.price_ceiling]\nEUR = 120.5",
            {"prices": price("100", "120.5")},
            {"prices": price("100", "121")},
            "limits.price_ceiling",
        ),
        (
            "[limits.amount]\nEUR = 500",
            {"amount": Money(amount=Decimal(500), currency="EUR")},
            {"amount": Money(amount=Decimal("-500.01"), currency="EUR")},
            "limits.amount",
        ),
        (
            '[hours]\nmessages = "08:00-22:00"',
            {"reaches_guest": True, "local_time": EVENING.replace(hour=21)},
            {"reaches_guest": True},
            "hours.messages",
        ),
        (
            '[hours]\nmessages = "20:00-06:00"',
            {"reaches_guest": True},
            {"reaches_guest": True, "local_time": EVENING.replace(hour=12)},
            "hours.messages",
        ),
    ],
)
def test_each_line(
    tmp_path: Path,
    lines: str,
    fits: dict[str, Any],
    not_fits: dict[str, Any],
    says: str,
    snapshot: SnapshotAssertion,
) -> None:
    """Each allows what it says, refuses the next thing, naming itself, and says so to who asks."""
    given = policy(tmp_path, lines)
    given.check([touch(**fits)])
    with pytest.raises(PolicyError) as caught:
        given.check([touch(**fits), touch(**not_fits)])
    assert says in caught.value.message
    assert [caught.value.sentence, *given.in_words()] == snapshot


def test_a_policy_says_what_it_allows(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """With every line, and with none."""
    every = """
        [allow]
        toolsets = ["calendar", "inbox"]
        kinds = ["calendar", "message"]
        places = ["Lisbon", "PT"]
        listings = [1, 2]
        [limits]
        listings = 2
        days = 10
        price_factor = 1.5
        price_floor = { EUR = 80, USD = 90 }
        price_ceiling = { EUR = 500 }
        amount = { EUR = 1000, USD = 1200 }
        [hours]
        messages = "08:00-22:00"
        [apply]
        without_person = ["calendar", "message"]
    """
    assert [Policy().in_words(), policy(tmp_path, every).in_words()] == snapshot


def test_too_many_listings_at_once(tmp_path: Path) -> None:
    given = policy(tmp_path, "[limits]\nlistings = 2")
    given.check([touch(), touch(listing_id=2), touch(listing_id=2)])
    with pytest.raises(PolicyError, match=r"limits\.listings is 2"):
        given.check([touch(listing_id=n) for n in range(3)])


def test_kinds_that_need_no_person(tmp_path: Path) -> None:
    given = policy(tmp_path, '[apply]\nwithout_person = ["calendar", "task"]')
    assert given.applies_alone(["calendar", "task"])
    assert not given.applies_alone(["calendar", "message"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[allow", "policy.toml is not TOML"),
        ("[limit]\ndays = 3", "limit, which means nothing"),
        ("[limits]\ndays = 0", "limits.days is wrong"),
        ('[hours]\nmessages = "late"', "hours.messages"),
        ('[apply]\nwithout_person = ["everything"]', 'names the kind "everything"'),
        ("[limits.price_floor]\nEUR = true", "price_floor"),
    ],
)
def test_a_wrong_file_stops_every_change(tmp_path: Path, text: str, says: str) -> None:
    """What cannot be read may have been meant to forbid."""
    with pytest.raises(SettingsError) as caught:
        policy(tmp_path, text)
    assert says in caught.value.sentence


def test_a_changed_file_holds_at_once(tmp_path: Path) -> None:
    file = PolicyFile(tmp_path)
    assert file.now() == Policy()
    (tmp_path / "policy.toml").write_text("[limits]\ndays = 3")
    assert file.now().limits.days == 3
    (tmp_path / "policy.toml").unlink()
    assert file.now() == Policy()
