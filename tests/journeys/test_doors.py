"""One question through every door: the installed command, a real MCP client, HTTP, the shell."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from hostaway_mcp.cli.serve import LOOPBACK, new_sandbox, serving, settings_for
from hostaway_mcp.tools.tools import offered
from hostaway_mcp.web.serve import bind

ERAS = ("2026-07-28", "legacy")
QUESTION = {"city": "Porto", "limit": 3}
BOUNDED_SECONDS = 60


def environment(**more: str) -> dict[str, str]:
    """The environment without any setting of ours, and these."""
    return {k: v for k, v in os.environ.items() if not k.startswith("HOSTAWAY_")} | more


@asynccontextmanager
async def a_hostaway(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """A sandbox on a socket of its own, and the settings that lead there: as an account would be."""
    sandbox = new_sandbox(listings=12, seed=1)
    with bind(LOOPBACK, 0) as listener:
        base_url = f"http://{LOOPBACK}:{listener.getsockname()[1]}/v1"
        async with serving(sandbox.app, listener):
            settings = settings_for(sandbox, base_url)
            yield environment(
                HOSTAWAY_ACCOUNT_ID=settings.hostaway_account_id,
                HOSTAWAY_CLIENT_SECRET=settings.hostaway_client_secret.get_secret_value(),
                HOSTAWAY_BASE_URL=base_url,
                HOSTAWAY_MCP_DATA_DIR=str(tmp_path / "data"),
            )
            assert sandbox.violations == []
            assert sandbox.refused == 0


def command(environment: dict[str, str]) -> StdioServerParameters:
    """How a client's configuration starts the server."""
    return StdioServerParameters(
        command=sys.executable, args=["-m", "hostaway_mcp", "serve"], env=environment
    )


def without_age(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer less the instant of its facts."""
    return {k: v for k, v in answer.items() if k != "as_of"}


@pytest.mark.parametrize("era", ERAS)
async def test_stdio_in_both_eras(era: str, tmp_path: Path) -> None:
    """The tools are listed in the catalogue's order, and a question travels to Hostaway and back."""
    async with (
        a_hostaway(tmp_path) as settings,
        Client(stdio_client(command(settings)), mode=era) as client,
    ):
        listed = await client.list_tools()
        result = await client.call_tool("find_listings", QUESTION)

    assert [tool.name for tool in listed.tools] == [tool.name for tool in offered()]
    assert not result.is_error
    assert isinstance(result.structured_content, dict)
    assert {row["city"] for row in result.structured_content["listings"]} == {"Porto"}


async def test_every_door_gives_the_same_answer(tmp_path: Path) -> None:
    """MCP over stdio, the HTTP API and the shell hold no logic of their own."""
    async with a_hostaway(tmp_path) as settings:
        async with Client(stdio_client(command(settings))) as client:
            said = await client.call_tool("find_listings", QUESTION)
        shell = await _shell(settings, "call", "find_listings", "--json", json.dumps(QUESTION))
        api = await _api(settings, "find_listings", QUESTION)

    assert isinstance(said.structured_content, dict)
    assert without_age(said.structured_content) == without_age(shell) == without_age(api)


async def test_several_processes_share_one_token(tmp_path: Path) -> None:
    """Several assistants each start their own server; Hostaway sees one token call."""
    async with a_hostaway(tmp_path) as settings:
        for _ in range(2):
            async with Client(stdio_client(command(settings))) as client:
                assert not (await client.call_tool("find_listings", QUESTION)).is_error
        connection = await _shell(settings, "call", "check_connection")

    assert connection["connected"] is True
    files = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    assert files["shared.db"] == files["audit.jsonl"] == 0o600
    audited = [json.loads(line) for line in (tmp_path / "data" / "audit.jsonl").read_text().splitlines()]
    assert [record["tool"] for record in audited] == ["find_listings", "find_listings", "check_connection"]


async def test_wrong_credentials_end_in_a_sentence(tmp_path: Path) -> None:
    """The server starts all the same, so that the assistant can tell its user what to mend."""
    async with a_hostaway(tmp_path) as settings:
        wrong = settings | {"HOSTAWAY_CLIENT_SECRET": "not-the-secret"}
        async with Client(stdio_client(command(wrong))) as client:
            result = await client.call_tool("find_listings", QUESTION)
            status = await client.call_tool("check_connection", {})
        async with Client(stdio_client(command(settings | {"HOSTAWAY_CLIENT_SECRET": ""}))) as client:
            unset = await client.call_tool("find_listings", QUESTION)

    assert result.is_error
    assert "secret" in result.content[0].text  # type: ignore[union-attr]
    assert isinstance(status.structured_content, dict)
    assert status.structured_content["connected"] is False
    assert unset.is_error
    assert "HOSTAWAY_CLIENT_SECRET" in unset.content[0].text  # type: ignore[union-attr]


async def _shell(settings: dict[str, str], *words: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hostaway_mcp", *words, env=settings, stdout=subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), BOUNDED_SECONDS)
    assert process.returncode == 0
    answer: dict[str, Any] = json.loads(out)
    return answer


async def _api(settings: dict[str, str], tool: str, question: dict[str, Any]) -> dict[str, Any]:
    from hostaway_mcp.app import build_app
    from hostaway_mcp.settings import read_settings
    from hostaway_mcp.web.web import build_web

    names: dict[str, Any] = {k.lower(): v for k, v in settings.items() if k.startswith("HOSTAWAY_")}
    app = build_app(read_settings(**names))
    with bind(LOOPBACK, 0) as listener:
        address = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        async with serving(build_web(app, host=LOOPBACK), listener), httpx2.AsyncClient() as http:
            reply = await http.get(f"{address}/api/v1/{tool}", params=question)
    await app.aclose()
    assert reply.status_code == 200
    answer: dict[str, Any] = reply.json()
    return answer
