"""The habits of the house: one error root, one reader of the environment, nothing from elsewhere."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
from pathlib import Path

import pytest

from hostaway_mcp.errors import HostawayMcpError
from tests.house.test_floors import MODULES, SOURCE, room

ROOT = Path(__file__).parents[2]
OURS = sorted(name for name in MODULES if room(name) not in {"sandbox", "__main__"})


def test_every_error_has_the_one_root() -> None:
    """Whoever catches HostawayMcpError catches all that this package raises on purpose."""
    strays = []
    for name in OURS:
        for _, kind in inspect.getmembers(importlib.import_module(name), inspect.isclass):
            if (
                kind.__module__ == name
                and issubclass(kind, Exception)
                and not issubclass(kind, HostawayMcpError)
            ):
                strays.append(f"{name}.{kind.__name__}")
    assert strays == []


def test_only_the_settings_read_the_environment() -> None:
    """One place reads it, so that one place can list it."""
    pattern = re.compile(r"\bos\.(environ|getenv)\b|\bfrom os import .*(environ|getenv)")
    readers = {name for name, path in MODULES.items() if pattern.search(path.read_text())}
    assert readers <= {"hostaway_mcp.settings"}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_opens_with_a_sentence(module: str) -> None:
    """A newcomer reads the first line of a file to know what it is for."""
    docstring = ast.get_docstring(ast.parse(MODULES[module].read_text()))
    assert docstring
    assert docstring.strip().split("\n\n")[0].rstrip().endswith((".", ":", "?"))


def test_a_file_is_read_in_one_sitting() -> None:
    """Past some 400 lines a file opens into a folder."""
    long = {
        str(path.relative_to(SOURCE)): n
        for path in MODULES.values()
        if (n := path.read_text().count("\n")) > 450
    }
    assert long == {}


def test_the_project_stands_alone() -> None:
    """Nothing in it names a path of the machine that it was written on, or a host of a package registry."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    bad = re.compile(r"\.\./" + r"shared|/wo" + r"rk/|py" + r"pi\.org|python" + r"hosted|npm" + r"js\.org")
    found = [
        name
        for name in listed.stdout.splitlines()
        if (ROOT / name).is_file() and bad.search((ROOT / name).read_text(errors="replace"))
    ]
    assert found == []
