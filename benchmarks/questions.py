"""How long questions about a large portfolio take that is answered from the replica alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

import httpx2

from benchmarks.lines import BrokenCallError
from benchmarks.measure import Figure, Scale
from benchmarks.world import ACCOUNT, FIRST_NAMES, STAYS_EACH, SYLLABLES, World, listing_id, templates
from hostaway_mcp.app import App, build_app
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.collector import collect_seldom
from hostaway_mcp.settings import Settings
from hostaway_mcp.store.store import Store
from hostaway_mcp.telemetry.audit import MemoryAudit
from hostaway_mcp.tools.runner import Asked

MOST_MILLISECONDS = 50.0
Question = tuple[str, dict[str, Any]]


async def measure(scale: Scale, scratch: Path) -> list[Figure]:
    """Fills a replica as sync would, then asks each kind of question in turn, none twice the same."""
    world = World(await templates(), scale.worlds[-1], datetime.now(UTC).date())
    url = f"sqlite:///{scratch / 'data' / 'replica.db'}"
    began = time.perf_counter()
    async with await Store.open(url, account_id=ACCOUNT) as store:
        count = await world.fill(store)
    filled = time.perf_counter() - began
    # As every command does before it begins.
    collect_seldom()
    app = _app(scratch / "data")
    try:
        first = await _milliseconds(app, ("find_listings", {"limit": 1}))
        kinds = _kinds(world)
        taken: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(scale.questions):
            for name, ask in kinds.items():
                taken[name].append(await _milliseconds(app, ask()))
    finally:
        await app.aclose()
    every = [one for some in taken.values() for one in some]
    slowest = max(taken, key=lambda name: median(taken[name]))
    what = ", ".join(f"{number:,} {noun.replace('_', ' ')}" for noun, number in count.items())
    return [
        Figure("questions over the portfolio, p99", _p99(every), "ms", target=MOST_MILLISECONDS,
               note=f"{len(every):,} different questions of {len(kinds)} kinds over {what}"),
        Figure("the same, median", median(every), "ms"),
        *(Figure(f"{name}, median", median(some), "ms", note=f"p99 {_p99(some):.1f} ms")
          for name, some in taken.items()),
        Figure("first question after a start", first, "ms", note="reads and decodes all listings"),
        Figure("rows kept when a replica is filled", sum(count.values()) / filled, "a second",
               note=f"in {filled:.0f} s; slowest question: {slowest}"),
    ]  # fmt: skip


def _app(data: Path) -> App:
    settings = Settings(
        _env_file=None,
        hostaway_account_id=ACCOUNT,
        hostaway_client_secret="not-a-secret-at-all-000000000000",  # noqa: S106
        hostaway_base_url="http://localhost/v1",
        hostaway_mcp_data_dir=data,
    )
    return build_app(settings, state=MemoryState(), audit=MemoryAudit(), http=_Nobody())


class _Nobody(httpx2.AsyncBaseTransport):
    """There is no Hostaway: what the replica cannot answer is not answered."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError(f"{request.url.path} was asked for")


async def _milliseconds(app: App, question: Question) -> float:
    """
    How long the answer took, as a door would have it.

    Raises:
        BrokenCallError: it is not the replica's alone.
    """
    tool, arguments = question
    began = time.perf_counter()
    outcome = await app.runner.run(tool, arguments, Asked(door="bench"))
    taken = 1000 * (time.perf_counter() - began)
    if outcome.json["source"] != "replica":
        raise BrokenCallError(f"{tool} {arguments} was answered {outcome.json['source']}")
    return taken


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[-1] if len(values) > 1 else values[0]


