"""Our webhook is watched: disabled, deleted, refused, or answered by somebody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.sync.watch import CHECK_SECONDS, COMPARE_SECONDS, WebhookWatch, watched
from hostaway_mcp.sync.webhooks import WebhookFile, WebhookState, register
from tests.sync.conftest import Copies, Copy
from tests.sync.test_deliveries import come

PUBLIC_URL = "https://mcp.example.com"


async def watch_of(copy: Copy, folder: Path) -> WebhookWatch:
    """A registered webhook, and what watches it."""
    file = WebhookFile(folder, copy.store.account_id)
    await register(copy.home.app.hostaway, file, public_url=PUBLIC_URL)
    copy.home.sandbox.deliveries.clear()
    return WebhookWatch(copy.home.app.hostaway, copy.store, file, clock=copy.home.clock)


def happen(copy: Copy, count: int) -> list[dict[str, Any]]:
    """Stays change; gives what is delivered for it."""
    for number in sorted(copy.home.sandbox.world.stays)[:count]:
        copy.home.sandbox.world.touch_reservation(number, hostNote="x")
    return [one.body for one in copy.home.sandbox.deliveries[-count:]]


def log(copy: Copy, bodies: list[dict[str, Any]], *, status: int) -> None:
    """Hostaway notes what the receiver answered."""
    logs = copy.home.sandbox.world.webhook_logs["unified"]
    (hook,) = copy.home.sandbox.world.webhooks["unified"].values()
    for body in bodies:
        logs.append(
            {
                "id": len(logs) + 1,
                "accountId": body["accountId"],
                "listingMapId": body["data"]["listingMapId"],
                "webhookNotificationSettingId": hook["id"],
                "isEnabled": 1,
                "url": hook["url"],
                "object": body["object"],
                "objectId": body["data"]["id"],
                "event": body["event"],
                "responseStatus": status,
                "responseBody": None,
            }
        )


async def test_all_is_well(copies: Copies, tmp_path: Path) -> None:
    """One call an hour, two more a day, and no word."""
    async with copies(listings=2) as copy:
        watch = await watch_of(copy, tmp_path)
        await watch.run_once()
        bodies = happen(copy, 5)
        log(copy, bodies, status=200)
        await come(copy, *bodies)
        asked = len(copy.home.upstream)
        for _ in range(25):
            await copy.home.clock.sleep(CHECK_SECONDS)
            await watch.run_once()
            await watch.run_once()
        found = await watched(copy.store)
        assert found is not None
        assert (found.registered, found.delivered, found.warnings) == (WebhookState.ENABLED, 5, ())
        assert len(copy.home.upstream) - asked == 25 + 1


@pytest.mark.parametrize(
    ("status", "came", "words"),
    [(502, 5, "3 of 3 deliveries were not accepted"), (200, 2, "1 of 3 deliveries were accepted")],
    ids=["refused", "lost"],
)
async def test_the_log_of_deliveries_is_compared_daily(
    copies: Copies, tmp_path: Path, status: int, came: int, words: str
) -> None:
    """What Hostaway says it delivered is held against what came (reference, "Unified webhook log")."""
    async with copies(listings=2) as copy:
        watch = await watch_of(copy, tmp_path)
        # A delivery from before anybody watched says nothing of us.
        log(copy, happen(copy, 1), status=500)
        await watch.run_once()
        bodies = happen(copy, 3)
        log(copy, bodies, status=status)
        await come(copy, *bodies[:came])
        await copy.home.clock.sleep(COMPARE_SECONDS + 1)
        found = await watch.run_once()
        assert found is not None
        (warning,) = found.warnings
        assert warning.startswith(words)
        # The next day nothing new is wrong.
        await copy.home.clock.sleep(COMPARE_SECONDS + 1)
        found = await watch.run_once()
        assert found is not None
        assert found.warnings == ()


async def test_a_webhook_that_hostaway_disabled_is_told(copies: Copies, tmp_path: Path) -> None:
    """After failing for five days (reference, "Unified webhooks")."""
    async with copies(listings=2) as copy:
        watch = await watch_of(copy, tmp_path)
        (hook,) = copy.home.sandbox.world.webhooks["unified"].values()
        hook["isEnabled"] = 0
        found = await watch.run_once()
        assert found is not None
        assert found.warnings == (
            "Hostaway has disabled this server's webhook, so changes come 5 minutes late. "
            "Run: hostaway-mcp webhooks register.",
        )
        copy.home.sandbox.world.webhooks["unified"].clear()
        await copy.home.clock.sleep(CHECK_SECONDS + 1)
        found = await watch.run_once()
        assert found is not None
        assert found.registered is WebhookState.GONE


async def test_a_key_that_may_not_see_the_log_is_no_trouble(copies: Copies, tmp_path: Path) -> None:
    async with copies(listings=2) as copy:
        watch = await watch_of(copy, tmp_path)
        copy.home.sandbox.faults.add("status", path="/v1/unifiedWebhookLogs", status=404, times=None)
        found = await watch.run_once()
        assert found is not None
        assert (found.registered, found.warnings) == (WebhookState.ENABLED, ())


async def test_without_a_webhook_nothing_is_asked(copies: Copies, tmp_path: Path) -> None:
    async with copies(listings=2) as copy:
        file = WebhookFile(tmp_path, copy.store.account_id)
        watch = WebhookWatch(copy.home.app.hostaway, copy.store, file, clock=copy.home.clock)
        assert await watch.run_once() is None
        assert copy.home.upstream == []
