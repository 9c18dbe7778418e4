"""What is done once a day: proposals of long ago go, and the words of messages that are over."""

from __future__ import annotations

import logging
from datetime import timedelta

from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import StorageError
from hostaway_mcp.services.writes.ledger import Ledger

PROPOSALS_KEPT = timedelta(days=90)
"""How long what became of a proposal can be looked at; its records in the audit stay."""
MESSAGES_KEPT = timedelta(hours=2)
"""What was agreed to may be gone on with for an hour; after that its words are in the thread, or nowhere."""
DAY_SECONDS = 86_400.0

_log = logging.getLogger("hostaway_mcp.writes")


async def keep_retention(ledger: Ledger, *, clock: Clock) -> None:
    """For ever: at once, and then once a day. What cannot be done today is done tomorrow."""
    while True:
        try:
            if ledger.is_there:
                forgetting, now = (await ledger.journal()).forgetting, clock.now()
                gone = await forgetting.older(now - PROPOSALS_KEPT)
                emptied = await forgetting.messages(now - MESSAGES_KEPT)
                _log.info("changes_forgotten", extra={"count": gone + emptied})
        except StorageError as error:
            _log.warning("changes_not_forgotten", extra={"says": error.message})
        await clock.sleep(DAY_SECONDS)
