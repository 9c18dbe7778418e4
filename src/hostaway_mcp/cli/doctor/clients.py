"""The checks of the clients' configuration files on this machine."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hostaway_mcp.cli.connect.clients import Client, files_of
from hostaway_mcp.cli.connect.document import read_document
from hostaway_mcp.cli.doctor.finding import Finding, Situation, failed, note, ok
from hostaway_mcp.errors import SettingsError, StorageError


def clients(situation: Situation) -> Iterator[Finding]:
    """Each file that is there: is it JSON, does it know this server, can what it names be started?"""
    found = [
        (client, path) for client in Client for path in files_of(client, situation.machine) if path.exists()
    ]
    if not found:
        yield note("None found here. `hostaway-mcp connect` shows what a client must know.")
    for client, path in found:
        yield from _file(client, path, situation.machine.here)


def _file(client: Client, path: Path, here: Path) -> Iterator[Finding]:
    try:
        content = read_document(path).content
    except (SettingsError, StorageError) as error:
        if client is Client.VSCODE:
            # VS Code itself allows comments, so it may be quite right.
            yield note(f"{client.called}: {path} cannot be looked into; it may have comments.")
        else:
            why = error.message.partition(": ")[2] or error.message
            yield failed(f"{client.called}: {path} cannot be used: {why}", repair=f"Mend {path}.")
        return
    # What `claude mcp add` adds is filed under the folder it was said in.
    of_folder = _map(_map(content.get("projects")).get(str(here)))
    servers = _map(of_folder.get("mcpServers")) | _map(content.get(client.servers_key))
    ours = [(name, one) for name, one in servers.items() if _is_ours(name, one)]
    if not ours:
        yield note(
            f"{client.called}: {path} does not know this server; `hostaway-mcp connect {client} --write` "
            "tells it."
        )
    for name, server in ours:
        yield _server(client, path, name, server)


def _server(client: Client, path: Path, name: str, server: dict[str, Any]) -> Finding:
    command = server.get("command")
    repair = f"Run: hostaway-mcp connect {client} --name {name} --write"
    if isinstance(command, str) and not shutil.which(command):
        return failed(
            f'{client.called}: "{name}" in {path} starts {command}, which is not there.', repair=repair
        )
    if command is None and not isinstance(server.get("url"), str):
        return failed(f'{client.called}: "{name}" in {path} has no command and no url.', repair=repair)
    if _shows_secret(server) and os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return failed(
            f"{client.called}: {path} holds a secret and others may read it.",
            repair=f"Run: chmod 600 '{path}'",
        )
    return ok(f'{client.called}: {path} knows it as "{name}".')


def _is_ours(name: str, server: object) -> bool:
    found = _map(server)
    arguments = found.get("args")
    words = [found.get("command"), *(arguments if isinstance(arguments, list) else ())]
    return bool(found) and ("hostaway" in name.lower() or any("hostaway" in str(word) for word in words))


def _shows_secret(server: dict[str, Any]) -> bool:
    secret = _map(server.get("env")).get("HOSTAWAY_CLIENT_SECRET")
    return isinstance(secret, str) and bool(secret) and not secret.startswith("${")


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
