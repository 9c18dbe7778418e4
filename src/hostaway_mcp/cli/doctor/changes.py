"""The checks of the write path: the policy, the journal of changes, the key and the chain of its audit."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from hostaway_mcp.app import journal_url
from hostaway_mcp.cli.doctor.finding import Finding, Situation, failed, note, ok
from hostaway_mcp.errors import SettingsError, StorageError
from hostaway_mcp.settings import Settings, WriteMode
from hostaway_mcp.store.journal.chain import ANCHOR_FILE, JOURNAL_FILE, KEY_FILE

LONGEST_SECONDS = 30.0
RESTORE = f"Find out who wrote there; restore {JOURNAL_FILE}, {KEY_FILE} and {ANCHOR_FILE} of one backup."


def policy(situation: Situation) -> Iterator[Finding]:
    """Whether the operator's rules can be read."""
    settings = situation.survey.settings
    if settings.hostaway_mcp_writes is WriteMode.OFF:
        yield ok("Writes are off: nothing here changes anything at Hostaway.")
        return
    from hostaway_mcp.services.writes.policy import PolicyFile

    file = PolicyFile(settings.hostaway_mcp_data_dir)
    try:
        who = file.now().in_words()[0]
    except SettingsError as error:
        yield failed(error.message, repair=error.hint or f"Correct that line of {file.path}.")
    else:
        yield ok(who if file.path.exists() else f"There is no {file.path.name}. {who}")


def journal(situation: Situation) -> Iterator[Finding]:
    """Whether changes can be noted, and whether what was noted is as it was."""
    settings = situation.survey.settings
    directory, is_file = settings.hostaway_mcp_data_dir, journal_url(settings).startswith("sqlite")
    if is_file and not (directory / JOURNAL_FILE).exists():
        yield from _no_journal(directory)
        return
    if not is_file and settings.hostaway_mcp_writes is WriteMode.OFF:
        yield ok("Writes are off.")
        return
    yield from (found for name in (KEY_FILE, ANCHOR_FILE) if (found := _rights(directory / name)))
    try:
        yield from asyncio.run(asyncio.wait_for(_look(settings), LONGEST_SECONDS))
    except StorageError as error:
        yield failed(error.message, repair=error.hint or RESTORE)
    except TimeoutError:
        yield failed(
            f"The journal was not read within {LONGEST_SECONDS:.0f} s.",
            repair="End the program that holds it, or see what its database is busy with.",
        )


def _no_journal(directory: Path) -> Iterator[Finding]:
    if (directory / ANCHOR_FILE).exists():
        yield failed(f"{JOURNAL_FILE} is gone, and {ANCHOR_FILE} has noted records of it.", repair=RESTORE)
    else:
        yield ok("Nothing was proposed yet.")


def _rights(path: Path) -> Finding | None:
    if os.name != "posix" or not path.exists():
        return None
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return failed(f"Others may read {path} (mode {mode:04o}).", repair=f"Run: chmod 600 '{path}'")
    if not os.access(path, os.R_OK | os.W_OK):
        return failed(f"{path} cannot be read and written.", repair=f"Run: chown {os.geteuid()} '{path}'")
    return None


async def _look(settings: Settings) -> list[Finding]:
    from hostaway_mcp.clock import SystemClock
    from hostaway_mcp.store.journal.journal import Journal

    journal = await Journal.open(
        journal_url(settings),
        account_id=settings.hostaway_account_id,
        directory=settings.hostaway_mcp_data_dir,
        clock=SystemClock(),
    )
    try:
        verified, still_open = await journal.trail.verify(), await journal.count_open()
    finally:
        await journal.aclose()
    if verified.breaks:
        first, more = verified.breaks[0].says, len(verified.breaks) - 1
        others = f", and {more} more breaks" if more else ""
        return [failed(f"The audit does not hold: {first}{others}.", repair=RESTORE)]
    found = [ok(f"{verified.records:,} records of changes, all as they were written.")]
    if still_open:
        found.append(
            note(f"{still_open} changes are being checked; a server that runs finds out about them.")
        )
    return found
