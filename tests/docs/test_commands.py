"""Every command on the pages can be given as it stands; those that change nothing elsewhere are run."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hostaway_mcp.cli.connect.clients import Client
from hostaway_mcp.cli.connect.entry import Entry, claude_line, http_entry
from hostaway_mcp.web.changes import PATH as CHANGES
from hostaway_mcp.web.web import build_web
from tests.docs.command_lines import COMMANDS, OUR_LINES, OURS, SHELL_LINES, Words, ours_in, read
from tests.docs.pages import PAGES, ROOT, Page
from tests.docs.readme import installed
from tests.support.house import house

BOUNDED_SECONDS = 60
OTHERS = {"claude", "curl", "docker", "git", "grep", "install", "journalctl", "pip", "pipx", "python3"}
OTHERS |= {"cp", "sqlite3", "systemctl", "systemd-run", "useradd"}
RUN = ("call", "tools", "connect")
KEPT = {"account_id": "12345", "kept_in": "file", "client_secret": "your-secret"}


def named(words: Words) -> str:
    """A line as pytest shows it."""
    return " ".join(words)[:60]


def run(arguments: Words, home: Path) -> subprocess.CompletedProcess[str]:
    """Runs the installed program in a home of its own, after a login."""
    data = home / "data"
    data.mkdir(mode=0o700)
    (data / "credentials.json").write_text(json.dumps(KEPT))
    (data / "credentials.json").chmod(0o600)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("HOSTAWAY_")}
    places = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "HOSTAWAY_MCP_DATA_DIR": str(data)}
    return subprocess.run(
        [sys.executable, "-m", "hostaway_mcp", *arguments],
        cwd=home, env=clean | places, capture_output=True, text=True, timeout=BOUNDED_SECONDS, check=False,
    )  # fmt: skip


def of(command: str) -> list[Words]:
    """The lines of one other program, each once."""
    return sorted({words for _, words in SHELL_LINES if Path(words[0]).name == command})


def test_every_line_of_a_shell_block_is_known() -> None:
    """Ours, a script of this repository, or a program that everybody has; a typing error is neither."""
    for where, words in SHELL_LINES:
        script = ROOT / words[0]
        known = Path(words[0]).name in OTHERS | {OURS} or (
            words[0].startswith("scripts/") and os.access(script, os.X_OK)
        )
        assert known, f"{where}: {words[0]}"


@pytest.mark.parametrize("words", sorted({words for _, words in OUR_LINES}), ids=named)
def test_our_commands_exist_with_their_options(words: Words) -> None:
    """As the command line itself reads them."""
    read(words)


@pytest.mark.parametrize("one", PAGES, ids=lambda one: one.name)
def test_commands_in_the_text_exist(one: Page) -> None:
    """In running text an argument may be left out, but no name may be wrong."""
    for code in one.code():
        with contextlib.suppress(ValueError):  # an apostrophe in what is no command
            ours = ours_in(tuple(shlex.split(code)))
            if ours and not ours[0].startswith("-"):
                assert ours[0] in COMMANDS, code
                if len(ours) > 1:
                    read(ours)


@pytest.mark.parametrize("words", sorted({w for _, w in OUR_LINES if w and w[0] in RUN}), ids=named)
def test_what_is_safe_is_run(words: Words, tmp_path: Path) -> None:
    """After a login in an empty home each ends well; questions go to the sandbox."""
    sandboxed = ("--sandbox",) if words[0] == "call" and "--sandbox" not in words else ()
    key = "--http" in words and "claude-desktop" in words
    done = run((*words, *sandboxed), tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert not key or "HOSTAWAY_MCP_HTTP_KEY" in done.stdout


def test_the_lines_for_claude_code_are_those_of_connect() -> None:
    """One place knows how to say it."""
    url, key = "https://mcp.example.com/mcp", "your-key"
    asked = {"HOSTAWAY_ACCOUNT_ID": "your-account-id", "HOSTAWAY_CLIENT_SECRET": "your-secret"}
    plain = installed(Client.CLAUDE_CODE)
    entries = (
        plain,
        Entry(plain.client, plain.name, plain.server | {"env": asked}),
        http_entry(Client.CLAUDE_CODE, "hostaway", url=url, key=key, needs_key=True),
    )
    assert of("claude") == sorted(tuple(shlex.split(claude_line(entry))) for entry in entries)


@pytest.mark.parametrize("words", of("curl"), ids=named)
async def test_each_request_by_curl_is_answered(words: Words) -> None:
    """With the key where one stands on the line; a stream that would begin without a replica says so."""
    url = next(word for word in words if word.startswith("http"))
    headers = dict(
        words[at + 1].split(": ", 1) for at, word in enumerate(words) if word in {"-H", "--header"}
    )
    settings: dict[str, Any] = {"hostaway_mcp_public_url": "https://mcp.example.com"}
    if key := headers.get("Authorization", "").removeprefix("Bearer "):
        settings["hostaway_mcp_http_key"] = key
    async with house(**settings) as home:
        web = build_web(home.app, host="127.0.0.1")
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=web)) as client:
            answer = await client.get(url, headers=headers)
    assert answer.status_code == (409 if CHANGES in url else 200), answer.text


@pytest.mark.parametrize("words", of("pip") + of("pipx"), ids=named)
def test_what_pip_installs_is_there(words: Words) -> None:
    """This directory, a lock file of it, or this package with an extra that it has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    known = {f"{project['name']}[{extra}]" for extra in project["optional-dependencies"]}
    assert words[1] == "install"
    named = [word for word in words[2:] if not word.startswith("-")]
    assert named
    assert all(word in known or (ROOT / word).exists() for word in named)
