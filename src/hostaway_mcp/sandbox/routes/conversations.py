"""Conversations, messages and templates over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hostaway_mcp.sandbox.calls import Call, serves
from hostaway_mcp.sandbox.documented import Json
from hostaway_mcp.sandbox.envelope import Reply, everything, missing, page_of, refused, success
from hostaway_mcp.sandbox.routes.listings import writable_listing
from hostaway_mcp.sandbox.routes.reservations import find_reservation, shown
from hostaway_mcp.sandbox.world.conversations import CONVERSATION_OFFSET, conversation_id, new_message
from hostaway_mcp.sandbox.world.world import World


@serves("listConversations")
def list_conversations(call: Call) -> Reply:
    """Conversations, the one with the latest activity first; only `reservationId` narrows them."""
    world = call.world
    wanted = call.number("reservationId")
    if wanted is not None:
        numbers = [number for number in (conversation_id(wanted),) if number in world.conversations]
    else:
        ids, _ = world.reservation_order("latestActivityDesc", lambda stay: (-stay.activity, -stay.id))
        numbers = [conversation_id(one) for one in ids if conversation_id(one) in world.conversations]
    limit, offset = call.size(), max(0, call.number("offset") or 0)
    rows = [_shown(call, number) for number in numbers[offset : offset + limit]]
    return page_of(rows, total=len(numbers), limit=limit, offset=offset)


@serves("listReservationConversations")
def list_reservation_conversations(call: Call) -> Reply:
    """The conversation of one reservation, if it has one."""
    reservation_id = call.id("reservationId")
    find_reservation(call.world, reservation_id)
    number = conversation_id(reservation_id)
    return everything([_shown(call, number)] if number in call.world.conversations else [])


@serves("getConversation")
def get_conversation(call: Call) -> Reply:
    """One conversation, with its latest message and its reservation."""
    number = _find(call.world, call.id("conversationId"))
    return success(_shown(call, number, full="includeResources" not in dict(call.query)))


def _find(world: World, number: int) -> int:
    if number not in world.conversations:
        raise missing("Conversation")
    return number


def _shown(call: Call, number: int, *, full: bool = False) -> Json:
    """The conversation; without `includeResources` messages and reservation are empty."""
    world = call.world
    row = dict(world.conversations.peek(number))
    if full or call.flag("includeResources"):
        sent = _visible(world.messages_of(number))
        row["conversationMessages"] = sent[-1:]
        row["Reservation"] = shown(world, number - CONVERSATION_OFFSET)
    else:
        row |= {"conversationMessages": [], "Reservation": None}
    return row


def _visible(messages: Sequence[Json]) -> list[Json]:
    return [message for message in messages if message["status"] == "sent"]


@serves("listConversationMessages")
def list_messages(call: Call) -> Reply:
    """The messages of a conversation, newest first; only sent ones unless all are asked for."""
    messages = call.world.messages_of(_find(call.world, call.id("conversationId")))
    rows = list(messages) if call.flag("includeScheduledMessages") else _visible(messages)
    return call.page(rows[::-1])


@serves("getConversationMessage")
def get_message(call: Call) -> Reply:
    """One message."""
    messages = call.world.messages_of(_find(call.world, call.id("conversationId")))
    wanted = call.id("conversationMessageId")
    for message in messages:
        if message["id"] == wanted:
            return success(message)
    raise missing("Conversation message")


@serves("sendConversationMessage")
def send_message(call: Call) -> Reply:
    """
    Sends a message to the guest, by e-mail unless another way is asked for.

    It is `sent` at once, or after the world's `sending_seconds` as `awaiting`; a fault makes it `failed`.
    """
    world = call.world
    number = _find(world, call.id("conversationId"))
    body = call.body.get("body")
    if not isinstance(body, str) or not body.strip():
        raise refused("Message body must not be empty.")
    stay_id = number - CONVERSATION_OFFSET
    reservation = find_reservation(world, stay_id)
    writable_listing(world, reservation["listingMapId"])
    now = world.clock.stamp()
    message = new_message(
        number=len(world.keep_thread(number)) + 1,
        stay_id=stay_id,
        listing_id=reservation["listingMapId"],
        account_id=world.account_id,
        body=body,
        at=now,
    ) | {
        "communicationType": call.body.get("communicationType") or "email",
        "isIncoming": 0,
        "isSeen": 1,
        "sentUsingHostaway": 1,
        "listingTimeZoneName": world.listings.peek(reservation["listingMapId"])["timeZoneName"],
    }
    failing = call.fault is not None and call.fault.kind == "message_fails"
    world.send_message(number, message, ends="failed" if failing else "sent")
    call.did("sent", "message", message["id"], after=message)
    return success(message)


@serves("listMessageTemplates")
def list_templates(call: Call) -> Reply:
    """Templates with raw placeholders, or filled when `reservationId` is given."""
    rows = list(call.world.templates.values())
    for name in ("messageTemplateGroupId", "channelId", "listingMapId"):
        text = call.text(name)
        if text is not None:
            rows = [row for row in rows if row[name] is None or str(row[name]) == text]
    reservation_id = call.number("reservationId")
    if reservation_id is not None:
        rows = [_filled(call.world, row, reservation_id) for row in rows]
    return everything(rows)


@serves("getMessageTemplate")
def get_template(call: Call) -> Reply:
    """One template with raw placeholders."""
    return success(_template(call.world, call.id("messageTemplateId")))


@serves("listReservationMessageTemplates")
def list_filled_templates(call: Call) -> Reply:
    """Every template filled for one reservation."""
    number = call.id("reservationId")
    return everything([_filled(call.world, row, number) for row in call.world.templates.values()])


@serves("getReservationMessageTemplate")
def get_filled_template(call: Call) -> Reply:
    """One template filled for one reservation."""
    row = _template(call.world, call.id("messageTemplateId"))
    return success(_filled(call.world, row, call.id("reservationId")))


def _template(world: World, number: int) -> Json:
    if number not in world.templates:
        raise missing("Message template")
    return world.templates[number]


def _filled(world: World, template: Json, reservation_id: int) -> Json:
    reservation = find_reservation(world, reservation_id)
    listing = world.listings.peek(reservation["listingMapId"])
    values: dict[str, Callable[[], object]] = {
        "guest_name": lambda: reservation["guestName"],
        "guest_first_name": lambda: reservation["guestFirstName"] or reservation["guestName"],
        "listing_name": lambda: listing["name"],
        "listing_address": lambda: listing["address"],
        "arrival_date": lambda: reservation["arrivalDate"],
        "departure_date": lambda: reservation["departureDate"],
        "check_in_time": lambda: listing["checkInTimeStart"],
        "door_code": lambda: reservation["doorCode"] or listing["doorSecurityCode"],
        "wifi_username": lambda: listing["wifiUsername"],
        "wifi_password": lambda: listing["wifiPassword"],
    }

    def value_of(match: re.Match[str]) -> str:
        known = values.get(match[1])
        return match[0] if known is None else str(known() or "")

    return template | {"message": re.sub(r"\{\{(\w+)\}\}", value_of, template["message"])}
