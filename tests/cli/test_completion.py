"""Shell completion: what a shell asks this program, and what it is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hostaway_mcp.tools.tools import CATALOGUE
from tests.cli.conftest import Shell

PROGRAM = Path(sys.executable).with_name("hostaway-mcp")


def complete(shell: str, *words: str, home: Path) -> list[str]:
    """What the program offers for the last word; each shell asks in its own way."""
    line = " ".join(("hostaway-mcp", *words))
    asked = {
        "_HOSTAWAY_MCP_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words)),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], **asked}
    done = subprocess.run(
        [PROGRAM], env=environment, capture_output=True, text=True, timeout=60, cwd=home, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_and_tools_are_offered(shell: str, home: Path) -> None:
    """The names of tools after `call`, with what fits."""
    assert "doctor" in "\n".join(complete(shell, "do", home=home))
    offered = "\n".join(complete(shell, "call", "get_", home=home))
    assert [tool.name for tool in CATALOGUE if tool.name in offered] == [
        tool.name for tool in CATALOGUE if tool.name.startswith("get_")
    ]
    assert "claude-desktop" in "\n".join(complete(shell, "connect", "claude", home=home))


@pytest.mark.parametrize(
    ("shell", "word"), [("bash", "complete -o"), ("zsh", "#compdef"), ("fish", "complete --command")]
)
def test_each_shell_has_its_script(shell: str, word: str, home: Path) -> None:
    """What `--show-completion` prints and `--install-completion` installs."""
    done = subprocess.run(
        [PROGRAM],
        env={"HOME": str(home), "PATH": os.environ["PATH"], "_HOSTAWAY_MCP_COMPLETE": f"source_{shell}"},
        capture_output=True,
        text=True,
        timeout=60,
        cwd=home,
        check=True,
    )
    assert word in done.stdout
    assert "_HOSTAWAY_MCP_COMPLETE" in done.stdout


def test_bash_runs_the_script(home: Path) -> None:
    """A real bash, asked as when Tab is pressed."""
    script = f"""
export PATH={PROGRAM.parent}:$PATH
eval "$(_HOSTAWAY_MCP_COMPLETE=source_bash hostaway-mcp)"
COMP_WORDS=(hostaway-mcp call get_l); COMP_CWORD=2
_hostaway_mcp_completion hostaway-mcp get_l call
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=60, cwd=home, check=True
    )
    assert done.stdout.splitlines() == ["get_listing"]


def test_help_names_it(shell: Shell) -> None:
    """So that it is found."""
    _, page, _ = shell("--help")
    assert "--install-completion" in page
    assert "--show-completion" in page
