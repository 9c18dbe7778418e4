"""What the conformance suite asks for that answers with a question, in rounds (2026-07-28)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ClientCapabilities,
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitationCapability,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    GetPromptRequestParams,
    GetPromptResult,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    Prompt,
    PromptMessage,
    RootsCapability,
    SamplingCapability,
    SamplingMessage,
)

from hostaway_mcp.server.identity import Context
from hostaway_mcp.server.offer import OfferedPrompt, OfferedTool
from tests.conformance.fixture_tools import offered, text

STATE = "asked"


def _ask_user(message: str, field: str, kind: str = "string") -> ElicitRequest:
    form = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=form))


def _ask_model(words: str, *, max_tokens: int) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=text(words))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=max_tokens))


def _required(requests: Mapping[str, InputRequest], state: str | None = None) -> InputRequiredResult:
    return InputRequiredResult(input_requests=dict(requests), request_state=state)


def _answered(params: CallToolRequestParams | GetPromptRequestParams, keys: Mapping[str, Any]) -> bool:
    return all(key in (params.input_responses or {}) for key in keys)


def _asks_once(
    name: str, about: str, requests: Mapping[str, InputRequest], *, state: str | None = None
) -> OfferedTool:
    """A tool that asks until all its questions are answered; other answers are left alone."""

    async def call(_context: Context, params: CallToolRequestParams) -> CallToolResult | InputRequiredResult:
        if not _answered(params, requests):
            return _required(requests, state)
        if params.request_state != state:
            raise MCPError(INVALID_PARAMS, "The state of the round before is missing.")
        said = {key: (params.input_responses or {})[key] for key in requests}
        words = ", ".join(f"{key}: {answer.model_dump(exclude_none=True)}" for key, answer in said.items())
        return CallToolResult(content=[text(f"state-ok {words}" if state else words)])

    return offered(name, call, about=about)


async def _two_rounds(
    _context: Context, params: CallToolRequestParams
) -> CallToolResult | InputRequiredResult:
    if params.request_state == "second" and _answered(params, {"step2": None}):
        return CallToolResult(content=[text("Both steps are answered.")])
    if params.request_state == "first" and _answered(params, {"step1": None}):
        return _required({"step2": _ask_user("Step 2: What is your favorite color?", "color")}, "second")
    return _required({"step1": _ask_user("Step 1: What is your name?", "name")}, "first")


async def _what_the_client_can(
    context: Context, params: CallToolRequestParams
) -> CallToolResult | InputRequiredResult:
    able = context.session.check_client_capability
    requests: dict[str, InputRequest] = {}
    if able(ClientCapabilities(elicitation=ElicitationCapability())):
        requests["user_name"] = _ask_user("What is your name?", "name")
    if able(ClientCapabilities(sampling=SamplingCapability())):
        requests["greeting"] = _ask_model("Generate a greeting", max_tokens=50)
    if able(ClientCapabilities(roots=RootsCapability())):
        requests["client_roots"] = ListRootsRequest()
    if requests and not _answered(params, requests):
        return _required(requests)
    return CallToolResult(content=[text("There is nothing left to ask.")])


async def _streams_then_asks(
    context: Context, params: CallToolRequestParams
) -> CallToolResult | InputRequiredResult:
    requests = {"user_name": _ask_user("What is your name?", "name")}
    await context.session.report_progress(1, 2, "about to ask")
    if not _answered(params, requests):
        return _required(requests)
    return CallToolResult(content=[text("Answered.")])


ROUNDS = (
    _asks_once(
        "test_input_required_result_elicitation",
        "Asks the user for a name.",
        {"user_name": _ask_user("What is your name?", "name")},
    ),
    _asks_once(
        "test_input_required_result_sampling",
        "Asks the client's model for a capital.",
        {"capital_question": _ask_model("What is the capital of France?", max_tokens=100)},
    ),
    _asks_once(
        "test_input_required_result_list_roots",
        "Asks for the client's roots.",
        {"client_roots": ListRootsRequest()},
    ),
    _asks_once(
        "test_input_required_result_request_state",
        "Asks for a confirmation, with state.",
        {"confirm": _ask_user("Please confirm", "ok", "boolean")},
        state=STATE,
    ),
    _asks_once(
        "test_input_required_result_multiple_inputs",
        "Asks three things at once, with state.",
        {
            "user_name": _ask_user("What is your name?", "name"),
            "greeting": _ask_model("Generate a greeting", max_tokens=50),
            "client_roots": ListRootsRequest(),
        },
        state=STATE,
    ),
    _asks_once(
        "test_input_required_result_tampered_state",
        "Asks for a confirmation; its state must come back unchanged.",
        {"confirm": _ask_user("Please confirm", "ok", "boolean")},
        state=STATE,
    ),
    offered("test_input_required_result_multi_round", _two_rounds, about="Asks twice, one after the other."),
    offered(
        "test_input_required_result_capabilities",
        _what_the_client_can,
        about="Asks only what the client can answer.",
    ),
    offered("test_streaming_elicitation", _streams_then_asks, about="Reports progress, then asks."),
)


async def _prompt(
    _context: ServerRequestContext[dict[str, Any], Any], params: GetPromptRequestParams
) -> GetPromptResult | InputRequiredResult:
    answer = (params.input_responses or {}).get("user_context")
    if not isinstance(answer, ElicitResult):
        return _required({"user_context": _ask_user("What context should the prompt use?", "context")})
    words = (answer.content or {}).get("context", "none")
    return GetPromptResult(messages=[PromptMessage(role="user", content=text(f"Context: {words}"))])


PROMPT = OfferedPrompt(
    Prompt(name="test_input_required_result_prompt", description="Asks for its context first."), _prompt
)
