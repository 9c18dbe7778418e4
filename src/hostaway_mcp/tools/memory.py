"""Answers given a moment ago, for whoever asks the same again: people reload, models repeat themselves."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from hostaway_mcp.calls import Call
from hostaway_mcp.clock import Clock

T = TypeVar("T")

MAX_ANSWERS = 100
"""At most some 30 kB each; those asked for least recently make room."""

Key = tuple[str, str, int]


class AnswerMemory(Generic[T]):
    """
    Keeps whole answers that were made of remembered facts alone.

    One is given again in the same minute, while every fact it rests on is fresh and no other has come in
    or gone (`version`). No day begins within a minute, so "today" in it stays right.
    """

    def __init__(self, *, clock: Clock, version: Callable[[], int]) -> None:
        self._clock = clock
        self._version = version
        self._at_version = -1
        self._answers: OrderedDict[Key, tuple[T, float]] = OrderedDict()

    def key(self, tool: str, arguments: str) -> Key:
        """What an answer is found by: the tool, its arguments as canonical JSON, and the minute."""
        return tool, arguments, int(self._clock.now().timestamp() // 60)

    def recall(self, key: Key) -> T | None:
        """The answer to this question, if it still holds."""
        if self._version() != self._at_version:
            self._answers.clear()
            self._at_version = self._version()
            return None
        answer, until = self._answers.get(key, (None, 0.0))
        if answer is None or self._clock.monotonic() > until:
            return None
        self._answers.move_to_end(key)
        return answer

    def keep(self, key: Key, answer: T, call: Call) -> None:
        """Remembers the answer to a call, if the call asked nobody and rests on facts."""
        if call.upstream_calls or call.facts_fresh_until is None or self._version() != self._at_version:
            return
        self._answers[key] = answer, call.facts_fresh_until
        if len(self._answers) > MAX_ANSWERS:
            self._answers.popitem(last=False)
