"""The MCP door through the official SDK's client: each transport, each era."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ResourceTemplateReference,
    TextContent,
)
from mcp_types import Tool as McpTool
from opentelemetry import context as otel
from opentelemetry.propagate import extract

from hostaway_mcp.errors import UnreachableError
from hostaway_mcp.server.boundary import CORRELATION_ID_KEY, ERROR_KEY
from hostaway_mcp.server.identity import Context
from hostaway_mcp.server.offer import Offer, OfferedTool
from hostaway_mcp.server.server import LIST_TTL_MS, build_server
from tests.server.conftest import ERAS, connected
from tests.server.stand import TOOLS, WAIT_SECONDS, Stand, stand

Line = tuple[str, str]

LISTING = ResourceTemplateReference(uri="hostaway://listing/{listing}")
ARGUMENTS: dict[str, dict[str, Any]] = {
    "echo_words": {"text": "hello"},
    "refuse": {"kind": "busy"},
    "get_listing": {"listing": 40160},
}
"""What a tool needs to be called; the others need nothing."""


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


async def test_list_describes_every_tool_in_catalogue_order(line: Line, held: Stand) -> None:
    """Name, title, annotations and both schemas reach the client as the record has them."""
    async with connected(*line, held) as client:
        listed = (await client.list_tools()).tools
    assert [tool.name for tool in listed] == [tool.name for tool in TOOLS]
    for told, tool in zip(listed, TOOLS, strict=True):
        assert told.title == tool.title
        assert told.description == tool.description
        assert told.input_schema == tool.input_schema
        assert told.output_schema == tool.output_schema
        assert told.annotations is not None
        assert told.annotations.read_only_hint is True
        assert told.annotations.destructive_hint is False
        assert told.annotations.idempotent_hint is True
        assert told.annotations.open_world_hint is True


async def test_every_listed_tool_can_be_called(line: Line, held: Stand) -> None:
    """D5 of the peer study: six of seven advertised tools were unknown to their own dispatcher."""
    held.desk.gate.set()
    async with connected(*line, held) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        # The gate first, so that the tool that waits for it ends.
        for name in sorted(names, key=lambda name: name != "open_gate"):
            result = await client.call_tool(name, ARGUMENTS.get(name, {}))
            assert result.is_error is (name == "refuse")


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_schemas_are_valid(tool: Any) -> None:
    """D5 of the peer study: two of seven schemas were no JSON Schema."""
    Draft202012Validator.check_schema(tool.input_schema)
    Draft202012Validator.check_schema(tool.output_schema)
    assert tool.input_schema["type"] == tool.output_schema["type"] == "object"


async def test_answer_comes_as_text_and_structure(line: Line, held: Stand) -> None:
    """The text is the tool's own, the structure the whole answer, the id stands in `_meta`."""
    async with connected(*line, held) as client:
        result = await client.call_tool("echo_words", {"text": "grüße", "listing": ["Anna", 7], "limit": 3})
    assert not result.is_error
    assert text_of(result).startswith("grüße\n")
    assert result.structured_content["said"] == "grüße"
    assert result.structured_content["complete"] is True
    assert result.structured_content["asked"]["listing"] == ["Anna", 7]
    assert result.meta is not None
    assert result.meta[CORRELATION_ID_KEY] == result.structured_content["correlation_id"]


@pytest.mark.parametrize(
    ("tool", "arguments", "said", "code"),
    [
        ("echo_words", {"text": "a", "limit": 500}, "`limit` must be at most 100", "invalid_input"),
        ("echo_words", {}, "echo_words needs `text`", "invalid_input"),
        ("echo_words", {"text": "a", "txt": 1}, "has no parameter `txt`", "invalid_input"),
        ("echo_words", {"text": ["a"]}, "`text` must be a text", "invalid_input"),
        ("refuse", {"kind": "ambiguous"}, "Two listings are called Anna.", "ambiguous"),
        ("refuse", {"kind": "unknown"}, "Did you mean Anna?", "not_found"),
        ("refuse", {"kind": "busy"}, "retry_after_seconds=11.2", "rate_limited"),
        ("refuse", {"kind": "credentials"}, "move=operator", "credentials"),
        ("refuse", {"kind": "defect"}, "Something broke inside hostaway-mcp.", "internal"),
    ],
)
@pytest.mark.parametrize("era", ERAS)
async def test_refusal_is_a_result_that_a_model_can_act_on(
    era: str, held: Stand, tool: str, arguments: dict[str, Any], said: str, code: str
) -> None:
    """Wrong input and failures are results with `isError`, a sentence and facts; never a traceback."""
    async with connected("memory", era, held) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert said in text_of(result)
    assert f"code={code}" in text_of(result)
    assert result.structured_content is None
    assert result.meta is not None
    assert result.meta[ERROR_KEY]["code"] == code
    assert "4711" not in result.model_dump_json()
    assert "Traceback" not in result.model_dump_json()


