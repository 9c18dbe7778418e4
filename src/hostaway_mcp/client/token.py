"""The access token: one for all processes, found, waited for, renewed and revoked."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hostaway_mcp.client.flights import Flights
from hostaway_mcp.client.operations import CREATE_ACCESS_TOKEN, REVOKE_ACCESS_TOKEN
from hostaway_mcp.client.protocol import Json, JsonObject, Reply, Request, whole_number
from hostaway_mcp.client.shared import SharedState
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import (
    BrokenAnswerError,
    BusyError,
    CredentialsError,
    HostawayMcpError,
    RateLimitedError,
    UnreachableError,
    UpstreamError,
)
from hostaway_mcp.redaction import redact

ACTIVATION_SECONDS = 1.1
"""A fresh token works about one second after it was issued (_authentication.md); a little more is safe."""

RENEWAL_MARGIN = timedelta(days=7)
ATTEMPT_PAUSE_SECONDS = 60.0
"""At most one attempt a minute with rejected credentials, and one renewal a minute because of refusals."""

CLAIM_SECONDS = 20.0
"""How long others leave the renewal to the process that began it; it gives up sooner itself."""

LOOK_SECONDS = 0.2
DEFAULT_LIFETIME_SECONDS = 86_400
LONGEST_LIFETIME_SECONDS = 10 * 365 * 86_400

_log = logging.getLogger("hostaway_mcp.client")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token; it never shows itself."""

    value: str = field(repr=False)
    issued_at: datetime
    expires_at: datetime
    usable_from: float
    """The monotonic second from which Hostaway accepts it."""
    after_refusal: bool = False
    """Whether it was issued because Hostaway had refused the one before."""

    def is_due(self, now: datetime) -> bool:
        """Whether it should be renewed: 7 days before its end, or after 9 tenths of a short life."""
        return now >= self.expires_at - min(RENEWAL_MARGIN, (self.expires_at - self.issued_at) / 10)


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """When the token was issued and until when it is good, UTC."""

    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Wait:
    """Another process is renewing."""


@dataclass(frozen=True, slots=True)
class _Mint:
    """The renewal is ours; `fallback` is good meanwhile."""

    fallback: AccessToken | None


@dataclass(frozen=True, slots=True)
class _Rejected:
    """The credentials were rejected less than a minute ago."""

    seconds: float


