"""What a change costs beside the change itself: its journal and audit, and proving that audit afterwards."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from inspect import getmembers, iscoroutinefunction
from pathlib import Path
from statistics import median
from typing import Any

import httpx2

from benchmarks.calls import ONE, TOOL
from benchmarks.lines import PipeLine, typical_seconds
from benchmarks.measure import Figure, Scale, quartiles, ratio, take_turns
from benchmarks.processes import OURS, running, sandbox
from hostaway_mcp.app import App, build_app
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.clock import SystemClock
from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.settings import Settings
from hostaway_mcp.store.engine import open_database
from hostaway_mcp.store.journal.chain import BEGINNING, JOURNAL_FILE, Chain, Link, read_key
from hostaway_mcp.store.journal.journal import Journal
from hostaway_mcp.store.journal.schema import audit
from hostaway_mcp.telemetry.audit import AuditFile, AuditRecord
from hostaway_mcp.tools.runner import Asked

ACCOUNT = "10001"
LISTINGS = 20
MOST_SHARE, MOST_MILLISECONDS, MOST_SECONDS, MOST_READS = 0.02, 5.0, 1.0, 1.0
WARM = 3
"""Changes before those that are measured."""
PARTS = {
    "sending": "a transaction: nobody else applies it; before the first byte",
    "settle": "a transaction: after what was read back",
    "sent_there": "read before it is looked at",
    "get": "read before and after, two times in all",
}
RECORDS = 100_000
AT_ONCE = 5_000
RECORD: dict[str, object] = {
    "account": ACCOUNT, "at": "2026-07-23T12:00:00.000Z", "event": "outcome",
    "change": "chg_0123456789abcdef", "tool": "update_calendar", "door": "stdio",
    "caller": "an assistant 1.0", "step": 1, "outcome": "done", "result": {},
}  # fmt: skip

Spent = dict[str, float]
"""Milliseconds by the journal's calls."""


async def _agree(_change_id: str, _question: str) -> bool:
    return True


AGREEING = Asked(door="stdio", caller="an assistant 1.0", ask_person=_agree)


async def measure(scale: Scale, scratch: Path) -> list[Figure]:
    """The call's audit in a call, the journal in a write, reads in a proposal, the proof of a whole audit."""
    return [
        await _append_in_a_call(scale, scratch),
        *await _journal_of_a_write(scale, scratch / "write"),
        await _reads_of_a_proposal(scratch / "propose"),
        await _verified(scale, scratch / "verify"),
    ]


async def _append_in_a_call(scale: Scale, scratch: Path) -> Figure:
    """The cheapest call there is, answered from memory; the floor is the whole call as its client sees it."""
    kept = AuditFile(scratch / "audit.jsonl")
    record = AuditRecord(
        at="2026-07-23T12:00:00.000Z", correlation_id="0" * 32, account=ACCOUNT, caller="an assistant 1.0",
        door="stdio", tool=TOOL, arguments_hash="0" * 64, outcome="done", duration_ms=1, upstream_calls=0,
    )  # fmt: skip

    async with sandbox(scratch, listings=LISTINGS) as env, running((*OURS, "serve"), env) as process:
        line = PipeLine(process)

        async def call() -> float:
            return await typical_seconds([line], TOOL, [ONE], calls=scale.calls)

        async def append() -> float:
            began = time.perf_counter()
            for _ in range(scale.calls):
                kept.append(record)
            return (time.perf_counter() - began) / scale.calls

        await call()
        pairs = await take_turns(call, append, repeats=scale.repeats)
        await line.aclose()
    kept.close()
    each = 1000 * median(pairs.floor)
    return ratio("a call's record in the audit", pairs, target=MOST_SHARE,
                 floor=f"the whole call over stdio, {each:.2f} ms")  # fmt: skip


async def _journal_of_a_write(scale: Scale, folder: Path) -> list[Figure]:
    """
    What a change of one request waits for in its journal, from the proposal to its word: each call of it, as
    the tools make them. The disk of this machine has its part in it, for each transaction is durable.
    """
    world = Sandbox(listings=LISTINGS, limits=None)
    proposing: list[Spent] = []
    applying: list[Spent] = []
    async with _app(folder, world) as app:
        spent = await _timed(app)
        for number in range(WARM + 3 * scale.repeats):
            change = {"listing": next(iter(world.world.listings)), "ranges": [{"from": "+9d"}],
                      "changes": {"min_stay": 20 + number % 5}}  # fmt: skip
            spent.clear()
            proposal = await app.runner.run("update_calendar", change, AGREEING)
            proposing.append(dict(spent))
            spent.clear()
            applied = await app.runner.run(
                "apply_change", {"change_id": proposal.json["change_id"]}, AGREEING
            )
            assert applied.json["outcome"] == "done", applied.json
            applying.append(dict(spent))
    proposed, done = ([sum(one.values()) for one in some[WARM:]] for some in (proposing, applying))
    return [
        Figure("journal and audit of a proposal", median(proposed), "ms", spread=quartiles(proposed),
               target=MOST_MILLISECONDS, note="one durable transaction"),
        Figure("journal and audit added to a write of one request, in all", median(done), "ms",
               spread=quartiles(done), target=MOST_MILLISECONDS,
               note="two durable transactions and three readings"),
        *(_part(name, note, applying[WARM:]) for name, note in PARTS.items()),
    ]  # fmt: skip


