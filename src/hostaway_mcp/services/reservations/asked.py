"""What the words of a question about reservations mean: dates, statuses, channels, order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hostaway_mcp.errors import CursorError, InputError
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.reservations import Reservation, ReservationStatus, StatusClass
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.copied_stays import Sort
from hostaway_mcp.services.cursors import SortKey, descending
from hostaway_mcp.services.dates import Span, read_day, read_period, read_span
from hostaway_mcp.services.names import plain
from hostaway_mcp.services.stays import ONE_DAY, By, Wanted

BOOKED_LATELY_DAYS = 7
USUAL_CLASSES = (StatusClass.CONFIRMED, StatusClass.OWNER_STAY, StatusClass.NEEDS_ACTION, StatusClass.UNKNOWN)
"""What a manager means by "reservations": what holds nights, or may hold them (a status not known yet)."""

ORDERS = ("arrival", "-arrival", "departure", "-departure", "booked", "-booked", "updated", "-updated")
_USUAL_ORDER = {By.DEPARTURE: "departure", By.BOOKED: "-booked", By.UPDATED: "-updated", None: "-arrival"}

_CHANNEL_WORDS = {
    "airbnbofficial": "airbnb",
    "homeaway": "vrbo",
    "booking": "bookingcom",
    "website": "wordpress",
    "googlevacationrentals": "google",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which statuses and channels count; None means all."""

    classes: frozenset[StatusClass] | None
    statuses: frozenset[ReservationStatus] | None
    channels: frozenset[Channel] | None

    def has_channel(self, stay: Reservation) -> bool:
        """Whether the stay came from one of the channels."""
        return self.channels is None or stay.channel in self.channels

    @property
    def counted(self) -> frozenset[ReservationStatus] | None:
        """The statuses that count; None means all."""
        if self.statuses is None and self.classes is None:
            return None
        return frozenset(status for status in ReservationStatus if self.counts(status))

    def counts(self, status: ReservationStatus) -> bool:
        """Whether a status is one of those that count."""
        if self.statuses is not None and status not in self.statuses:
            return False
        return self.classes is None or status.status_class in self.classes

    def has_status(self, stay: Reservation) -> bool:
        """Whether the stay's status is one of those that count."""
        return self.counts(stay.status)


def read_window(
    first: str | None, last: str | None, by: By | None, today: date, *, of_guest: bool
) -> tuple[Wanted, str]:
    """
    The window that is meant, and in words what it was taken to be.

    Without dates: all of a guest's stays, the bookings or changes of the last seven days, else the nights
    of the next thirty days.

    Raises:
        InputError: dates that cannot be read, are reversed, or lie ahead where only the past makes sense.
    """
    if not first and not last and of_guest:
        return Wanted(), "all dates"
    by = by or By.STAY
    if by in (By.BOOKED, By.UPDATED):
        span = _past_period(first, last, by, today)
    else:
        span = read_period(first, last, today, exclusive=by is By.STAY)
    wanted = Wanted(by=by, first=span.first, last=span.last)
    if by is By.STAY:
        return wanted, f"nights from {span.first}, `to` {span.last + ONE_DAY} excluded"
    what = {By.ARRIVAL: "arrivals", By.DEPARTURE: "departures", By.BOOKED: "booked"}.get(by, "last activity")
    return wanted, f"{what} from {span.first} to {span.last}, both included"


def _past_period(first: str | None, last: str | None, by: By, today: date) -> Span:
    if first is None:
        end = read_day(last, today) if last else today
        start = end - ONE_DAY * (BOOKED_LATELY_DAYS - 1)
        return read_period(start.isoformat(), last or today.isoformat(), today, exclusive=False)
    start = read_span(first, today).first
    if start > today:
        what = "Nobody has booked" if by is By.BOOKED else "Nothing has changed"
        raise InputError(
            f"{what} after today, {today}; `from` is {start}.",
            hint="Use by: arrival or by: stay for dates ahead.",
        )
    if last is None and read_span(first, today).days == 1:
        return read_period(first, today.isoformat(), today, exclusive=False)
    return read_period(first, last, today, exclusive=False)


