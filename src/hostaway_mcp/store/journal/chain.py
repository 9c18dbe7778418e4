"""A chain of records that cannot be changed without showing: each hash covers the one before."""

from __future__ import annotations

import errno
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hostaway_mcp.errors import StorageError

BEGINNING = "0" * 64
"""What the first record's hash covers in the place of one before."""

JOURNAL_FILE, KEY_FILE, ANCHOR_FILE = "journal.db", "audit.key", "audit.anchor"
"""In the data directory; the journal is there unless it is in PostgreSQL."""

_compact = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Link(NamedTuple):
    """One record with its place in the chain."""

    seq: int
    record: str
    hash: str
    mac: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold, and what is wrong there."""

    seq: int
    says: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at the whole chain found; `foreign` records carry another machine's proof."""

    records: int
    head: str
    foreign: int
    breaks: tuple[Break, ...]


class Chain:
    """Makes and proves links with the key of this machine."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.key_id = hashlib.sha256(b"audit key " + key).hexdigest()[:8]
        """Says which key a record was proven with, without saying the key."""

    def link(self, seq: int, before: str, facts: Mapping[str, object]) -> Link:
        """The next link, whose record also holds its number and the key's name."""
        record = _compact({**facts, "seq": seq, "key": self.key_id})
        name = _hash(before, record)
        return Link(seq, record, name, self._mac(name))

    def digest(self, text: str) -> str:
        """A short keyed name for words that a record must not hold; the same words have the same."""
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:16]

    def verify(self, links: Iterable[Link], anchors: Mapping[int, str], *, alone: bool = False) -> Verified:
        """
        Looks at every link. `anchors` are hashes noted outside, by number: a chain that was cut or made
        anew does not fit them. `alone` says that nobody else can have written a record.
        """
        before, expected, foreign, mine = BEGINNING, 1, 0, 0
        breaks: list[Break] = []
        missing = dict(anchors)
        for one in links:
            if one.seq != expected:
                breaks.append(Break(expected, f"record {expected} is missing"))
            if one.hash != _hash(before, one.record):
                breaks.append(Break(one.seq, f"record {one.seq} was changed, or what came before it"))
            elif said := self._wrong_inside(one):
                breaks.append(Break(one.seq, said))
            elif self._mine(one.record):
                mine += 1
                if one.mac != self._mac(one.hash):
                    breaks.append(Break(one.seq, f"record {one.seq} was not written by this key"))
            else:
                foreign += 1
                if alone:
                    breaks.append(Break(one.seq, f"record {one.seq} was written with another key"))
            noted = missing.pop(one.seq, None)
            if noted is not None and noted != one.hash:
                breaks.append(Break(one.seq, f"record {one.seq} is not the one that was noted outside"))
            before, expected = one.hash, one.seq + 1
        breaks += [Break(seq, f"record {seq} was noted outside and is gone") for seq in sorted(missing)]
        if mine and not anchors:
            breaks.append(Break(expected - 1, f"what {ANCHOR_FILE} noted outside is gone"))
        return Verified(expected - 1, before, foreign, tuple(breaks))

    def _wrong_inside(self, one: Link) -> str | None:
        # The number stands in the record too, where it is proven.
        return None if f'"seq":{one.seq},' in one.record else f"record {one.seq} stands in another's place"

    def _mine(self, record: str) -> bool:
        return f'"key":"{self.key_id}"' in record

    def _mac(self, name: str) -> str:
        return hmac.digest(self._key, name.encode(), "sha256").hex()


def _hash(before: str, record: str) -> str:
    return hashlib.sha256((before + record).encode("utf-8", "surrogatepass")).hexdigest()


def read_key(directory: Path) -> bytes:
    """
    The key of this machine, made when it is lacking; mode 0600.

    Raises:
        StorageError: it cannot be read or written.
    """
    path = directory / KEY_FILE
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return _read(path)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        return _read(path)
    except OSError as error:
        raise no_key(path) from error


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError:
        key = b""
    if len(key) < 16:
        raise no_key(path)
    return key


def no_key(path: Path) -> StorageError:
    """The refusal to write without the key that proves what is there."""
    return StorageError(
        f"The audit's key in {path.name} cannot be used, so nothing may be written.",
        hint="Restore the file from a backup; a new one cannot prove the records that are there.",
    )


class Anchor:
    """The hashes of the chain's links, noted in a file outside of the database as they are made."""

    def __init__(self, directory: Path, account_id: str) -> None:
        self._path = directory / ANCHOR_FILE
        self._account_id = account_id

    def note(self, links: Iterable[Link]) -> None:
        """
        Adds lines.

        Raises:
            StorageError: the file cannot be written.
        """
        lines = "".join(f"{self._account_id} {one.seq} {one.hash}\n" for one in links)
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                written = os.write(descriptor, lines.encode())
            finally:
                os.close(descriptor)
            if written < len(lines.encode()):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise StorageError(
                "The audit cannot be written, so nothing may be changed.",
                hint=f"Free space, or let this user write {self._path.name} in the data directory.",
            ) from error

    def forget(self) -> None:
        """
        Removes this account's lines, and the file with the last of them.

        Raises:
            StorageError: the file cannot be changed.
        """
        try:
            lines = self._path.read_text(errors="replace").splitlines(keepends=True)
            others = "".join(line for line in lines if not line.startswith(f"{self._account_id} "))
            if others:
                self._path.write_text(others)
            else:
                self._path.unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageError(f"{self._path.name} cannot be changed.", hint="Remove it.") from error

    def noted(self) -> dict[int, str]:
        """
        The hashes by number; a line that is none is left out.

        Raises:
            StorageError: the file cannot be read.
        """
        found: dict[int, str] = {}
        try:
            text = self._path.read_text(errors="replace")
        except FileNotFoundError:
            return found
        except OSError as error:
            raise StorageError(
                f"{self._path.name} in the data directory cannot be read.", hint="Let this user read it."
            ) from error
        for line in text.splitlines():
            account_id, _, rest = line.partition(" ")
            seq, _, name = rest.partition(" ")
            if account_id == self._account_id and seq.isdecimal() and len(name) == len(BEGINNING):
                found[int(seq)] = name
        return found
