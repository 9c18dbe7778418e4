"""The facts that a reply to a guest may rest on: hours, access, rules, parking, and filled templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from hostaway_mcp.analytics.phrases import Intent
from hostaway_mcp.analytics.words import intent_of
from hostaway_mcp.errors import AmbiguousNameError, UnknownNameError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.models.templates import MessageTemplate
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.answers import Record
from hostaway_mcp.services.conversations import secrets_of
from hostaway_mcp.services.listings.sections import SET, Charge, ListingDetail
from hostaway_mcp.services.names import plain
from hostaway_mcp.services.untrusted import clean, clean_name, word

RULES_CHARS = 800
ACCESS_CHARS = 600
TEMPLATE_CHARS = 500
WHOLE_TEMPLATE_CHARS = 4_000
SHOWN_TEMPLATES = 4
"""Templates of which the text is shown, those about the question first."""
NAMED_TEMPLATES = 30
SHOWN_AMENITIES = 60


class ReplyFacts(Record):
    """What Hostaway has; what is absent is not known there. Hours are 0 to 23, the listing's."""

    check_in_from_hour: int | None = None
    check_in_to_hour: int | None = None
    check_out_hour: int | None = None
    address: str | None = None
    wifi_name: str | None = None
    wifi_password: str | None = None
    """`set (hidden)` unless it may be shown; as the door code."""
    door_code: str | None = None
    door_code_instruction: str | None = None
    key_pickup: str | None = None
    instructions: str | None = None
    parking: tuple[str, ...] = ()
    """Amenities and fees about parking."""
    house_rules: str | None = None
    max_guests: int | None = None
    max_pets: int | None = None
    amenities: tuple[str, ...] = ()
    extras: tuple[Charge, ...] = ()
    """Fees for what guests may add."""


class FilledTemplate(Record):
    """A template filled for this stay by Hostaway; of some only the name."""

    template_id: int
    name: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Masking:
    """What is masked in the host's own texts."""

    secrets: tuple[SecretStr | None, ...]
    shown: bool = False

    def text(self, words: str | None, max_chars: int) -> str | None:
        """Cleaned; codes and passwords of the home only where they may be shown."""
        if self.shown:
            return clean(words, max_chars=max_chars, access=True)
        return clean(words, secrets=self.secrets, max_chars=max_chars)

    def secret(self, value: SecretStr | None) -> str | None:
        """That there is one, or what it is."""
        said = value.get_secret_value().strip() if value else ""
        if not said:
            return None
        return clean(said, max_chars=80, mask=False) if self.shown else SET


def masking(stay: Reservation | None, listing: Listing | None, *, shown: bool) -> Masking:
    """What the host's texts about this stay may not tell unless `shown`."""
    return Masking(secrets_of(stay, listing), shown)


def facts_of(
    stay: Reservation | None, listing: Listing | None, detail: ListingDetail | None, mask: Masking
) -> ReplyFacts:
    """The facts of a stay and its listing; the stay's own hours and code come first."""
    names = detail.amenities or () if detail else ()
    fees = detail.fees or () if detail else ()
    code = stay.door_code if stay and mask.secret(stay.door_code) else None
    return ReplyFacts(
        check_in_from_hour=_first(
            stay.check_in_time if stay else None, listing.check_in_time_start if listing else None
        ),
        check_in_to_hour=listing.check_in_time_end if listing else None,
        check_out_hour=_first(
            stay.check_out_time if stay else None, listing.check_out_time if listing else None
        ),
        address=clean(listing.address, secrets=mask.secrets, max_chars=200) if listing else None,
        wifi_name=clean_name(listing.wifi_username) if listing else None,
        wifi_password=mask.secret(listing.wifi_password) if listing else None,
        door_code=mask.secret(code or (listing.door_security_code if listing else None)),
        door_code_instruction=mask.text(stay.door_code_instruction, ACCESS_CHARS) if stay else None,
        key_pickup=mask.text(listing.key_pickup, ACCESS_CHARS) if listing else None,
        instructions=mask.text(listing.special_instruction, ACCESS_CHARS) if listing else None,
        parking=tuple(_parking(names, fees)),
        house_rules=mask.text(listing.house_rules, RULES_CHARS) if listing else None,
        max_guests=listing.person_capacity if listing else None,
        max_pets=listing.max_pets_allowed if listing else None,
        amenities=tuple(names[:SHOWN_AMENITIES]),
        extras=tuple(fee for fee in fees if not fee.mandatory),
    )


def _first(*hours: int | None) -> int | None:
    return next((hour for hour in hours if hour is not None), None)


def _parking(amenities: Sequence[str], fees: Sequence[Charge]) -> list[str]:
    found = [name for name in amenities if _is_parking(name)]
    for fee in fees:
        if _is_parking(fee.name):
            price = fee.amount or (f"{fee.percent} %" if fee.percent is not None else "no amount")
            found.append(f"{fee.name}: {price}" + (f" per {fee.per}" if fee.per else ""))
    return found


def _is_parking(words: str) -> bool:
    return any(word in plain(words) for word in ("park", "garage", "ev charger"))


def chosen(
    templates: Sequence[MessageTemplate], asked: str | None, intent: Intent, mask: Masking
) -> tuple[FilledTemplate, ...]:
    """
    The template that is asked for, whole; without `asked` those about the question with their text, and the
    names of others.

    Raises:
        UnknownNameError: there is no such template, with the names of those there are.
        AmbiguousNameError: several fit.
    """
    if asked is not None:
        one = meant_template(templates, asked)
        return (_shown(one, mask, WHOLE_TEMPLATE_CHARS),)
    about = sorted(templates, key=lambda one: (intent_of(f"{one.name} {one.message}") is not intent, one.id))
    return tuple(
        _shown(one, mask, TEMPLATE_CHARS) if place < SHOWN_TEMPLATES else _shown(one, mask, 0)
        for place, one in enumerate(about[:NAMED_TEMPLATES])
    )


def _shown(one: MessageTemplate, mask: Masking, max_chars: int) -> FilledTemplate:
    text = mask.text(one.message, max_chars) if max_chars else None
    return FilledTemplate(template_id=one.id, name=clean_name(one.name), text=text)


def meant_template(templates: Sequence[MessageTemplate], asked: str) -> MessageTemplate:
    """
    The template that is meant by an id, a name or a part of one.

    Raises:
        UnknownNameError, AmbiguousNameError: none or several, with the names.
    """
    words = plain(asked)
    found = [one for one in templates if str(one.id) == asked.strip()]
    found = found or [one for one in templates if plain(one.name) == words]
    found = found or [one for one in templates if words and words in plain(one.name)]
    if len(found) == 1:
        return found[0]
    names = [f"{word(clean_name(one.name)) or 'no name'} ({one.id})" for one in found or templates]
    said = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    if found:
        raise AmbiguousNameError(
            f'"{quoted(asked)}" fits {len(found)} templates.', choices=names, hint=f"Which one? {said}."
        )
    raise UnknownNameError(
        f'There is no message template "{quoted(asked)}".',
        nearest=names[:8],
        hint=f"There are: {said}." if names else "This account has none.",
    )
