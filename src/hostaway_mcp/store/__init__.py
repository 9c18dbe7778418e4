"""The replica: what was read from Hostaway, kept in SQLite or PostgreSQL. The only SQL of the house."""

from hostaway_mcp.store.store import Store

__all__ = ["Store"]
