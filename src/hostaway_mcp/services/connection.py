"""Whether the account can be reached, with which rights, how much budget is left, how fresh is what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.governor import Budget
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import (
    ForbiddenError,
    HostawayMcpError,
    Move,
    NotFoundError,
    RefusedError,
    StorageError,
)
from hostaway_mcp.models.webhooks import UnifiedWebhook
from hostaway_mcp.services.answers import Answer, Instant, Missing, Record
from hostaway_mcp.services.facts import Facts
from hostaway_mcp.services.replica_state import Freshness, ReplicaNow, ReplicaState
from hostaway_mcp.sync.webhooks import WebhookFile, WebhookState, state_of

PUBLISHED_LIMITS = (15, 20, 10.0)
"""Requests per IP and per account in so many seconds, by the documentation of July 2026."""

NO_WEBHOOKS = "not registered by this server"
REGISTERED = "registered by this server"
MAX_HOSTS = 5

_WHOSE_MOVE = {
    Move.CALLER: "It is the caller's move.",
    Move.OPERATOR: "It is the move of whoever runs this server.",
    Move.WAIT: "It will probably pass; ask again in a moment.",
}


class TokenTimes(Record):
    """When the token was issued and until when it is good; the token itself is never shown."""

    issued_at: Instant | None = None
    expires_at: Instant | None = None


class BudgetNow(Record):
    """
    Requests to Hostaway, of all processes on this machine: the limits per IP and per account in one window,
    how many of the scarcer one are in use, and how many requests stand in line.
    """

    ip: int
    account: int
    used: int
    waiting: int
    window_seconds: float
    paused_seconds: float | None = None
    """How long nothing is sent, because Hostaway asked for it."""
    refused: int | None = None
    """How often Hostaway refused for too many requests."""


class Right(Record):
    """Whether a noun may be read; `why` if not."""

    noun: str
    allowed: bool
    why: str | None = None


class Connection(Answer):
    """How things stand between this server and the account."""

    account_id: str
    connected: bool
    reason: str | None = None
    """Why not, in one sentence, with whose move it is."""
    token: TokenTimes
    budget: BudgetNow
    freshness: tuple[Freshness, ...]
    """Of the replica; where there is none, of what is remembered for some minutes."""
    replica: ReplicaNow
    webhooks: str
    writes: str
    """`off`, or `propose`: changes are proposed, and applied once a person agrees."""
    open_changes: int | None = None
    """With writes on, changes that were sent of which it is still being found out what became of them."""
    hints: tuple[str, ...]
    """What to do next."""
    rights: tuple[Right, ...] = ()


class ConnectionCheck:
    """
    Checks the connection.

    Costs one call (and a token where there is none), none without credentials; `deep` costs seven more.
    """

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        facts: Facts,
        replica: ReplicaState,
        webhook: WebhookFile | None,
        clock: Clock,
        account_id: str,
        has_credentials: bool,
        writes_on: bool = False,
        open_changes: Callable[[], Awaitable[int | None]] | None = None,
    ) -> None:
        self._writes_on = writes_on
        self._open_changes = open_changes
        self._webhook = webhook
        self._replica = replica
        self._hostaway = hostaway
        self._facts = facts
        self._clock = clock
        self._account_id = account_id
        self._has_credentials = has_credentials

    async def check(self, *, renew: bool = False, deep: bool = False) -> Connection:
        """
        How things stand. What is wrong is part of the answer and never raised.

        `renew` has a new token issued; `deep` also tries which nouns may be read.
        """
        if not self._has_credentials:
            return await self._answer(reason="No Hostaway credentials are set.", hints=[_SET_CREDENTIALS])
        hints = [] if deep else ["deep=true also tells what this API key may read."]
        try:
            if renew:
                await self._hostaway.transport.renew_token()
                hints.append("The token was renewed.")
            right, listing_id = await self._first_read()
        except HostawayMcpError as error:
            return await self._answer(reason=_reason(error), hints=_advice(error))
        if not deep:
            return await self._answer(connected=True, hints=hints, rights=[] if right.allowed else [right])
        return await self._look_deeper(right, listing_id, hints)

    async def _first_read(self) -> tuple[Right, int | None]:
        """The cheapest signed read. Whoever is forbidden it is connected all the same."""
        try:
            page = await self._hostaway.listings.find(limit=1)
        except ForbiddenError as error:
            return Right(noun="listings", allowed=False, why=error.message), None
        return Right(noun="listings", allowed=True), page.rows[0].id if page.rows else None

    async def _look_deeper(self, first: Right, listing_id: int | None, hints: list[str]) -> Connection:
        nouns = self._probes(listing_id)
        outcomes = await asyncio.gather(*(_try(noun, read) for noun, read in nouns.items()))
        webhooks, missing = await self._webhooks()
        rights = [first, *(one for one in outcomes if isinstance(one, Right))]
        missing += [one for one in outcomes if isinstance(one, Missing)]
        return await self._answer(
            connected=True, hints=hints, rights=rights, webhooks=webhooks, missing=missing
        )

    def _probes(self, listing_id: int | None) -> dict[str, Awaitable[Any]]:
        """One cheap read a noun."""
        hostaway, today = self._hostaway, self._clock.today("UTC")
        probes: dict[str, Awaitable[Any]] = {
            "reservations": hostaway.reservations.find(limit=1),
            "conversations": hostaway.conversations.find(limit=1),
            "reviews": hostaway.reviews.find(limit=1),
            "tasks": hostaway.tasks.find(limit=1),
        }
        if listing_id is not None:
            probes["calendar"] = hostaway.calendar.find_days(listing_id, start_date=today, end_date=today)
            probes["financial reports"] = hostaway.finance.report_listing_financials(
                listing_ids=[listing_id], from_date=today, to_date=today, statuses=["new"]
            )
        return probes

    async def _webhooks(self) -> tuple[str, list[Missing]]:
        try:
            rows = (await self._hostaway.webhooks.find()).rows
        except (ForbiddenError, NotFoundError):
            return f"{self._registered()}; this API key may not see the account's", []
        except HostawayMcpError as error:
            return self._registered(), [Missing(what="webhooks", why=error.message, resume=_AGAIN)]
        try:
            state = state_of(rows, self._webhook.read() if self._webhook else None)
        except StorageError as error:
            return error.sentence, []
        return f"{_STATES[state]}; {_in_words(rows)}", []

    def _registered(self) -> str:
        try:
            ours = self._webhook.read() if self._webhook else None
        except StorageError as error:
            return error.sentence
        return REGISTERED if ours else NO_WEBHOOKS

    async def _answer(
        self,
        *,
        hints: list[str],
        connected: bool = False,
        reason: str | None = None,
        rights: list[Right] | None = None,
        webhooks: str | None = None,
        missing: list[Missing] | None = None,
    ) -> Connection:
        transport = self._hostaway.transport
        status, budget = transport.token_status(), transport.budget()
        standing = await self._replica.look()
        trouble = [*standing.warnings]
        open_changes = None
        try:
            open_changes = await self._open_changes() if self._open_changes else None
        except StorageError as error:
            trouble.append(f"Nothing can be changed now: {error.sentence}")
        if open_changes:
            trouble.append("find_changes tells of the changes that are being checked; do not repeat them.")
        trouble += [f"This API key may not read {one.noun}." for one in rights or () if not one.allowed]
        return Connection(
            as_of=self._clock.now(),
            complete=not missing,
            missing=tuple(missing or ()),
            account_id=self._account_id,
            connected=connected,
            reason=reason,
            token=TokenTimes(issued_at=status.issued_at, expires_at=status.expires_at)
            if status
            else TokenTimes(),
            budget=_budget_now(budget),
            freshness=standing.freshness or _freshness(self._facts),
            replica=standing.replica,
            webhooks=webhooks or self._registered(),
            writes="propose" if self._writes_on else "off",
            open_changes=open_changes,
            hints=(*trouble, *_budget_hints(budget), *hints),
            rights=tuple(rights or ()),
        )


_AGAIN = "check_connection with deep=true again in a moment"
_SET_CREDENTIALS = (
    "Set HOSTAWAY_ACCOUNT_ID and HOSTAWAY_CLIENT_SECRET (in Hostaway: Settings, Hostaway API) "
    "and start this server again."
)


_STATES = {
    WebhookState.NOT_REGISTERED: NO_WEBHOOKS,
    WebhookState.GONE: "this server's was deleted; `hostaway-mcp webhooks register` makes it anew",
    WebhookState.DISABLED: "this server's is DISABLED; `hostaway-mcp webhooks register` enables it",
    WebhookState.ENABLED: f"{REGISTERED} and enabled",
}


async def _try(noun: str, read: Awaitable[Any]) -> Right | Missing:
    try:
        await read
    except (ForbiddenError, RefusedError, NotFoundError) as error:
        return Right(noun=noun, allowed=False, why=error.message)
    except HostawayMcpError as error:
        return Missing(what=f"the right to {noun}", why=error.message, resume=_AGAIN)
    return Right(noun=noun, allowed=True)


def _reason(error: HostawayMcpError) -> str:
    return f"{error.message} {_WHOSE_MOVE[error.move]}"


def _advice(error: HostawayMcpError) -> list[str]:
    wait = error.retry_after_seconds
    again = f"Ask again in {wait:.0f} s; before that nothing new is tried." if wait and wait >= 1 else None
    return [sentence for sentence in (error.hint, again) if sentence]


def _budget_now(budget: Budget) -> BudgetNow:
    return BudgetNow(
        ip=budget.ip_limit,
        account=budget.account_limit,
        used=max(budget.ip_used, budget.account_used),
        waiting=budget.waiting,
        window_seconds=budget.window_seconds,
        paused_seconds=round(budget.paused_seconds, 1) or None,
        refused=budget.refused or None,
    )


def _budget_hints(budget: Budget) -> list[str]:
    hints = []
    if budget.shared_by_others:
        hints.append(
            "Another program uses this account's request budget: Hostaway refused requests although this "
            "server kept within the limits."
        )
    if budget.paused_seconds:
        hints.append(f"Hostaway asked for a pause; requests go on in {budget.paused_seconds:.0f} s.")
    if (budget.ip_limit, budget.account_limit, budget.window_seconds) == PUBLISHED_LIMITS:
        # NOTES of the later documentation, 2026-08-20.
        hints.append(
            "Hostaway raised its limits in August 2026 (200 in 10 s); if they hold for this account, set "
            "HOSTAWAY_RATE_IP and HOSTAWAY_RATE_ACCOUNT to 200 for faster answers."
        )
    return hints


def _freshness(facts: Facts) -> tuple[Freshness, ...]:
    """By noun; windows that overlap count a row once."""
    oldest: dict[str, datetime] = {}
    ids: dict[str, set[object]] = {}
    for held in facts.held():
        name = held.key[0] if isinstance(held.key, tuple) else held.key
        noun = _NOUNS.get(str(name), str(name))
        oldest[noun] = min(oldest.get(noun, held.as_of), held.as_of)
        ids.setdefault(noun, set()).update(getattr(row, "id", None) or id(row) for row in held.rows)
    return tuple(Freshness(noun=n, as_of=oldest[n], rows=len(ids[n])) for n in sorted(oldest))


_NOUNS = {"stays": "reservations", "listings with resources": "listings"}


def _in_words(rows: tuple[UnifiedWebhook, ...]) -> str:
    """How many there are and where they go; a whole address may hold a secret."""
    if not rows:
        return "the account has none"
    hosts = sorted({urlsplit(one.url).hostname or "?" for one in rows})
    off = sum(one.is_enabled is False for one in rows)
    disabled = f", {off} of them disabled" if off else ""
    return f"the account has {len(rows)}{disabled}, to {', '.join(hosts[:MAX_HOSTS])}"
