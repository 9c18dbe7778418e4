"""The tools that the conformance suite calls: some of the catalogue's kind, some that speak themselves."""

from __future__ import annotations

import asyncio
import base64
import struct
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mcp.server.subscriptions import PromptsListChanged, ToolsListChanged
from mcp.shared.exceptions import MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    CallToolRequestParams,
    CallToolResult,
    ClientCapabilities,
    ContentBlock,
    ElicitationCapability,
    EmbeddedResource,
    ImageContent,
    SamplingCapability,
    SamplingMessage,
    TextContent,
    TextResourceContents,
)
from mcp_types import Tool as McpTool

from hostaway_mcp import calls
from hostaway_mcp.errors import InputError
from hostaway_mcp.server.identity import Context
from hostaway_mcp.server.offer import Call, OfferedTool
from hostaway_mcp.server.subscriptions import Subscriptions
from hostaway_mcp.services.answers import Answer
from hostaway_mcp.services.services import Services
from hostaway_mcp.tools.catalogue import Question, Tool, Toolset, tool

AS_OF = datetime(2026, 7, 28, tzinfo=UTC)
PAUSE_SECONDS = 0.05
"""What the suite's descriptions ask for between two notifications."""


class Nothing(Question):
    """No parameters."""


class Said(Answer):
    said: str


def _said(answer: Said) -> str:
    return answer.said


@tool(title="Simple text", toolset=Toolset.CORE, text=_said)
async def test_simple_text(services: Services, question: Nothing) -> Said:
    """Says one sentence."""
    return Said(as_of=AS_OF, said="This is a simple text response for testing.")


@tool(title="Error", toolset=Toolset.CORE, text=_said)
async def test_error_handling(services: Services, question: Nothing) -> Said:
    """Always refuses."""
    raise InputError("This tool intentionally returns an error for testing.")


@tool(title="Progress", toolset=Toolset.CORE, text=_said)
async def test_tool_with_progress(services: Services, question: Nothing) -> Said:
    """Reports progress three times."""
    call = calls.current()
    assert call is not None
    for done in (0, 50, 100):
        if call.progress:
            await call.progress(done, 100, f"{done} of 100")
        await asyncio.sleep(PAUSE_SECONDS)
    return Said(as_of=AS_OF, said="Done.")


CATALOGUE: tuple[Tool, ...] = (test_simple_text, test_error_handling, test_tool_with_progress)


