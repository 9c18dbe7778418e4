"""Tells clients that something has changed, in both eras of the protocol."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import anyio
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ServerEvent, SubscriptionBus
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourceUpdated
from mcp_types import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

if TYPE_CHECKING:
    from hostaway_mcp.server.identity import Context

MAX_SUBSCRIPTIONS = 1_024
"""Beyond it the oldest is dropped: a client of the handshake era does not say when it goes."""
MAX_URI_CHARS = 2_000


class Subscriptions:
    """
    Who wants to hear of what.

    Since 2026-07-28 a client opens a stream and says what it wants on it; before, it subscribed to single
    resources and was told on its session. Nothing is kept for a client that is not there: whoever comes
    back reads anew.
    """

    def __init__(self, bus: SubscriptionBus | None = None) -> None:
        self._bus = bus or InMemorySubscriptionBus()
        self._streams = ListenHandler(self._bus, max_subscriptions=MAX_SUBSCRIPTIONS)
        self._sessions: dict[tuple[int, str], ServerSession] = {}

    async def publish(self, event: ServerEvent) -> None:
        """Tells everybody who asked for it."""
        await self._bus.publish(event)
        if not isinstance(event, ResourceUpdated):
            return
        for key, session in list(self._sessions.items()):
            if key[1] == event.uri:
                try:
                    await session.send_resource_updated(event.uri)
                except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                    self._sessions.pop(key, None)

    async def listen(
        self, context: Context, params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """`subscriptions/listen`: the answer is the stream."""
        return await self._streams(context, params)

    async def subscribe(self, context: Context, params: SubscribeRequestParams) -> EmptyResult:
        """
        `resources/subscribe`, before 2026-07-28.

        Raises:
            MCPError: nobody could be told (HTTP without sessions), or the URI is too long.
        """
        if not context.session.can_send_request:
            raise MCPError(
                INVALID_REQUEST, "This connection has no way to tell of changes; 2026-07-28 or stdio has one."
            )
        uri = str(params.uri)
        if len(uri) > MAX_URI_CHARS:
            raise MCPError(INVALID_PARAMS, f"A URI has at most {MAX_URI_CHARS:,} characters.")
        self._sessions[_key(context, uri)] = context.session
        while len(self._sessions) > MAX_SUBSCRIPTIONS:
            self._sessions.pop(next(iter(self._sessions)))
        return EmptyResult()

    async def unsubscribe(self, context: Context, params: UnsubscribeRequestParams) -> EmptyResult:
        """`resources/unsubscribe`, before 2026-07-28; one that there is not is no error."""
        with contextlib.suppress(KeyError):
            del self._sessions[_key(context, str(params.uri))]
        return EmptyResult()

    def close(self) -> None:
        """Ends every open stream in good order."""
        self._streams.close()


def _key(context: Context, uri: str) -> tuple[int, str]:
    # What a client said of itself in its handshake is one object a connection, kept alive by the session.
    return id(context.session.client_params), uri
