"""The MCP door: the catalogue in the protocol's words, over any of its transports and in both its eras."""
