"""The parts of one reservation that can be asked for, and what each looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from hostaway_mcp.models.cancellation_policies import CancellationPolicyItem, PolicyEvent, RefundType
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.models.tasks import Task
from hostaway_mcp.redaction import MASK, redact
from hostaway_mcp.services.answers import Instant, Record
from hostaway_mcp.services.portfolio import ListingRow
from hostaway_mcp.services.reservations.rows import guest_name
from hostaway_mcp.services.untrusted import clean, clean_name

NOTE_CHARS = 400
EXCERPT_CHARS = 200
SHOWN_MESSAGES = 3
SHOWN_TASKS = 20


class Contact(Record):
    """How to reach a guest; masked unless revealing it is allowed and asked for."""

    email: str | None = None
    phone: str | None = None


class StayGuest(Record):
    """Who comes, and what was noted about them. Notes are outsiders' words."""

    name: str | None = None
    language: str | None = None
    country: str | None = None
    adults: int | None = None
    children: int | None = None
    infants: int | None = None
    pets: int | None = None
    contact: Contact | None = None
    guest_note: str | None = None
    host_note: str | None = None
    comment: str | None = None


class MessageExcerpt(Record):
    """The beginning of a message."""

    at: Instant | None = None
    from_: str
    """`guest` or `host`."""
    text: str | None = None


class StayConversation(Record):
    """The thread with the guest; get_conversation reads it whole."""

    conversation_id: int
    unread: bool
    last_from_guest: Instant | None = None
    last_from_host: Instant | None = None
    latest: tuple[MessageExcerpt, ...] = ()


class StayTask(Record):
    """A task of the stay; its moments are the listing's local time."""

    task_id: int
    title: str
    status: str | None = None
    categories: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    assignee_user_id: int | None = None


class PolicyStep(Record):
    """What the guest gets back when they cancel in time."""

    refund: str
    until: date | None = None
    """The last day on which it is certain, counted from the arrival day."""
    says: str


class StayPolicy(Record):
    """The terms that the guest booked under."""

    name: str | None = None
    steps: tuple[PolicyStep, ...] = ()


class StayListing(ListingRow):
    """The listing of the stay."""

    check_in_from_hour: int | None = None
    check_in_until_hour: int | None = None
    check_out_hour: int | None = None


class StayCustomField(Record):
    """A value that the account keeps on reservations."""

    name: str
    value: str | None = None


def guest_of(stay: Reservation) -> StayGuest:
    """The guest of a stay, contact masked."""
    secrets = (stay.door_code,)
    return StayGuest(
        name=guest_name(stay),
        language=clean_name(stay.guest_locale),
        country=clean_name(stay.guest_country),
        adults=stay.adults,
        children=stay.children,
        infants=stay.infants,
        pets=stay.pets,
        contact=contact_of(stay, reveal=False),
        guest_note=clean(stay.guest_note, secrets=secrets, max_chars=NOTE_CHARS),
        host_note=clean(stay.host_note, secrets=secrets, max_chars=NOTE_CHARS),
        comment=clean(stay.comment, secrets=secrets, max_chars=NOTE_CHARS),
    )


def contact_of(stay: Reservation, *, reveal: bool) -> Contact | None:
    """The guest's address and number, masked to what tells two of them apart."""
    email = clean(stay.guest_email, mask=False, max_chars=120)
    phone = clean(stay.phone, mask=False, max_chars=40)
    if not email and not phone:
        return None
    if reveal:
        return Contact(email=email, phone=phone)
    return Contact(email=masked_email(email), phone=masked_phone(phone))


def masked_email(email: str | None) -> str | None:
    """`anna.meier@gmail.com` becomes `a…@g…`."""
    if not email:
        return None
    user, _, host = email.partition("@")
    return f"{user[:1]}…@{host[:1]}…"


def masked_phone(phone: str | None) -> str | None:
    """`+351912345678` becomes `+351 … 678`; shorter numbers show less."""
    digits = "".join(ch for ch in phone or "" if ch.isdecimal())
    if len(digits) < 7:
        return "…" if digits else None
    start = f"+{digits[:3]} " if (phone or "").lstrip().startswith(("+", "00")) and len(digits) > 9 else ""
    return f"{start}… {digits[-3:]}"


