"""What a client must be told of this server: a command to start, or an address to call."""

from __future__ import annotations

import base64
import json
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hostaway_mcp.cli.connect.clients import Client
from hostaway_mcp.settings import Settings, Source, Survey

ACCOUNT_ID = "HOSTAWAY_ACCOUNT_ID"
SECRET = "HOSTAWAY_CLIENT_SECRET"  # noqa: S105 - the name of a setting
HTTP_KEY = "HOSTAWAY_MCP_HTTP_KEY"
CREDENTIALS = (ACCOUNT_ID, SECRET)

_OF_THE_DOOR = {HTTP_KEY, "HOSTAWAY_MCP_PUBLIC_URL", "HOSTAWAY_MCP_ALLOWED_ORIGINS"}
_LOG_IN = "Run hostaway-mcp login first, or add --with-credentials."
_GIVE_KEY = "Set HOSTAWAY_MCP_HTTP_KEY to the server's key and add --with-credentials."
_QUESTIONS = {
    ACCOUNT_ID: "Hostaway account id",
    SECRET: "Hostaway API secret",
    HTTP_KEY: "Key of the hostaway-mcp server",
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A server as one client writes it down; `inputs` are what VS Code asks its user for."""

    client: Client
    name: str
    server: Json
    inputs: tuple[Json, ...] = ()
    missing: str | None = None
    """What to do before it can be written, where a placeholder in it would only break."""


def stdio_entry(client: Client, name: str, *, survey: Survey, is_kept: bool, with_credentials: bool) -> Entry:
    """A server that the client starts itself; settings made by the environment here are carried along."""
    command, *arguments = own_command()
    server: Json = {"command": command, "args": [*arguments, "serve"]}
    if client in (Client.CLAUDE_CODE, Client.VSCODE):
        server = {"type": "stdio", **server}
    carried = _carried(survey)
    asked: tuple[str, ...] = ()
    if with_credentials:
        carried = _credentials(survey.settings) | carried
    elif not is_kept:
        asked = CREDENTIALS
        carried = {one: placeholder(client, one) for one in CREDENTIALS} | carried
    if carried:
        server["env"] = carried
    return Entry(client, name, server, _inputs(client, asked), _missing(client, asked, _LOG_IN))


def http_entry(client: Client, name: str, *, url: str, key: str | None, needs_key: bool) -> Entry:
    """A server at an address; `key` is written as it is, and where it is None but needed, a placeholder."""
    bearer = key or (placeholder(client, HTTP_KEY) if needs_key else None)
    asked = (HTTP_KEY,) if bearer and not key else ()
    inputs = _inputs(client, asked)
    if client is Client.CLAUDE_DESKTOP:
        return Entry(client, name, _bridged(url, bearer), inputs, _missing(client, asked, _GIVE_KEY))
    server: Json = {"url": url}
    if client is not Client.CURSOR:
        server = {"type": "http", **server}
    if bearer:
        server["headers"] = {"Authorization": f"Bearer {bearer}"}
    return Entry(client, name, server, inputs)


def placeholder(client: Client, name: str) -> str:
    """What stands where a secret would: a reference that the client resolves, or words for its user."""
    match client:
        case Client.CLAUDE_CODE:
            return f"${{{name}}}"
        case Client.CURSOR:
            return f"${{env:{name}}}"
        case Client.VSCODE:
            return f"${{input:{_input_id(name)}}}"
        case _:
            return {ACCOUNT_ID: "your-account-id", SECRET: "your-secret"}.get(name, "your-key")


def own_command() -> list[str]:
    """
    How a client starts this program: by its absolute path, since clients know little of a shell's PATH.

    Run out of the cache of uvx or pipx, there is no path that will last, so those are named instead.
    """
    beside = Path(sys.executable).parent
    if any(part.startswith("archive-v") for part in beside.parts):
        return [shutil.which("uvx") or "uvx", "hostaway-mcp"]
    if ".cache" in beside.parts and "pipx" in beside.parts:
        return [shutil.which("pipx") or "pipx", "run", "hostaway-mcp"]
    installed = shutil.which("hostaway-mcp", path=str(beside)) or shutil.which("hostaway-mcp")
    return [installed] if installed else [sys.executable, "-m", "hostaway_mcp"]


def claude_line(entry: Entry) -> str:
    """The command that adds the server to Claude Code."""
    server = entry.server
    if "url" in server:
        line = ["claude", "mcp", "add", "--transport", "http", entry.name, server["url"]]
        for name, value in server.get("headers", {}).items():
            line += ["--header", f"{name}: {value}"]
        return shlex.join(line)
    line = ["claude", "mcp", "add", entry.name]
    for name, value in server.get("env", {}).items():
        # On a command line the shell would have to resolve the reference; words are clearer.
        said = placeholder(Client.CLAUDE_DESKTOP, name) if value.startswith("${") else value
        line += ["-e", f"{name}={said}"]
    return shlex.join([*line, "--", server["command"], *server["args"]])


def deep_link(entry: Entry) -> str | None:
    """A link that makes the client offer to add the server; None where the client knows none."""
    if entry.client is Client.CURSOR:
        packed = base64.b64encode(_compact(entry.server).encode()).decode()
        name = quote(entry.name, safe="")
        return f"cursor://anysphere.cursor-deeplink/mcp/install?name={name}&config={quote(packed, safe='')}"
    if entry.client is Client.VSCODE:
        inputs = {"inputs": list(entry.inputs)} if entry.inputs else {}
        return "vscode:mcp/install?" + quote(
            _compact({"name": entry.name, **inputs, **entry.server}), safe=""
        )
    return None


def _compact(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))


def _bridged(url: str, bearer: str | None) -> Json:
    """Claude Desktop's file knows commands only; `mcp-remote` speaks HTTP for it."""
    server: Json = {"command": "npx", "args": ["-y", "mcp-remote", url]}
    if bearer:
        # Without a space in the argument: on Windows it would be cut there.
        server["args"] += ["--header", "Authorization:${AUTHORIZATION}"]
        server["env"] = {"AUTHORIZATION": f"Bearer {bearer}"}
    return server


def _carried(survey: Survey) -> dict[str, str]:
    """The settings that were made here and that the client's environment would not know; no secrets."""
    carried = {
        found.name: found.value
        for found in survey.found
        if found.source in (Source.ENVIRONMENT, Source.DOTENV)
        and found.problem is None
        and found.name not in {*CREDENTIALS, *_OF_THE_DOOR}
    }
    if "HOSTAWAY_MCP_DATA_DIR" in carried:
        carried["HOSTAWAY_MCP_DATA_DIR"] = str(survey.settings.hostaway_mcp_data_dir.absolute())
    return carried


def _credentials(settings: Settings) -> dict[str, str]:
    return {
        ACCOUNT_ID: settings.hostaway_account_id,
        SECRET: settings.hostaway_client_secret.get_secret_value(),
    }


def _missing(client: Client, asked: tuple[str, ...], hint: str) -> str | None:
    """Claude Desktop alone neither resolves references nor asks."""
    return hint if asked and client is Client.CLAUDE_DESKTOP else None


def _inputs(client: Client, names: tuple[str, ...]) -> tuple[Json, ...]:
    if client is not Client.VSCODE:
        return ()
    return tuple(
        {
            "type": "promptString",
            "id": _input_id(name),
            "description": _QUESTIONS[name],
            **({"password": True} if name != ACCOUNT_ID else {}),
        }
        for name in names
    )


def _input_id(name: str) -> str:
    return name.lower().replace("_", "-")
