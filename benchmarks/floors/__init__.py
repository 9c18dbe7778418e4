"""What there would be without us: the least that answers the same protocol."""
