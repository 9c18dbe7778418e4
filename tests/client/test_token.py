"""The access token: one for all, never early, renewed once, given up in one sentence."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hostaway_mcp.client.operations import CREATE_ACCESS_TOKEN
from hostaway_mcp.client.protocol import Json, JsonObject, Reply, Request
from hostaway_mcp.client.shared import FileState, MemoryState, SharedState
from hostaway_mcp.client.token import ACTIVATION_SECONDS, AccessToken, TokenManager, TokenStatus
from hostaway_mcp.errors import (
    BusyError,
    CredentialsError,
    ForbiddenError,
    RateLimitedError,
    TimedOutError,
    UnavailableError,
    UnreachableError,
    UpstreamError,
)
from tests.client.rig import LISTINGS, TOKEN_PATH, rigged, transport_for
from tests.support.clock import FakeClock
from tests.support.worlds import new_sandbox

SECRET = "a-client-secret-of-the-tests"


class Issuer:
    """The token endpoint: gives t1, t2, …, or raises what it is told to."""

    def __init__(self, clock: FakeClock, *, expires_in: Json = 63_158_400) -> None:
        self.clock = clock
        self.expires_in = expires_in
        self.requests: list[Request] = []
        self.errors: list[Exception] = []
        self.fails: Exception | None = None
        self.seconds = 0.1

    @property
    def issued(self) -> int:
        return sum(request.operation is CREATE_ACCESS_TOKEN for request in self.requests)

    async def __call__(self, request: Request) -> Reply:
        self.requests.append(request)
        await self.clock.sleep(self.seconds)
        if self.fails:
            raise self.fails
        result = {"token_type": "Bearer", "access_token": f"token-{self.issued}-of-tests"}
        return Reply(result | {"expires_in": self.expires_in}, self.clock.now())


def manager(
    issuer: Issuer, state: SharedState, *, secret: str = SECRET, account: str = "10000"
) -> TokenManager:
    return TokenManager(
        account_id=account,
        client_secret=secret,
        base_url="http://hostaway.test/v1",
        state=state,
        clock=issuer.clock,
        send=issuer,
    )


# Cold start.


async def test_fifty_cold_starts_make_one_token_call_and_no_early_use() -> None:
    """F19: a token resolves 1.1 s after its issue, and all waiters share it (_authentication.md)."""
    async with rigged(warm=False) as rig:
        requests = [rig.listing(0), rig.listing(1), LISTINGS] * 17
        await asyncio.gather(*(rig.transport.call(request) for request in requests[:50]))
        assert (rig.sandbox.tokens_issued, rig.sandbox.early_uses) == (1, 0)
        assert {one.status for one in rig.sandbox.requests} == {200}


async def test_a_token_is_not_given_in_its_first_second() -> None:
    clock = FakeClock()
    tokens = manager(Issuer(clock), MemoryState())
    began = clock.monotonic()
    await asyncio.gather(*(tokens.get() for _ in range(20)))
    assert clock.monotonic() - began == pytest.approx(0.1 + ACTIVATION_SECONDS)
    again = clock.monotonic()
    await tokens.get()
    assert clock.monotonic() == again


async def test_the_request_is_the_documented_form() -> None:
    """Source: _authentication.md."""
    issuer = Issuer(FakeClock())
    await manager(issuer, MemoryState()).get()
    assert issuer.requests[0].body == {
        "grant_type": "client_credentials",
        "client_id": "10000",
        "client_secret": SECRET,
        "scope": "general",
    }


async def test_a_waiter_who_leaves_does_not_end_it_for_the_others() -> None:
    issuer = Issuer(FakeClock())
    tokens = manager(issuer, MemoryState())
    first, second = asyncio.create_task(tokens.get()), asyncio.create_task(tokens.get())
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).value == "token-1-of-tests"
    assert issuer.issued == 1


# Across processes and restarts.


async def test_a_restart_uses_the_stored_token(tmp_path: Path) -> None:
    clock = FakeClock()
    sandbox = new_sandbox(listings=2, clock=clock, limits=None)
    for _ in range(3):
        state = FileState(tmp_path / "state.db")
        async with transport_for(sandbox, clock, state=state) as transport:
            await transport.call(LISTINGS)
        state.close()
    assert (sandbox.tokens_issued, sandbox.early_uses) == (1, 0)
    assert (tmp_path / "state.db").stat().st_mode & 0o777 == 0o600


async def test_two_processes_on_one_file_mint_once(tmp_path: Path) -> None:
    """The one that comes second waits for the claim of the first, and uses its token no earlier."""
    clock = FakeClock()
    sandbox = new_sandbox(listings=2, clock=clock, limits=None)
    states = [FileState(tmp_path / "state.db") for _ in range(2)]
    transports = [transport_for(sandbox, clock, state=state) for state in states]
    await asyncio.gather(*(transport.call(LISTINGS) for transport in transports))
    assert (sandbox.tokens_issued, sandbox.early_uses) == (1, 0)
    sandbox.revoke_all_tokens()
    await clock.sleep(100)
    await asyncio.gather(*(transport.call(LISTINGS) for transport in transports))
    assert (sandbox.tokens_issued, sandbox.early_uses) == (2, 0)
    for transport, state in zip(transports, states, strict=True):
        await transport.aclose()
        state.close()


async def test_a_claim_of_a_process_that_died_runs_out() -> None:
    clock, state = FakeClock(), MemoryState()
    dead, alive = Issuer(clock), Issuer(clock)
    dead.seconds = 3600
    stuck = asyncio.create_task(manager(dead, state).get())
    await clock.sleep(1)
    began = clock.monotonic()
    assert await manager(alive, state).get()
    assert 15 < clock.monotonic() - began < 25
    stuck.cancel()


async def test_other_credentials_never_use_this_token() -> None:
    clock, state = FakeClock(), MemoryState()
    issuer = Issuer(clock)
    values = {
        (await manager(issuer, state, secret=secret, account=account).get()).value
        for secret, account in ((SECRET, "10000"), ("another-secret", "10000"), (SECRET, "10001"))
    }
    assert len(values) == 3


@pytest.mark.parametrize(
    "token",
    [None, 7, "text", [], {}, {"value": "x"}, {"value": "x", "issued_at": "a", "expires_at": None},
     {"value": "x", "issued_at": 1e300, "expires_at": 1e300, "usable_from": 0, "after_refusal": False}],
)  # fmt: skip
async def test_a_damaged_document_is_no_token(token: Json) -> None:
    clock, state = FakeClock(), MemoryState()
    tokens = manager(issuer := Issuer(clock), state)
    state.update(tokens._key, lambda _: ({"token": token, "claim": "odd", "rejected_at": "odd"}, None))
    assert (await tokens.get()).value == "token-1-of-tests"
    assert issuer.issued == 1


async def test_monotonic_seconds_of_before_a_reboot_do_not_delay_for_long() -> None:
    clock, state = FakeClock(), MemoryState()
    first = manager(Issuer(clock), state)
    await first.get()

    def later(document: JsonObject | None) -> tuple[JsonObject, None]:
        assert document
        document["token"]["usable_from"] += 1e6
        return document | {"rejected_at": 1e6, "claim": {"holder": "x", "until": 1e6}}, None

    state.update(first._key, later)
    began = clock.monotonic()
    await manager(Issuer(clock), state).get()
    assert clock.monotonic() - began <= ACTIVATION_SECONDS + 0.01


# Renewal.


@pytest.mark.parametrize(("expires_in", "lasts_days"), [(15_897_600, 177), (63_158_400, 724), (864_000, 9)])
async def test_it_is_renewed_seven_days_before_its_end(expires_in: int, lasts_days: float) -> None:
    """`expires_in` is read, never assumed (_authentication.md); a short life is used to nine tenths."""
    clock = FakeClock()
    tokens = manager(issuer := Issuer(clock, expires_in=expires_in), MemoryState())
    await tokens.get()
    clock.advance(lasts_days * 86_400 - 10)
    await tokens.get()
    assert issuer.issued == 1
    clock.advance(20)
    assert (await tokens.get()).value == "token-2-of-tests"


async def test_a_renewal_that_fails_leaves_the_good_token_in_use() -> None:
    clock = FakeClock()
    tokens = manager(issuer := Issuer(clock, expires_in=864_000), MemoryState())
    await tokens.get()
    clock.advance(9.5 * 86_400)
    issuer.fails = UnreachableError("down")
    for _ in range(30):
        assert (await tokens.get()).value == "token-1-of-tests"
        await clock.sleep(1)
    assert issuer.issued == 2, "one attempt a minute"
    issuer.fails = None
    await clock.sleep(60)
    assert (await tokens.get()).value == "token-3-of-tests"


@pytest.mark.parametrize(("expires_in", "days"), [("15897600", 184), (None, 1), ("x", 1), (10**15, 3650)])
async def test_expires_in_may_be_odd(expires_in: Json, days: int) -> None:
    clock = FakeClock()
    token = await manager(Issuer(clock, expires_in=expires_in), MemoryState()).get()
    assert token.expires_at - token.issued_at == timedelta(days=days)


async def test_an_expired_token_is_not_used() -> None:
    clock, state = FakeClock(), MemoryState()
    await manager(Issuer(clock, expires_in=3600), state).get()
    clock.advance(4000)
    tokens = manager(issuer := Issuer(clock), state)
    assert tokens.status() is None
    await tokens.get()
    assert issuer.issued == 1


async def test_a_wall_clock_that_jumps_changes_nothing() -> None:
    """F21: waiting is measured in monotonic seconds."""
    clock = FakeClock()
    tokens = manager(issuer := Issuer(clock), MemoryState())
    await tokens.get()
    for jump in (3600, -7200, 3600):
        clock.jump_wall(jump)
        await tokens.get()
    assert issuer.issued == 1


async def test_renewing_by_hand_gives_a_new_token() -> None:
    async with rigged() as rig:
        before = rig.transport.token_status()
        after = await rig.transport.renew_token()
        assert before
        assert before.issued_at < after.issued_at
        assert rig.transport.token_status() == after
        await rig.transport.call(LISTINGS)
        assert (rig.sandbox.tokens_issued, rig.sandbox.early_uses) == (2, 0)


# Refusals.


@pytest.mark.parametrize("age_seconds", [0.0, 30.0, 3600.0])
@pytest.mark.parametrize("governed", [False, True])
async def test_a_revocation_in_the_middle_of_parallel_reads_is_invisible(
    age_seconds: float, governed: bool
) -> None:
    """F18: an expired or revoked token is HTTP 403 (index.html.md); one renewal serves all."""
    async with rigged(warm=False, governed=governed) as rig:
        await rig.transport.renew_token()
        await rig.clock.sleep(age_seconds)
        rig.sandbox.faults.add("slow", path="/v1/listings*", times=7, seconds=0.3)
        revoked = asyncio.get_running_loop().call_later(0.2, rig.sandbox.revoke_all_tokens)
        replies = await asyncio.gather(
            *(rig.transport.call(Request(LISTINGS.operation, query={"limit": n + 1})) for n in range(20))
        )
        assert revoked.when() <= asyncio.get_running_loop().time()
        assert len(replies) == 20
        assert (rig.sandbox.tokens_issued, rig.sandbox.early_uses, rig.sandbox.refused) == (2, 0, 0)


async def test_a_write_whose_token_was_refused_is_repeated_once() -> None:
    """401 and 403 say that nothing was done, so the repeated request is the only one that took effect."""
    async with rigged() as rig:
        rig.sandbox.revoke_all_tokens()
        await rig.transport.call(rig.rename())
        assert [one.status for one in rig.sandbox.requests if one.method == "PUT"] == [403, 200]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_second_refusal_means_a_missing_right(status: int) -> None:
    async with rigged() as rig:
        rig.sandbox.faults.add("status", path="/v1/listings*", status=status, times=None)
        for _ in range(20):
            with pytest.raises(ForbiddenError):
                await rig.transport.call(LISTINGS)
            await rig.clock.sleep(5)
        assert rig.hits() <= 20 + 2, "no loop"
        assert rig.sandbox.tokens_issued <= 1 + 2, "one renewal a minute"


async def test_a_token_that_wakes_late_is_tried_once_more() -> None:
    """Source: _authentication.md; a 403 in the first second means "retry once", not bad credentials."""
    async with rigged(warm=False) as rig:
        rig.sandbox.faults.add("status", path="/v1/listings*", status=403)
        await rig.transport.call(LISTINGS)
        assert (rig.sandbox.tokens_issued, rig.hits()) == (1, 2)


async def test_who_comes_late_uses_the_token_that_was_renewed_meanwhile() -> None:
    clock = FakeClock()
    tokens = manager(issuer := Issuer(clock), MemoryState())
    old = await tokens.get()
    await clock.sleep(100)
    renewed = await asyncio.gather(*(tokens.replace(old) for _ in range(10)))
    late = await tokens.replace(old)
    assert {token.value for token in (*renewed, late) if token} == {"token-2-of-tests"}
    assert issuer.issued == 2


# Credentials that are gone.


async def test_deleted_credentials_end_in_one_sentence_and_one_attempt_a_minute() -> None:
    """F20: a simulated hour of background reads, at most 60 token calls, and nothing else is sent."""
    async with rigged() as rig:
        rig.sandbox.delete_credentials()
        sentences = set()
        for _ in range(720):
            with pytest.raises(CredentialsError) as caught:
                await rig.transport.call(LISTINGS)
            sentences.add(caught.value.message)
            assert 0 < (caught.value.retry_after_seconds or 0) <= 60
            await rig.clock.sleep(5)
        token_calls = sum(one.path == TOKEN_PATH for one in rig.sandbox.requests)
        assert sentences == {f"Hostaway does not accept account id {rig.sandbox.account_id} with its secret."}
        assert token_calls <= 1 + 60
        assert rig.hits() == 1, "a token known to be dead is not sent again"
        rig.sandbox.restore_credentials()
        await rig.clock.sleep(60)
        await rig.transport.call(LISTINGS)


async def test_another_process_does_not_repeat_a_rejection() -> None:
    clock, state = FakeClock(), MemoryState()
    sandbox = new_sandbox(listings=1, clock=clock, limits=None)
    for _ in range(5):
        async with transport_for(sandbox, clock, state=state, client_secret="wrong-secret") as transport:
            with pytest.raises(CredentialsError):
                await transport.call(LISTINGS)
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UnavailableError("x", status=502), UnreachableError),
        (TimedOutError("x"), UnreachableError),
        (UpstreamError("x", status=302, hint="h"), UpstreamError),
        (RateLimitedError("x", status=429), RateLimitedError),
        (BusyError("x"), BusyError),
    ],
)
async def test_without_a_token_nothing_was_sent_and_the_error_says_so(
    error: UpstreamError, kind: type[UpstreamError]
) -> None:
    clock = FakeClock()
    tokens = manager(issuer := Issuer(clock), MemoryState())
    issuer.fails = error
    with pytest.raises(kind) as caught:
        await tokens.get()
    assert type(caught.value) is kind
    issuer.fails = None
    assert await tokens.get(), "no minute of waiting for what was not a rejection"


async def test_an_answer_without_a_token_is_broken() -> None:
    clock = FakeClock()
    state = MemoryState()

    async def odd(request: Request) -> Reply:
        return Reply({"access_token": "two words"}, clock.now())

    tokens = TokenManager(
        account_id="1", client_secret=SECRET, base_url="http://x", state=state, clock=clock, send=odd
    )
    with pytest.raises(UnreachableError, match="no access token"):
        await tokens.get()


# Revoking, and never showing.


async def test_revoking_ends_the_token_and_forgets_it() -> None:
    """Source: _authentication.md; DELETE with the token in the query, no Authorization header."""
    async with rigged() as rig:
        assert await rig.transport.revoke_token()
        last = rig.sandbox.requests[-1]
        assert (last.method, last.path, "authorization" in last.headers) == ("DELETE", TOKEN_PATH, False)
        assert rig.transport.token_status() is None
        assert not await rig.transport.revoke_token()
        await rig.transport.call(LISTINGS)
        assert rig.sandbox.tokens_issued == 2


async def test_neither_token_nor_secret_is_written_down(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with rigged() as rig:
            await rig.transport.call(LISTINGS)
            document = rig.state.read(rig.transport._tokens._key)
            await rig.transport.revoke_token()
            rig.sandbox.delete_credentials()
            with pytest.raises(CredentialsError) as caught:
                await rig.transport.call(LISTINGS)
    written = caplog.text + "".join(str(vars(record)) for record in caplog.records) + repr(caught.value)
    assert "upstream_call" in written
    assert "HTTP Request: DELETE" in written, "httpx2 did write its line"
    assert document
    assert document["token"]["value"] not in written
    assert rig.sandbox.client_secret not in written


def test_the_types_do_not_show_their_secrets() -> None:
    at = datetime(2026, 7, 23, tzinfo=UTC)
    token = AccessToken("canary-token", at, at, 0.0)
    tokens = manager(Issuer(FakeClock()), MemoryState())
    assert "canary" not in f"{token} {token!r} {TokenStatus(at, at)!r}"
    assert SECRET not in f"{tokens} {tokens!r}"
