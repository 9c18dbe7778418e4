"""Forgets a guest: finds the stays, takes the person out of them, and proves that nothing is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hostaway_mcp.errors import AmbiguousNameError, InputError, StorageError, UnknownNameError
from hostaway_mcp.models.lenient import JsonObject
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.names import plain
from hostaway_mcp.services.reservations.rows import guest_name
from hostaway_mcp.store.journal.chain import JOURNAL_FILE

if TYPE_CHECKING:
    from hostaway_mcp.store.journal.journal import Journal
    from hostaway_mcp.store.remains import Needles, Row
    from hostaway_mcp.store.store import Store

PHONE_DIGITS = 7
"""Fewer digits at the end are no telephone number's own."""
WORD_CHARS = 8
"""Shorter texts, such as a language, are not one person's own."""
SEARCHED = 400
"""Texts that are looked for at most; names and addresses come first."""
SHOWN_CHOICES = 10

_NAMES = frozenset({"guestName", "guestFirstName", "guestLastName", "recipientName", "reviewerName"})
_NAMES |= {"bookingcomBookerName"}
_OWN = frozenset({"guestEmail", "phone", "guestAddress", "guestAuthHash", "guestPortalUrl"})
_OWN |= {"guestExternalAccountId", "guestPicture", "recipientEmail", "confirmationCode"}
"""Fields that tell one person from all others."""


@dataclass(frozen=True, slots=True)
class Who:
    """How a person is named: by one or several of these, each of which adds stays."""

    email: str | None = None
    phone: str | None = None
    name: str | None = None
    reservations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Whose stays are meant, and how much is kept of them."""

    stays: tuple[Reservation, ...]
    unknown: tuple[int, ...]
    """Reservations that are not in the replica; when they come, they come without the guest."""
    counts: Mapping[str, int]
    sent: Mapping[str, tuple[JsonObject, ...]] = field(repr=False)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The reservations."""
        return (*(stay.id for stay in self.stays), *self.unknown)

    @property
    def names(self) -> tuple[str, ...]:
        """What the person is called on the stays."""
        return tuple(dict.fromkeys(name for stay in self.stays if (name := guest_name(stay))))


@dataclass(frozen=True, slots=True)
class Erased:
    """What was taken out, what was looked through afterwards, and what was found."""

    counts: Mapping[str, int]
    values: int
    """Names, addresses and texts that were looked for."""
    tables: int
    rows: int
    files: int
    file_bytes: int
    left: tuple[str, ...] = ()
    """Where something of the person is still; empty if it is gone."""
    others: tuple[str, ...] = ()
    """Rows of other stays in which the same name or address stands; they were left alone."""
    shared: bool = False
    """Whether others' accounts are in the same file, so that only the rows were searched in it."""

    @property
    def proven(self) -> bool:
        """Whether nothing was found."""
        return not self.left


@dataclass(frozen=True, slots=True)
class _Changes:
    """What was taken out of the journal of changes; which values stand in whose proposals still."""

    count: int = 0
    emptied: bool = True
    shared: bool = False
    found: Mapping[str, Collection[str]] = field(default_factory=dict)


