"""
The one tree of errors that this package raises.

    HostawayMcpError
    ├── InputError               the question cannot be read as asked
    │   ├── UnknownNameError     no such listing, reservation, tool or toolset (with the nearest names)
    │   ├── AmbiguousNameError   several fit (with the choices)
    │   └── CursorError          a cursor of another question, or no cursor at all
    ├── SettingsError            a setting is missing or wrong
    ├── StorageError             the data directory cannot be used
    │   └── DamagedError         the replica's file is no sound database
    ├── NoReplicaError           it can only be answered from a replica, and there is none
    ├── ChangeError              a proposal cannot be made or applied; nothing was sent
    │   ├── WritesOffError       writes are switched off
    │   ├── PolicyError          the operator's policy forbids it
    │   ├── NeedsPersonError     a person has to agree first
    │   ├── DeclinedError        a person said no
    │   ├── UsedError            it was applied, or is being applied
    │   ├── ExpiredError         it is older than five minutes
    │   └── DriftError           what it rests on has changed since
    ├── DefectError              something broke inside this package
    ├── CredentialsError         Hostaway does not accept the account id and secret
    └── UpstreamError            Hostaway did not give what was asked
        ├── NotFoundError        no such object in this account
        ├── ForbiddenError       the token is good, the right is missing
        ├── RefusedError         Hostaway said no, in words
        ├── RateLimitedError     429
        ├── BusyError            the wait for a turn would be longer than the time left
        ├── UnreachableError     nothing was sent
        ├── TimedOutError        sent, no complete answer in time
        ├── BrokenAnswerError    an answer that cannot be read, or was cut off
        └── UnavailableError     5xx

Each says what happened in one plain sentence, what to try (`hint`), and whose move it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

MAX_SENTENCE_CHARS = 1_200
"""Keeps every refusal, with its choices, below 2 kB."""
MAX_NAMES = 8


class Move(StrEnum):
    """Whose move it is after a refusal."""

    CALLER = "caller"
    OPERATOR = "operator"
    WAIT = "wait"


class HostawayMcpError(Exception):
    """
    Something that this package can name.

    Its words may quote what a caller wrote, so before they leave the house the runner has them masked.
    """

    code = "failed"
    move = Move.OPERATOR
    retryable = False

    def __init__(
        self, message: str, *, hint: str | None = None, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retry_after_seconds = retry_after_seconds

    @property
    def sentence(self) -> str:
        """The message and the hint, as one short text for a reader."""
        return (f"{self.message} {self.hint}" if self.hint else self.message)[:MAX_SENTENCE_CHARS]

    def reword(self, mask: Callable[[str], str]) -> None:
        """Passes everything that it says through `mask`."""
        self.message = mask(self.message)
        self.hint = mask(self.hint) if self.hint else None
        self.args = (self.message,)

    def facts(self) -> dict[str, Any]:
        """What a program needs to act on the refusal, beside the sentence."""
        facts: dict[str, Any] = {"code": self.code, "move": self.move.value, "retryable": self.retryable}
        if self.retry_after_seconds is not None:
            facts["retry_after_seconds"] = round(self.retry_after_seconds, 1)
        return facts


class InputError(HostawayMcpError):
    """The question cannot be read as asked."""

    code = "invalid_input"
    move = Move.CALLER


class UnknownNameError(InputError):
    """No listing, reservation, tool or toolset goes by this name; `nearest` are those that sound like it."""

    code = "not_found"

    def __init__(self, message: str, *, nearest: Sequence[str] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.nearest = tuple(nearest[:MAX_NAMES])

    def reword(self, mask: Callable[[str], str]) -> None:
        super().reword(mask)
        self.nearest = tuple(mask(name) for name in self.nearest)

    def facts(self) -> dict[str, Any]:
        return super().facts() | ({"nearest": list(self.nearest)} if self.nearest else {})


class AmbiguousNameError(InputError):
    """Several fit; `choices` are they."""

    code = "ambiguous"

    def __init__(self, message: str, *, choices: Sequence[str], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.choices = tuple(choices[:MAX_NAMES])

    def reword(self, mask: Callable[[str], str]) -> None:
        super().reword(mask)
        self.choices = tuple(mask(choice) for choice in self.choices)

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"choices": list(self.choices)}


class CursorError(InputError):
    """The cursor belongs to another question, or is not one."""

    code = "wrong_cursor"


class SettingsError(HostawayMcpError):
    """A setting is missing or wrong."""

    code = "settings"


class StorageError(HostawayMcpError):
    """The data directory cannot be read or written."""

    code = "storage"


class DamagedError(StorageError):
    """The replica's file is no sound database; it holds a copy, and can be made anew."""