def _kinds(world: World) -> Mapping[str, Callable[[], Question]]:
    """What people ask of a portfolio; each call gives another question of the kind."""
    dice = Random("questions")  # noqa: S311 - the same questions each time
    ago, ahead = world.reach

    def period(days: int, first: int = ago, last: int = ahead) -> dict[str, Any]:
        start = world.today + timedelta(days=dice.randint(first, max(first, last - days)))
        return {"from": str(start), "to": str(start + timedelta(days=days))}

    def day() -> str:
        return str(world.today + timedelta(days=dice.randint(ago, ahead)))

    def listing() -> int:
        return listing_id(dice.randrange(world.listings))

    def day_of(first: int, last: int) -> str:
        return str(world.today + timedelta(days=dice.randint(first, last)))

    def stay_id() -> int:
        return dice.randrange(world.listings) * 1_000 + dice.randint(1, STAYS_EACH)

    def guest() -> str:
        return f"{dice.choice(FIRST_NAMES)} {''.join(dice.choices(SYLLABLES, k=3))}"

    limits: Iterator[int] = iter(lambda: dice.randint(5, 60), None)
    stays = "find_reservations"
    return {
        "arrivals of a day": lambda: (stays, period(0) | {"by": "arrival", "limit": next(limits)}),
        "arrivals of a month": lambda: (stays, period(30) | {"by": "arrival"}),
        "nights of a month": lambda: (stays, period(30)),
        "departures of a week": lambda: (stays, period(6) | {"by": "departure"}),
        "bookings of a week": lambda: (stays, period(6, last=-1) | {"by": "booked"}),
        "cancellations in a month": lambda: (stays, period(30) | {"status": ["cancelled"]}),
        "a channel's stays in a month": lambda: (
            stays, period(30) | {"channel": ["vrbo"], "sort": "-arrival"}),
        "a guest's name in two months": lambda: (stays, period(60) | {"guest": guest()}),
        "stays of one listing": lambda: (stays, period(90) | {"listing": listing()}),
        "listings of a size": lambda: (
            "find_listings", {"min_guests": dice.randint(1, 6), "limit": next(limits), "sort": "bedrooms"}),
        "a listing by its name": lambda: ("find_listings", {"listing": f"U{dice.randrange(world.listings)}"}),
        "free on a weekend": lambda: (
            "check_availability", period(2, 1, world.calendar_days) | {"guests": dice.randint(1, 4)}),
        "stay board of a day": lambda: ("stay_board", {"date": day(), "limit": next(limits)}),
        "stay board of a week": lambda: ("stay_board", {"date": day(), "days": 7, "limit": next(limits)}),
        "calendar of one listing": lambda: (
            "get_calendar", period(30, 0, world.calendar_days) | {"listing": listing()}),
        "gaps of two weeks": lambda: ("find_gaps", period(14, 0, 60) | {"limit": next(limits)}),
        "conflicts of two weeks": lambda: ("check_conflicts", period(14, 0, 25) | {"limit": next(limits)}),
        "prices of ten days": lambda: ("check_prices", period(10, 0, 30) | {"limit": next(limits)}),
        "changes of some hours": lambda: (
            "changes_since", {"since": f"-{dice.randint(1, 40)}h", "limit": next(limits)}),
        "words in messages": lambda: (
            "search_messages", {"text": f"room {dice.randrange(world.listings)}", "limit": next(limits)}),
        "who waits": lambda: ("triage_inbox", {"limit": next(limits), "sla_hours": dice.randint(1, 48)}),
        "turnovers of a day": lambda: (
            "plan_turnovers", {"date": day_of(-20, 15), "limit": next(limits)}),
        "turnovers of a week": lambda: (
            "plan_turnovers", {"date": day_of(-20, 10), "days": 7, "limit": next(limits)}),
        "reviews of a month": lambda: ("review_insights", period(30, -190, -1) | {"by": "listing"}),
        "reviews of ninety days": lambda: ("review_insights", period(89, -190, -1) | {"by": "month"}),
        "reviews to write": lambda: (
            "review_queue", {"limit": next(limits), "due_within": dice.randint(1, 60)}),
        "money of a month": lambda: (
            "get_financial_summary", period(30, -28, 60) | {"limit": next(limits)}),
        "money by channel": lambda: (
            "get_financial_summary", period(30, -28, 60) | {"by": "channel", "limit": next(limits)}),
        "money by listing": lambda: (
            "get_financial_summary", period(30, -28, 60) | {"by": "listing", "limit": next(limits)}),
        "money of arrivals, compared": lambda: (
            "get_financial_summary",
            period(30, -500, 60) | {"basis": "arrival", "compare": "previous", "limit": next(limits)}),
        "money of one listing": lambda: (
            "get_financial_summary", period(60, -28, 60) | {"listing": listing(), "limit": next(limits)}),
        "pace of a month": lambda: (
            "report_pacing", period(30, -120, 120) | {"by": "week", "limit": next(limits)}),
        "pace of ninety days": lambda: (
            "report_pacing", period(90, -60, 150) | {"by": "channel", "limit": next(limits)}),
        "balances of two weeks": lambda: (
            "find_balances", {"arriving_within": dice.randint(7, 21), "limit": next(limits)}),
        "expenses of a month": lambda: ("find_expenses", period(30, -330, -1) | {"limit": next(limits)}),
        "tasks of a day": lambda: ("find_tasks", period(0, -20, 20) | {"limit": next(limits)}),
        "the day": lambda: ("daily_brief", {"date": day_of(-3, 3)}),
        "one listing": lambda: (
            "get_listing", {"listing": listing(), "sections": ["facts", "rules", "fees"]}),
        "one guest": lambda: ("get_guest", {"reservation": stay_id()}),
        "who is meant by a name": lambda: ("find", {"query": guest()}),
        "what is meant by a number": lambda: ("find", {"query": str(stay_id())}),
        "one stay": lambda: ("get_reservation", {"reservation": stay_id(), "include": ["money"]}),
        "extras to offer": lambda: (
            "find_upsells", {"days": dice.randint(3, 14), "limit": dice.randint(5, 50)}),
        "faults of listings": lambda: ("audit_listings", {"limit": next(limits)}),
    }  # fmt: skip
