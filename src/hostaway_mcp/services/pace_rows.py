"""What an answer about pace is made of."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from hostaway_mcp.services.answers import ListAnswer, Money, Record

PaceBy = Literal["month", "week", "weekday", "listing", "channel", "city"]


class PaceRow(Record):
    """A part of the period; `then` is the same part 364 days earlier, as it stood 364 days ago."""

    key: str
    listing_id: int | None = None
    nights: int
    nights_then: int
    nights_percent: float | None = None
    nights_final_then: int
    """What that earlier part came to in the end."""
    revenue: tuple[Money, ...] = ()
    """Accommodation revenue of the nights, one a currency."""
    revenue_then: tuple[Money, ...] = ()


class PickupRow(Record):
    """Nights that came onto the books and left them in the last days, now and a year ago."""

    days: int
    new: int
    lost: int
    net: int
    new_then: int
    lost_then: int
    net_then: int


class Days(Record):
    """Days of the stays on the books."""

    stays: int
    mean: float
    median: float


class NowAndThen(Record):
    """The same measure now and a year ago; absent where there were no stays."""

    now: Days | None = None
    then: Days | None = None


class ChannelShare(Record):
    """A channel's part of the nights on the books, 0 to 1."""

    channel: str
    nights: int
    share: float
    nights_then: int
    share_then: float | None = None


class SameListings(Record):
    """Only listings that had stays in the earlier period: what is new in the portfolio left out."""

    listings: int
    of: int
    nights: int
    nights_then: int
    nights_percent: float | None = None


class Pacing(ListAnswer):
    """The pace of a period; `total` counts rows of `periods`."""

    first: date = Field(serialization_alias="from")
    last: date
    """The last night."""
    books_at: date
    """The end of this day is looked at; a year ago that of `books_then_at`."""
    books_then_at: date
    whole: PaceRow
    same_listings: SameListings | None = None
    periods: tuple[PaceRow, ...]
    pickup: tuple[PickupRow, ...]
    lead_time: NowAndThen
    length_of_stay: NowAndThen
    channels: tuple[ChannelShare, ...]
