"""What databases complain of, in our words. Nothing of a statement's values gets into them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hostaway_mcp.errors import DamagedError, StorageError

_COPY = "It holds only a copy of what Hostaway has, so it may be removed; the next start fills a new one."
_FULL = ("The disk of the store is full.", "Free some space; nothing that was kept is lost.")
_BUSY = ("The store is in use by another program.", "Try again, or end the program that holds it open.")
_CORRUPT = ("The store's file is not a sound database.", f"Remove the file, with its -wal and -shm. {_COPY}")
_READ_ONLY = ("The store cannot be written.", "Give this user the right to write the file and its directory.")
_ABSENT = ("The store's file cannot be opened.", "Name a directory that this user may write.")
_UNREACHABLE = (
    "PostgreSQL cannot be reached.",
    "Check that it runs, and the host, port and user in the URL of the store.",
)
_REFUSED = ("PostgreSQL does not let us in.", "Check the user and password in the URL of the store.")
_NO_DATABASE = (
    "PostgreSQL has no such database, or this user may not use it.",
    "Create the database, and give the user the right to create tables in it.",
)
_FOREIGN = (
    "The store's tables are not as they should be.",
    f"Give the store a database of its own. {_COPY}",
)
_OTHER = ("The store failed.", "The log says more.")

_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FULL,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CORRUPT: _CORRUPT,
    sqlite3.SQLITE_NOTADB: _CORRUPT,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _ABSENT,
    sqlite3.SQLITE_ERROR: _FOREIGN,
}
_POSTGRES = {
    "08": _UNREACHABLE,
    "28": _REFUSED,
    "3D": _NO_DATABASE,
    "42501": _NO_DATABASE,
    "42": _FOREIGN,
    "53100": _FULL,
    "53": _BUSY,
    "55": _BUSY,
    "57": _UNREACHABLE,
    "40": _BUSY,
}
"""By SQLSTATE, or its class where there is no line for it."""


@contextmanager
def in_plain_words() -> Iterator[None]:
    """
    Turns what the database says into a StorageError; defects of ours pass through.

    Raises:
        StorageError: it cannot be opened, read or written.
    """
    try:
        yield
    except (DBAPIError, PoolTimeoutError, sqlite3.Error, OSError) as error:
        raise said(error) from error


def said(error: BaseException) -> StorageError:
    """The sentence and hint for a driver's error."""
    words = _words(error)
    return (DamagedError if words is _CORRUPT else StorageError)(words[0], hint=words[1])


def _words(error: BaseException) -> tuple[str, str]:
    if isinstance(error, PoolTimeoutError):
        return _BUSY
    for cause in _causes(error):
        if isinstance(cause, sqlite3.Error):
            # Extended codes carry the plain one in their lowest byte.
            code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            return _SQLITE.get(code, _OTHER)
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            return _POSTGRES.get(state) or _POSTGRES.get(state[:2]) or _OTHER
        if isinstance(cause, OSError):
            return _UNREACHABLE
    return _OTHER


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        inner = getattr(seen, "orig", None)
        seen = inner if isinstance(inner, BaseException) else seen.__cause__
