"""The one door to Hostaway: pace, token, retries and time limits, for reads and writes alike."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import logging
import math
from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import httpx2

from hostaway_mcp import calls
from hostaway_mcp.calls import Lane
from hostaway_mcp.client.flights import Flights
from hostaway_mcp.client.governor import Budget, Governor
from hostaway_mcp.client.observed import UpstreamCall, observed
from hostaway_mcp.client.protocol import (
    Answer,
    Effect,
    Reply,
    Request,
    decode,
    encode,
    limit_scope,
    retry_after_seconds,
)
from hostaway_mcp.client.retries import Breaker, RetryBudget, backoff_seconds
from hostaway_mcp.client.shared import SharedState
from hostaway_mcp.client.token import AccessToken, TokenManager, TokenStatus
from hostaway_mcp.client.wire import Wire
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import (
    BrokenAnswerError,
    BusyError,
    ForbiddenError,
    RateLimitedError,
    TimedOutError,
    UnavailableError,
    UnreachableError,
    UpstreamError,
)

READ_ATTEMPTS = 3
TOKEN_SECONDS = 15.0
"""For a token request with its turn; less than a claim on the renewal lasts."""

FIRST_ATTEMPT_SECONDS = (5.0, 15.0)
"""A read that hangs is given up after half of the time left, within these bounds, to be asked again."""

EXCHANGE_SECONDS = 1.0
"""Kept back from the wait for a turn, so that what is sent has time to be answered."""

BACKGROUND_SECONDS = 300.0
"""How much longer a read that nobody waits for may stand in line."""

TOLD_SECONDS = 1.0
"""Whoever has to wait longer for a turn is told."""

YOUNG_SECONDS = 2.0
"""A refused token of this age may not be awake yet; it is tried once more before it is replaced."""

_log = logging.getLogger("hostaway_mcp.client")


@dataclass(slots=True)
class _Trail:
    """How far a call has come."""

    deadline: float
    attempt: int = 0
    sent: bool = False
    once: bool = False
    token: AccessToken | None = None


class Transport:
    """
    Sends requests to Hostaway, as one account.

    Reads: at most 3 attempts inside one deadline, and one flight for identical ones. Everything else is
    sent exactly once; only what was refused for its token is signed anew and repeated once.
    """

    def __init__(
        self,
        *,
        base_url: str,
        account_id: str,
        client_secret: str,
        governor: Governor,
        state: SharedState,
        clock: Clock,
        http: httpx2.AsyncBaseTransport | None = None,
        deadline_seconds: float = 25.0,
        write_deadline_seconds: float = 30.0,
    ) -> None:
        self.on_call: Callable[[UpstreamCall], None] | None = None
        self._base_url = base_url
        self._account_id = account_id
        self._governor = governor
        self._clock = clock
        self._deadline_seconds = deadline_seconds
        self._write_deadline_seconds = write_deadline_seconds
        self._wire = Wire(base_url=base_url, clock=clock, http=http)
        self._flights: Flights[Reply] = Flights()
        self._retries = RetryBudget(clock)
        self._breaker = Breaker(clock)
        self._tokens = TokenManager(
            account_id=account_id,
            client_secret=client_secret,
            base_url=base_url,
            state=state,
            clock=clock,
            send=self._send_token_request,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends what is under way and closes the connections."""
        await self._flights.aclose()
        await self._tokens.aclose()
        await self._wire.aclose()

    async def call(
        self, request: Request, *, deadline_seconds: float | None = None, once: bool = False
    ) -> Reply:
        """
        Sends one request and gives the unwrapped answer. With `once` a write is not repeated even where it
        was refused for its token: whoever asks settles by reading.

        The deadline covers the wait for a turn, the token, every attempt and the reading of the answer. It
        is `deadline_seconds` from now (25 s for reads, five minutes more in the background, 30 s for the
        rest), or that of the current call if it comes sooner.

        Raises:
            UpstreamError: see the tree in `errors.py`.
            CredentialsError: Hostaway does not accept the account id and secret.
            InputError: the request holds something that cannot be sent.
        """
        deadline = self._deadline(request, deadline_seconds)
        outgoing = encode(request, base_url=self._base_url)
        if request.operation.effect is Effect.READ:
            return await self._share(request, deadline, (outgoing.method, outgoing.url, outgoing.content))
        return await self._answer(request, deadline, once=once)

    async def renew_token(self) -> TokenStatus:
        """Has a new token issued, whatever the state of the old one."""
        token = await self._tokens.renew()
        return TokenStatus(token.issued_at, token.expires_at)

    async def revoke_token(self) -> bool:
        """Ends the token at Hostaway and forgets it; False if there was none."""
        return await self._tokens.revoke()

    def forget_token(self) -> None:
        """Forgets the token here alone, for when Hostaway cannot be told."""
        self._tokens.forget()

    def token_status(self) -> TokenStatus | None:
        """When the token was issued and when it ends; None if there is none."""
        return self._tokens.status()

    def budget(self) -> Budget:
        """How much of what Hostaway allows is in use on this machine."""
        return self._governor.budget(account=self._account_id)

    # Reads that are under way are shared.

    async def _share(self, request: Request, deadline: float, question: Hashable) -> Reply:
        while True:
            # A background read joins an interactive one; an interactive one does not stand in the slow line.
            quick = (Lane.INTERACTIVE, question)
            key = quick if quick in self._flights else (_lane(), question)
            follows = key in self._flights
            try:
                async with asyncio.timeout(self._left(deadline) + 0.1):
                    return await self._flights.join(key, lambda: self._answer(request, deadline))
            except TimeoutError:
                raise _out_of_time(request, sent=True) from None
            except (TimedOutError, BusyError):
                # It may have been the time of the one who began that was over, not ours.
                if not follows or self._left(deadline) < EXCHANGE_SECONDS:
                    raise

    # Attempts.

    async def _answer(self, request: Request, deadline: float, *, once: bool = False) -> Reply:
        trail = _Trail(deadline, once=once)
        try:
            async with asyncio.timeout(self._left(deadline)):
                return await self._attempts(request, trail)
        except TimeoutError:
            raise _out_of_time(request, sent=trail.sent) from None

    async def _attempts(self, request: Request, trail: _Trail) -> Reply:
        most = READ_ATTEMPTS if request.operation.effect is Effect.READ else 1
        self._retries.request()
        before: UpstreamError | None = None
        for trail.attempt in itertools.count(1):
            self._ask_breaker(request)
            try:
                return await self._signed(request, trail, last=trail.attempt == most)
            except BusyError as error:
                raise before or error from None
            except UpstreamError as error:
                before = error
                pause = self._pause_before_next(error, trail)
                if pause is None or trail.attempt == most:
                    raise
                await self._clock.sleep(pause)
        raise AssertionError("unreachable")

    def _pause_before_next(self, error: UpstreamError, trail: _Trail) -> float | None:
        """Seconds until another attempt is worth it; None if it is not."""
        left = self._left(trail.deadline)
        if isinstance(error, RateLimitedError):
            # The governor makes everybody wait; here it is only asked whether the time allows it.
            return 0.0 if (error.retry_after_seconds or 0.0) < left else None
        pause = backoff_seconds(trail.attempt)
        worth = error.retryable and pause + EXCHANGE_SECONDS / 2 < left
        return pause if worth and self._retries.take() else None

    async def _signed(self, request: Request, trail: _Trail, *, last: bool) -> Reply:
        """
        One attempt, with the token if the operation needs one.

        401 and 403 mean that nothing was done, so even a write may be repeated with a better token.
        """
        if not request.operation.signed:
            return await self._exchange(request, trail, last=last)
        trail.token = await self._tokens.get()
        waited = False
        while True:
            try:
                return await self._exchange(request, trail, last=last)
            except ForbiddenError:
                if trail.once:
                    raise
                if not waited and self._clock.monotonic() - trail.token.usable_from < YOUNG_SECONDS:
                    waited = True
                    await self._clock.sleep(EXCHANGE_SECONDS)
                    continue
                other = await self._tokens.replace(trail.token)
                if other is None:
                    raise
                trail.token = other
            return await self._exchange(request, trail, last=last)

    # One exchange.

    async def _exchange(self, request: Request, trail: _Trail, *, last: bool) -> Reply:
        async with self._turn(trail.deadline):
            if trail.token:
                trail.token = self._tokens.freshest(trail.token)
            seconds = self._patience(trail, last=last)
            report = functools.partial(self._report, trail=trail)
            sent_at = self._clock.now()
            with observed(request.operation, attempt=trail.attempt, clock=self._clock, report=report) as seen:
                answer = await self._send(request, trail, seconds=seconds)
                outcome = self._understand(request, answer)
                error = outcome if isinstance(outcome, UpstreamError) else None
                seen.tell(status=answer.status, error=error)
        # Raised out here: the answer is complete, and the turn has ended as it should.
        if isinstance(outcome, UpstreamError):
            raise outcome
        return replace(outcome, sent_at=sent_at)

    @contextlib.asynccontextmanager
    async def _turn(self, deadline: float) -> AsyncIterator[None]:
        left = self._left(deadline)
        wait = left - min(EXCHANGE_SECONDS, left / 4)
        await self._tell_of_wait()
        async with self._governor.turn(account=self._account_id, lane=_lane(), timeout_seconds=wait):
            yield

    async def _tell_of_wait(self) -> None:
        """Whoever asked is told when it will take a while."""
        call = calls.current()
        if call is None or not call.is_heard:
            return
        seconds = self._governor.predicted_wait(account=self._account_id, lane=call.lane)
        if seconds >= TOLD_SECONDS:
            await call.tell(f"waiting {math.ceil(seconds)} s for Hostaway's limit")

    async def _send(self, request: Request, trail: _Trail, *, seconds: float) -> Answer:
        if seconds <= 0:
            raise _out_of_time(request, sent=trail.sent)
        token = trail.token.value if trail.token else None
        outgoing = encode(request, base_url=self._base_url, token=token)
        trail.sent = True
        return await self._wire.send(outgoing, operation=request.operation.name, seconds=seconds)

    def _understand(self, request: Request, answer: Answer) -> Reply | UpstreamError:
        """The reply, or the error that the answer means."""
        if answer.status == 429:
            self._slow_down(request, answer)
        if 300 <= answer.status < 400:
            extra = {"operation": request.operation.name, "status": answer.status}
            _log.warning("upstream_redirect_refused", extra=extra)
        try:
            return decode(request, answer)
        except UpstreamError as error:
            if isinstance(error, RateLimitedError) and error.retry_after_seconds is None:
                error.retry_after_seconds = self.budget().window_seconds
            return error

    def _slow_down(self, request: Request, answer: Answer) -> None:
        wait, scope = retry_after_seconds(answer), limit_scope(answer)
        self._governor.refused(account=self._account_id, retry_after_seconds=wait, applied=scope)
        extra = {"operation": request.operation.name, "retry_after_seconds": wait, "scope": scope}
        _log.warning("upstream_rate_limited", extra=extra)

    async def _send_token_request(self, request: Request) -> Reply:
        """
        Token requests take turns as well; whether they count at Hostaway is not documented.

        In the lane of whoever needs the token: sync's own is no sign that a person is there.
        """
        trail = _Trail(self._clock.monotonic() + TOKEN_SECONDS, attempt=1)
        try:
            async with asyncio.timeout(TOKEN_SECONDS):
                return await self._exchange(request, trail, last=True)
        except TimeoutError:
            raise _out_of_time(request, sent=trail.sent) from None

    # What was learned.

    def _report(self, call: UpstreamCall, *, trail: _Trail) -> None:
        # When the caller left early, that says nothing about Hostaway.
        if call.outcome != "abandoned" or self._left(trail.deadline) <= 0:
            self._breaker.tell(answered=call.outcome not in _ABSENT)
        if self.on_call:
            self.on_call(call)

    def _ask_breaker(self, request: Request) -> None:
        name = request.operation.name
        if wait := self._breaker.wait_seconds():
            message = f"Hostaway has been failing, so {name} was not sent; the next try is in {wait:.0f} s."
            raise UnreachableError(message, operation=name, retry_after_seconds=wait)

    def _patience(self, trail: _Trail, *, last: bool) -> float:
        # Time to stand in line is not time to listen to a Hostaway that says nothing.
        left = max(0.0, min(self._left(trail.deadline), self._write_deadline_seconds))
        shortest, longest = FIRST_ATTEMPT_SECONDS
        return left if last else min(left, max(shortest, min(longest, left / 2)))

    def _deadline(self, request: Request, seconds: float | None) -> float:
        if seconds is None:
            reads = request.operation.effect is Effect.READ
            seconds = self._deadline_seconds if reads else self._write_deadline_seconds
            seconds += BACKGROUND_SECONDS if reads and _lane() is not Lane.INTERACTIVE else 0.0
        deadline = self._clock.monotonic() + seconds
        call = calls.current()
        return min(deadline, call.deadline) if call and call.deadline is not None else deadline

    def _left(self, deadline: float) -> float:
        return deadline - self._clock.monotonic()


_ABSENT = frozenset(
    kind.code for kind in (BrokenAnswerError, TimedOutError, UnavailableError, UnreachableError)
) | {"abandoned"}


def _lane() -> Lane:
    call = calls.current()
    return call.lane if call else Lane.INTERACTIVE


def _out_of_time(request: Request, *, sent: bool) -> UpstreamError:
    name = request.operation.name
    if not sent:
        return BusyError(f"The time was over before {name} had its turn; nothing was sent.", operation=name)
    return TimedOutError(f"Hostaway did not answer {name} in time.", operation=name)
