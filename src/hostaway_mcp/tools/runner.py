"""Runs a tool for any door: reads the question, keeps the deadline, writes the audit, counts."""

from __future__ import annotations

import asyncio
import difflib
import logging
import math
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import StatusCode

from hostaway_mcp import calls
from hostaway_mcp.calls import AskPerson, Call, Progress
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import (
    BusyError,
    DefectError,
    HostawayMcpError,
    TimedOutError,
    UnknownNameError,
    WritesOffError,
)
from hostaway_mcp.redaction import redact
from hostaway_mcp.services.answers import Answer, to_json
from hostaway_mcp.services.services import Services
from hostaway_mcp.telemetry.audit import Audit, AuditRecord, canonical, hash_arguments, instant
from hostaway_mcp.telemetry.metrics import Metrics
from hostaway_mcp.tools.catalogue import Card, ToolEffect
from hostaway_mcp.tools.memory import AnswerMemory
from hostaway_mcp.tools.text import with_envelope

_log = logging.getLogger("hostaway_mcp.tools")
_tracer = trace.get_tracer("hostaway_mcp")

_GRACE_SECONDS = 2.0
"""What a call may take beyond its deadline to put a partial answer together."""

_RESTART_SECONDS = 5.0
"""When to ask again, if the server was being stopped: by then another one may be there."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks through which door, and what they called the request."""

    door: str
    caller: str = ""
    correlation_id: str = ""
    progress: Progress | None = None
    ask_person: AskPerson | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer in its two forms."""

    answer: Answer
    json: dict[str, Any]
    text: str
    correlation_id: str


async def _nowhere() -> None:
    """Where nothing is remembered, nothing has to be forgotten."""


class Runner:
    """The one way in which a tool is called; before each `look` drops what is outdated."""

    def __init__(
        self,
        *,
        services: Services,
        tools: Sequence[Card],
        withheld: Collection[str] = (),
        clock: Clock,
        audit: Audit,
        metrics: Metrics,
        account: str,
        facts_version: Callable[[], int] = lambda: 0,
        look: Callable[[], Awaitable[None]] = _nowhere,
        deadline_seconds: float = calls.DEFAULT_DEADLINE_SECONDS,
    ) -> None:
        self.tools = {tool.name: tool for tool in tools}
        self._withheld = frozenset(withheld)
        self._services = services
        self._clock = clock
        self._audit = audit
        self._metrics = metrics
        self._account = account
        self._deadline_seconds = deadline_seconds
        self._memory = AnswerMemory[Outcome](clock=clock, version=facts_version)
        self._look = look
        self._limits: dict[asyncio.Timeout, Call] = {}
        self._ends_at = math.inf

    def tool(self, name: str) -> Card:
        """
        The tool of this name.

        Raises:
            UnknownNameError: there is none, with the nearest names.
        """
        if name in self.tools:
            return self.tools[name]
        if name in self._withheld:
            raise WritesOffError(
                f"{name} changes things in Hostaway, and writes are switched off here.",
                hint="Whoever runs this server can set HOSTAWAY_MCP_WRITES=propose; "
                "each change is then shown before it happens.",
            )
        nearest = difflib.get_close_matches(name[:80], self.tools, n=3)
        hint = f"Did you mean {' or '.join(nearest)}?" if nearest else "List the tools to see what there is."
        raise UnknownNameError("There is no tool of this name.", nearest=nearest, hint=hint)

    def hurry(self, seconds: float) -> None:
        """The process is being stopped: every call, also one that comes now, has ended after `seconds`."""
        self._ends_at = asyncio.get_running_loop().time() + seconds
        for limit, call in self._limits.items():
            if not limit.expired():
                limit.reschedule(min(limit.when() or math.inf, self._ends_at))
                # Whoever does one thing after the other begins nothing that would be cut off.
                call.deadline = min(call.deadline or math.inf, self._clock.monotonic() + seconds)

    async def run(self, name: str, arguments: Mapping[str, Any], asked: Asked) -> Outcome:
        """
        Answers one question.

        Raises:
            HostawayMcpError: what is wrong, in words for the caller; never anything else but cancellation.
        """
        started, began = self._clock.monotonic(), self._clock.now()
        said = canonical(arguments)
        call = Call(
            correlation_id=_plain(asked.correlation_id) or calls.new_correlation_id(),
            tool=name if name in self.tools else "unknown",
            caller=_plain(asked.caller),
            door=asked.door,
            deadline=started + self._deadline_seconds,
            progress=asked.progress,
            ask_person=asked.ask_person,
        )
        outcome = "internal"
        with calls.answering(call), _span(call) as span:
            span.set_attributes({"hostaway.tool": call.tool, "hostaway.correlation_id": call.correlation_id})
            try:
                done = await self._answer(name, arguments, said, call)
                outcome = "done" if done.answer.complete else "partial"
                return done
            except HostawayMcpError as error:
                error.reword(redact)
                outcome = error.code
                span.set_status(StatusCode.ERROR, error.code)
                raise
            except asyncio.CancelledError:
                outcome = "cancelled"
                raise
            finally:
                call.ended = True
                seconds = self._clock.monotonic() - started
                self._record(call, asked.door, said, outcome, began=instant(began), seconds=seconds)

    async def _answer(self, name: str, arguments: Mapping[str, Any], said: str, call: Call) -> Outcome:
        card = self.tool(name)
        await self._look()
        key = self._memory.key(name, said)
        if card.effect is ToolEffect.READ and (known := self._memory.recall(key)):
            return Outcome(known.answer, known.json, known.text, call.correlation_id)
        try:
            tool = card.load()
            question = tool.parse(arguments)
            answer = await self._in_time(tool.run(self._services, question), call)
            answer = _completed(answer, call)
            text = with_envelope(tool.text(answer), answer)
            outcome = Outcome(answer, to_json(answer), text, call.correlation_id)
            if answer.complete and tool.effect is ToolEffect.READ:
                self._memory.keep(key, outcome, call)
            return outcome
        except HostawayMcpError:
            raise
        except TimeoutError:
            raise self._out_of_time(name) from None
        except Exception:
            # Its words may be a guest's; the log says where it happened, the caller gets the id of that line.
            _log.exception("tool_broke", extra={"tool": name})
            raise DefectError(
                "Something broke inside hostaway-mcp.", hint=f"The log says where: {call.correlation_id}."
            ) from None

    async def _in_time(self, answer: Awaitable[Answer], call: Call) -> Answer:
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._deadline_seconds + _GRACE_SECONDS

        def allow(seconds: float) -> None:
            call.deadline = self._clock.monotonic() + seconds
            limit.reschedule(min(loop.time() + seconds + _GRACE_SECONDS, self._ends_at))

        async with asyncio.timeout_at(min(ends_at, self._ends_at)) as limit:
            call.on_allow = allow
            self._limits[limit] = call
            try:
                return await answer
            finally:
                del self._limits[limit]

    def _out_of_time(self, name: str) -> HostawayMcpError:
        if self._ends_at < math.inf:
            return BusyError(
                f"The server is being stopped, and {name} had no time to finish.",
                hint="Ask again in a moment.",
                retry_after_seconds=_RESTART_SECONDS,
            )
        return TimedOutError(
            f"{name} did not finish within {self._deadline_seconds:.0f} seconds.",
            hint="Ask for less at once, or again in a moment: what was read is kept for a while.",
        )

    def _record(
        self,
        call: Call,
        door: str,
        said: str,
        outcome: str,
        *,
        began: str,
        seconds: float,
    ) -> None:
        self._metrics.tool_called(call.tool, outcome, seconds)
        record = AuditRecord(
            at=began,
            correlation_id=call.correlation_id,
            account=self._account,
            caller=call.caller,
            door=door,
            tool=call.tool,
            arguments_hash=hash_arguments(said),
            outcome=outcome,
            duration_ms=round(seconds * 1000),
            upstream_calls=call.upstream_calls,
        )
        self._audit.append(record)
        _log.info(
            "tool_called",
            extra={
                "tool": call.tool,
                "door": door,
                "caller": call.caller,
                "outcome": outcome,
                "duration_ms": record.duration_ms,
                "upstream_calls": call.upstream_calls,
                "arguments_hash": record.arguments_hash,
            },
        )


def _completed(answer: Answer, call: Call) -> Answer:
    """With what the call came by on its way: warnings, and where its facts are from."""
    update: dict[str, Any] = {}
    if call.warnings:
        update["warnings"] = (*dict.fromkeys((*answer.warnings, *call.warnings)),)
    if call.copied:
        update["source"] = "mixed" if call.live else "replica"
    return answer.model_copy(update=update) if update else answer


def _span(call: Call) -> AbstractContextManager[trace.Span]:
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        # Nobody records any.
        return nullcontext(trace.INVALID_SPAN)
    # By itself OpenTelemetry keeps an exception's words and stack, which may be a guest's.
    return _tracer.start_as_current_span(
        f"tool {call.tool}", record_exception=False, set_status_on_exception=False
    )


def _plain(words: str) -> str:
    """What a client calls itself or its request; it comes from outside and is written down everywhere."""
    said = words[:1_000]
    return redact(said if said.isprintable() else "".join(filter(str.isprintable, said)))[:100]
