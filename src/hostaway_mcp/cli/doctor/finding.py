"""What a check found, and what the checks look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hostaway_mcp.cli.connect.clients import Machine
from hostaway_mcp.client.governor import Budget
from hostaway_mcp.client.token import TokenStatus
from hostaway_mcp.errors import HostawayMcpError, StorageError
from hostaway_mcp.settings import Survey
from hostaway_mcp.sync.webhooks import WebhookState


class Verdict(StrEnum):
    """How a check ended; `note` is worth knowing and no failure, `skipped` could not be looked at."""

    OK = "ok"
    NOTE = "note"
    SKIPPED = "skipped"
    FAILED = "failed"


class Kind(StrEnum):
    """What a failure is about; it decides the exit code."""

    SETUP = "setup"
    CREDENTIALS = "credentials"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about how something stands; a failure has its one repair."""

    verdict: Verdict
    said: str
    repair: str | None = None
    kind: Kind = Kind.SETUP


def ok(said: str) -> Finding:
    """It is as it should be."""
    return Finding(Verdict.OK, said)


def note(said: str) -> Finding:
    """Worth knowing, no failure."""
    return Finding(Verdict.NOTE, said)


def skipped(said: str) -> Finding:
    """It could not be looked at, and why."""
    return Finding(Verdict.SKIPPED, said)


def failed(said: str, *, repair: str, kind: Kind = Kind.SETUP) -> Finding:
    """It is wrong, and what to do about it."""
    return Finding(Verdict.FAILED, said, repair, kind)


@dataclass(frozen=True, slots=True)
class Contact:
    """
    What came of asking Hostaway once.

    `error` is what the question ended with, `causes` what broke on the network, the outermost first. `status`
    and `content_type` are those of the last answer. `clock_ahead` is how far our clock is ahead of theirs.
    """

    host: str
    proxy: str | None
    signed: bool
    error: HostawayMcpError | None = None
    causes: tuple[BaseException, ...] = ()
    status: int | None = None
    content_type: str = ""
    clock_ahead: timedelta | None = None
    listings: int | None = None
    token: TokenStatus | None = None
    budget: Budget | None = None
    webhook: WebhookState | None = None
    webhook_trouble: HostawayMcpError | None = None
    shared_trouble: StorageError | None = None
    """Why what all processes share could not be used."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the checks look at; gathered once."""

    survey: Survey
    machine: Machine
    contact: Contact
    now: datetime
    host: str
    port: int


Check = Callable[[Situation], Iterable[Finding]]
