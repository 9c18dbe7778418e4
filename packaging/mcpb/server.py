"""What Claude Desktop starts: MCP over stdio."""

from hostaway_mcp.cli.cli import main

main(["serve"])
