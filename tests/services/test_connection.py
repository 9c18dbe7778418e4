"""The connection as it is told: never raised, always with whose move it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hostaway_mcp.sandbox.documented import blank
from hostaway_mcp.services.connection import NO_WEBHOOKS, Connection
from hostaway_mcp.sync.watch import Watched
from hostaway_mcp.sync.webhooks import WebhookState
from tests.services.writes.house import writing
from tests.support.house import House, house
from tests.support.replica import synced


async def check(home: House, **how: bool) -> Connection:
    return await home.app.services.connection.check(**how)


async def test_a_check_costs_one_read_and_shows_no_token() -> None:
    async with house() as home:
        answer = await check(home)
        token = next(
            request.headers["authorization"].removeprefix("Bearer ")
            for request in home.sandbox.requests
            if "authorization" in request.headers
        )
        assert home.upstream == ["/v1/listings"]
        assert answer.connected
        assert answer.reason is None
        assert answer.account_id == str(home.sandbox.account_id)
        assert answer.writes == "off"
        assert answer.webhooks == NO_WEBHOOKS
        assert answer.token.issued_at is not None
        assert answer.token.expires_at is not None
        assert answer.token.expires_at > answer.token.issued_at
        assert token not in answer.model_dump_json()


async def test_budget_counts_what_was_sent_and_says_that_limits_were_raised() -> None:
    """Source: later documentation of 2026-08-20, 200 in 10 s."""
    async with house(limits=(15, 20, 10.0)) as home:
        answer = await check(home)
        assert (answer.budget.ip, answer.budget.account, answer.budget.window_seconds) == (15, 20, 10.0)
        assert answer.budget.used == len(home.sandbox.requests) == 2
        assert answer.budget.waiting == 0
        assert any("HOSTAWAY_RATE_IP" in hint for hint in answer.hints)


async def test_other_limits_need_no_such_hint() -> None:
    async with house() as home:
        assert not any("HOSTAWAY_RATE_IP" in hint for hint in (await check(home)).hints)


async def test_without_credentials_nothing_is_asked() -> None:
    async with house(hostaway_account_id="", hostaway_client_secret="") as home:
        answer = await check(home, deep=True, renew=True)
        assert not home.sandbox.requests
        assert not answer.connected
        assert answer.complete
        assert answer.reason == "No Hostaway credentials are set."
        assert "HOSTAWAY_CLIENT_SECRET" in answer.hints[0]


async def test_a_wrong_secret_is_told_and_tried_once_a_minute() -> None:
    async with house(hostaway_client_secret="not-the-secret-77") as home:
        first, second = await check(home), await check(home)
        assert len(home.sandbox.requests) == 1
        assert not first.connected
        assert not second.connected
        assert first.reason is not None
        assert first.reason.startswith("Hostaway does not accept account id")
        assert first.reason.endswith("It is the move of whoever runs this server.")
        assert "HOSTAWAY_CLIENT_SECRET" in first.hints[0]
        assert "Ask again in 60 s" in first.hints[1]
        assert "not-the-secret-77" not in first.model_dump_json()
        home.clock.advance(61)
        await check(home)
        assert len(home.sandbox.requests) == 2


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("close", "It will probably pass"),
        ("status", "It will probably pass"),
        ("html", "web page instead of data"),
        ("invalid_json", "unreadable"),
        ("redirect", "redirect"),
        ("hang", "in time"),
    ],
)
async def test_whatever_hostaway_does_is_an_answer(kind: str, says: str) -> None:
    async with house() as home:
        await home.app.hostaway.listings.find(limit=1)
        home.sandbox.faults.add(kind, path="/v1/listings", times=None)  # type: ignore[arg-type]
        answer = await check(home)
        assert not answer.connected
        assert answer.reason is not None
        assert says in answer.reason
        assert "is the move" in answer.reason or "ask again" in answer.reason


async def test_a_forbidden_read_is_still_a_connection() -> None:
    async with house() as home:
        body = {"status": "fail", "message": "Not yours"}
        home.sandbox.faults.add("status", path="/v1/listings", times=None, status=403, body=body)
        answer = await check(home)
        assert answer.connected
        assert answer.hints[0] == "This API key may not read listings."
        assert [(right.noun, right.allowed) for right in answer.rights] == [("listings", False)]


async def test_renewing_gives_another_token() -> None:
    async with house() as home:
        before = await check(home)
        home.clock.advance(3600)
        after = await check(home, renew=True)
        assert before.token.issued_at is not None
        assert after.token.issued_at is not None
        assert (after.token.issued_at - before.token.issued_at).total_seconds() >= 3600
        assert "The token was renewed." in after.hints


async def test_deep_tries_every_noun_once() -> None:
    async with house() as home:
        answer = await check(home, deep=True)
        assert len(home.upstream) == len(set(home.upstream)) == 8
        assert [right.noun for right in answer.rights] == [
            *("listings", "reservations", "conversations", "reviews", "tasks", "calendar"),
            "financial reports",
        ]
        assert all(right.allowed for right in answer.rights)
        assert answer.complete
        assert answer.webhooks == f"{NO_WEBHOOKS}; the account has none"


async def test_deep_tells_what_is_forbidden_from_what_failed() -> None:
    async with house() as home:
        faults, denied = home.sandbox.faults, {"status": "fail", "message": "No right"}
        faults.add("status", path="/v1/reviews", times=None, status=403, body=denied)
        faults.add("status", path="/v1/finance/*", times=None, status=404, body=denied)
        faults.add("status", path="/v1/tasks", times=None, status=500)
        answer = await check(home, deep=True)
        assert answer.connected
        assert {right.noun for right in answer.rights if not right.allowed} == {
            "reviews",
            "financial reports",
        }
        assert [one.what for one in answer.missing] == ["the right to tasks"]
        assert not answer.complete
        assert "This API key may not read reviews." in answer.hints


async def test_webhooks_are_told_without_their_addresses() -> None:
    """The path of a webhook may be a secret."""
    async with house() as home:
        for number, enabled in ((1, 1), (2, 0)):
            url = f"https://hooks.example.com/in/s3cret-{number}"
            home.sandbox.world.webhooks["unified"][number] = blank("UnifiedWebhook") | {
                "id": number, "url": url, "isEnabled": enabled, "login": "me", "password": "pa55word-x",
            }  # fmt: skip
        answer = await check(home, deep=True)
        assert (
            answer.webhooks == f"{NO_WEBHOOKS}; the account has 2, 1 of them disabled, to hooks.example.com"
        )
        assert "s3cret" not in answer.model_dump_json()


async def test_freshness_is_what_is_remembered() -> None:
    async with house(listings=12) as home:
        assert (await check(home)).freshness == ()
        await home.app.services.portfolio.listings()
        home.clock.advance(100)
        await home.app.services.portfolio.detailed()
        fresh = (await check(home)).freshness
        assert [(one.noun, one.rows) for one in fresh] == [("listings", 12)]
        assert (home.clock.now() - fresh[0].as_of).total_seconds() >= 100


async def test_a_429_without_our_doing_means_somebody_else() -> None:
    async with house(limits=(15, 20, 10.0)) as home:
        await check(home)
        home.sandbox.faults.add("rate_limited", path="/v1/listings")
        answer = await check(home)
        assert answer.connected, "the read waits for the pause to end and is repeated"
        assert answer.budget.refused == 1
        assert any(hint.startswith("Another program uses") for hint in answer.hints)
        assert json.loads(answer.model_dump_json())["budget"]["refused"] == 1


async def test_a_synced_replica_tells_its_ages_its_sweep_and_its_deliveries(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        answer = await check(home)
        rows = {one.noun: one.rows for one in answer.freshness}
        assert rows["listings"] == 6
        assert rows["reservations"] == len(home.sandbox.world.stays)
        assert all(one.as_of <= home.clock.now() for one in answer.freshness)
        replica = answer.replica
        assert (replica.state, replica.first_sync, replica.deliveries) == ("whole", None, None)
        assert replica.calendars is not None
        assert (replica.calendars.kept, replica.calendars.fresh_share) == (replica.calendars.listings, 1.0)

        store = await home.app.replica.store()
        await store.deliveries.keep("d", "message.received", 7, {}, home.clock.now())
        await home.clock.sleep(7 * 3_600)
        later = (await check(home)).replica
        assert later.calendars is not None
        assert later.calendars.fresh_share == 0.0
        assert later.deliveries is not None
        assert (later.deliveries.waiting, later.deliveries.last_event) == (1, "message.received")


async def test_what_is_wrong_with_the_webhook_is_a_hint(tmp_path: Path) -> None:
    async with synced(tmp_path) as home:
        store = await home.app.replica.store()
        found = Watched(at=home.clock.now(), registered=WebhookState.ENABLED, delivered=9, refused=4)
        await store.sync.save("webhooks", "watch", found.document(), as_of=found.at)
        answer = await check(home)
        assert answer.hints[0].startswith("4 of 9 deliveries were not accepted within a day")


async def test_a_first_sync_says_what_is_there_and_what_is_still_to_come(tmp_path: Path) -> None:
    async with house(listings=6, hostaway_mcp_data_dir=tmp_path) as home:
        assert (await check(home)).replica.state == "none"
        home.sandbox.faults.add("status", path="/v1/listings/*/calendar", status=503, times=None)
        await (await home.app.replica.sync()).run()
        replica = (await check(home)).replica
        assert replica.state == "filling"
        assert replica.first_sync is not None
        assert "still to come: 0 of 6 calendars" in replica.first_sync


async def test_a_replica_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "replica.db").write_bytes(b"not a database at all" * 500)
    async with house(hostaway_mcp_data_dir=tmp_path) as home:
        answer = await check(home)
        assert answer.connected
        assert answer.replica.state == "unusable"
        assert answer.replica.says


async def test_it_says_whether_changes_are_proposed_and_which_are_open(tmp_path: Path) -> None:
    """What was sent and not answered is counted until it is known what became of it."""
    async with writing(tmp_path, listings=2) as home:
        sandbox = home.home.sandbox
        check = home.home.app.services.connection.check
        answer = await check()
        assert (answer.writes, answer.open_changes) == ("propose", 0)
        assert not (tmp_path / "journal.db").exists()
        change = {"ranges": [{"from": "+9d"}], "changes": {"min_stay": 6}}
        proposal = await home.propose("update_calendar", listing=next(iter(sandbox.world.listings)), **change)
        sandbox.faults.add("close", operation="updateCalendar")
        sandbox.faults.add("status", operation="getCalendar", status=503, after=1, times=None)
        assert (await home.apply(proposal))["outcome"] == "checking"
        answer = await check()
        assert answer.open_changes == 1
        assert any("do not repeat them" in hint for hint in answer.hints)
