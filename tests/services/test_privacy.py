"""Who is meant by a name, an address or a number; and what a running server says afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import AmbiguousNameError, InputError, UnknownNameError
from hostaway_mcp.models.lenient import read_rows
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.privacy import Forgetting, Who
from hostaway_mcp.store.store import Store
from tests.store.conftest import SEEN
from tests.support.replica import synced

STAYS: list[dict[str, Any]] = [
    {"id": 1, "guestName": "Ána Lüdi", "guestEmail": "ana@example.com", "phone": "+41 79 555 01 23"},
    {"id": 2, "guestName": "ana ludi", "guestEmail": "r-77@relay.example", "phone": "0041 79 5550123"},
    {"id": 3, "guestName": "Ana Ludi", "guestEmail": "r-77@relay.example"},
    {"id": 4, "guestName": "Ana Ludi", "guestEmail": "other@example.com", "phone": "+41 79 555 99 99"},
    {"id": 5, "guestName": "Susana Ludingworth", "guestEmail": "sue@example.com"},
    {"id": 6, "guestName": "Bo Lee", "guestEmail": "agency@example.com", "phone": "+1 206 555 0100"},
    {"id": 7, "guestName": "Cy Rey", "guestEmail": "agency@example.com", "phone": "+1 206 555 0100"},
]


@pytest.fixture
async def forgetting(tmp_path: Path) -> AsyncIterator[Forgetting]:
    """Over a store with these stays."""
    async with await Store.open(f"sqlite:///{tmp_path}/replica.db", account_id="1") as store:
        rows, raw, _ = read_rows(Reservation, STAYS)
        await store.reservations.put(rows, raw, seen_at=SEEN)
        yield Forgetting(store, data_dir=tmp_path, database=tmp_path / "replica.db")


async def found(forgetting: Forgetting, **who: Any) -> list[int]:
    """The stays of the person."""
    return sorted((await forgetting.find(Who(**who))).numbers)


@pytest.mark.parametrize(
    ("who", "stays"),
    [
        ({"email": "ANA@example.com "}, [1, 2, 3]),
        ({"phone": "079 555 01 23"}, [1, 2, 3]),
        ({"reservations": (3,)}, [1, 2, 3]),
        ({"reservations": (4,)}, [4]),
        ({"reservations": (6,)}, [6]),
        ({"email": "agency@example.com"}, [6, 7]),
        ({"name": "bo lee"}, [6]),
        ({"reservations": (4, 99)}, [4, 99]),
        ({"email": "sue@example.com", "name": "Cy Rey"}, [5, 7]),
    ],
)
async def test_whose_stays_are_meant(forgetting: Forgetting, who: dict[str, Any], stays: list[int]) -> None:
    """
    Those that are named, and what belongs to them by the same name with an address or number in common,
    over however many steps; an agency's address alone makes no two guests one.
    """
    assert await found(forgetting, **who) == stays


@pytest.mark.parametrize(("name", "people"), [("ana ludi", 3), ("ludi", 3), ("Bo", 1)])
async def test_a_name_is_never_guessed(forgetting: Forgetting, name: str, people: int) -> None:
    """Namesakes are shown with their stays, and parts of a name are no name."""
    with pytest.raises(AmbiguousNameError) as refused:
        await forgetting.find(Who(name=name))
    assert len(refused.value.choices) == people
    assert all("reservation" in choice for choice in refused.value.choices)


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ({}, InputError),
        ({"phone": "555 01"}, InputError),
        ({"email": "nobody@example.com"}, UnknownNameError),
        ({"name": "Nobody"}, UnknownNameError),
        ({"name": "!!"}, UnknownNameError),
    ],
)
async def test_who_fits_nobody_is_refused(
    forgetting: Forgetting, who: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await forgetting.find(Who(**who))


async def test_namesakes_are_told_and_left_alone(forgetting: Forgetting) -> None:
    """The name of the one who is forgotten stands in another's stay, which is no failure."""
    erased = await forgetting.forget(await forgetting.find(Who(reservations=(1,))))
    assert erased.proven
    assert erased.others == ("reservations 4",)
    assert erased.counts["reservations"] == 3
    assert await found(forgetting, reservations=(4,)) == [4]


async def test_a_running_server_forgets_at_once(tmp_path: Path) -> None:
    """Another process forgot the guest; what this one had in memory is dropped at the next question."""
    async with synced(tmp_path) as home:
        asked = {"from_": "2026-07-01", "to": "2026-08-30", "limit": 100}
        before = (await home.ask("find_reservations", **asked)).json["reservations"]
        row = next(one for one in before if one.get("guest"))
        account, url = home.app.settings.hostaway_account_id, f"sqlite:///{tmp_path / 'replica.db'}"
        async with await Store.open(url, account_id=account, clock=home.clock) as elsewhere:
            await elsewhere.privacy.forget([row["reservation_id"]])
        await home.clock.sleep(2)
        after = (await home.ask("find_reservations", **asked)).json
        assert after["source"] == "replica"
        (left,) = [one for one in after["reservations"] if one["reservation_id"] == row["reservation_id"]]
        assert "guest" not in left
        assert left["total"] == row["total"]