def _png() -> bytes:
    """One red pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def _wav() -> bytes:
    """A moment of silence: mono, 8 kHz, 8 bits."""
    silence = b"\x80" * 8
    form = struct.pack("<HHIIHH", 1, 1, 8_000, 8_000, 1, 8)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", 8) + silence
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


PNG = base64.b64encode(_png()).decode()
WAV = base64.b64encode(_wav()).decode()


def text(words: str) -> TextContent:
    """A block of text."""
    return TextContent(type="text", text=words)


def image() -> ImageContent:
    """A block with a picture."""
    return ImageContent(type="image", data=PNG, mime_type="image/png")


def embedded(uri: str, words: str, *, mime_type: str = "text/plain") -> EmbeddedResource:
    """A block that holds a resource."""
    contents = TextResourceContents(uri=uri, mime_type=mime_type, text=words)
    return EmbeddedResource(type="resource", resource=contents)


def offered(name: str, call: Call, *, about: str, properties: Mapping[str, Any] | None = None) -> OfferedTool:
    """The record of a tool all of whose parameters are required."""
    schema: dict[str, Any] = {"type": "object", "properties": dict(properties or {})}
    if properties:
        schema["required"] = list(properties)
    return OfferedTool(McpTool(name=name, description=about, input_schema=schema), call)


def _blocks(name: str, about: str, *blocks: ContentBlock) -> OfferedTool:
    async def call(_context: Context, _params: CallToolRequestParams) -> CallToolResult:
        return CallToolResult(content=list(blocks))

    return offered(name, call, about=about)


BLOCKS = (
    _blocks("test_image_content", "Answers with an image.", image()),
    _blocks(
        "test_audio_content",
        "Answers with a sound.",
        AudioContent(type="audio", data=WAV, mime_type="audio/wav"),
    ),
    _blocks(
        "test_embedded_resource",
        "Answers with an embedded resource.",
        embedded("test://embedded-resource", "This is an embedded resource content."),
    ),
    _blocks(
        "test_multiple_content_types",
        "Answers with three kinds of content.",
        text("Multiple content types test:"),
        image(),
        embedded(
            "test://mixed-content-resource", '{"test":"data","value":123}', mime_type="application/json"
        ),
    ),
)


async def _log(context: Context, _params: CallToolRequestParams) -> CallToolResult:
    for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await context.session.send_log_message("info", words, related_request_id=context.request_id)
        await asyncio.sleep(PAUSE_SECONDS)
    return CallToolResult(content=[text("Three log messages were sent to whoever asked for them.")])


LOGS = (
    offered("test_tool_with_logging", _log, about="Sends three log messages."),
    offered("test_logging_tool", _log, about="Sends three log messages, if the request wants any."),
)


async def _sample(context: Context, params: CallToolRequestParams) -> CallToolResult:
    if not context.session.check_client_capability(ClientCapabilities(sampling=SamplingCapability())):
        return CallToolResult(content=[text("The client cannot sample.")], is_error=True)
    prompt = SamplingMessage(role="user", content=text((params.arguments or {})["prompt"]))
    result = await context.session.create_message(
        [prompt], max_tokens=100, related_request_id=context.request_id
    )
    words = result.content.text if isinstance(result.content, TextContent) else result.content.type
    return CallToolResult(content=[text(f"LLM response: {words}")])


def _elicits(name: str, about: str, form: Mapping[str, Any], *, message: str | None = None) -> OfferedTool:
    async def call(context: Context, params: CallToolRequestParams) -> CallToolResult:
        capability = ClientCapabilities(elicitation=ElicitationCapability())
        if not context.session.check_client_capability(capability):
            return CallToolResult(content=[text("The client cannot ask its user.")], is_error=True)
        question = message or (params.arguments or {})["message"]
        result = await context.session.elicit_form(
            question, {"type": "object", **form}, related_request_id=context.request_id
        )
        words = f"Elicitation completed: action={result.action}, content={result.content}"
        return CallToolResult(content=[text(words)])

    return offered(name, call, about=about, properties=None if message else {"message": {"type": "string"}})


def _titled(word: str, *choices: str) -> list[dict[str, str]]:
    return [{"const": f"{word}{n}", "title": title} for n, title in enumerate(choices, 1)]


_OPTIONS = ["option1", "option2", "option3"]

ASKS_ON_THE_SESSION = (
    offered(
        "test_sampling", _sample, about="Lets the client's model answer.",
        properties={"prompt": {"type": "string"}},
    ),
    _elicits(
        "test_elicitation",
        "Asks the user two things.",
        {
            "properties": {
                "username": {"type": "string", "description": "User's response"},
                "email": {"type": "string", "description": "User's email address"},
            },
            "required": ["username", "email"],
        },
    ),
    _elicits(
        "test_elicitation_sep1034_defaults",
        "Asks with defaults of every primitive type.",
        {
            "properties": {
                "name": {"type": "string", "default": "John Doe"},
                "age": {"type": "integer", "default": 30},
                "score": {"type": "number", "default": 95.5},
                "status": {
                    "type": "string", "enum": ["active", "inactive", "pending"], "default": "active",
                },
                "verified": {"type": "boolean", "default": True},
            }
        },
        message="Are these right?",
    ),
    _elicits(
        "test_elicitation_sep1330_enums",
        "Asks with every kind of choice.",
        {
            "properties": {
                "untitledSingle": {"type": "string", "enum": _OPTIONS},
                "titledSingle": {
                    "type": "string",
                    "oneOf": _titled("value", "First Option", "Second Option", "Third Option"),
                },
                "legacyEnum": {
                    "type": "string",
                    "enum": ["opt1", "opt2", "opt3"],
                    "enumNames": ["Option One", "Option Two", "Option Three"],
                },
                "untitledMulti": {"type": "array", "items": {"type": "string", "enum": _OPTIONS}},
                "titledMulti": {
                    "type": "array",
                    "items": {"anyOf": _titled("value", "First Choice", "Second Choice", "Third Choice")},
                },
            }
        },
        message="Which ones?",
    ),
)  # fmt: skip


async def _needs_sampling(context: Context, _params: CallToolRequestParams) -> CallToolResult:
    needed = ClientCapabilities(sampling=SamplingCapability())
    if not context.session.check_client_capability(needed):
        raise MCPError(
            MISSING_REQUIRED_CLIENT_CAPABILITY,
            "This tool needs a client that can sample.",
            {"requiredCapabilities": needed.model_dump(exclude_none=True, by_alias=True)},
        )
    return CallToolResult(content=[text("The client can sample.")])


NEEDS_SAMPLING = offered("test_missing_capability", _needs_sampling, about="Needs a client that can sample.")


def changes(subscriptions: Subscriptions) -> tuple[OfferedTool, ...]:
    """The tools that say that a list has changed."""

    async def change_tools(_context: Context, _params: CallToolRequestParams) -> CallToolResult:
        await subscriptions.publish(ToolsListChanged())
        return CallToolResult(content=[text("Whoever listens was told.")])

    async def change_prompts(_context: Context, _params: CallToolRequestParams) -> CallToolResult:
        await subscriptions.publish(PromptsListChanged())
        return CallToolResult(content=[text("Whoever listens was told.")])

    return (
        offered("test_trigger_tool_change", change_tools, about="Says that the tools have changed."),
        offered("test_trigger_prompt_change", change_prompts, about="Says that the prompts have changed."),
    )
