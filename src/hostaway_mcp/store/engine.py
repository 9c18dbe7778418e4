"""Opens the database that a URL names: one file of SQLite's, or PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Executable, create_engine, event, make_url, text
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncResult, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util.concurrency import in_greenlet

from hostaway_mcp.errors import DamagedError, StorageError
from hostaway_mcp.store.sqlite_driver import READ, Driver
from hostaway_mcp.store.trouble import in_plain_words

T = TypeVar("T")

BUSY_SECONDS = 5.0
"""How long we wait for another process that writes the same file."""

POOL_SIZE = 5
CONNECT_SECONDS = 10.0
UNUSED_SECONDS = 1.0
"""After which PostgreSQL's connections are asked whether they are still there."""

_WRITES, _ALONE, _USED_AT = "hostaway_mcp_writes", "hostaway_mcp_alone", "hostaway_mcp_used_at"
_DURABLE, _SYNCHRONOUS = "hostaway_mcp_durable", "hostaway_mcp_synchronous"
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}


@dataclass(slots=True)
class Database:
    """An open database. Those who read do not wait for the one who writes."""

    engine: AsyncEngine = field(repr=False)
    direct: Engine | None = field(default=None, repr=False)
    """The same file of SQLite's for `read_at_once` and `write_at_once`."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    mend: Callable[[], Awaitable[None]] | None = None
    """What is done about a damaged file, before whoever met it is told."""

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite's."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """
        A connection that sees one moment's state (SQLite) or each statement's (PostgreSQL).

        Raises:
            StorageError: the database cannot be read.
        """
        async with self._told(), self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def stream(self, statement: Executable) -> AsyncIterator[AsyncResult[Any]]:
        """
        The rows of a statement one after the other, of one moment's state.

        Raises:
            StorageError: the database cannot be read.
        """
        async with self.read() as connection:
            if not self.is_sqlite:
                # Its cursors live in a transaction.
                await connection.execution_options(isolation_level="REPEATABLE READ")
            async with connection.stream(statement) as rows:
                yield rows

    @asynccontextmanager
    async def write(self, whose: str, *, durable: bool = False) -> AsyncIterator[AsyncConnection]:
        """
        A transaction, kept as a whole or not at all. One at a time for `whose` in all processes, so that
        what was read in it still holds when it is written. A `durable` one also outlasts the machine's power
        failing the moment after; SQLite's others are on the disk some moments later.

        Raises:
            StorageError: the database cannot be written.
        """
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._told())
            if self.is_sqlite:
                await stack.enter_async_context(self.turn)
            connection = await stack.enter_async_context(self.engine.connect())
            level = {} if self.is_sqlite else {"isolation_level": "READ COMMITTED"}
            await connection.execution_options(**{_WRITES: True, _DURABLE: durable}, **level)
            await stack.enter_async_context(connection.begin())
            if not self.is_sqlite:
                await connection.execute(_LOCK, {"key": lock_key(whose)})
            yield connection

    async def read_at_once(self, work: Callable[[Connection], T]) -> T:
        """
        What `work` gives, whose statements see what `read` would show them. They run in one thread, where
        each of them else would have the event loop wait for another; for what somebody waits for.

        Raises:
            StorageError: the database cannot be read.
        """
        if self.direct is None:
            async with self.read() as connection:
                return await connection.run_sync(work)
        async with self._told():
            return await asyncio.to_thread(_run, self.direct, work, False)

    async def write_at_once(self, whose: str, work: Callable[[Connection], T]) -> T:
        """
        What `work` gives, in a durable transaction as `write` makes it, but run in one thread. Whoever stops
        waiting does not stop it.

        Raises:
            StorageError: the database cannot be written.
        """
        if self.direct is None:
            async with self.write(whose, durable=True) as connection:
                return await connection.run_sync(work)
        async with self._told(), self.turn:
            return await asyncio.to_thread(_run, self.direct, work, True)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[AsyncConnection]:
        """
        A connection for statements that belong into no transaction, such as those that tidy up.

        Raises:
            StorageError: the database cannot be written.
        """
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._told())
            if self.is_sqlite:
                await stack.enter_async_context(self.turn)
            connection = await stack.enter_async_context(self.engine.connect())
            await connection.execution_options(**{_ALONE: True})
            yield connection

    @asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        try:
            with in_plain_words():
                yield
        except DamagedError as damage:
            if self.mend is None:
                raise
            await self.mend()
            raise StorageError(
                "The store's file was damaged and was made anew.",
                hint="Nothing is lost: hostaway-mcp sync fills it. Ask again.",
            ) from damage

    async def aclose(self) -> None:
        """Closes its connections."""
        await self.engine.dispose()
        if self.direct is not None:
            self.direct.dispose()


def _run(engine: Engine, work: Callable[[Connection], T], writes: bool) -> T:
    options = {_WRITES: writes, _DURABLE: writes}
    with engine.connect() as connection, connection.execution_options(**options).begin():
        return work(connection)


EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"


async def write_anew(connection: AsyncConnection) -> bool:
    """
    Writes a file of SQLite's anew without what was removed from it, on a connection that is `alone`; False
    if somebody reads an earlier state of it for so long that its log of writes could not be emptied.
    """
    # A copy of the whole database would not fit into every memory.
    await connection.exec_driver_sql("PRAGMA temp_store = FILE")
    try:
        await connection.exec_driver_sql("VACUUM")
    finally:
        await connection.exec_driver_sql("PRAGMA temp_store = MEMORY")
    emptied = await connection.exec_driver_sql(EMPTY_LOG)
    return not emptied.one()[0]


_LOCK = text("SELECT pg_advisory_xact_lock(:key)")


def lock_key(name: str) -> int:
    """PostgreSQL's locks have numbers of 64 bits for names."""
    content = f"hostaway-mcp {name}".encode()
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)


