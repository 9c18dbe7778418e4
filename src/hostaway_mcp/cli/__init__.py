"""The command line: every command of `hostaway-mcp`."""
