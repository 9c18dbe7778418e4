"""The replica and the journal, in SQLite or PostgreSQL: the only SQL of the house."""
