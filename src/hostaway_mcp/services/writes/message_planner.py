"""Makes a proposal of one message: to whom, by which way, with which exact text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hostaway_mcp.analytics.said import UNSAID, said_at
from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import zone_or_utc
from hostaway_mcp.errors import InputError, UsedError
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.conversations import CommunicationType, ConversationMessage, MessageStatus
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.conversations import Asked, Conversations, secrets_of
from hostaway_mcp.services.portfolio import Portfolio, label
from hostaway_mcp.services.reply_facts import meant_template
from hostaway_mcp.services.reservations.rows import guest_name
from hostaway_mcp.services.untrusted import clean_name, fence
from hostaway_mcp.services.writes.message_text import checked, hidden, warnings_of
from hostaway_mcp.services.writes.messages import MessageKind, reads_as, state_of
from hostaway_mcp.services.writes.plans import Plan, Touch, places_of
from hostaway_mcp.store.journal.records import Step, StepBody

TWICE = timedelta(hours=24)
"""The same text is not sent again in a thread within this time."""

THREADED = frozenset(
    {
        Channel.AIRBNB,
        Channel.AIRBNB_LEGACY,
        Channel.VRBO,
        Channel.BOOKINGCOM,
        Channel.EXPEDIA,
        Channel.MARRIOTT,
    }
)
"""Channels whose guests write in the channel's own thread."""


@dataclass(frozen=True, slots=True)
class _Text:
    """The exact text, and how it is shown to a model."""

    body: str
    shown: str


class MessagePlanner:
    """
    Plans of messages. The thread is read live; the stay comes from the replica where that has it, and a
    template costs one call more.
    """

    def __init__(
        self, kind: MessageKind, *, hostaway: Hostaway, conversations: Conversations, portfolio: Portfolio
    ) -> None:
        self._kind = kind
        self._hostaway = hostaway
        self._conversations = conversations
        self._portfolio = portfolio

    async def plan(
        self,
        *,
        conversation: int | None,
        reservation: int | str | None,
        text: str | None,
        template: int | str | None,
        via: CommunicationType | None,
        now: datetime,
    ) -> Plan:
        """
        The message as it would be sent.

        Raises:
            InputError: no text, or one with placeholders left; an archived listing.
            UnknownNameError, AmbiguousNameError: as to thread, stay and template.
            UsedError: the thread has the same text since yesterday.
            HostawayMcpError: the thread cannot be read.
        """
        if bool(text) == (template is not None):
            raise InputError("A message needs either `text` or `template`.")
        asked = await self._conversations.which(conversation=conversation, reservation=reservation)
        listing = (await self._portfolio.by_id()).get(asked.thread.listing_id or 0)
        if listing is not None and listing.is_archived:
            raise InputError(f"{label(listing)} is archived; Hostaway sends nothing about it.")
        said = await self._text(asked, listing, text, template)
        messages = await self._kind.read(asked.thread.id)
        _check_new(messages, said.body, now)
        way, because = _way(via, messages, asked)
        step = _step(asked, listing, said, way, messages)
        return Plan(
            tool="send_message",
            # The same message is recognized however it was asked for.
            arguments={"conversation": asked.thread.id, "text": said.body, "via": str(way)},
            summary=f"Send a message by {way} in conversation {asked.thread.id}",
            steps=(step,),
            touches=(_touch(asked, listing, now),),
            as_of=now,
            warnings=(*asked.warnings, *warnings_of(said.body, way, asked.stay, messages), *_hides(said)),
            privately=() if said.shown == said.body else (f"The exact text: ⟦{said.body}⟧",),
            understood=asked.understood | ({"via": f"{way}, {because}"} if because else {}),
        )

    async def _text(
        self, asked: Asked, listing: Listing | None, text: str | None, template: int | str | None
    ) -> _Text:
        if template is None:
            body = checked(text or "")
            return _Text(body, body)
        if asked.stay is None:
            raise InputError(
                "A template is filled for a reservation, and this conversation has none.", hint="Give `text`."
            )
        page = await self._hostaway.templates.find_filled(asked.stay.id)
        body = checked(meant_template(page.rows, str(template)).message or "")
        # Who asks may not see the codes that Hostaway fills in; the person who agrees does.
        return _Text(body, hidden(body, secrets_of(asked.stay, listing)))


def _check_new(messages: Sequence[ConversationMessage], body: str, now: datetime) -> None:
    for one in reversed(messages):
        if one.is_incoming is not False or one.status is MessageStatus.FAILED or not reads_as(one, body):
            continue
        at = said_at(one)
        if one.status in (MessageStatus.AWAITING, MessageStatus.PAUSED):
            due = f", due {at:%Y-%m-%d %H:%M} UTC" if at else ""
            raise UsedError(f"The same text waits to be sent in this thread{due}.", outcome="done")
        if one.status not in UNSAID and at is not None and at > now - TWICE:
            raise UsedError(
                f"The same text was sent in this thread at {at:%Y-%m-%d %H:%M} UTC; it is not sent twice "
                f"within a day.",
                outcome="done",
                hint="Write it in other words if it shall be said again.",
            )


def _way(
    via: CommunicationType | None, messages: Sequence[ConversationMessage], asked: Asked
) -> tuple[CommunicationType, str]:
    """By which way, and why where nobody said. Hostaway's own default is e-mail, for every channel."""
    if via is not None:
        return via, ""
    last = next((one.communication_type for one in reversed(messages) if one.is_incoming), None)
    if last is not None and last is not CommunicationType.UNKNOWN:
        return last, "as the guest wrote last"
    channel = asked.stay.channel if asked.stay else Channel.UNKNOWN
    if channel in THREADED:
        return CommunicationType.CHANNEL, f"since the booking came by {channel.label}"
    return CommunicationType.EMAIL, "since the booking came by no channel with a thread of its own"


def _step(
    asked: Asked,
    listing: Listing | None,
    said: _Text,
    way: CommunicationType,
    messages: Sequence[ConversationMessage],
) -> Step:
    stay, thread = asked.stay, asked.thread
    guest = (guest_name(stay) if stay else None) or clean_name(thread.recipient_name)
    number = stay.id if stay else thread.reservation_id
    dates = f"{stay.arrival} to {stay.departure}" if stay and stay.arrival else None
    where = (f"reservation {number}" if number else None, label(listing) if listing else None, dates)
    shown = str(way)
    if way is CommunicationType.CHANNEL and stay:
        shown = f"{way} ({stay.channel.label})"
    body = StepBody(
        what=", ".join(filter(None, (f"To {fence(guest) or 'the guest'}", *where))),
        before={},
        after={"by": shown, "text": f"⟦{said.shown}⟧"},
        operation="sendConversationMessage",
        path={"conversationId": thread.id},
        body={"body": said.body, "communicationType": str(way)},
        rests_on=state_of(messages),
        wanted={},
    )
    return Step(
        n=1,
        kind=MessageKind.name,
        body=body,
        listing_id=thread.listing_id,
        reservation_id=number,
        conversation_id=thread.id,
    )


def _touch(asked: Asked, listing: Listing | None, now: datetime) -> Touch:
    zone = zone_or_utc(listing.time_zone_name if listing else None)
    return Touch(
        toolset="inbox",
        kind=MessageKind.name,
        listing_id=asked.thread.listing_id,
        listing=label(listing) if listing else "",
        places=places_of(listing) if listing else (),
        reaches_guest=True,
        local_time=now.astimezone(zone),
    )


def _hides(said: _Text) -> tuple[str, ...]:
    if said.shown == said.body:
        return ()
    return ("Codes and addresses in the filled template are hidden here; whoever agrees sees them.",)