class NoReplicaError(HostawayMcpError):
    """It can only be answered from a replica, and there is none."""

    code = "no_replica"


class ChangeError(HostawayMcpError):
    """A proposal cannot be made or applied; nothing was sent to Hostaway."""

    code = "change"
    move = Move.CALLER


class WritesOffError(ChangeError):
    """Writes are switched off."""

    code = "writes_off"
    move = Move.OPERATOR


class PolicyError(ChangeError):
    """The operator's policy forbids it."""

    code = "policy"
    move = Move.OPERATOR


class NeedsPersonError(ChangeError):
    """A person has to agree to this very proposal first, and this client cannot ask one."""

    code = "needs_approval"
    move = Move.OPERATOR


class DeclinedError(ChangeError):
    """A person was asked and said no."""

    code = "declined"


class UsedError(ChangeError):
    """The proposal was applied, or is being applied; `outcome` says what came of it."""

    code = "already_applied"

    def __init__(self, message: str, *, outcome: str = "checking", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.outcome = outcome

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"outcome": self.outcome}


class ExpiredError(ChangeError):
    """A proposal holds for five minutes."""

    code = "expired"


class DriftError(ChangeError):
    """What the proposal rests on has changed since it was shown."""

    code = "changed_since"


class DefectError(HostawayMcpError):
    """Something broke inside this package; the log line with the same correlation id says where."""

    code = "internal"


class CredentialsError(HostawayMcpError):
    """Hostaway does not accept the account id and secret."""

    code = "credentials"


class UpstreamError(HostawayMcpError):
    """Hostaway did not give what was asked."""

    code = "upstream"

    def __init__(
        self,
        message: str,
        *,
        operation: str | None = None,
        status: int | None = None,
        hint: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint, retry_after_seconds=retry_after_seconds)
        self.operation = operation
        self.status = status


class NotFoundError(UpstreamError):
    """No such object in this account."""

    code = "not_found"
    move = Move.CALLER


class ForbiddenError(UpstreamError):
    """The token is good, but Hostaway forbids this."""

    code = "forbidden"


class RefusedError(UpstreamError):
    """Hostaway said no, in words."""

    code = "refused"
    move = Move.CALLER


class RateLimitedError(UpstreamError):
    """Hostaway answered 429."""

    code = "rate_limited"
    move = Move.WAIT
    retryable = True


class BusyError(UpstreamError):
    """The wait for a turn at Hostaway would be longer than the time that is left; nothing was sent."""

    code = "busy"
    move = Move.WAIT
    retryable = True


class UnreachableError(UpstreamError):
    """Hostaway could not be reached; nothing was sent."""

    code = "unreachable"
    move = Move.WAIT
    retryable = True


class TimedOutError(UpstreamError):
    """The request went out, no complete answer came in time."""

    code = "timed_out"
    move = Move.WAIT
    retryable = True


class BrokenAnswerError(UpstreamError):
    """The answer cannot be read, or was cut off."""

    code = "unreadable_answer"
    move = Move.WAIT
    retryable = True


class UnavailableError(UpstreamError):
    """Hostaway answered with a server error."""

    code = "unavailable"
    move = Move.WAIT
    retryable = True
