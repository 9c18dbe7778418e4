"""Tells clients that something has changed, in both eras of the protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ServerEvent
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourceUpdated
from mcp_types import (
    INVALID_REQUEST,
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionFilter,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

from hostaway_mcp.server.boundary import shortened
from hostaway_mcp.server.identity import connection_of
from hostaway_mcp.server.watched import URIS, Watch, can_be_watched

if TYPE_CHECKING:
    from mcp.server.session import ServerSession

    from hostaway_mcp.app import App
    from hostaway_mcp.server.identity import Context

MAX_STREAMS = 1_024
MAX_WATCHED = 10_000
"""URIs that clients of the handshake era may watch together."""

RESOURCE_NOT_FOUND = -32002
"""Source: MCP 2025-11-25, resources, error handling."""

_LISTENER = "hostaway_mcp.listener"


class Subscriptions:
    """
    Who wants to hear of what.

    Since 2026-07-28 a client opens a stream and says what it wants on it; before, it subscribed to single
    resources and was told on its session. Nothing is kept for a client that is not there: whoever comes
    back reads anew. A client that does not read keeps nobody else waiting.

    Of an app, only its resources change; its lists are those that it started with.
    """

    def __init__(self, *, watchable: Callable[[str], bool], app: App | None = None) -> None:
        self._watchable = watchable
        self._lists = app is None
        self._bus = InMemorySubscriptionBus()
        self._streams = ListenHandler(self._bus, max_subscriptions=MAX_STREAMS)
        self._watch = Watch(app, self._bus.publish) if app else None
        self._listeners: set[_Listener] = set()

    @classmethod
    def of(cls, app: App) -> Subscriptions:
        """Those of an app's resources, until its feed is closed."""
        subscriptions = cls(watchable=can_be_watched, app=app)
        app.feed.at_close(subscriptions.close)
        return subscriptions

    async def publish(self, event: ServerEvent) -> None:
        """Tells everybody who asked for it."""
        await self._bus.publish(event)

    async def listen(
        self, context: Context, params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """`subscriptions/listen`: the answer is the stream; its first word says what of it can be had."""
        asked = params.notifications
        uris = [uri for uri in asked.resource_subscriptions or () if self._watchable(uri)]
        wanted = asked if self._lists else SubscriptionFilter()
        wanted = wanted.model_copy(update={"resource_subscriptions": uris})
        params = params.model_copy(update={"notifications": wanted})
        if not uris:
            return await self._streams(context, params)
        await self._join()
        try:
            return await self._streams(context, params)
        finally:
            self._leave()

    async def subscribe(self, context: Context, params: SubscribeRequestParams) -> EmptyResult:
        """
        `resources/subscribe`, before 2026-07-28.

        Raises:
            MCPError: nobody could be told (HTTP without a session), nothing at this URI can be watched, or
                too much is watched already.
            StorageError: the replica cannot be read.
        """
        if not context.session.can_send_request:
            raise MCPError(
                INVALID_REQUEST,
                "Without a session there is no way to tell of changes; initialize opens one.",
            )
        uri = str(params.uri)
        if not self._watchable(uri):
            there_are = f"What can be: {', '.join(URIS.values())}."
            raise MCPError(
                RESOURCE_NOT_FOUND, f"Nothing here can be watched. {there_are}", {"uri": shortened(uri)}
            )
        if sum(len(listener.uris) for listener in self._listeners) >= MAX_WATCHED:
            raise MCPError(INVALID_REQUEST, "Too many resources are watched already; try again later.")
        listener = self._listener(context)
        if uri not in listener.uris:
            await self._join()
            if uri in listener.uris:
                # Asked for twice at once.
                self._leave()
            listener.uris.add(uri)
        return EmptyResult()

    async def unsubscribe(self, context: Context, params: UnsubscribeRequestParams) -> EmptyResult:
        """`resources/unsubscribe`, before 2026-07-28; one that there is not is no error."""
        listener, uri = connection_of(context).state.get(_LISTENER), str(params.uri)
        if listener is not None and uri in listener.uris:
            listener.uris.discard(uri)
            self._leave()
        return EmptyResult()

    def close(self) -> None:
        """Ends every open stream in good order."""
        self._streams.close()

    def _listener(self, context: Context) -> _Listener:
        connection = connection_of(context)
        if _LISTENER not in connection.state:
            listener = connection.state[_LISTENER] = _Listener(context.session)
            self._listeners.add(listener)
            unsubscribe = self._bus.subscribe(listener.hear)

            async def forget() -> None:
                unsubscribe()
                self._listeners.discard(listener)
                for _ in listener.uris:
                    self._leave()
                await listener.aclose()

            connection.exit_stack.push_async_callback(forget)
        listener = connection.state[_LISTENER]
        assert isinstance(listener, _Listener)
        return listener

    async def _join(self) -> None:
        if self._watch:
            await self._watch.join()

    def _leave(self) -> None:
        if self._watch:
            self._watch.leave()


class _Listener:
    """A client of the handshake era: what it watches, and what it is still to be told, each once."""

    def __init__(self, session: ServerSession) -> None:
        self.uris: set[str] = set()
        self._session = session
        self._due: dict[str, None] = {}
        self._telling: asyncio.Task[None] | None = None

    def hear(self, event: ServerEvent) -> None:
        if isinstance(event, ResourceUpdated) and event.uri in self.uris:
            self._due[event.uri] = None
            if self._telling is None or self._telling.done():
                self._telling = asyncio.create_task(self._tell())

    async def aclose(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    async def _tell(self) -> None:
        while self._due:
            uri = next(iter(self._due))
            del self._due[uri]
            await self._session.send_resource_updated(uri)
