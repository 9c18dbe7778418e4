"""The HTTP door as a process: where it listens, how it ends, what it prints."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from hostaway_mcp.errors import SettingsError
from hostaway_mcp.web.serve import bind, serve_http
from tests.server.conftest import ROOT
from tests.server.stand import WAIT_SECONDS, serving, stand


def test_port_in_use_is_one_sentence() -> None:
    """The port, and what to do; nothing was served."""
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as caught:
            bind("127.0.0.1", port)
    assert caught.value.sentence == (
        f"Port {port} on 127.0.0.1 is in use. Stop what is listening there, or choose another with --port."
    )


@pytest.mark.parametrize(
    ("host", "port", "said"),
    [
        ("203.0.113.7", 0, "203.0.113.7 is not an address of this machine."),
        ("no such host", 0, "There is no address no such host"),
        ("127.0.0.1", 99_999, "There is no port 99999."),
    ],
)
def test_unusable_address_is_one_sentence(host: str, port: int, said: str) -> None:
    """Whatever the system calls it."""
    with pytest.raises(SettingsError, match=said):
        bind(host, port)


async def test_no_listening_for_others_without_a_key() -> None:
    """Refused before a socket is there."""
    with pytest.raises(SettingsError, match="HOSTAWAY_MCP_HTTP_KEY"):
        await serve_http(stand().app, host="0.0.0.0", port=0)


async def test_ipv6_loopback_is_served() -> None:
    """`::1` is this machine as well."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 here")
    held = stand()
    async with serving(held.app, host="::1") as address, httpx2.AsyncClient() as http:
        port = address.rpartition(":")[2]
        assert (await http.get(f"http://[::1]:{port}/health")).status_code == 200


async def test_cancelling_lets_requests_end() -> None:
    """Whoever serves inside a larger program stops it by cancelling: what runs is answered first."""
    held = stand()
    async with httpx2.AsyncClient(timeout=WAIT_SECONDS) as http:
        async with serving(held.app) as address:
            call = asyncio.ensure_future(http.get(f"{address}/api/v1/take_long"))
            async with asyncio.timeout(WAIT_SECONDS):
                await held.desk.started.wait()
            asyncio.get_running_loop().call_later(0.2, held.desk.gate.set)
        assert (await call).status_code == 200


@asynccontextmanager
async def process() -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A server process that tells its port on standard error."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.web.http_stand",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert started.stderr
        async with asyncio.timeout(WAIT_SECONDS):
            port = ""
            while not port.startswith("port="):
                port = (await started.stderr.readline()).decode()
        yield started, f"http://127.0.0.1:{port.removeprefix('port=').strip()}"
    finally:
        if started.returncode is None:
            started.kill()
            await started.communicate()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
async def test_signal_lets_requests_end(signum: signal.Signals) -> None:
    """The request under way is answered, the exit code is 0, and standard output stayed empty."""
    async with process() as (server, address), httpx2.AsyncClient(timeout=WAIT_SECONDS) as http:
        waiting = asyncio.ensure_future(http.get(f"{address}/api/v1/take_a_moment"))
        async with asyncio.timeout(WAIT_SECONDS):
            log: list[str] = []
            while log != ["running"]:
                log = (await http.get(f"{address}/api/v1/recall")).json()["log"]
            server.send_signal(signum)
            assert (await waiting).status_code == 200
            out, err = await server.communicate()
    assert server.returncode == 0
    assert out == b""
    assert b"Traceback" not in err
    assert b"http_stopped" in err


async def test_a_call_that_does_not_end_does_not_keep_the_process() -> None:
    """It is refused in words while there is time, and the process is gone with exit code 0."""
    async with process() as (server, address), httpx2.AsyncClient(timeout=WAIT_SECONDS) as http:
        waiting = asyncio.ensure_future(http.get(f"{address}/api/v1/take_long"))
        async with asyncio.timeout(WAIT_SECONDS):
            log: list[str] = []
            while log != ["running"]:
                log = (await http.get(f"{address}/api/v1/recall")).json()["log"]
            server.send_signal(signal.SIGTERM)
            refused = await waiting
            out, err = await server.communicate()
    assert refused.status_code == 503
    assert refused.json()["detail"].startswith("The server is being stopped")
    assert server.returncode == 0
    assert out == b""
    assert b"Traceback" not in err
    assert b'"outcome": "busy"' in err
