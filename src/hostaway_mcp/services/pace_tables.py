"""The tables of an answer about pace, from the books of a period and of the same period a year ago."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from hostaway_mcp.analytics.pace import (
    YEAR,
    Books,
    Period,
    Pickup,
    Place,
    Spread,
    Tally,
    Where,
    tally,
)
from hostaway_mcp.analytics.revenue import apportion
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.answers import Missing, Money
from hostaway_mcp.services.dates import ONE_DAY
from hostaway_mcp.services.pace_rows import (
    ChannelShare,
    Days,
    NowAndThen,
    PaceBy,
    PaceRow,
    PickupRow,
    SameListings,
)
from hostaway_mcp.services.portfolio import name_of
from hostaway_mcp.services.summary_rows import digits_of
from hostaway_mcp.services.untrusted import clean_name

_BY_NIGHT = frozenset({"month", "week", "weekday"})
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Names = Callable[[Where], Iterable[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Side:
    """A period's books, and what is not known of them."""

    books: Books
    has_stays: bool
    """Whether any stay touches the period, on the books or not."""
    as_of: datetime
    missing: tuple[Missing, ...] = ()

    @property
    def period(self) -> Period:
        """The nights in question, and the day at whose end they are looked at."""
        return self.books.period


def place_of(by: PaceBy) -> Place:
    """What cells have to be told apart by, for parts of this kind."""
    if by in _BY_NIGHT:
        return Place.NIGHT
    return Place.CHANNEL if by == "channel" else Place.LISTING


def order(key: str, by: PaceBy) -> str:
    """The place of a part among the others."""
    return str(_WEEKDAYS.index(key)) if by == "weekday" else key


class Table:
    """The parts of a period by what is asked: on the books, a year ago, and what that came to."""

    def __init__(self, now: Side, then: Side, by: PaceBy, listings: Mapping[int, Listing]) -> None:
        self._by, self._listings = by, listings
        self._cells = [list(cells) for cells in (now.books.cells, then.books.cells, then.books.final)]

    def rows(self) -> list[PaceRow]:
        """The parts in their order; what each earned is rounded so that they sum to the rounded whole."""
        now, then = _names(self._by, self._listings), _names(self._by, self._listings, later=YEAR)
        parts = [tally(cells, names) for cells, names in zip(self._cells, (now, then, then), strict=True)]
        keys = sorted({key for part in parts for key in part}, key=lambda key: order(key, self._by))
        money = [_revenue(part, keys) for part in parts[:2]]
        return [self._row(key, parts, money) for key in keys]

    def whole(self) -> PaceRow:
        """The period as one part."""
        parts = [tally(cells, _all_nights) for cells in self._cells]
        return _row("all", parts, [_revenue(part, ["all"]) for part in parts[:2]])

    def _row(
        self, key: str, parts: Sequence[Mapping[str, Tally]], money: Sequence[Mapping[str, tuple[Money, ...]]]
    ) -> PaceRow:
        row = _row(key, parts, money)
        if self._by != "listing":
            return row
        listing = self._listings[int(key)]
        return row.model_copy(update={"key": name_of(listing), "listing_id": listing.id})


def _row(
    key: str, parts: Sequence[Mapping[str, Tally]], money: Sequence[Mapping[str, tuple[Money, ...]]]
) -> PaceRow:
    now, then, final = (part[key].nights if key in part else 0 for part in parts)
    return PaceRow(
        key=key,
        nights=now,
        nights_then=then,
        nights_percent=_percent(now, then),
        nights_final_then=final,
        revenue=money[0].get(key, ()),
        revenue_then=money[1].get(key, ()),
    )


def _names(by: PaceBy, listings: Mapping[int, Listing], *, later: timedelta = timedelta(0)) -> Names:
    """How the nights of a cell are called, and how many are called so; each as the night `later`."""

    called = _NightNames(by, later)

    @cache
    def nights(where: Where) -> tuple[tuple[str, int], ...]:
        assert isinstance(where, tuple)
        return tuple(Counter([called[day] for day in range(*where)]).items())

    def one(where: Where) -> tuple[tuple[str, int], ...]:
        assert isinstance(where, int)
        if by == "channel":
            return ((Channel(where).label, 1),)
        return ((str(where) if by == "listing" else clean_name(listings[where].city) or "no city", 1),)

    return nights if by in _BY_NIGHT else one


