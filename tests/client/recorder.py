"""A transport that sends nothing: it keeps the requests and gives the same answer to each."""

from __future__ import annotations

from datetime import UTC, datetime

from hostaway_mcp.client.protocol import Json, Reply, Request

RECEIVED_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

ANYTHING = {
    "id": 1,
    "listingMapId": 2,
    "reservationId": 3,
    "name": "name",
    "url": "https://example.com",
    "date": "2026-01-01",
    "from": "2026-01-01",
    "to": "2026-01-02",
    "totalPrice": 10,
    "imagesCount": 1,
    "columns": [],
    "access_token": "token",
    "expires_in": 1,
    "reservationCouponId": 1,
    "stripePublishableApiKey": "key",
    "clientSecret": "secret",
}
"""One object that every model can be read from."""


class Recorder:
    """Stands where the transport stands."""

    def __init__(self, result: Json = ANYTHING, *, text: str | None = None, count: int | None = None) -> None:
        self.result = result
        self.text = text
        self.count = count
        self.requests: list[Request] = []

    async def call(self, request: Request, *, deadline_seconds: float | None = None) -> Reply:
        self.requests.append(request)
        return Reply(result=self.result, received_at=RECEIVED_AT, text=self.text, count=self.count)

    @property
    def last(self) -> Request:
        return self.requests[-1]
