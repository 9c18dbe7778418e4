"""A replica that the tests fill at once is the one that sync brings."""

from __future__ import annotations

from pathlib import Path

from hostaway_mcp.store.store import Store
from hostaway_mcp.sync.calendar import AHEAD_DAYS, PAST_DAYS
from tests.questions.account import Account
from tests.questions.filling import RECENT, Reach, fill
from tests.support.house import house
from tests.support.replica import synced

WHOLE = Reach(history=True, behind=PAST_DAYS, ahead=AHEAD_DAYS)
NOUNS = ("listings", "users", "groups", "custom_fields", "tasks", "expenses", "reservations", "charges",
         "reviews", "units")  # fmt: skip


async def test_filling_at_once_leaves_what_sync_leaves(tmp_path: Path) -> None:
    """Row by row the same content; of conversations those of the last weeks, with the same threads read."""
    async with (
        synced(tmp_path / "synced") as brought,
        house(listings=6, hostaway_mcp_data_dir=tmp_path / "filled") as home,
    ):
        account = Account(home.sandbox.world, behind=WHOLE.behind, ahead=WHOLE.ahead)
        await fill(home, account, WHOLE)
        ours, theirs = await home.app.replica.store(), await brought.app.replica.store()
        for noun in NOUNS:
            assert await getattr(ours, noun).versions() == await getattr(theirs, noun).versions(), noun
        assert await _days(ours, account) == await _days(theirs, account)
        since = account.now - RECENT
        lately = await ours.conversations.lately(since)
        assert lately == await theirs.conversations.lately(since)
        assert (await ours.messages.versions()).keys() == (await theirs.messages.versions()).keys()


async def _days(store: Store, account: Account) -> dict[int, list[object]]:
    found = await store.calendar.days(account.active, *account.reach)
    return {number: [one.row for one in days] for number, days in found.items()}
