"""`hostaway-mcp connect`: the configuration files of the clients that people use."""
