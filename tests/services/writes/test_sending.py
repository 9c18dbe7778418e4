"""What an answer and a look mean together: the whole table."""

from __future__ import annotations

import pytest

from hostaway_mcp import errors
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.services.writes.kinds import Landed, Verdict
from hostaway_mcp.services.writes.sending import SETTLE_SECONDS, Answered, Sent, classify, decide

APPLIED, ABSENT, OTHER = (Verdict(landed) for landed in Landed)
LATE = SETTLE_SECONDS


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (errors.BusyError("no turn"), Sent.NOT_SENT),
        (errors.UnreachableError("no connection"), Sent.NOT_SENT),
        (errors.InputError("cannot be sent"), Sent.NOT_SENT),
        (errors.CredentialsError("no token"), Sent.NOT_SENT),
        (errors.RefusedError("no"), Sent.REFUSED),
        (errors.NotFoundError("not there"), Sent.REFUSED),
        (errors.ForbiddenError("not you"), Sent.REFUSED),
        (errors.RateLimitedError("not now"), Sent.REFUSED),
        (errors.TimedOutError("no answer"), Sent.UNKNOWN),
        (errors.BrokenAnswerError("cut"), Sent.UNKNOWN),
        (errors.UnavailableError("500"), Sent.UNKNOWN),
        (errors.UpstreamError("302"), Sent.UNKNOWN),
    ],
)
def test_what_a_failure_means(error: HostawayMcpError, means: Sent) -> None:
    """Source: the classes of a write's outcome; only what surely did not happen counts as not done."""
    assert classify(error) is means


@pytest.mark.parametrize(
    ("sent", "verdict", "age", "word"),
    [
        # Seen is done, whatever was answered.
        *((sent, APPLIED, 0.0, "done") for sent in Sent),
        (Sent.NOT_SENT, ABSENT, 0.0, "not_done"),
        (Sent.NOT_SENT, OTHER, 0.0, "not_done"),
        (Sent.NOT_SENT, None, 0.0, "not_done"),
        (Sent.REFUSED, ABSENT, 0.0, "not_done"),
        (Sent.REFUSED, OTHER, 0.0, "not_done"),
        (Sent.REFUSED, None, 0.0, "not_done"),
        (Sent.ACCEPTED, None, 0.0, "done"),
        (Sent.ACCEPTED, ABSENT, LATE, "needs_you"),
        (Sent.ACCEPTED, OTHER, LATE, "needs_you"),
        # Without an answer it may still come.
        (Sent.UNKNOWN, ABSENT, LATE - 1, "checking"),
        (Sent.UNKNOWN, OTHER, LATE - 1, "checking"),
        (Sent.UNKNOWN, None, LATE - 1, "checking"),
        (Sent.UNKNOWN, None, LATE, "checking"),
        (Sent.UNKNOWN, ABSENT, LATE, "not_done"),
        (Sent.UNKNOWN, OTHER, LATE, "needs_you"),
    ],
)
def test_the_word_for_a_step(sent: Sent, verdict: Verdict | None, age: float, word: str) -> None:
    """Every class of answer with everything that can be seen."""
    state, says = decide(Answered(sent, "Hostaway said no."), verdict, age_seconds=age)
    assert state.value == word
    assert (state.value == "done") or says
