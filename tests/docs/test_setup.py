"""The README's three steps, taken word by word by somebody in an empty home."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from hostaway_mcp.cli.serve import LOOPBACK, new_sandbox, serving
from hostaway_mcp.web.serve import bind
from tests.docs.command_lines import Words, lines_of, ours_in
from tests.docs.pages import page

BOUNDED_SECONDS = 60


def steps() -> list[Words]:
    """What follows `hostaway-mcp` in the block that installs."""
    block = next(block for block in page("README.md").blocks() if "hostaway-mcp login" in block.text)
    return [ours for words in lines_of(block) if (ours := ours_in(words)) is not None]


async def run(arguments: Words, environment: dict[str, str], cwd: Path, said: str = "") -> None:
    """Runs the program to its end, which must be a good one."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hostaway_mcp", *arguments, cwd=cwd, env=environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(BOUNDED_SECONDS):
        out, _ = await process.communicate(said.encode())
    assert process.returncode == 0, out.decode()


def configuration(home: Path) -> str:
    """The one file of Claude Desktop under this home."""
    (file,) = home.rglob("claude_desktop_config.json")
    return file.read_text()


async def test_from_login_to_an_answer_in_the_clients_configuration(tmp_path: Path) -> None:
    """Login, connect, and then the client starts what stands in its file; the official client plays it."""
    login, connect = steps()
    assert (login, connect[0]) == (("login",), "connect")
    sandbox = new_sandbox(listings=12, seed=1)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOSTAWAY_")} | {
        "HOME": str(tmp_path),
        "USERPROFILE": str(tmp_path),
        "APPDATA": str(tmp_path / "AppData"),
        "XDG_CONFIG_HOME": str(tmp_path / ".config"),
        "HOSTAWAY_MCP_DATA_DIR": str(tmp_path / "data"),
        # No system keyring: it would be that of whoever runs the test.
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    with bind(LOOPBACK, 0) as listener:
        environment["HOSTAWAY_BASE_URL"] = f"http://{LOOPBACK}:{listener.getsockname()[1]}/v1"
        async with serving(sandbox.app, listener):
            # Without a terminal, login takes the id as an option and the secret from standard input.
            typed = (*login, "--account-id", sandbox.account_id)
            await run(typed, environment, tmp_path, said=sandbox.client_secret)
            await run(connect, environment, tmp_path)
            written = configuration(tmp_path)
            server = json.loads(written)["mcpServers"]["hostaway"]
            started = StdioServerParameters(
                command=server["command"], args=server["args"], env=environment | server["env"]
            )
            async with asyncio.timeout(BOUNDED_SECONDS), Client(stdio_client(started)) as client:
                answer = await client.call_tool("check_connection", {})

    assert sandbox.client_secret not in written
    assert not answer.is_error
    assert isinstance(answer.structured_content, dict)
    assert answer.structured_content["connected"] is True
    assert sandbox.violations == []
