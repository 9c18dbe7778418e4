"""One reservation, with the parts that were asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from hostaway_mcp.analytics.balances import host_collects
from hostaway_mcp.client import Hostaway
from hostaway_mcp.errors import InputError, UpstreamError
from hostaway_mcp.models.custom_fields import CustomField, CustomFieldObject
from hostaway_mcp.models.finance import FinanceField
from hostaway_mcp.models.guest_payments import GuestCharge
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import AgreementStatus, Reservation
from hostaway_mcp.services.answers import Answer, Missing
from hostaway_mcp.services.copied_ledgers import CopiedLedgers
from hostaway_mcp.services.copied_threads import CopiedThreads
from hostaway_mcp.services.copy import LISTINGS, Copy, copied_or_live, note_copied, note_live
from hostaway_mcp.services.facts import Facts, Gathering
from hostaway_mcp.services.portfolio import Portfolio
from hostaway_mcp.services.reservations.money import StayMoney, money_of
from hostaway_mcp.services.reservations.parts import (
    SHOWN_TASKS,
    StayConversation,
    StayCustomField,
    StayGuest,
    StayListing,
    StayPolicy,
    StayTask,
    conversation_of,
    custom_fields_of,
    guest_of,
    listing_of,
    policy_of,
    task_of,
)
from hostaway_mcp.services.reservations.resolve import Resolver
from hostaway_mcp.services.reservations.rows import ReservationRow, row_of
from hostaway_mcp.services.stays import named_listings

FIELDS_FRESH_SECONDS = 600.0
MASKED = "[masked]"


class Part(StrEnum):
    """What can be asked for beside the reservation's row."""

    GUEST = "guest"
    MONEY = "money"
    CONVERSATION = "conversation"
    TASKS = "tasks"
    LISTING = "listing"
    POLICY = "policy"
    CUSTOM_FIELDS = "custom_fields"


USUAL_PARTS = (Part.GUEST, Part.MONEY)


class ReservationCard(ReservationRow):
    """A reservation with what a list leaves out."""

    previous_arrival: date | None = None
    previous_departure: date | None = None
    """The dates before the last change of dates."""
    unit_ids: tuple[int, ...] = ()
    agreement: str | None = None
    no_show_reported: str | None = None
    """When a no-show was reported, in the account's zone."""
    door_code: str | None = None
    """Only whether there is one."""


class ReservationAnswer(Answer):
    """One reservation and its parts."""

    reservation: ReservationCard
    guest: StayGuest | None = None
    money: StayMoney | None = None
    conversation: StayConversation | None = None
    tasks: tuple[StayTask, ...] | None = None
    listing: StayListing | None = None
    policy: StayPolicy | None = None
    custom_fields: tuple[StayCustomField, ...] | None = None


@dataclass(slots=True)
class _Sheet:
    """What is put together while the parts come in."""

    as_of: datetime
    parts: dict[str, Any] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def read(self, at: datetime) -> None:
        self.as_of = min(self.as_of, at)


@dataclass(frozen=True, slots=True)
class Copies:
    """What the replica has of stays, and beside them."""

    stays: Copy
    ledgers: CopiedLedgers
    threads: CopiedThreads


