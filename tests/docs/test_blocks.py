"""Configuration blocks can be read, start this program, and set what exists; Python blocks run."""

from __future__ import annotations

import ast
import asyncio
import configparser
import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from hostaway_mcp.cli.connect.clients import Client
from hostaway_mcp.cli.connect.document import Document, with_entry
from hostaway_mcp.cli.connect.entry import stdio_entry
from hostaway_mcp.cli.serve import LOOPBACK, new_sandbox, sandbox_app, serving, settings_for
from hostaway_mcp.settings import Settings, survey_settings
from hostaway_mcp.web.serve import bind
from hostaway_mcp.web.web import build_web
from tests.docs.command_lines import OURS, read
from tests.docs.pages import BLOCKS, ROOT, Block, blocks_in
from tests.docs.readme import installed

DATA: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}
LANGUAGES = {"", "sh", "ini", "python", "nginx", "caddy", "logrotate", *DATA}
SETTINGS = {name.upper() for name in Settings.model_fields}


def servers_of(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The servers in a client's configuration."""
    return {**content.get("mcpServers", {}), **content.get("servers", {})}


CLIENT_BLOCKS = [block for block in blocks_in("json") if "ervers" in block.text]


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    """A new kind needs a check; plain text needs none."""
    assert {block.language for block in BLOCKS} <= LANGUAGES


@pytest.mark.parametrize("block", blocks_in(*DATA), ids=str)
def test_a_data_block_can_be_read(block: Block) -> None:
    """As the program that it is for would read it."""
    assert DATA[block.language](block.text)


@pytest.mark.parametrize("block", blocks_in("ini"), ids=str)
def test_an_ini_block_can_be_read(block: Block) -> None:
    """A file of settings has no section; a unit has some."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read_string(block.text if block.text.startswith("[") else f"[settings]\n{block.text}")
    assert parser.sections()


@pytest.mark.parametrize("block", CLIENT_BLOCKS, ids=str)
def test_a_client_block_starts_this_program(block: Block) -> None:
    """Its command exists with these arguments, its environment are settings, its inputs are asked for."""
    content = json.loads(block.text)
    asked = {f"${{input:{one['id']}}}" for one in content.get("inputs", [])}
    assert servers_of(content)
    for server in servers_of(content).values():
        assert server["command"] == OURS
        read(tuple(server["args"]))
        env = server.get("env", {})
        assert set(env) <= SETTINGS
        assert {value for value in env.values() if value.startswith("${input:")} <= asked


@pytest.mark.parametrize("client", [Client.CLAUDE_DESKTOP, Client.CURSOR, Client.VSCODE])
def test_client_blocks_are_what_connect_shows(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a login and without one; only the program's path is shortened to its name."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    without = stdio_entry(client, "hostaway", survey=survey_settings(), is_kept=False, with_credentials=False)
    without.server.update(command=OURS, args=["serve"])
    shown = [json.loads(block.text) for block in CLIENT_BLOCKS]
    for entry in (without, installed(client)):
        assert with_entry(Document(ROOT / "none.json", {}), entry) in shown


@pytest.mark.parametrize("block", blocks_in("python"), ids=str)
async def test_a_python_block_runs(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands, with the sandbox in the place of the account and a free port in the place of 8765."""
    world = new_sandbox(listings=12, seed=1)
    with bind(LOOPBACK, 0) as hostaway, bind(LOOPBACK, 0) as ours:
        base_url = f"http://{LOOPBACK}:{hostaway.getsockname()[1]}/v1"
        settings = settings_for(world, base_url)
        code = block.text.replace("8765", str(ours.getsockname()[1])).replace(
            'account_id="12345", client_secret="your-secret"',
            f'account_id="{settings.hostaway_account_id}", client_secret="{world.client_secret}", '
            f'base_url="{base_url}"',
        )
        runs: list[object] = []
        monkeypatch.setattr(asyncio, "run", runs.append)
        app = sandbox_app(listings=12, seed=1)
        try:
            async with serving(world.app, hostaway), serving(build_web(app, host=LOOPBACK), ours):
                compiled = compile(code, str(block), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                done = eval(compiled, {"__name__": "block"})  # our own documentation
                for work in [done, *runs]:
                    if asyncio.iscoroutine(work):
                        async with asyncio.timeout(60):
                            await work
        finally:
            await app.aclose()
    assert world.violations == []


def test_python_blocks_ask_the_sandbox_for_something() -> None:
    """So that the test above cannot pass over nothing."""
    assert all(re.search(r"\bawait\b", block.text) for block in blocks_in("python"))
    assert blocks_in("python")
