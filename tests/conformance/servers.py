"""Starts the servers that are put to the proof, as processes of their own, and ends them again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 20
TODAY = "2026-06-15"
"""The sandbox's day: the same questions have the same answers on every day."""
POLICY = '[apply]\nwithout_person = ["task"]\n'
"""A client that cannot ask anybody can apply these alone."""

STDIO = [sys.executable, "-m", "hostaway_mcp", "serve"]
_HTTP = [*STDIO, "--http", "--port", "0"]
_HOSTAWAY = [sys.executable, "-m", "hostaway_mcp", "sandbox", "--port", "0", "--today", TODAY]
_HOSTAWAY += ["--limits", "1000:1000:10"]
# Several servers ask at once, none of which knows of the others: the limits are no part of this proof.
_LIMITS = {"HOSTAWAY_RATE_IP": "1000", "HOSTAWAY_RATE_ACCOUNT": "1000"}
_FIXTURE = [sys.executable, "-m", "tests.conformance.fixture_server"]


class ProofError(Exception):
    """The proof cannot be had; its words say why."""


def environment(scratch: Path) -> dict[str, str]:
    """What servers and tools get to see: nothing of the user's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOSTAWAY_", "MCP_"))}
    return kept | {
        "HOME": str(scratch),
        "HOSTAWAY_MCP_DATA_DIR": str(scratch),
        "HOSTAWAY_MCP_LOG_FORMAT": "json",
        "HOSTAWAY_MCP_TODAY": TODAY,
        "HOSTAWAY_MCP_WRITES": "propose",
        "MCP_INSPECTOR_SECRET_STORE": "memory",
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def fixture(scratch: Path) -> Iterator[str]:
    """The fixture profile; gives the address of its MCP endpoint."""
    with _running(_FIXTURE, scratch, name="fixture", says=r"(http://\S+/mcp)") as address:
        yield address


@contextmanager
def hostaway(scratch: Path) -> Iterator[dict[str, str]]:
    """A sandbox Hostaway for all servers of the product; gives the settings that lead to it."""
    (scratch / "policy.toml").write_text(POLICY, encoding="utf-8")
    with _running(_HOSTAWAY, scratch, name="hostaway", says=r"export HOSTAWAY_CLIENT_SECRET=(.+)\n"):
        said = (scratch / "hostaway.log").read_text(encoding="utf-8")
        yield dict(re.findall(r"^export (\w+)=(.+)$", said, re.MULTILINE)) | _LIMITS


@contextmanager
def product(scratch: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """The product over HTTP; gives its address."""
    says = r'"http_started".*"port": (\d+)'
    with _running(_HTTP, scratch, settings, name="product", says=says) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(
    command: Sequence[str], scratch: Path, settings: Mapping[str, str] | None = None, *, name: str, says: str
) -> Iterator[str]:
    """A process, once it has said on either output what is waited for."""
    said = scratch / f"{name}.log"
    with said.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=scratch,
            env=environment(scratch) | {"PYTHONUNBUFFERED": "1"} | dict(settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield _wait_for(process, said, re.compile(says))
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], said: Path, pattern: re.Pattern[str]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if match := pattern.search(said.read_text(errors="replace")):
            return match[1]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise ProofError(f"{said.stem} did not start:\n{said.read_text(errors='replace')[-2_000:]}")
