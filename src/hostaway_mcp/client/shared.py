"""A few small JSON documents that every process on the machine sees: the lease book and the access token."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, Protocol, TypeVar

from hostaway_mcp.client.protocol import JsonObject
from hostaway_mcp.errors import StorageError

T = TypeVar("T")
Change = Callable[[JsonObject | None], tuple[JsonObject | None, T]]
"""Given the document (None if there is none): the document to keep (None deletes it), and an answer."""

BUSY_SECONDS = 5.0
"""How long a process waits for another that is writing; a write takes some 50 µs, so this means trouble."""

_log = logging.getLogger(__name__)


class SharedState(Protocol):
    """Small JSON documents by key, each change in one exclusive transaction."""

    def update(self, key: str, change: Change[T]) -> T:
        """
        Reads, changes and writes one document while nobody else can.

        `change` must be quick and without effects of its own: others wait for it, and after a damaged
        file was replaced it is called again. When it raises, nothing is written.
        """
        ...

    def read(self, key: str) -> JsonObject | None:
        """The document as last written, if there is one."""
        ...


class MemoryState:
    """Documents of one process, kept as text so that no caller holds a part of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._documents: dict[str, str] = {}

    def update(self, key: str, change: Change[T]) -> T:
        with self._lock:
            text = self._documents.get(key)
            document, answer = change(_decoded(text))
            if document is None:
                self._documents.pop(key, None)
            else:
                self._documents[key] = _encoded(document)
            return answer

    def read(self, key: str) -> JsonObject | None:
        return _decoded(self._documents.get(key))


class FileState:
    """
    Documents in one SQLite file that several processes share.

    The file is opened at first use, readable by its owner only, and opened again after a fork or when
    somebody removed it. A damaged file is set aside under another name and begun anew: what it held is
    worth less than an answer now.

    Write-ahead log with `synchronous=NORMAL`: no wait for the disk at each change, and no damage when a
    process is killed. A power cut may lose the last changes, which a restart makes void anyway.

    Raises (at first use and later):
        StorageError: the directory or the file cannot be used, or another process holds it too long.
    """

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened_as: tuple[int, int] | None = None
        # A connection inherited through fork() must not even be closed: that would drop the parent's locks.
        self._inherited: list[sqlite3.Connection] = []

    def update(self, key: str, change: Change[T]) -> T:
        return self._safely(lambda connection: _updated(connection, key, change))

    def read(self, key: str) -> JsonObject | None:
        return self._safely(lambda connection: _decoded(_text(connection, key)))

    def names(self) -> frozenset[str]:
        """The keys of all documents."""
        return self._safely(
            lambda connection: frozenset(key for (key,) in connection.execute("SELECT key FROM documents"))
        )

    def close(self) -> None:
        """Lets go of the file; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._opened_as = None

    def _safely(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Does it on an open connection; once more when the file proved damaged and was replaced."""
        if self._opened_as is not None and self._opened_as[0] != os.getpid():
            self._lock = threading.Lock()  # after fork() the old one may be held by a thread that is gone
        with self._lock:
            try:
                try:
                    return action(self._open())
                except (sqlite3.DatabaseError, json.JSONDecodeError) as error:
                    if not _is_damage(error):
                        raise
                    self._set_aside(error)
                    return action(self._open())
            except (OSError, sqlite3.Error, json.JSONDecodeError) as error:
                self._refuse(error)

    def _open(self) -> sqlite3.Connection:
        """The connection to the file that is at the path now, in this process."""
        try:
            here = (os.getpid(), self._path.stat().st_ino)
        except FileNotFoundError:
            here = (os.getpid(), -1)
        if self._connection is not None and here == self._opened_as:
            return self._connection
        if self._connection is not None and self._opened_as is not None and self._opened_as[0] != here[0]:
            self._inherited.append(self._connection)
            self._connection = None
        self.close()
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        self._path.chmod(0o600)
        self._opened_as = (os.getpid(), self._path.stat().st_ino)
        self._connection = _connected(self._path, self._busy_seconds)
        return self._connection

    def _set_aside(self, error: Exception) -> None:
        """Renames the damaged file, unless another process has replaced it in the meantime."""
        seen = self._opened_as
        self.close()
        if seen is None or not self._path.exists() or self._path.stat().st_ino != seen[1]:
            return
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.time_ns()}")
        _log.warning("shared_state_set_aside", extra={"kept_as": str(aside), "reason": str(error)})
        self._path.rename(aside)
        for ending in ("-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)

    def _refuse(self, error: Exception) -> NoReturn:
        raise StorageError(
            f"The state file {self._path} cannot be used: {error}.",
            hint="Choose a data directory that this user may write to.",
        ) from error


def _connected(path: Path, busy_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    try:
        _begin_log(connection, busy_seconds)
        connection.execute("PRAGMA synchronous=NORMAL")
        # A token that was ended leaves no copy behind.
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS documents (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID"
        )
    except BaseException:
        connection.close()
        raise
    return connection


def _begin_log(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """
    Turns the write-ahead log on.

    Two processes that make the file at once can each hold what the other needs; SQLite then answers
    "locked" without waiting, so the waiting is done here.
    """
    give_up = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.005)


def _updated(connection: sqlite3.Connection, key: str, change: Change[T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        text = _text(connection, key)
        document, answer = change(_decoded(text))
        if document is None:
            connection.execute("DELETE FROM documents WHERE key = ?", (key,))
        elif (body := _encoded(document)) != text:
            connection.execute("INSERT OR REPLACE INTO documents VALUES (?, ?)", (key, body))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return answer


def _text(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("SELECT body FROM documents WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def _is_damage(error: Exception) -> bool:
    """Whether the file's content is wrong; subclasses of SQLite's error speak of locks, rights and disks."""
    return type(error) is sqlite3.DatabaseError or isinstance(error, json.JSONDecodeError)


def _decoded(text: str | None) -> JsonObject | None:
    if text is None:
        return None
    document = json.loads(text)
    return document if isinstance(document, dict) else None


def _encoded(document: JsonObject) -> str:
    return json.dumps(document, separators=(",", ":"))
