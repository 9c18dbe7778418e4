"""`hostaway-mcp connect`: shows or writes what a client must know of this server."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import typer

from hostaway_mcp.cli.connect.clients import Client, file_of, this_machine
from hostaway_mcp.cli.connect.document import Document, read_document, with_entry, write_document
from hostaway_mcp.cli.connect.entry import Entry, claude_line, deep_link, http_entry, stdio_entry
from hostaway_mcp.clock import SystemClock
from hostaway_mcp.credentials import read_kept
from hostaway_mcp.errors import CredentialsError, InputError, SettingsError
from hostaway_mcp.settings import Survey, survey_settings
from hostaway_mcp.web.hosts import is_loopback


def run_connect(
    client: Client, *, name: str, url: str | None, write: bool, with_credentials: bool, file: Path | None
) -> None:
    """Shows the configuration of one client, or writes it."""
    survey = survey_settings()
    _check(name, survey)
    entry = entry_for(client, name, survey=survey, url=url, with_credentials=with_credentials)
    path = file or file_of(client, this_machine())
    if write:
        _write(entry, read_document(path), private=with_credentials)
        return
    _show(entry, path, linked=not with_credentials, client=client)


def entry_for(client: Client, name: str, *, survey: Survey, url: str | None, with_credentials: bool) -> Entry:
    """
    The server as the client must know it.

    Raises:
        CredentialsError: they are to be written, and there are none; or what login kept cannot be used.
        InputError: the URL is not one.
    """
    settings = survey.settings
    if url is not None:
        key = settings.hostaway_mcp_http_key.get_secret_value()
        needs_key = bool(key) or not is_loopback(_host(url))
        return http_entry(client, name, url=url, key=key if with_credentials else None, needs_key=needs_key)
    if with_credentials and not settings.has_credentials:
        raise CredentialsError("There are no credentials to write.", hint="Run: hostaway-mcp login")
    is_kept = read_kept(settings.hostaway_mcp_data_dir) is not None
    return stdio_entry(client, name, survey=survey, is_kept=is_kept, with_credentials=with_credentials)


def _check(name: str, survey: Survey) -> None:
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise InputError(f'"{name[:40]}" is no name for a server.', hint="Use letters, digits, - and _.")
    for found in survey.found:
        if found.problem:
            raise SettingsError(found.problem)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or not url.isprintable() or parts.scheme not in {"http", "https"} or parts.username:
        raise InputError(
            f'"{url[:80]}" is not the address of a server.', hint="Such as https://mcp.example.com/mcp."
        )
    return host


def _write(entry: Entry, document: Document, *, private: bool) -> None:
    if entry.missing:
        raise CredentialsError(
            f"{entry.client.called} would have no credentials, so nothing was written.", hint=entry.missing
        )
    content = with_entry(document, entry)
    loose = private and document.mode is not None and document.mode & 0o077
    if content == document.content and not loose:
        typer.echo(f"{document.path} has it already; nothing was changed.")
        return
    backup = write_document(document, content, private=private, now=SystemClock().now())
    typer.echo(f'{document.path} now has the server "{entry.name}".')
    if backup:
        typer.echo(f"As it was before: {backup}")
    typer.echo(_NEXT[entry.client])


_NEXT = {
    Client.CLAUDE_DESKTOP: "Quit Claude Desktop and start it again, then ask it: is Hostaway connected?",
    Client.CLAUDE_CODE: "Start `claude` in this folder, allow the server, then ask: is Hostaway connected?",
    Client.CURSOR: "Switch the server on under Settings, MCP, then ask: is Hostaway connected?",
    Client.VSCODE: "Open .vscode/mcp.json and press Start, then ask in agent mode: is Hostaway connected?",
}


def _show(entry: Entry, path: Path, *, linked: bool, client: Client) -> None:
    if client is Client.CLAUDE_CODE:
        typer.echo(f"Run this:\n\n{claude_line(entry)}\n\nOr, for everybody in this project, in {path}:\n")
    else:
        typer.echo(f"{client.called} reads {path}; this goes in there:\n")
    content = with_entry(Document(path, {}), entry)
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
    if linked and (link := deep_link(entry)):
        typer.echo(f"\nOr open this link:\n\n{link}")
    typer.echo("")
    if entry.missing:
        typer.echo(f"Before --write can put it there: {entry.missing}")
    else:
        typer.echo("--write puts it there, keeps what is there, and makes a copy of the file before.")
