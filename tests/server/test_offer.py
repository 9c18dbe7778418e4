"""What is offered besides the catalogue: prompts, resources, questions back and changes, in both eras."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourceUpdated
from mcp_types import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    Completion,
    ElicitResult,
    ImageContent,
    InputRequiredResult,
    PromptReference,
    ResourceUpdatedNotification,
)

from hostaway_mcp.server import subscriptions as subscriptions_module
from hostaway_mcp.server.offer import Offer
from hostaway_mcp.server.server import build_server
from hostaway_mcp.server.subscriptions import RESOURCE_NOT_FOUND, Subscriptions
from tests.conformance.fixture import RESOURCES, fixture_server
from tests.conformance.fixture_tools import CATALOGUE
from tests.server.conftest import ERAS
from tests.server.stand import TOOLS, WAIT_SECONDS, Stand, stand

URI = "test://watched-resource"
RESOURCE_URIS = {str(offered.card.uri) for offered in RESOURCES}

pytestmark = pytest.mark.filterwarnings("ignore:resources/(un)?subscribe is removed")
"""The client warns of what older servers still need."""


@asynccontextmanager
async def fixture(era: str, **options: Any) -> AsyncIterator[Client]:
    """A client of the fixture profile."""
    held = stand(tools=CATALOGUE)
    async with Client(fixture_server(held.app), mode=ERAS[era], **options) as client:
        yield client
    await held.app.aclose()


async def accept(_context: Any, params: Any) -> ElicitResult:
    """A person who answers whatever is asked."""
    named = params.requested_schema["properties"]
    return ElicitResult(action="accept", content={name: f"some {name}" for name in named})


@pytest.mark.parametrize("era", ERAS)
async def test_prompts_are_listed_and_filled_in(era: str) -> None:
    """A missing argument and an unknown name are refused with what would be right."""
    async with fixture(era) as client:
        names = [prompt.name for prompt in (await client.list_prompts()).prompts]
        assert names[:2] == ["test_simple_prompt", "test_prompt_with_arguments"]
        prompt = await client.get_prompt("test_prompt_with_arguments", {"arg1": "a", "arg2": "b"})
        assert prompt.messages[0].content.text == "Prompt with arguments: arg1='a', arg2='b'"  # type: ignore[union-attr]
        for name, arguments, said in (
            ("test_prompt_with_arguments", {"arg1": "a"}, "also needs: arg2."),
            ("nothing", {}, "There is no such prompt; there are: test_simple_prompt,"),
        ):
            with pytest.raises(MCPError, match=said) as caught:
                await client.get_prompt(name, arguments)
            assert caught.value.code == INVALID_PARAMS


@pytest.mark.parametrize("era", ERAS)
async def test_without_prompts_the_list_is_empty(era: str, held: Stand) -> None:
    """Clients ask for prompts whatever a server declares; an error would stand in their logs."""
    async with Client(build_server(held.app), mode=ERAS[era]) as client:
        assert (await client.list_prompts()).prompts == []
        with pytest.raises(MCPError, match="there are none"):
            await client.get_prompt("nothing")


@pytest.mark.parametrize("era", ERAS)
async def test_resources_are_read_by_uri_and_by_template(era: str) -> None:
    """The variable of a template is one segment, decoded; an unknown URI is named in the refusal."""
    async with fixture(era) as client:
        listed = [str(one.uri) for one in (await client.list_resources()).resources]
        assert listed[-len(RESOURCES) :] == [str(one.card.uri) for one in RESOURCES]
        (text,) = (await client.read_resource("test://static-text")).contents
        assert text.mime_type == "text/plain"
        (data,) = (await client.read_resource("test://template/one%2Ftwo/data")).contents
        assert json.loads(data.text)["id"] == "one/two"  # type: ignore[union-attr]
        for unknown in ("test://nowhere", "test://template/one/two/data"):
            with pytest.raises(MCPError) as caught:
                await client.read_resource(unknown)
            assert (caught.value.code, caught.value.data) == (INVALID_PARAMS, {"uri": unknown})


@pytest.mark.parametrize("era", ERAS)
async def test_lists_have_no_cursors(era: str) -> None:
    """Each of them is one page."""
    async with fixture(era) as client:
        for read in (
            client.list_tools, client.list_prompts, client.list_resources, client.list_resource_templates,
        ):  # fmt: skip
            with pytest.raises(MCPError, match="has no cursors"):
                await read(cursor="x")


@pytest.mark.parametrize("era", ERAS)
async def test_offered_tools_stand_after_the_catalogue(era: str) -> None:
    """An offered tool may answer with a picture; those of the catalogue still go through the runner."""
    async with fixture(era) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names[:4] == [*(tool.name for tool in CATALOGUE), "test_image_content"]
        (picture,) = (await client.call_tool("test_image_content")).content
        assert isinstance(picture, ImageContent)
        refused = await client.call_tool("test_error_handling")
        assert refused.is_error
        completed = await client.complete(
            PromptReference(type="ref/prompt", name="test_prompt_with_arguments"),
            {"name": "arg1", "value": "a"},
        )
        assert completed.completion == Completion(values=[], total=0, has_more=False)


async def test_before_2026_a_question_goes_over_the_session() -> None:
    """`elicitation/create`, asked by the server while the call waits."""
    async with fixture("2025-11-25", elicitation_callback=accept) as client:
        result = await client.call_tool("test_elicitation", {"message": "Who?"})
    assert "some username" in result.content[0].text  # type: ignore[union-attr]


async def test_since_2026_a_question_is_an_answer() -> None:
    """The client asks again with what its person said, as often as it takes."""
    async with fixture("2026-07-28", elicitation_callback=accept) as client:
        result = await client.call_tool("test_input_required_result_multi_round")
        prompt = await client.get_prompt("test_input_required_result_prompt")
    assert result.content[0].text == "Both steps are answered."  # type: ignore[union-attr]
    assert prompt.messages[0].content.text == "Context: some context"  # type: ignore[union-attr]


async def test_state_of_another_call_is_refused() -> None:
    """State is sealed for the tool and the arguments that it was given for, and cannot be read."""
    async with fixture("2026-07-28", elicitation_callback=accept) as client:
        first = await client.session.call_tool(
            "test_input_required_result_request_state", {}, allow_input_required=True
        )
        assert isinstance(first, InputRequiredResult)
        assert first.request_state
        assert "asked" not in first.request_state
        for tool, state in (
            ("test_input_required_result_request_state", first.request_state + "x"),
            ("test_input_required_result_multi_round", first.request_state),
        ):
            with pytest.raises(MCPError) as caught:
                await client.session.call_tool(tool, {}, request_state=state, allow_input_required=True)
            assert caught.value.code == INVALID_PARAMS


async def test_since_2026_changes_come_on_a_stream(held: Stand) -> None:
    """Only what was asked for, and of that only what can be had, which the stream says first."""
    changes = Subscriptions(watchable=RESOURCE_URIS.__contains__)
    server = build_server(held.app, Offer(resources=RESOURCES, subscriptions=changes))
    async with (
        Client(server, mode="2026-07-28") as client,
        asyncio.timeout(WAIT_SECONDS),
        client.listen(resource_subscriptions=[URI, "test://nowhere"]) as stream,
    ):
        assert stream.honored.resource_subscriptions == [URI]
        for uri in ("test://static-text", "test://nowhere", URI):
            await changes.publish(ResourceUpdated(uri))
        assert await anext(stream) == ResourceUpdated(URI)
        changes.close()
        assert [event async for event in stream] == []


async def test_before_2026_changes_come_on_the_session(held: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the client unsubscribes; too many are refused."""
    changes, told = Subscriptions(watchable=RESOURCE_URIS.__contains__), asyncio.Queue[str]()
    server = build_server(held.app, Offer(resources=RESOURCES, subscriptions=changes))

    async def hear(message: Any) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            told.put_nowait(str(message.params.uri))

    async with Client(server, mode="legacy", message_handler=hear) as client, asyncio.timeout(WAIT_SECONDS):
        await client.subscribe_resource(URI)
        await client.subscribe_resource("test://static-text")
        await changes.publish(ResourceUpdated(URI))
        assert await told.get() == URI
        await client.unsubscribe_resource(URI)
        await client.unsubscribe_resource(URI)
        await changes.publish(ResourceUpdated(URI))
        await changes.publish(ResourceUpdated("test://static-text"))
        assert await told.get() == "test://static-text"
        monkeypatch.setattr(subscriptions_module, "MAX_WATCHED", 1)
        with pytest.raises(MCPError, match="Too many") as caught:
            await client.subscribe_resource(URI)
        assert caught.value.code == INVALID_REQUEST
        with pytest.raises(MCPError, match="Nothing here can be watched") as caught:
            await client.subscribe_resource("test://nowhere")
        assert (caught.value.code, caught.value.data) == (RESOURCE_NOT_FOUND, {"uri": "test://nowhere"})
    await changes.publish(ResourceUpdated("test://static-text"))
    assert told.empty()


