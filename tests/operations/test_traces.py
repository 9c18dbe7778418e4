"""Traces as a collector gets them: which spans, in which trace, and nothing of anybody's words."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from hostaway_mcp import calls
from hostaway_mcp.calls import Call
from hostaway_mcp.errors import SettingsError
from hostaway_mcp.settings import Settings, Traces
from hostaway_mcp.telemetry.export import traces_exported
from hostaway_mcp.telemetry.spans import ATTRIBUTES, CleanExporter, CorrelatedIds
from tests.operations.collector import collector
from tests.operations.load import Client, Question, get, mcp_call
from tests.operations.server import server
from tests.telemetry.canaries import CANARIES

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
KEY = "collector-key-5x1q8w"


def with_parent(question: Question) -> Question:
    """The same question from somebody who traces."""
    traceparent = ("Traceparent", f"00-{TRACE}-{PARENT}-01")
    return Question(question.method, question.path, question.body, (*question.headers, traceparent))


async def test_a_collector_gets_each_call_and_what_it_asked_of_hostaway(tmp_path: Path) -> None:
    """The trace is the caller's where one is named, else it has the correlation id for its own."""
    with collector() as there:
        variables = {
            "HOSTAWAY_MCP_TRACES": "otlp",
            "OTEL_EXPORTER_OTLP_ENDPOINT": there.address,
            "OTEL_EXPORTER_OTLP_HEADERS": f"x-key={KEY}",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
        }
        async with server(tmp_path, variables) as running:
            client = Client(running.host, running.port, named=False)
            async with client.connected():
                for question in (with_parent(get("/api/v1/check_connection")), mcp_call("check_connection")):
                    assert (await client.ask(question)).done
            running.tell(signal.SIGTERM)
            code, _ = await running.gone()
    assert (code, running.strays) == (0, [])
    assert there.resource["service.name"] == "hostaway-mcp"
    assert there.resource["deployment.environment.name"] == "test"
    assert there.headers["x-key"] == KEY

    given, own = (line["correlation_id"] for line in running.logged("tool_called"))
    first, second = there.named("tool check_connection")
    assert given == TRACE
    assert (first.trace_id, first.parent_id) == (TRACE, PARENT)
    assert first.attributes["hostaway.correlation_id"] == TRACE
    assert second.trace_id == own
    (mcp,) = there.named("tools/call")
    assert second.parent_id == mcp.span_id
    asked = there.named("listListings")
    assert {span.parent_id for span in asked} == {first.span_id, second.span_id}
    assert {name for span in there.spans for name in span.attributes} <= ATTRIBUTES
    lines = [line for line in running.logged("upstream_call") if line["operation"] == "listListings"]
    assert {(line["trace_id"], line["span_id"]) for line in lines} == {
        (span.trace_id, span.span_id) for span in asked
    }


async def test_a_collector_that_is_away_keeps_nobody(tmp_path: Path) -> None:
    """Calls are answered, and the process ends as it would without."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        variables = {"HOSTAWAY_MCP_TRACES": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": address}
        async with server(tmp_path, variables) as running:
            client = Client(running.host, running.port)
            async with client.connected():
                assert (await client.ask(get("/api/v1/check_connection"))).done
            running.tell(signal.SIGTERM)
            code, out = await running.gone()
    assert (code, out, running.strays) == (0, b"", [])


async def test_without_the_setting_nothing_is_sent(tmp_path: Path) -> None:
    """OpenTelemetry's own variables alone do not switch it on."""
    with collector() as there:
        async with server(tmp_path, {"OTEL_EXPORTER_OTLP_ENDPOINT": there.address}) as running:
            client = Client(running.host, running.port)
            async with client.connected():
                assert (await client.ask(get("/api/v1/check_connection"))).done
            running.tell(signal.SIGTERM)
            await running.gone()
    assert there.received == b""


def test_without_the_packages_it_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which also says how to mend it."""
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    settings = Settings(_env_file=None, hostaway_mcp_traces=Traces.OTLP)
    with pytest.raises(SettingsError) as caught, traces_exported(settings):
        raise AssertionError("served all the same")
    assert "Install hostaway-mcp[otel]" in caught.value.sentence


def sing(provider: TracerProvider, text: str) -> None:
    """Says it in every way in which something can be traced, by ourselves and by others."""
    attributes = dict.fromkeys((*ATTRIBUTES, "gen_ai.tool.name", "url.full"), text)
    foreign, ours = provider.get_tracer("mcp-python-sdk"), provider.get_tracer("hostaway_mcp")
    with (
        foreign.start_as_current_span(f"tools/call {text}", attributes=attributes),
        foreign.start_as_current_span(text, kind=SpanKind.SERVER),
        ours.start_as_current_span("tool find", attributes=attributes) as span,
    ):
        span.add_event(text, {"said": text})
        span.set_status(StatusCode.ERROR, text)
        raise ValueError(text)


def test_no_canary_leaves_in_a_span() -> None:
    """Whoever made the span, and wherever in it the words stand."""
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(CleanExporter(kept)))
    loud = []
    for canary in CANARIES:
        with pytest.raises(ValueError, match=r"."):
            sing(provider, canary.text)
        spans = kept.get_finished_spans()
        assert {span.name for span in spans} == {"tools/call", "tool find", "other"}
        assert {name for span in spans for name in span.attributes or {}} == ATTRIBUTES
        assert not any(span.events or span.links or span.status.description for span in spans)
        if any(canary.sings_in(str(dict(span.attributes or {}))) for span in spans):
            loud.append(canary.shape)
        kept.clear()
    provider.shutdown()
    assert loud == []


@pytest.mark.parametrize(
    ("correlation_id", "taken"),
    [(TRACE, True), ("0" * 32, False), (TRACE.upper(), False), ("request-17", False), ("", False)],
)
def test_a_correlation_id_that_cannot_be_a_trace_id_is_none(correlation_id: str, taken: bool) -> None:
    """Then the trace has an id of its own, and the span names the other."""
    with calls.answering(Call(correlation_id)):
        ids = {f"{CorrelatedIds().generate_trace_id():032x}" for _ in range(3)}
    assert (ids == {correlation_id}) if taken else (len(ids) == 3)
