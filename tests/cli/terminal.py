"""`hostaway-mcp` as a process at a pseudo-terminal, with a person who types."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Mapping

WAIT_SECONDS = 60.0
"""The bound of every wait; nothing is asserted about how long things take."""


class Terminal:
    """One command at a terminal; standard output goes to it too, unless it is to be `piped`."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], piped: bool = False) -> None:
        self._screen, inside = pty.openpty()
        self.shown = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hostaway_mcp", *arguments],
            stdin=inside,
            stdout=subprocess.PIPE if piped else inside,
            stderr=inside,
            env={**os.environ, **environment},
        )
        os.close(inside)

    def wait_for(self, words: str) -> None:
        """Reads what is shown until these words are."""
        while words not in self.shown:
            assert self._read(), self.shown

    def type(self, line: str) -> None:
        """What a person types, with the return key."""
        os.write(self._screen, f"{line}\n".encode())

    def left(self) -> tuple[int, str]:
        """The exit code once it is gone, and what went to a pipe."""
        while self._read():
            pass
        out, _ = self._process.communicate(timeout=WAIT_SECONDS)
        os.close(self._screen)
        return self._process.returncode, (out or b"").decode()

    def _read(self) -> bool:
        ready, _, _ = select.select([self._screen], [], [], WAIT_SECONDS)
        try:
            some = os.read(self._screen, 4096) if ready else b""
        except OSError:
            # The other end is closed: Linux says so with an error.
            some = b""
        self.shown += some.decode().replace("\r\n", "\n")
        return bool(some)
