"""What of a span may leave the process, and which trace it belongs to; needs OpenTelemetry's SDK."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Status
from opentelemetry.util.types import AttributeValue

from hostaway_mcp import calls
from hostaway_mcp.redaction import redact

OURS = "hostaway_mcp"

ATTRIBUTES = frozenset(
    {
        "attempt",
        "error.type",
        "hostaway.correlation_id",
        "hostaway.operation",
        "hostaway.tool",
        "http.request.method",
        "http.response.status_code",
        "mcp.method.name",
        "mcp.protocol.version",
        "rpc.response.status_code",
    }
)
"""The attributes that may leave; every other one is dropped. docs/operations.md says what each one is."""

MAX_CHARS = 100

_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")
_METHOD = re.compile(r"initialize|ping|[a-z]+(?:/[A-Za-z_]+)+")


class CorrelatedIds(RandomIdGenerator):
    """A trace that begins here has the call's correlation id for its own, where that has the form of one."""

    def generate_trace_id(self) -> int:
        call = calls.current()
        if call and _TRACE_ID.fullmatch(call.correlation_id):
            return int(call.correlation_id, 16)
        return super().generate_trace_id()


class CleanExporter(SpanExporter):
    """Hands spans on without what may be somebody's words: MCP's SDK names spans after what a client sent."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([cleaned(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def cleaned(span: ReadableSpan) -> ReadableSpan:
    """The span with known attributes only; no events, no links, and no words with its status."""
    return ReadableSpan(
        name=_name(span),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_attributes(span.attributes or {}),
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _name(span: ReadableSpan) -> str:
    scope = span.instrumentation_scope
    return span.name if scope and scope.name == OURS else _method(span.name.partition(" ")[0])


def _attributes(attributes: Mapping[str, AttributeValue]) -> dict[str, AttributeValue]:
    return {name: _plain(name, value) for name, value in attributes.items() if name in ATTRIBUTES}


def _plain(name: str, value: AttributeValue) -> AttributeValue:
    if isinstance(value, bool | int | float):
        return value
    text = _method(str(value)) if name == "mcp.method.name" else str(value)
    return redact(text[: 10 * MAX_CHARS])[:MAX_CHARS]


def _method(words: str) -> str:
    """A client may call a method whatever it likes; what does not look like one is not written down."""
    return words if len(words) <= MAX_CHARS and _METHOD.fullmatch(words) else "other"
