"""Brings a database forward to the tables of this version, once, however many processes start."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import column, inspect, select, table
from sqlalchemy.engine import Connection

from hostaway_mcp.errors import StorageError
from hostaway_mcp.store.engine import Database
from hostaway_mcp.store.schema import REVISION, VERSION_TABLE

MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(database: Database) -> None:
    """
    Makes the tables, or brings those of an earlier version forward; one process does it, others wait.

    Raises:
        StorageError: the database cannot be used, or is of a version that this one does not know.
    """
    async with database.read() as connection:
        if await connection.run_sync(revision_of) == REVISION:
            return
    async with database.write("migration") as connection:
        revision = await connection.run_sync(_bring_forward)
        if revision is not None and revision != REVISION:
            # Imported here because most starts have nothing to do with it.
            from hostaway_mcp.store.derived import derive

            await derive(database, connection, revision)


def revision_of(connection: Connection) -> str | None:
    """The version of the tables that are there; None if there are none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()
    return None if found is None else str(found)


def check_known(revision: str) -> None:
    """
    Refuses a version that there is no way from.

    Raises:
        StorageError: a newer hostaway-mcp made it.
    """
    # The name of each step's file begins with its version.
    steps = {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("*.py")}
    if revision not in steps:
        raise StorageError(
            "The store was made by a newer hostaway-mcp.",
            hint="Update hostaway-mcp, or give this version a store of its own.",
        )


def _bring_forward(connection: Connection) -> str | None:
    """Gives the version that the tables had; None if there were none."""
    # Another process may have done it while this one waited for its turn.
    revision = revision_of(connection)
    if revision == REVISION:
        return revision
    # Imported here because most starts have nothing to do with it.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    # A percent sign in the path would begin a placeholder.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if revision is not None:
        check_known(revision)
    command.upgrade(config, "head")
    return revision
