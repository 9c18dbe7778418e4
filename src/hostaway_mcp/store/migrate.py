"""Brings a database forward to the tables of this version, once, however many processes start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import MetaData, column, inspect, select, table
from sqlalchemy.engine import Connection

from hostaway_mcp.errors import StorageError
from hostaway_mcp.store.engine import Database
from hostaway_mcp.store.schema import REVISION, VERSION_TABLE, metadata

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Lineage:
    """Tables that grow together: the steps to them, the newest, and where a database notes its own."""

    migrations: Path
    revision: str
    version_table: str
    metadata: MetaData


REPLICA = Lineage(MIGRATIONS, REVISION, VERSION_TABLE, metadata)


async def migrate(database: Database, lineage: Lineage = REPLICA) -> None:
    """
    Makes the tables, or brings those of an earlier version forward; one process does it, others wait.

    Raises:
        StorageError: the database cannot be used, or is of a version that this one does not know.
    """
    async with database.read() as connection:
        if await connection.run_sync(partial(revision_of, lineage=lineage)) == lineage.revision:
            return
    async with database.write("migration") as connection:
        revision = await connection.run_sync(partial(_bring_forward, lineage=lineage))
        if lineage is REPLICA and revision is not None and revision != lineage.revision:
            # Imported here because most starts have nothing to do with it.
            from hostaway_mcp.store.derived import derive

            await derive(database, connection, revision)


def revision_of(connection: Connection, lineage: Lineage = REPLICA) -> str | None:
    """The version of the tables that are there; None if there are none."""
    if not inspect(connection).has_table(lineage.version_table):
        return None
    noted = table(lineage.version_table)
    found = connection.execute(select(column("version_num")).select_from(noted)).scalar()
    return None if found is None else str(found)


def check_known(revision: str, lineage: Lineage = REPLICA) -> None:
    """
    Refuses a version that there is no way from.

    Raises:
        StorageError: a newer hostaway-mcp made it.
    """
    # The name of each step's file begins with its version.
    steps = {path.name.partition("_")[0] for path in (lineage.migrations / "versions").glob("*.py")}
    if revision not in steps:
        raise StorageError(
            "The store was made by a newer hostaway-mcp.",
            hint="Update hostaway-mcp, or give this version a store of its own.",
        )


def run_steps(config: Config) -> None:
    """Runs the steps that are wanted, in the connection and transaction that `migrate` holds."""
    from alembic import context

    lineage = config.attributes.get("lineage", REPLICA)
    context.configure(
        connection=config.attributes["connection"],
        target_metadata=lineage.metadata,
        version_table=lineage.version_table,
        # SQLite can undo these too, because the driver's own transactions are switched off.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _bring_forward(connection: Connection, lineage: Lineage) -> str | None:
    """Gives the version that the tables had; None if there were none."""
    # Another process may have done it while this one waited for its turn.
    revision = revision_of(connection, lineage)
    if revision == lineage.revision:
        return revision
    # Imported here because most starts have nothing to do with it.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "lineage": lineage})
    # A percent sign in the path would begin a placeholder.
    config.set_main_option("script_location", str(lineage.migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if revision is not None:
        check_known(revision, lineage)
    command.upgrade(config, "head")
    return revision
