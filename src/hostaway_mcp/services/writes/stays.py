"""A stay that is to be changed: read live, learned by the replica, and put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hostaway_mcp.client import Hostaway
from hostaway_mcp.clock import zone_or_utc
from hostaway_mcp.errors import ChangeError
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.portfolio import Portfolio, label
from hostaway_mcp.services.reservations.resolve import Resolver
from hostaway_mcp.services.reservations.rows import guest_name
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.services.writes.learning import Learner
from hostaway_mcp.services.writes.plans import PriceMove, Touch, places_of


class StayReader:
    """Reads stays and nights for the kinds that change them."""

    def __init__(self, hostaway: Hostaway, learner: Learner) -> None:
        self._hostaway = hostaway
        self._learner = learner

    async def stay(self, reservation_id: int) -> Reservation:
        """A reservation as it is now, with all that belongs to it."""
        one = await self._hostaway.reservations.get(reservation_id, include_resources=True)
        raw = one.raw
        if isinstance(raw, dict):
            await self._learner.learn(
                "reservations", lambda store: store.reservations.put([one.row], [raw], seen_at=one.as_of)
            )
        return one.row

    async def arriving(self, listing_id: int, day: date) -> tuple[Reservation, ...]:
        """The stays of a listing that begin on a day."""
        page = await self._hostaway.reservations.find(
            listing_id=listing_id, arrival_start_date=day, arrival_end_date=day
        )
        await self._learner.learn(
            "reservations", lambda store: store.reservations.put(page.rows, page.raw, seen_at=page.as_of)
        )
        # How exactly Hostaway takes these filters is not documented.
        return tuple(one for one in page.rows if (one.listing_id, one.arrival) == (listing_id, day))

    async def days(self, listing_id: int, first: date, last: date) -> dict[date, CalendarDay]:
        """The days of a listing as they are now, both ends included."""
        page = await self._hostaway.calendar.find_days(listing_id, start_date=first, end_date=last)
        await self._learner.learn(
            "calendar",
            lambda store: store.calendar.put(
                listing_id, page.rows, page.raw, first, last, seen_at=page.as_of
            ),
        )
        return {day.date: day for day in page.rows}


@dataclass(frozen=True, slots=True)
class MeantStay:
    """The stay that a caller means, its listing, and how words were understood."""

    stay: Reservation
    listing: Listing
    understood: dict[str, str]
    today: date
    """Where the listing is."""

    @property
    def what(self) -> str:
        """The stay in a sentence."""
        stay = self.stay
        dates = f"{stay.arrival} to {stay.departure}" if stay.arrival else "no dates"
        guest = fence(guest_name(stay))
        return ", ".join(filter(None, (f"Reservation {stay.id}", guest, label(self.listing), dates)))

    def money(self, amount: object) -> Money | None:
        """An amount in the stay's currency."""
        return Money.of(amount, self.stay.currency)  # type: ignore[arg-type]

    def touch(self, kind: str, now: datetime, *, days: int) -> Touch:
        """What the policy looks at."""
        return touch_of(self.listing, kind, now, days=days)


class StayFinder:
    """Finds the stay that is meant, live: what replica and memory know of it may be old."""

    def __init__(self, resolver: Resolver, portfolio: Portfolio) -> None:
        self._resolver = resolver
        self._portfolio = portfolio

    async def one(self, reference: int | str) -> MeantStay:
        """
        The stay, if it is one that can be changed.

        Raises:
            UnknownNameError, AmbiguousNameError: none or several are meant.
            ChangeError: it is over and done with, or its listing is archived.
        """
        listings = await self._portfolio.by_id()
        today = self._portfolio.today(tuple(listings.values()))
        found = await self._resolver.one(reference, listings, today=today, resources=True, single=True)
        stay = found.stay
        listing = listings.get(stay.listing_id or 0) or await self._portfolio.one(stay.listing_id or 0)
        if listing.is_archived:
            raise ChangeError(f"{label(listing)} is archived; Hostaway refuses changes of its stays.")
        if stay.status_class is StatusClass.DEAD:
            raise ChangeError(
                f"Reservation {stay.id} is {stay.status}, and Hostaway lets nobody change it any more."
            )
        return MeantStay(stay, listing, found.understood, self._portfolio.today([listing]))


def touch_of(
    listing: Listing,
    kind: str,
    now: datetime,
    *,
    days: int,
    prices: tuple[PriceMove, ...] = (),
    amount: Money | None = None,
) -> Touch:
    """What the policy looks at in a change of a stay."""
    return Touch(
        toolset="reservations",
        kind=kind,
        listing_id=listing.id,
        listing=label(listing),
        places=places_of(listing),
        days=days,
        prices=prices,
        amount=amount,
        local_time=now.astimezone(zone_or_utc(listing.time_zone_name)),
    )
