"""What Alembic runs the steps in: the connection and transaction that `migrate` holds."""

from alembic import context
from alembic.config import Config

from hostaway_mcp.store.schema import VERSION_TABLE, metadata


def run(config: Config) -> None:
    """Runs the steps that are wanted."""
    context.configure(
        connection=config.attributes["connection"],
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        # SQLite can undo these too, because the driver's own transactions are switched off.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


# Alembic runs this file; who merely imports it has no configuration.
config: Config | None = getattr(context, "config", None)
if config is not None:
    run(config)
