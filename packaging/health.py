"""
The container's health check: asks /health when the container serves HTTP.

    health.py /proc/1/cmdline

The first process's command line says which port. Over stdio there is none to ask: the client that holds
the pipe notices an end.
"""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path

DEFAULT_PORT = "8765"
TIMEOUT_SECONDS = 4.0


def port_served(command: list[str]) -> str | None:
    """The port that a command line serves HTTP on; None if it serves stdio."""
    if "--http" not in command:
        return None
    for word, following in zip(command, [*command[1:], ""], strict=True):
        if word == "--port":
            return following
        if word.startswith("--port="):
            return word.removeprefix("--port=")
    return DEFAULT_PORT


def main(command_line: Path) -> int:
    """0 if all is well, 1 if the server does not answer."""
    port = port_served(command_line.read_bytes().decode().split("\0"))
    if port is None:
        return 0
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=TIMEOUT_SECONDS) as answer:
            return 0 if answer.status == 200 else 1
    except OSError as error:
        sys.stderr.write(f"No answer on port {port}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
