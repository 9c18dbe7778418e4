"""The log of changes as people read it: which entries are changes, and each as a row with its object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from hostaway_mcp.analytics.said import UNSAID, author, said_at
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.answers import Instant, Record
from hostaway_mcp.services.change_words import calendar_in_words, fields_in_words
from hostaway_mcp.services.conversations import secrets_of
from hostaway_mcp.services.cursors import ANSWER_BYTES
from hostaway_mcp.services.learned import NOUNS
from hostaway_mcp.services.reservations.rows import guest_name, listing_name
from hostaway_mcp.services.untrusted import clean, clean_name

if TYPE_CHECKING:
    from hostaway_mcp.store.changes import Change
    from hostaway_mcp.store.store import Store

BECAME = ("new", "changed", "gone")
TEXT_CHARS = 200
AT_ONCE = 200
"""Entries of the log that are looked at together."""
MOST = 5_000
"""Entries of the log that one answer looks at; a first fill leaves many that nobody asks for."""
FILL = timedelta(hours=1)
"""How long the first reading of a noun takes at most, for rows that do not say when they were made."""
SKEW = timedelta(minutes=1)
"""How far Hostaway's clock may be ahead of ours."""
ROW_BYTES = 40
"""What the text form of a row may take beyond its JSON."""


class ChangeRow(Record):
    """One change, and the object as it is now; of one that is gone only the id is left."""

    at: Instant
    """When it was learned."""
    kind: str
    id: int
    what: str
    listing_id: int | None = None
    listing: str | None = None
    reservation_id: int | None = None
    guest: str | None = None
    arrival: date | None = None
    departure: date | None = None
    status_class: str | None = None
    title: str | None = None
    conversation_id: int | None = None
    from_: str | None = Field(None, serialization_alias="from")
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which nouns, as the store calls them, and what must have become of their rows."""

    nouns: tuple[str, ...]
    became: frozenset[str]

    @classmethod
    def read(cls, kinds: Sequence[str] | None) -> Asked:
        """From the kinds of a question, which name either."""
        about = [kind for kind in dict.fromkeys(kinds or ()) if kind in NOUNS]
        became = frozenset(kinds or ()) & frozenset(BECAME)
        return cls(tuple(NOUNS[kind] for kind in about or NOUNS), became or frozenset(BECAME))

    @property
    def question(self) -> dict[str, Any]:
        """What a cursor is bound to: not `since`, in whose place it may stand."""
        return {"tool": "changes_since", "nouns": sorted(self.nouns), "became": sorted(self.became)}


@dataclass(slots=True)
class Page:
    """The rows of one answer as they come together."""

    limit: int
    seq: int
    """Of the last change that was looked at."""
    rows: list[ChangeRow]
    seqs: list[int] = field(default_factory=list)
    """The numbers of the changes that the rows are of."""
    room: int = ANSWER_BYTES
    first_read: int = 0
    looked_at: int = 0
    more: bool = False

    def takes(self, row: ChangeRow, seq: int) -> bool:
        """Adds a row if there is room for it."""
        size = len(row.model_dump_json(exclude_none=True, by_alias=True).encode()) + ROW_BYTES
        if self.rows and (len(self.rows) >= self.limit or size > self.room):
            self.more = True
            return False
        self.room -= size
        self.rows.append(row)
        self.seqs.append(seq)
        return True


class Reader:
    """Goes through the log of one replica, which begins at `begin`."""

    def __init__(self, store: Store, listings: Mapping[int, Listing], begin: datetime | None) -> None:
        self._store = store
        self._listings = listings
        self._begin = begin
        self._filled: dict[str, datetime] = {}

    async def read(self, asked: Asked, after: int, limit: int) -> Page:
        """The rows behind `after` that fit, and how far they reach."""
        page = Page(limit, after, [])
        # Of a change that was the first to be read, the log says that the row is new.
        logged = asked.became | ({"new"} if "changed" in asked.became else set())
        at_once = limit + 1
        while True:
            log = await self._store.changes.since(page.seq, nouns=asked.nouns, kinds=logged, limit=at_once)
            objects = await self._objects(log)
            for change in log:
                became = await self._became(change, objects.get((change.noun, change.row_id)))
                row = self._row(change, became, objects) if became and became in asked.became else None
                if row is not None and not page.takes(row, change.seq):
                    return page
                page.first_read += became == ""
                page.seq = change.seq
            page.looked_at += len(log)
            if len(log) < at_once:
                return page
            at_once = min(2 * at_once, AT_ONCE)
            if page.looked_at >= MOST:
                page.more = True
                return page

    async def _objects(self, log: Sequence[Change]) -> dict[tuple[str, int], Any]:
        """The rows that the changes are about as they are now, and the stays that those belong to."""
        ids: dict[str, set[int]] = {}
        for change in log:
            if change.noun != "calendar" and change.kind != "gone":
                ids.setdefault(change.noun, set()).add(change.row_id)
        found = {}
        for noun, some in ids.items():
            for kept in await getattr(self._store, noun).get(some):
                found[noun, kept.row.id] = kept.row
        stays = {number for row in found.values() if (number := _of(row, "reservation_id"))}
        known = {number for noun, number in found if noun == "reservations"}
        for stay in await self._store.reservations.get(stays - known):
            found["reservations", stay.row.id] = stay.row
        return found

    async def _became(self, change: Change, row: Any) -> str | None:
        """
        `new`, `changed` or `gone`; empty for what was there before the replica, and was only read for the
        first time; None for what is no change of its own.
        """
        if change.kind == "changed" and change.noun == "conversations" and not change.what.get("fields"):
            # It is sent with its stay, whose changes are told themselves.
            return None
        if isinstance(row, ConversationMessage) and row.status in UNSAID:
            # Nobody has been sent it yet.
            return None
        if change.kind != "new":
            return str(change.kind)
        if change.noun == "calendar" or self._begin is None:
            return ""
        made, touched = _made(row), _touched(row)
        if made is None and touched is None:
            return "new" if change.at > await self._fill_ended(change.noun) else ""
        # Hostaway's moments are whole seconds.
        begin = self._begin.replace(microsecond=0)
        if made is not None and made >= begin:
            return "new"
        # The row is as it is now: what touched it after this entry has an entry of its own.
        return "changed" if touched is not None and begin <= touched <= change.at + SKEW else ""

    async def _fill_ended(self, noun: str) -> datetime:
        if noun not in self._filled:
            first = await self._store.changes.since(0, nouns=[noun], limit=1)
            self._filled[noun] = first[0].at + FILL
        return self._filled[noun]

    def _row(self, change: Change, became: str, objects: Mapping[tuple[str, int], Any]) -> ChangeRow:
        row = objects.get((change.noun, change.row_id))
        listing_id = change.row_id if change.noun in ("calendar", "listings") else _of(row, "listing_id")
        stay_id = change.row_id if change.noun == "reservations" else _of(row, "reservation_id")
        stay = objects.get(("reservations", stay_id))
        listing = self._listings.get(listing_id or 0)
        return ChangeRow(
            at=change.at,
            kind=next(kind for kind, noun in NOUNS.items() if noun == change.noun),
            id=change.row_id,
            what=self._what(change, became, row),
            listing_id=listing_id,
            listing=_named(stay, listing, self._listings),
            reservation_id=stay_id if change.noun != "reservations" else None,
            guest=guest_name(stay) if stay else None,
            arrival=stay.arrival if stay else None,
            departure=stay.departure if stay else None,
            status_class=str(stay.status_class) if stay else None,
            title=clean_name(_of(row, "title") or _of(row, "concept")) if change.noun != "reviews" else None,
            **(_said(row, stay, listing) if isinstance(row, ConversationMessage) else {}),
        )

    def _what(self, change: Change, became: str, row: Any) -> str:
        if change.kind == "new" and became == "changed":
            return "changed; read for the first time, so what it was before is not known"
        if change.kind != "changed":
            return became
        listing = self._listings.get(change.row_id if change.noun == "calendar" else _of(row, "listing_id"))
        currency = _of(row, "currency") or (listing.currency_code if listing else None)
        if change.noun == "calendar":
            return calendar_in_words(change.what, currency)
        return fields_in_words(change.what, self._listings, currency)


def _made(row: Any) -> datetime | None:
    if isinstance(row, Reservation):
        return row.inserted_on or row.reservation_date
    return said_at(row) if isinstance(row, ConversationMessage) else _of(row, "inserted_on")


def _touched(row: Any) -> datetime | None:
    if isinstance(row, Conversation):
        return max(filter(None, (row.message_sent_on, row.message_received_on)), default=None)
    return None if isinstance(row, ConversationMessage) else _of(row, "updated_on")


def _of(row: Any, name: str) -> Any:
    return getattr(row, name, None)


def _named(stay: Reservation | None, listing: Listing | None, listings: Mapping[int, Listing]) -> str | None:
    if listing is not None:
        return clean_name(listing.name)
    return listing_name(stay, listings) if stay else None


def _said(row: ConversationMessage, stay: Reservation | None, listing: Listing | None) -> dict[str, Any]:
    text = clean(row.body, secrets=secrets_of(stay, listing), max_chars=TEXT_CHARS)
    return {"conversation_id": row.conversation_id, "from_": author(row), "text": text}
