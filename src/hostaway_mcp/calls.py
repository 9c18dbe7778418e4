"""The call that is being answered: its correlation id, its deadline, its lane and what it has cost so far."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import IntEnum

DEFAULT_DEADLINE_SECONDS = 25.0
"""Shorter than the 30 s after which common MCP clients give up."""

Progress = Callable[[float, float | None, str], Awaitable[None]]
"""Told (done, total, message) while a call is under way."""


class Lane(IntEnum):
    """Who goes first at Hostaway; the lower number."""

    INTERACTIVE = 0
    BACKGROUND = 1


@dataclass(slots=True)
class Call:
    """One question on its way through the floors."""

    correlation_id: str
    tool: str = ""
    caller: str = ""
    lane: Lane = Lane.INTERACTIVE
    deadline: float | None = None
    """Monotonic second at which the answer must be there."""
    progress: Progress | None = None
    upstream_calls: int = 0
    warnings: list[str] = field(default_factory=list)
    """Plain sentences that the answer must carry, such as an unknown status met."""

    def warn(self, sentence: str) -> None:
        """Adds a warning once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)


_current: ContextVar[Call | None] = ContextVar("call", default=None)


def new_correlation_id() -> str:
    """32 hexadecimal digits, the form of a W3C trace id."""
    return secrets.token_hex(16)


def current() -> Call | None:
    """The call being answered in this task, if any."""
    return _current.get()


@contextmanager
def answering(call: Call) -> Iterator[Call]:
    """Makes `call` the current one for this task and those it starts."""
    token = _current.set(call)
    try:
        yield call
    finally:
        _current.reset(token)
