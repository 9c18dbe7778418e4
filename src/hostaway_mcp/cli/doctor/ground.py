"""The checks of this machine: Python, settings, credentials, data directory, the HTTP door, its port."""

from __future__ import annotations

import difflib
import http.client
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from hostaway_mcp.cli.doctor.finding import Finding, Kind, Situation, failed, note, ok
from hostaway_mcp.errors import CredentialsError, SettingsError
from hostaway_mcp.settings import Settings, Source, WriteMode
from hostaway_mcp.tools.tools import offered
from hostaway_mcp.web.hosts import is_loopback
from hostaway_mcp.web.serve import bind

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 100 * 2**20
SHORTEST_KEY = 16
HEALTH_SECONDS = 2.0

CREDENTIAL_NAMES = ("HOSTAWAY_ACCOUNT_ID", "HOSTAWAY_CLIENT_SECRET")


def python(_: Situation) -> Iterator[Finding]:
    """Whether this Python is new enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= OLDEST_PYTHON:
        yield ok(f"{version} at {sys.executable}")
    else:
        yield failed(f"Python {version} is too old.", repair="Install Python 3.11 or newer.")


def settings(situation: Situation) -> Iterator[Finding]:
    """Whether each value can be used, and whether a name was misspelt."""
    survey = situation.survey
    wrong = [one for one in survey.found if one.problem]
    for one in wrong:
        kind = Kind.CREDENTIALS if one.name in CREDENTIAL_NAMES else Kind.SETUP
        yield failed(one.problem or "", repair=f"Correct {one.name} in {_place(one.source)}.", kind=kind)
    for error in survey.trouble:
        if isinstance(error, SettingsError):
            yield failed(error.message, repair="Save .env as text in UTF-8 that this user may read.")
    for name in survey.strangers:
        yield note(f"{name} is no setting and does nothing.{_meant(name)}")
    yield from _tools(survey.settings)
    if not wrong:
        made = sum(one.source is not Source.DEFAULT for one in survey.found)
        yield ok(f"{made} made, {len(survey.found) - made} at their defaults.")


def credentials(situation: Situation) -> Iterator[Finding]:
    """Whether an account id and a secret are there, and from where."""
    survey = situation.survey
    trouble = [error for error in survey.trouble if isinstance(error, CredentialsError)]
    for error in trouble:
        repair = error.hint or "Run: hostaway-mcp login"
        yield failed(error.message, repair=repair, kind=Kind.CREDENTIALS)
    found = [one for one in survey.found if one.name in CREDENTIAL_NAMES]
    if any(one.problem for one in found):
        return
    if survey.settings.has_credentials:
        places = " and ".join(dict.fromkeys(_place(one.source) for one in found))
        yield ok(f"Account {survey.settings.hostaway_account_id}, from {places}.")
    elif not trouble:
        missing = " and ".join(one.name for one in found if not one.value)
        yield failed(f"{missing} not set.", repair="Run: hostaway-mcp login", kind=Kind.CREDENTIALS)


def data_directory(situation: Situation) -> Iterator[Finding]:
    """Whether what must last can be written, by us and read by nobody else."""
    path = situation.survey.settings.hostaway_mcp_data_dir
    there = next((one for one in (path, *path.parents) if one.exists()), Path("/"))
    other = "Choose another directory with HOSTAWAY_MCP_DATA_DIR."
    if not there.is_dir():
        yield failed(f"{path} cannot be made: {there} is a file.", repair=other)
    elif not os.access(there, os.W_OK | os.X_OK):
        yield failed(f"{there} cannot be written by this user.", repair=other)
    elif (free := shutil.disk_usage(there).free) < LEAST_FREE_BYTES:
        yield failed(f"{there} has {free // 2**20} MiB left.", repair="Make room on that disk.")
    elif there != path:
        yield ok(f"{path} will be made at the first call.")
    else:
        yield from _rights(path, free)


def http_door(situation: Situation) -> Iterator[Finding]:
    """What `serve --http` would open to whom."""
    settings, host = situation.survey.settings, situation.host
    key = settings.hostaway_mcp_http_key.get_secret_value()
    repair = "Set HOSTAWAY_MCP_HTTP_KEY to a long random text, such as `openssl rand -hex 32` makes."
    if not key and not is_loopback(host):
        yield failed(f"{host} can be reached by others, and there is no key.", repair=repair)
    elif not key and settings.hostaway_mcp_public_url:
        yield failed("HOSTAWAY_MCP_PUBLIC_URL opens the server to others without a key.", repair=repair)
    elif key and len(key) < SHORTEST_KEY:
        yield failed(f"HOSTAWAY_MCP_HTTP_KEY has {len(key)} characters; it can be guessed.", repair=repair)
    else:
        yield ok("A key is needed." if key else "Only this machine can reach it; no key is needed.")
    if settings.hostaway_mcp_public_url.startswith("http://"):
        yield note("HOSTAWAY_MCP_PUBLIC_URL is plain http: the key travels in the clear.")


def port(situation: Situation) -> Iterator[Finding]:
    """Whether `serve --http` could listen."""
    host, number = situation.host, situation.port
    try:
        bind(host, number).close()
    except SettingsError as error:
        if _is_ours(number):
            yield ok(f"A hostaway-mcp server answers on port {number}.")
        else:
            yield failed(error.message, repair=error.hint or "Choose another with --port.")
    else:
        yield ok(f"{number} is free.")


def _tools(settings: Settings) -> Iterator[Finding]:
    try:
        offered(
            toolsets=settings.hostaway_mcp_toolsets,
            tools=settings.hostaway_mcp_tools,
            exclude=settings.hostaway_mcp_exclude_tools,
            writes=settings.hostaway_mcp_writes is WriteMode.PROPOSE,
        )
    except SettingsError as error:
        yield failed(error.message, repair=error.hint or "`hostaway-mcp tools --all` shows them.")


def _rights(path: Path, free: int) -> Iterator[Finding]:
    about = path.stat()
    mode = stat.S_IMODE(about.st_mode)
    if os.name == "posix" and about.st_uid != os.geteuid():
        repair = f"Run: chown -R {os.geteuid()} '{path}'"
        yield failed(f"{path} belongs to another user (uid {about.st_uid}).", repair=repair)
    elif os.name == "posix" and mode & 0o077:
        yield failed(f"Others may look into {path} (mode {mode:04o}).", repair=f"Run: chmod 700 '{path}'")
    else:
        yield ok(f"{path}, {free / 2**30:.1f} GiB free.")


def _is_ours(number: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", number, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", "/health")
        return b'"alive"' in connection.getresponse().read(1000)
    except (TimeoutError, OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _meant(name: str) -> str:
    near = difflib.get_close_matches(name, (one.upper() for one in Settings.model_fields), n=1)
    return f" {near[0]} is one." if near else ""


def _place(source: Source) -> str:
    return {Source.DOTENV: "the file .env", Source.ENVIRONMENT: "the environment"}.get(source, source.value)
