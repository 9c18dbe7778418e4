"""Calendar days, and what a stay would cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.finance import FinanceFieldType
from hostaway_mcp.models.lenient import MANY, CertainDay, Day, OpenEnum, Wire
from hostaway_mcp.models.reservations import Reservation


class CalendarDayStatus(OpenEnum):
    """
    Whether a day can be sold.

    hardBlock is reserved for later; mblocked, mreserved and conflicted are deprecated.
    Source: Hostaway API reference, "Calendar day statuses".
    """

    UNKNOWN = "unknown"
    AVAILABLE = "available"
    BLOCKED = "blocked"
    RESERVED = "reserved"
    PENDING = "pending"
    HARD_BLOCK = "hardBlock"
    MBLOCKED = "mblocked"
    MRESERVED = "mreserved"
    CONFLICTED = "conflicted"


class CalendarDay(Wire):
    """
    One listing on one date; `price` is for one night in the listing's currency.

    The unit counters may be null on a listing with one unit, or 1.
    Source: Hostaway API reference, "Calendar day object".
    """

    id: int | None = None
    date: CertainDay
    status: CalendarDayStatus | None = None
    is_available: bool | None = None
    is_processed: bool | None = None
    price: Decimal | None = None
    minimum_stay: int | None = None
    maximum_stay: int | None = None
    closed_on_arrival: bool | None = None
    closed_on_departure: bool | None = None
    note: str | None = None
    count_available_units: int | None = None
    available_units_to_sell: int | None = None
    count_pending_units: int | None = None
    count_blocking_reservations: int | None = None
    count_blocked_units: int | None = None
    count_reserved_units: int | None = None
    desired_units_to_sell: int | None = None
    reservations: Annotated[tuple[Reservation, ...], MANY] = ()


class PriceComponent(Wire):
    """One line of a price; discounts are negative."""

    id: int | None = None
    listing_fee_setting_id: int | None = None
    type: FinanceFieldType | None = None
    name: str
    title: str | None = None
    alias: str | None = None
    quantity: int | None = None
    value: Decimal | None = None
    total: Decimal | None = None
    is_included_in_total_price: bool | None = None
    is_overridden_by_user: bool | None = None
    is_mandatory: bool | None = None
    is_quantity_selectable: bool | None = None
    is_deleted: bool | None = None


class PriceDetails(Wire):
    """What a stay would cost, in the listing's currency. Source: Hostaway API reference, "Price details"."""

    total_price: Decimal
    original_total_price: Decimal | None = None
    components: Annotated[tuple[PriceComponent, ...], MANY] = ()


class SeasonalRule(Wire):
    """A rule about arrivals, departures and lengths of stay in a season."""

    id: int
    title: str = ""
    channel: Channel = Field(default=Channel.UNKNOWN, alias="channelId")
    closed_for_checkin: str | None = None
    """Week days as Python writes a list: `['Monday']`."""
    closed_for_checkout: str | None = None
    min_nights_sunday: int | None = None
    min_nights_monday: int | None = None
    min_nights_tuesday: int | None = None
    min_nights_wednesday: int | None = None
    min_nights_thursday: int | None = None
    min_nights_friday: int | None = None
    min_nights_saturday: int | None = None
    min_nights_unspecified: int | None = None
    max_nights_sunday: int | None = None
    max_nights_monday: int | None = None
    max_nights_tuesday: int | None = None
    max_nights_wednesday: int | None = None
    max_nights_thursday: int | None = None
    max_nights_friday: int | None = None
    max_nights_saturday: int | None = None
    max_nights_unspecified: int | None = None
    pricing_rules: str | None = None


class SeasonalRuleInterval(Wire):
    """Where a seasonal rule holds, both days included."""

    first: CertainDay = Field(alias="from")
    last: CertainDay = Field(alias="to")
    seasonal_rule: SeasonalRule | None = None


class LengthOfStayPrices(Wire):
    """Prices by length of stay for one check-in day: `nights,price,nights,price…` for one occupancy."""

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    checkin: Day | None = None
    occupancy: int | None = None
    prices: str = ""
    is_synced_airbnb: bool | None = None
    is_synced_booking: bool | None = None
    is_synced_expedia: bool | None = None
    is_synced_vrbo: bool | None = None
    sync_error_message: str | None = None
