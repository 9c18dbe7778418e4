"""The listings of the portfolio: lists of them, and one with its sections."""