async def test_refusal_stays_below_two_kilobytes(line: Line, held: Stand) -> None:
    """However long the sentence, its letters and its choices are."""
    async with connected(*line, held) as client:
        result = await client.call_tool("refuse", {"kind": "long"})
    assert result.is_error
    content = text_of(result) + json.dumps((result.meta or {})[ERROR_KEY], ensure_ascii=False)
    assert len(content.encode()) <= 2_000


async def test_unknown_tool_is_a_protocol_error_with_the_nearest_name(line: Line, held: Stand) -> None:
    """Source: MCP specification, tools, "Error handling": unknown tools are -32602."""
    async with connected(*line, held) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("echo_word", {})
        assert (await client.call_tool("recall")).is_error is False
    assert caught.value.code == INVALID_PARAMS
    assert "Did you mean echo_words?" in caught.value.message
    if line[0] != "stdio":
        assert [record.tool for record in held.audit.records] == ["unknown", "recall"]


async def test_long_call_reports_rising_progress(line: Line, held: Stand) -> None:
    """The protocol demands that progress only goes forward; what goes back is not told."""
    seen: list[tuple[float, float | None, str | None]] = []
    told = asyncio.Event()

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total, message))
        if len(seen) == 3:
            told.set()

    async with connected(*line, held) as client:
        call = asyncio.ensure_future(client.call_tool("take_long", progress_callback=on_progress))
        async with asyncio.timeout(WAIT_SECONDS):
            await told.wait()
        await client.call_tool("open_gate")
        assert not (await call).is_error
    assert seen == [(1, 3, "step 1"), (2, 3, "step 2"), (3, 3, "step 3")]


async def test_cancelled_call_stops_the_tool(line: Line, held: Stand) -> None:
    """A client that gives up ends the work, and the connection goes on."""
    told = asyncio.Event()

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.set()

    async with connected(*line, held) as client:
        call = asyncio.ensure_future(client.call_tool("take_long", progress_callback=on_progress))
        async with asyncio.timeout(WAIT_SECONDS):
            await told.wait()
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
            log: list[str] = []
            while "cancelled" not in log:
                log = (await client.call_tool("recall")).structured_content["log"]
    if line[0] != "stdio":
        assert [r.outcome for r in held.audit.records if r.tool == "take_long"] == ["cancelled"]


async def test_completion_of_listing(line: Line, held: Stand) -> None:
    """At most 100 names, and how many there are; other arguments have none."""
    async with connected(*line, held) as client:
        many = await client.complete(LISTING, {"name": "listing", "value": "beach"})
        one = await client.complete(LISTING, {"name": "listing", "value": "Beach House 150"})
        other = await client.complete(LISTING, {"name": "guest", "value": "A"})
    assert len(many.completion.values) == 100
    assert (many.completion.total, many.completion.has_more) == (150, True)
    assert one.completion.values == ["Beach House 150"]
    assert other.completion.values == []


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (UnreachableError("Hostaway could not be reached."), "Hostaway could not be reached."),
        (RuntimeError("a guest's words: 4711"), "Something broke inside hostaway-mcp"),
    ],
)
async def test_failed_completion_says_no_more_than_it_may(
    era: str, held: Stand, failure: Exception, said: str
) -> None:
    """The SDK would send the words of an unexpected error to clients of the handshake era."""
    held.desk.failure = failure
    async with connected("memory", era, held) as client:
        with pytest.raises(MCPError) as caught:
            await client.complete(LISTING, {"name": "listing", "value": "b"})
    assert said in caught.value.message
    assert "4711" not in str(caught.value)


