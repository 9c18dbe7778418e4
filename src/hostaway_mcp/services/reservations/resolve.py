"""Which reservation is meant by a number, a channel's code or a guest's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import (
    AmbiguousNameError,
    NotFoundError,
    TimedOutError,
    UnavailableError,
    UnknownNameError,
    UnreachableError,
)
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.copy import WHATEVER, Copy, note_live, warn_of
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.names import plain
from hostaway_mcp.services.reservations.rows import guest_name, listing_name
from hostaway_mcp.services.stays import NEAR_AFTER, NEAR_BEFORE, By, Stays, Wanted
from hostaway_mcp.services.untrusted import fence

FAR_BEFORE, FAR_AFTER = timedelta(days=120), timedelta(days=365)
"""How far a channel's code is looked for when it is not near today; Hostaway cannot search for codes."""
_BIGGEST_ID = 2**63


@dataclass(frozen=True, slots=True)
class Resolved:
    """The reservation that is meant, read by its id, and what words were taken to mean."""

    stay: Reservation
    as_of: datetime
    understood: dict[str, str]


class Resolver:
    """
    Finds the one reservation that is meant, in the replica where that has it.

    Live it costs one call by number; by name one more for the search; a code is looked for among the stays
    near today and then further, one call for each 100 of them.
    """

    def __init__(self, hostaway: Hostaway, *, stays: Stays, copy: Copy, clock: Clock) -> None:
        self._copy = copy
        self._hostaway = hostaway
        self._stays = stays
        self._clock = clock

    async def one(
        self,
        reference: int | str,
        listings: Mapping[int, Listing],
        *,
        today: date,
        resources: bool = False,
        single: bool = False,
    ) -> Resolved:
        """
        The reservation, read whole; `single` has more than lists and the replica have, and is always live.

        Raises:
            UnknownNameError: none is meant. AmbiguousNameError: several fit, with the choices.
        """
        text = str(reference).strip()
        if text.isascii() and text.isdecimal() and int(text) < _BIGGEST_ID:
            found = await self._by_number(int(text), resources=resources, single=single)
            if found is not None:
                return found
        known, how = await self._by_code(text, listings, today), "code"
        if not known.rows and not text.isdecimal():
            known, how = await self._by_name(text, listings, today), "guest"
        fitting = known.rows
        if not fitting:
            raise _unknown(text, known)
        if len(fitting) > 1:
            raise _ambiguous(text, fitting, listings, today)
        whole = await self._by_number(fitting[0].id, resources=resources, single=single)
        if whole is None:
            raise UnknownNameError(f"Reservation {fitting[0].id} has just gone from this account.")
        understood = {"reservation": f'{how} "{quoted(text)}" = {whole.stay.id}'}
        return Resolved(whole.stay, whole.as_of, understood)

    async def _by_number(self, reservation_id: int, *, resources: bool, single: bool) -> Resolved | None:
        kept = None if single else await self._copy.stay(reservation_id)
        if kept is not None:
            return Resolved(kept.rows[0], kept.as_of, {})
        try:
            one = await self._hostaway.reservations.get(
                reservation_id, include_resources=True if resources else None
            )
        except NotFoundError:
            return None
        except (UnavailableError, UnreachableError, TimedOutError) as error:
            kept = await self._copy.stay(reservation_id, WHATEVER)
            if kept is None:
                raise
            warn_of(error)
            return Resolved(kept.rows[0], kept.as_of, {})
        note_live()
        return Resolved(one.row, one.received_at, {})

    async def _by_code(self, text: str, listings: Mapping[int, Listing], today: date) -> Known[Reservation]:
        """A code has a digit; without one it is a name. Far stays are read only when no near one fits."""
        known: Known[Reservation] = Known((), self._clock.now())
        if not any(ch.isdecimal() for ch in text):
            return known
        for before, after in ((NEAR_BEFORE, NEAR_AFTER), (FAR_BEFORE, FAR_AFTER)):
            window = Wanted(by=By.STAY, first=today - before, last=today + after)
            known = await self._stays.read(window, listings)
            found = tuple(stay for stay in known.rows if text.casefold() in _codes(stay))
            known = replace(known, rows=found)
            if found:
                break
        return known

    async def _by_name(self, text: str, listings: Mapping[int, Listing], today: date) -> Known[Reservation]:
        known, _ = await self._stays.of_guest(text, listings, today=today)
        whole = tuple(stay for stay in known.rows if plain(guest_name(stay) or "") == plain(text))
        return replace(known, rows=whole or known.rows)


def _unknown(text: str, known: Known[Reservation]) -> UnknownNameError:
    if not known.complete:
        return UnknownNameError(
            f'No reservation "{quoted(text)}" was found, but not all could be looked at: {known.why}',
            hint="Ask again in a minute, or with its Hostaway id.",
        )
    return UnknownNameError(
        f'There is no reservation "{quoted(text)}" in this account.',
        hint="It may be a Hostaway id, a channel's code or a guest's name; find_reservations lists them. "
        f"Codes were looked for among stays from {FAR_BEFORE.days} days ago to {FAR_AFTER.days} days ahead.",
    )


def _codes(stay: Reservation) -> set[str]:
    return {code.casefold() for code in (stay.confirmation_code, stay.channel_reservation_id) if code}


def _ambiguous(
    text: str, fitting: Sequence[Reservation], listings: Mapping[int, Listing], today: date
) -> AmbiguousNameError:
    """The choices, those nearest to today first; the sentence itself holds no guest's words."""
    ordered = sorted(fitting, key=lambda stay: (abs((stay.arrival or date.min) - today), stay.id))
    places = [place(stay, listings) for stay in ordered]
    return AmbiguousNameError(
        f'"{quoted(text)}" fits {len(fitting)} reservations.',
        choices=[f"{fence(guest_name(stay)) or 'no name'}, {place(stay, listings)}" for stay in ordered],
        hint=f"Which one? {'; '.join(places[:8])}. Ask again with its id.",
    )


def place(stay: Reservation, listings: Mapping[int, Listing]) -> str:
    """A stay in a sentence without its guest: listing, dates, id and, if it is not plainly booked, status."""
    dates = f"{stay.arrival} to {stay.departure}" if stay.arrival else "no dates"
    status = "" if stay.status_class == "confirmed" else f" ({stay.status})"
    return f"{fence(listing_name(stay, listings)) or stay.listing_id}, {dates}, id {stay.id}{status}"
