"""`python -m hostaway_mcp` is the command `hostaway-mcp`."""

from hostaway_mcp.cli.cli import main

if __name__ == "__main__":
    main()