def read_scope(
    status_class: Sequence[str] | None,
    status: Sequence[str] | None,
    channel: Sequence[str] | None,
    *,
    all_classes: bool,
) -> tuple[Scope, dict[str, str]]:
    """
    Which statuses and channels are meant, and what was understood.

    Raises:
        InputError: a status or channel that there is not, with those that there are.
    """
    understood = {}
    statuses = frozenset(_status(word) for word in status) if status else None
    if statuses and ReservationStatus.CONFIRMED in statuses:
        # Hostaway itself has not used this word since 2020; people mean what it means to them: booked.
        statuses |= frozenset(ReservationStatus.of_class(StatusClass.CONFIRMED))
        understood["status"] = f"confirmed = {', '.join(ReservationStatus.of_class(StatusClass.CONFIRMED))}"
    classes = frozenset(StatusClass(word) for word in status_class) if status_class else None
    if statuses is None and classes is None and not all_classes:
        classes = frozenset(USUAL_CLASSES)
        understood["status_class"] = ", ".join(USUAL_CLASSES)
    channels = frozenset(one for word in channel for one in _channels(word)) if channel else None
    return Scope(classes, statuses, channels), understood


def _status(word: str) -> ReservationStatus:
    known = {plain(status): status for status in ReservationStatus}
    known["canceled"] = ReservationStatus.CANCELLED
    found = known.get(plain(word).replace(" ", ""))
    if found is None:
        raise InputError(
            f'"{quoted(word, 40)}" is not a status.', hint=f"There are: {', '.join(ReservationStatus)}."
        )
    return found


def _channels(word: str) -> tuple[Channel, ...]:
    wanted = plain(word).replace(" ", "")
    wanted = _CHANNEL_WORDS.get(wanted, wanted)
    found = tuple(one for one in Channel if one.label.replace("_", "") == wanted or str(int(one)) == wanted)
    if not found:
        labels = dict.fromkeys(channel.label for channel in Channel)
        raise InputError(f'"{quoted(word, 40)}" is not a channel.', hint=f"There are: {', '.join(labels)}.")
    return found


def narrowed(wanted: Wanted, scope: Scope, listing_ids: frozenset[int] | None) -> Wanted:
    """The window with what Hostaway can narrow itself: one listing, one channel."""
    if listing_ids is not None and len(listing_ids) == 1:
        wanted = replace(wanted, listing_id=next(iter(listing_ids)))
    if scope.channels is not None and len(scope.channels) == 1 and Channel.UNKNOWN not in scope.channels:
        wanted = replace(wanted, channel_id=int(next(iter(scope.channels))))
    return wanted


def read_sort(sort: str | None, by: By | None) -> Sort:
    """The order that is meant; without one the usual order of such a window."""
    word = sort or _USUAL_ORDER.get(by, "arrival")
    return Sort(word.removeprefix("-"), descending=word.startswith("-"))


def order(sort: Sort) -> Callable[[Reservation], SortKey]:
    """The sort key of a list: a date or moment as text, then the id."""
    field = _FIELDS[sort.by]

    def key(stay: Reservation) -> SortKey:
        value = field(stay)
        text = value.isoformat() if value else ""
        return (descending(text) if sort.descending else text, stay.id)

    return key


def place(sort: Sort, key: SortKey) -> tuple[date | datetime | None, int]:
    """
    The value and the id that a sort key was made of.

    Raises:
        CursorError: it was made of something else.
    """
    try:
        written, number = key
        text = descending(str(written)) if sort.descending else str(written)
        read = date if sort.by in ("arrival", "departure") else datetime
        return (read.fromisoformat(text) if text else None, int(number))
    except (ValueError, TypeError):
        raise CursorError("This cursor cannot be read.") from None


_FIELDS: dict[str, Callable[[Reservation], date | datetime | None]] = {
    "arrival": lambda stay: stay.arrival,
    "departure": lambda stay: stay.departure,
    "booked": lambda stay: stay.reservation_date or stay.inserted_on,
    "updated": lambda stay: stay.latest_activity_on or stay.updated_on,
}
