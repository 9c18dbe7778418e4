"""Tasks and reviews: filters, listing times, bracketed parameters."""

from __future__ import annotations

import httpx2

from hostaway_mcp.sandbox import Sandbox


async def test_task_times_are_also_given_in_the_listings_zone(client: httpx2.AsyncClient) -> None:
    """Berlin is two hours ahead of UTC in June."""
    berlin = 40_160 + 7 * 3
    body = {"title": "Fix tap", "listingMapId": berlin, "canStartFrom": "2026-06-20 08:00:00"}
    task = (await client.post("/tasks", json=body)).json()["result"]
    assert task["canStartFromListingTime"] == "2026-06-20 10:00:00"
    done = (await client.put(f"/tasks/{task['id']}", json={"status": "completed"})).json()["result"]
    assert done["completedAt"] == "2026-06-19 09:30:01"


async def test_tasks_are_filtered(sandbox: Sandbox, client: httpx2.AsyncClient) -> None:
    query = {"status": "pending", "canStartFromStart": "2026-06-20", "canStartFromEnd": "2026-06-24"}
    rows = (await client.get("/tasks", params=query)).json()["result"]
    assert rows
    assert {row["status"] for row in rows} == {"pending"}
    assert {row["canStartFrom"][:10] for row in rows} <= {f"2026-06-{day}" for day in range(20, 25)}


async def test_reviews_are_filtered_in_brackets(client: httpx2.AsyncClient) -> None:
    query: list[tuple[str, str | int | float | bool | None]] = [
        ("listingMapIds[]", 40_160),
        ("listingMapIds[]", 40_167),
        ("statuses[]", "published"),
    ]
    rows = (await client.get("/reviews", params=query)).json()["result"]
    assert {row["listingMapId"] for row in rows} == {40_160, 40_167}
    assert {row["status"] for row in rows} == {"published"}
    best = (await client.get("/reviews", params={"ratingMin": 9, "type": "guest-to-host"})).json()["result"]
    assert {row["rating"] for row in best} == {9, 10}
