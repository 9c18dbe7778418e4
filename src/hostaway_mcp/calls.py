"""The call that is being answered: its correlation id, its deadline, its lane and what it has cost so far."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import IntEnum

DEFAULT_DEADLINE_SECONDS = 25.0
"""Shorter than the 30 s after which common MCP clients give up."""

Progress = Callable[[float, float | None, str], Awaitable[None]]
"""Told (done, total, message) while a call is under way."""

AskPerson = Callable[[str, str], Awaitable[bool]]
"""Shows a person the proposal of a change id, in the server's own words, and gives whether they agree."""

_A_LITTLE = 0.001


class Lane(IntEnum):
    """Who goes first at Hostaway; the lower number."""

    INTERACTIVE = 0
    BACKGROUND = 1
    FILLING = 2
    """The first stays of a replica that has none: background work in a hurry while nobody asks anything."""


@dataclass(slots=True)
class Call:
    """One question on its way through the floors."""

    correlation_id: str
    tool: str = ""
    caller: str = ""
    door: str = ""
    lane: Lane = Lane.INTERACTIVE
    deadline: float | None = None
    """Monotonic second at which the answer must be there."""
    progress: Progress | None = None
    ask_person: AskPerson | None = None
    """How the person behind the client can be asked; None where that is not possible."""
    on_allow: Callable[[float], None] | None = None
    """Moves the deadline; set by whoever keeps it."""
    asker: Call | None = None
    """For a read on behalf of a question: that question's call, which is told of waits."""
    ended: bool = False
    """Whether it was answered: what goes on behind it has nobody to tell any more."""
    upstream_calls: int = 0
    copied: bool = False
    """Whether rows of the replica were used."""
    live: bool = False
    """Whether rows were used that were read from Hostaway for questions, not by sync."""
    facts_fresh_until: float | None = None
    """Monotonic second up to which the remembered facts used are all fresh; None if none was used."""
    warnings: list[str] = field(default_factory=list)
    """Plain sentences that the answer must carry, such as an unknown status met."""
    _told: tuple[float, float | None, str] = (0.0, None, "")

    @property
    def is_heard(self) -> bool:
        """Whether somebody wants to be told how far it is."""
        if self.asker is not None:
            return self.asker.is_heard
        return self.progress is not None and not self.ended

    async def tell(self, message: str, *, done: float | None = None, total: float | None = None) -> None:
        """
        Tells whoever waits for the answer how far it is; without `done` only why it takes long.

        The number that goes with it always rises, as MCP demands.
        """
        if self.asker is not None:
            await self.asker.tell(message, done=done, total=total)
        elif self.progress is not None and not self.ended and message != self._told[2]:
            before, of, _ = self._told
            now = done if done is not None and done > before else before + _A_LITTLE
            self._told = now, total or of, message
            await self.progress(*self._told)

    def warn(self, sentence: str) -> None:
        """Adds a warning once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def allow(self, seconds: float) -> None:
        """Gives the call so many seconds from now, whatever it had left."""
        if self.on_allow is not None:
            self.on_allow(seconds)

    def used_facts(self, fresh_until: float) -> None:
        """Notes that a remembered fact was used, and how long it is fresh."""
        self.facts_fresh_until = min(fresh_until, self.facts_fresh_until or fresh_until)


_current: ContextVar[Call | None] = ContextVar("call", default=None)


def new_correlation_id() -> str:
    """32 hexadecimal digits, the form of a W3C trace id."""
    return secrets.token_hex(16)


def current() -> Call | None:
    """The call being answered in this task, if any."""
    return _current.get()


class answering:  # noqa: N801 - used as a statement
    """Makes `call` the current one for this task and those it starts, while the block lasts."""

    __slots__ = ("_call", "_token")

    def __init__(self, call: Call) -> None:
        self._call = call

    def __enter__(self) -> Call:
        self._token = _current.set(self._call)
        return self._call

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)
