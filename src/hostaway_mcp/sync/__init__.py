"""Keeps the store true to Hostaway: what is brought, in which order, and how it goes on after a stop."""
