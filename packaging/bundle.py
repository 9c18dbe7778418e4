"""
Lays out the Claude Desktop bundle from a wheel, and makes a packed one the same on every run.

    bundle.py stage WHEEL DIRECTORY
    bundle.py settle BUNDLE

The bundle holds the wheel and the pins of requirements/base.lock; the uv of the host installs them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
import tomllib
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FIRST_ZIP_TIME = 315_532_800
"""1980-01-01, the earliest time that a zip can hold."""

PROJECT = """\
[project]
name = "hostaway-mcp-bundle"
version = "{version}"
requires-python = "{python}"
dependencies = {dependencies}

[tool.uv]
package = false
environments = ["sys_platform == 'darwin'", "sys_platform == 'linux'", "sys_platform == 'win32'"]

[tool.uv.sources]
hostaway-mcp = {{ path = "{wheel}" }}
"""


def pins(lock: str) -> list[str]:
    """The requirements of a lock file, without their hashes, which a project file cannot carry."""
    return [match.strip() for match in re.findall(r"^([a-z0-9][^\\\n]*?==[^\\\n]*)", lock, re.MULTILINE)]


def manifest(wheel: Path, version: str) -> dict[str, Any]:
    """The manifest with the version and the tools that are in the wheel, each with its first sentence."""
    sys.path.insert(0, str(wheel))
    from hostaway_mcp.tools.tools import CATALOGUE

    written: dict[str, Any] = json.loads((ROOT / "packaging/mcpb/manifest.json").read_text())
    tools = [
        {"name": tool.name, "description": tool.description.partition(". ")[0].rstrip(".")}
        for tool in CATALOGUE
    ]
    return written | {"version": version, "tools": tools}


def stage(wheel: Path, directory: Path) -> None:
    """Writes all that goes into the bundle into an empty directory."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    directory.mkdir(parents=True)
    dependencies = ["hostaway-mcp", *pins((ROOT / "requirements/base.lock").read_text())]
    (directory / "pyproject.toml").write_text(
        PROJECT.format(
            version=project["version"],
            python=project["requires-python"],
            dependencies=json.dumps(dependencies, indent=2),
            wheel=wheel.name,
        )
    )
    (directory / "manifest.json").write_text(
        json.dumps(manifest(wheel, project["version"]), indent=2, ensure_ascii=False) + "\n"
    )
    for source in (wheel, ROOT / "packaging/mcpb/server.py", ROOT / "LICENSE", ROOT / "README.md"):
        shutil.copyfile(source, directory / source.name)


def settle(bundle: Path) -> None:
    """Gives every file in a packed bundle the time of SOURCE_DATE_EPOCH and one mode, in order of name."""
    seconds = max(int(os.environ["SOURCE_DATE_EPOCH"]), FIRST_ZIP_TIME)
    moment = time.gmtime(seconds)[:6]
    with zipfile.ZipFile(bundle) as packed:
        contents = {name: packed.read(name) for name in sorted(packed.namelist())}
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as settled:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            settled.writestr(entry, content)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["stage", wheel, directory]:
            stage(Path(wheel), Path(directory))
        case ["settle", bundle]:
            settle(Path(bundle))
        case _:
            sys.exit(__doc__)
