"""The channels that bookings come from, by Hostaway's numbers."""

from __future__ import annotations

from enum import IntEnum

from hostaway_mcp.models.lenient import warn_unknown


class Channel(IntEnum):
    """
    Where a booking came from.

    Source: Hostaway API reference, "Channels"; 2001 occurs only in its examples.
    """

    UNKNOWN = 0
    DIRECT = 2000
    AIRBNB_LEGACY = 2001
    VRBO = 2002
    BOOKINGCOM = 2005
    EXPEDIA = 2007
    VRBO_ICAL = 2009
    VRBO_ICAL_2010 = 2010
    BOOKING_ENGINE = 2013
    CUSTOM_ICAL = 2015
    TRIPADVISOR_ICAL = 2016
    WORDPRESS = 2017
    AIRBNB = 2018
    MARRIOTT = 2019
    PARTNER = 2020
    GDS = 2021
    GOOGLE = 2022

    @property
    def label(self) -> str:
        """The plain name people use, such as "airbnb", "vrbo", "bookingcom" or "direct"."""
        return _LABELS.get(self, self.name.lower())

    @property
    def is_ical(self) -> bool:
        """Whether bookings come from a calendar import, without prices."""
        return self in _ICAL

    @classmethod
    def _missing_(cls, value: object) -> Channel:
        if isinstance(value, str) and value.isdecimal() and int(value) in cls._value2member_map_:
            return cls(int(value))
        if value not in (None, "", 0):
            warn_unknown(cls, value)
        return cls.UNKNOWN


_LABELS = {
    Channel.AIRBNB_LEGACY: "airbnb",
    Channel.VRBO_ICAL_2010: "vrbo_ical",
}
_ICAL = frozenset({Channel.VRBO_ICAL, Channel.VRBO_ICAL_2010, Channel.CUSTOM_ICAL, Channel.TRIPADVISOR_ICAL})
