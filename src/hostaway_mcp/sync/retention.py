"""What is done once a day: words and contacts that are no longer to be kept go, and the oldest changes."""

from __future__ import annotations

import logging
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from hostaway_mcp.clock import Clock
from hostaway_mcp.store.privacy import Cutoffs
from hostaway_mcp.store.store import Store
from hostaway_mcp.store.sync import State

CHANGES_KEPT = timedelta(days=90)
"""How long the log tells what changed; a cursor that is older begins anew, and says so."""
LEASE_SECONDS = 3_600.0

NOUN = "retention"

_log = logging.getLogger("hostaway_mcp.sync")


async def keep_retention(store: Store, *, clock: Clock) -> None:
    """
    Takes out what became too old since the last time, at most once a day in all processes.

    Raises:
        StorageError: the store cannot be written; the next time makes up for it.
    """
    today, owner = clock.now().date(), secrets.token_hex(8)
    if _is_of(await store.sync.state(NOUN), today):
        return
    if not await store.sync.claim(NOUN, owner, LEASE_SECONDS):
        return
    try:
        # Read again: until the lease was ours, another process may have done it.
        state = await store.sync.state(NOUN)
        if _is_of(state, today):
            return
        await store.changes.forget(clock.now() - CHANGES_KEPT)
        count, until = await store.privacy.keep_to_retention(_read(state))
        if count:
            await store.remains.settle()
        await store.sync.save(NOUN, "", _document(until, today), as_of=None)
        _log.info("retention_kept", extra={"count": count})
    finally:
        await store.sync.release(NOUN, owner)


def _is_of(state: State | None, day: date) -> bool:
    return state is not None and state.state.get("day") == day.isoformat()


def _document(until: Cutoffs, day: date) -> dict[str, Any]:
    return {
        "day": day.isoformat(),
        "messages": until.messages.isoformat() if until.messages else None,
        "contacts": until.contacts.isoformat() if until.contacts else None,
    }


def _read(state: State | None) -> Cutoffs:
    found = state.state if state else {}
    messages, contacts = found.get("messages"), found.get("contacts")
    return Cutoffs(
        datetime.fromisoformat(messages) if messages else None,
        date.fromisoformat(contacts) if contacts else None,
    )