class Reader:
    """
    Reads one reservation, from the replica where that has it; the terms that it was booked under are live.

    Live it costs one call by number (and what it takes to find it by code or name), one more for the money
    of a stay that the host collects, one each for conversation, tasks and custom fields (their names are
    kept for ten minutes); guest, policy and listing cost none.
    """

    def __init__(
        self,
        hostaway: Hostaway,
        *,
        portfolio: Portfolio,
        facts: Facts,
        resolver: Resolver,
        copies: Copies,
    ) -> None:
        self._copies = copies
        self._hostaway = hostaway
        self._portfolio = portfolio
        self._facts = facts
        self._resolver = resolver

    async def get(self, reservation: int | str, *, include: Sequence[str] | None = None) -> ReservationAnswer:
        """
        The reservation with these parts (guest and money if none are named).

        A part that Hostaway does not give is named as missing; the rest still comes.

        Raises:
            UnknownNameError: there is none. AmbiguousNameError: a name or code fits several.
        """
        if isinstance(reservation, str) and not reservation.strip():
            raise InputError("`reservation` is empty.", hint="Use a Hostaway id, a code or a guest's name.")
        parts = [Part(word) for word in (USUAL_PARTS if include is None else include)]
        named = await named_listings(self._portfolio)
        listings = named.by_id
        resolved = await self._resolver.one(
            reservation,
            listings,
            today=self._portfolio.today(list(listings.values())),
            resources=Part.CUSTOM_FIELDS in parts,
            single=Part.POLICY in parts,
        )
        stay, sheet = resolved.stay, _Sheet(resolved.as_of)
        sheet.read(named.as_of or sheet.as_of)
        sheet.warnings += filter(None, (named.warning,))
        await asyncio.gather(*(self._add(part, stay, listings, sheet) for part in dict.fromkeys(parts)))
        card = _card(stay, listings, sheet.parts.get(Part.MONEY))
        return ReservationAnswer(
            as_of=sheet.as_of,
            complete=not sheet.missing,
            missing=tuple(sheet.missing),
            warnings=tuple(sheet.warnings),
            understood=resolved.understood,
            reservation=card,
            **{str(name): value for name, value in sheet.parts.items()},
        )

    async def _add(
        self, part: Part, stay: Reservation, listings: Mapping[int, Listing], sheet: _Sheet
    ) -> None:
        ways: dict[Part, Callable[[], Awaitable[object]]] = {
            Part.GUEST: lambda: _at_once(guest_of(stay)),
            Part.POLICY: lambda: _at_once(policy_of(stay)),
            Part.MONEY: lambda: self._money(stay, sheet),
            Part.CONVERSATION: lambda: self._conversation(stay, sheet),
            Part.TASKS: lambda: self._tasks(stay, sheet),
            Part.LISTING: lambda: self._listing(stay, listings),
            Part.CUSTOM_FIELDS: lambda: self._custom_fields(stay, sheet),
        }
        try:
            found = await ways[part]()
        except UpstreamError as error:
            sheet.missing.append(_missing(part, error, stay))
            return
        if found is None or found == ():
            # An empty section would not be in the answer; asked for, it must be told from a forgotten one.
            sheet.warnings.append(f"This reservation has no {part.replace('_', ' ')}.")
        else:
            sheet.parts[part] = found

    async def _money(self, stay: Reservation, sheet: _Sheet) -> StayMoney:
        """A breakdown that the reservation does not carry is read; charges only where the host collects."""
        fields, charges = await asyncio.gather(self._fields(stay, sheet), self._charges(stay, sheet))
        money, warnings = money_of(stay, fields, charges)
        sheet.warnings += warnings
        return money

    async def _fields(self, stay: Reservation, sheet: _Sheet) -> Sequence[FinanceField]:
        if stay.finance_field or not stay.total_price:
            return stay.finance_field
        try:
            page = await self._hostaway.finance.find_fields(stay.id)
            note_live()
        except UpstreamError as error:
            sheet.missing.append(_missing("the parts of the price", error, stay))
            return ()
        sheet.read(page.received_at)
        return page.rows

    async def _charges(self, stay: Reservation, sheet: _Sheet) -> Sequence[GuestCharge] | None:
        if not host_collects(stay) or not stay.total_price:
            return None
        if kept := await self._copies.ledgers.charges(stay.id):
            sheet.read(kept.as_of)
            return _own(kept.rows, stay)
        try:
            page = await self._hostaway.guest_payments.find_charges(reservation_id=stay.id)
            note_live()
        except UpstreamError as error:
            sheet.missing.append(_missing("charges, and with them paid and balance", error, stay))
            return None
        sheet.read(page.received_at)
        return _own(page.rows, stay)

    async def _conversation(self, stay: Reservation, sheet: _Sheet) -> StayConversation | None:
        if kept := await self._copies.threads.of_stay(stay.id):
            sheet.read(kept.as_of)
            note_copied()
            return conversation_of(stay, kept.rows[0]) if kept.rows else None
        note_live()
        page = await self._hostaway.conversations.find(reservation_id=stay.id, include_resources=True)
        sheet.read(page.received_at)
        threads = _own(page.rows, stay)
        return conversation_of(stay, threads[0]) if threads else None

    async def _tasks(self, stay: Reservation, sheet: _Sheet) -> tuple[StayTask, ...]:
        if kept := await self._copies.ledgers.tasks(stay.id):
            sheet.read(kept.as_of)
            tasks = _own(kept.rows, stay)
        else:
            note_live()
            page = await self._hostaway.tasks.find(reservation_id=stay.id)
            sheet.read(page.received_at)
            tasks = _own(page.rows, stay)
        if len(tasks) > SHOWN_TASKS:
            sheet.warnings.append(f"{len(tasks) - SHOWN_TASKS} of {len(tasks)} tasks are not shown.")
        return tuple(task_of(task) for task in tasks[:SHOWN_TASKS])

    async def _listing(self, stay: Reservation, listings: Mapping[int, Listing]) -> StayListing | None:
        if stay.listing_id is None:
            return None
        listing = listings.get(stay.listing_id)
        if listing is None:
            listing = (await self._hostaway.listings.get(stay.listing_id)).row
        return listing_of(listing, self._portfolio.row(listing))

    async def _custom_fields(self, stay: Reservation, sheet: _Sheet) -> tuple[StayCustomField, ...]:
        if not stay.custom_field_values:
            return ()
        known = await self.custom_fields()
        values, nameless = custom_fields_of(stay, {one.id: one for one in known})
        if nameless:
            sheet.warnings.append(f"{nameless} of the custom fields have no name that could be read.")
        return values

    async def custom_fields(self) -> Sequence[CustomField]:
        """The fields that the account keeps on reservations."""
        known = await self._facts.get(
            "reservation custom fields", self._load_fields, fresh_seconds=FIELDS_FRESH_SECONDS
        )
        return known.rows

    async def _load_fields(self, gathering: Gathering[CustomField]) -> None:
        async def live(gathering: Gathering[CustomField]) -> None:
            page = await self._hostaway.custom_fields.find(
                limit=500, object_type=CustomFieldObject.RESERVATION
            )
            gathering.add(page.rows, page.received_at, set_aside=page.set_aside)

        await copied_or_live(gathering, self._copies.stays.custom_fields, live, ages=LISTINGS)


