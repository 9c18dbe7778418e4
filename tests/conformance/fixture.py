"""The fixture profile of the conformance suite: what it reads and calls, offered through our own adapter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mcp.server.lowlevel.server import Server
from mcp.server.request_state import RequestStateSecurity
from mcp_types import (
    BlobResourceContents,
    ContentBlock,
    GetPromptRequestParams,
    GetPromptResult,
    Prompt,
    PromptArgument,
    PromptMessage,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from hostaway_mcp.app import App
from hostaway_mcp.server.identity import Context
from hostaway_mcp.server.offer import Offer, OfferedPrompt, OfferedResource, OfferedTemplate
from hostaway_mcp.server.server import build_server
from hostaway_mcp.server.subscriptions import Subscriptions
from tests.conformance import fixture_rounds as rounds
from tests.conformance import fixture_tools as tools
from tests.conformance.fixture_tools import PNG, embedded, image, text


def fixture_server(app: App) -> Server[dict[str, Any]]:
    """
    The server of an app whose tools are `fixture_tools.CATALOGUE`, with everything else that the suite wants.
    """
    return build_server(app, _offer())


def _offer() -> Offer:
    subscriptions = Subscriptions(watchable=WATCHED.__eq__)
    return Offer(
        tools=(
            *tools.BLOCKS,
            *tools.LOGS,
            *tools.ASKS_ON_THE_SESSION,
            tools.NEEDS_SAMPLING,
            *tools.changes(subscriptions),
            *rounds.ROUNDS,
        ),
        prompts=(*PROMPTS, rounds.PROMPT),
        resources=RESOURCES,
        templates=(TEMPLATE,),
        subscriptions=subscriptions,
        request_state=RequestStateSecurity.ephemeral(),
    )


async def _read_text(
    _context: Context, params: ReadResourceRequestParams, _variables: Mapping[str, str]
) -> ReadResourceResult:
    words = "This is the content of the static text resource."
    contents = TextResourceContents(uri=str(params.uri), mime_type="text/plain", text=words)
    return ReadResourceResult(contents=[contents])


async def _read_binary(
    _context: Context, params: ReadResourceRequestParams, _variables: Mapping[str, str]
) -> ReadResourceResult:
    contents = BlobResourceContents(uri=str(params.uri), mime_type="image/png", blob=PNG)
    return ReadResourceResult(contents=[contents])


async def _read_template(
    _context: Context, params: ReadResourceRequestParams, variables: Mapping[str, str]
) -> ReadResourceResult:
    number = variables["id"]
    data = json.dumps({"id": number, "templateTest": True, "data": f"Data for ID: {number}"})
    contents = TextResourceContents(uri=str(params.uri), mime_type="application/json", text=data)
    return ReadResourceResult(contents=[contents])


def _resource(uri: str, name: str, mime_type: str) -> Resource:
    return Resource(uri=uri, name=name, description=f"The suite's {name}.", mime_type=mime_type)


WATCHED = "test://watched-resource"
RESOURCES = (
    OfferedResource(_resource("test://static-text", "static text", "text/plain"), _read_text),
    OfferedResource(_resource("test://static-binary", "static binary", "image/png"), _read_binary),
    OfferedResource(_resource(WATCHED, "watched resource", "text/plain"), _read_text),
)
TEMPLATE = OfferedTemplate(
    ResourceTemplate(
        uri_template="test://template/{id}/data",
        name="template",
        description="The suite's template.",
        mime_type="application/json",
    ),
    _read_template,
)


def _prompt(
    name: str, about: str, *blocks: ContentBlock | str, arguments: tuple[str, ...] = ()
) -> OfferedPrompt:
    """A prompt of these blocks; words are filled in with the arguments."""

    async def get(_context: Context, params: GetPromptRequestParams) -> GetPromptResult:
        given = params.arguments or {}
        filled = [text(block.format(**given)) if isinstance(block, str) else block for block in blocks]
        return GetPromptResult(messages=[PromptMessage(role="user", content=block) for block in filled])

    card = Prompt(
        name=name,
        description=about,
        arguments=[
            PromptArgument(name=argument, description=f"The {argument}.", required=True)
            for argument in arguments
        ],
    )
    return OfferedPrompt(card, get)


async def _with_resource(_context: Context, params: GetPromptRequestParams) -> GetPromptResult:
    resource = embedded((params.arguments or {})["resourceUri"], "Embedded resource content for testing.")
    blocks: list[ContentBlock] = [resource, text("Please process the embedded resource above.")]
    return GetPromptResult(messages=[PromptMessage(role="user", content=block) for block in blocks])


PROMPTS = (
    _prompt("test_simple_prompt", "One sentence.", "This is a simple prompt for testing."),
    _prompt(
        "test_prompt_with_arguments",
        "Says its two arguments.",
        "Prompt with arguments: arg1='{arg1}', arg2='{arg2}'",
        arguments=("arg1", "arg2"),
    ),
    _prompt("test_prompt_with_image", "Shows an image.", image(), "Please analyze the image above."),
    OfferedPrompt(
        Prompt(
            name="test_prompt_with_embedded_resource",
            description="Shows a resource.",
            arguments=[PromptArgument(name="resourceUri", description="The URI to embed.", required=True)],
        ),
        _with_resource,
    ),
)