def conversation_of(stay: Reservation, conversation: Conversation) -> StayConversation:
    """The thread in brief."""
    messages = sorted(conversation.conversation_messages, key=_when)[-SHOWN_MESSAGES:]
    return StayConversation(
        conversation_id=conversation.id,
        unread=bool(conversation.has_unread_messages),
        last_from_guest=conversation.message_received_on,
        last_from_host=conversation.message_sent_on,
        latest=tuple(_excerpt(message, stay) for message in messages),
    )


def _excerpt(message: ConversationMessage, stay: Reservation) -> MessageExcerpt:
    return MessageExcerpt(
        at=message.sent_channel_date or message.date,
        from_="guest" if message.is_incoming else "host",
        text=clean(message.body, secrets=(stay.door_code,), max_chars=EXCERPT_CHARS),
    )


def _when(message: ConversationMessage) -> tuple[str, int]:
    moment = message.sent_channel_date or message.date
    return (moment.isoformat() if moment else "", message.id)


def task_of(task: Task) -> StayTask:
    """A task in brief."""
    start, end = task.can_start_from_listing_time, task.should_end_by_listing_time
    return StayTask(
        task_id=task.id,
        title=clean_name(task.title) or "",
        status=str(task.status) if task.status else None,
        categories=tuple(category.name.lower() for category in task.categories_map),
        start=f"{start:%Y-%m-%d %H:%M}" if start else None,
        end=f"{end:%Y-%m-%d %H:%M}" if end else None,
        assignee_user_id=task.assignee_user_id,
    )


def listing_of(listing: Listing, row: ListingRow) -> StayListing:
    """The listing's row with its hours, local."""
    return StayListing(
        **row.model_dump(),
        check_in_from_hour=listing.check_in_time_start,
        check_in_until_hour=listing.check_in_time_end,
        check_out_hour=listing.check_out_time,
    )


def policy_of(stay: Reservation) -> StayPolicy | None:
    """
    The terms that the guest booked under; the policy of today may be another.

    Source: Hostaway API reference, "Reservation object", `cancellationPolicyDetails`.
    """
    details = stay.cancellation_policy_details
    if details is None:
        name = clean_name(stay.cancellation_policy or stay.airbnb_cancellation_policy)
        return StayPolicy(name=name) if name else None
    items = sorted(details.cancellation_policy_item, key=lambda item: item.time_delta or 0)
    steps = tuple(_step(item, stay) for item in items)
    return StayPolicy(name=clean_name(details.name or stay.cancellation_policy), steps=steps)


def _step(item: CancellationPolicyItem, stay: Reservation) -> PolicyStep:
    amount = item.refund_amount if item.refund_amount is not None else Decimal(0)
    if item.refund_type is RefundType.FLAT:
        refund = f"{amount.normalize():f} {stay.currency or ''}".strip()
    else:
        refund = f"{amount.normalize():f} %"
    seconds = item.time_delta or 0
    span = _span(abs(seconds))
    if item.event is PolicyEvent.ARRIVAL:
        until = stay.arrival + timedelta(seconds=seconds) if stay.arrival else None
        when = f"until {span} before arrival" if seconds <= 0 else f"until {span} after arrival"
    else:
        until = None
        when = f"within {span} after booking"
    field = clean_name(item.refund_field)
    of_what = f" of {field}" if field and field != "totalPrice" else ""
    return PolicyStep(refund=refund, until=until, says=f"{refund} back{of_what} if cancelled {when}")


def _span(seconds: int) -> str:
    days, hours = seconds / 86_400, seconds / 3_600
    if seconds and days == int(days):
        return f"{int(days)} day{'s' if days != 1 else ''}"
    return f"{hours:g} hour{'s' if hours != 1 else ''}"


def custom_fields_of(
    stay: Reservation, fields: Mapping[int, CustomField]
) -> tuple[tuple[StayCustomField, ...], int]:
    """The values with their names, secrets masked; and how many have a field that is not known."""
    shown, nameless = [], 0
    for value in stay.custom_field_values:
        field = fields.get(value.custom_field_id)
        nameless += field is None
        name = clean_name(field.name) if field else None
        text = clean(str(value.value), secrets=(stay.door_code,)) if value.value is not None else None
        if text and field and is_secret(field):
            text = MASK
        shown.append(StayCustomField(name=name or f"field {value.custom_field_id}", value=text))
    return tuple(shown), nameless


def is_secret(field: CustomField) -> bool:
    """Whether the name says that the value opens something."""
    return any(name and MASK in redact(f"{name}: 0000") for name in _called(field))


def _called(field: CustomField) -> Iterable[str | None]:
    return (field.name, (field.var_name or "").replace("_", " "))