async def _at_once(part: object) -> object:
    return part


def _own(rows: Iterable[Any], stay: Reservation) -> list[Any]:
    """The rows of this stay: a filter that a server overlooks must not mix in another guest's."""
    return [row for row in rows if row.reservation_id in (stay.id, None)]


def _missing(what: str, error: UpstreamError, stay: Reservation) -> Missing:
    return Missing(
        what=str(what),
        why=error.message,
        resume=f"get_reservation {stay.id} again in a minute.",
    )


def _card(stay: Reservation, listings: Mapping[int, Listing], money: StayMoney | None) -> ReservationCard:
    row = row_of(stay, listings, detail="standard")
    party = {"adults": None, "children": None, "infants": None, "pets": None}
    reported = stay.bookingcom_no_show_reported_at
    return ReservationCard.model_validate(
        row.model_dump()
        | party
        | {
            "country": None,
            "language": None,
            "balance": money.balance if money else row.balance,
            "previous_arrival": _changed(stay.previous_arrival_date, stay.arrival),
            "previous_departure": _changed(stay.previous_departure_date, stay.departure),
            "unit_ids": tuple(unit.listing_unit_id for unit in stay.reservation_unit),
            "agreement": _agreement(stay),
            "no_show_reported": f"{reported:%Y-%m-%d %H:%M}" if reported else None,
            "door_code": MASKED if stay.door_code and stay.door_code.get_secret_value() else None,
        }
    )


def _agreement(stay: Reservation) -> str | None:
    agreement = stay.reservation_agreement
    return str(agreement) if agreement and agreement is not AgreementStatus.NOT_REQUIRED else None


def _changed(before: date | None, now: date | None) -> date | None:
    return before if before != now else None