class Forgetting:
    """Forgets guests in one account's store, and in the files of the data directory."""

    def __init__(
        self, store: Store, *, journal: Journal | None = None, data_dir: Path, database: Path | None
    ) -> None:
        self._store = store
        self._journal = journal
        self._data_dir = data_dir
        self._database = database

    async def find(self, who: Who) -> Person:
        """
        Whose stays are meant: those that are named, and others of the same name with an address or number
        in common.

        Raises:
            InputError: nothing is named. UnknownNameError: nobody fits.
            AmbiguousNameError: several people have this name, with the choices.
        """
        stays = {stay.id: stay for stay in await self._named(who)}
        if not stays and not who.reservations:
            raise UnknownNameError(
                "No stay of this replica fits.",
                hint="A guest of a stay that it does not have is forgotten by --reservation.",
            )
        for stay in await self._same_person(list(stays.values())):
            stays[stay.id] = stay
        unknown = tuple(one for one in dict.fromkeys(who.reservations) if one not in stays)
        tied = await self._store.privacy.tied((*stays, *unknown))
        found = tuple(sorted(stays.values(), key=lambda stay: (stay.arrival or date.min, stay.id)))
        return Person(found, unknown, tied.counts, tied.sent)

    async def forget(self, person: Person) -> Erased:
        """
        Takes the person out and looks for what may be left.

        Raises:
            StorageError: the store cannot be written; done again it goes on.
        """
        # Imported here: a start that forgets nobody needs no database.
        from hostaway_mcp.store.remains import Needles

        own, words = _values(person)
        needles = Needles(own | words)
        changes = await self._forget_changes(person, own, needles)
        counts = await self._store.privacy.forget(person.numbers) | {"proposals": changes.count}
        emptied = await self._store.remains.compact() and changes.emptied
        searched = await self._store.remains.search(needles)
        mine = await self._rows_of(person)
        left = {_where(row) for rows in searched.found.values() for row in rows & mine}
        others = {
            _where(row) for value, rows in searched.found.items() if value in own for row in rows - mine
        }
        others |= {f"proposal {name}" for value in own for name in changes.found.get(value, ())}
        if not emptied:
            left.add("SQLite's log of writes, which another program holds open: end it and do this again")
        shared = not await self._store.remains.is_alone()
        # Whoever closes a file lets go of all locks that this process holds on it, SQLite's too.
        await self._store.aclose()
        if self._journal is not None:
            await self._journal.aclose()
        # What stands in rows of others stands in the file too.
        rest = Needles(needles.values - searched.found.keys() - changes.found.keys())
        files = [one for one in sorted(self._data_dir.rglob("*")) if one.is_file()]
        if self._database and self._database not in files:
            files += [one for one in _of_database(self._database) if one.is_file()]
        unsearched = _of_database(self._database) if shared else []
        unsearched += _of_database(self._data_dir / JOURNAL_FILE) if changes.shared else []
        files = [one for one in files if one not in unsearched]
        left |= {str(path) for path in files if _search(path, rest)}
        return Erased(
            counts=counts,
            values=len(needles.values),
            tables=searched.tables,
            rows=searched.rows,
            files=len(files),
            file_bytes=sum(path.stat().st_size for path in files if path.is_file()),
            left=tuple(sorted(left)),
            others=tuple(sorted(others)),
            shared=shared,
        )

    async def _forget_changes(self, person: Person, own: Collection[str], needles: Needles) -> _Changes:
        """Out of proposals too, and of those that only name the guest, such as a stay that was to be made."""
        from hostaway_mcp.store.remains import Needles

        if self._journal is None:
            return _Changes()
        forgetting, tied = self._journal.forgetting, await self._store.privacy.tied(person.numbers)
        count = await forgetting.guest(
            reservation_ids=person.numbers,
            conversation_ids=tied.ids.get("conversations", ()),
            named_in=Needles(own).within,
        )
        emptied = await forgetting.compact()
        found: dict[str, set[str]] = {}
        async for name, words in forgetting.words():
            for value in needles.within(words):
                found.setdefault(value, set()).add(name)
        return _Changes(count, emptied, not await forgetting.is_alone(), found)

    async def _named(self, who: Who) -> list[Reservation]:
        if not (who.email or who.phone or who.name or who.reservations):
            raise InputError(
                "Say who is to be forgotten.", hint="Give --email, --phone, --name or --reservation."
            )
        found: list[Reservation] = []
        if who.reservations:
            found += [one.row for one in await self._store.reservations.get(who.reservations)]
        if who.email:
            found += [one.row for one in await self._store.reservations.find(guest_email=who.email)]
        if who.phone:
            found += await self._of_phone(who.phone)
        if who.name:
            found += await self._of_name(who.name)
        return found

    async def _of_phone(self, phone: str) -> list[Reservation]:
        digits = _digits(phone)
        if len(digits) < PHONE_DIGITS:
            raise InputError(f"A telephone number has at least {PHONE_DIGITS} digits.")
        ids = [
            number
            async for number, sent in self._store.privacy.stays()
            if _same_phone(digits, _digits(str(sent.get("phone") or "")))
        ]
        return [one.row for one in await self._store.reservations.get(ids)]

    async def _of_name(self, name: str) -> list[Reservation]:
        fitting = [one.row for one in await self._store.reservations.find(match=name)]
        people = _people(fitting)
        exact = [
            some for some in people if any(plain(guest_name(stay) or "") == plain(name) for stay in some)
        ]
        if len(people) == 1 and exact:
            return people[0]
        if not fitting:
            return []
        choices = [_described(some) for some in people]
        raise AmbiguousNameError(
            f"{len(people)} {'guest fits' if len(people) == 1 else 'guests fit'} this name.",
            choices=choices[:SHOWN_CHOICES],
            hint="Name the one who is meant by --reservation, --email, --phone or the full name.",
        )

    async def _same_person(self, seeds: Sequence[Reservation]) -> list[Reservation]:
        """Stays of the same name with an address or number in common, also over a third one."""
        names = {name for stay in seeds if (name := guest_name(stay))}
        named = [
            one.row
            for name in sorted(names)
            for one in await self._store.reservations.find(match=name)
            if plain(guest_name(one.row) or "") == plain(name)
        ]
        ids = {stay.id for stay in seeds}
        return [stay for some in _people([*seeds, *named]) if ids & {one.id for one in some} for stay in some]

    async def _rows_of(self, person: Person) -> set[Row]:
        tied = await self._store.privacy.tied(person.numbers)
        return {(noun, number) for noun, ids in tied.ids.items() for number in ids}


