"""Pace of a period: on the books now and a year ago, pickup, channels, lead time, length of stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Literal

from hostaway_mcp.analytics.pace import YEAR, Tally, lead_time, on_books, pickup, spread, tally
from hostaway_mcp.analytics.revenue import Stay, apportion
from hostaway_mcp.errors import InputError, UpstreamError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import ReservationStatus
from hostaway_mcp.services.answers import Missing, Money
from hostaway_mcp.services.copy import resume_of
from hostaway_mcp.services.cursors import ANSWER_BYTES, cut
from hostaway_mcp.services.dates import ONE_DAY, Span, read_day, read_period
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.narrowed import of_group
from hostaway_mcp.services.pace_rows import (
    ChannelShare,
    Days,
    NowAndThen,
    PaceRow,
    Pacing,
    PickupRow,
    SameListings,
)
from hostaway_mcp.services.portfolio import ListingRef, Portfolio, incomplete, name_of
from hostaway_mcp.services.stay_money import StayMoney
from hostaway_mcp.services.stays import By, Wanted
from hostaway_mcp.services.summary_rows import digits_of
from hostaway_mcp.services.untrusted import clean_name

PaceBy = Literal["month", "week", "weekday", "listing", "channel", "city"]

DEFAULT_DAYS = 90
PICKUP_DAYS = (7, 30)
_BY_NIGHT = frozenset({"month", "week", "weekday"})
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_REST_BYTES = 4_500
"""What an answer holds besides its periods."""


@dataclass(frozen=True, slots=True)
class Side:
    """A period's stays, and how they stood on one day."""

    span: Span
    at: date
    stays: tuple[Stay, ...]
    as_of: datetime
    missing: tuple[Missing, ...]

    @property
    def on_books(self) -> list[Stay]:
        """The stays that were on the books."""
        return [stay for stay in self.stays if on_books(stay, self.at)]


