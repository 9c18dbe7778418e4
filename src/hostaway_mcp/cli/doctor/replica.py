"""The checks of what is kept beside the data directory: the replica, its webhooks, Redis."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hostaway_mcp.cli.doctor.finding import Finding, Situation, failed, note, ok, skipped
from hostaway_mcp.cli.doctor.ground import LEAST_FREE_BYTES
from hostaway_mcp.errors import StorageError
from hostaway_mcp.settings import Settings
from hostaway_mcp.sync.webhooks import AGAIN, WebhookState

OLD = timedelta(days=1)
LONGEST_SECONDS = 20.0
SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look into the database told; `as_of` is the last look at what changed at Hostaway."""

    is_new: bool
    is_behind: bool = False
    as_of: datetime | None = None
    rows: int = 0


def replica(situation: Situation) -> Iterator[Finding]:
    """Whether the replica can be opened and read, has room, and is kept true."""
    settings = situation.survey.settings
    url = database_url(settings)
    path = Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None
    if path is not None and not path.exists():
        yield note("There is none yet; a server that runs makes one, `hostaway-mcp sync` does it now.")
        return
    try:
        found = asyncio.run(asyncio.wait_for(_look(url, settings.hostaway_account_id), LONGEST_SECONDS))
    except StorageError as error:
        yield failed(error.message, repair=error.hint or "Correct HOSTAWAY_MCP_DATABASE_URL.")
        return
    except TimeoutError:
        yield failed(
            f"The replica was not opened within {LONGEST_SECONDS:.0f} s.",
            repair="End the program that holds it, or see what its database is busy with.",
        )
        return
    yield _of_age(found, situation.now)
    if path is not None and (free := shutil.disk_usage(path.parent).free) < LEAST_FREE_BYTES:
        yield failed(f"{path.parent} has {free // 2**20} MiB left.", repair="Make room on that disk.")


def webhooks(situation: Situation) -> Iterator[Finding]:
    """Whether Hostaway still sends deliveries to this server."""
    state, trouble = situation.contact.webhook, situation.contact.webhook_trouble
    if trouble is not None:
        yield failed(trouble.message, repair=trouble.hint or AGAIN)
    elif state is None:
        yield skipped("Hostaway was not asked about them.")
    elif state is WebhookState.NOT_REGISTERED:
        yield note("Not registered; without one, changes are known after some minutes, with it in seconds.")
    elif state is WebhookState.GONE:
        yield failed("Somebody deleted this server's webhook at Hostaway.", repair=AGAIN)
    elif state is WebhookState.DISABLED:
        yield failed("This server's webhook is disabled; Hostaway does so after five days of failures.",
                     repair=AGAIN)  # fmt: skip
    else:
        yield ok("Registered and enabled.")


def redis(situation: Situation) -> Iterator[Finding]:
    """Whether the Redis that several machines share can be used."""
    if not situation.survey.settings.hostaway_mcp_redis_url.get_secret_value():
        yield ok("Not used: one machine shares its budget and token in the data directory.")
    elif situation.contact.shared_trouble is not None:
        error = situation.contact.shared_trouble
        yield failed(error.message, repair=error.hint or "Start Redis, or correct HOSTAWAY_MCP_REDIS_URL.")
    elif situation.contact.budget is None:
        yield skipped("Not looked at.")
    else:
        yield ok("It answers, and keeps the budget and the token.")


def database_url(settings: Settings) -> str:
    """Where the replica is kept."""
    url = settings.hostaway_mcp_database_url.get_secret_value()
    return url or f"{SQLITE}{settings.hostaway_mcp_data_dir / 'replica.db'}"


async def _look(url: str, account_id: str) -> _Found:
    """
    Reads a little of it; nothing is changed.

    Raises:
        StorageError: it cannot be reached or read, or a newer hostaway-mcp made it.
    """
    from hostaway_mcp.clock import SystemClock
    from hostaway_mcp.store.desk import Desk
    from hostaway_mcp.store.engine import open_database
    from hostaway_mcp.store.migrate import check_known, revision_of
    from hostaway_mcp.store.schema import REVISION
    from hostaway_mcp.store.store import Store

    database = open_database(url)
    try:
        async with database.read() as connection:
            revision = await connection.run_sync(revision_of)
        if revision is None:
            return _Found(is_new=True)
        if revision != REVISION:
            check_known(revision)
            return _Found(is_new=False, is_behind=True)
        store = Store(Desk(database, account_id, SystemClock()))
        changes = await store.sync.state("reservations", "changes")
        return _Found(
            is_new=False, as_of=changes.as_of if changes else None, rows=await store.reservations.count()
        )
    finally:
        await database.aclose()


def _of_age(found: _Found, now: datetime) -> Finding:
    if found.is_behind:
        return ok("It is of an earlier version; the next start brings it forward.")
    if found.is_new or found.as_of is None:
        return note("It is empty yet; a server that runs fills it, `hostaway-mcp sync` does it now.")
    said = f"{found.rows:,} reservations, true as of {found.as_of:%Y-%m-%d %H:%M}Z."
    if now - found.as_of > OLD:
        return note(f"{said} Nobody keeps it: start a server, or run `hostaway-mcp sync`.")
    return ok(said)
