"""
Sends OpenTelemetry's traces to a collector, where HOSTAWAY_MCP_TRACES says so.

Which collector, its headers, sampling and batching are set with OpenTelemetry's own variables
(OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, …), which its SDK reads by itself. Switched off, not even
the SDK is imported, and every span costs next to nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from opentelemetry import trace

from hostaway_mcp.errors import SettingsError
from hostaway_mcp.settings import Settings, Traces

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

FLUSH_SECONDS = 1.0
"""What the last spans get to leave at the end; a collector that is away must not keep the process."""


@contextmanager
def traces_exported(settings: Settings) -> Iterator[None]:
    """
    While the block lasts, spans go to the collector; at its end the last ones are sent.

    Raises:
        SettingsError: traces are wanted, but OpenTelemetry's packages are not installed.
    """
    if settings.hostaway_mcp_traces is Traces.OFF:
        yield
        return
    provider = _provider()
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        _end(provider)


def _provider() -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from hostaway_mcp.telemetry.spans import CleanExporter, CorrelatedIds
    except ImportError:
        raise SettingsError(
            "HOSTAWAY_MCP_TRACES is otlp, but OpenTelemetry's exporter is not installed.",
            hint="Install hostaway-mcp[otel], or set it to off.",
        ) from None
    about = {"service.name": "hostaway-mcp", "service.version": version("hostaway-mcp")}
    provider = TracerProvider(
        resource=Resource.create(about), id_generator=CorrelatedIds(), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(CleanExporter(OTLPSpanExporter())))
    return provider


def _end(provider: TracerProvider) -> None:
    # The SDK's own time limits for this are longer than the whole way down may take.
    ending = threading.Thread(target=provider.shutdown, name="traces-end", daemon=True)
    ending.start()
    ending.join(FLUSH_SECONDS)
