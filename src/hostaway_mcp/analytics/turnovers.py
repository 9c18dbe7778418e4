"""Turnovers: which stays may be in the same unit of a listing."""

from __future__ import annotations

from hostaway_mcp.models.reservations import Reservation

Units = frozenset[int]
"""The units of a stay; empty where they are not known, or the listing has one."""


def may_share_a_unit(one: Units, other: Units) -> bool:
    """Whether two stays at one listing may have the same unit: they share one, or one's is not known."""
    return not one or not other or bool(one & other)


def units_of_stay(stay: Reservation) -> Units:
    """The units that a stay has, where Hostaway says so."""
    return frozenset(unit.listing_unit_id for unit in stay.reservation_unit)
