"""Webhook deliveries: what would be sent to whom when something changes."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from hostaway_mcp.sandbox.documented import Json

if TYPE_CHECKING:
    from hostaway_mcp.sandbox.sandbox import Sandbox

_OBJECTS = {"message.received": "conversationMessage"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST to one receiver; `body` is its JSON."""

    webhook_id: int
    kind: str
    url: str
    login: str | None
    password: str | None
    body: Json
    at: datetime


def deliver(sandbox: Sandbox, event: str, document: Json) -> None:
    """
    Adds the deliveries of one change: to each enabled unified webhook.

    The body is the one seen from live accounts; the reference does not document it.
    """
    body = {
        "object": _OBJECTS.get(event, "reservation"),
        "event": event,
        "accountId": sandbox.world.account_id,
        "data": document,
    }
    for webhook in sandbox.world.webhooks["unified"].values():
        if webhook["isEnabled"]:
            sandbox.deliveries.append(_addressed(sandbox, webhook, body))


def probe(sandbox: Sandbox, webhook: Json) -> None:
    """The test delivery that follows a registration."""
    sandbox.deliveries.append(_addressed(sandbox, webhook, {"data": "test"}))


def _addressed(sandbox: Sandbox, webhook: Json, body: Json) -> Delivery:
    return Delivery(
        webhook_id=webhook["id"],
        kind="unified",
        url=webhook["url"],
        login=webhook["login"],
        password=webhook["password"],
        body=deepcopy(body),
        at=sandbox.world.clock.now(),
    )
