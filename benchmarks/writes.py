"""What a change costs beside the change itself: its journal and audit, and proving that audit afterwards."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median

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
from hostaway_mcp.store.journal.records import Entry, Step, StepBody, StepState
from hostaway_mcp.store.journal.schema import audit
from hostaway_mcp.telemetry.audit import AuditFile, AuditRecord
from hostaway_mcp.tools.runner import Asked

ACCOUNT = "10001"
LISTINGS = 20
MOST_SHARE, MOST_MILLISECONDS, MOST_SECONDS, MOST_READS = 0.02, 5.0, 1.0, 1.0
RECORDS = 100_000
AT_ONCE = 5_000
RECORD: dict[str, object] = {
    "account": ACCOUNT, "at": "2026-07-23T12:00:00.000Z", "event": "outcome",
    "change": "chg_0123456789abcdef", "tool": "update_calendar", "door": "stdio",
    "caller": "an assistant 1.0", "step": 1, "outcome": "done", "result": {},
}  # fmt: skip


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
    """From the proposal to its end, each step durable; the disk of this machine decides most of it."""
    journal = await _journal(folder)
    numbers = count(1)
    proposing, around, applying = [], [], []
    try:
        for _ in range(3 * scale.repeats):
            entry = _entry(next(numbers))
            began = time.perf_counter()
            await journal.propose(entry)
            proposing.append(1000 * (time.perf_counter() - began))
            until = entry.expires_at
            began = time.perf_counter()
            await journal.claim(entry, by="person", until=until)
            sending = time.perf_counter()
            await journal.sending(entry, entry.steps[0], until=until, sent_before=0)
            sent = replace(entry.steps[0], state=StepState.SENDING)
            await journal.settle(entry, sent, StepState.DONE, "")
            around.append(1000 * (time.perf_counter() - sending))
            await journal.end(entry)
            applying.append(1000 * (time.perf_counter() - began))
    finally:
        await journal.aclose()
    return [
        Figure("journal and audit of a proposal", median(proposing), "ms", spread=quartiles(proposing),
               target=MOST_MILLISECONDS, note="one durable transaction"),
        Figure("journal and audit around one request", median(around), "ms", spread=quartiles(around),
               target=MOST_MILLISECONDS, note="two: before its first byte, after what was read back"),
        Figure("journal and audit of applying, in all", median(applying), "ms", spread=quartiles(applying),
               note="four: with the claim and the end"),
    ]  # fmt: skip


async def _reads_of_a_proposal(folder: Path) -> Figure:
    """A change of the calendars of all listings, whose names are known."""
    world = Sandbox(listings=LISTINGS, limits=None)
    async with _app(folder, world) as app:
        asked = Asked(door="stdio", caller="an assistant 1.0")
        await app.runner.run("find_listings", {"limit": 100}, asked)
        listings = [one for one, row in world.world.listings.items() if not row.get("isArchived")]
        before = len(world.requests)
        change = {"listing": listings, "ranges": [{"from": "+9d"}], "changes": {"min_stay": 6}}
        await app.runner.run("update_calendar", change, asked)
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


def _entry(number: int) -> Entry:
    body = StepBody(
        what="A listing: 2026-08-01", before={"minimum stay": 2}, after={"minimum stay": 6},
        operation="updateCalendar", path={"listingId": number},
        body={"startDate": "2026-08-01", "endDate": "2026-08-01", "minimumStay": 6},
        rests_on={"2026-08-01": {"minimumStay": 2, "price": 120.0}},
        wanted={"2026-08-01": {"minimumStay": 6}},
    )  # fmt: skip
    now = datetime.now(UTC)
    return Entry(
        change_id=f"chg_{number:016x}", tool="update_calendar", door="stdio", caller="an assistant 1.0",
        arguments_hash=f"{number:064x}", summary="Change the minimum stay", question="Shall this be done?",
        created_at=now, expires_at=now + timedelta(minutes=5),
        steps=(Step(n=1, kind="calendar", body=body, listing_id=number),),
    )  # fmt: skip


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
