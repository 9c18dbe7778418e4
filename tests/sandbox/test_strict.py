"""Strict mode: what is not documented is refused, named and remembered."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from hostaway_mcp.sandbox import Sandbox


@pytest.mark.parametrize(
    ("method", "path", "options", "named"),
    [
        ("GET", "/reservations", {"params": {"status": "new"}}, "'status'"),
        ("GET", "/reservations", {"params": {"order": "asc"}}, "'order'"),
        ("GET", "/reservations", {"params": {"sortOrder": "updatedOnDesc"}}, "sortOrder"),
        ("GET", "/reservations", {"params": {"limit": "many"}}, "limit"),
        ("GET", "/reviews", {"params": {"listingMapIds": "40160"}}, "'listingMapIds'"),
        ("GET", "/reservations", {"params": {"arrivalStartDate": "19.06.2026"}}, "arrivalStartDate"),
        ("POST", "/tasks", {"json": {"title": "x", "assignee": 1}}, "'assignee'"),
        ("POST", "/tasks", {"json": {"title": "x", "status": "done"}}, "body.status"),
        ("POST", "/tasks", {"json": {"title": 7}}, "body.title"),
        ("POST", "/tasks", {"json": {}}, "'title'"),
        ("POST", "/tasks", {"content": "title=x", "headers": {"content-type": "text/csv"}}, ""),
        ("PUT", "/listings/40160", {"json": {"listingImages": [{"url": "https://a", "alt": "x"}]}}, "'alt'"),
    ],
)
async def test_undocumented_is_refused_by_name(
    method: str, path: str, options: dict[str, Any], named: str, sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    answer = await client.request(method, path, **options)
    assert answer.status_code == 400
    assert named in answer.text
    assert answer.json()["status"] == "fail"


async def test_without_strictness_violations_are_only_remembered(
    sandbox: Sandbox, client: httpx2.AsyncClient
) -> None:
    sandbox.strict = False
    answer = await client.get("/reservations", params={"status": "new"})
    assert answer.status_code == 200
    assert sandbox.violations == [
        "GET /v1/reservations: Query parameter 'status' is not documented for listReservations"
    ]


async def test_date_type_is_refused_until_it_is_enabled(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    query = {"dateType": "arrival", "startDate": "2026-06-19", "endDate": "2026-06-20"}
    assert (await client.get("/reservations", params=query)).status_code == 400
    sandbox.date_type_enabled = True
    rows = (await client.get("/reservations", params=query)).json()["result"]
    assert rows
    assert {row["arrivalDate"] for row in rows} <= {"2026-06-19", "2026-06-20"}


async def test_unknown_path_is_a_404_in_hostaways_words(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/financialReports")
    assert answer.status_code == 404
    assert answer.json() == {"status": "fail", "message": "Resource not found"}


async def test_every_request_is_recorded(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    await client.get("/listings", params={"limit": 2})
    request = sandbox.requests[-1]
    assert (request.method, request.path, request.query) == ("GET", "/v1/listings", [("limit", "2")])
    assert (request.status, request.account) == (200, sandbox.account_id)
    assert request.headers["authorization"].startswith("Bearer ")
