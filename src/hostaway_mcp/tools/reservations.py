"""Tools about reservations and guests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hostaway_mcp.services.answers import Record
from hostaway_mcp.services.guests import GuestAnswer, GuestCard
from hostaway_mcp.services.reservations.find import Reservations
from hostaway_mcp.services.reservations.money import Component, StayMoney
from hostaway_mcp.services.reservations.one import ReservationAnswer, ReservationCard
from hostaway_mcp.services.reservations.parts import Contact, StayConversation, StayGuest
from hostaway_mcp.services.reservations.rows import ReservationRow
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence, word
from hostaway_mcp.tools.catalogue import (
    Cursor,
    Day,
    DetailLevel,
    Listed,
    ListingRef,
    Question,
    Text,
    Toolset,
    tool,
)
from hostaway_mcp.tools.text import cell, fields, paragraphs, table

StatusClasses = Listed[Literal["confirmed", "owner_stay", "needs_action", "inquiry", "dead", "unknown"]]
Parts = Listed[Literal["guest", "money", "conversation", "tasks", "listing", "policy", "custom_fields"]]
Sort = Literal["arrival", "-arrival", "departure", "-departure", "booked", "-booked", "updated", "-updated"]
ReservationRef = Annotated[int | Text, Field(description="id, channel code or guest's name")]


class FindReservations(Question):
    """Which reservations."""

    from_: Day | None = Field(None, alias="from", description="default today")
    to: Day | None = Field(None, description="excluded when by=stay, else included; default 30 days on")
    by: Literal["stay", "arrival", "departure", "booked", "updated"] | None = Field(
        None, description="what the dates are about; default stay: any night in them"
    )
    listing: ListingRef | None = None
    group: Text | None = Field(None, description="a city")
    status_class: StatusClasses | None = Field(None, description="default all but inquiry and dead")
    status: Listed[Text] | None = Field(None, description="Hostaway's own words", max_length=20)
    channel: Listed[Text] | None = Field(
        None, description="airbnb, bookingcom, vrbo, direct, …", max_length=20
    )
    guest: Text | None = Field(None, description="part of the name; without dates: all dates")
    guest_email: Text | None = None
    unread: bool = Field(False, description="with unread messages only")
    sort: Sort | None = None
    limit: int = Field(25, ge=1, le=100)
    cursor: Cursor = None
    detail: DetailLevel = "brief"


def _list_text(answer: Reservations) -> str:
    if not answer.reservations:
        return paragraphs("No reservation fits.", _counts(answer))
    return paragraphs(reservation_table(answer.reservations), _counts(answer))


def _counts(answer: Reservations) -> str | None:
    if not answer.counts:
        return None
    return "All statuses: " + ", ".join(f"{name} {count}" for name, count in answer.counts.items())


def reservation_table(rows: tuple[ReservationRow, ...], *, guest: bool = True) -> str:
    """Reservations as lines; money with its currency, names of guests fenced."""
    columns = ("id", "listing", "guest", "channel", "status", "arrival", "departure", "nights", "guests")
    more = ("total", "balance", "code", "booked", "updated", "decide by", "cancelled", "by", "in", "out")
    party = ("adults", "children", "infants", "pets", "country", "lang", "paid", "guest note", "host note")
    return table(
        (*columns, *more, *party),
        (
            (
                row.reservation_id,
                fence(row.listing) or row.listing_id,
                fence(row.guest) if guest else None,
                row.channel,
                status_of(row),
                row.arrival,
                row.departure,
                row.nights,
                row.guests,
                row.total,
                row.balance,
                word(row.code) or None,
                row.booked_at and f"{row.booked_at:%Y-%m-%d %H:%MZ}",
                row.updated_at and f"{row.updated_at:%Y-%m-%d %H:%MZ}",
                row.decide_by and f"{row.decide_by:%Y-%m-%d %H:%MZ}",
                row.cancelled_on,
                word(row.cancelled_by) or None,
                _hour(row.check_in_hour),
                _hour(row.check_out_hour),
                row.adults,
                row.children,
                row.infants,
                row.pets,
                word(row.country) or None,
                word(row.language) or None,
                word(row.payment_status) or None,
                fence(row.guest_note),
                fence(row.host_note),
            )
            for row in rows
        ),
    )


def status_of(row: ReservationRow) -> str:
    """The class says what it counts as; Hostaway's word only where it tells more."""
    told = row.status in (row.status_class, "ownerStay", "new")
    return row.status_class if told else f"{row.status_class} ({row.status})"


