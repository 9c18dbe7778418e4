"""Several processes on one replica share its work."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from hostaway_mcp.store.store import Store
from tests.sync.processes import Served, served
from tests.sync.same import assert_same

LISTINGS = 6
PROCESSES = {"sqlite": 2, "postgresql": 4}


_alone: list[Counter[str]] = []


async def asked_alone(folder: Path) -> Counter[str]:
    """The pages that one process asks for; it does so once for all tests."""
    if not _alone:
        own = folder / "alone"
        own.mkdir()
        _alone.append((await _asked(f"sqlite:///{own / 'replica.db'}", own, processes=1))[0])
    return _alone[0]


async def test_processes_share_a_sync_without_doing_it_twice(url: str, tmp_path: Path) -> None:
    """Two on one file, four on one PostgreSQL: together they ask for the pages that one alone asks for."""
    alone = await asked_alone(tmp_path)
    together, there = await _asked(url, tmp_path, processes=PROCESSES[url.split(":")[0]])
    more = {page: count for page, count in (together - alone).items() if not _is_looked_at_anew(page)}
    assert more == {}
    async with there.looking() as (app, store):
        await assert_same(app.hostaway, store, there.sandbox.world)


async def _asked(url: str, folder: Path, *, processes: int) -> tuple[Counter[str], Served]:
    with served(url, folder, listings=LISTINGS, rate=150) as there:
        async with await Store.open(url, account_id=there.sandbox.account_id) as store:
            await store.forget_account()
        # All at once, so that they meet at every piece.
        for code, printed in [there.end(one) for one in [there.start() for _ in range(processes)]]:
            # 1: there was work that another one had in hand.
            assert code in (0, 1), printed
        # What was left because somebody had it in hand.
        code, printed = there.end(there.start())
        assert code == 0, printed
        return there.asked(), there


def _is_looked_at_anew(page: str) -> bool:
    """
    The front of the list of stays, which is looked at after each window, by whoever read it; and unread
    conversations, unless they were on a page of their list within a minute.
    """
    if page.startswith("/v1/conversations?"):
        return "reservationId" in page
    return page.startswith("/v1/reservations?") and "Date" not in page and "hasUnread" not in page
