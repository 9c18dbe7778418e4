"""`hostaway-mcp doctor`: everything that must be right, and the one repair for what is not."""
