"""Reservations: found, and one looked at closely."""
