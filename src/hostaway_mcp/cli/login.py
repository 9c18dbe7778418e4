"""`hostaway-mcp login` and `logout`: the account id and secret are checked and kept, or forgotten."""

from __future__ import annotations

import sys

import typer
from pydantic import SecretStr

from hostaway_mcp.app import build_app
from hostaway_mcp.cli.purge import forget_state, run_purge
from hostaway_mcp.cli.serve import run
from hostaway_mcp.credentials import FILE_NAME, Place, forget, keep, read_kept
from hostaway_mcp.errors import (
    CredentialsError,
    ForbiddenError,
    HostawayMcpError,
    InputError,
    SettingsError,
    StorageError,
    UpstreamError,
)
from hostaway_mcp.settings import LogLevel, Settings, Source, read_settings, survey_settings
from hostaway_mcp.telemetry.logs import configure_logs

_ACCOUNT_ID, _SECRET = "hostaway_account_id", "hostaway_client_secret"
MAX_SECRET_CHARS = 4096


def run_login(account_id: str | None) -> None:
    """Asks for what is not given, checks the pair against Hostaway, and keeps it if it is good."""
    settings = survey_settings().settings
    configure_logs(level=LogLevel.ERROR, form=settings.hostaway_mcp_log_format)
    account_id, secret = _ask(account_id)
    told = {_ACCOUNT_ID: account_id, _SECRET: secret}
    settings = read_settings(kept=False, **told)
    found: list[str] = []
    try:
        run(_check(settings, found))
    except CredentialsError:
        raise CredentialsError(
            f"Hostaway does not accept account id {account_id} with this secret; nothing was kept.",
            hint="Hostaway's dashboard shows the id and makes new secrets under Settings, Hostaway API.",
        ) from None
    except HostawayMcpError as error:
        error.hint = " ".join(filter(None, (error.hint, "Nothing was kept.")))
        raise
    place = keep(
        settings.hostaway_mcp_data_dir,
        account_id=settings.hostaway_account_id,
        client_secret=settings.hostaway_client_secret.get_secret_value(),
    )
    typer.echo(f"Connected: account {settings.hostaway_account_id}, {found[0]}.")
    typer.echo(f"Kept in {_where(place, settings)}.")
    _say_what_comes_first()
    typer.echo("Next: hostaway-mcp connect claude-desktop (or claude-code, cursor, vscode)")


def run_logout(*, purge: bool) -> None:
    """
    Ends the token at Hostaway, removes what was kept, and says what is left.

    With `purge` also what was read of the account, and all that is kept here for it.
    """
    survey = survey_settings()
    settings = survey.settings
    configure_logs(level=LogLevel.ERROR, form=settings.hostaway_mcp_log_format)
    if purge:
        run_purge(settings)
    trouble = _revoke(settings)
    if forget(settings.hostaway_mcp_data_dir):
        typer.echo("The account id and secret that login kept are removed.")
    else:
        typer.echo("Nothing was kept by login.")
    if purge:
        forget_state(settings)
        typer.echo("The audit (audit.jsonl) stays: it says who asked what, without a guest's data.")
    _say_what_is_left()
    if trouble:
        raise trouble


def checked(name: str, value: str) -> str:
    """
    An account id or a secret that may be sent.

    Raises:
        InputError: it cannot be one; the secret is not repeated.
    """
    if not value.strip() or len(value) > MAX_SECRET_CHARS:
        raise InputError(f"The {_called(name)} is {'too long' if value.strip() else 'missing'}.")
    # What the environment says of the other one does not matter here.
    pair = {_ACCOUNT_ID: "", _SECRET: ""} | {name: value}
    try:
        settings = read_settings(kept=False, **pair)
    except SettingsError as error:
        if not error.message.startswith(name.upper()):
            raise
        said = error.message.removeprefix(name.upper()).strip()
        raise InputError(f"The {_called(name)} {said}") from None
    if name == _ACCOUNT_ID:
        return settings.hostaway_account_id
    return settings.hostaway_client_secret.get_secret_value()


def _ask(account_id: str | None) -> tuple[str, str]:
    terminal = sys.stdin.isatty()
    if account_id is None:
        if not terminal:
            raise InputError(
                "No account id is given.", hint="Add --account-id, and send the secret to standard input."
            )
        typer.echo("Hostaway shows both in its dashboard under Settings, Hostaway API.")
        account_id = typer.prompt("Account id")
    account_id = checked(_ACCOUNT_ID, account_id)
    if terminal:
        return account_id, checked(_SECRET, typer.prompt("Secret (not shown)", hide_input=True))
    return account_id, checked(_SECRET, sys.stdin.read(MAX_SECRET_CHARS + 1))


async def _check(settings: Settings, found: list[str]) -> None:
    """One token and one cheap signed read; what was found goes into the list."""
    app = build_app(settings)
    try:
        page = await app.hostaway.listings.find(limit=1)
        count = page.count if page.count is not None else page.received
        found.append(f"{count} listing{'' if count == 1 else 's'}")
    except ForbiddenError:
        found.append("which may not read listings")
    finally:
        await app.aclose()


def _revoke(settings: Settings) -> HostawayMcpError | None:
    """Ends the token of what was kept; what went wrong stands in nobody's way and is said at the end."""
    try:
        kept = read_kept(settings.hostaway_mcp_data_dir)
        if kept is None:
            return None
        pair = {_ACCOUNT_ID: kept.account_id, _SECRET: SecretStr(kept.client_secret)}
        run(_end_token(settings.model_copy(update=pair)))
    except (UpstreamError, StorageError, CredentialsError) as error:
        error.message = f"The token could not be ended at Hostaway: {error.message}"
        return error
    return None


async def _end_token(settings: Settings) -> None:
    app = build_app(settings)
    try:
        if await app.hostaway.transport.revoke_token():
            typer.echo("The token is ended at Hostaway.")
    finally:
        await app.aclose()


def _where(place: Place, settings: Settings) -> str:
    if place is Place.KEYRING:
        return "the system keyring"
    return f"{settings.hostaway_mcp_data_dir / FILE_NAME} (mode 0600; no system keyring can be used here)"


def _elsewhere() -> list[str]:
    """The credentials that other places than login's hold, and where."""
    names = {_ACCOUNT_ID.upper(), _SECRET.upper()}
    return [
        f"{found.name} ({found.source})"
        for found in survey_settings().found
        if found.name in names and found.source in (Source.ENVIRONMENT, Source.DOTENV)
    ]


def _say_what_comes_first() -> None:
    if elsewhere := _elsewhere():
        typer.echo(f"Note: {', '.join(elsewhere)} is set as well and comes first.")


def _say_what_is_left() -> None:
    if elsewhere := _elsewhere():
        typer.echo(f"Still set: {', '.join(elsewhere)}; unset it to be logged out altogether.")


def _called(name: str) -> str:
    return "account id" if name == _ACCOUNT_ID else "secret"