class TokenManager:
    """
    Keeps one token for one account, secret and base URL, in the state that all processes share.

    `send` sends the token requests themselves, with a turn from the governor.
    """

    def __init__(
        self,
        *,
        account_id: str,
        client_secret: str,
        base_url: str,
        state: SharedState,
        clock: Clock,
        send: Callable[[Request], Awaitable[Reply]],
    ) -> None:
        self._account_id = account_id
        self._secret = client_secret
        self._state = state
        self._clock = clock
        self._send = send
        self._held: AccessToken | None = None
        self._flights: Flights[AccessToken] = Flights()
        identity = "\0".join((account_id, base_url.rstrip("/"), client_secret))
        # Other credentials find another document, so they can never use this token.
        self._key = f"token:{hashlib.sha256(identity.encode()).hexdigest()[:32]}"
        redact.learn(client_secret)

    def __repr__(self) -> str:
        return f"TokenManager(account_id={self._account_id!r})"

    async def get(self) -> AccessToken:
        """
        A token that Hostaway accepts now.

        Raises:
            CredentialsError: rejected, now or less than a minute ago.
            UnreachableError, RateLimitedError, BusyError: no token can be had now.
        """
        held = self._held
        if held and not held.is_due(self._clock.now()) and self._clock.monotonic() >= held.usable_from:
            return held
        return await self._flights.join("get", self._obtain)

    def freshest(self, token: AccessToken) -> AccessToken:
        """The token to sign with, if `token` was replaced while its holder stood in line."""
        held = self._held
        return held if held and self._clock.monotonic() >= held.usable_from else token

    async def replace(self, refused: AccessToken) -> AccessToken | None:
        """
        Another token than the refused one; None if the refusal cannot be about the token.

        Whoever comes first renews, the others share. A token that was itself issued after a refusal, less
        than a minute ago, is not replaced again: then a right is missing, and minting would go on for ever.
        """
        held = self._held
        if held and held.value != refused.value:
            return await self.get()
        age = self._clock.monotonic() - refused.usable_from
        if refused.after_refusal and age < ATTEMPT_PAUSE_SECONDS:
            return None
        self._held = None
        return await self._flights.join("replace", lambda: self._obtain(unlike=refused.value, void=True))

    async def renew(self) -> AccessToken:
        """A new token on request; the one before stays good for whoever holds it."""
        known = self._held or _token_in(self._state.read(self._key), self._clock)
        unlike = known.value if known else ""
        return await self._flights.join("renew", lambda: self._obtain(unlike=unlike))

    async def revoke(self) -> bool:
        """Ends the token at Hostaway and forgets it; False if there was none."""
        token = self._held or _token_in(self._state.read(self._key), self._clock)
        if token is None:
            return False
        # The documented form has the token in the query and no Authorization header (_authentication.md).
        await self._send(Request(REVOKE_ACCESS_TOKEN, query={"token": token.value}))
        self.forget()
        _log.info("token_revoked", extra={"account": self._account_id})
        return True

    def forget(self) -> None:
        """Forgets the token, whether it was ended at Hostaway or not."""
        self._held = None
        self._state.update(self._key, lambda _: (None, None))

    def status(self) -> TokenStatus | None:
        """When the token was issued and when it ends; None if there is none."""
        token = self._held or _token_in(self._state.read(self._key), self._clock)
        return TokenStatus(token.issued_at, token.expires_at) if token else None

    async def aclose(self) -> None:
        await self._flights.aclose()

    async def _obtain(self, *, unlike: str | None = None, void: bool = False) -> AccessToken:
        """The shared token if it is good and not `unlike`, or else a new one; `void` forgets the old one."""
        holder = secrets.token_hex(8)
        while True:
            step = self._state.update(
                self._key,
                lambda document: self._decide(document or {}, holder=holder, unlike=unlike, void=void),
            )
            match step:
                case AccessToken():
                    return await self._settle(step)
                case _Wait():
                    await self._clock.sleep(LOOK_SECONDS)
                case _Rejected():
                    raise _credentials_error(self._account_id, step.seconds)
                case _Mint():
                    token = await self._mint_or_keep(holder, step.fallback, after_refusal=void)
                    return await self._settle(token)

    def _decide(
        self, document: JsonObject, *, holder: str, unlike: str | None, void: bool
    ) -> tuple[JsonObject, AccessToken | _Wait | _Mint | _Rejected]:
        """What to do, decided while no other process can decide; a `_Mint` leaves our claim behind."""
        now, token = self._clock.monotonic(), _token_in(document, self._clock)
        if token and token.value == unlike:
            token = None
        claim = _part(document, "claim")
        claimed = claim.get("holder") != holder and 0 < _number(claim.get("until")) - now <= CLAIM_SECONDS
        since_rejection = now - _number(document.get("rejected_at"), default=float("-inf"))
        since_attempt = now - _number(document.get("attempted_at"), default=float("-inf"))
        if token and (
            claimed
            or not token.is_due(self._clock.now())
            or 0 <= min(since_rejection, since_attempt) < ATTEMPT_PAUSE_SECONDS
        ):
            return document, token
        if claimed:
            return document, _Wait()
        if 0 <= since_rejection < ATTEMPT_PAUSE_SECONDS:
            return _without_token(document, unlike if void else None), _Rejected(
                ATTEMPT_PAUSE_SECONDS - since_rejection
            )
        kept = _without_token(document, unlike if void else None)
        return kept | {
            "claim": {"holder": holder, "until": now + CLAIM_SECONDS},
            "attempted_at": now,
        }, _Mint(token)

    async def _mint_or_keep(
        self, holder: str, fallback: AccessToken | None, *, after_refusal: bool
    ) -> AccessToken:
        try:
            return await self._mint(holder, after_refusal=after_refusal)
        except HostawayMcpError as error:
            if fallback is None:
                raise
            _log.warning("token_renewal_postponed", extra={"code": error.code})
            return fallback

    async def _mint(self, holder: str, *, after_refusal: bool) -> AccessToken:
        body = {
            "grant_type": "client_credentials",
            "client_id": self._account_id,
            "client_secret": self._secret,
            "scope": "general",
        }
        token, rejected = None, False
        try:
            reply = await self._send(Request(CREATE_ACCESS_TOKEN, body=body))
            token = self._read_reply(reply, after_refusal=after_refusal)
        except UpstreamError as error:
            rejected = error.status in (200, 400, 401, 403) and not isinstance(error, BrokenAnswerError)
            if rejected:
                _log.warning("token_rejected", extra={"account": self._account_id, "status": error.status})
                raise _credentials_error(self._account_id, ATTEMPT_PAUSE_SECONDS) from None
            raise _no_token(error) from error
        finally:
            self._state.update(
                self._key, lambda document: self._conclude(document or {}, holder, token, rejected=rejected)
            )
        _log.info("token_issued", extra={"account": self._account_id})
        return token

    def _conclude(
        self, document: JsonObject, holder: str, token: AccessToken | None, *, rejected: bool
    ) -> tuple[JsonObject, None]:
        """Gives the claim back together with what came of it, so that nobody looks in between."""
        if _part(document, "claim").get("holder") == holder:
            document.pop("claim")
        if token:
            document["token"] = _written(token)
            document.pop("rejected_at", None)
        if rejected:
            document["rejected_at"] = self._clock.monotonic()
        return document, None

    def _read_reply(self, reply: Reply, *, after_refusal: bool) -> AccessToken:
        """The bare OAuth object; `expires_in` is read, never assumed, and a day when it is missing."""
        found = reply.result if isinstance(reply.result, dict) else {}
        value = found.get("access_token")
        if (
            not isinstance(value, str)
            or not 0 < len(value) <= 8192
            or not value.isascii()
            or not _is_word(value)
        ):
            raise BrokenAnswerError(
                "Hostaway answered without an access token.", operation="createAccessToken"
            )
        redact.learn(value)
        seconds = whole_number(found.get("expires_in")) or DEFAULT_LIFETIME_SECONDS
        return AccessToken(
            value=value,
            issued_at=reply.received_at,
            expires_at=reply.received_at + timedelta(seconds=min(seconds, LONGEST_LIFETIME_SECONDS)),
            usable_from=self._clock.monotonic() + ACTIVATION_SECONDS,
            after_refusal=after_refusal,
        )

    async def _settle(self, token: AccessToken) -> AccessToken:
        """Holds the token and gives it once it is usable."""
        self._held = token
        if (wait := token.usable_from - self._clock.monotonic()) > 0:
            await self._clock.sleep(wait)
        return token


