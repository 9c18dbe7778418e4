"""Tokens: the first second, the many kinds of 403, credentials that are gone."""

from __future__ import annotations

import httpx2

from hostaway_mcp.sandbox import Sandbox, SteppedClock

from .conftest import ask_for_token, let_in, open_client


async def test_token_is_a_bare_oauth_object(sandbox: Sandbox) -> None:
    async with open_client(sandbox) as client:
        answer = await ask_for_token(client, sandbox)
    assert set(answer.json()) == {"token_type", "expires_in", "access_token"}
    assert answer.json()["expires_in"] == 63_158_400
    assert sandbox.tokens_issued == 1


async def test_token_opens_nothing_in_its_first_second(sandbox: Sandbox, clock: SteppedClock) -> None:
    async with open_client(sandbox) as client:
        token = (await ask_for_token(client, sandbox)).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        clock.seconds = 0.99
        assert (await client.get("/users")).status_code == 403
        clock.seconds = 1.0
        assert (await client.get("/users")).status_code == 200
    assert sandbox.early_uses == 1


async def test_several_tokens_live_at_once_and_one_can_be_revoked(
    sandbox: Sandbox, clock: SteppedClock
) -> None:
    async with open_client(sandbox) as client:
        first = (await ask_for_token(client, sandbox)).json()["access_token"]
        second = (await ask_for_token(client, sandbox)).json()["access_token"]
        clock.seconds = 2
        revoked = await client.delete("/accessTokens", params={"token": first})
        assert revoked.json() == {"status": "success", "result": []}
        statuses = [
            (await client.get("/users", headers={"authorization": f"Bearer {token}"})).status_code
            for token in (first, second)
        ]
    assert statuses == [403, 200]


async def test_unsigned_expired_and_revoked_are_403(
    sandbox: Sandbox, client: httpx2.AsyncClient, clock: SteppedClock
) -> None:
    unsigned = await client.get("/users", headers={"authorization": ""})
    clock.step(63_158_400)
    expired = await client.get("/users")
    await let_in(client, sandbox, clock)
    sandbox.revoke_all_tokens()
    revoked = await client.get("/users")
    for answer in (unsigned, expired, revoked):
        assert answer.status_code == 403
        assert answer.json()["status"] == "fail"
        assert answer.json()["message"]


async def test_wrong_or_deleted_credentials_are_an_invalid_client(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    wrong = await client.post(
        "/accessTokens",
        data={"grant_type": "client_credentials", "client_id": "1", "client_secret": "x", "scope": "general"},
    )
    sandbox.delete_credentials()
    deleted = await ask_for_token(client, sandbox)
    assert (await client.get("/users")).status_code == 403
    sandbox.restore_credentials()
    assert (await client.get("/users")).status_code == 200
    for answer in (wrong, deleted):
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"
