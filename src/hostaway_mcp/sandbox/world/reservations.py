"""Reservations as documents: what a stay looks like in the API, with its money."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from hostaway_mcp.sandbox.clock import MOMENT
from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.pricing import Wish, cents, component, components_of, plain, sum_of_kind, total_of
from hostaway_mcp.sandbox.world.dice import dice
from hostaway_mcp.sandbox.world.homes import Home
from hostaway_mcp.sandbox.world.rates import night_prices, terms_of_home
from hostaway_mcp.sandbox.world.stays import CHANNELS, Stay
from hostaway_mcp.sandbox.world.words import NOTES

# Share of the price the channel keeps from the host.
COMMISSION = {2018: "0.155", 2005: "0.15", 2002: "0.08", 2007: "0.18", 2019: "0.12", 2022: "0.10"}
UNPRICED_CHANNELS = (2015,)
COLLECTED_BY_HOST = (2000, 2013, 2017, 2020, 2021, 2022)


def moment(seconds: int) -> str:
    """Seconds since 1970 as Hostaway writes moments."""
    return datetime.fromtimestamp(seconds, UTC).strftime(MOMENT)


def write_reservation(stay: Stay, home: Home, account_id: str) -> Json:
    """One reservation, every documented field present."""
    random = dice(stay.chance)
    document = blank("Reservation")
    document |= _identity(stay, account_id)
    document |= _guest(stay, random)
    document |= _dates(stay, home)
    document |= _notes(stay, random)
    document |= _policy(stay, home)
    money = write_finance_fields(stay, home)
    document |= _money(stay, home, money)
    document["financeField"] = money
    return document


def _identity(stay: Stay, account_id: str) -> Json:
    code = f"{account_id}-{stay.listing_id}-{stay.channel}-{stay.chance:010d}"
    external = stay.channel == 2018 and stay.status != "ownerStay"
    return {
        "id": stay.id,
        "hostawayReservationId": stay.id,
        "listingMapId": stay.listing_id,
        "channelId": stay.channel,
        "channelName": CHANNELS[stay.channel][0],
        "source": CHANNELS[stay.channel][0],
        "reservationId": code,
        "channelReservationId": code,
        "confirmationCode": f"HM{stay.chance:08X}" if external else None,
        "isProcessed": 1,
        "isInitial": 0,
        "isManuallyChecked": 0,
        "isInstantBooked": int(stay.chance % 3 > 0),
        "hasPullError": 0,
        "status": stay.status,
        "reservationDate": moment(stay.booked),
        "insertedOn": moment(stay.booked),
        "updatedOn": moment(stay.updated),
        "latestActivityOn": moment(stay.activity),
        "pendingExpireDate": moment(stay.booked + 86_400) if stay.status == "pending" else None,
        "cancellationDate": moment(stay.cancelled)[:10] if stay.cancelled else None,
        "cancelledBy": ("host" if stay.chance % 7 == 0 else "guest") if stay.cancelled else None,
        "manualIcalName": "Imported calendar" if stay.channel == 2015 else None,
    }


def guest_name(stay: Stay) -> str:
    """The name on a stay as it was drawn; an imported calendar has none."""
    return "Imported booking" if stay.channel in UNPRICED_CHANNELS else stay.guest.name


def _guest(stay: Stay, random: Random) -> Json:
    guest = stay.guest
    if stay.channel in UNPRICED_CHANNELS:
        return {"guestName": guest_name(stay), "isDatesUnspecified": 0}
    own = stay.channel in COLLECTED_BY_HOST
    children = random.randint(0, stay.guests - 1) if stay.guests > 2 and random.random() < 0.3 else 0
    return {
        "guestName": guest_name(stay),
        "guestFirstName": guest.first,
        "guestLastName": guest.last,
        "guestCountry": guest.country,
        "guestEmail": guest.email if own else guest.relay,
        "guestLocale": guest.locale,
        "localeForMessaging": guest.locale,
        "phone": guest.phone,
        "hostProxyEmail": f"c-{guest.number:08x}@host.example",
        "numberOfGuests": stay.guests,
        "adults": stay.guests - children,
        "children": children,
        "infants": 0,
        "pets": int(random.random() < 0.06),
        "guestRecommendations": 0,
        "guestTrips": random.randint(0, 9),
        "isGuestIdentityVerified": 0,
    }


def _dates(stay: Stay, home: Home) -> Json:
    moved = stay.moved_from
    return {
        "arrivalDate": stay.arrival.isoformat(),
        "departureDate": stay.departure.isoformat(),
        "isDatesUnspecified": int(stay.unspecified),
        "nights": stay.nights,
        "previousArrivalDate": moved.isoformat() if moved else None,
        "previousDepartureDate": (moved + timedelta(days=stay.nights)).isoformat() if moved else None,
        "checkInTime": home.check_in,
        "checkOutTime": home.check_out,
    }


def _notes(stay: Stay, random: Random) -> Json:
    booked = stay.status in ("new", "modified")
    note = random.choice(NOTES) if booked and stay.channel != 2015 else None
    return {
        "guestNote": note,
        "hostNote": "Returning guest" if random.random() < 0.04 else None,
        "doorCode": f"00{stay.chance % 10_000:04d}" if booked else None,
        "isStarred": int(random.random() < 0.04),
        "isArchived": 0,
        "isPinned": 0,
        "reservationAgreement": "not_required",
        "customerUserId": None,
        "customFieldValues": [{"customFieldId": 167, "value": random.choice(("Train", "Car", "Plane"))}]
        if booked and random.random() < 0.3
        else [],
        "reservationFees": [],
        "reservationUnit": [],
    }


def _policy(stay: Stay, home: Home) -> Json:
    word = ("flexible", "moderate", "firm", "strict")[home.index % 4]
    days = {"flexible": 1, "moderate": 5, "firm": 14, "strict": 30}[word]
    item = {
        "refundAmount": 100,
        "refundType": "percentage",
        "refundField": "totalPrice",
        "timeDelta": -86_400 * days,
        "event": "arrival",
    }
    return {
        "cancellationPolicy": word,
        "cancellationPolicyId": 4_010 + home.index % 3,
        "airbnbCancellationPolicy": word if stay.channel == 2018 else None,
        "bookingCancellationPolicy": str(days) if stay.channel == 2005 else None,
        "vrboCancellationPolicy": word.upper() if stay.channel == 2002 else None,
        "marriottCancellationPolicy": word if stay.channel == 2019 else None,
        "cancellationPolicyDetails": {
            "name": word.capitalize(),
            "channelId": stay.channel,
            "channelSpecificCode": word,
            "longTerm": stay.nights >= 28,
            "cancellationPolicyItem": [item],
        },
    }


def write_finance_fields(stay: Stay, home: Home) -> list[Json]:
    """The price of the stay, part by part, and what the channel keeps or pays out."""
    if stay.status == "ownerStay" or stay.channel in UNPRICED_CHANNELS or stay.unspecified:
        return []
    wish = Wish(nights=night_prices(home, stay.arrival, stay.nights), guests=stay.guests)
    rows = components_of(terms_of_home(home), wish)
    total = total_of(rows)
    kept = commission_of(stay.channel, rows)
    if kept:
        rows.append(component("hostChannelFee", "commissions", kept, included=0, title="Host channel fee"))
    if stay.channel == 2018:
        rows.append(
            component("airbnbPayoutSum", "totals", total - kept, included=0, title="Airbnb payout sum")
        )
    elif stay.channel not in COLLECTED_BY_HOST:
        rows.append(
            component("totalPriceFromChannel", "totals", total, included=0, title="Total price from channel")
        )
    if stay.status == "cancelled":
        payout = cancellation_payout(stay, total)
        if payout:
            rows.append(
                component("cancellationPayout", "totals", payout, included=0, title="Cancellation payout")
            )
    return number_rows(stay.id, rows)


def number_rows(reservation_id: int, rows: list[Json]) -> list[Json]:
    """Finance fields from price components: with ids, and units."""
    return [
        {**row, "id": reservation_id * 100 + index, "units": 1} if row.get("id") is None else row
        for index, row in enumerate(rows)
    ]


def commission_of(channel: int, rows: list[Json]) -> Decimal:
    """What the channel keeps: its share of everything but taxes and deposit."""
    share = Decimal(COMMISSION.get(channel, "0"))
    base = sum_of_kind(rows, "accommodation", "discount", "fee") - total_of(
        row for row in rows if row["name"] == "damageDeposit"
    )
    return cents(base * share)


def cancellation_payout(stay: Stay, total: Decimal) -> Decimal:
    """What the host keeps of a stay that was cancelled late; early cancellations pay nothing."""
    return cents(total / 2) if stay.chance % 4 == 0 else Decimal(0)


def _money(stay: Stay, home: Home, rows: list[Json]) -> Json:
    amounts: Json = {"currency": home.place.currency}
    if stay.status == "ownerStay":
        return amounts | {"totalPrice": 0, "taxAmount": 0, "cleaningFee": 0, "isPaid": None}
    if not rows:
        return amounts | {"totalPrice": None}
    total = total_of(rows)
    return amounts | money_fields(rows) | _channel_money(stay, rows, total) | {"isPaid": None}


def money_fields(rows: list[Json]) -> Json:
    """The amounts at the top of a reservation, from its finance fields."""
    named = {row["name"]: row["total"] for row in rows if not row["isDeleted"]}
    return {
        "totalPrice": plain(total_of(rows)),
        "taxAmount": plain(sum_of_kind(rows, "tax")),
        "cleaningFee": named.get("cleaningFee", 0),
        "securityDepositFee": named.get("damageDeposit"),
        "channelCommissionAmount": named.get("hostChannelFee", 0),
    }


def _channel_money(stay: Stay, rows: list[Json], total: Decimal) -> Json:
    named = {row["name"]: row["total"] for row in rows}
    if stay.channel == 2018:
        return {
            "paymentMethod": None,
            "airbnbExpectedPayoutAmount": named.get("airbnbPayoutSum"),
            "airbnbListingBasePrice": named.get("baseRate"),
            "airbnbListingCleaningFee": named.get("cleaningFee", 0),
            "airbnbListingHostFee": named.get("hostChannelFee", 0),
            "airbnbTotalPaidAmount": plain(total),
            "airbnbListingCancellationPayout": named.get("cancellationPayout"),
            "airbnbListingCancellationHostFee": 0 if stay.cancelled else None,
        }
    if stay.channel == 2005:
        return {"guestPaymentCardIsVirtual": 1 if stay.chance % 2 else 0, "paymentMethod": "credit_card"}
    return {"paymentMethod": "credit_card" if stay.channel in COLLECTED_BY_HOST else None}
