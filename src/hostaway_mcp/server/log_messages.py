"""
Log messages for whoever waits for a call: that it waits for Hostaway's limit, that its answer is an old copy.

The protocol has deprecated them since 2026-07-28, and clients of before show them still. They hold our own
words only; the server's log is another thing (`telemetry/logs.py`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import get_args

from mcp.server.connection import allowed_log_levels
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_REQUEST,
    EmptyResult,
    LoggingLevel,
    LoggingMessageNotification,
    LoggingMessageNotificationParams,
    SetLevelRequestParams,
)

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor import Budget
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.server.identity import Context, connection_of
from hostaway_mcp.services.answers import OLD_COPY, Answer

PATIENCE_SECONDS = 2.0
"""After which whoever waits is told what for."""
DEFAULT_LEVEL: LoggingLevel = "info"
"""Before a client has set one; the protocol leaves it to the server."""

_LEVELS: tuple[LoggingLevel, ...] = get_args(LoggingLevel)
_LEVEL = "hostaway_mcp.log_level"

_log = logging.getLogger("hostaway_mcp.server")


async def set_level(context: Context, params: SetLevelRequestParams) -> EmptyResult:
    """
    `logging/setLevel`, before 2026-07-28: for as long as the session lasts.

    Raises:
        MCPError: the request stands alone (HTTP without a session).
    """
    connection = connection_of(context)
    if not connection.has_standalone_channel:
        raise MCPError(INVALID_REQUEST, "Without a session no level can be kept; initialize opens one.")
    connection.state[_LEVEL] = params.level
    return EmptyResult()


class CallLog:
    """The messages about one call, while the block lasts; they go where its answer goes."""

    def __init__(self, context: Context, budget: Callable[[], Budget]) -> None:
        self._context = context
        self._budget = budget
        self._timer: asyncio.TimerHandle | None = None
        self._telling: asyncio.Task[None] | None = None

    def __enter__(self) -> CallLog:
        if self._wants("info"):
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(PATIENCE_SECONDS, self._tell_of_the_wait)
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()
        if self._telling:
            self._telling.cancel()

    async def answered(self, answer: Answer) -> None:
        """Warns of an answer that is older than it should be."""
        for warning in answer.warnings:
            if warning.startswith(OLD_COPY):
                await self._say("warning", warning)

    def _tell_of_the_wait(self) -> None:
        try:
            budget = self._budget()
        except HostawayMcpError:
            return
        waiting = budget.waiting_by_lane.get(Lane.INTERACTIVE, 0)
        if waiting:
            words = (
                f"Waiting for a turn at Hostaway, which takes {budget.account_limit} requests in "
                f"{budget.window_seconds:.0f} s from this account; requests in line here: {waiting}."
            )
            self._telling = asyncio.create_task(self._say("info", words))

    async def _say(self, level: LoggingLevel, words: str) -> None:
        if self._wants(level):
            params = LoggingMessageNotificationParams(level=level, logger="hostaway-mcp", data=words)
            await self._context.session.send_notification(
                LoggingMessageNotification(params=params), related_request_id=self._context.request_id
            )

    def _wants(self, level: LoggingLevel) -> bool:
        if level not in allowed_log_levels(self._context.protocol_version, self._context.meta):
            return False
        lowest = connection_of(self._context).state.get(_LEVEL, DEFAULT_LEVEL)
        return _LEVELS.index(level) >= _LEVELS.index(lowest)
