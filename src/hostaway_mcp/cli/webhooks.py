"""`hostaway-mcp webhooks`: registers this server with Hostaway, shows what became of it, and removes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from hostaway_mcp.cli.serve import account_app, need_credentials, run
from hostaway_mcp.errors import SettingsError
from hostaway_mcp.settings import LogLevel, Settings, read_settings
from hostaway_mcp.sync.webhooks import (
    PATH,
    WebhookFile,
    WebhookState,
    is_ours,
    register,
    remove,
    state_of,
)
from hostaway_mcp.telemetry.logs import configure_logs
from hostaway_mcp.web.hosts import is_loopback

if TYPE_CHECKING:
    from hostaway_mcp.app import App
    from hostaway_mcp.models.webhooks import UnifiedWebhook, UnifiedWebhookLog

LAST = 10
"""Deliveries that are listed."""


def run_register() -> None:
    """Registers the server at the public address, and says what Hostaway has now."""
    settings = _settings()
    public_url = receiving_url(settings)

    async def work(app: App, file: WebhookFile) -> None:
        found, is_new = await register(app.hostaway, file, public_url=public_url)
        number = f" {found.id}" if found else ""
        did = "Registered webhook" if is_new else "Renewed webhook"
        typer.echo(f"{did}{number}: Hostaway tells {public_url}{PATH}… of stays and messages.")
        typer.echo(f"What deliveries must know is kept in {file.path} (mode 0600).")
        typer.echo("Next: hostaway-mcp webhooks list shows whether they arrive.")

    run(_with_app(settings, work))


def run_list() -> None:
    """One line a webhook, then the last deliveries of ours; exit code 1 if ours does not work."""
    settings = _settings()

    async def work(app: App, file: WebhookFile) -> None:
        ours = file.read()
        rows = (await app.hostaway.webhooks.find()).rows
        for webhook in rows:
            typer.echo(_line(webhook, ours=is_ours(webhook, ours)))
        for webhook in rows:
            if is_ours(webhook, ours):
                await _show_deliveries(app, webhook.id)
        state = state_of(rows, ours)
        if state is WebhookState.ENABLED:
            return
        typer.echo(_REPAIRS[state])
        raise typer.Exit(1)

    run(_with_app(settings, work))


def run_remove() -> None:
    """Deletes ours at Hostaway, then the file."""
    settings = _settings()

    async def work(app: App, file: WebhookFile) -> None:
        removed = await remove(app.hostaway, file, public_url=settings.hostaway_mcp_public_url)
        typer.echo("The webhook is removed." if removed else "No webhook of this server was registered.")

    run(_with_app(settings, work))


def receiving_url(settings: Settings) -> str:
    """
    The public address, where Hostaway can safely send guests' data.

    Raises:
        SettingsError: there is none, or it is not https; on loopback, for a sandbox, http will do.
    """
    public_url = settings.hostaway_mcp_public_url
    parts = urlsplit(public_url)
    if not public_url:
        raise SettingsError(
            "HOSTAWAY_MCP_PUBLIC_URL must be set before Hostaway can send anything here.",
            hint="Set it to the address of the proxy in front of serve --http, e.g. https://mcp.example.com.",
        )
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise SettingsError(
            "HOSTAWAY_MCP_PUBLIC_URL must begin with https:// before Hostaway may send guests' data there.",
            hint="Put a proxy with TLS in front of serve --http.",
        )
    return public_url


def shown_url(url: str) -> str:
    """A webhook's address without what may be a secret in it."""
    parts = urlsplit(url)
    path = PATH if PATH in parts.path else "/"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{path}…"


def _settings() -> Settings:
    settings = read_settings()
    configure_logs(level=LogLevel.ERROR, form=settings.hostaway_mcp_log_format)
    need_credentials(settings)
    return settings


async def _with_app(settings: Settings, work: Callable[[App, WebhookFile], Awaitable[None]]) -> None:
    app = account_app(settings)
    try:
        await work(app, WebhookFile(settings.hostaway_mcp_data_dir, settings.hostaway_account_id))
    finally:
        await app.aclose()


def _line(webhook: UnifiedWebhook, *, ours: bool) -> str:
    state = "DISABLED" if webhook.is_enabled is False else "enabled"
    whose = "this server" if ours else "another"
    return f"{webhook.id}  {state:<8}  {whose:<11}  {shown_url(webhook.url)}"


async def _show_deliveries(app: App, webhook_id: int) -> None:
    logs = (await app.hostaway.webhooks.find_logs(webhook_id=webhook_id, limit=LAST)).rows
    typer.echo("Last deliveries:" if logs else "Hostaway's log has no deliveries yet.")
    for one in logs:
        typer.echo(_delivery(one))


def _delivery(log: UnifiedWebhookLog) -> str:
    answer = log.response_status if log.response_status is not None else "no answer"
    return f"  {log.event or 'unknown'}  {log.object_id or ''}  answered {answer}"


_REPAIRS = {
    WebhookState.NOT_REGISTERED: "This server is not registered. Run: hostaway-mcp webhooks register",
    WebhookState.GONE: "This server's webhook is gone from Hostaway. Run: hostaway-mcp webhooks register",
    WebhookState.DISABLED: "This server's webhook is DISABLED; Hostaway does so after five days of failures. "
    "Mend what fails, then run: hostaway-mcp webhooks register",
}
"""What to say of each state in which no deliveries come."""
