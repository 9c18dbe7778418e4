"""Input that means harm, or nothing at all: over MCP, over HTTP, and in what Hostaway sends."""
