"""The one way in which a tool is called: deadline, audit, figures, and no word that must not come out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from hostaway_mcp import calls
from hostaway_mcp.errors import (
    DefectError,
    HostawayMcpError,
    InputError,
    RefusedError,
    TimedOutError,
    UnknownNameError,
)
from hostaway_mcp.sandbox.faults import Kind
from hostaway_mcp.services.answers import Answer, Missing
from hostaway_mcp.services.services import Services
from hostaway_mcp.telemetry.audit import MemoryAudit, canonical, hash_arguments
from hostaway_mcp.telemetry.metrics import Metrics
from hostaway_mcp.tools.catalogue import Question, Text, Tool, ToolEffect, Toolset
from hostaway_mcp.tools.runner import Asked, Outcome, Runner
from tests.support.clock import FakeClock
from tests.support.house import House, house
from tests.telemetry.canaries import CANARIES, Canary
from tests.telemetry.sinks import caught_logs, caught_spans, lines, told_by, without_chance

NOW = datetime(2026, 7, 23, 12, 0, 0, tzinfo=UTC)
Body = Callable[[Services, Any], Awaitable[Answer]]


class Ask(Question):
    """Some words."""

    words: Text = ""


class Bench:
    """A runner with one tool whose work a test decides."""

    def __init__(self, body: Body) -> None:
        self.clock = FakeClock()
        self.audit = MemoryAudit()
        self.metrics = Metrics()
        tool = Tool(
            name="work",
            title="Work",
            toolset=Toolset.CORE,
            effect=ToolEffect.READ,
            description="Works.",
            question=Ask,
            answer=Answer,
            run=body,
            text=lambda answer: "done",
        )
        self.runner = Runner(
            services=cast("Services", None),
            tools=[tool],
            clock=self.clock,
            audit=self.audit,
            metrics=self.metrics,
            account="10001",
        )

    async def ask(self, *, asked: Asked | None = None, **arguments: Any) -> Outcome:
        return await self.runner.run("work", arguments, asked or Asked(door="test"))

    @property
    def ended(self) -> str:
        """How the only call ended, by the audit and the figures alike."""
        (record,) = self.audit.records
        assert self.metrics.tool_calls == {("work", record.outcome): 1}
        return record.outcome


async def fine(services: Services, question: Ask) -> Answer:
    return Answer(as_of=NOW)


async def test_an_answer_comes_in_its_two_forms_with_an_id() -> None:
    bench = Bench(fine)
    outcome = await bench.ask()
    assert outcome.text == "done\nas of 2026-07-23 12:00:00Z, live"
    assert outcome.json == {"as_of": "2026-07-23T12:00:00Z", "source": "live", "complete": True}
    assert len(outcome.correlation_id) == 32
    assert bench.ended == "done"


async def test_the_audit_says_who_asked_what_when_and_how_it_ended() -> None:
    async def slow(services: Services, question: Ask) -> Answer:
        call = calls.current()
        assert call is not None
        call.upstream_calls += 3
        await bench.clock.sleep(2)
        return Answer(as_of=NOW)

    bench = Bench(slow)
    await bench.ask(asked=Asked(door="mcp", caller="claude", correlation_id="abc"), words="Sara")
    (record,) = bench.audit.records
    assert record.at == "2026-07-23T12:00:00.000Z"
    assert (record.door, record.caller, record.correlation_id) == ("mcp", "claude", "abc")
    assert (record.account, record.tool, record.outcome) == ("10001", "work", "done")
    assert record.arguments_hash == hash_arguments(canonical({"words": "Sara"}))
    assert (record.duration_ms, record.upstream_calls) == (2000, 3)
    assert bench.metrics.tool_seconds["work"].total_seconds == pytest.approx(2.0)


async def test_the_call_has_a_deadline_a_name_and_the_clients_progress() -> None:
    seen: list[calls.Call | None] = []

    async def look(services: Services, question: Ask) -> Answer:
        seen.append(calls.current())
        return Answer(as_of=NOW)

    async def progress(done: float, total: float | None, message: str) -> None:
        raise NotImplementedError

    bench = Bench(look)
    await bench.ask(asked=Asked(door="test", caller="me", correlation_id="abc", progress=progress))
    (call,) = seen
    assert call is not None
    assert call.deadline == bench.clock.monotonic() + 25.0
    assert (call.tool, call.caller, call.correlation_id, call.progress) == ("work", "me", "abc", progress)
    assert calls.current() is None


async def test_warnings_met_on_the_way_are_in_the_answer_once() -> None:
    async def warn(services: Services, question: Ask) -> Answer:
        call = calls.current()
        assert call is not None
        call.warn("A new status.")
        call.warn("A new status.")
        return Answer(as_of=NOW, warnings=("Mine.", "A new status."))

    outcome = await Bench(warn).ask()
    assert outcome.json["warnings"] == ["Mine.", "A new status."]


async def test_what_is_not_whole_ends_as_partial() -> None:
    async def part(services: Services, question: Ask) -> Answer:
        return Answer(as_of=NOW, complete=False, missing=(Missing(what="a", why="b"),))

    bench = Bench(part)
    await bench.ask()
    assert bench.ended == "partial"


async def test_a_refusal_comes_out_as_it_is() -> None:
    async def refuse(services: Services, question: Ask) -> Answer:
        raise RefusedError("Hostaway said no.", operation="listListings", status=400)

    bench = Bench(refuse)
    with pytest.raises(RefusedError, match="Hostaway said no"):
        await bench.ask()
    assert bench.ended == "refused"


async def test_a_wrong_parameter_is_refused_before_anything_is_done() -> None:
    bench = Bench(fine)
    with pytest.raises(InputError, match="work has no parameter `word`"):
        await bench.ask(word="x")
    assert bench.ended == "invalid_input"


async def test_a_tool_that_does_not_end_is_ended() -> None:
    async def hang(services: Services, question: Ask) -> Answer:
        await bench.clock.sleep(3600)
        return Answer(as_of=NOW)

    bench = Bench(hang)
    with pytest.raises(TimedOutError, match="work did not finish within 25 seconds") as caught:
        await bench.ask()
    assert caught.value.retryable
    assert bench.clock.monotonic() == pytest.approx(1_027.0), "two seconds of grace for a partial answer"
    assert bench.ended == "timed_out"


async def test_what_breaks_inside_is_told_by_the_id_of_its_log_line() -> None:
    async def break_(services: Services, question: Ask) -> Answer:
        raise KeyError("Anna Müller, door code 4821")

    bench = Bench(break_)
    with caught_logs() as stream, pytest.raises(DefectError) as caught:
        await bench.ask(asked=Asked(door="test", correlation_id="abc"))
    assert caught.value.sentence == "Something broke inside hostaway-mcp. The log says where: abc."
    assert caught.value.__cause__ is None
    broke = next(line for line in lines(stream) if line["event"] == "tool_broke")
    assert (broke["correlation_id"], broke["error"], broke["tool"]) == ("abc", "KeyError", "work")
    assert "Anna" not in stream.getvalue()
    assert "4821" not in stream.getvalue()
    assert bench.ended == "internal"


async def test_a_call_that_is_given_up_is_audited() -> None:
    started = asyncio.Event()

    async def hang(services: Services, question: Ask) -> Answer:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    bench = Bench(hang)
    task = asyncio.create_task(bench.ask())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.ended == "cancelled"


async def test_an_unknown_tool_gives_the_nearest_and_no_label_of_its_own() -> None:
    bench = Bench(fine)
    with pytest.raises(UnknownNameError) as caught:
        await bench.runner.run("wrok", {}, Asked(door="test"))
    assert caught.value.sentence == "There is no tool of this name. Did you mean work?"
    assert caught.value.facts()["nearest"] == ["work"]
    with pytest.raises(UnknownNameError, match="no tool of this name"):
        await bench.runner.run("x" * 10_000_000, {}, Asked(door="test"))
    assert {record.tool for record in bench.audit.records} == {"unknown"}


async def test_what_a_client_calls_itself_is_made_harmless() -> None:
    bench = Bench(fine)
    await bench.ask(asked=Asked(door="test", caller="a\nb\u202e" + "x" * 10_000, correlation_id="c\r\nd"))
    (record,) = bench.audit.records
    assert record.caller == "ab" + "x" * 98
    assert record.correlation_id == "cd"


async def test_a_span_follows_each_call_down_to_hostaway() -> None:
    with caught_spans() as exporter:
        async with house() as home:
            await home.ask("check_connection")
        spans = {span.name: span for span in exporter.get_finished_spans()}
    assert {"tool check_connection", "listListings"} <= set(spans)
    tool, upstream = spans["tool check_connection"], spans["listListings"]
    assert upstream.context is not None
    assert tool.context is not None
    assert upstream.context.trace_id == tool.context.trace_id
    assert tool.attributes is not None
    assert tool.attributes["hostaway.tool"] == "check_connection"


async def test_a_span_of_a_refusal_keeps_the_code_alone() -> None:
    with caught_spans() as exporter:
        with pytest.raises(InputError):
            await Bench(fine).ask(word="x")
        (span,) = exporter.get_finished_spans()
    assert span.status.description == "invalid_input"
    assert not span.events


# The canaries, through everything that can say something.

FAILURES: tuple[tuple[Kind, dict[str, Any]], ...] = (
    ("fail_200", {}),
    ("status", {"status": 400}),
    ("status", {"status": 403}),
    ("status", {"status": 404}),
    ("status", {"status": 500}),
    ("html", {"status": 200}),
    ("rate_limited", {}),
    ("redirect", {}),
)
ASKED: tuple[tuple[str, str], ...] = (
    ("get_listing", "listing"),
    ("find_reservations", "guest"),
    ("get_reservation", "reservation"),
    ("get_guest", "guest"),
    ("get_conversation", "reservation"),
    ("get_financial_report", "columns"),
    ("find", "query"),
    ("get_calendar", "from"),
)


def disturb(home: House, canary: Canary, number: int) -> None:
    """Makes the next request to Hostaway fail in one of its ways, with the canary in it."""
    kind, options = FAILURES[number % len(FAILURES)]
    text = canary.text
    options = dict(options)
    if kind in ("fail_200", "html"):
        options["text"] = text
    elif kind == "status":
        key = "message" if number % 2 else "result"
        options["body"] = {"status": "fail", key: text}
    else:
        header = "".join(ch for ch in text if ch.isascii() and ch.isprintable())
        name = "location" if kind == "redirect" else "headers"
        options[name] = f"https://example.com/{header}" if kind == "redirect" else {"retry-after": header}
    home.sandbox.faults.clear()
    home.sandbox.faults.add(kind, path="/v1/[!a]*", times=1, **options)
    home.app.services.facts.forget()


async def tell(home: House, tool: str, arguments: dict[str, Any], canary: Canary) -> str:
    """All that a call says when it is refused; nothing when it is answered."""
    asked = Asked(door="test", caller=canary.text, correlation_id=canary.text)
    try:
        await home.app.runner.run(tool, arguments, asked)
    except HostawayMcpError as error:
        return f"{error} {error!r} {error.sentence} {error.facts()} {vars(error)}"
    return ""


async def test_no_canary_comes_out_of_log_span_error_audit_or_figure() -> None:
    """Tokens, secrets, addresses, codes and cards in arguments, names, headers and failures of Hostaway."""
    loud: list[tuple[str, Canary]] = []
    with caught_logs() as stream, caught_spans() as exporter:
        async with house(listings=3) as home:
            for number, canary in enumerate(CANARIES):
                home.clock.advance(120)
                tool, parameter = ASKED[number % len(ASKED)]
                said = await tell(home, tool, {parameter: canary.text}, canary)
                disturb(home, canary, number)
                said += await tell(home, "find_listings", {}, canary)
                said += await tell(home, tool, {parameter: canary.text, canary.text: canary.text}, canary)
                said += str(home.audit.records[-3:])
                told = "".join(told_by(span) for span in exporter.get_finished_spans())
                for where, output in (("error or audit", said), ("log", stream.getvalue()), ("span", told)):
                    if canary.sings_in(without_chance(output)):
                        loud.append((where, canary))
                stream.seek(0)
                stream.truncate()
                exporter.clear()
            figures = f"{home.app.metrics.tool_calls} {home.app.metrics.upstream_calls}"
            loud += [("figure", canary) for canary in CANARIES if canary.sings_in(without_chance(figures))]
            assert len(home.app.metrics.tool_calls) > 8, "calls were really made"
    assert not loud
