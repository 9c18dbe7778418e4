"""`hostaway-mcp audit`: shows, verifies and hands out the chain of records about changes."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from hostaway_mcp.cli.serve import account_app, run
from hostaway_mcp.errors import SettingsError, StorageError
from hostaway_mcp.settings import LogLevel, Settings, read_settings
from hostaway_mcp.telemetry.logs import configure_logs

if TYPE_CHECKING:
    from hostaway_mcp.store.journal.chain import Link, Verified
    from hostaway_mcp.store.journal.trail import Trail

_SHOWN_FIRST = ("seq", "at", "event", "change", "tool", "door", "caller")
_HIDDEN = ("account", "key")
SHOWN_BREAKS = 10


def run_show(*, last: int, as_json: bool) -> None:
    """Prints the newest records, the oldest of them first."""

    async def show(trail: Trail) -> None:
        records = await trail.last(last)
        if as_json:
            typer.echo(json.dumps(records, ensure_ascii=False, indent=2))
        else:
            typer.echo("\n".join(map(_line, records)))

    _with_trail(
        show, otherwise=lambda: typer.echo("[]") if as_json else typer.echo("Nothing was proposed yet.")
    )


def run_verify(*, head: str | None, file: Path | None) -> None:
    """
    Looks at every record, and leaves with 1 if one was changed, dropped, added or exchanged.

    `head` is a hash that was kept elsewhere: it must be in the chain still. `file` is an export, looked at
    in the place of the journal.
    """

    async def verify(trail: Trail) -> None:
        links = _exported(file) if file else [link async for some in trail.links() for link in some]
        found = await trail.verify(links)
        wrong = [one.says for one in found.breaks]
        if head is not None and head not in {link.hash for link in links}:
            wrong.append("the head that was kept elsewhere is not in the chain any more")
        _tell(found, wrong)
        if wrong:
            raise typer.Exit(1)

    def nothing() -> None:
        if head or file:
            raise StorageError(
                "There is no audit here.", hint="Restore journal.db, audit.key and audit.anchor."
            )
        typer.echo("Nothing was proposed yet, so there is nothing to verify.")

    _with_trail(verify, otherwise=nothing)


def run_export(*, file: Path | None) -> None:
    """Writes every record with its hashes, one JSON object a line; a file is its owner's alone."""

    async def export(trail: Trail) -> None:
        if file is None:
            async for links in trail.links():
                typer.echo("\n".join(_written(link) for link in links))
            return
        count = 0
        try:
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
                async for links in trail.links():
                    out.writelines(f"{_written(link)}\n" for link in links)
                    count += len(links)
        except OSError as error:
            raise StorageError(f"{file} cannot be written: {error.strerror}.", hint="Name another.") from None
        typer.echo(f"{count:,} records are in {file}; `hostaway-mcp audit verify --file` looks at them.")

    _with_trail(export, otherwise=lambda: typer.echo("Nothing was proposed yet.", err=True))


# How.


def _with_trail(work: Callable[[Trail], Awaitable[None]], *, otherwise: Callable[[], None]) -> None:
    settings = read_settings()
    configure_logs(level=LogLevel.ERROR, form=settings.hostaway_mcp_log_format)
    if not settings.hostaway_account_id:
        raise SettingsError("HOSTAWAY_ACCOUNT_ID must be set to the account whose audit is meant.")

    async def main() -> None:
        async with _trail(settings) as trail:
            if trail is None:
                otherwise()
            else:
                await work(trail)

    run(main())


@asynccontextmanager
async def _trail(settings: Settings) -> AsyncIterator[Trail | None]:
    """The audit of the account in the settings; None where there is no journal, which is not made for it."""
    app = account_app(settings)
    ledger = app.services.writes.ledger
    try:
        yield (await ledger.journal()).trail if ledger.is_there else None
    finally:
        await app.aclose()


def _tell(found: Verified, wrong: list[str]) -> None:
    typer.echo(f"records  {found.records:,}")
    typer.echo(f"head     {found.head}")
    if found.foreign:
        typer.echo(f"foreign  {found.foreign:,} (of other machines, proven by their keys)")
    typer.echo(f"breaks   {len(wrong)}")
    for says in wrong[:SHOWN_BREAKS]:
        typer.echo(f"  {says}")
    if len(wrong) > SHOWN_BREAKS:
        typer.echo(f"  and {len(wrong) - SHOWN_BREAKS:,} more")


def _written(link: Link) -> str:
    return json.dumps(link._asdict(), ensure_ascii=False, separators=(",", ":"))


def _exported(file: Path) -> list[Link]:
    from hostaway_mcp.store.journal.chain import Link

    try:
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        links = [Link(**line) for line in lines]
        if any(not isinstance(value, str) for link in links for value in link[1:]):
            raise TypeError
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError):
        raise StorageError(f"{file} is no export of an audit.") from None
    return links


def _line(record: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in record.items() if name not in (*_SHOWN_FIRST, *_HIDDEN)}
    parts = [str(record[name]) for name in _SHOWN_FIRST if record.get(name)]
    parts += [f"{name}={_short(value)}" for name, value in rest.items() if value not in (None, {}, [])]
    return "  ".join(parts)


def _short(value: object) -> str:
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 200 else f"{said[:199]}…"
