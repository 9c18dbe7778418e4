"""`hostaway-mcp forget-guest`: shows whose data are meant, erases them, and says what was searched."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from hostaway_mcp.cli.purge import database_file
from hostaway_mcp.cli.serve import account_app, run
from hostaway_mcp.errors import AmbiguousNameError, InputError, SettingsError
from hostaway_mcp.services.privacy import Erased, Forgetting, Person, Who
from hostaway_mcp.services.reservations.rows import guest_name
from hostaway_mcp.settings import LogLevel, Settings, read_settings
from hostaway_mcp.telemetry.logs import configure_logs

if TYPE_CHECKING:
    from hostaway_mcp.app import App

SHOWN = 20
_AT_HOSTAWAY = (
    "Hostaway itself still has all of it, and so may the channel: erase the guest in Hostaway's dashboard "
    "too. Until then this replica keeps these stays without the guest however often they are read again, "
    "but an answer that is read live from Hostaway shows what Hostaway has."
)


def run_forget_guest(
    *, email: str | None, phone: str | None, name: str | None, reservations: Sequence[int], yes: bool
) -> None:
    """Erases after a confirmation; exit code 1 when something of the guest was found afterwards."""
    settings = read_settings()
    configure_logs(level=LogLevel.ERROR, form=settings.hostaway_mcp_log_format)
    if not settings.hostaway_account_id:
        raise SettingsError("HOSTAWAY_ACCOUNT_ID must be set to the account whose guest is meant.")
    run(_forget(settings, Who(email, phone, name, tuple(reservations)), yes=yes))


async def _forget(settings: Settings, who: Who, *, yes: bool) -> None:
    app = account_app(settings)
    try:
        await _with(app, who, yes=yes)
    finally:
        await app.aclose()


async def _with(app: App, who: Who, *, yes: bool) -> None:
    ledger = app.services.writes.ledger
    if not app.replica.is_there and not ledger.is_there:
        typer.echo("There is no replica, so nothing is kept of any guest.")
        return
    forgetting = Forgetting(
        await app.replica.store(),
        journal=await ledger.journal() if ledger.is_there else None,
        data_dir=app.settings.hostaway_mcp_data_dir,
        database=database_file(app.settings),
    )
    try:
        person = await forgetting.find(who)
    except AmbiguousNameError as error:
        for choice in error.choices:
            typer.echo(choice)
        raise
    _show(person)
    if not yes and not _confirmed():
        typer.echo("Nothing was changed.")
        return
    erased = await forgetting.forget(person)
    _tell(erased)
    if not erased.proven:
        raise typer.Exit(1)


def _show(person: Person) -> None:
    typer.echo(" / ".join(person.names) or "A guest without a name")
    for stay in person.stays[:SHOWN]:
        dates = f"{stay.arrival} to {stay.departure}" if stay.arrival else "without dates"
        typer.echo(f"  reservation {stay.id}  {dates}  {guest_name(stay) or ''}  {stay.listing_name or ''}")
    if len(person.stays) > SHOWN:
        typer.echo(f"  and {len(person.stays) - SHOWN} more")
    for number in person.unknown:
        typer.echo(f"  reservation {number}  not in the replica; it will come without the guest")
    typer.echo(f"To be erased from: {_listed(person.counts) or 'nothing that is here yet'}.")
    typer.echo("Dates, prices and listings of the stays remain, for figures. This cannot be undone.")


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise InputError("Nothing was changed: nobody can be asked here.", hint="Add --yes to erase them.")
    return typer.confirm("Erase?")


def _tell(erased: Erased) -> None:
    typer.echo(f"Erased from: {_listed(erased.counts) or 'nothing: it was done before'}.")
    typer.echo(
        f"Searched {erased.rows:,} rows of {erased.tables} tables, their objects unpacked, and "
        f"{erased.files} files with {erased.file_bytes / 1e6:.1f} MB for {erased.values} values: "
        f"{'nothing was found' if erased.proven else 'found in ' + '; '.join(erased.left)}."
    )
    if erased.shared:
        typer.echo("The replica's own file holds other accounts too, so of it only the rows were searched.")
    if erased.others:
        some = ", ".join(erased.others[:SHOWN])
        more = f" and {len(erased.others) - SHOWN} more" if len(erased.others) > SHOWN else ""
        typer.echo(f"The same name or address stands in rows of others, which were left alone: {some}{more}.")
    typer.echo(_AT_HOSTAWAY)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {noun.replace('_', ' ')}" for noun, count in counts.items() if count)
