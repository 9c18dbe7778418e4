"""The write path over the sandbox."""
