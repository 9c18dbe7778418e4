"""Sends one step, once, and says what its answer means; reading back decides the rest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.operations import BY_NAME
from hostaway_mcp.client.protocol import Request
from hostaway_mcp.errors import (
    BusyError,
    CredentialsError,
    ForbiddenError,
    HostawayMcpError,
    InputError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    UnreachableError,
)
from hostaway_mcp.services.writes.kinds import Landed, Verdict
from hostaway_mcp.store.journal.records import Step, StepState

SETTLE_SECONDS = 60.0
"""A request that was sent without an answer may take its effect this much later, and not after."""


class Sent(StrEnum):
    """What the answer alone says. Source: the four classes of a write's outcome."""

    NOT_SENT = "not_sent"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"


_NOT_SENT = (BusyError, UnreachableError, InputError, CredentialsError)
_REFUSED = (RefusedError, NotFoundError, ForbiddenError, RateLimitedError)


@dataclass(frozen=True, slots=True)
class Answered:
    """How the sending went; `words` are a reader's, `reply` is Hostaway's own."""

    sent: Sent
    words: str = ""
    reply: Any = None


async def send(hostaway: Hostaway, step: Step, *, seconds: float) -> Answered:
    """Sends the step's one request within so many seconds. Never raises but for cancellation and defects."""
    assert step.body is not None  # a forgotten step is never sent
    body = step.body
    request = Request(BY_NAME[body.operation], path=body.path, query=body.query, body=body.body)
    try:
        reply = await hostaway.transport.call(request, deadline_seconds=seconds, once=True)
    except HostawayMcpError as error:
        return Answered(classify(error), error.sentence)
    # A success without a word may be the rest of an answer that was cut.
    return Answered(Sent.ACCEPTED if reply.result is not None else Sent.UNKNOWN, reply=reply.result)


def classify(error: HostawayMcpError) -> Sent:
    """
    What a failure means for whether it was done.

    A connection that was never made, or a turn that never came, sent nothing. Hostaway's own no means not
    done. Everything else may have been done: no answer in time, a cut or unreadable one, a web page, a 5xx.
    """
    if isinstance(error, _NOT_SENT):
        return Sent.NOT_SENT
    return Sent.REFUSED if isinstance(error, _REFUSED) else Sent.UNKNOWN


def decide(answered: Answered, verdict: Verdict | None, *, age_seconds: float) -> tuple[StepState, str]:
    """
    The word for a step, from what the answer said and what was read back (None: it could not be read).

    What can be read weighs more than what was answered: an error after the effect is still an effect.
    """
    landed = verdict.landed if verdict else None
    says = verdict.says if verdict else ""
    if landed is Landed.APPLIED:
        return StepState.DONE, says
    if answered.sent is Sent.NOT_SENT:
        return StepState.NOT_DONE, f"Nothing was sent. {answered.words}".strip()
    if answered.sent is Sent.REFUSED:
        return StepState.NOT_DONE, answered.words
    if answered.sent is Sent.ACCEPTED:
        if verdict is None:
            return StepState.DONE, "Hostaway confirmed it; it could not be read back."
        return (
            StepState.NEEDS_YOU,
            says or "Hostaway confirmed it, but shows something else: look at it there.",
        )
    if verdict is None or age_seconds < SETTLE_SECONDS:
        return StepState.CHECKING, "Hostaway's answer was lost; whether it was done is being checked."
    if landed is Landed.ABSENT:
        return (
            StepState.NOT_DONE,
            "Hostaway's answer was lost, and it was not done: it may be proposed again.",
        )
    return StepState.NEEDS_YOU, says or "Hostaway's answer was lost, and it shows something else: look there."
