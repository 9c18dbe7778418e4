"""What is seen of a request to Hostaway: a count, a span, a log line, a record for metrics."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from opentelemetry import trace

from hostaway_mcp import calls
from hostaway_mcp.client.protocol import Operation
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import UpstreamError

_tracer = trace.get_tracer("hostaway_mcp")
_log = logging.getLogger("hostaway_mcp.client")


@dataclass(frozen=True, slots=True)
class UpstreamCall:
    """One request that went out, for metrics. `outcome` is "ok", an error's code, or "abandoned"."""

    operation: str
    method: str
    status: int | None
    outcome: str
    duration_seconds: float
    attempt: int


@dataclass(slots=True)
class Seen:
    """What has been seen so far; whoever sends fills it in."""

    outcome: str = "abandoned"
    status: int | None = None

    def tell(self, *, status: int, error: UpstreamError | None) -> None:
        """An answer came, and this is what it means."""
        self.status = status
        self.outcome = error.code if error else "ok"


@contextlib.contextmanager
def observed(
    operation: Operation, *, attempt: int, clock: Clock, report: Callable[[UpstreamCall], None]
) -> Iterator[Seen]:
    """Around one request; neither its address nor its token nor a body is ever written down."""
    if call := calls.current():
        call.upstream_calls += 1
    began, seen = clock.monotonic(), Seen()
    with _tracer.start_as_current_span(
        operation.name,
        kind=trace.SpanKind.CLIENT,
        attributes={
            "http.request.method": operation.method,
            "hostaway.operation": operation.name,
            "attempt": attempt,
        },
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield seen
        except UpstreamError as error:
            seen.outcome, seen.status = error.code, error.status
            raise
        finally:
            seconds = clock.monotonic() - began
            _describe(span, seen)
            if call and seen.outcome == "ok":
                call.live = True
            done = UpstreamCall(operation.name, operation.method, seen.status, seen.outcome, seconds, attempt)
            _write(done)
            report(done)


def _describe(span: trace.Span, seen: Seen) -> None:
    if seen.status is not None:
        span.set_attribute("http.response.status_code", seen.status)
    if seen.outcome != "ok":
        span.set_attribute("error.type", seen.outcome)
        span.set_status(trace.StatusCode.ERROR)


def _write(call: UpstreamCall) -> None:
    _log.info(
        "upstream_call",
        extra={
            "operation": call.operation,
            "method": call.method,
            "status": call.status,
            "outcome": call.outcome,
            "duration_ms": round(call.duration_seconds * 1000, 1),
            "attempt": call.attempt,
        },
    )
