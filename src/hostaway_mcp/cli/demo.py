"""`hostaway-mcp demo`: a sandbox Hostaway, the server over it, and a walk through real questions."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import typer

from hostaway_mcp.cli.serve import LOOPBACK, new_sandbox, run, serving, settings_for, throwaway_folder
from hostaway_mcp.cli.sync import shown
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.settings import LogFormat, LogLevel
from hostaway_mcp.telemetry.logs import configure_logs

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import CallToolResult

    from hostaway_mcp.app import App

LIMITS = (200, 200, 10.0)
"""Those that Hostaway published in August 2026, so that nobody waits for a replica."""

_FILLED = {"listings": "listings", "reservations": "reservations", "calendar": "calendar days"}
_SHOWN_LINES = 14
_WIDTH = 118


def run_demo(*, once: bool, listings: int, seed: int, port: int) -> None:
    """Starts everything on loopback, walks, and then serves on unless `once`."""
    configure_logs(level=LogLevel.ERROR, form=LogFormat.TEXT)
    run(_demo(once=once, listings=listings, seed=seed, port=port))


async def _demo(*, once: bool, listings: int, seed: int, port: int) -> None:
    from mcp import Client

    _say(f"Making a portfolio of {listings} listings (seed {seed}) …")
    async with _server(listings=listings, seed=seed, port=port) as address:
        async with Client(f"{address}/mcp") as client:
            failed = await _Walk(client).walk()
        _say("")
        if failed:
            raise HostawayMcpError(f"{failed} of the questions were not answered.")
        if once:
            _say("Every question was answered over MCP, from tool to HTTP and back.")
            return
        _say(_how_to_connect(address))
        await asyncio.Event().wait()


@asynccontextmanager
async def _server(*, listings: int, seed: int, port: int) -> AsyncIterator[str]:
    """The sandbox, a replica of it, and the server over both; gives the server's address."""
    from hostaway_mcp.app import build_app
    from hostaway_mcp.client.shared import MemoryState
    from hostaway_mcp.telemetry.audit import MemoryAudit
    from hostaway_mcp.web.serve import bind
    from hostaway_mcp.web.web import build_web

    ip, account, window = LIMITS
    sandbox = new_sandbox(listings=listings, seed=seed, limits=LIMITS)
    with throwaway_folder() as folder, bind(LOOPBACK, 0) as upstream, bind(LOOPBACK, port) as door:
        base_url = f"http://{LOOPBACK}:{upstream.getsockname()[1]}/v1"
        settings = settings_for(
            sandbox,
            base_url,
            folder=folder,
            hostaway_mcp_writes="off",
            hostaway_rate_ip=ip,
            hostaway_rate_account=account,
            hostaway_rate_window_seconds=window,
        )
        app = build_app(settings, state=MemoryState(), audit=MemoryAudit())
        address = f"http://{LOOPBACK}:{door.getsockname()[1]}"
        try:
            async with serving(sandbox.app, upstream), serving(build_web(app, host=LOOPBACK), door):
                _say(f"A sandbox Hostaway is at {base_url}, the server at {address}.")
                await _fill(app)
                async with _kept(app):
                    yield address
        finally:
            await app.aclose()


async def _fill(app: App) -> None:
    """The replica of the sandbox, page by page over HTTP."""
    _say("Filling the replica, as `hostaway-mcp sync` does …")
    began = time.perf_counter()
    summary = await shown(await app.replica.sync())
    rows = ", ".join(f"{summary.rows.get(noun, 0):,} {called}" for noun, called in _FILLED.items())
    seconds = time.perf_counter() - began
    _say(f"It has {rows}, in {summary.upstream_calls} requests and {seconds:.1f} s.")
    if summary.failed:
        raise HostawayMcpError(f"The replica lacks {', '.join(summary.failed)}.")


@asynccontextmanager
async def _kept(app: App) -> AsyncIterator[None]:
    """Goes on keeping the replica true while the block lasts."""
    keeping = asyncio.create_task(app.replica.keep())
    try:
        yield
    finally:
        app.feed.close()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


class _Walk:
    """Asks what a property manager asks in the morning, each question going on from the answers before."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._failed = 0

    async def walk(self) -> int:
        """Asks everything; gives how many questions failed."""
        await self._ask("Is my account connected?", "check_connection")
        found = await self._ask(
            "Which of my places sleep six or more?", "find_listings", min_guests=6, limit=6
        )
        name = found["listings"][0]["name"] if found.get("listings") else None
        stays = await self._ask(
            "Who arrives in the next three days?",
            "find_reservations",
            **{"by": "arrival", "from": "today", "to": "+3d", "limit": 8},
        )
        await self._ask(
            "What is free next weekend for four, and for how much?",
            "check_availability",
            **{"from": "next weekend", "guests": 4, "limit": 5},
        )
        if name:
            await self._ask(
                f"What does the calendar of {name} look like?",
                "get_calendar",
                **{"listing": name, "from": "today", "to": "+21d"},
            )
        # Owner stays and calendar imports have no price, and nobody to write to.
        if row := next((one for one in stays.get("reservations", ()) if one.get("total")), None):
            await self._ask_about_stay(row)
        await self._ask(
            "What did last month bring?",
            "get_financial_report",
            **{"kind": "listing_financials", "from": "last month"},
        )
        return self._failed

    async def _ask_about_stay(self, row: dict[str, Any]) -> None:
        stay = row["reservation_id"]
        await self._ask(
            f"What is booked and paid for {row.get('guest', 'this stay')}?",
            "get_reservation",
            reservation=stay,
            include=["guest", "money"],
        )
        await self._ask("Has this guest been here before?", "get_guest", reservation=stay)
        await self._ask("What was written so far?", "get_conversation", reservation=stay, last=4)

    async def _ask(self, question: str, tool: str, **arguments: Any) -> dict[str, Any]:
        began = time.perf_counter()
        result: CallToolResult = await self._client.call_tool(tool, arguments)
        seconds = time.perf_counter() - began
        said = ", ".join(f"{name}={value}" for name, value in arguments.items())
        _say("")
        _say(_styled(f"▸ {question}", bold=True))
        _say(_styled(f"  {tool}({said})  {seconds:.1f} s", dim=True))
        text = "\n".join(block.text for block in result.content if block.type == "text")
        _say(_shortened(text))
        if result.is_error:
            self._failed += 1
        return result.structured_content if isinstance(result.structured_content, dict) else {}


def _shortened(text: str) -> str:
    lines = text.splitlines()
    shown = [line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…" for line in lines[:_SHOWN_LINES]]
    if len(lines) > len(shown):
        shown.append(f"… {len(lines) - len(shown)} more lines")
    return "\n".join(f"  {line}" for line in shown)


def _how_to_connect(address: str) -> str:
    return f"""The server goes on at {address} until Ctrl-C. Connect a client to it:

  Claude Code     claude mcp add --transport http hostaway-demo {address}/mcp
  Cursor          {{"mcpServers": {{"hostaway-demo": {{"url": "{address}/mcp"}}}}}}
  HTTP            curl '{address}/api/v1/find_listings?city=Lisbon'
  Documentation   {address}/docs

With your own account: set HOSTAWAY_ACCOUNT_ID and HOSTAWAY_CLIENT_SECRET, then `hostaway-mcp serve`."""


def _styled(text: str, *, bold: bool = False, dim: bool = False) -> str:
    return typer.style(text, bold=bold or None, dim=dim or None) if sys.stdout.isatty() else text


def _say(text: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        typer.echo(text)
        sys.stdout.flush()
