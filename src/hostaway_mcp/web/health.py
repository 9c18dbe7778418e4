"""What operators and their probes ask: is it alive, and can it answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.web.upstream import UpstreamWatch

if TYPE_CHECKING:
    from hostaway_mcp.app import App

TROUBLE_SECONDS = 60.0
"""How long a failure upstream speaks against being ready; later, only a new call could tell."""

_DOWN = frozenset(
    {"credentials", "forbidden", "unreachable", "unavailable", "timed_out", "unreadable_answer", "upstream"}
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be right for an answer, and how it stands."""

    check: str
    ok: bool
    detail: str


def alive() -> dict[str, Any]:
    """The process answers; nothing is said about Hostaway."""
    return {"status": "alive"}


async def readiness(app: App, watch: UpstreamWatch) -> tuple[bool, dict[str, Any]]:
    """
    Whether a question could be answered now, with each check and its reason.

    Nothing is sent to Hostaway for it: a probe must not use up the budget.
    """
    checks = [*_checks(app, watch), await _replica(app)]
    ready = all(check.ok for check in checks)
    reasons = [check.detail for check in checks if not check.ok]
    return ready, {"ready": ready, "reasons": reasons, "checks": [asdict(check) for check in checks]}


def _checks(app: App, watch: UpstreamWatch) -> Iterator[Check]:
    yield _credentials(app)
    yield _token(app)
    yield _hostaway(watch)
    yield _budget(app)
    yield _audit(app)


def _credentials(app: App) -> Check:
    if app.settings.has_credentials:
        return Check("credentials", True, "Set.")
    return Check("credentials", False, "HOSTAWAY_ACCOUNT_ID or HOSTAWAY_CLIENT_SECRET is not set.")


def _token(app: App) -> Check:
    try:
        status = app.hostaway.transport.token_status()
    except HostawayMcpError as error:
        return Check("token", False, error.sentence)
    if status is None:
        return Check("token", True, "None yet; the first call asks for one.")
    left = status.expires_at - app.clock.now()
    if left.total_seconds() <= 0:
        return Check("token", True, "Expired; the next call asks for a new one.")
    return Check("token", True, f"Good for {left.days} more days.")


def _hostaway(watch: UpstreamWatch) -> Check:
    last, age = watch.last, watch.age_seconds()
    if last is None or age is None:
        return Check("hostaway", True, "Not asked yet.")
    if last.outcome in _DOWN and age < TROUBLE_SECONDS:
        return Check("hostaway", False, f"The last call, {age:.0f} s ago, ended as {last.outcome}.")
    return Check("hostaway", True, f"Last asked {age:.0f} s ago: {last.outcome}.")


def _budget(app: App) -> Check:
    try:
        budget = app.hostaway.transport.budget()
    except HostawayMcpError as error:
        return Check("budget", False, error.sentence)
    if budget.paused_seconds > 0:
        return Check("budget", True, f"Pausing {budget.paused_seconds:.0f} s because Hostaway answered 429.")
    used = f"{budget.ip_used} of {budget.ip_limit} turns of this IP are in use, {budget.waiting} wait."
    return Check("budget", True, used)


def _audit(app: App) -> Check:
    if app.audit.failures:
        return Check("audit", True, f"{app.audit.failures} records could not be written.")
    return Check("audit", True, "Written.")


async def _replica(app: App) -> Check:
    """Never a reason not to ask here: what it lacks is read from Hostaway."""
    try:
        glance = await app.services.replica_state.glance()
    except HostawayMcpError as error:
        return Check("replica", True, f"Not usable, so Hostaway is asked: {error.sentence}")
    if glance is None:
        return Check("replica", True, "Not opened yet.")
    if not glance.ages_seconds:
        return Check("replica", True, "Empty yet.")
    noun, age = max(glance.ages_seconds.items(), key=lambda one: one[1])
    said = f"{noun.replace('_', ' ')} {age / 60:.0f} min old, the rest younger"
    return Check("replica", True, f"{said}; {glance.waiting} webhook deliveries wait.".capitalize())
