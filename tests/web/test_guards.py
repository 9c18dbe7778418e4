"""What a request passes before it reaches a route."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hostaway_mcp.errors import SettingsError
from hostaway_mcp.web import guards
from hostaway_mcp.web.web import build_web
from tests.server.stand import WAIT_SECONDS, stand
from tests.web.conftest import BEARER, KEY, door, routes_of

TRACE = "0af7651916cd43dd8448eb211c80319c"
WEBHOOK = "/webhooks/hostaway/{secret}"
OPERATIONS = {"/health", "/ready", "/metrics", "/openapi.json", "/docs", "/mcp"}

WRONG_KEYS: list[Any] = [
    {},
    {"authorization": "Bearer garbage"},
    {"authorization": "Bearer "},
    {"authorization": "Bearer"},
    {"authorization": KEY},
    {"authorization": f"Basic {KEY}"},
    {"authorization": f"Bearer {KEY}x"},
    {"authorization": f"Bearer {KEY[:-1]}"},
    {"authorization": f"Bearer {KEY.upper()}"},
    {"authorization": b"Bearer \xc3\xbc"},
    {"x-api-key": KEY},
]


def assert_problem(response: Any, status: int, code: str) -> None:
    """An RFC 9457 document that says the same as the status line."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"urn:hostaway-mcp:problem:{code}"
    assert body["title"]
    assert body["detail"]
    assert len(response.content) <= 2_100


async def test_no_route_answers_without_the_key() -> None:
    """D1 of the peer study: its key check was skipped on every route, and its test took 500 for 401."""
    async with door(hostaway_mcp_http_key=KEY) as at:
        served = routes_of(at.web)
        assert {path for _, path in served} >= OPERATIONS
        assert len(served) >= len(OPERATIONS) + 6
        for method, path in served:
            for headers in WRONG_KEYS:
                response = await at.http.request(method, path, headers=headers)
                if path == "/health":
                    assert response.status_code == 200
                elif path == WEBHOOK:
                    assert_problem(response, 404, "no_route")
                else:
                    assert_problem(response, 401, "key_needed")
                    assert response.headers["www-authenticate"].startswith("Bearer")
        assert at.held.audit.records == []


async def test_key_opens_every_route() -> None:
    """The scheme's case does not matter; the key's does."""
    async with door(hostaway_mcp_http_key=KEY) as at:
        at.held.desk.gate.set()
        for method, path in routes_of(at.web):
            if path == WEBHOOK:
                continue  # Hostaway's own; the key opens it no more than anything else does.
            response = await at.http.request(method, path, headers={"authorization": f"bEARER {KEY}"})
            if path == "/mcp" and method != "POST":
                assert_problem(response, 405, "wrong_method")  # That is of sessions, and this is none.
            else:
                assert response.status_code not in (401, 403, 404, 405), path


async def test_unknown_route_and_wrong_method_come_before_the_key() -> None:
    """404 and 405 are told to everybody, with the same words as to those with the key."""
    async with door(hostaway_mcp_http_key=KEY) as at:
        for headers in ({}, {"authorization": "Bearer garbage"}, BEARER):
            assert_problem(await at.http.get("/nothing", headers=headers), 404, "no_route")
            assert_problem(await at.http.get("/mcp/", headers=headers), 404, "no_route")
            assert_problem(await at.http.get("/health/", headers=headers), 404, "no_route")
            response = await at.http.put("/mcp", headers=headers)
            assert_problem(response, 405, "wrong_method")
            assert response.headers["allow"] == "DELETE, GET, POST"
            response = await at.http.post("/api/v1/recall", headers=headers)
            assert_problem(response, 405, "wrong_method")
            assert response.headers["allow"] == "GET"
        unknown = await at.http.get("/api/v1/echo_word", headers=BEARER)
        assert_problem(unknown, 404, "not_found")
        assert unknown.json()["nearest"] == ["echo_words"]
        assert "echo_words" not in (await at.http.get("/api/v1/echo_word")).text


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics", "/docs", "/api/v1/recall", "/nothing"])
async def test_foreign_pages_reach_no_route(path: str) -> None:
    """DNS rebinding and cross-site requests stop before anything else, also on routes that do not exist."""
    async with door(hostaway_mcp_http_key=KEY) as at:
        foreign = await at.http.get(path, headers={**BEARER, "host": "evil.example"})
        assert_problem(foreign, 421, "foreign_host")
        for headers in (
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        ):
            assert_problem(await at.http.get(path, headers=BEARER | headers), 403, "foreign_origin")
        assert at.held.audit.records == []


async def test_followed_link_and_own_page_are_fine() -> None:
    """A link to /docs from elsewhere, and a page of this machine."""
    async with door() as at:
        link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        assert (await at.http.get("/docs", headers=link)).status_code == 200
        assert (await at.http.get("/ready", headers={"origin": "http://localhost:3000"})).status_code == 200


async def test_two_host_headers_are_foreign() -> None:
    """Whichever a proxy and we would read, they might differ."""
    async with door() as at:
        two = [("host", "localhost"), ("host", "localhost")]
        assert_problem(await at.http.get("/health", headers=two), 421, "foreign_host")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "mcp.example.com"])