def _hour(hour: int | None) -> str | None:
    return None if hour is None else f"{hour:02d}:00"


@tool(title="Find reservations", toolset=Toolset.RESERVATIONS, text=_list_text)
async def find_reservations(services: Services, question: FindReservations) -> Reservations:
    """
    Lists stays by nights, arrival, departure, booking or change date, listing, status, channel or guest,
    with party, total and balance owed to the host. Next: get_reservation for one stay, get_guest for a
    person, get_conversation for the messages.
    """
    return await services.reservations.find(
        from_=question.from_,
        to=question.to,
        by=question.by,
        listing=question.listing,
        group=question.group,
        status_class=question.status_class,
        status=question.status,
        channel=question.channel,
        guest=question.guest,
        guest_email=question.guest_email,
        unread=question.unread,
        sort=question.sort,
        limit=question.limit,
        cursor=question.cursor,
        detail=question.detail,
        question=question.asked(),
    )


class GetReservation(Question):
    """Which reservation, with what."""

    reservation: ReservationRef
    include: Parts | None = Field(None, description="default guest, money")


def _one_text(answer: ReservationAnswer) -> str:
    return paragraphs(
        _card_text(answer.reservation),
        _guest_text(answer.guest),
        _money_text(answer.money),
        _conversation_text(answer.conversation),
        _table_of("Tasks (local time)", answer.tasks),
        _line("Listing", answer.listing),
        _policy_text(answer),
        _table_of("Custom fields", answer.custom_fields),
    )


def _card_text(card: ReservationCard) -> str:
    where = fence(card.listing) or card.listing_id
    head = f"Reservation {card.reservation_id}: {where}, {status_of(card)}, {card.channel}"
    dates = f"{card.arrival} to {card.departure}, {card.nights} nights" if card.arrival else "not given"
    hours = f"in {_hour(card.check_in_hour)}, out {_hour(card.check_out_hour)}"
    return paragraphs(
        head,
        fields(
            (
                ("dates", dates + (f" ({hours})" if card.check_in_hour is not None else "")),
                (
                    "before the change",
                    card.previous_arrival and f"{card.previous_arrival} to {card.previous_departure}",
                ),
                ("guest", fence(card.guest)),
                ("party", card.guests),
                ("total", card.total),
                ("balance", card.balance),
                ("code", word(card.code)),
                ("booked", card.booked_at and f"{card.booked_at:%Y-%m-%d %H:%MZ}"),
                ("decide by", card.decide_by and f"{card.decide_by:%Y-%m-%d %H:%MZ}"),
                (
                    "cancelled",
                    card.cancelled_on and f"{card.cancelled_on} by {card.cancelled_by or 'unknown'}",
                ),
                ("no-show reported", card.no_show_reported),
                ("units", card.unit_ids),
                ("agreement", card.agreement),
                ("door code", card.door_code),
            )
        ),
    )


def _guest_text(guest: StayGuest | None) -> str | None:
    if guest is None:
        return None
    party = {"adults": guest.adults, "children": guest.children, "infants": guest.infants, "pets": guest.pets}
    return fields(
        (
            ("who comes", ", ".join(f"{count} {kind}" for kind, count in party.items() if count)),
            ("language", word(guest.language)),
            ("country", word(guest.country)),
            ("contact", _contact_text(guest.contact)),
            ("guest note", fence(guest.guest_note)),
            ("host note", fence(guest.host_note)),
            ("comment", fence(guest.comment)),
        )
    )


def _contact_text(contact: Contact | None) -> str | None:
    return ", ".join(filter(None, (contact.email, contact.phone))) if contact else None


def _money_text(money: StayMoney | None) -> str | None:
    if money is None:
        return None
    return paragraphs(
        _lines("Price", money.components),
        _lines("Not in the price", money.besides),
        fields((("payout", money.payout),)),
        _table_of("Charges", money.charges),
        fields((("paid", money.paid), ("due", money.due), ("payment status", money.payment_status))),
    )


def _lines(title: str, lines: tuple[Component, ...]) -> str | None:
    if not lines:
        return None
    return f"{title}: " + ", ".join(f"{word(line.label)} {line.amount}" for line in lines)


