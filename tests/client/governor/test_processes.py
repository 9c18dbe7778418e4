"""Real processes, one lease book in a file, real time (a window of one second)."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from hostaway_mcp.calls import Lane
from hostaway_mcp.sandbox import Sandbox
from tests.client.governor.children import LIMIT, WINDOW, governor_at

ROOT = Path(__file__).parents[3]


@contextmanager
def processes(function: str, *arguments: str, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Python processes that call a function of `children.py`, ended at the end whatever happens."""
    code = f"import sys; from tests.client.governor.children import {function}; {function}(*sys.argv[1:])"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(count)
    ]
    try:
        yield started
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
            process.communicate()


def outputs(running: list[subprocess.Popen[str]], *, seconds: float) -> list[str]:
    """What they printed, when all have ended well."""
    texts = [process.communicate(timeout=seconds)[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(running)
    return texts


def fullest_window(arrivals: list[float], window: float) -> int:
    arrivals = sorted(arrivals)
    return max(bisect_left(arrivals, instant + window) - n for n, instant in enumerate(arrivals))


def test_three_processes_never_exceed_the_limit_together(tmp_path: Path) -> None:
    """Twenty-one tasks in three processes for three windows: full windows, and not one arrival more."""
    with processes("send_for", str(tmp_path / "state.db"), "1.0", count=3) as running:
        by_process = [json.loads(text) for text in outputs(running, seconds=20)]
    arrivals = [instant for one in by_process for instant in one]
    assert fullest_window(arrivals, WINDOW) == LIMIT
    assert len(arrivals) >= 2 * LIMIT
    assert all(by_process)


def test_the_turn_of_a_killed_process_stays_in_the_book(tmp_path: Path) -> None:
    """SIGKILL leaves the file whole; what was sent still counts."""
    path = tmp_path / "state.db"
    with processes("hold_a_turn", str(path), count=1) as (running,):
        assert running.stdout is not None
        assert running.stdout.readline() == "sent\n"
        running.kill()
        running.wait(timeout=10)
    assert governor_at(path).budget(account="1").ip_used == 1


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # it does little, and opens nothing inherited
def test_a_forked_process_shares_the_book(tmp_path: Path) -> None:
    """A worker that inherits an open state opens the file for itself."""
    governor = governor_at(tmp_path / "state.db")

    async def one_turn() -> None:
        async with governor.turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=5.0):
            pass

    asyncio.run(one_turn())
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(one_turn())
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0
    assert governor.budget(account="1").ip_used == 2


# -- with the sandbox --


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def token_when_ready(url: str) -> str:
    """A token of the sandbox, as soon as that answers."""
    credentials = Sandbox().credentials
    form = {
        "grant_type": "client_credentials",
        "client_id": str(credentials.account_id),
        "client_secret": credentials.client_secret,
        "scope": "general",
    }
    give_up = time.monotonic() + 30
    while True:
        try:
            answer = httpx2.post(f"{url}/v1/accessTokens", data=form, trust_env=False)
            return str(answer.raise_for_status().json()["access_token"])
        except httpx2.TransportError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


@pytest.mark.long
def test_five_hundred_concurrent_calls_from_three_processes_cause_no_429(tmp_path: Path) -> None:
    """The running sandbox counts; 500 calls at 15 a second take some 35 s, and none is refused."""
    url = f"http://127.0.0.1:{free_port()}"
    with processes("serve_sandbox", url.rpartition(":")[2], count=1):
        token = token_when_ready(url)
        time.sleep(1.2)  # Hostaway accepts a token one second after it was issued
        statuses: list[int] = []
        with (
            processes("call_sandbox", str(tmp_path / "state.db"), url, token, "167", count=2) as two,
            processes("call_sandbox", str(tmp_path / "state.db"), url, token, "166", count=1) as one,
        ):
            for text in outputs(two + one, seconds=100):
                statuses += json.loads(text)
    assert statuses == [200] * 500