async def test_without_a_session_nobody_subscribes(held: Stand) -> None:
    """Before 2026-07-28 over HTTP without sessions nothing could be told, so nothing is promised."""
    server = build_server(held.app)
    manager = StreamableHTTPSessionManager(server, stateless=True)
    transport = httpx2.ASGITransport(app=StreamableHTTPASGIApp(manager))
    async with (
        manager.run(),
        httpx2.AsyncClient(transport=transport, timeout=WAIT_SECONDS) as http,
        Client(streamable_http_client("http://127.0.0.1:1/mcp", http_client=http), mode="legacy") as client,
    ):
        with pytest.raises(MCPError, match="no way to tell") as caught:
            await client.subscribe_resource("hostaway://listing/1")
    assert caught.value.code == INVALID_REQUEST


@pytest.mark.parametrize("era", ERAS)
async def test_subscriptions_are_offered_only_where_something_changes(era: str) -> None:
    """Without the tool that reads the one resource that changes, there is nothing to hear of."""
    async with Client(build_server(stand(tools=TOOLS[:1]).app), mode=ERAS[era]) as client:
        uri = "hostaway://listing/1"
        with pytest.raises(MCPError) as caught:
            await (
                client.subscribe_resource(uri)
                if era == "2025-11-25"
                else client.listen(resource_subscriptions=[uri]).__aenter__()
            )
        assert caught.value.code == METHOD_NOT_FOUND
        assert client.server_capabilities is not None
        declared = client.server_capabilities.resources
        assert declared is None or not declared.subscribe


async def test_lists_that_do_not_change_are_not_told_of(held: Stand) -> None:
    """The SDK would declare them together with the resources that do."""
    async with Client(build_server(held.app), mode="auto") as client:
        declared = client.server_capabilities
        assert declared is not None
        assert declared.tools is not None
        assert declared.prompts is not None
        assert declared.resources is not None
        assert not declared.tools.list_changed
        assert not declared.prompts.list_changed
        assert not declared.resources.list_changed
        assert declared.resources.subscribe
        async with (
            asyncio.timeout(WAIT_SECONDS),
            client.listen(tools_list_changed=True, resource_subscriptions=["hostaway://listing/1"]) as stream,
        ):
            honored = stream.honored.model_dump(exclude_none=True)
        assert honored == {"resource_subscriptions": ["hostaway://listing/1"]}
