"""hostaway-mcp: ask an AI assistant about your Hostaway rentals."""