def test_server_for_others_needs_a_key(host: str) -> None:
    """The start is refused before anything listens."""
    with pytest.raises(SettingsError, match="HOSTAWAY_MCP_HTTP_KEY must be set"):
        build_web(stand().app, host=host)
    build_web(stand(hostaway_mcp_http_key=KEY).app, host=host)


async def test_cors_is_off() -> None:
    """Without named origins no page may read an answer, and preflights are not answered."""
    async with door() as at:
        origin = {"origin": "http://localhost:3000"}
        response = await at.http.get("/health", headers=origin)
        assert not [name for name in response.headers if name.startswith("access-control")]
        asked = await at.http.options("/mcp", headers=origin | {"access-control-request-method": "POST"})
        assert asked.status_code == 405


async def test_cors_for_named_origins_only() -> None:
    """Exactly the named origins; the preflight, which cannot carry the key, is answered without it."""
    named = "https://app.example.com"
    async with door(hostaway_mcp_allowed_origins=named, hostaway_mcp_http_key=KEY) as at:
        preflight = {
            "origin": named,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,mcp-protocol-version,content-type",
        }
        response = await at.http.options("/mcp", headers=preflight)
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == named
        assert "access-control-allow-credentials" not in response.headers
        answer = await at.http.get("/ready", headers=BEARER | {"origin": named})
        assert answer.headers["access-control-allow-origin"] == named
        other = preflight | {"origin": "https://other.example.com"}
        assert_problem(await at.http.options("/mcp", headers=other), 403, "foreign_origin")
        assert_problem(await at.http.get("/ready", headers={"origin": named}), 401, "key_needed")


async def drip(pieces: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(pieces):
        yield b" " * size


@pytest.mark.parametrize("path", ["/mcp", "/api/v1/recall"])
async def test_body_of_more_than_a_mebibyte_is_refused(path: str) -> None:
    """Declared or not; the limit itself is fine."""
    async with door() as at:
        method = "POST" if path == "/mcp" else "GET"
        headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
        for body in (b" " * (1024 * 1024 + 1), drip(17, 64 * 1024)):
            response = await at.http.request(method, path, content=body, headers=headers)
            assert_problem(response, 413, "body_too_large")
        response = await at.http.request(method, path, content=b" " * 1024 * 1024, headers=headers)
        assert response.status_code != 413


async def test_body_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow client does not hold a connection for ever."""
    monkeypatch.setattr(guards, "BODY_SECONDS", 0.05)
    forever = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b" "
        await forever.wait()

    async with door() as at, asyncio.timeout(WAIT_SECONDS):
        assert_problem(await at.http.post("/mcp", content=slow()), 408, "body_too_slow")


async def test_large_headers_and_targets_are_refused() -> None:
    """32 kB of headers, 16 kB of address."""
    async with door() as at:
        assert_problem(await at.http.get("/health", headers={"x": "y" * 40_000}), 431, "headers_too_large")
        assert_problem(await at.http.get("/health?" + "y" * 20_000), 414, "target_too_long")


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"x-request-id": "abc-1"}, "abc-1"),
        ({"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}, TRACE),
        ({"x-request-id": "abc-1", "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}, "abc-1"),
        ({"x-request-id": "not sane!"}, None),
        ({}, None),
    ],
)
async def test_every_answer_names_its_request(headers: dict[str, str], taken: str | None) -> None:
    """X-Request-ID on answers and refusals alike, and in the audit."""
    async with door(hostaway_mcp_http_key=KEY) as at:
        seen = []
        for path, extra in (
            ("/api/v1/recall", BEARER),
            ("/api/v1/echo_words", BEARER),
            ("/nothing", {}),
            ("/ready", {}),
            ("/health", {"host": "evil.example"}),
        ):
            response = await at.http.get(path, headers=headers | extra)
            seen.append(response.headers["x-request-id"])
        assert [r.correlation_id for r in at.held.audit.records] == seen[:2]
        if taken:
            assert set(seen) == {taken}
        else:
            assert len(set(seen)) == len(seen)
            assert all(len(one) == 32 for one in seen)


async def test_every_answer_carries_the_security_headers() -> None:
    """Nothing is sniffed, framed or kept."""
    async with door() as at:
        for path in ("/health", "/docs", "/api/v1/recall", "/nothing"):
            headers = (await at.http.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["cache-control"] == "no-store"
            assert "default-src 'none'" in headers["content-security-policy"]


async def test_unforeseen_failure_is_a_problem_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback and no words of the error."""
    async with door() as at:
        monkeypatch.setattr(type(at.held.audit), "failures", property(lambda _: 1 / 0))
        response = await at.http.get("/ready")
        assert_problem(response, 500, "internal")
        assert "division" not in response.text
        assert response.headers["x-request-id"]


async def test_large_answers_come_through_whole() -> None:
    """D11 of the peer study: a middleware that counted tokens corrupted or skipped replies."""
    async with door(hostaway_mcp_http_key=KEY) as at:
        for count in (2, 10, 40):
            names = [f"grüße {n} " + "x" * 150 for n in range(count)]
            response = await at.http.get(
                "/api/v1/echo_words", params={"text": "a", "listing": names}, headers=BEARER
            )
            assert response.status_code == 200
            assert int(response.headers["content-length"]) == len(response.content)
            assert response.json()["asked"]["listing"] == names
