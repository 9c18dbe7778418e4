"""What is looked at in the text of a message before it is proposed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydantic import SecretStr

from hostaway_mcp.analytics.words import language_of
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.conversations import CommunicationType, ConversationMessage
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.redaction import MASK, quoted, redact
from hostaway_mcp.services.untrusted import clean, clean_name
from hostaway_mcp.services.writes.words import check_text

LONG = {CommunicationType.SMS: 480}
VERY_LONG = 2_000
"""Characters beyond which a text is warned of; an SMS is charged in parts of 160."""

_LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+|\b[a-z0-9-]{2,}\.(?:com|net|org|io|me|app|co|eu|info)\b")
_PLACEHOLDER = re.compile(
    r"(?i)\{\{.{0,60}?\}\}|\{%.{0,60}?%\}|\[\[.{0,60}?\]\]|<<.{0,60}?>>|\{[a-z][\w .-]{0,40}\}"
    r"|%[a-z]+_[a-z_]+%|\[(?:your|insert|guest|host|enter|add|name|date|time|code|link|address|number|listing|property)"
    r"(?:[ _-][\w '’-]{0,40})?\]|\[[a-z]+_[a-z_]+\]|<[a-z]+_[a-z_]+>"
)


def checked(text: str) -> str:
    """
    The text as it can be sent and shown exactly.

    Raises:
        InputError: there is none, it has a placeholder or what nobody would see.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise InputError("The message has no text.")
    if found := _PLACEHOLDER.search(text):
        raise InputError(
            f'The text still has the placeholder "{quoted(found[0], 40)}".',
            hint="Fill it in, or leave it out.",
        )
    return check_text(text, "The text")


def hidden(text: str, secrets: Iterable[SecretStr | None]) -> str:
    """The text with codes and addresses masked, for who may not see them."""
    for secret in secrets:
        value = secret.get_secret_value().strip() if secret else ""
        if len(value) >= 3:
            text = text.replace(value, MASK)
    return redact(text)


def warnings_of(
    text: str,
    way: CommunicationType,
    stay: Reservation | None,
    messages: Sequence[ConversationMessage],
) -> tuple[str, ...]:
    """What a person should know before they agree."""
    found = []
    channel = stay.channel.label if stay else "the channel"
    if way is CommunicationType.CHANNEL and (what := _contacts(text)):
        found.append(f"The text holds {what}: {channel} may hold it back or forbid it.")
    if way is not CommunicationType.CHANNEL and any(_is_by_channel(one) for one in messages):
        found.append(f"This leaves the thread of {channel}, in which the guest wrote.")
    if stay is not None and way is CommunicationType.CHANNEL and stay.channel is Channel.DIRECT:
        found.append("A direct booking has no channel; Hostaway may not be able to deliver it so.")
    if len(text) > LONG.get(way, VERY_LONG):
        found.append(f"The text is long for {way}: {len(text):,} characters.")
    if stay is not None and stay.status_class is StatusClass.DEAD:
        found.append(f"The stay is {stay.status}.")
    spoken, written = _language(messages, stay), language_of([text])
    if spoken and written and spoken != written:
        found.append(f'The guest writes "{spoken}", and the text seems to be "{written}".')
    return tuple(found)


def _contacts(text: str) -> str | None:
    """Links, addresses and numbers, which channels do not like to see."""
    if redact.but_access(text) != text:
        return "a mail address or a phone number"
    return "a link" if _LINK.search(text) else None


def _is_by_channel(message: ConversationMessage) -> bool:
    return bool(message.is_incoming) and message.communication_type is CommunicationType.CHANNEL


def _language(messages: Sequence[ConversationMessage], stay: Reservation | None) -> str | None:
    """Two letters: of what the guest wrote last, or else of the reservation."""
    wrote = [said for one in messages if one.is_incoming and (said := clean(one.body))]
    if spoken := language_of(wrote[-5:]):
        return spoken
    locale = clean_name(stay.guest_locale) if stay else None
    return locale[:2].lower() if locale else None
