"""The HTTP door: MCP at /mcp, every tool at /api/v1, and what operators look at."""
