"""What Alembic runs the steps in."""

from alembic import context

from hostaway_mcp.store.migrate import run_steps

# Alembic runs this file; who merely imports it has no configuration.
if getattr(context, "config", None) is not None:
    run_steps(context.config)
