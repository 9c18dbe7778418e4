"""Where telemetry ends up, caught for looking at: log lines and spans."""

from __future__ import annotations

import functools
import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hostaway_mcp.settings import LogFormat, LogLevel
from hostaway_mcp.telemetry.logs import configure_logs

TOUCHED = ("", "hostaway_mcp", "httpx2", "httpcore2", "mcp", "uvicorn", "uvicorn.error", "uvicorn.access")


@contextmanager
def caught_logs(form: LogFormat = LogFormat.JSON, level: LogLevel = LogLevel.DEBUG) -> Iterator[io.StringIO]:
    """Everything that the process logs, as standard error would get it; afterwards logging is as before."""
    loggers = [logging.getLogger(name) for name in TOUCHED]
    before = [(one, one.level, list(one.handlers), one.propagate) for one in loggers]
    for one in loggers:
        # A server that another test began may have set it, and none is here.
        one.setLevel(logging.NOTSET)
    stream = io.StringIO()
    configure_logs(level=level, form=form, stream=stream)
    try:
        yield stream
    finally:
        for one, old_level, handlers, propagate in before:
            one.setLevel(old_level)
            one.handlers[:] = handlers
            one.propagate = propagate


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """The JSON lines that were written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@contextmanager
def caught_spans() -> Iterator[InMemorySpanExporter]:
    """Every span that ends meanwhile; a process has one provider, which cannot be taken back once set."""
    exporter = _exporter()
    exporter.clear()
    try:
        yield exporter
    finally:
        exporter.clear()


@functools.cache
def _exporter() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


def told_by(span: ReadableSpan) -> str:
    """All that a span says of its call; what it says of the process is the same for all."""
    events = [(event.name, dict(event.attributes or {})) for event in span.events]
    return str((span.name, dict(span.attributes or {}), events, span.status.description))


def without_chance(output: str) -> str:
    """Without clocks, durations, hashes and ids of traces: they hold any three digits now and then."""
    return re.sub(r"\b(?:0x)?[0-9a-f]{16,32}\b|\d{4}-\d\d-\d\dT[\d:.]+Z?|\d+\.\d+|\.py:\d+", "", output)
