"""A client's connection: what it sends comes in time and within bounds, and it takes what it is sent."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0
"""Within which a request's headers must have arrived; a client that drips is held no longer."""
STALLED_SECONDS = 60.0
"""For which a client may take nothing of what waits for it; later, it is held no longer."""
MAX_HEAD_BYTES = 512 * 1024
"""No head is kept beyond this, finished or not; what is finished is held to less by `guards.Sized`."""

_log = logging.getLogger("hostaway_mcp.web")


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection, which by itself would wait for ever for headers or for a client to read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._in_head = False
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._stop_stalling()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(STALLED_SECONDS, self._cut_off)

    def resume_writing(self) -> None:
        self._stop_stalling()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head or self.cycle is None or self.cycle.response_complete:
            self._wait_for_head()
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._give_up("headers_too_large")

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        if self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(HEAD_SECONDS, self._give_up, "headers_too_slow")

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._head_bytes = None, 0

    def _stop_stalling(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
        self._stalled = None

    def _cut_off(self) -> None:
        _log.info("client_stalled")
        # Closing would wait until what is left has been taken.
        self.transport.abort()

    def _give_up(self, code: str) -> None:
        if not self.transport.is_closing():
            _log.info("request_refused", extra={"code": code})
            self.transport.close()