async def test_listing_is_a_resource(line: Line, held: Stand) -> None:
    """The template reads what get_listing answers; a URI of no template is refused."""
    async with connected(*line, held) as client:
        templates = (await client.list_resource_templates()).resource_templates
        assert [template.uri_template for template in templates] == [
            "hostaway://listing/{listing}",
            "hostaway://dictionary/{name}",
        ]
        documents = [str(one.uri) for one in (await client.list_resources()).resources]
        assert documents == ["hostaway://glossary", "hostaway://cannot", "hostaway://policy"]
        (content,) = (await client.read_resource("hostaway://listing/Beach%20House")).contents
        assert json.loads(content.text)["said"] == "listing Beach House"  # type: ignore[union-attr]
        for wrong in ("hostaway://listing/", "hostaway://guest/1", "hostaway://listing/nowhere"):
            with pytest.raises(MCPError) as caught:
                await client.read_resource(wrong)
            assert caught.value.code == INVALID_PARAMS


async def test_no_resource_without_its_tool() -> None:
    """A template that nothing could read is not offered."""
    async with connected("memory", "2026-07-28", stand(tools=TOOLS[:1])) as client:
        (template,) = (await client.list_resource_templates()).resource_templates
        assert template.name == "dictionary"


async def test_list_may_be_cached_privately(held: Stand) -> None:
    """`ttlMs` and `cacheScope` on the list; it may depend on who asks, so it is never shared."""
    async with connected("memory", "2026-07-28", held) as client:
        listed = await client.list_tools()
    assert (listed.ttl_ms, listed.cache_scope) == (LIST_TTL_MS, "private")


async def test_cursor_for_the_list_is_refused(held: Stand) -> None:
    """The list is one page."""
    async with connected("memory", "2026-07-28", held) as client:
        with pytest.raises(MCPError) as caught:
            await client.list_tools(cursor="x")
    assert caught.value.code == INVALID_PARAMS


async def test_server_says_who_it_is(line: Line, held: Stand) -> None:
    """Name, title, version and instructions, in both eras."""
    async with connected(*line, held, **({"mode": "auto"} if line[1] == "2026-07-28" else {})) as client:
        assert client.server_info is not None
        assert client.server_info.name == "hostaway-mcp"
        assert client.server_info.title == "Hostaway"
        assert client.server_info.version
        assert client.instructions is not None
        assert "complete: false" in client.instructions


async def _says_nothing(_context: Context, _params: CallToolRequestParams) -> CallToolResult:
    return CallToolResult(content=[])


def test_modern_calls_do_not_list_all_tools(held: Stand) -> None:
    """Without this hook the SDK runs tools/list at every call. Source: python-sdk issue 3565."""
    schema = {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}}
    named = OfferedTool(McpTool(name="named", description="", input_schema=schema), _says_nothing)
    lookup = build_server(held.app, Offer(tools=(named,))).get_tool_input_schema
    assert lookup is not None
    assert lookup("named") == schema
    # Nothing in it names a header, and the SDK would walk through it at every call to see that.
    assert lookup("echo_words") is None
    assert lookup("nothing") is None


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("way", ["memory", "http"])
async def test_audit_knows_caller_and_door(way: str, era: str, held: Stand) -> None:
    """The client's name stands in the audit, and the door it came through."""
    async with connected(way, era, held) as client:
        await client.call_tool("recall")
    (record,) = held.audit.records
    assert record.caller == "test-client 1.0"
    assert record.door == ("http" if way == "http" else "stdio")


@pytest.mark.parametrize("way", ["memory", "http"])
async def test_traceparent_becomes_the_correlation_id(way: str, held: Stand) -> None:
    """The trace id of `_meta` is the id in the audit and in the answer."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    meta: Any = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    # A client that records spans sends its own; then ours is of the same trace.
    within = otel.attach(extract(meta))
    try:
        async with connected(way, "2026-07-28", held) as client:
            result = await client.call_tool("recall", meta=meta)
    finally:
        otel.detach(within)
    assert result.meta is not None
    assert result.meta[CORRELATION_ID_KEY] == trace
    assert held.audit.records[0].correlation_id == trace


async def test_token_and_secret_are_in_nothing_that_is_sent(held: Stand) -> None:
    """D2 of the peer study: a tool returned the owner's Hostaway token."""
    token = await held.app.hostaway.transport.renew_token()
    assert token.expires_at
    held.desk.gate.set()
    async with connected("memory", "2026-07-28", held) as client:
        said = [(await client.list_tools()).model_dump_json()]
        said += [
            (await client.call_tool(tool.name, ARGUMENTS.get(tool.name, {}))).model_dump_json()
            for tool in TOOLS
        ]
    assert "stand-in" not in "".join(said)
