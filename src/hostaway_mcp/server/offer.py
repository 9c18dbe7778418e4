"""What a server offers besides the catalogue's tools: records, which `build_server` turns into handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    GetPromptRequestParams,
    GetPromptResult,
    InputRequiredResult,
    Prompt,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    Tool,
)

from hostaway_mcp.server.identity import Context

if TYPE_CHECKING:
    from mcp.server.request_state import RequestStateSecurity

    from hostaway_mcp.server.subscriptions import Subscriptions

Call = Callable[[Context, CallToolRequestParams], Awaitable[CallToolResult | InputRequiredResult]]
Get = Callable[[Context, GetPromptRequestParams], Awaitable[GetPromptResult | InputRequiredResult]]
Read = Callable[
    [Context, ReadResourceRequestParams, Mapping[str, str]],
    Awaitable[ReadResourceResult | InputRequiredResult],
]
"""Reads a resource; the mapping holds the variables of a template, decoded, and is empty for a resource."""


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """
    A tool that speaks the protocol itself: it answers in blocks (images, links) or asks back.

    What answers in figures and words belongs into the catalogue, where every door finds it. Nothing is
    audited or counted here, and no deadline is kept.
    """

    card: Tool
    call: Call


@dataclass(frozen=True, slots=True)
class OfferedPrompt:
    """A prompt that a person may pick."""

    card: Prompt
    get: Get


@dataclass(frozen=True, slots=True)
class OfferedResource:
    """A resource of a fixed URI."""

    card: Resource
    read: Read


@dataclass(frozen=True, slots=True)
class OfferedTemplate:
    """Resources whose URIs differ in `{variables}`, each of which stands for one segment of the path."""

    card: ResourceTemplate
    read: Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    Everything besides the catalogue; lists are listed in the order given here.

    This is the one place to add to the server. Methods of the protocol that no record covers may be added
    to the `Server` that `build_server` returns, with its `add_request_handler`.
    """

    tools: tuple[OfferedTool, ...] = ()
    prompts: tuple[OfferedPrompt, ...] = ()
    resources: tuple[OfferedResource, ...] = ()
    templates: tuple[OfferedTemplate, ...] = ()
    subscriptions: Subscriptions | None = None
    """Through which changes are told, in the place of those of the catalogue's resources."""
    request_state: RequestStateSecurity | None = None
    """How state is sealed that a client carries from one round of questions to the next.

    Whoever gives an `InputRequiredResult` with state must set it. Processes that serve one address need the
    same keys.
    """
