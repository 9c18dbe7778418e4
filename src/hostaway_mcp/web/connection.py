"""A client's connection, until the head of its request is there: in time, and within bounds."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0
"""Within which a request's headers must have arrived; a client that drips is held no longer."""
MAX_HEAD_BYTES = 512 * 1024
"""No head is kept beyond this, finished or not; what is finished is held to less by `guards.Sized`."""

_log = logging.getLogger("hostaway_mcp.web")


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection, which by itself would wait for ever for headers, and keep as many as come."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._in_head = False
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

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

    def _give_up(self, code: str) -> None:
        if not self.transport.is_closing():
            _log.info("request_refused", extra={"code": code})
            self.transport.close()
