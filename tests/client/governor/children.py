"""What the processes of `test_processes.py` do; each prints what it saw as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor.governor import LeaseGovernor
from hostaway_mcp.client.redis_state import RedisState
from hostaway_mcp.client.shared import FileState, SharedState
from hostaway_mcp.clock import Clock, SystemClock

WINDOW = 1.0
LIMIT = 15


class OtherMachinesClock(SystemClock):
    """The seconds of a machine that was started hours earlier, how many depends on the process."""

    def monotonic(self) -> float:
        return time.monotonic() + 3_600.0 * (os.getpid() % 1_000)


def governor_at(place: Path | str) -> LeaseGovernor:
    """With the state in a file; or, as on a machine of its own, at the address and prefix of a Redis."""
    clock: Clock = SystemClock()
    url, _, prefix = str(place).partition(" ")
    state: SharedState = FileState(Path(place))
    if url.startswith("redis"):
        clock = OtherMachinesClock()
        state = RedisState(url, clock=clock, prefix=prefix)
    return LeaseGovernor(state, clock=clock, ip_limit=LIMIT, account_limit=20, window_seconds=WINDOW)


def send_for(state: str, seconds: str) -> None:
    """Sends in seven tasks for so long; each arrival is the middle of a call of 20 ms."""

    async def work(governor: LeaseGovernor, arrivals: list[float], until: float) -> None:
        while time.monotonic() < until:
            async with governor.turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=10.0):
                await asyncio.sleep(0.01)
                arrivals.append(time.monotonic())
                await asyncio.sleep(0.01)

    async def main() -> None:
        arrivals: list[float] = []
        governor = governor_at(state)
        until = time.monotonic() + float(seconds)
        await asyncio.gather(*(work(governor, arrivals, until) for _ in range(7)))
        print(json.dumps(arrivals))  # noqa: T201

    asyncio.run(main())


def hold_a_turn(state: str) -> None:
    """Takes a turn, says so, and never comes back."""

    async def main() -> None:
        async with governor_at(state).turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=5.0):
            print("sent", flush=True)  # noqa: T201
            await asyncio.sleep(60)

    asyncio.run(main())


def serve_sandbox(port: str) -> None:
    """A Hostaway that allows 15 requests a second to an address and 20 to an account."""
    import uvicorn  # here, because the other processes start faster without

    from hostaway_mcp.sandbox import Sandbox

    sandbox = Sandbox(limits=(LIMIT, 20, WINDOW))
    uvicorn.run(sandbox.app, host="127.0.0.1", port=int(port), log_level="warning")


def call_sandbox(state: str, url: str, token: str, calls: str) -> None:
    """So many concurrent reads, each with a turn; prints the statuses."""
    import httpx2  # as above

    async def main() -> None:
        governor = governor_at(state)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30.0, trust_env=False) as client:

            async def call() -> int:
                async with governor.turn(account="1", lane=Lane.INTERACTIVE, timeout_seconds=120.0):
                    answer = await client.get("/v1/listings", params={"limit": 1})
                return answer.status_code

            statuses = await asyncio.gather(*(call() for _ in range(int(calls))))
        print(json.dumps(statuses))  # noqa: T201

    asyncio.run(main())
