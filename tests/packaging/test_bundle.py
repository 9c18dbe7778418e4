"""The Claude Desktop bundle: packed by the host's own tool, started as the host would start it."""

from __future__ import annotations

import json
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from hostaway_mcp.settings import Settings
from hostaway_mcp.tools.tools import CATALOGUE
from tests.packaging.conftest import BOUND_SECONDS, ROOT, Dist, clean_environment, done, run

SECRET = "not-a-secret"
RESOLVE = """
import { readFileSync } from "node:fs";
import { getMcpConfigForManifest } from "@anthropic-ai/mcpb";
const [folder, settings] = process.argv.slice(1);
const manifest = JSON.parse(readFileSync(`${folder}/manifest.json`, "utf8"));
const config = await getMcpConfigForManifest({
  manifest, extensionPath: folder, systemDirs: {}, userConfig: JSON.parse(settings), pathSeparator: "/",
});
console.log(JSON.stringify(config ?? null));
"""


@pytest.fixture
def installed(dist: Dist, tmp_path: Path) -> Path:
    """The bundle as the host unpacks it."""
    done(ROOT / "packaging/node_modules/.bin/mcpb", "unpack", dist.bundle, tmp_path / "extension")
    return tmp_path / "extension"


def started_as(folder: Path, settings: dict[str, str]) -> dict[str, Any] | None:
    """The command that the host derives from the manifest and what the user filled in."""
    script = done("node", "--input-type=module", "-e", RESOLVE, folder, json.dumps(settings),
                  cwd=ROOT / "packaging")  # fmt: skip
    command: dict[str, Any] | None = json.loads(script)
    return command


def test_its_manifest_is_valid_and_tells_the_tools_of_the_catalogue(installed: Path) -> None:
    """Names, order and first sentences; the version is that of the wheel inside."""
    done(ROOT / "packaging/node_modules/.bin/mcpb", "validate", installed / "manifest.json")
    manifest = json.loads((installed / "manifest.json").read_text())
    assert [tool["name"] for tool in manifest["tools"]] == [tool.name for tool in CATALOGUE]
    for told, tool in zip(manifest["tools"], CATALOGUE, strict=True):
        assert tool.description.startswith(told["description"])
    assert (installed / f"hostaway_mcp-{manifest['version']}-py3-none-any.whl").is_file()


def test_an_invalid_manifest_is_not_packed(installed: Path, tmp_path: Path) -> None:
    """The tool that packs is the one that refuses."""
    manifest = json.loads((installed / "manifest.json").read_text())
    manifest["server"]["type"] = "pyhton"
    (installed / "manifest.json").write_text(json.dumps(manifest))
    packed = run(ROOT / "packaging/node_modules/.bin/mcpb", "pack", installed, tmp_path / "x.mcpb")
    assert packed.returncode != 0
    assert not (tmp_path / "x.mcpb").exists()


def test_the_secret_is_asked_for_as_one_and_goes_into_the_environment_alone(installed: Path) -> None:
    """The host keeps it in the system's keychain; it stands in no argument, which other users could list."""
    manifest = json.loads((installed / "manifest.json").read_text())
    fields = manifest["user_config"]
    assert fields["client_secret"]["sensitive"] is True
    assert started_as(installed, {"account_id": "12345"}) is None

    command = started_as(installed, {"account_id": "12345", "client_secret": SECRET})
    assert command
    assert SECRET not in json.dumps(command["args"])
    assert command["env"] == {
        "HOSTAWAY_ACCOUNT_ID": "12345",
        "HOSTAWAY_CLIENT_SECRET": SECRET,
        "HOSTAWAY_MCP_TOOLSETS": "",
    }
    assert {name.lower() for name in command["env"]} <= set(Settings.model_fields)


def test_it_installs_what_the_lock_pins(installed: Path) -> None:
    """Every requirement of requirements/base.lock at its version, and nothing besides."""
    project = tomllib.loads((installed / "pyproject.toml").read_text())["project"]
    lock = (ROOT / "requirements/base.lock").read_text().splitlines()
    pinned = [line.removesuffix("\\").strip() for line in lock if line[:1].isalnum()]
    assert len(pinned) > 30
    assert project["dependencies"] == ["hostaway-mcp", *pinned]


def test_it_holds_few_files_and_no_leftovers(dist: Dist) -> None:
    """A wheel, what starts it, what describes it."""
    with zipfile.ZipFile(dist.bundle) as packed:
        names = {name for name in packed.namelist() if not name.endswith(".whl")}
        assert len(packed.namelist()) == len(names) + 1
    assert names == {"manifest.json", "pyproject.toml", "server.py", "README.md", "LICENSE"}


@pytest.mark.long
async def test_the_host_starts_it_and_gets_its_tools(installed: Path) -> None:
    """
    uv installs the wheel and the pinned packages, and the server answers over stdio.

    It asks the machine's package index: uv resolves for every platform that the bundle names.
    """
    command = started_as(installed, {"account_id": "12345", "client_secret": SECRET, "toolsets": "core"})
    assert command
    assert command["command"] == "uv"
    parameters = StdioServerParameters(
        command=str(Path(sys.executable).parent / "uv"),
        args=command["args"],
        env={**clean_environment(), **command["env"]},
    )
    async with Client(stdio_client(parameters), read_timeout_seconds=BOUND_SECONDS) as client:
        listed = await client.list_tools()
    core = [tool.name for tool in CATALOGUE if tool.toolset == "core"]
    assert [tool.name for tool in listed.tools] == core
