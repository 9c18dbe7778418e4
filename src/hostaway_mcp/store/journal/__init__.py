"""The journal of writes and its audit, in a file of their own: neither can be read from Hostaway again."""
