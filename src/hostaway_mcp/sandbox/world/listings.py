"""Listings as documents: what a home looks like in the API."""

from __future__ import annotations

from random import Random

from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.world.dice import dice
from hostaway_mcp.sandbox.world.dictionaries import AMENITIES, BED_TYPES
from hostaway_mcp.sandbox.world.homes import Home

_BEDROOMS = {0: "studio", 1: "one-bedroom", 2: "two-bedroom", 3: "three-bedroom", 4: "four-bedroom"}


def write_listing(home: Home, *, updated: str, license_field: int) -> Json:
    """One listing, every documented field present."""
    random = dice("listing", home.id)
    document = blank("Listing")
    document |= _identity(home)
    document |= _address(home, random)
    document |= _money(home)
    document |= _house(home, random)
    document |= _contact(home)
    document |= _parts(home, random)
    document["latestActivityOn"] = updated
    document["customFieldValues"] = [{"customFieldId": license_field, "value": f"AL-{home.id * 3}"}]
    return document


def _identity(home: Home) -> Json:
    rooms = _BEDROOMS[home.bedrooms]
    return {
        "id": home.id,
        "propertyTypeId": 1 if home.bedrooms < 3 else 2,
        "name": home.name,
        "externalListingName": f"{home.name} · {rooms} in {home.place.city}",
        "internalListingName": home.nickname,
        "description": f"A {rooms} home in {home.place.city}, minutes from the sights, for {home.capacity}.",
        "houseRules": "No smoking. No parties. Quiet after 22:00.",
        "keyPickup": "Key box at the entrance.",
        "specialInstruction": "The switch for hot water is behind the bathroom door.",
        "specialStatus": "archived" if home.archived else None,
        "averageReviewRating": round(8.2 + home.index % 17 / 10, 1),
        "language": home.place.language,
        "timeZoneName": home.place.time_zone,
        "airbnbName": home.name,
        "airbnbSummary": f"Stay at {home.name} in {home.place.city}.",
        "homeawayPropertyName": home.name,
        "bookingcomPropertyName": home.name,
        "airbnbListingUrl": f"https://airbnb.example/rooms/{home.id}",
        "vrboListingUrl": f"https://vrbo.example/{home.id}",
        "thumbnailUrl": f"https://images.example.com/{home.id}/1-small.jpg",
        "bookingEngineUrls": [],
    }


def _address(home: Home, random: Random) -> Json:
    place = home.place
    street = f"{random.choice(place.streets)} {random.randint(1, 140)}"
    return {
        "country": place.country,
        "countryCode": place.country_code,
        "state": place.state,
        "city": place.city,
        "street": street,
        "address": f"{street}, {place.city}, {place.state} {place.zipcode}, {place.country}",
        "publicAddress": f"{place.city}, {place.state}, {place.country}",
        "zipcode": place.zipcode,
        "lat": round(place.lat + random.uniform(-0.02, 0.02), 5),
        "lng": round(place.lng + random.uniform(-0.02, 0.02), 5),
    }


def _money(home: Home) -> Json:
    return {
        "price": home.price,
        "currencyCode": home.place.currency,
        "weeklyDiscount": home.weekly,
        "monthlyDiscount": home.monthly,
        "refundableDamageDeposit": home.deposit or None,
        "cleaningFee": home.cleaning_fee,
        "priceForExtraPerson": home.extra_person,
        "guestsIncluded": home.guests_included,
        "cancellationPolicy": ("flexible", "moderate", "firm", "strict")[home.index % 4],
        "cancellationPolicyId": 4_010 + home.index % 3,
        "airbnbCancellationPolicyId": 1,
        "bookingCancellationPolicyId": 21,
        "vrboCancellationPolicyId": 41,
        "marriottCancellationPolicyId": 31,
    }


def _house(home: Home, random: Random) -> Json:
    return {
        "personCapacity": home.capacity,
        "roomType": "entire_home",
        "bathroomType": "private",
        "bedroomsNumber": home.bedrooms,
        "bedsNumber": max(1, home.bedrooms + random.randint(0, 1)),
        "bathroomsNumber": max(1, home.bedrooms - 1),
        "guestBathroomsNumber": 0,
        "squareMeters": 28 + 22 * home.bedrooms,
        "minNights": home.min_nights,
        "maxNights": 365,
        "maxPetsAllowed": home.index % 3 or None,
        "checkInTimeStart": home.check_in,
        "checkInTimeEnd": 22,
        "checkOutTime": home.check_out,
        "instantBookable": 1,
        "instantBookableLeadTime": 24,
        "allowSameDayBooking": 1,
        "sameDayBookingLeadTime": 6,
        "doorSecurityCode": f"00{home.id % 10_000:04d}",
        "wifiUsername": f"sandbox-{home.id}",
        "wifiPassword": f"not-a-real-password-{home.id}",
        "cleannessStatus": str(home.index % 2),
        "isRentalAgreementActive": home.index % 5 == 0,
        "bookingcomPropertyRegisteredInVcs": False,
        "bookingcomPropertyHasVat": False,
        "bookingcomPropertyDeclaresRevenue": False,
        "insuranceEligibilityStatus": False,
        "propertyLicenseNumber": f"AL-{home.id * 3}",
    }


def _contact(home: Home) -> Json:
    return {
        "contactName": "Harbour",
        "contactSurName": "Stays",
        "contactPhone1": "+12025550143",
        "contactLanguage": "en",
        "contactEmail": "hello@example.com",
        "contactAddress": f"{home.place.city}, {home.place.country}",
        "invoicingContactName": "Harbour",
        "invoicingContactSurName": "Stays",
        "invoicingContactEmail": "invoices@example.com",
        "invoicingContactCity": home.place.city,
        "invoicingContactCountry": home.place.country_code,
    }


def _parts(home: Home, random: Random) -> Json:
    chosen = sorted(random.sample(sorted(AMENITIES), k=min(len(AMENITIES), 12)))
    beds = [random.choice(sorted(BED_TYPES)) for _ in range(max(1, home.bedrooms))]
    rooms = ("living room", "bedroom", "kitchen", "bathroom", "view")
    return {
        "listingAmenities": [
            {"id": home.id * 100 + number, "amenityId": amenity, "amenityName": AMENITIES[amenity]}
            for number, amenity in enumerate(chosen)
        ],
        "listingBedTypes": [
            {"id": home.id * 100 + number, "bedTypeId": bed, "quantity": 1} for number, bed in enumerate(beds)
        ],
        "listingImages": [
            {
                "id": home.id * 100 + number,
                "caption": room.capitalize(),
                "vrboCaption": None,
                "airbnbCaption": None,
                "url": f"https://images.example.com/{home.id}/{number + 1}.jpg",
                "sortOrder": number + 1,
                "bookingEngineCaption": None,
            }
            for number, room in enumerate(rooms)
        ],
    }


def write_units(home: Home) -> list[Json]:
    """The units of a multi-unit listing; a single-unit one has none."""
    if home.units == 1:
        return []
    return [
        {
            "id": home.id * 100 + number,
            "name": f"{home.name} {101 + number}",
            "ground": str(1 + number // 3),
            "unitNumber": str(101 + number),
            "listingMapIdUnit": str(home.id),
        }
        for number in range(home.units)
    ]