class Pace:
    """
    Compares what is on the books with a year ago, rebuilt from the days of booking and cancelling.

    Costs nothing from the replica; live one call for each 100 stays of both periods.
    """

    def __init__(self, *, money: StayMoney, portfolio: Portfolio) -> None:
        self._money = money
        self._portfolio = portfolio

    async def report(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        as_of: str | None = None,
        by: PaceBy = "month",
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = 60,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> Pacing:
        """
        The pace of the nights from `from_` (default today, for 90 days) to `to`, which is excluded.

        Raises:
            InputError: a date, listing or cursor that cannot be read, or a day of the books that is to come.
            UnknownNameError: no listing is in the group.
            HostawayMcpError: nothing at all could be had.
        """
        chosen = await self._portfolio.choose(listing)
        inside = _inside(chosen.listings, group)
        today = self._portfolio.today(chosen.listings)
        span = read_period(from_ or str(today), to, today, exclusive=True, default_days=DEFAULT_DAYS)
        at = _books_at(as_of, today)
        now = await self._side(span, at, inside)
        then = await self._then(now, inside)
        rows = _rows(now, then, by, inside)
        part = cut(
            rows,
            key=lambda row: (_order(row.key, by), row.listing_id or 0),
            show=lambda row: row,
            question=question or {},
            cursor=cursor,
            limit=limit,
            budget_bytes=ANSWER_BYTES - _REST_BYTES,
        )
        missing = (*incomplete(chosen.known, listing), *now.missing, *then.missing)
        return Pacing(
            as_of=min(now.as_of, then.as_of, chosen.known.as_of),
            complete=not missing,
            missing=missing,
            warnings=_warnings(now, then),
            understood=chosen.understood | _understood(span, at),
            total=None if missing else part.total,
            next_cursor=part.next_cursor,
            first=span.first,
            last=span.last,
            books_at=at,
            books_then_at=then.at,
            whole=_whole(now, then),
            same_listings=_same_listings(now, then),
            periods=part.rows,
            pickup=tuple(_pickup(now, then, days) for days in PICKUP_DAYS),
            lead_time=_spreads(now, then, lead_time),
            length_of_stay=_spreads(now, then, lambda stay: stay.nights),
            channels=_channels(now, then),
        )

    async def _then(self, now: Side, inside: Mapping[int, Listing]) -> Side:
        """The same a year ago; where it cannot be had, what there is now is still worth telling."""
        span, at = Span(now.span.first - YEAR, now.span.last - YEAR), now.at - YEAR
        try:
            return await self._side(span, at, inside)
        except UpstreamError as error:
            missing = _missing(Known((), now.as_of, complete=False, why=error.message), span)
            return Side(span, at, (), now.as_of, (missing,))

    async def _side(self, span: Span, at: date, inside: Mapping[int, Listing]) -> Side:
        only = next(iter(inside)) if len(inside) == 1 else None
        wanted = Wanted(by=By.STAY, first=span.first, last=span.last, listing_id=only)
        known = await self._money.stays(wanted, await self._portfolio.by_id())
        stays = tuple(stay for stay in known.rows if stay.listing_id in inside)
        return Side(span, at, stays, known.as_of, () if known.complete else (_missing(known, span),))


def _inside(listings: Sequence[Listing], group: str | None) -> dict[int, Listing]:
    active = [one for one in listings if not one.is_archived]
    return {one.id: one for one in of_group(active, group)}


def _books_at(words: str | None, today: date) -> date:
    at = read_day(words, today) if words else today
    if at > today:
        raise InputError(
            f"`as_of` ({at}) is to come; today is {today}.",
            hint="Leave it out for the books as they are now.",
        )
    return at


def _key(by: PaceBy, listings: Mapping[int, Listing]) -> Callable[[Stay, date], str]:
    def listing(stay: Stay) -> Listing:
        return listings[stay.listing_id or 0]

    keys: dict[PaceBy, Callable[[Stay, date], str]] = {
        "month": lambda _, night: f"{night:%Y-%m}",
        "week": lambda _, night: f"{night - ONE_DAY * night.weekday()}",
        "weekday": lambda _, night: _WEEKDAYS[night.weekday()],
        "listing": lambda stay, _: str(stay.listing_id),
        "channel": lambda stay, _: stay.channel.label,
        "city": lambda stay, _: clean_name(listing(stay).city) or "no city",
    }
    return keys[by]


def _order(key: str, by: PaceBy) -> str:
    return str(_WEEKDAYS.index(key)) if by == "weekday" else key


def _rows(now: Side, then: Side, by: PaceBy, listings: Mapping[int, Listing]) -> list[PaceRow]:
    key, by_night = _key(by, listings), by in _BY_NIGHT
    aligned = (lambda stay, night: key(stay, night + YEAR)) if by_night else key
    parts = [
        _tally(now, partial(on_books, day=now.at), key, by_night=by_night),
        _tally(then, partial(on_books, day=then.at), aligned, by_night=by_night),
        _tally(then, partial(on_books, day=date.max), aligned, by_night=by_night),
    ]
    names = sorted({name for part in parts for name in part}, key=lambda name: _order(name, by))
    money = [_revenue(parts[place], names) for place in (0, 1)]
    rows = []
    for name in names:
        one = [part.get(name, Tally()).nights for part in parts]
        listing = listings.get(int(name)) if by == "listing" else None
        rows.append(
            PaceRow(
                key=name_of(listing) if listing else name,
                listing_id=listing.id if listing else None,
                nights=one[0],
                nights_then=one[1],
                nights_percent=_percent(one[0], one[1]),
                nights_final_then=one[2],
                revenue=money[0].get(name, ()),
                revenue_then=money[1].get(name, ()),
            )
        )
    return rows


def _tally(
    side: Side,
    counts: Callable[[Stay], bool],
    key: Callable[[Stay, date], str],
    *,
    by_night: bool,
) -> dict[str, Tally]:
    span = side.span
    return tally(side.stays, span.first, span.last, counts=counts, key=key, by_night=by_night)


def _revenue(parts: Mapping[str, Tally], names: Sequence[str]) -> dict[str, tuple[Money, ...]]:
    """The parts' revenue, rounded so that the parts of each currency sum to its total."""
    exact = {name: parts[name].exact() for name in names if name in parts}
    found: dict[str, tuple[Money, ...]] = {}
    for currency in sorted({one for amounts in exact.values() for one in amounts}):
        having = [name for name in exact if currency in exact[name]]
        shares = apportion([exact[name][currency] for name in having], digits_of(currency))
        for name, amount in zip(having, shares, strict=True):
            money = Money.of(amount, currency)
            found[name] = (*found.get(name, ()), *([money] if money else []))
    return found


def _whole(now: Side, then: Side) -> PaceRow:
    parts = [
        _tally(side, partial(on_books, day=day), lambda *_: "all", by_night=False)
        for side, day in ((now, now.at), (then, then.at), (then, date.max))
    ]
    nights = [part["all"].nights if part else 0 for part in parts]
    return PaceRow(
        key="all",
        nights=nights[0],
        nights_then=nights[1],
        nights_percent=_percent(nights[0], nights[1]),
        nights_final_then=nights[2],
        revenue=_revenue(parts[0], ["all"]).get("all", ()),
        revenue_then=_revenue(parts[1], ["all"]).get("all", ()),
    )


def _same_listings(now: Side, then: Side) -> SameListings | None:
    had = {stay.listing_id for stay in then.stays if on_books(stay, date.max)}
    has = {stay.listing_id for stay in now.on_books} | had
    if not had or had == has:
        return None
    nights = [
        _nights(side, [stay for stay in side.on_books if stay.listing_id in had]) for side in (now, then)
    ]
    return SameListings(
        listings=len(had),
        of=len(has),
        nights=nights[0],
        nights_then=nights[1],
        nights_percent=_percent(nights[0], nights[1]),
    )


def _nights(side: Side, stays: Sequence[Stay]) -> int:
    whole = tally(
        stays, side.span.first, side.span.last, counts=lambda _: True, key=lambda *_: "", by_night=False
    )
    return whole[""].nights if whole else 0


def _pickup(now: Side, then: Side, days: int) -> PickupRow:
    one, other = (pickup(side.stays, side.span.first, side.span.last, side.at, days) for side in (now, then))
    return PickupRow(
        days=days,
        new=one.new,
        lost=one.lost,
        net=one.net,
        new_then=other.new,
        lost_then=other.lost,
        net_then=other.net,
    )


def _spreads(now: Side, then: Side, measure: Callable[[Stay], int | None]) -> NowAndThen:
    found = [
        spread([days for stay in side.on_books if (days := measure(stay)) is not None])
        for side in (now, then)
    ]
    shown = [
        Days(stays=one.stays, mean=round(float(one.mean), 1), median=float(one.median)) if one else None
        for one in found
    ]
    return NowAndThen(now=shown[0], then=shown[1])


def _channels(now: Side, then: Side) -> tuple[ChannelShare, ...]:
    parts = [
        _tally(side, partial(on_books, day=side.at), lambda stay, _: stay.channel.label, by_night=False)
        for side in (now, then)
    ]
    wholes = [sum(one.nights for one in part.values()) for part in parts]
    names = sorted(parts[0].keys() | parts[1].keys(), key=lambda name: (-_of(parts[0], name), name))
    return tuple(
        ChannelShare(
            channel=name,
            nights=_of(parts[0], name),
            share=round(_of(parts[0], name) / wholes[0], 3) if wholes[0] else 0.0,
            nights_then=_of(parts[1], name),
            share_then=round(_of(parts[1], name) / wholes[1], 3) if wholes[1] else None,
        )
        for name in names
    )


def _of(part: Mapping[str, Tally], name: str) -> int:
    return part[name].nights if name in part else 0


def _percent(now: int, then: int) -> float | None:
    return round((now - then) / then * 100, 1) if then else None


def _warnings(now: Side, then: Side) -> tuple[str, ...]:
    said = []
    if not now.stays:
        said.append(f"No stay touches the nights from {now.span.first} to {now.span.last}.")
    if not then.on_books and not then.missing:
        some = "" if then.stays else ", and none at all is known of those nights"
        said.append(
            f"Nothing was on the books on {then.at} for {then.span.first} to {then.span.last}{some}: there "
            "is no year of history to compare with."
        )
    gone = [stay for side in (now, then) for stay in side.on_books if not on_books(stay, date.max)]
    if gone:
        said.append(f"{len(gone)} stays that were cancelled later count as on the books until then.")
    undated = [
        stay
        for side in (now, then)
        for stay in side.stays
        if stay.status is ReservationStatus.CANCELLED and (stay.cancelled is None or stay.booked is None)
    ]
    if undated:
        said.append(f"{len(undated)} cancelled stays do not say since when, so they never count.")
    unbooked = [stay for side in (now, then) for stay in side.on_books if stay.booked is None]
    if unbooked:
        said.append(f"{len(unbooked)} stays do not say when they were booked; they count from the start.")
    return tuple(said)


def _understood(span: Span, at: date) -> dict[str, str]:
    return {
        "dates": f"nights from {span.first}, `to` {span.last + ONE_DAY} excluded",
        "as_of": f"end of {at}, against end of {at - YEAR} for the nights 364 days earlier",
        "rebuilt": "stays with the dates they have now; changes of dates are not traced back",
    }


def _missing(known: Known[Stay], span: Span) -> Missing:
    return Missing(
        what=f"Some reservations from {span.first} to {span.last}: {len(known.rows)} were read.",
        why=known.why or "Not known.",
        resume=resume_of(known.why, "Ask the same again in a minute, or for a shorter period."),
    )