def _conversation_text(talk: StayConversation | None) -> str | None:
    if talk is None:
        return None
    lines = [
        f"- {message.at:%Y-%m-%d %H:%MZ} {message.from_}: {fence(message.text)}"
        if message.at
        else f"- {message.from_}: {fence(message.text)}"
        for message in talk.latest
    ]
    return paragraphs(f"Conversation {talk.conversation_id}{', unread' if talk.unread else ''}:", *lines)


def _policy_text(answer: ReservationAnswer) -> str | None:
    if answer.policy is None:
        return None
    steps = [
        f"- {step.says}" + (f" (until {step.until})" if step.until else "") for step in answer.policy.steps
    ]
    return paragraphs(f"Cancellation policy: {word(answer.policy.name) or 'no name'}", *steps)


def _table_of(title: str, rows: tuple[Record, ...] | None) -> str | None:
    if not rows:
        return f"{title}: none" if rows is not None else None
    columns = list(type(rows[0]).model_fields)
    body = table(
        [column.replace("_", " ") for column in columns],
        ([_given(column, getattr(row, column)) for column in columns] for row in rows),
    )
    return f"{title}:\n{body}"


_GIVEN = frozenset({"title", "name", "value", "method", "assignee", "city", "country_code", "time_zone"})
"""What people gave, in the parts of a stay; the rest are our own words."""


def _given(column: str, value: object) -> object:
    return word(value) if column in _GIVEN and type(value) is str else value


def _line(title: str, record: Record | None) -> str | None:
    if record is None:
        return None
    pairs = (
        (name.replace("_", " "), cell(_given(name, getattr(record, name))))
        for name in type(record).model_fields
    )
    return f"{title}: " + ", ".join(f"{name} {text}" for name, text in pairs if text)


@tool(title="Get a reservation", toolset=Toolset.RESERVATIONS, text=_one_text)
async def get_reservation(services: Services, question: GetReservation) -> ReservationAnswer:
    """
    One stay: dates, status, guest, price in parts, what is paid and owed; on request the latest
    messages, tasks, listing, the cancellation terms booked and custom fields. Next: get_conversation
    for the thread, get_guest for earlier stays.
    """
    return await services.reservations.get(question.reservation, include=question.include)


class GetGuest(Question):
    """Which guest."""

    guest: Text | None = Field(None, description="name or e-mail")
    reservation: ReservationRef | None = None
    reveal: bool = Field(False, description="show mail and phone, if the operator allows it")


def _guest_card_text(answer: GuestAnswer) -> str:
    guest = answer.guest
    return paragraphs(
        _guest_head(guest),
        reservation_table(guest.stays, guest=False) if guest.stays else None,
        f"{guest.stays_left_out} more are not shown." if guest.stays_left_out else None,
        *(f"Note on {note.reservation_id} by {note.by}: {fence(note.text)}" for note in guest.notes),
        *(
            f"Review of {review.reservation_id} by {review.by}: "
            + ", ".join(
                filter(
                    None,
                    (
                        f"{review.rating}/10" if review.rating is not None else str(review.status),
                        fence(review.text),
                        review.private and f"private {fence(review.private)}",
                    ),
                )
            )
            for review in guest.reviews
        ),
    )


def _guest_head(guest: GuestCard) -> str:
    others = ", ".join(f"{name} {count}" for name, count in (guest.others or {}).items())
    return fields(
        (
            ("guest", fence(guest.name)),
            ("stays", f"{guest.booked} booked, {guest.nights} nights"),
            ("not stays", others),
            ("total price of the booked", guest.spent),
            ("languages", [word(one) for one in guest.languages]),
            ("countries", [word(one) for one in guest.countries]),
            ("contact", _contact_text(guest.contact)),
        )
    )


@tool(title="Get a guest", toolset=Toolset.RESERVATIONS, text=_guest_card_text)
async def get_guest(services: Services, question: GetGuest) -> GuestAnswer:
    """
    A person across reservations: stays, nights, what they paid, languages, notes, reviews in both
    directions; contact masked. Give `guest` or `reservation`. Same e-mail or same full name counts as one
    person; several people are answered with the choices.
    """
    return await services.guests.get(
        guest=question.guest, reservation=question.reservation, reveal=question.reveal
    )