def _people(stays: Iterable[Reservation]) -> list[list[Reservation]]:
    """The stays by person: the same full name, and an address or number in common."""
    people: list[dict[int, Reservation]] = []
    marks: list[set[tuple[str, str]]] = []
    for stay in stays:
        own = _marks(stay)
        same = [place for place, known in enumerate(marks) if known & own]
        merged, known = {stay.id: stay}, set(own)
        for place in reversed(same):
            merged |= people.pop(place)
            known |= marks.pop(place)
        people.append(merged)
        marks.append(known)
    return [list(some.values()) for some in people]


def _marks(stay: Reservation) -> set[tuple[str, str]]:
    """By what a stay is known to be the same person's; its own number, if by nothing else."""
    name = plain(guest_name(stay) or "")
    email, phone = (stay.guest_email or "").strip().casefold(), _digits(stay.phone or "")
    found = {(name, email)} if email else set()
    found |= {(name, phone[-PHONE_DIGITS - 2 :])} if len(phone) >= PHONE_DIGITS else set()
    return found | {("", f"reservation {stay.id}")}


def _described(stays: Sequence[Reservation]) -> str:
    dates = ", ".join(f"{stay.id} ({stay.arrival} to {stay.departure})" for stay in stays[:3])
    more = f" and {len(stays) - 3} more" if len(stays) > 3 else ""
    return f"{guest_name(stays[0])}: reservation {dates}{more}"


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())


def _same_phone(one: str, other: str) -> bool:
    """Whether two numbers end alike: one may lack the country."""
    short, long = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    return len(short) >= PHONE_DIGITS and long.endswith(short)


def _values(person: Person) -> tuple[frozenset[str], frozenset[str]]:
    """What to look for: what is this person's alone, then texts that others may have as well."""
    from hostaway_mcp.store.impersonal import IMPERSONAL, only, said

    own: set[str] = set(person.names)
    words: set[str] = set()
    # What one object keeps, another may have lost: a thread keeps the moment of its last message, and a
    # word of Hostaway's own may be the name of a field.
    stays = {name for fields in IMPERSONAL.values() for name in fields}
    for noun, objects in person.sent.items():
        for sent in objects:
            own |= _fields(sent, _OWN) | {one for one in _fields(sent, _NAMES) if " " in one.strip()}
            words |= said(sent)
            stays |= said(only(IMPERSONAL.get(noun, {}), sent))
    own = {one.strip() for one in own if len(one.strip()) >= PHONE_DIGITS - 2}
    known = {one.casefold() for one in stays}
    long = {one for one in words if len(one) >= WORD_CHARS and one.casefold() not in known} - own
    return frozenset(own), frozenset(sorted(long, key=len, reverse=True)[: max(0, SEARCHED - len(own))])


def _fields(sent: object, names: Collection[str]) -> set[str]:
    """The texts under these names, however deep."""
    if isinstance(sent, dict):
        here = {value for name, value in sent.items() if name in names and isinstance(value, str)}
        return here.union(*(_fields(value, names) for value in sent.values()))
    return set().union(*(_fields(one, names) for one in sent)) if isinstance(sent, list) else set()


def _of_database(path: Path | None) -> list[Path]:
    return [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")] if path else []


def _search(path: Path, needles: Needles) -> set[str]:
    from hostaway_mcp.store.remains import search_file

    try:
        return search_file(path, needles)
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise StorageError(f"{path} cannot be searched: {error.strerror}.") from None


def _where(row: Row) -> str:
    return f"{row[0].replace('_', ' ')} {row[1]}"
