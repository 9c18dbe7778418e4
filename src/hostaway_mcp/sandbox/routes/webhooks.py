"""Webhooks over HTTP, unified and old, with their logs."""

from __future__ import annotations

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.deliveries import probe
from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.envelope import Reply, everything, missing, success

_NAMES = {
    "unified": "UnifiedWebhook",
    "reservation": "ReservationWebhook",
    "message": "ConversationMessageWebhook",
}
_EVENTS = ["reservation.created", "reservation.updated", "message.received"]


def _kind(call: Call) -> str:
    """Which of the three tables an operation works on, by its name."""
    name = call.operation.id
    return "unified" if "Unified" in name else "message" if "Message" in name else "reservation"


def _find(call: Call) -> Json:
    table = call.world.webhooks[_kind(call)]
    number = call.id("webhookId")
    if number not in table:
        raise missing("Webhook")
    return table[number]


@serves("listUnifiedWebhooks")
def list_unified(call: Call) -> Reply:
    """Every unified webhook."""
    return everything(list(call.world.webhooks["unified"].values()))


@serves("listReservationWebhooks", "listConversationMessageWebhooks")
def list_old(call: Call) -> Reply:
    """A page of the old webhooks."""
    return call.page(list(call.world.webhooks[_kind(call)].values()))


@serves("getUnifiedWebhook", "getReservationWebhook", "getConversationMessageWebhook")
def get_webhook(call: Call) -> Reply:
    """One webhook."""
    return success(_find(call))


@serves("createUnifiedWebhook", "createReservationWebhook", "createConversationMessageWebhook")
def create_webhook(call: Call) -> Reply:
    """A new webhook; a unified one is tried at once with a test delivery."""
    kind = _kind(call)
    number = call.world.next_number()
    webhook = _written(call, blank(_NAMES[kind]) | {"id": number})
    call.world.webhooks[kind][number] = webhook
    call.did("created", "webhook", number, after=webhook)
    if kind == "unified":
        probe(call.sandbox, webhook)
    return success(webhook)


@serves("updateUnifiedWebhook", "updateReservationWebhook", "updateConversationMessageWebhook")
def update_webhook(call: Call) -> Reply:
    """Changes a webhook."""
    before = _find(call)
    webhook = _written(call, before)
    call.world.webhooks[_kind(call)][webhook["id"]] = webhook
    call.did("updated", "webhook", webhook["id"], before=before, after=webhook)
    return success(webhook)


def _written(call: Call, webhook: Json) -> Json:
    """The webhook with the body's fields; `isEnabled` may come as text."""
    now = call.world.clock.stamp()
    webhook = webhook | call.body
    webhook["isEnabled"] = int(call.body.get("isEnabled", 1))
    if _kind(call) == "unified":
        return webhook | {"events": _EVENTS}
    inserted = webhook.get("insertedOn") or now
    account = call.world.account_id
    return webhook | {"accountId": account, "type": _kind(call), "insertedOn": inserted, "updatedOn": now}


@serves("deleteUnifiedWebhook", "deleteReservationWebhook", "deleteConversationMessageWebhook")
def delete_webhook(call: Call) -> Reply:
    """Removes a webhook."""
    webhook = _find(call)
    del call.world.webhooks[_kind(call)][webhook["id"]]
    call.did("deleted", "webhook", webhook["id"], before=webhook)
    return success([])


@serves("listUnifiedWebhookLogs", "listReservationWebhookLogs", "listConversationMessageWebhookLogs")
def list_logs(call: Call) -> Reply:
    """What receivers answered, newest first; whoever delivers writes `world.webhook_logs`."""
    rows = call.world.webhook_logs[_kind(call)]
    filters = {
        "reservationId": call.number("reservationId"),
        "listingMapId": call.number("listingMapId"),
        "webhookNotificationSettingId": call.number("unifiedWebhookId"),
    }
    fitting = [
        row for row in rows if all(value is None or row.get(key) == value for key, value in filters.items())
    ]
    return call.page(fitting[::-1])
