"""The clients that people use, and where each keeps its configuration."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Client(StrEnum):
    """A client whose configuration `connect` knows."""

    CLAUDE_DESKTOP = "claude-desktop"
    CLAUDE_CODE = "claude-code"
    CURSOR = "cursor"
    VSCODE = "vscode"

    @property
    def called(self) -> str:
        """Its name as people say it."""
        return _TITLES[self]

    @property
    def servers_key(self) -> str:
        """Under which key its file lists servers."""
        return "servers" if self is Client.VSCODE else "mcpServers"


_TITLES = {
    Client.CLAUDE_DESKTOP: "Claude Desktop",
    Client.CLAUDE_CODE: "Claude Code",
    Client.CURSOR: "Cursor",
    Client.VSCODE: "VS Code",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides where files are: `system` as in sys.platform, the user's folders, the present folder."""

    system: str
    home: Path
    settings: Path
    here: Path


def this_machine(system: str = sys.platform) -> Machine:
    """The machine and user that we run as."""
    # The shell's completion needs the names of the clients, and not the weight of the settings.
    from hostaway_mcp.settings import variable

    home = Path.home()
    if system == "darwin":
        settings = home / "Library" / "Application Support"
    elif system == "win32":
        settings = Path(variable("APPDATA") or home / "AppData" / "Roaming")
    else:
        settings = Path(variable("XDG_CONFIG_HOME") or home / ".config")
    return Machine(system, home, settings, Path.cwd())


def file_of(client: Client, machine: Machine) -> Path:
    """The file that `connect` writes: of the user where there is such, else of the project in this folder."""
    match client:
        case Client.CLAUDE_DESKTOP:
            return machine.settings / "Claude" / "claude_desktop_config.json"
        case Client.CLAUDE_CODE:
            return machine.here / ".mcp.json"
        case Client.CURSOR:
            return machine.home / ".cursor" / "mcp.json"
        case Client.VSCODE:
            return machine.here / ".vscode" / "mcp.json"


def files_of(client: Client, machine: Machine) -> tuple[Path, ...]:
    """Every file that the client reads servers from, when it is started in this folder."""
    others: dict[Client, tuple[Path, ...]] = {
        Client.CLAUDE_CODE: (machine.home / ".claude.json",),
        Client.CURSOR: (machine.here / ".cursor" / "mcp.json",),
        Client.VSCODE: (machine.settings / "Code" / "User" / "mcp.json",),
    }
    return tuple(dict.fromkeys((file_of(client, machine), *others.get(client, ()))))
