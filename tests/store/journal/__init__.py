"""The journal of writes, on both databases."""
