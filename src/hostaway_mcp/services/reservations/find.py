"""Finding reservations by dates, status, channel, listing and guest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hostaway_mcp.errors import InputError, UnknownNameError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, ReservationStatus
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.answers import Detail, ListAnswer, Missing
from hostaway_mcp.services.copied_stays import Narrowed, Sort
from hostaway_mcp.services.copy import resume_of
from hostaway_mcp.services.cursors import cut_ordered, read_cursor, rows_after
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.names import plain
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, cities, in_city, listing_key
from hostaway_mcp.services.reservations.asked import (
    Scope,
    narrowed,
    order,
    place,
    read_scope,
    read_sort,
    read_window,
)
from hostaway_mcp.services.reservations.rows import ReservationRow, row_of
from hostaway_mcp.services.stays import By, Stays, Wanted, goes_by, named_listings

SEARCHED_HERE_DAYS = 100
"""A window up to this long is read whole and names are looked for here, where accents are forgiven."""
MIN_NAME_LETTERS = 2


class Reservations(ListAnswer):
    """Reservations, and how many of each status class there are before the status filter."""

    reservations: tuple[ReservationRow, ...]
    counts: dict[str, int] | None = None
    """By status class, all that fit the rest of the question; absent when not all could be had."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is looked for, by a part of the name or by the whole e-mail address."""

    name: str | None
    email: str | None

    @classmethod
    def read(cls, name: str | None, email: str | None) -> Guest:
        """
        An address given as a name is an address.

        Raises:
            InputError: too few letters to look for.
        """
        if name and "@" in name and not email:
            name, email = None, name
        if name is not None and len(plain(name).replace(" ", "")) < MIN_NAME_LETTERS:
            raise InputError(f"`guest` needs at least {MIN_NAME_LETTERS} letters of the name.")
        return cls(name, email.strip() if email else None)

    def fits(self, stay: Reservation) -> bool:
        """Whether the stay is this guest's."""
        if self.name and not goes_by(stay, self.name):
            return False
        return not self.email or (stay.guest_email or "").strip().casefold() == self.email.casefold()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that was understood; `question` is what the caller wrote."""

    wanted: Wanted
    who: Guest
    scope: Scope
    listing_ids: frozenset[int] | None
    sort: Sort
    question: Mapping[str, Any]

    def fits(self, stay: Reservation) -> bool:
        """Whether a stay is one of those in question, whatever its status."""
        here = self.listing_ids is None or stay.listing_id in self.listing_ids
        return here and self.scope.has_channel(stay) and self.who.fits(stay)


@dataclass(frozen=True, slots=True)
class _Found:
    """Stays behind the cursor in their order, how many of each status there are, and how many were read."""

    known: Known[Reservation]
    counts: Mapping[ReservationStatus, int]
    read: int
    warning: str | None = None


class Finder:
    """
    Lists reservations.

    Costs nothing from the replica. Live, one call for each 100 reservations between the dates, and one for
    each 100 listings unless they are known; nothing when the same was asked within 45 seconds.
    """

    def __init__(self, *, stays: Stays, portfolio: Portfolio) -> None:
        self._stays = stays
        self._portfolio = portfolio

    async def find(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        by: str | None = None,
        listing: ListingRef | None = None,
        group: str | None = None,
        status_class: Sequence[str] | None = None,
        status: Sequence[str] | None = None,
        channel: Sequence[str] | None = None,
        guest: str | None = None,
        guest_email: str | None = None,
        unread: bool = False,
        sort: str | None = None,
        limit: int = 25,
        cursor: str | None = None,
        detail: Detail = "brief",
        question: Mapping[str, Any] | None = None,
    ) -> Reservations:
        """
        The reservations that fit all that is asked.

        `question` is what the caller wrote, which cursors are bound to.

        Raises:
            InputError: a date, status, channel, listing or cursor that cannot be read.
            HostawayMcpError: nothing at all could be had.
        """
        who = Guest.read(guest, guest_email)
        of_guest = bool(who.name or who.email or unread)
        scope, understood = read_scope(
            status_class, status, channel, all_classes=of_guest or by == By.UPDATED
        )
        named = await named_listings(self._portfolio)
        listings = named.by_id
        listing_ids, meant = await self._scope(listing, group, listings)
        today = self._today(listings, listing_ids)
        window, dates = read_window(from_, to, By(by) if by else None, today, of_guest=of_guest)
        wanted = replace(narrowed(window, scope, listing_ids), guest_email=who.email, unread=unread)
        asked = _Asked(wanted, who, scope, listing_ids, read_sort(sort, window.by), dict(question or {}))
        found = await self._copied(asked, cursor, limit) or await self._live(asked, listings, today, cursor)
        known = found.known
        part = cut_ordered(
            known.rows,
            total=sum(count for status, count in found.counts.items() if scope.counts(status)),
            key=order(asked.sort),
            show=lambda stay: row_of(stay, listings, detail=detail),
            question=asked.question,
            limit=limit,
        )
        return Reservations(
            as_of=min(known.as_of, named.as_of or known.as_of),
            complete=known.complete,
            missing=() if known.complete else (_missing(found),),
            warnings=tuple(filter(None, (named.warning, found.warning))),
            understood={"dates": dates, **meant, **understood},
            total=part.total if known.complete else None,
            next_cursor=part.next_cursor,
            reservations=part.rows,
            counts=_counts(found.counts, scope) if known.complete else None,
        )

    async def _copied(self, asked: _Asked, cursor: str | None, limit: int) -> _Found | None:
        """From the replica: one stay more than are shown, to tell whether the list goes on."""
        page = await self._stays.page(
            asked.wanted,
            Narrowed(asked.listing_ids, asked.scope.channels, asked.scope.counted, asked.who.name),
            sort=asked.sort,
            after=place(asked.sort, read_cursor(asked.question, cursor)) if cursor is not None else None,
            limit=limit + 1,
        )
        if page is None:
            return None
        known = Known(page.rows, page.as_of, complete=page.lacks is None, why=page.lacks)
        return _Found(known, page.counts, sum(page.counts.values()))

    async def _live(
        self, asked: _Asked, listings: Mapping[int, Listing], today: date, cursor: str | None
    ) -> _Found:
        known, warning = await self._read(asked.wanted, asked.who, listings, today)
        candidates = [stay for stay in known.rows if asked.fits(stay)]
        rows = rows_after(
            [stay for stay in candidates if asked.scope.has_status(stay)],
            key=order(asked.sort),
            question=asked.question,
            cursor=cursor,
        )
        counts = Counter(stay.status for stay in candidates)
        return _Found(replace(known, rows=tuple(rows)), counts, len(known.rows), warning)

    async def _read(
        self, wanted: Wanted, who: Guest, listings: Mapping[int, Listing], today: date
    ) -> tuple[Known[Reservation], str | None]:
        if who.name is None or who.email or wanted.unread:
            return await self._stays.read(wanted, listings), None
        if wanted.by is None:
            return await self._stays.of_guest(who.name, listings, today=today)
        if (wanted.last - wanted.first).days <= SEARCHED_HERE_DAYS:
            return await self._stays.read(wanted, listings), None
        return await self._stays.read(replace(wanted, match=who.name), listings), None

    async def _scope(
        self, listing: ListingRef | None, group: str | None, listings: Mapping[int, Listing]
    ) -> tuple[frozenset[int] | None, dict[str, str]]:
        ids, understood = None, {}
        if listing is not None:
            chosen = await self._portfolio.choose(listing)
            ids, understood = frozenset(one.id for one in chosen.listings), dict(chosen.understood)
        if group is not None:
            inside = _ids_in(group, listings or await self._portfolio.by_id())
            ids = inside if ids is None else ids & inside
        return ids, understood

    def _today(self, listings: Mapping[int, Listing], ids: frozenset[int] | None) -> date:
        if ids is None:
            return self._portfolio.today(tuple(listings.values()))
        here = [listings[one] for one in ids if one in listings]
        return self._portfolio.today(sorted(here, key=listing_key))


def _ids_in(city: str, listings: Mapping[int, Listing]) -> frozenset[int]:
    found = frozenset(one.id for one in in_city(listings.values(), city))
    if not found:
        raise UnknownNameError(
            f'No listing is in "{quoted(city)}".', hint=f"Cities: {cities(listings.values())}."
        )
    return found


def _missing(found: _Found) -> Missing:
    why = found.known.why
    return Missing(
        what=f"Some reservations: {found.read} of those in question were read.",
        why=why or "Not known.",
        resume=resume_of(why, "Ask the same again in a minute, or for a shorter period."),
    )


def _counts(counts: Mapping[ReservationStatus, int], scope: Scope) -> dict[str, int] | None:
    """How many of each class, where the list shows only some of them; a list of one class says it itself."""
    by_class: Counter[str] = Counter()
    for status, count in counts.items():
        by_class[str(status.status_class)] += count
    hides = not all(map(scope.counts, counts))
    return dict(sorted(by_class.items())) if len(by_class) > 1 or hides else None
