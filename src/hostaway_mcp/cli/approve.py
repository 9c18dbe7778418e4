"""`hostaway-mcp approve`: shows a proposal to a person at a terminal, and asks whether it shall be done."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

import typer

from hostaway_mcp.cli.serve import account_app, run
from hostaway_mcp.errors import InputError, SettingsError
from hostaway_mcp.services.writes.words import MOST_LINES, line_of
from hostaway_mcp.settings import LogLevel, Settings, read_settings
from hostaway_mcp.telemetry.logs import configure_logs

if TYPE_CHECKING:
    from hostaway_mcp.store.journal.records import Entry


def run_approve(change_id: str) -> None:
    """
    Notes what a person says of a proposal: whoever made it may then apply it, or it is over.

    Raises:
        InputError: there is no terminal, so nobody can be asked.
    """
    settings = read_settings()
    configure_logs(level=LogLevel.ERROR, form=settings.hostaway_mcp_log_format)
    if not settings.hostaway_account_id:
        raise SettingsError("HOSTAWAY_ACCOUNT_ID must be set to the account that the proposal is of.")
    if not can_ask():
        raise InputError(
            "Nothing was agreed to: nobody can be asked here.",
            hint="Run it in a terminal; there is no --yes.",
        )
    run(_approve(settings, change_id))


async def _approve(settings: Settings, change_id: str) -> None:
    app = account_app(settings)
    try:
        writes = app.services.writes
        entry = await writes.waiting(change_id)
        typer.echo(_about(entry), err=True)
        if await ask(change_id, entry.question, more=_others(entry)):
            await writes.approve(change_id, by=f"{user()} in a terminal")
            typer.echo(f"Agreed. Whoever proposed it can apply it until {entry.expires_at:%H:%M:%S} UTC.")
        else:
            await writes.decline(change_id)
            typer.echo("Declined: nothing will be done.")
    finally:
        await app.aclose()


def can_ask() -> bool:
    """Whether there is a person at a terminal, whatever becomes of standard output."""
    return sys.stdin.isatty() and sys.stderr.isatty()


async def ask(_change_id: str, question: str, *, more: str = "") -> bool:
    """Shows the question on standard error, and gives whether they agree; no is what stands there."""
    plain = "".join(ch for ch in f"{question}{more}" if ch.isprintable() or ch == "\n")
    typer.echo(f"\n{plain}\n", err=True)
    return typer.confirm("Do it?", default=False, err=True)


def user() -> str:
    """Who is logged in here; nothing where nobody can tell."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _about(entry: Entry) -> str:
    who = f"{entry.caller} ({entry.door})" if entry.caller else entry.door
    return f"{entry.change_id}: proposed with {entry.tool} by {who} at {entry.created_at:%H:%M:%S} UTC."


def _others(entry: Entry) -> str:
    """The steps that the question only counts."""
    lines = [f"- {line_of(step)}" for step in entry.steps[MOST_LINES:] if step.body]
    return "\n".join(["", "", "The others:", *lines]) if lines else ""