def _is_word(value: str) -> bool:
    return value.isprintable() and " " not in value


def _number(value: Json, *, default: float = 0.0) -> float:
    return float(value) if isinstance(value, int | float) else default


def _part(document: JsonObject, name: str) -> JsonObject:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _without_token(document: JsonObject, value: str | None) -> JsonObject:
    kept = dict(document)
    if value is not None and _part(kept, "token").get("value") == value:
        del kept["token"]
    return kept


def _written(token: AccessToken) -> JsonObject:
    return {
        "value": token.value,
        "issued_at": token.issued_at.timestamp(),
        "expires_at": token.expires_at.timestamp(),
        "usable_from": token.usable_from,
        "after_refusal": token.after_refusal,
    }


def _token_in(document: JsonObject | None, clock: Clock) -> AccessToken | None:
    """The token of a document, if it has one that is not over."""
    try:
        found = (document or {})["token"]
        token = AccessToken(
            value=str(found["value"]),
            issued_at=datetime.fromtimestamp(found["issued_at"], UTC),
            expires_at=datetime.fromtimestamp(found["expires_at"], UTC),
            # Monotonic seconds start anew with the machine: a stored one is never far ahead.
            usable_from=min(float(found["usable_from"]), clock.monotonic() + ACTIVATION_SECONDS),
            after_refusal=bool(found["after_refusal"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    redact.learn(token.value)
    return token if clock.now() < token.expires_at else None


def _credentials_error(account_id: str, seconds: float) -> CredentialsError:
    return CredentialsError(
        f"Hostaway does not accept account id {account_id} with its secret.",
        hint="Check HOSTAWAY_ACCOUNT_ID and HOSTAWAY_CLIENT_SECRET; Hostaway's dashboard makes new ones.",
        retry_after_seconds=seconds,
    )


def _no_token(error: UpstreamError) -> UpstreamError:
    """Without a token the request itself was not sent, and the error says so."""
    if isinstance(error, RateLimitedError | BusyError | UnreachableError):
        return error
    cause = f"HTTP {error.status}" if error.status else error.code.replace("_", " ")
    message = f"Hostaway gave no access token ({cause}), so nothing was sent."
    kind = UnreachableError if error.retryable else UpstreamError
    return kind(message, operation=error.operation, status=error.status, hint=error.hint)