class _NightNames(dict[int, str]):
    """What a night is called, worked out once for each."""

    def __init__(self, by: PaceBy, later: timedelta) -> None:
        self._by, self._later = by, later

    def __missing__(self, day: int) -> str:
        night = date.fromordinal(day) + self._later
        if self._by == "month":
            name = f"{night:%Y-%m}"
        elif self._by == "week":
            name = str(night - ONE_DAY * night.weekday())
        else:
            name = _WEEKDAYS[night.weekday()]
        self[day] = name
        return name


def _all_nights(where: Where) -> tuple[tuple[str, int]]:
    return (("all", where[1] - where[0] if isinstance(where, tuple) else 1),)


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


def same_listings(now: Side, then: Side) -> SameListings | None:
    """Only listings with stays a year ago; None where there are no others, or none at all."""
    had = then.books.final_listings
    has = now.books.listings.keys() | had
    if not had or had == has:
        return None
    one, other = (
        sum(nights for listing_id, nights in side.books.listings.items() if listing_id in had)
        for side in (now, then)
    )
    return SameListings(
        listings=len(had), of=len(has), nights=one, nights_then=other, nights_percent=_percent(one, other)
    )


def pickup_row(now: Pickup, then: Pickup) -> PickupRow:
    """What moved over some days, beside a year ago."""
    return PickupRow(
        days=now.days,
        new=now.new,
        lost=now.lost,
        net=now.net,
        new_then=then.new,
        lost_then=then.lost,
        net_then=then.net,
    )


def spreads(now: Spread | None, then: Spread | None) -> NowAndThen:
    """A measure beside a year ago."""
    shown = [
        Days(stays=one.stays, mean=round(float(one.mean), 1), median=float(one.median)) if one else None
        for one in (now, then)
    ]
    return NowAndThen(now=shown[0], then=shown[1])


def channels(now: Side, then: Side) -> tuple[ChannelShare, ...]:
    """The parts that channels have in the nights on the books, the largest first."""
    parts = [_by_label(side.books) for side in (now, then)]
    wholes = [part.total() for part in parts]
    names = sorted(parts[0].keys() | parts[1].keys(), key=lambda name: (-parts[0][name], name))
    return tuple(
        ChannelShare(
            channel=name,
            nights=parts[0][name],
            share=round(parts[0][name] / wholes[0], 3) if wholes[0] else 0.0,
            nights_then=parts[1][name],
            share_then=round(parts[1][name] / wholes[1], 3) if wholes[1] else None,
        )
        for name in names
    )


def _by_label(books: Books) -> Counter[str]:
    found = Counter[str]()
    for channel, nights in books.channels.items():
        found[Channel(channel).label] += nights
    return found


def _percent(now: int, then: int) -> float | None:
    return round((now - then) / then * 100, 1) if then else None


def warnings_of(now: Side, then: Side) -> tuple[str, ...]:
    """What a reader of the tables has to know."""
    said = []
    one, other = now.period, then.period
    if not now.has_stays:
        said.append(f"No stay touches the nights from {one.first} to {one.last}.")
    if not then.books.on_books and not then.missing:
        some = "" if then.has_stays else ", and none at all is known of those nights"
        said.append(
            f"Nothing was on the books on {other.at} for {other.first} to {other.last}{some}: there "
            "is no year of history to compare with."
        )
    if gone := now.books.gone + then.books.gone:
        said.append(f"{gone} stays that were cancelled later count as on the books until then.")
    if undated := now.books.undated + then.books.undated:
        said.append(f"{undated} cancelled stays do not say since when, so they never count.")
    if unbooked := now.books.unbooked + then.books.unbooked:
        said.append(f"{unbooked} stays do not say when they were booked; they count from the start.")
    return tuple(said)
