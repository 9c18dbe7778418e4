"""What the operator's few lines allow."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

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


@pytest.mark.parametrize(
    ("hours", "now", "end"),
    [
        ("08:00-22:00", "2026-07-23T21:58", "2026-07-23T20:00Z"),
        ("08:00-22:00", "2026-07-23T08:00", "2026-07-23T20:00Z"),
        ("20:00-06:00", "2026-07-23T23:59", "2026-07-24T04:00Z"),
        ("20:00-06:00", "2026-07-23T05:59", "2026-07-23T04:00Z"),
        ("20:00-06:00", "2026-10-24T23:00", "2026-10-25T05:00Z"),
    ],
)
def test_until_when_guests_may_be_written_to(tmp_path: Path, hours: str, now: str, end: str) -> None:
    """By the clock where they are, also on a night of a clock change; what reaches no guest may go on."""
    given, berlin = policy(tmp_path, f'[hours]\nmessages = "{hours}"'), ZoneInfo("Europe/Berlin")
    here = datetime.fromisoformat(now).replace(tzinfo=berlin)
    there = touch(reaches_guest=True, local_time=here)
    assert given.ends_at([touch(local_time=here), there]) == datetime.fromisoformat(end)
    assert given.ends_at([touch(local_time=here)]) is None
    assert policy(tmp_path, "").ends_at([there]) is None


def test_the_earliest_end_counts(tmp_path: Path) -> None:
    """Of guests in Berlin and in Lisbon those in Berlin go to bed first."""
    given = policy(tmp_path, '[hours]\nmessages = "08:00-22:00"')
    zones = (ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Berlin"))
    touches = [
        touch(reaches_guest=True, local_time=EVENING.replace(hour=18).astimezone(one)) for one in zones
    ]
    assert given.ends_at(touches) == datetime(2026, 7, 23, 20, tzinfo=UTC)


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
        (f"[limits]\n{'d' * 90} = 3", "which means nothing"),
        ("[limits]\ndays = 0", "limits.days is wrong"),
        ("[limits]\nlistings = 201", "limits.listings is wrong"),
        ("[limits]\nprice_factor = 1", "limits.price_factor is wrong"),
        (f"[limits.amount]\n{'E' * 90} = true", "is wrong"),
        ("[limits]\namount = 5", "limits.amount is wrong"),
        ('[hours]\nmessages = "late"', "hours.messages"),
        ("[hours]\nmessages = 8", "hours.messages"),
        ('[apply]\nwithout_person = ["everything"]', 'names the kind "everything"'),
        (f'[allow]\nkinds = ["calendar", "{"k" * 50}"]', 'names the kind "kkk'),
        ("[limits.price_floor]\nEUR = true", "price_floor"),
    ],
)
def test_a_wrong_file_stops_every_change(
    tmp_path: Path, text: str, says: str, snapshot: SnapshotAssertion
) -> None:
    """What cannot be read may have been meant to forbid."""
    with pytest.raises(SettingsError) as caught:
        policy(tmp_path, text)
    assert says in caught.value.sentence
    assert caught.value.sentence == snapshot


def test_a_file_that_cannot_be_read_stops_every_change(tmp_path: Path) -> None:
    """A folder of its name, and bytes that are no text."""
    advice = "Let this user read it, or remove it; until then nothing is changed."
    for error, make in (
        ("UnicodeDecodeError", lambda file: file.write_bytes(b"\xff\xfe")),
        ("IsADirectoryError", lambda file: (file.unlink(), file.mkdir())),
    ):
        make(tmp_path / "policy.toml")
        with pytest.raises(SettingsError) as caught:
            PolicyFile(tmp_path).now()
        said = f"policy.toml in the data directory cannot be read ({error})."
        assert (caught.value.message, caught.value.hint) == (said, advice)


def test_the_smallest_and_the_largest_bounds(tmp_path: Path) -> None:
    """One listing, one day, a factor just above one, in hours that begin and end at any minute."""
    lines = """
        [limits]
        listings = 1
        days = 1
        price_factor = 1.001
        [hours]
        messages = " 08:30 - 22:15 "
    """
    given = policy(tmp_path, lines)
    assert (given.limits.listings, given.limits.days, given.limits.price_factor) == (1, 1, 1.001)
    for hour, minute, allowed in ((8, 30, True), (8, 29, False), (22, 14, True), (22, 15, False)):
        late = touch(reaches_guest=True, local_time=EVENING.replace(hour=hour, minute=minute))
        if allowed:
            given.check([late])
            continue
        with pytest.raises(PolicyError) as caught:
            given.check([late])
        assert caught.value.message == (
            f"The policy does not allow a message at {hour:02}:{minute:02} where the listing is: "
            "hours.messages is 08:30 to 22:15."
        )
    given.check([touch(local_time=EVENING.replace(hour=3)), touch(reaches_guest=True, local_time=None)])
    assert policy(tmp_path, "[limits]\nlistings = 200").limits.listings == 200


def test_prices_where_less_is_known(tmp_path: Path) -> None:
    """No currency, no price before, and the very factor."""
    given = policy(tmp_path, "[limits]\nprice_factor = 2\nprice_floor = { EUR = 80 }")
    for before, after in ((None, "80"), ("100", "200"), ("160", "80"), ("0", "80")):
        given.check([touch(prices=price(before, after))])
    nowhere = PriceMove(Decimal(100), Decimal(300), None)
    said = []
    for moves in (
        (nowhere,),
        price("100", "200.01"),
        price("161", "80"),
        price(None, "79.99"),
        price("1", "0"),
    ):
        with pytest.raises(PolicyError) as caught:
            given.check([touch(prices=moves)])
        said.append(caught.value.message.removeprefix("The policy does not allow a price of "))
    assert said == [
        "300 at Blue Cottage, where 100 is usual: limits.price_factor is 2.0.",
        "200.01 EUR at Blue Cottage, where 100 is usual: limits.price_factor is 2.0.",
        "80 EUR at Blue Cottage, where 161 is usual: limits.price_factor is 2.0.",
        "79.99 EUR at Blue Cottage: limits.price_floor is 80 EUR.",
        "0 EUR at Blue Cottage: a night is never given away.",
    ]


def test_amounts_are_added_up_by_currency(tmp_path: Path) -> None:
    given = policy(tmp_path, "[limits]\namount = { EUR = 100 }")
    amounts = [Money(amount=Decimal(one), currency=currency) for one, currency in (
        (60, "EUR"), (-40, "EUR"), (500, "USD"),
    )]  # fmt: skip
    given.check([touch(amount=one) for one in amounts])
    with pytest.raises(PolicyError) as caught:
        given.check([touch(amount=one) for one in (*amounts, amounts[1])])
    assert caught.value.message == "The policy does not allow 140.00 EUR: limits.amount is 100.00 EUR."


def test_a_change_at_no_listing(tmp_path: Path) -> None:
    """It is at none of the places that are allowed."""
    for lines in ('[allow]\nplaces = ["Lisbon"]', "[allow]\nlistings = [1]"):
        with pytest.raises(PolicyError) as caught:
            policy(tmp_path, lines).check([touch(listing_id=None, listing="", places=())])
        assert caught.value.message == (
            "The policy does not allow a change at no listing: allow.places and allow.listings leave it out."
        )
    policy(tmp_path, '[allow]\nplaces = ["Porto"]\nlistings = [1]').check([touch()])
    with pytest.raises(PolicyError, match=r"a change of the toolset calendar: allow\.toolsets leaves it out"):
        policy(tmp_path, "[allow]\ntoolsets = []").check([touch()])


def test_a_changed_file_holds_at_once(tmp_path: Path) -> None:
    file = PolicyFile(tmp_path)
    assert file.now() == Policy()
    (tmp_path / "policy.toml").write_text("[limits]\ndays = 3")
    assert file.now().limits.days == 3
    (tmp_path / "policy.toml").unlink()
    assert file.now() == Policy()