def _part(name: str, note: str, applying: list[Spent]) -> Figure:
    values = [one[name] for one in applying]
    return Figure(f"of it `{name}`", median(values), "ms", spread=quartiles(values), note=note)


async def _timed(app: App) -> Spent:
    """What is spent in an app's journal from now on."""
    spent: Spent = {}
    journal = await app.services.writes.ledger.journal()
    for name, found in getmembers(journal, iscoroutinefunction):
        setattr(journal, name, _timing(name, found, spent))
    return spent


def _timing(name: str, found: Callable[..., Awaitable[Any]], spent: Spent) -> Callable[..., Awaitable[Any]]:
    async def timed(*args: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return await found(*args, **named)
        finally:
            spent[name] = spent.get(name, 0.0) + 1000 * (time.perf_counter() - began)

    return timed


async def _reads_of_a_proposal(folder: Path) -> Figure:
    """A change of the calendars of all listings, whose names are known."""
    world = Sandbox(listings=LISTINGS, limits=None)
    async with _app(folder, world) as app:
        await app.runner.run("find_listings", {"limit": 100}, AGREEING)
        listings = [one for one, row in world.world.listings.items() if not row.get("isArchived")]
        before = len(world.requests)
        change = {"listing": listings, "ranges": [{"from": "+9d"}], "changes": {"min_stay": 6}}
        await app.runner.run("update_calendar", change, AGREEING)
        reads = len(world.requests) - before
    return Figure("requests of a proposal, a listing", reads / len(listings), "requests",
                  target=MOST_READS, note=f"{len(listings)} listings in one proposal")  # fmt: skip


async def _verified(scale: Scale, folder: Path) -> Figure:
    records = RECORDS if scale.repeats > 1 else AT_ONCE
    journal, chain = await _journal(folder), Chain(read_key(folder))
    try:
        links, before = [], BEGINNING
        for seq in range(1, records + 1):
            links.append(chain.link(seq, before, RECORD))
            before = links[-1].hash
        await _keep(folder, links)
        journal.trail.note(links)
        seconds = []
        for _ in range(min(3, scale.repeats)):
            began = time.perf_counter()
            found = await journal.trail.verify()
            seconds.append(time.perf_counter() - began)
            assert (found.records, found.breaks) == (records, ())
    finally:
        await journal.aclose()
    return Figure(f"{records:,} records of the audit verified", median(seconds), "s",
                  spread=quartiles(seconds), target=MOST_SECONDS,
                  note="read from SQLite, hashes, proofs and anchor")  # fmt: skip


async def _keep(folder: Path, links: list[Link]) -> None:
    """As if they had been written one by one."""
    database = open_database(f"sqlite:///{folder / JOURNAL_FILE}")
    async with database.write("bench") as connection:
        for start in range(0, len(links), AT_ONCE):
            rows = [{"account_id": ACCOUNT, **link._asdict()} for link in links[start : start + AT_ONCE]]
            await connection.execute(audit.insert(), rows)
    await database.aclose()


async def _journal(folder: Path) -> Journal:
    url = f"sqlite:///{folder / JOURNAL_FILE}"
    return await Journal.open(url, account_id=ACCOUNT, directory=folder, clock=SystemClock())


@asynccontextmanager
async def _app(folder: Path, world: Sandbox) -> AsyncIterator[App]:
    """The app over a sandbox in this process, with writes on."""
    settings = Settings(
        _env_file=None, hostaway_account_id=world.account_id, hostaway_client_secret=world.client_secret,
        hostaway_base_url="http://localhost/v1", hostaway_rate_ip=1000, hostaway_rate_account=1000,
        hostaway_mcp_data_dir=folder, hostaway_mcp_writes="propose",
    )  # fmt: skip
    transport = httpx2.ASGITransport(app=world.app)
    app = build_app(settings, state=MemoryState(), http=transport)
    try:
        yield app
    finally:
        await app.aclose()
