"""`hostaway-mcp logout --purge`: removes what was read of an account and what is kept here for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from hostaway_mcp.app import App, build_app, database_url
from hostaway_mcp.cli.serve import run
from hostaway_mcp.client.shared import FileState
from hostaway_mcp.errors import CredentialsError, InputError, StorageError, UpstreamError
from hostaway_mcp.settings import Settings
from hostaway_mcp.store.journal.chain import ANCHOR_FILE, JOURNAL_FILE, KEY_FILE
from hostaway_mcp.sync.webhooks import WebhookFile, remove

SHARED = "shared.db"
_SQLITE = "sqlite:///"


def run_purge(settings: Settings) -> None:
    """
    Removes the webhook and everything that was read of the account, and says so.

    Raises:
        InputError: no account is named.
        StorageError: something could not be removed; done again it goes on.
    """
    if not settings.hostaway_account_id:
        raise InputError(
            "There is no account whose data could be removed.",
            hint="Set HOSTAWAY_ACCOUNT_ID to the account that is meant.",
        )
    run(_purge(settings))


async def _purge(settings: Settings) -> None:
    app = build_app(settings)
    try:
        await _remove_webhook(app)
        await _remove_rows(app)
        await _remove_changes(app)
    finally:
        await app.aclose()


def forget_state(settings: Settings) -> None:
    """
    Removes what processes share of this account: its token, and the rate budget when nobody else's is there.

    Raises:
        StorageError: it could not be removed.
    """
    build_app(settings).hostaway.transport.forget_token()
    path = settings.hostaway_mcp_data_dir / SHARED
    if not path.exists():
        return
    state = FileState(path)
    others = [key for key in state.names() if key.startswith("token:")]
    state.close()
    if others:
        typer.echo(f"The token is removed from {path}; another account's stays.")
        return
    for one in _beside(path):
        _unlink(one)
    typer.echo(f"The token and the rate budget in {path} are removed.")


async def _remove_webhook(app: App) -> None:
    """At Hostaway too, which else would go on sending guests' data to an address where nobody is."""
    settings = app.settings
    file = WebhookFile(settings.hostaway_mcp_data_dir, settings.hostaway_account_id)
    if not file.path.exists():
        return
    try:
        await remove(app.hostaway, file, public_url=settings.hostaway_mcp_public_url)
        typer.echo("The webhook is removed at Hostaway and here.")
    except (UpstreamError, CredentialsError) as error:
        typer.echo(f"The webhook could not be removed at Hostaway, so remove it there: {error.message}")
    finally:
        file.forget()


async def _remove_rows(app: App) -> None:
    account = app.settings.hostaway_account_id
    path = database_file(app.settings)
    if not app.replica.is_there:
        typer.echo("There is no replica.")
        return
    store = await app.replica.store()
    await store.forget_account()
    if path is not None and await store.remains.is_alone():
        await app.replica.aclose()
        for one in _beside(path):
            _unlink(one)
        typer.echo(f"The replica {path} is removed.")
        return
    await store.remains.compact()
    typer.echo(f"Everything of account {account} is removed from the replica; other accounts' rows stay.")


async def _remove_changes(app: App) -> None:
    """The journal of changes with its audit; key and anchor go with the last account's."""
    ledger, directory = app.services.writes.ledger, app.settings.hostaway_mcp_data_dir
    if not ledger.is_there:
        return
    forgetting = (await ledger.journal()).forgetting
    await forgetting.account()
    alone = await forgetting.is_alone()
    await forgetting.compact()
    await ledger.aclose()
    account = app.settings.hostaway_account_id
    if not alone:
        typer.echo(f"Every change of account {account} is removed from the journal; other accounts' stay.")
        return
    for name in (JOURNAL_FILE, KEY_FILE, ANCHOR_FILE):
        for one in _beside(directory / name):
            _unlink(one)
    typer.echo("The journal of changes is removed, with its audit.")


def database_file(settings: Settings) -> Path | None:
    """The file of the replica, where it is one."""
    url = database_url(settings)
    return Path(url.removeprefix(_SQLITE)).expanduser() if url.startswith(_SQLITE) else None


def _beside(path: Path) -> Iterator[Path]:
    """A database's file, the two that SQLite keeps beside it, and copies that were set aside as damaged."""
    yield path
    yield from (path.with_name(path.name + ending) for ending in ("-wal", "-shm"))
    yield from path.parent.glob(f"{path.name}.damaged-*")


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{path} cannot be removed: {error.strerror}.", hint="Remove it.") from None