def open_database(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Database:
    """
    The database that a user's URL names: `sqlite:///path` or `postgresql://user@host/name`.

    A file is made when it is lacking, for its owner's eyes alone. Nothing is read yet.

    Raises:
        StorageError: the URL is of another kind, or the directory cannot be written.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, busy_seconds)
    return Database(_postgres(parsed))


def _parsed(url: str) -> URL:
    # The URL may hold a password, so no more of it than the scheme is said back.
    scheme = url.partition(":")[0][:20] if ":" in url else ""
    hint = "Use sqlite:///path/to/file or postgresql://user@host/database."
    driver = _DRIVERS.get(scheme.partition("+")[0])
    if driver is None:
        raise StorageError(f"The store cannot be kept in `{scheme or 'a URL without scheme'}`.", hint=hint)
    try:
        parsed = make_url(url).set(drivername=driver)
    except (ArgumentError, ValueError) as error:
        raise StorageError(f"The {scheme} URL of the store cannot be read.", hint=hint) from error
    if not parsed.database or parsed.database == ":memory:":
        raise StorageError(f"The {scheme} URL of the store names no database.", hint=hint)
    return parsed


def _sqlite(url: URL, busy_seconds: float) -> Database:
    path = Path(url.database or "").expanduser()
    make_private(path)
    url, arguments = url.set(database=str(path)), {"timeout": busy_seconds}
    engine = create_async_engine(url, module=Driver(), pool_size=POOL_SIZE, connect_args=arguments)
    direct = create_engine(url.set(drivername="sqlite+pysqlite"), pool_size=POOL_SIZE, connect_args=arguments)
    for one in (engine.sync_engine, direct):
        event.listen(one, "connect", _prepare)
        event.listen(one, "begin", _begin)
    event.listen(engine.sync_engine, "invalidate", _end)
    return Database(engine, direct)


def _postgres(url: URL) -> AsyncEngine:
    with _lacking_driver():
        engine = create_async_engine(
            url,
            pool_size=POOL_SIZE,
            # The one used last has the statements prepared that come again.
            pool_use_lifo=True,
            # Who reads needs no transaction, which would be two questions more.
            isolation_level="AUTOCOMMIT",
            connect_args={
                "timeout": CONNECT_SECONDS,
                # What a server takes these for depends on its settings, and our statements on neither.
                "server_settings": {"application_name": "hostaway-mcp", "jit": "off"},
            },
        )
    event.listen(engine.sync_engine, "checkin", _note_use)
    event.listen(engine.sync_engine, "checkout", partial(_check_alive, engine.dialect))
    return engine


def _note_use(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = time.monotonic()


def _check_alive(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _fairy: object) -> None:
    """
    Has another connection opened for one that the server has ended. Its end is heard at once, but not
    where the network is gone too: so one that was long out of use is asked.
    """
    used_at = record.info.get(_USED_AT)
    if used_at is None:
        return
    try:
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - used_at > UNUSED_SECONDS:
            dialect.do_ping(connection)
    except (dialect.loaded_dbapi.Error, OSError) as error:
        raise InvalidatePoolError from error


class _lacking_driver:  # noqa: N801
    """Says how to get the driver that only PostgreSQL's users install."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ImportError):
            raise StorageError(
                "PostgreSQL's driver is not installed.", hint="Install hostaway-mcp[postgres]."
            ) from error


def make_private(path: Path) -> None:
    """SQLite gives its -wal and -shm files the mode of the database file."""
    try:
        # A directory that was there may belong to others too, and keeps its mode.
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StorageError(
            f"The store's file cannot be made or written: {error.strerror}.",
            hint=f"Name a directory that this user may write, instead of {path.parent}.",
        ) from error


def _prepare(connection: Any, _record: object) -> None:
    # Python's own idea of when a transaction begins would come after the first reads.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = OFF",
        "temp_store = MEMORY",
        # What is removed is overwritten: guests' data are no leftovers.
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _end(connection: Any, _record: object, _error: object) -> None:
    # Whoever is cancelled leaves a connection that is closed at once; a statement of it that Python still
    # holds would keep its transaction, and the file locked, until it is collected.
    if in_greenlet():
        connection.rollback()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(_ALONE):
        return
    if options.get(_WRITES):
        level = "FULL" if options.get(_DURABLE) else "NORMAL"
        if connection.info.setdefault(_SYNCHRONOUS, "NORMAL") != level:
            connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
            connection.info[_SYNCHRONOUS] = level
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else READ)
