"""Processes that sync a real database against a sandbox served over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import uvicorn
from sqlalchemy import delete

from hostaway_mcp.app import App, build_app
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.settings import Settings
from hostaway_mcp.store.schema import leases
from hostaway_mcp.store.store import Store
from hostaway_mcp.telemetry.audit import MemoryAudit

START_SECONDS = 60.0
END_SECONDS = 240.0


@dataclass(frozen=True)
class Served:
    """A sandbox at an address that other processes reach, and where they keep their replica."""

    sandbox: Sandbox
    address: str
    url: str
    folder: Path
    rate: int

    def start(self, *command: str, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
        """`hostaway-mcp` with a command, `sync --once --json` without; `before` runs in the new process."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("HOSTAWAY")}
        settings = {
            "HOSTAWAY_ACCOUNT_ID": self.sandbox.account_id,
            "HOSTAWAY_CLIENT_SECRET": self.sandbox.client_secret,
            "HOSTAWAY_BASE_URL": f"{self.address}/v1",
            "HOSTAWAY_RATE_IP": str(self.rate),
            "HOSTAWAY_RATE_ACCOUNT": str(self.rate),
            "HOSTAWAY_MCP_DATA_DIR": str(self.folder / "data"),
            "HOSTAWAY_MCP_DATABASE_URL": self.url,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "hostaway_mcp", *(command or ("sync", "--once", "--json"))],
            preexec_fn=before,
            env=ours | settings,
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def end(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        """Waits for its end; gives its exit code and what it printed."""
        printed, complained = process.communicate(timeout=END_SECONDS)
        return process.returncode, printed + complained

    def asked(self) -> Counter[str]:
        """How often each page was asked for, tokens left out; what was refused counts too."""
        pages = (f"{one.path}?{sorted(one.query)}" for one in list(self.sandbox.requests))
        return Counter(page for page in pages if not page.startswith("/v1/accessTokens"))

    async def time_passes(self) -> None:
        """Two minutes go by: what a process held that was killed is free."""
        async with (
            await Store.open(self.url, account_id=self.sandbox.account_id) as store,
            store._desk.write() as connection,
        ):
            await connection.execute(delete(leases).where(store._desk.mine(leases)))

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[tuple[App, Store]]:
        """An app that asks the same sandbox, and the store, once the processes have ended."""
        settings = Settings(
            _env_file=None,
            hostaway_account_id=self.sandbox.account_id,
            hostaway_client_secret=self.sandbox.client_secret,
            hostaway_base_url="http://localhost/v1",
            hostaway_rate_ip=1000,
            hostaway_rate_account=1000,
            hostaway_mcp_database_url=self.url,
            hostaway_mcp_data_dir=self.folder / "look",
        )
        http = httpx2.ASGITransport(app=self.sandbox.app)
        app = build_app(settings, state=MemoryState(), audit=MemoryAudit(), http=http)
        try:
            async with await Store.open(self.url, account_id=self.sandbox.account_id) as store:
                yield app, store
        finally:
            await app.aclose()


@contextmanager
def served(url: str, folder: Path, *, listings: int, rate: int = 1000) -> Iterator[Served]:
    """A sandbox that lets `rate` requests through in 10 s, served from a thread of this process."""
    sandbox = Sandbox(seed=1, listings=listings, limits=(rate, rate, 10.0), strict=True)
    server = uvicorn.Server(
        uvicorn.Config(sandbox.app, host="127.0.0.1", port=0, log_level="error", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    begun = time.monotonic()
    while not server.started:
        assert time.monotonic() - begun < START_SECONDS
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Served(sandbox, f"http://127.0.0.1:{port}", url, folder, rate)
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
